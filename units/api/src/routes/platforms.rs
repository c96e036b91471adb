//! `/v1/platforms`: Florin's customers. Made and moved by operators; a platform may read itself.

use api::platform::{CreatePlatform, Platform, PlatformList, UpdatePlatform};
use api::transition::Transition;
use axum::extract::{Path, State};
use ledger::PlatformId;
use payments::command::{FieldsPatch, PlatformCreate};
use payments::{Command, Key, OPERATOR};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::roles::fee_rules;
use super::{Answer, ok, read_one, send, transition, update};
use crate::input::{asset, id, labels, labels_patch, path_id};
use crate::lists::{self, page};
use crate::problems::not_found;
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_platforms, create_platform))
        .routes(routes!(get_platform, update_platform))
        .routes(routes!(transition_platform))
}

/// Create a platform
///
/// Makes a platform with its own customer, that customer's accounts, and the published role
/// `Standard`. Operators only; make the platform's first key with `createKey`.
#[utoipa::path(post, path = "/v1/platforms", operation_id = "createPlatform", tag = "Platforms",
    request_body = CreatePlatform, responses((status = 201, body = Platform)))]
async fn create_platform(State(service): State<Shared>, post: Post<CreatePlatform>) -> Answer {
    post.caller.operator()?;
    let CreatePlatform { name, assets, fees, external_id, tags, annotations } = post.body.clone();
    let codes = assets.iter().enumerate();
    let command = PlatformCreate {
        name,
        assets: codes
            .map(|(at, code)| asset(&format!("/assets/{at}"), code))
            .collect::<Result<_, _>>()?,
        fees: fee_rules("/fees", &fees)?,
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, OPERATOR, Command::PlatformCreate(command)).await
}

/// List platforms
///
/// Newest first. Operators only.
#[utoipa::path(get, path = "/v1/platforms", operation_id = "listPlatforms", tag = "Platforms",
    responses((status = 200, body = PlatformList)))]
async fn list_platforms(State(service): State<Shared>, get: Get) -> Answer {
    get.caller.operator()?;
    Ok(ok(&page(&service, &lists::PLATFORMS, (None, get), |_| {}).await?))
}

/// Read a platform
///
/// An operator reads any; a platform's key reads its own.
#[utoipa::path(get, path = "/v1/platforms/{platform_id}", operation_id = "getPlatform",
    tag = "Platforms", responses((status = 200, body = Platform)))]
async fn get_platform(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let platform: PlatformId = path_id("platform", &text)?;
    if !get.caller.actor.is_operator() && get.caller.platform != Some(platform) {
        return Err(not_found("platform", &platform.to_string()));
    }
    read_one(&service, get, (platform, Key::Platform(platform), &text)).await
}

/// Update a platform
///
/// Changes its name, the role its customers get by default, its tags and annotations. Operators only.
#[utoipa::path(patch, path = "/v1/platforms/{platform_id}", operation_id = "updatePlatform",
    tag = "Platforms", request_body = UpdatePlatform, responses((status = 200, body = Platform)))]
async fn update_platform(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdatePlatform>,
) -> Answer {
    patch.caller.operator()?;
    let platform: PlatformId = path_id("platform", &text)?;
    let UpdatePlatform { name, default_role, tags, annotations } = patch.body.clone();
    let default_role = default_role.map(|role| id("/default_role", &role.0)).transpose()?;
    let fields = FieldsPatch { name, default_role, ..FieldsPatch::default() };
    let change = (labels_patch(tags, annotations), fields);
    update(&service, patch, (platform, Key::Platform(platform)), change).await
}

/// Move a platform to another status
///
/// `suspended` stops its keys from changing anything; `active` lets them again. Operators only.
#[utoipa::path(post, path = "/v1/platforms/{platform_id}/transitions",
    operation_id = "transitionPlatform", tag = "Platforms", request_body = Transition,
    responses((status = 200, body = Platform)))]
async fn transition_platform(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    post.caller.operator()?;
    let platform: PlatformId = path_id("platform", &text)?;
    let step = post.body.clone().into();
    transition(&service, &post, (platform, Key::Platform(platform)), step).await
}
