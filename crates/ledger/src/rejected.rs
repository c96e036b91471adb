//! Why legs were refused: one enum, its codes, and whether waiting may help.
//!
//! How each is decided stands in `apply.rs`, in the same order.

use money::{Amount, Asset, Signed};

use crate::{AccountId, Layer, Total, limits::LEGS_MAX};

/// Why the ledger refused an entry. A refusal is an answer, not a fault: nothing changed.
///
/// Variants stand in the order [`apply()`](crate::apply()) checks them, each over all legs, in
/// leg order, before the next. Not `#[non_exhaustive]`: a new variant must break every `match`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// An entry changes something.
    #[error("an entry needs at least one leg")]
    NoLegs,
    /// More legs than [`LEGS_MAX`].
    #[error("an entry takes at most {LEGS_MAX} legs, this one has {legs}")]
    TooManyLegs {
        /// How many there are.
        legs: usize,
    },
    /// A leg moves something: zero is a mistake.
    #[error("the leg on account {account} must be above zero")]
    AmountZero {
        /// The account of the leg.
        account: AccountId,
    },
    /// An account counts one asset only.
    #[error("account {account} holds {holds}, cannot take {amount}")]
    AssetMismatch {
        /// The account of the leg.
        account: AccountId,
        /// The asset of the account.
        holds: Asset,
        /// The amount of the leg.
        amount: Amount,
    },
    /// Debits and credits differ, within an asset and a layer.
    #[error(
        "{} legs in {asset} debit {debits} and credit {credits} minor units",
        .layer.code()
    )]
    Unbalanced {
        /// The asset.
        asset: Asset,
        /// The layer.
        layer: Layer,
        /// What its legs debit, in minor units.
        debits: Total,
        /// What its legs credit, in minor units.
        credits: Total,
    },
    /// A closed account takes part in nothing new.
    #[error("account {account} is closed")]
    AccountClosed {
        /// The account.
        account: AccountId,
    },
    /// The account would take in, and may not.
    #[error("account {account} is frozen for money coming in")]
    AccountFrozenIn {
        /// The account.
        account: AccountId,
    },
    /// The account would give out, and may not.
    #[error("account {account} is frozen for money going out")]
    AccountFrozenOut {
        /// The account.
        account: AccountId,
    },
    /// More would be released than is reserved.
    #[error("account {account} has only {pending} reserved, cannot release {released}")]
    HoldExceeded {
        /// The account of the leg.
        account: AccountId,
        /// What is reserved on that side, before the leg.
        pending: Signed,
        /// What the leg would release.
        released: Amount,
    },
    /// A counter would exceed [`AMOUNT_MAX`](money::AMOUNT_MAX).
    #[error("account {account} cannot count {amount} more")]
    BalanceOverflow {
        /// The account of the leg.
        account: AccountId,
        /// The amount of the leg.
        amount: Amount,
    },
    /// A liability account would have less than nothing available.
    #[error("account {account} has {available} available, needs {needed}")]
    InsufficientFunds {
        /// The account.
        account: AccountId,
        /// What it has available before the entry, credit limit included.
        available: Signed,
        /// How much the entry as a whole takes from that.
        needed: Signed,
    },
}

impl Rejected {
    /// The code on the wire and in docs/errors.md. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoLegs => "no_legs",
            Self::TooManyLegs { .. } => "too_many_legs",
            Self::AmountZero { .. } => "amount_zero",
            Self::AssetMismatch { .. } => "asset_mismatch",
            Self::Unbalanced { .. } => "unbalanced",
            Self::AccountClosed { .. } => "account_closed",
            Self::AccountFrozenIn { .. } => "account_frozen_in",
            Self::AccountFrozenOut { .. } => "account_frozen_out",
            Self::HoldExceeded { .. } => "hold_exceeded",
            Self::BalanceOverflow { .. } => "balance_overflow",
            Self::InsufficientFunds { .. } => "insufficient_funds",
        }
    }

    /// Whether waiting may help: the very same entry may be accepted later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::AccountFrozenIn { .. }
            | Self::AccountFrozenOut { .. }
            | Self::InsufficientFunds { .. } => true,
            Self::NoLegs
            | Self::TooManyLegs { .. }
            | Self::AmountZero { .. }
            | Self::AssetMismatch { .. }
            | Self::Unbalanced { .. }
            | Self::AccountClosed { .. }
            | Self::HoldExceeded { .. }
            | Self::BalanceOverflow { .. } => false,
        }
    }
}
