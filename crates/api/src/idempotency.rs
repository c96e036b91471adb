//! What was answered under an idempotency key: "did it happen?" after a lost answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Timestamp;

/// The kept answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdempotencyRecord {
    /// The key.
    pub key: String,
    /// When the request was decided.
    pub created_at: Timestamp,
    /// The platform's number of the command.
    pub seq: u64,
    /// The HTTP status that was answered.
    #[schema(example = 201)]
    pub status: u16,
    /// The body that was answered.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}
