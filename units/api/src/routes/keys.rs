//! `/v1/keys`: API keys. The secret is made here, shown once, and never kept.

use api::key::{CreateKey, Key as WireKey, KeyList, RotateKey, UpdateKey};
use api::transition::Transition;
use axum::extract::{Path, State};
use ledger::{PlatformId, Timestamp};
use payments::command::{FieldsPatch, KeyCreate};
use payments::ids::KeyId;
use payments::{Command, Key, OPERATOR, Resource};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, send, shown, transition, update};
use crate::auth::{Caller, NewSecret};
use crate::failure::Failure;
use crate::input::{labels_patch, path_id, time_if};
use crate::lists::{self, page};
use crate::problems::{at, because, problem};
use crate::render::{self, Wire};
use crate::requests::{Get, Patch, Post};
use crate::scopes;
use crate::service::{Done, Service, Shared};

/// How long an old key goes on working, where nobody says.
const OVERLAP_SECONDS: u32 = 3_600;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_keys, create_key))
        .routes(routes!(get_key, update_key))
        .routes(routes!(rotate_key))
        .routes(routes!(transition_key))
}

/// Create a key
///
/// The answer's `secret` is the whole token, shown this once: a repeated request does not show it
/// again. An operator that names no platform makes another operator key.
#[utoipa::path(post, path = "/v1/keys", operation_id = "createKey", tag = "Keys",
    request_body = CreateKey, responses((status = 201, body = WireKey)))]
async fn create_key(State(service): State<Shared>, post: Post<CreateKey>) -> Answer {
    let body = post.body.clone();
    for (place, scope) in body.scopes.iter().enumerate() {
        if !scopes::is_scope(scope) {
            return Err(at("field_invalid", format!("/scopes/{place}"), "is not a scope"));
        }
    }
    check_covered(&post.caller, &body.scopes)?;
    let secret = NewSecret::mint().map_err(|_| problem("internal"))?;
    let command = KeyCreate {
        name: body.name,
        secret_hash: secret.hash(),
        scopes: body.scopes,
        expires_at: ends(&post.caller, time_if("/expires_at", body.expires_at.as_ref())?)?,
    };
    let done = send(&service, &post, owner(&post.caller), Command::KeyCreate(command)).await?;
    with_secret(&service, done, &secret)
}

/// List keys
///
/// Newest first, without their secrets. An operator that names no platform lists operator keys.
#[utoipa::path(get, path = "/v1/keys", operation_id = "listKeys", tag = "Keys",
    responses((status = 200, body = KeyList)))]
async fn list_keys(State(service): State<Shared>, get: Get) -> Answer {
    let owner = owner(&get.caller);
    let mut page = page(&service, &lists::KEYS, (Some(owner), get), |_| {}).await?;
    page.data = with_last_use(&service, page.data).await?;
    Ok(ok(&page))
}

/// The keys, each with its last use.
async fn with_last_use(service: &Service, mut keys: Vec<Wire>) -> Result<Vec<Wire>, Failure> {
    let show = move |reads: &dyn store::Reads, _| {
        for wire in &mut keys {
            let Wire::Key(key) = wire else { continue };
            let id = key.id.0.parse().ok();
            let last = id.map(|id| reads.key_last_use(id)).transpose()?.flatten();
            key.last_used_at = Some(last.map(render::time));
        }
        Ok(keys)
    };
    service.read(show).await
}

/// Read a key
///
/// Without its secret.
#[utoipa::path(get, path = "/v1/keys/{key_id}", operation_id = "getKey", tag = "Keys",
    responses((status = 200, body = WireKey)))]
async fn get_key(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (owner(&get.caller), Key::ApiKey(path_id("key", &text)?), text.as_str());
    let key = shown(&service, get, target).await?;
    let keys = with_last_use(&service, vec![key]).await?;
    keys.first().map(ok).ok_or_else(|| problem("internal").into())
}

/// Update a key
///
/// Changes its name, tags and annotations.
#[utoipa::path(patch, path = "/v1/keys/{key_id}", operation_id = "updateKey", tag = "Keys",
    request_body = UpdateKey, responses((status = 200, body = WireKey)))]
async fn update_key(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateKey>,
) -> Answer {
    let target = (owner(&patch.caller), Key::ApiKey(path_id("key", &text)?));
    let UpdateKey { name, tags, annotations } = patch.body.clone();
    let fields = FieldsPatch { name, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Rotate a key
///
/// Makes a key with the same scopes that takes this one's place; both work for `overlap_seconds`.
/// The answer's `secret` is the new token, shown this once.
#[utoipa::path(post, path = "/v1/keys/{key_id}/rotate", operation_id = "rotateKey", tag = "Keys",
    request_body = RotateKey, responses((status = 201, body = WireKey)))]
async fn rotate_key(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<RotateKey>,
) -> Answer {
    let key: KeyId = path_id("key", &text)?;
    let owner = owner(&post.caller);
    let old = service.resource(owner, Key::ApiKey(key), &text).await?;
    if let Resource::ApiKey(old) = old {
        check_covered(&post.caller, &old.scopes)?;
    }
    let secret = NewSecret::mint().map_err(|_| problem("internal"))?;
    let seconds = post.body.overlap_seconds.unwrap_or(OVERLAP_SECONDS);
    let overlap_micros = i64::from(seconds).saturating_mul(1_000_000);
    let command = Command::KeyRotate { key, secret_hash: secret.hash(), overlap_micros };
    let done = send(&service, &post, owner, command).await?;
    with_secret(&service, done, &secret)
}

/// Move a key to another status
///
/// `revoked` stops it at once and for ever.
#[utoipa::path(post, path = "/v1/keys/{key_id}/transitions", operation_id = "transitionKey",
    tag = "Keys", request_body = Transition, responses((status = 200, body = WireKey)))]
async fn transition_key(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (owner(&post.caller), Key::ApiKey(path_id("key", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}

/// Whose keys are meant.
fn owner(caller: &Caller) -> PlatformId {
    caller.platform.unwrap_or(OPERATOR)
}

/// Nobody hands out more than they have.
fn check_covered(caller: &Caller, scopes: &[String]) -> Result<(), Failure> {
    match scopes.iter().find(|scope| !scopes::grants(&caller.scopes, scope)) {
        None => Ok(()),
        Some(scope) => {
            let detail = format!("the calling key does not have the scope {scope} itself");
            Err(because("scope_missing", detail))
        }
    }
}

/// Nobody hands out a key that outlives their own; it ends with theirs if nothing is said.
fn ends(caller: &Caller, said: Option<Timestamp>) -> Result<Option<Timestamp>, Failure> {
    match (said, caller.key_expires_at) {
        (Some(said), Some(own)) if said > own => {
            let detail = "must not be after the calling key's own";
            Err(at("field_invalid", "/expires_at", detail))
        }
        (said, own) => Ok(said.or(own)),
    }
}

/// The first answer shows the secret; the kept one has none.
fn with_secret(service: &Service, mut done: Done, secret: &NewSecret) -> Answer {
    if done.replayed || done.presented.status != 201 {
        return Ok(done);
    }
    let mut body: Value =
        serde_json::from_slice(&done.presented.body).map_err(|_| problem("internal"))?;
    let id = body.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    if let (Some(id), Some(members)) = (id, body.as_object_mut()) {
        members.insert("secret".to_owned(), Value::String(secret.token(service.mode, id)));
    }
    done.presented.body = render::json(&body);
    Ok(done)
}
