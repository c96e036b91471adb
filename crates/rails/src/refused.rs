//! Every way the sandbox bank says no, and how a no differs from a fault.
//!
//! A refusal is an answer: nothing was written. For faults see `fault.rs`.
//!
//! Start at [`Refused`].

use serde::{Deserialize, Serialize};

use crate::RailFault;
use crate::limits::{
    ACCOUNTS_PER_PLATFORM_MAX, KEY_BYTES_MAX, PAYMENTS_MAX, PAYMENTS_PER_PLATFORM_MAX,
    PLANNED_PER_PLATFORM_MAX, PLATFORM_BYTES_MAX, PLATFORMS_MAX, REQUESTS_MAX, TEXT_BYTES_MAX,
    TURNOVER_MAX,
};
use crate::state::Standing;

/// Why the sandbox bank refused. Nothing changed.
///
/// Variants stand in the order they are checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The scope, the key or the fingerprint of a request is empty, too long, or not printable.
    #[error(
        "a request has a scope, a key of 1 to {KEY_BYTES_MAX} printable characters, and a fingerprint"
    )]
    AskedInvalid,
    /// The key names another request already.
    #[error("the key names another request")]
    KeyReused,
    /// Too much came in for the platform already.
    #[error("the sandbox bank takes in at most {TURNOVER_MAX} minor units of one asset")]
    TurnoverFull,
    /// The bank remembers as many requests as it can.
    #[error("the sandbox bank remembers at most {REQUESTS_MAX} requests")]
    RequestsFull,
    /// The platform's id is empty, too long, or not of visible ASCII characters.
    #[error("a platform's id has 1 to {PLATFORM_BYTES_MAX} visible ASCII characters")]
    PlatformInvalid,
    /// The key is empty, too long, or not of visible ASCII characters.
    #[error("a key has 1 to {KEY_BYTES_MAX} visible ASCII characters")]
    KeyInvalid,
    /// A payment moves something.
    #[error("the amount must be above zero")]
    AmountZero,
    /// The reference is too long or holds control characters.
    #[error("a reference has at most {TEXT_BYTES_MAX} bytes and no control characters")]
    ReferenceInvalid,
    /// The account details of the beneficiary or the payer have the wrong shape.
    #[error("the account details are not well formed: holder, sort code and number, or IBAN")]
    DetailsInvalid,
    /// The reason is empty, too long or holds control characters.
    #[error("a reason has 1 to {TEXT_BYTES_MAX} bytes and no control characters")]
    ReasonInvalid,
    /// Credits cannot be returned, rejected or left without an answer.
    #[error("a credit cannot be `{behaviour}`")]
    NotForCredits {
        /// The name of what was asked.
        behaviour: String,
    },
    /// The parts of the faults exceed a million together.
    #[error("faults add up to {sum_ppm} parts per million, above the whole")]
    FaultsAboveWhole {
        /// All parts together.
        sum_ppm: u64,
    },
    /// No such collection account of this platform: the bank returned the money itself.
    #[error("the platform has no such collection account: the bank returned the money")]
    CollectionAccountUnknown,
    /// The platform has no payment with this key or bank id, or none yet.
    #[error("the bank knows no payment `{key}` of this platform")]
    PaymentUnknown {
        /// What was asked for.
        key: String,
    },
    /// What became of the payment cannot be changed in this way any more.
    #[error("the payment is already {}", .standing.name())]
    AlreadyDecided {
        /// What became of it.
        standing: Standing,
    },
    /// The bank serves as many platforms as it can.
    #[error("the sandbox bank serves at most {PLATFORMS_MAX} platforms")]
    PlatformsFull,
    /// The platform has as many collection accounts as it may, or no number is free.
    #[error("a platform has at most {ACCOUNTS_PER_PLATFORM_MAX} collection accounts")]
    AccountsFull,
    /// The platform, or the bank, has had as many payments as the bank keeps.
    #[error(
        "the sandbox bank keeps at most {PAYMENTS_PER_PLATFORM_MAX} payments of a platform \
         and {PAYMENTS_MAX} in all"
    )]
    PaymentsFull,
    /// Too many events wait for the platform's clock.
    #[error("at most {PLANNED_PER_PLATFORM_MAX} events of a platform may wait for its clock")]
    PlannedFull,
}

impl Refused {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AskedInvalid => "bank_asked_invalid",
            Self::KeyReused => "bank_key_reused",
            Self::TurnoverFull => "bank_turnover_full",
            Self::RequestsFull => "bank_requests_full",
            Self::PlatformInvalid => "bank_platform_invalid",
            Self::KeyInvalid => "bank_key_invalid",
            Self::AmountZero => "bank_amount_zero",
            Self::ReferenceInvalid => "bank_reference_invalid",
            Self::DetailsInvalid => "bank_details_invalid",
            Self::ReasonInvalid => "bank_reason_invalid",
            Self::NotForCredits { .. } => "bank_not_for_credits",
            Self::FaultsAboveWhole { .. } => "bank_faults_above_whole",
            Self::CollectionAccountUnknown => "bank_collection_account_unknown",
            Self::PaymentUnknown { .. } => "bank_payment_unknown",
            Self::AlreadyDecided { .. } => "bank_already_decided",
            Self::PlatformsFull => "bank_platforms_full",
            Self::AccountsFull => "bank_accounts_full",
            Self::PaymentsFull => "bank_payments_full",
            Self::PlannedFull => "bank_planned_full",
        }
    }

    /// Whether the very same request may be taken later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::PaymentUnknown { .. } | Self::PlannedFull => true,
            Self::AskedInvalid
            | Self::KeyReused
            | Self::RequestsFull
            | Self::TurnoverFull
            | Self::PlatformInvalid
            | Self::KeyInvalid
            | Self::AmountZero
            | Self::ReferenceInvalid
            | Self::DetailsInvalid
            | Self::ReasonInvalid
            | Self::NotForCredits { .. }
            | Self::FaultsAboveWhole { .. }
            | Self::CollectionAccountUnknown
            | Self::AlreadyDecided { .. }
            | Self::PlatformsFull
            | Self::AccountsFull
            | Self::PaymentsFull => false,
        }
    }
}

/// What a call of the sandbox bank ends in when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The bank says no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The bank's file failed.
    #[error(transparent)]
    Fault(#[from] RailFault),
}

impl BankError {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    /// Whether the very same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_retryable(),
            Self::Fault(fault) => fault.is_retryable(),
        }
    }
}
