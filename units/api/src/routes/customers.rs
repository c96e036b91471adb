//! `/v1/customers`: buyers, sellers, and the platform itself.

use api::customer::{CreateCustomer, Customer, CustomerList, UpdateCustomer};
use api::transition::Transition;
use axum::extract::{Path, State};
use payments::command::{CustomerCreate, FieldsPatch};
use payments::ids::CustomerId;
use payments::{Command, Key, Resource};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, send, transition, update};
use crate::input::{customer_kind, id, labels, labels_patch, path_id};
use crate::lists::{self, page};
use crate::problems::{not_found, problem};
use crate::render::{self, Wire};
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_customers, create_customer))
        .routes(routes!(get_customer, update_customer))
        .routes(routes!(transition_customer))
}

/// Create a customer
///
/// Active at once if its role requires no review, else a draft.
#[utoipa::path(post, path = "/v1/customers", operation_id = "createCustomer", tag = "Customers",
    request_body = CreateCustomer, responses((status = 201, body = Customer)))]
async fn create_customer(State(service): State<Shared>, post: Post<CreateCustomer>) -> Answer {
    let platform = post.caller.platform()?;
    let CreateCustomer { kind, name, email, role, external_id, tags, annotations } =
        post.body.clone();
    let command = CustomerCreate {
        kind: customer_kind(kind),
        name,
        email,
        role: role.map(|role| id("/role", &role.0)).transpose()?,
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, platform, Command::CustomerCreate(command)).await
}

/// List customers
///
/// Newest first.
#[utoipa::path(get, path = "/v1/customers", operation_id = "listCustomers", tag = "Customers",
    responses((status = 200, body = CustomerList)))]
async fn list_customers(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::CUSTOMERS, (Some(platform), get), |_| {}).await?))
}

/// Read a customer
///
/// With what it may do, and what is still to be done before it may do more.
#[utoipa::path(get, path = "/v1/customers/{customer_id}", operation_id = "getCustomer",
    tag = "Customers", responses((status = 200, body = Customer)))]
async fn get_customer(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    let key: CustomerId = path_id("customer", &text)?;
    get.params.finish()?;
    let ask = move |reads: &dyn store::Reads, at| {
        let Some(Resource::Customer(customer)) =
            reads.resource(at, platform, &Key::Customer(key))?
        else {
            return Ok(None);
        };
        let role = reads.resource(at, platform, &Key::Role(customer.role))?;
        Ok(Some((customer, role)))
    };
    let Some((customer, role)) = service.read(ask).await? else {
        return Err(not_found("customer", &text));
    };
    let capabilities = match &role {
        Some(Resource::Role(role)) => Some(render::capabilities(&customer, role)),
        Some(_) | None => None,
    };
    let customer = Resource::Customer(customer);
    let blocks = service.blocks(platform, &customer).await?;
    let wire = render::resource(&customer, get.caller.viewer());
    let wire = wire.map(|wire| wire.with_blocks(&blocks));
    let Some(Wire::Customer(mut wire)) = wire else { return Err(problem("internal").into()) };
    wire.capabilities = capabilities;
    Ok(ok(&wire))
}

/// Update a customer
///
/// Changes its name, e-mail address, role, tags and annotations.
#[utoipa::path(patch, path = "/v1/customers/{customer_id}", operation_id = "updateCustomer",
    tag = "Customers", request_body = UpdateCustomer, responses((status = 200, body = Customer)))]
async fn update_customer(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateCustomer>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Customer(path_id("customer", &text)?));
    let UpdateCustomer { name, email, role, tags, annotations } = patch.body.clone();
    let role = role.map(|role| id("/role", &role.0)).transpose()?;
    let fields = FieldsPatch { name, email, role, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Move a customer to another status
///
/// A platform submits (`in_review`) and closes; an operator reviews, restricts and suspends.
#[utoipa::path(post, path = "/v1/customers/{customer_id}/transitions",
    operation_id = "transitionCustomer", tag = "Customers", request_body = Transition,
    responses((status = 200, body = Customer)))]
async fn transition_customer(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Customer(path_id("customer", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}
