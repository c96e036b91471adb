//! Many transactions in one request, and what came of each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::TransactionId;
use crate::problem::Problem;
use crate::transaction::{CreateTransaction, CreatedTransaction};

/// Makes many transactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBulk {
    /// Whether all of them are made or none. If not said, each is made or refused by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atomic: Option<bool>,
    /// The transactions, made in this order.
    #[schema(min_items = 1, max_items = 1000)]
    pub items: Vec<BulkItem>,
}

/// One transaction of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkItem {
    /// The key of this transaction alone, as the header `Idempotency-Key` of a request for it.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = "^[!#-~]([ -~]*[!#-~])?$",
        example = "order-1815-payment"
    )]
    pub idempotency_key: String,
    /// What to make, as the body of a request for it.
    pub transaction: CreateTransaction,
}

/// What came of many transactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkAnswer {
    /// What came of each, in the order in which they were asked for.
    pub results: Vec<BulkResult>,
}

/// What came of one transaction of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkResult {
    /// The HTTP status that a request for it alone would be answered with.
    #[schema(minimum = 200, maximum = 599, example = 201)]
    pub status: u16,
    /// Whether another request with the item's key got this answer first. Left out where not, and
    /// where the header `Idempotent-Replayed` says it of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent_replayed: Option<bool>,
    /// Its id, with `Prefer: return=minimal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TransactionId>,
    /// Why it was refused, with `Prefer: return=minimal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "insufficient_funds")]
    pub code: Option<String>,
    /// The transaction that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<CreatedTransaction>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}
