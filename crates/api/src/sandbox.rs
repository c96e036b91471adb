//! The sandbox: a bank that does as it is told, and a clock that can be moved. Test stores only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::bank::BankDetails;
use crate::id::AccountId;

/// How the sandbox bank acts on one payment. Where it is not said, the beneficiary's account
/// number may say it (10000001 late, 10000002 returned, 10000003 no answer), then the platform's
/// faults; else the bank settles at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// What the bank does.
    pub behaviour: BehaviourName,
    /// With `settle_late` and `returned`: how many seconds of business time later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 31_536_000, example = 3600)]
    pub after_seconds: Option<u32>,
    /// With `returned` and `rejected`: the bank's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 140, example = "account_closed")]
    pub reason: Option<String>,
}

/// What the sandbox bank can do with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BehaviourName {
    /// Settled, then booked, at once.
    SettleAtOnce,
    /// Settled, then booked, later.
    SettleLate,
    /// Accepted, and nothing more until somebody decides it by hand.
    SettleNever,
    /// Settled and booked, and both told twice.
    SettleTwice,
    /// Booked first, settled after.
    OutOfOrder,
    /// Settled, then returned. Payouts only.
    Returned,
    /// Refused when it is sent. Payouts only.
    Rejected,
    /// Accepted and settled, but the bank does not answer. Payouts only.
    NoAnswer,
}

/// Lets money arrive from outside, as if somebody had paid by bank transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSandboxCredit {
    /// How much arrives.
    pub amount: Amount,
    /// The account it is for, whose reference is quoted; or give a `reference`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What the payer quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 140)]
    pub reference: Option<String>,
    /// Who pays; somebody is made up if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<BankDetails>,
    /// The account that is paid; the platform's collection account in the asset if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_account: Option<BankDetails>,
    /// How the credit arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Behaviour>,
}

/// A credit that the sandbox bank has taken. It arrives as an `inbound_bank` transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SandboxCredit {
    /// The bank's id of the credit, which the transaction will carry.
    #[schema(example = "sbc-00000001")]
    pub bank_id: String,
    /// How much arrives.
    pub amount: Amount,
    /// What the payer quotes.
    pub reference: String,
    /// Who pays.
    pub payer: BankDetails,
    /// The account that is paid.
    pub collection_account: BankDetails,
}

/// Moves the platform's business time ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceSandboxClock {
    /// By so many seconds: at most 366 days at a time. The clock never goes back.
    #[schema(minimum = 1, maximum = 31_622_400, example = 86400)]
    pub advance_seconds: u64,
}

/// Decides by hand what becomes of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideSandboxPayout {
    /// What becomes of it.
    pub outcome: PayoutOutcome,
    /// With `returned` and `rejected`: the bank's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 140, example = "account_closed")]
    pub reason: Option<String>,
}

/// What can become of a payout by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutOutcome {
    /// Settled and booked.
    Settled,
    /// Settled, then returned.
    Returned,
    /// Refused, where it is not settled yet.
    Rejected,
}

/// What the sandbox bank knows of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SandboxPayout {
    /// The transaction or refund it serves.
    #[schema(example = "txn_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// The bank's id of the payout.
    #[schema(example = "sbp-00000001")]
    pub bank_id: String,
    /// How much.
    pub amount: Amount,
    /// `waiting`, `settled`, `returned`, `rejected` or `dropped`.
    #[schema(example = "waiting")]
    pub status: String,
    /// How many events of it are still to come.
    pub events_planned: u64,
}

/// How often the sandbox bank's payments go wrong, in parts per million, and the seed of the draws.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxFaults {
    /// The same seed and the same payments give the same faults.
    #[serde(default)]
    #[schema(maximum = 9_007_199_254_740_991i64, example = 42)]
    pub seed: u64,
    /// An hour late.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub late_ppm: u32,
    /// Never settled.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub never_ppm: u32,
    /// Every event told twice.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub twice_ppm: u32,
    /// Booked before settled.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub out_of_order_ppm: u32,
    /// Returned a day later.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub returned_ppm: u32,
    /// Refused when sent.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub rejected_ppm: u32,
    /// Accepted without an answer.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub no_answer_ppm: u32,
}

/// Resets the platform's sandbox bank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetSandbox {}

/// The platform's sandbox bank was reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SandboxReset {
    /// What was reset.
    #[schema(example = "planned events and faults")]
    pub reset: String,
}
