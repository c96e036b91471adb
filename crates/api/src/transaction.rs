//! Transactions: payments between accounts, from banks and to banks, fees and corrections.
//!
//! The body that makes one is read by its `kind`; [`CreateTransaction`] is what all of them are in
//! the OpenAPI document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::bank::BankDetails;
use crate::entry::{Direction, Leg};
use crate::id::{AccountId, BankAccountId, HoldId, Timestamp, TransactionId};
use crate::sandbox::Behaviour;

resource! {
    /// A transaction: who pays whom, what it costs, and how far it is.
    pub struct Transaction in TransactionList {
        /// Its id.
        pub id: TransactionId,
        /// What kind.
        pub kind: TransactionKind,
        /// `created`, `in_review`, `authorised`, `submitted`, `settled`, `cancelled`, `expired`,
        /// `failed` or `returned`.
        #[schema(example = "settled")]
        pub status: String,
        /// The gross amount.
        pub amount: Amount,
        /// The account that pays, if it is one of the platform's.
        pub from_account: Option<AccountId>,
        /// Who receives which part, if they are accounts of the platform.
        pub split: Vec<Share>,
        /// The provider's fee.
        pub fee: Fee,
        /// What was taken from the payer and can be refunded.
        pub captured: Amount,
        /// What went back, or is on its way back.
        pub refunded: Amount,
        /// What payer and payee read. For expected money, what the payer must quote.
        #[schema(example = "Order 1815")]
        pub reference: String,
        /// Your own words.
        pub description: Option<String>,
        /// The bank's side, for money from and to banks.
        pub bank: Option<BankSide>,
        /// Where the payer of expected money must send it; only in the answer that made it and
        /// where one transaction is read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pay_to: Option<BankDetails>,
        /// The hold, if its money was held first.
        pub hold: Option<HoldId>,
        /// When it happened in the real world.
        pub effective_at: Timestamp,
        /// The day that cut-offs count it to.
        #[schema(format = Date, example = "2026-01-31")]
        pub value_date: String,
        /// The legs of its latest journal entry, with the balances after them. Only in the answer
        /// that wrote it and where one transaction is read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub legs: Option<Vec<Leg>>,
    }
}

/// As little of a transaction as says that it was made, and nothing else: a whole one is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MinimalTransaction {
    /// Its id.
    pub id: TransactionId,
    /// Its status then.
    #[schema(example = "settled")]
    pub status: String,
    /// Its version then.
    #[schema(minimum = 1, example = 1)]
    pub version: u64,
}

/// A transaction as the request that made it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CreatedTransaction {
    /// The whole of it.
    Whole(Box<Transaction>),
    /// To a request with `Prefer: return=minimal`, and to each that repeats it.
    Minimal(MinimalTransaction),
}

/// What kind of transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    /// Money from a bank.
    InboundBank,
    /// From one account to others of the platform.
    Internal,
    /// Money to a bank.
    OutboundBank,
    /// The provider charges an account.
    Fee,
    /// The provider corrects an account.
    Adjustment,
}

/// What one payee receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// The account.
    pub account: AccountId,
    /// Its part of the gross amount.
    pub gross: Amount,
    /// What it bears of the provider's fee.
    pub fee: Amount,
    /// What it received: gross less fee.
    pub net: Amount,
    /// What it gave back already.
    pub returned: Amount,
}

/// The provider's fee of one transaction, fixed when it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fee {
    /// How much.
    pub amount: Amount,
    /// Who bears it.
    pub bearer: FeeBearer,
    /// What of it went back.
    pub returned: Amount,
}

/// Who bears the provider's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeeBearer {
    /// The payer, on top of the amount.
    Payer,
    /// The payees, pro rata.
    Payees,
    /// The platform's own account.
    Platform,
}

/// What a bank knows of a transaction or refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankSide {
    /// The other side's account.
    pub details: BankDetails,
    /// The same as a resource, for payouts.
    pub bank_account: Option<BankAccountId>,
    /// The bank's own id of the payment.
    pub bank_id: Option<String>,
    /// What is known of the bank's answer: `waiting`, `unknown`, `accepted` or `final`.
    #[schema(example = "accepted")]
    pub outcome: String,
    /// Whether the bank has booked it on the safeguarding account.
    pub booked: bool,
}

/// One payee of a split: exactly one of `amount`, `share_ppm` and `remainder`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Who receives.
    pub account: AccountId,
    /// A fixed amount, above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// So many millionths of the gross amount, above zero: 100000 is 10 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub share_ppm: Option<u32>,
    /// What the others leave: at most one payee has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remainder: Option<bool>,
}

