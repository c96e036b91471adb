//! Events: what happened to resources, in the order it happened.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{EventId, Timestamp};

/// Something that happened to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What happened, such as `transaction.settled` or `customer.updated`.
    #[serde(rename = "type")]
    #[schema(example = "transaction.settled")]
    pub event_type: String,
    /// The platform's number of the command that caused it.
    pub seq: u64,
    /// Its place among the events of that command, from 0.
    pub index: u32,
    /// When.
    pub created_at: Timestamp,
    /// The request that caused it.
    pub request_id: String,
    /// What changed.
    pub resource: ResourceRef,
    /// The status before; null if it was made.
    pub status_before: Option<String>,
    /// The status after.
    pub status: String,
    /// The resource as it was answered then, if it is what the command answered, and whole.
    #[schema(value_type = Option<Object>)]
    pub data: Option<serde_json::Value>,
}

/// Which resource, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResourceRef {
    /// The kind, such as `transaction`.
    #[schema(example = "transaction")]
    pub kind: String,
    /// The id.
    #[schema(example = "txn_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// Its version after the change.
    pub version: u64,
}

/// A page of events: newest first, or oldest first with `after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// What is on this page.
    pub data: Vec<Event>,
    /// Where the next page starts: pass it as `cursor`. Null on the last page, and with `after`:
    /// go on with the id of the last event.
    pub next_cursor: Option<String>,
}
