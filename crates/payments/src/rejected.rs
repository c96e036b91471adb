//! Every way a command can be refused, in the order they are checked: form, existence, version, state, rules, limits, balances.
//!
//! A refusal is an answer, not a fault: nothing changed. One enum for all decisions, so that a code
//! means the same everywhere and the wire has one table.

use ledger::Timestamp;
use money::{Amount, AmountError, Asset};

/// What a refusal is about; decides the HTTP status in `units/api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// The command itself makes no sense (422, kept).
    Invalid,
    /// There is no such thing here (404, not kept).
    NotFound,
    /// Somebody changed it first (412, not kept).
    Version,
    /// Its state does not allow it (409, kept).
    State,
    /// The asker may not do that (403, not kept).
    Forbidden,
    /// Due diligence or a role does not allow it (422, kept).
    Rule,
    /// A limit is used up (422, kept).
    Limit,
    /// Money is missing, or would not fit (422, kept).
    Balance,
}

/// A named figure that a refusal shows: what was available, needed, allowed, used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// `available`, `needed`, `limit`, `used` or `resets_at`.
    pub name: &'static str,
    /// A decimal with its asset, or an instant.
    pub value: FigureValue,
}

/// The value of a [`Figure`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FigureValue {
    /// Money; the text may carry a minus.
    Money(String, Asset),
    /// An instant.
    At(Timestamp),
}

