//! `/v1/persons`: the directors and owners of business customers.

use api::person::{CreatePerson, Person, PersonList, UpdatePerson};
use api::transition::Transition;
use axum::extract::{Path, State};
use payments::command::{FieldsPatch, PersonCreate};
use payments::ids::CustomerId;
use payments::{Command, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, read_one, send, transition, update};
use crate::input::{labels, labels_patch, path_id, person_role};
use crate::lists::{self, page};
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_persons, create_person))
        .routes(routes!(get_person, update_person))
        .routes(routes!(transition_person))
}

/// Create a business person
///
/// Adds a director or owner to a customer of the kind `incorporated_business`.
#[utoipa::path(post, path = "/v1/customers/{customer_id}/persons", operation_id = "createPerson",
    tag = "Persons", request_body = CreatePerson, responses((status = 201, body = Person)))]
async fn create_person(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<CreatePerson>,
) -> Answer {
    let platform = post.caller.platform()?;
    let CreatePerson { name, roles, external_id, tags, annotations } = post.body.clone();
    let command = PersonCreate {
        customer: path_id("customer", &text)?,
        name,
        roles: roles.into_iter().map(person_role).collect(),
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, platform, Command::PersonCreate(command)).await
}

/// List a customer's business persons
///
/// Newest first.
#[utoipa::path(get, path = "/v1/customers/{customer_id}/persons", operation_id = "listPersons",
    tag = "Persons", responses((status = 200, body = PersonList)))]
async fn list_persons(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    let customer: CustomerId = path_id("customer", &text)?;
    service.resource(platform, Key::Customer(customer), &text).await?;
    let narrow = |filter: &mut store::Filter| filter.customer = Some(customer);
    Ok(ok(&page(&service, &lists::PERSONS, (Some(platform), get), narrow).await?))
}

/// Read a business person
///
/// One director or owner.
#[utoipa::path(get, path = "/v1/persons/{person_id}", operation_id = "getPerson", tag = "Persons",
    responses((status = 200, body = Person)))]
async fn get_person(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (get.caller.platform()?, Key::Person(path_id("person", &text)?), text.as_str());
    read_one(&service, get, target).await
}

/// Update a business person
///
/// Changes the name, tags and annotations.
#[utoipa::path(patch, path = "/v1/persons/{person_id}", operation_id = "updatePerson",
    tag = "Persons", request_body = UpdatePerson, responses((status = 200, body = Person)))]
async fn update_person(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdatePerson>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Person(path_id("person", &text)?));
    let UpdatePerson { name, tags, annotations } = patch.body.clone();
    let fields = FieldsPatch { name, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Move a business person to another status
///
/// An operator moves a person to `verified` once it is clear who they are. Operators only.
#[utoipa::path(post, path = "/v1/persons/{person_id}/transitions", operation_id = "transitionPerson",
    tag = "Persons", request_body = Transition, responses((status = 200, body = Person)))]
async fn transition_person(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Person(path_id("person", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}
