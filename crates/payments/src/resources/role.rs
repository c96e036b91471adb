//! A role: what a kind of customer may do, what it costs and where it ends; versioned, and fixed once published.

use money::{Amount, Asset, PartsPerMillion};
use serde::{Deserialize, Serialize};

use crate::ids::RoleId;
use crate::meta::Meta;
use crate::states::RoleStatus;

use super::{CustomerKind, TransactionKind};

/// One version of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The id of this version.
    pub id: RoleId,
    /// Version (of this resource), labels, times.
    pub meta: Meta,
    /// The role's name, shared by its versions.
    pub name: String,
    /// Which version of the role this is, from 1.
    pub revision: u32,
    /// The kinds of customers that may have it.
    pub kinds: Vec<CustomerKind>,
    /// What it grants.
    pub capabilities: Vec<Capability>,
    /// What the provider charges.
    pub fees: Vec<FeeRule>,
    /// How much of a capability may be used.
    pub limits: Vec<Limit>,
    /// Whether an operator must verify persons and review the customer first.
    pub review_required: bool,
    /// Its state.
    pub status: RoleStatus,
}

/// What a customer may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Capability {
    /// Every capability.
    pub const ALL: &'static [Self] =
        &[Self::HoldFunds, Self::ReceiveBank, Self::SendInternal, Self::SendBank];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HoldFunds => "hold_funds",
            Self::ReceiveBank => "receive_bank",
            Self::SendInternal => "send_internal",
            Self::SendBank => "send_bank",
        }
    }

    /// The capability of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.code() == code)
    }

    /// Whether money leaves the customer by it.
    #[must_use]
    pub const fn is_outward(self) -> bool {
        match self {
            Self::HoldFunds | Self::ReceiveBank => false,
            Self::SendInternal | Self::SendBank => true,
        }
    }
}

/// What the provider charges for one kind of transaction in one asset:
/// `clamp(fixed + amount × parts per million, minimum, maximum)`, half to even.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRule {
    /// For which transactions.
    pub kind: TransactionKind,
    /// The fixed part, which also names the asset.
    pub fixed: Amount,
    /// The proportional part.
    pub share: PartsPerMillion,
    /// At least this, in minor units.
    pub minimum: u128,
    /// At most this, in minor units.
    pub maximum: Option<u128>,
}

/// How much of a capability may be used within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Of which capability.
    pub capability: Capability,
    /// Within which window.
    pub window: LimitWindow,
    /// At most this.
    pub maximum: Amount,
}

/// A rolling window, in UTC; it may refuse early, never late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LimitWindow {
    /// The current hour and the 24 before.
    Day,
    /// The current day and the 30 before.
    Month,
    /// The current month and the 12 before.
    Year,
}

impl LimitWindow {
    /// Every window.
    pub const ALL: &'static [Self] = &[Self::Day, Self::Month, Self::Year];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The window of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|window| window.code() == code)
    }
}

impl Role {
    /// Whether it grants `capability`.
    #[must_use]
    pub fn grants(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The fee rule for a kind of transaction in an asset.
    #[must_use]
    pub fn fee_rule(&self, kind: TransactionKind, asset: Asset) -> Option<&FeeRule> {
        self.fees.iter().find(|rule| rule.kind == kind && rule.fixed.asset() == asset)
    }
}
