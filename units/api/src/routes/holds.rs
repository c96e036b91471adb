//! `/v1/holds`: money reserved until it is posted, voided or expired.

use api::hold::{CreateHold, Hold, HoldList, UpdateHold};
use api::transition::HoldTransition;
use axum::extract::{Path, State};
use payments::command::{FieldsPatch, Pay};
use payments::resources::Bearer;
use payments::{Command, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::transactions::Payees;
use super::{Answer, Step, ok, read_one, send, transition, update};
use crate::input::{amount, amount_if, bearer, id, labels, labels_patch, path_id, time};
use crate::lists::{self, page};
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_holds, create_hold))
        .routes(routes!(get_hold, update_hold))
        .routes(routes!(transition_hold))
}

/// Create a hold
///
/// Reserves a payment between accounts of the platform, to be posted or voided before it expires.
/// With `dry_run=true` nothing is written.
#[utoipa::path(post, path = "/v1/holds", operation_id = "createHold", tag = "Holds",
    request_body = CreateHold, responses((status = 201, body = Hold)))]
async fn create_hold(State(service): State<Shared>, post: Post<CreateHold>) -> Answer {
    let platform = post.caller.platform()?;
    let said = post.body.clone();
    let payees = Payees { to_account: said.to_account, split: said.split };
    let command = Pay {
        payer: id("/from_account", &said.from_account.0)?,
        amount: amount("/amount", &said.amount)?,
        parts: payees.parts()?,
        bearer: bearer(said.fee_bearer, Bearer::Payees),
        reference: said.reference.unwrap_or_default(),
        description: said.description,
        effective_at: None,
        hold_until: Some(time("/expires_at", &said.expires_at)?),
        labels: labels(said.external_id, said.tags, said.annotations),
    };
    send(&service, &post, platform, Command::Pay(command)).await
}

/// List holds
///
/// Newest first.
#[utoipa::path(get, path = "/v1/holds", operation_id = "listHolds", tag = "Holds",
    responses((status = 200, body = HoldList)))]
async fn list_holds(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::HOLDS, (Some(platform), get), |_| {}).await?))
}

/// Read a hold
///
/// With what it reserves.
#[utoipa::path(get, path = "/v1/holds/{hold_id}", operation_id = "getHold", tag = "Holds",
    responses((status = 200, body = Hold)))]
async fn get_hold(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (get.caller.platform()?, Key::Hold(path_id("hold", &text)?), text.as_str());
    read_one(&service, get, target).await
}

/// Update a hold
///
/// Changes its tags and annotations.
#[utoipa::path(patch, path = "/v1/holds/{hold_id}", operation_id = "updateHold", tag = "Holds",
    request_body = UpdateHold, responses((status = 200, body = Hold)))]
async fn update_hold(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateHold>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Hold(path_id("hold", &text)?));
    let UpdateHold { tags, annotations } = patch.body.clone();
    let change = (labels_patch(tags, annotations), FieldsPatch::default());
    update(&service, patch, target, change).await
}

/// Move a hold to another status
///
/// `posted` pays all of it, or an `amount` of it and releases the rest; `voided` releases it.
#[utoipa::path(post, path = "/v1/holds/{hold_id}/transitions", operation_id = "transitionHold",
    tag = "Holds", request_body = HoldTransition, responses((status = 200, body = Hold)))]
async fn transition_hold(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<HoldTransition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Hold(path_id("hold", &text)?));
    let HoldTransition { to, reason_code, note, amount: said } = post.body.clone();
    let amount = amount_if("/amount", said.as_ref())?;
    let step = Step { to, reason_code, note, account: None, amount };
    transition(&service, &post, target, step).await
}
