//! A transaction: who pays whom, what it costs, and how far it is. Its money is in the journal.

use ledger::{AccountId, Timestamp, TransactionId};
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::bank::BankDetails;
use crate::ids::{BankAccountId, HoldId};
use crate::meta::Meta;
use crate::states::TransactionStatus;

/// What kind of transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

impl TransactionKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::InboundBank, Self::Internal, Self::OutboundBank, Self::Fee, Self::Adjustment];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InboundBank => "inbound_bank",
            Self::Internal => "internal",
            Self::OutboundBank => "outbound_bank",
            Self::Fee => "fee",
            Self::Adjustment => "adjustment",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// A transaction. `refunded <= captured` always; the shares sum to the amount, or to what was posted of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// Version, labels, times.
    pub meta: Meta,
    /// What kind.
    pub kind: TransactionKind,
    /// Its state.
    pub status: TransactionStatus,
    /// The gross amount.
    pub amount: Amount,
    /// The account that pays, if it is one of the platform's.
    pub payer: Option<AccountId>,
    /// Who receives, if they are accounts of the platform.
    pub shares: Vec<Share>,
    /// The provider's fee.
    pub fee: Fee,
    /// What was taken from the payer and can be refunded, in minor units of the amount's asset.
    pub captured: u128,
    /// What went back or is on its way back, in minor units.
    pub refunded: u128,
    /// What payer and payee read.
    pub reference: String,
    /// The caller's own words.
    pub description: Option<String>,
    /// The rail's side, for money from and to banks.
    pub rail: Option<RailSide>,
    /// The hold, if its money was held first.
    pub hold: Option<HoldId>,
    /// Counts its entries; the next one takes this number.
    pub transition_no: u32,
    /// When it was counted against limits, in business time.
    pub counted_at: Timestamp,
    /// When it happened in the real world.
    pub effective_at: Timestamp,
    /// The day that interest and cut-offs count it to: days since 1970-01-01.
    pub value_date: i32,
}

/// What one payee receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The account.
    pub account: AccountId,
    /// Its part of the gross, in minor units.
    pub gross: u128,
    /// What it bears of the provider's fee, in minor units.
    pub fee: u128,
    /// What it gave back already, in minor units.
    pub returned: u128,
    /// What it got back of the fee that it bears, in minor units.
    pub fee_returned: u128,
}

/// Who bears the provider's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// The payer, on top of the amount.
    Payer,
    /// The payees, pro rata.
    Payees,
    /// The platform's own account.
    Platform,
}

impl Bearer {
    /// Every bearer.
    pub const ALL: &'static [Self] = &[Self::Payer, Self::Payees, Self::Platform];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Payees => "payees",
            Self::Platform => "platform",
        }
    }

    /// The bearer of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bearer| bearer.code() == code)
    }
}

/// The provider's fee of one transaction, fixed when it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// How much, in minor units of the transaction's asset.
    pub minor: u128,
    /// Who bears it.
    pub bearer: Bearer,
    /// What of it went back, in minor units.
    pub returned: u128,
    /// How much was refunded with its fee, in minor units: what `returned` is the part for.
    pub returned_for: u128,
}

/// What a rail knows of a transaction or refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RailSide {
    /// The other side's bank account.
    pub details: BankDetails,
    /// The same as a resource, for payouts.
    pub bank_account: Option<BankAccountId>,
    /// The bank's own id.
    pub bank_id: Option<String>,
    /// What is known of the rail's answer.
    pub outcome: Outcome,
    /// Whether the bank has booked it on the safeguarding account.
    pub booked: bool,
}

/// What is known of a rail's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The instruction waits to be sent.
    Waiting,
    /// It was sent and nobody knows what came of it.
    Unknown,
    /// The rail has it.
    Accepted,
    /// It ended.
    Final,
}

impl Outcome {
    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Final => "final",
        }
    }
}

impl Transaction {
    /// Whether refunds of it go back by rail.
    #[must_use]
    pub fn refunds_by_rail(&self) -> bool {
        self.kind == TransactionKind::InboundBank
    }

    /// What can still be refunded, in minor units.
    #[must_use]
    pub fn refundable(&self) -> u128 {
        self.captured.saturating_sub(self.refunded)
    }
}
