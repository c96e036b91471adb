//! `/v1/events`: what happened, newest first, or from some event on to follow it.

use api::event::{Event, EventList};
use axum::extract::{Path, State};
use ledger::PlatformId;
use payments::Kind;
use payments::ids::EventId;
use store::{EventQuery, Page as Found, Reads};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok};
use crate::failure::Failure;
use crate::lists::Page;
use crate::params::Params;
use crate::problems::{at, not_found, problem};
use crate::render;
use crate::requests::Get;
use crate::service::{Service, Shared};

/// What `after` says to begin with the first event of all.
const START: &str = "start";

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_events)).routes(routes!(get_event))
}

/// List events
///
/// Newest first; or with `after`, oldest first from that event on, to follow what happens: go on
/// with the id of the last event of each page. `after=start` begins with the first event.
#[utoipa::path(get, path = "/v1/events", operation_id = "listEvents", tag = "Events",
    responses((status = 200, body = EventList)))]
async fn list_events(State(service): State<Shared>, mut get: Get) -> Answer {
    let platform = get.caller.history()?;
    let limit = get.params.limit()?;
    if let Some(after) = get.params.text("after") {
        get.params.finish()?;
        return follow(&service, (platform, &after), limit).await;
    }
    let cursor = get.params.text("cursor");
    let bound = format!("events\n{platform}\n{}", get.params.remaining());
    let resource = resource(&mut get.params)?;
    let event_type = get.params.words("type")?;
    get.params.finish()?;
    let before = match cursor {
        None => None,
        Some(cursor) => Some(place(&service.cursors.open(&bound, &cursor)?)?),
    };
    let query = EventQuery { before, resource, event_type, limit };
    let ask = move |reads: &dyn Reads, at| reads.events_before(at, platform, &query);
    let found = service.read(ask).await?;
    let seal = |(seq, index): (u64, u32)| {
        let place = [&seq.to_be_bytes()[..], &index.to_be_bytes()[..]].concat();
        service.cursors.seal(&bound, &place)
    };
    let data = found.items.iter().map(render::event).collect::<Vec<_>>();
    Ok(ok(&Page { data, next_cursor: found.next.map(seal) }))
}

async fn follow(service: &Service, (platform, after): (PlatformId, &str), limit: usize) -> Answer {
    let id: Option<EventId> =
        match after {
            START => None,
            text => Some(text.parse().map_err(|_| {
                at("parameter_invalid", "?after", "must be an event's id, or `start`")
            })?),
        };
    let ask = move |reads: &dyn Reads, position| {
        let after = match id {
            None => Some((0, 0)),
            Some(id) => reads.event(position, platform, id)?.map(|row| (row.seq, row.index)),
        };
        let Some(after) = after else { return Ok(None) };
        let found: Found<_, _> = reads.events_after(position, platform, after, limit)?;
        Ok(Some(found.items))
    };
    let Some(rows) = service.read(ask).await? else { return Err(not_found("event", after)) };
    let data = rows.iter().map(render::event).collect::<Vec<_>>();
    Ok(ok(&Page { data, next_cursor: None }))
}

/// Read an event
///
/// With the resource as it was answered then.
#[utoipa::path(get, path = "/v1/events/{event_id}", operation_id = "getEvent", tag = "Events",
    responses((status = 200, body = Event)))]
async fn get_event(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let platform = get.caller.history()?;
    get.params.finish()?;
    let id: EventId = crate::input::path_id("event", &text)?;
    let found = service.read(move |reads, at| reads.event(at, platform, id)).await?;
    let row = found.ok_or_else(|| not_found("event", &text))?;
    Ok(ok(&render::event(&row)))
}

/// The resource that the parameter `resource` names by its id.
pub(super) fn resource(params: &mut Params) -> Result<Option<(Kind, [u8; 16])>, Failure> {
    let Some(text) = params.text("resource") else { return Ok(None) };
    let found = crate::resource_ids::parse(&text);
    found.map(Some).ok_or_else(|| at("parameter_invalid", "?resource", "must be a resource's id"))
}

fn place(bytes: &[u8]) -> Result<(u64, u32), Failure> {
    let invalid = || Failure::from(problem("cursor_invalid"));
    let (seq, index) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
    let index: [u8; 4] = index.try_into().map_err(|_| invalid())?;
    Ok((u64::from_be_bytes(*seq), u32::from_be_bytes(index)))
}
