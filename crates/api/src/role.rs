//! Roles: what a kind of customer may do, what it costs and where it ends.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::customer::CustomerKind;
use crate::id::RoleId;
use crate::transaction::TransactionKind;

resource! {
    /// One version of a role. What is published never changes.
    pub struct Role in RoleList {
        /// The id of this version.
        pub id: RoleId,
        /// The role's name, shared by its versions.
        #[schema(example = "Standard")]
        pub name: String,
        /// Which version of the role this is, from 1.
        #[schema(minimum = 1, example = 1)]
        pub revision: u32,
        /// `draft`, `published` or `retired`.
        #[schema(example = "published")]
        pub status: String,
        /// The kinds of customers that may have it.
        pub kinds: Vec<CustomerKind>,
        /// What it grants.
        pub capabilities: Vec<Capability>,
        /// What the provider charges.
        pub fees: Vec<FeeRule>,
        /// How much of a capability may be used.
        pub limits: Vec<LimitRule>,
        /// Whether an operator must verify persons and review the customer first.
        pub review_required: bool,
    }
}

/// What a customer may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Have accounts with money in them.
    HoldFunds,
    /// Be paid from a bank.
    ReceiveBank,
    /// Pay other customers of the platform.
    SendInternal,
    /// Pay out to a bank.
    SendBank,
}

/// What the provider charges for one kind of transaction in one asset:
/// `fixed` plus `parts_per_million` of the amount, at least `minimum`, at most `maximum`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// For which transactions.
    pub kind: TransactionKind,
    /// The fixed part, which also names the asset.
    pub fixed: Amount,
    /// The proportional part, in millionths: 14000 is 1.4 %.
    #[serde(default)]
    #[schema(maximum = 1_000_000, example = 14_000)]
    pub parts_per_million: u32,
    /// At least this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Amount>,
    /// At most this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Amount>,
}

/// How much of a capability may be used within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Of which capability.
    pub capability: Capability,
    /// Within which rolling window, in UTC.
    pub window: LimitWindow,
    /// At most this much.
    pub maximum: Amount,
}

/// A rolling window; it may refuse early, never late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitWindow {
    /// The current hour and the 24 before.
    Day,
    /// The current day and the 30 before.
    Month,
    /// The current month and the 12 before.
    Year,
}

creation! {
    /// Makes a role, or the next version of the role of that name, as a draft.
    pub struct CreateRole {
        /// The role's name.
        #[schema(min_length = 1, max_length = 200, example = "Verified seller")]
        pub name: String,
        /// The kinds of customers that may have it.
        #[schema(min_items = 1, max_items = 4)]
        pub kinds: Vec<CustomerKind>,
        /// What it grants.
        #[schema(max_items = 16)]
        pub capabilities: Vec<Capability>,
        /// What the provider charges.
        #[serde(default)]
        #[schema(max_items = 100)]
        pub fees: Vec<FeeRule>,
        /// How much of a capability may be used.
        #[serde(default)]
        #[schema(max_items = 100)]
        pub limits: Vec<LimitRule>,
        /// Whether an operator must verify persons and review the customer first.
        #[serde(default)]
        pub review_required: bool,
    }
}

patch! {
    /// Changes a role; its terms only while it is a draft. What is not said stays as it is.
    pub struct UpdateRole {
        /// The kinds of customers that may have it.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_items = 1, max_items = 4)]
        pub kinds: Option<Vec<CustomerKind>>,
        /// What it grants.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, max_items = 16)]
        pub capabilities: Option<Vec<Capability>>,
        /// What the provider charges; replaces all fee rules.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, max_items = 100)]
        pub fees: Option<Vec<FeeRule>>,
        /// How much of a capability may be used; replaces all limits.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, max_items = 100)]
        pub limits: Option<Vec<LimitRule>>,
        /// Whether an operator must verify persons and review the customer first.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub review_required: Option<bool>,
    }
}

/// What a role says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleTerms {
    /// The kinds of customers that may have it.
    #[schema(min_items = 1, max_items = 4)]
    pub kinds: Vec<CustomerKind>,
    /// What it grants.
    #[schema(max_items = 16)]
    pub capabilities: Vec<Capability>,
    /// What the provider charges.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub fees: Vec<FeeRule>,
    /// How much of a capability may be used.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub limits: Vec<LimitRule>,
    /// Whether an operator must verify persons and review the customer first.
    #[serde(default)]
    pub review_required: bool,
}
