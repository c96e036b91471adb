//! What the bank's file holds: one record a state change, decided already.
//!
//! A record says what was decided, not what was asked: a changed magic number or a changed order
//! of draws never changes what an old file means. Not the file: see `bank_file.rs`.
//!
//! Start at [`Record`]; variants and fields are only ever added.

use money::{Amount, Asset};
use serde::{Deserialize, Serialize};

use crate::{Asked, BankDetails, Behaviour, ChosenBy, Faults, Instruction, Refused};

/// One state change, or an answer to keep. `asked` names the request behind it, if that has a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    /// A collection account was opened.
    AccountOpened { platform: String, asset: Asset, account: BankDetails },
    /// A payout was accepted, or rejected if the behaviour says so.
    PayoutTaken { instruction: Instruction, behaviour: Behaviour, chosen_by: ChosenBy },
    /// A credit was accepted.
    CreditTaken {
        platform: String,
        asked: Option<Asked>,
        request: CreditRequest,
        behaviour: Behaviour,
        chosen_by: ChosenBy,
    },
    /// A platform's clock moved, and something was due or arrived before.
    Advanced { platform: String, now_micros: i64 },
    /// A payment's outcome was forced; `bank_id` names the payment.
    Decided { bank_id: String, outcome: Outcome, asked: Option<Asked> },
    /// A platform's faults were replaced, and its draws start again.
    FaultsSet { platform: String, faults: Faults, asked: Option<Asked> },
    /// A platform's planned events and faults were removed.
    Reset { platform: String, asked: Option<Asked> },
    /// A request with a key changed nothing: refused, or else a reset of what was reset already.
    NothingChanged { asked: Asked, refused: Option<Refused> },
}

/// Money that arrives from outside for a collection account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditRequest {
    /// What arrives; above zero, in any asset, also one the account is not for.
    pub amount: Amount,
    /// What the payer wrote; may be empty.
    pub reference: String,
    /// Who pays.
    pub payer: BankDetails,
    /// The account that is paid; its holder's name is not compared.
    pub collection_account: BankDetails,
    /// How it arrives; None leaves it to the platform's faults.
    pub behaviour: Option<Behaviour>,
}

/// What someone decides by hand about a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Settled and booked.
    Settle,
    /// Settled and booked where it is not yet, then returned. Payouts only.
    Return {
        /// A code such as `account_closed`.
        reason: String,
    },
    /// Rejected where it is not settled yet. Payouts only.
    Reject {
        /// A code such as `account_closed`.
        reason: String,
    },
}
