//! Moving a resource to another state: the one body for all kinds, and the two that say more.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::id::AccountId;

/// Where a resource can go from its present status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AvailableTransition {
    /// The status it can go to.
    #[schema(example = "active")]
    pub to: String,
    /// What stands in the way now; empty if nothing does.
    pub blocked_by: Vec<String>,
}

/// Moves a resource to another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The status to go to; the resource's `available_transitions` list those it has.
    #[schema(min_length = 1, max_length = 64, example = "active")]
    pub to: String,
    /// Why, as a word; becomes the `status_reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64)]
    pub reason_code: Option<String>,
    /// Why, in your own words, for the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

/// Moves a transaction to another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransactionTransition {
    /// The status to go to: `cancelled` for expected money, `settled` (with `account`) or
    /// `returned` for unallocated money.
    #[schema(min_length = 1, max_length = 64, example = "cancelled")]
    pub to: String,
    /// Why, as a word; becomes the `status_reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64)]
    pub reason_code: Option<String>,
    /// Why, in your own words, for the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
    /// The account that unallocated money is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// Moves a hold to another status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldTransition {
    /// `posted` pays, wholly or in part; `voided` releases.
    #[schema(min_length = 1, max_length = 64, example = "posted")]
    pub to: String,
    /// Why, as a word; becomes the `status_reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64)]
    pub reason_code: Option<String>,
    /// Why, in your own words, for the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
    /// How much is posted; all of it if not said. The rest is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}
