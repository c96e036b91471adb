//! What an operator must look at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::id::{PlatformId, Timestamp};

/// What an operator must look at, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperatorQueue {
    /// At most 100 of them.
    pub data: Vec<QueueItem>,
    /// Whether more waits: what is done leaves the queue and lets the next in.
    pub more: bool,
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueItem {
    /// What is wrong.
    pub kind: QueueKind,
    /// Whose it is.
    pub platform: PlatformId,
    /// The transaction or refund.
    #[schema(example = "txn_01h455vb4pex5vsknk084sn02q")]
    pub resource: String,
    /// How much.
    pub amount: Amount,
    /// What is known of the reason.
    pub reason: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// How long that is, in seconds.
    pub age_seconds: u64,
    /// What to do about it.
    pub what_to_do: String,
}

/// Why something is in the operator's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// Money came in that belongs to nobody known.
    UnallocatedMoney,
    /// Nobody knows whether money went out.
    UnknownOutcome,
}
