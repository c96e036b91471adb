//! `/v1/idempotency-keys`: "did it happen?", after a lost answer.

use api::idempotency::IdempotencyRecord;
use axum::extract::{Path, State};
use store::StoredCommand;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok};
use crate::idempotency::Key;
use crate::problems::not_found;
use crate::render;
use crate::requests::Get;
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_idempotency_key))
}

/// Read what was answered under an idempotency key
///
/// 404 means that nothing was done under it, and that it is still free.
#[utoipa::path(get, path = "/v1/idempotency-keys/{key}", operation_id = "getIdempotencyKey",
    tag = "Idempotency", responses((status = 200, body = IdempotencyRecord)))]
async fn get_idempotency_key(
    State(service): State<Shared>,
    Path(text): Path<String>,
    get: Get,
) -> Answer {
    get.params.finish()?;
    let key = Key::parse(&text)?;
    let scope = get.caller.key_scope();
    let asked = key.clone();
    let found = service.read(move |reads, at| reads.command_by_key(at, scope, &asked.0)).await?;
    let Some(StoredCommand { created_at, seq, status, body, .. }) = found else {
        return Err(not_found("answer under this key", &key.0));
    };
    Ok(ok(&IdempotencyRecord {
        key: key.0,
        created_at: render::time(created_at),
        seq,
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }))
}
