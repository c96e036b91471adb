//! `/v1/roles`: what kinds of customers may do, what it costs, where it ends. Written by operators.

use api::role::{CreateRole, FeeRule, LimitRule, Role, RoleList, RoleTerms, UpdateRole};
use api::transition::Transition;
use axum::extract::{Path, State};
use payments::command::{self, FieldsPatch, RoleCreate, RoleTermsPatch};
use payments::{Command, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, read_one, send, transition, update};
use crate::failure::Failure;
use crate::input::{
    amount, capability, customer_kind, labels, labels_patch, millionths, path_id, transaction_kind,
    window,
};
use crate::lists::{self, page};
use crate::problems::at;
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_roles, create_role))
        .routes(routes!(get_role, update_role))
        .routes(routes!(transition_role))
}

/// Create a role
///
/// Makes a draft: revision 1 of a new name, or the next revision of a known one. Operators only.
#[utoipa::path(post, path = "/v1/roles", operation_id = "createRole", tag = "Roles",
    request_body = CreateRole, responses((status = 201, body = Role)))]
async fn create_role(State(service): State<Shared>, post: Post<CreateRole>) -> Answer {
    let platform = post.caller.platform()?;
    post.caller.operator()?;
    let CreateRole {
        name,
        kinds,
        capabilities,
        fees,
        limits,
        review_required,
        external_id,
        tags,
        annotations,
    } = post.body.clone();
    let said = RoleTerms { kinds, capabilities, fees, limits, review_required };
    let command = RoleCreate {
        name,
        terms: terms("", said)?,
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, platform, Command::RoleCreate(command)).await
}

/// List roles
///
/// Newest first; every revision of every role.
#[utoipa::path(get, path = "/v1/roles", operation_id = "listRoles", tag = "Roles",
    responses((status = 200, body = RoleList)))]
async fn list_roles(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::ROLES, (Some(platform), get), |_| {}).await?))
}

/// Read a role
///
/// One revision of it.
#[utoipa::path(get, path = "/v1/roles/{role_id}", operation_id = "getRole", tag = "Roles",
    responses((status = 200, body = Role)))]
async fn get_role(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (get.caller.platform()?, Key::Role(path_id("role", &text)?), text.as_str());
    read_one(&service, get, target).await
}

/// Update a role
///
/// Its terms change only while it is a draft; tags and annotations always. Operators only.
#[utoipa::path(patch, path = "/v1/roles/{role_id}", operation_id = "updateRole", tag = "Roles",
    request_body = UpdateRole, responses((status = 200, body = Role)))]
async fn update_role(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateRole>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Role(path_id("role", &text)?));
    patch.caller.operator()?;
    let UpdateRole { kinds, capabilities, fees, limits, review_required, tags, annotations } =
        patch.body.clone();
    let terms = RoleTermsPatch {
        kinds: kinds.map(|kinds| kinds.into_iter().map(customer_kind).collect()),
        capabilities: capabilities.map(|words| words.into_iter().map(capability).collect()),
        fees: fees.map(|fees| fee_rules("/fees", &fees)).transpose()?,
        limits: limits.map(|limits| limit_rules("/limits", &limits)).transpose()?,
        review_required,
    };
    let fields = FieldsPatch { terms, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Move a role to another status
///
/// `published` fixes a draft for good and lets customers have it; `retired` lets no new ones.
/// Operators only.
#[utoipa::path(post, path = "/v1/roles/{role_id}/transitions", operation_id = "transitionRole",
    tag = "Roles", request_body = Transition, responses((status = 200, body = Role)))]
async fn transition_role(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Role(path_id("role", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}

fn terms(pointer: &str, said: RoleTerms) -> Result<command::RoleTerms, Failure> {
    Ok(command::RoleTerms {
        kinds: said.kinds.into_iter().map(customer_kind).collect(),
        capabilities: said.capabilities.into_iter().map(capability).collect(),
        fees: fee_rules(&format!("{pointer}/fees"), &said.fees)?,
        limits: limit_rules(&format!("{pointer}/limits"), &said.limits)?,
        review_required: said.review_required,
    })
}

/// Fee rules as the domain has them.
pub(super) fn fee_rules(
    pointer: &str,
    rules: &[FeeRule],
) -> Result<Vec<payments::resources::FeeRule>, Failure> {
    let rule = |(place, rule): (usize, &FeeRule)| {
        let pointer = format!("{pointer}/{place}");
        let fixed = amount(&format!("{pointer}/fixed"), &rule.fixed)?;
        let bound = |name: &str, said: Option<&api::amount::Amount>| {
            let Some(said) = said else { return Ok(None) };
            let pointer = format!("{pointer}/{name}");
            let bound = amount(&pointer, said)?;
            if bound.asset() != fixed.asset() {
                return Err(at("field_invalid", pointer, "must be of the asset of `fixed`"));
            }
            Ok(Some(bound.minor()))
        };
        Ok(payments::resources::FeeRule {
            kind: transaction_kind(rule.kind),
            fixed,
            share: millionths(&format!("{pointer}/parts_per_million"), rule.parts_per_million)?,
            minimum: bound("minimum", rule.minimum.as_ref())?.unwrap_or(0),
            maximum: bound("maximum", rule.maximum.as_ref())?,
        })
    };
    rules.iter().enumerate().map(rule).collect()
}

fn limit_rules(
    pointer: &str,
    rules: &[LimitRule],
) -> Result<Vec<payments::resources::Limit>, Failure> {
    let rule = |(place, rule): (usize, &LimitRule)| {
        Ok(payments::resources::Limit {
            capability: capability(rule.capability),
            window: window(rule.window),
            maximum: amount(&format!("{pointer}/{place}/maximum"), &rule.maximum)?,
        })
    };
    rules.iter().enumerate().map(rule).collect()
}
