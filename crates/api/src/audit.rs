//! Audit records: who asked for what, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AuditRecordId, EventId, Timestamp};

/// The record of one command, applied or refused, chained by hash to the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditRecordId,
    /// Its place in the platform's chain: every stored command takes one.
    pub seq: u64,
    /// When, by the server's clock.
    pub created_at: Timestamp,
    /// Who asked: `platform:` or `operator:` with the key, `rail`, or `writer`.
    #[schema(example = "platform:key_01h455vb4pex5vsknk084sn02q")]
    pub actor: String,
    /// From where.
    pub address: String,
    /// The request it came with.
    pub request_id: String,
    /// What was asked, such as `payment.create`.
    #[schema(example = "payment.create")]
    pub command: String,
    /// `applied`, or the code of the refusal.
    #[schema(example = "applied")]
    pub outcome: String,
    /// What changed, in order.
    pub changes: Vec<AuditChange>,
    /// SHA-256 over the changed resources before, in hexadecimal.
    pub before_hash: String,
    /// SHA-256 over the changed resources after, in hexadecimal.
    pub after_hash: String,
    /// SHA-256 over the answer, in hexadecimal.
    pub answer_hash: String,
    /// The hash of the platform's record before, in hexadecimal.
    pub prev_hash: String,
    /// The hash of this record, in hexadecimal.
    pub hash: String,
}

/// One resource that a command changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditChange {
    /// The event that tells so.
    pub event: EventId,
    /// The kind of resource.
    #[schema(example = "transaction")]
    pub kind: String,
    /// Its id.
    #[schema(example = "txn_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// Its version after.
    pub version: u64,
    /// Its status before; null if it was made.
    pub status_before: Option<String>,
    /// Its status after.
    pub status: String,
}

page!(
    /// A page of audit records, newest first.
    pub struct AuditRecordList of AuditRecord
);
