//! `/v1/audit-records`: who asked for what, and what came of it.

use api::audit::{AuditRecord, AuditRecordList};
use axum::extract::{Path, State};
use ledger::PlatformId;
use payments::ids::AuditId;
use payments::{Kind, OPERATOR, Resource};
use store::{AuditQuery, Fault, Filter, ListQuery, Reads};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok};
use crate::input::path_id;
use crate::limits::{PAGE_MAX, PLATFORM_PAGES_MAX};
use crate::lists::Page;
use crate::problems::{not_found, problem};
use crate::render;
use crate::requests::Get;
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_audit_records)).routes(routes!(get_audit_record))
}

/// List audit records
///
/// Newest first. A `request_id` leads from a request to what it did; a `resource` to who changed it.
/// An operator that names no platform finds a request in every platform's history.
#[utoipa::path(get, path = "/v1/audit-records", operation_id = "listAuditRecords", tag = "Audit",
    responses((status = 200, body = AuditRecordList)))]
async fn list_audit_records(State(service): State<Shared>, mut get: Get) -> Answer {
    let platform = get.caller.history()?;
    let limit = get.params.limit()?;
    let cursor = get.params.text("cursor");
    let bound = format!("audit-records\n{platform}\n{}", get.params.remaining());
    let resource = super::events::resource(&mut get.params)?;
    let request_id = get.params.words("request_id")?;
    get.params.finish()?;
    let before = match cursor {
        None => None,
        Some(cursor) => {
            let place = service.cursors.open(&bound, &cursor)?;
            let place = place.try_into().map_err(|_| problem("cursor_invalid"))?;
            Some(u64::from_be_bytes(place))
        }
    };
    let query = AuditQuery { before, resource, request_id, limit };
    if get.caller.platform.is_none() && query.request_id.is_some() && before.is_none() {
        let found = service.read(move |reads, at| of_all(reads, at, &query)).await?;
        let data = found.iter().map(render::audit_record).collect::<Vec<_>>();
        return Ok(ok(&Page { data, next_cursor: None }));
    }
    let ask = move |reads: &dyn Reads, at| reads.audit_before(at, platform, &query);
    let found = service.read(ask).await?;
    let data = found.items.iter().map(render::audit_record).collect::<Vec<_>>();
    let seal = |seq: u64| service.cursors.seal(&bound, &seq.to_be_bytes());
    Ok(ok(&Page { data, next_cursor: found.next.map(seal) }))
}

/// The records of one request, in whichever history it stands: making a platform stands in its own.
fn of_all(
    reads: &dyn Reads,
    at: u64,
    query: &AuditQuery,
) -> Result<Vec<payments::audit::AuditRecord>, Fault> {
    let mut found = reads.audit_before(at, OPERATOR, query)?.items;
    let mut before = None;
    for _ in 0..PLATFORM_PAGES_MAX {
        let page = ListQuery {
            platform: None,
            kind: Kind::Platform,
            filter: Filter::default(),
            before,
            limit: PAGE_MAX,
        };
        let platforms = reads.list(at, &page)?;
        for platform in platforms.items.iter().filter_map(Resource::visible) {
            let id = PlatformId::from_bytes(platform.id);
            found.extend(reads.audit_before(at, id, query)?.items);
        }
        before = platforms.next;
        if before.is_none() || found.len() >= query.limit {
            break;
        }
    }
    found.truncate(query.limit);
    Ok(found)
}

/// Read an audit record
///
/// With its hashes, which chain it to the one before.
#[utoipa::path(get, path = "/v1/audit-records/{audit_record_id}", operation_id = "getAuditRecord",
    tag = "Audit", responses((status = 200, body = AuditRecord)))]
async fn get_audit_record(
    State(service): State<Shared>,
    Path(text): Path<String>,
    get: Get,
) -> Answer {
    let platform = get.caller.history()?;
    get.params.finish()?;
    let id: AuditId = path_id("audit record", &text)?;
    let found = service.read(move |reads, at| reads.audit_record(at, platform, id)).await?;
    let record = found.ok_or_else(|| not_found("audit record", &text))?;
    Ok(ok(&render::audit_record(&record)))
}