/// Why a command was refused. Variants stand in the order decisions check them; a value that only
/// what was loaded shows to be wrong (`/effective_at`, `/paid_by`) is refused where that is known.
/// What stands against an account's state is one check, the payer's before the payees'.
///
/// Not `#[non_exhaustive]`: a new variant must break every `match`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum Rejected {
    /// The platform is suspended.
    #[error("the platform is suspended")]
    PlatformSuspended,
    /// A value breaks a bound or a form.
    #[error("{pointer}: {detail}")]
    ValueInvalid { pointer: &'static str, detail: String },
    /// An amount does not fit.
    #[error("{pointer}: {source}")]
    AmountInvalid { pointer: &'static str, source: AmountError },
    /// A payment moves something.
    #[error("amount must be above zero")]
    AmountNotPositive,
    /// The parts of a split do not make the whole.
    #[error("the split adds up to {parts}, the amount is {whole}")]
    SplitUnbalanced { parts: String, whole: Amount },
    /// Nobody pays themselves.
    #[error("account {account} cannot pay itself")]
    SameAccount { account: String },
    /// The resource is not there, or is another platform's.
    #[error("no such {kind}: {id}")]
    NotFound { kind: &'static str, id: String },
    /// The external id belongs to another resource.
    #[error("external_id {external_id} is taken by {holder}")]
    ExternalIdTaken { external_id: String, holder: String },
    /// `If-Match` names another version.
    #[error("version is {actual}, not {expected}")]
    VersionMismatch { expected: u64, actual: u64 },
    /// The state machine has no such step.
    #[error("a {kind} that is {from} cannot become {to}")]
    TransitionNotAllowed {
        kind: &'static str,
        from: &'static str,
        to: String,
        allowed: Vec<&'static str>,
    },
    /// What is published does not change.
    #[error("a {kind} that is {status} does not change")]
    Unchangeable { kind: &'static str, status: &'static str },
    /// Only the provider may do this.
    #[error("only an operator may make a {kind} {to}")]
    OperatorRequired { kind: &'static str, to: String },
    /// The step exists, but something blocks it.
    #[error("{kind} cannot become {to}: {detail}")]
    TransitionBlocked {
        kind: &'static str,
        to: &'static str,
        detail: String,
        requirements: Vec<String>,
    },
    /// The hold ran out.
    #[error("hold {hold} expired")]
    HoldExpired { hold: String },
    /// The account is closed, closing, or not open yet.
    #[error("account {account} is {status}")]
    AccountNotOpen { account: String, status: &'static str },
    /// The account takes nothing in.
    #[error("account {account} is {status}: it takes nothing in")]
    AccountFrozenIn { account: String, status: &'static str },
    /// The account pays nothing out.
    #[error("account {account} is {status}: it pays nothing out")]
    AccountFrozenOut { account: String, status: &'static str },
    /// The bank account may not be used.
    #[error("bank account {bank_account} is {status}")]
    BankAccountNotVerified { bank_account: String, status: &'static str },
    /// One transaction, one asset.
    #[error("account {account} holds {held}, not {asset}")]
    AssetMismatch { account: String, held: Asset, asset: Asset },
    /// The transaction has not captured money that could go back.
    #[error("transaction {transaction} is {status}: nothing to refund")]
    NotRefundable { transaction: String, status: &'static str },
    /// The sandbox exists only in test stores.
    #[error("the sandbox exists only in test stores")]
    NotASandbox,
    /// A live store has no rail yet that could carry it.
    #[error("there is no rail for it in this store")]
    RailUnavailable,
    /// What became of a payout at the sandbox bank stays so.
    #[error("{detail}")]
    PayoutDecided { detail: String },
    /// The sandbox bank says no.
    #[error("{detail}")]
    BankRefused { detail: String },
    /// The customer's role or status does not grant the capability.
    #[error("customer {customer} cannot {capability}: {detail}")]
    CapabilityMissing {
        customer: String,
        capability: &'static str,
        detail: String,
        requirements: Vec<String>,
    },
    /// A role of another kind of customer, or not published.
    #[error("role {role} cannot be used: {detail}")]
    RoleNotUsable { role: String, detail: String },
    /// The fee is above what its bearer receives.
    #[error("the fee {fee} is above what its bearer receives, {received}")]
    FeeExceedsAmount { fee: Amount, received: Amount },
    /// A limit of the customer's role would be passed.
    #[error(
        "customer {customer}: limit of {limit} per {window} for {capability}, used {used}, needed {needed}"
    )]
    LimitExceeded {
        customer: String,
        capability: &'static str,
        window: &'static str,
        limit: Amount,
        used: Amount,
        needed: Amount,
        resets_at: Timestamp,
    },
    /// Refunds would pass what was captured.
    #[error("refundable is {available}, needed {needed}")]
    RefundExceedsCaptured { available: Amount, needed: Amount },
    /// A part of a hold above the whole.
    #[error("held is {available}, needed {needed}")]
    HoldExceeded { available: Amount, needed: Amount },
    /// A counter would pass the largest amount.
    #[error("account {account} cannot hold that much")]
    BalanceOverflow { account: String },
    /// The account would go below zero.
    #[error("account {account} has {available} available, needs {needed}")]
    InsufficientFunds { account: String, asset: Asset, available: String, needed: String },
}

impl Rejected {
    /// A value that breaks a bound or a form.
    #[must_use]
    pub const fn invalid(pointer: &'static str, detail: String) -> Self {
        Self::ValueInvalid { pointer, detail }
    }

    /// The code on the wire and in docs/errors.md. Never renamed, never used twice.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.class().0
    }

    /// What it is about.
    #[must_use]
    pub fn category(&self) -> Category {
        self.class().1
    }

    /// Whether a new command with the same content may be accepted later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.class().2
    }

    /// Whether the answer is kept under its idempotency key: a refusal by the domain is.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        match self.category() {
            Category::NotFound | Category::Version | Category::Forbidden => false,
            Category::Invalid
            | Category::State
            | Category::Rule
            | Category::Limit
            | Category::Balance => true,
        }
    }

    fn class(&self) -> (&'static str, Category, bool) {
        use Category::{Balance, Forbidden, Invalid, Limit, NotFound, Rule, State, Version};
        match self {
            Self::PlatformSuspended => ("platform_suspended", State, true),
            Self::ValueInvalid { .. } => ("value_invalid", Invalid, false),
            Self::AmountInvalid { source, .. } => (source.code(), Invalid, false),
            Self::AmountNotPositive => ("amount_not_positive", Invalid, false),
            Self::SplitUnbalanced { .. } => ("split_unbalanced", Invalid, false),
            Self::SameAccount { .. } => ("same_account", Invalid, false),
            Self::NotFound { .. } => ("not_found", NotFound, false),
            Self::ExternalIdTaken { .. } => ("external_id_taken", State, false),
            Self::VersionMismatch { .. } => ("version_mismatch", Version, true),
            Self::TransitionNotAllowed { .. } => ("transition_not_allowed", State, false),
            Self::Unchangeable { .. } => ("unchangeable", State, false),
            Self::OperatorRequired { .. } => ("operator_required", Forbidden, false),
            Self::TransitionBlocked { .. } => ("transition_blocked", State, true),
            Self::HoldExpired { .. } => ("hold_expired", State, false),
            Self::AccountNotOpen { .. } => ("account_not_open", State, true),
            Self::AccountFrozenIn { .. } => ("account_frozen_in", State, true),
            Self::AccountFrozenOut { .. } => ("account_frozen_out", State, true),
            Self::BankAccountNotVerified { .. } => ("bank_account_not_verified", State, true),
            Self::AssetMismatch { .. } => ("asset_mismatch", Invalid, false),
            Self::NotRefundable { .. } => ("not_refundable", State, true),
            Self::NotASandbox => ("not_a_sandbox", State, false),
            Self::RailUnavailable => ("rail_unavailable", State, true),
            Self::PayoutDecided { .. } => ("payout_decided", State, false),
            Self::BankRefused { .. } => ("bank_refused", Rule, false),
            Self::CapabilityMissing { .. } => ("capability_missing", Rule, true),
            Self::RoleNotUsable { .. } => ("role_not_usable", Rule, false),
            Self::FeeExceedsAmount { .. } => ("fee_exceeds_amount", Rule, false),
            Self::LimitExceeded { .. } => ("limit_exceeded", Limit, true),
            Self::RefundExceedsCaptured { .. } => ("refund_exceeds_captured", Balance, false),
            Self::HoldExceeded { .. } => ("hold_exceeded", Balance, false),
            Self::BalanceOverflow { .. } => ("balance_overflow", Balance, false),
            Self::InsufficientFunds { .. } => ("insufficient_funds", Balance, true),
        }
    }

    /// The figures that the refusal shows.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        let money = |name, amount: &Amount| Figure {
            name,
            value: FigureValue::Money(amount.decimal(), amount.asset()),
        };
        if let Self::InsufficientFunds { asset, available, needed, .. } = self {
            let text = |name, text: &String| Figure {
                name,
                value: FigureValue::Money(text.clone(), *asset),
            };
            return vec![text("available", available), text("needed", needed)];
        }
        if let Self::LimitExceeded { limit, used, needed, resets_at, .. } = self {
            let resets = Figure { name: "resets_at", value: FigureValue::At(*resets_at) };
            return vec![
                money("limit", limit),
                money("used", used),
                money("needed", needed),
                resets,
            ];
        }
        if let Self::RefundExceedsCaptured { available, needed }
        | Self::HoldExceeded { available, needed } = self
        {
            return vec![money("available", available), money("needed", needed)];
        }
        if let Self::FeeExceedsAmount { fee, received } = self {
            return vec![money("available", received), money("needed", fee)];
        }
        Vec::new()
    }

    /// The field of the request that is wrong, if it is one.
    #[must_use]
    pub fn pointer(&self) -> Option<&'static str> {
        if let Self::ValueInvalid { pointer, .. } | Self::AmountInvalid { pointer, .. } = self {
            return Some(pointer);
        }
        None
    }

    /// What must be done first, if something must.
    #[must_use]
    pub fn requirements(&self) -> &[String] {
        if let Self::TransitionBlocked { requirements, .. }
        | Self::CapabilityMissing { requirements, .. } = self
        {
            return requirements;
        }
        &[]
    }

    /// The transitions that the resource has instead, if that is what was wrong.
    #[must_use]
    pub fn available_transitions(&self) -> &[&'static str] {
        if let Self::TransitionNotAllowed { allowed, .. } = self {
            return allowed;
        }
        &[]
    }
}