/// The word `internal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InternalKind {
    /// From one account to others of the platform.
    Internal,
}

/// The word `outbound_bank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutboundBankKind {
    /// Money to a bank.
    OutboundBank,
}

/// The word `inbound_bank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InboundBankKind {
    /// Money from a bank.
    InboundBank,
}

/// The word `fee`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// The provider charges an account.
    Fee,
}

/// The word `adjustment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// The provider corrects an account.
    Adjustment,
}

creation! {
    /// Pays from one account to others of the platform, at once: to `to_account`, or by `split`.
    pub struct CreateInternalTransaction {
        /// The word `internal`.
        pub kind: InternalKind,
        /// Who pays.
        pub from_account: AccountId,
        /// Who receives it all; or give a `split`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to_account: Option<AccountId>,
        /// Who receives which part; or give a `to_account`. The parts must equal the amount.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_items = 1, max_items = 100)]
        pub split: Option<Vec<Part>>,
        /// How much, gross.
        pub amount: Amount,
        /// Who bears the provider's fee; the payees if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fee_bearer: Option<FeeBearer>,
        /// What payer and payees read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 140, example = "Order 1815")]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
        /// When it happened, if not now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub effective_at: Option<Timestamp>,
    }
}

creation! {
    /// Pays out to a customer's bank account.
    pub struct CreateOutboundBankTransaction {
        /// The word `outbound_bank`.
        pub kind: OutboundBankKind,
        /// Who pays.
        pub from_account: AccountId,
        /// Where to: a verified bank account of the same customer.
        pub bank_account: BankAccountId,
        /// How much arrives.
        pub amount: Amount,
        /// Who bears the provider's fee: `payer` (if not said) or `platform`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fee_bearer: Option<FeeBearer>,
        /// What the beneficiary reads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 140, example = "Payout 7")]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
        /// How the sandbox bank should act on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sandbox: Option<Behaviour>,
    }
}

creation! {
    /// Expects money from a bank. The answer's `reference` and `pay_to` are what to show the payer.
    pub struct CreateInboundBankTransaction {
        /// The word `inbound_bank`.
        pub kind: InboundBankKind,
        /// Who will receive.
        pub to_account: AccountId,
        /// How much.
        pub amount: Amount,
        /// What the payer must quote; made up if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 140)]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
    }
}

creation! {
    /// Charges an account, as the provider. Operators only.
    pub struct CreateFeeTransaction {
        /// The word `fee`.
        pub kind: FeeKind,
        /// Who pays.
        pub from_account: AccountId,
        /// How much.
        pub amount: Amount,
        /// What for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 140, example = "Card reader")]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
    }
}

creation! {
    /// Corrects an account, as the provider. Operators only.
    pub struct CreateAdjustmentTransaction {
        /// The word `adjustment`.
        pub kind: AdjustmentKind,
        /// Which account.
        pub account: AccountId,
        /// `credit` gives to it, `debit` takes from it.
        pub direction: Direction,
        /// How much.
        pub amount: Amount,
        /// The internal account on the other side.
        pub against: AdjustmentAgainst,
        /// What for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 140, example = "Goodwill")]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
        /// When it happened, if not now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub effective_at: Option<Timestamp>,
    }
}

/// An internal account that corrections may go against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AdjustmentAgainst {
    /// The provider's fees.
    #[serde(rename = "income:fees")]
    Fees,
    /// What the provider lost.
    #[serde(rename = "expense:loss")]
    Loss,
    /// What the operator put in or took out.
    #[serde(rename = "equity:operator")]
    OperatorEquity,
}

/// Makes a transaction; `kind` says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "kind", mapping(
    ("internal" = "#/components/schemas/CreateInternalTransaction"),
    ("outbound_bank" = "#/components/schemas/CreateOutboundBankTransaction"),
    ("inbound_bank" = "#/components/schemas/CreateInboundBankTransaction"),
    ("fee" = "#/components/schemas/CreateFeeTransaction"),
    ("adjustment" = "#/components/schemas/CreateAdjustmentTransaction"),
)))]
pub enum CreateTransaction {
    /// Between accounts of the platform.
    Internal(CreateInternalTransaction),
    /// To a bank.
    OutboundBank(CreateOutboundBankTransaction),
    /// From a bank.
    InboundBank(CreateInboundBankTransaction),
    /// A charge of the provider.
    Fee(CreateFeeTransaction),
    /// A correction by the provider.
    Adjustment(CreateAdjustmentTransaction),
}

patch! {
    /// Changes a transaction's description and labels; never its money.
    pub struct UpdateTransaction {
        /// Your own words; null removes them.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        pub description: Option<Option<String>>,
    }
}
