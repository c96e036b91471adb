//! What every payment network looks like from inside: instructions go out, numbered events come in.
//!
//! Not a client of any real network, and no retry policy: the worker that holds a [`Rail`] decides
//! when to send again. Invariant of every implementation: the same key is the same instruction.
//!
//! Start at [`Rail`].

use money::Amount;
use serde::{Deserialize, Serialize};

use crate::{BankDetails, Behaviour, RailFault};

/// A payment network: takes instructions, and tells later what became of them.
pub trait Rail: Send {
    /// Sends `instruction`; sending the same key again never pays twice.
    ///
    /// [`Submission::NoAnswer`] is neither success nor failure: send the same key again, or wait
    /// for an event that names it.
    fn submit(&mut self, instruction: &Instruction) -> Submission;

    /// The events numbered above `after`, in order of number, at most `limit`.
    ///
    /// Events come at least once: a second delivery has a number of its own and the same id.
    ///
    /// # Errors
    ///
    /// The [`RailFault`] that kept the network from telling.
    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<RailEvent>, RailFault>;
}

/// A payout to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// Names the instruction for ever; derived from the transaction's id.
    pub key: String,
    /// The platform's id, as text.
    pub platform: String,
    /// What the beneficiary gets; above zero.
    pub amount: Amount,
    /// What the beneficiary reads on the statement; may be empty.
    pub reference: String,
    /// Who gets it.
    pub beneficiary: BankDetails,
    /// How the sandbox should act on it; networks outside the sandbox ignore it.
    pub behaviour: Option<Behaviour>,
}

/// What a network answers to an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// The network has it; events will tell the rest.
    Accepted {
        /// The network's own id of the payment.
        bank_id: String,
    },
    /// The network will not do it: final, and evidence that nothing was paid.
    Rejected {
        /// A code such as `account_closed`.
        reason: String,
    },
    /// Nothing came back: it may have been accepted.
    NoAnswer,
}

/// One thing a network reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RailEvent {
    /// Position in the network's log over all platforms; starts at 1, without gaps in the sandbox.
    pub number: u64,
    /// The platform's id, as text.
    pub platform: String,
    /// Names what happened: two deliveries of one thing share it.
    pub id: String,
    /// When it happened, in the platform's business time, microseconds since the epoch.
    pub at_micros: i64,
    /// What happened.
    pub kind: RailEventKind,
}

/// Money that arrived. Every event of a credit has all of it, so that each can be read alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditFacts {
    /// The bank's id of the credit.
    pub bank_id: String,
    /// The account it was paid to.
    pub collection_account: BankDetails,
    /// What arrived, in whatever asset the payer sent.
    pub amount: Amount,
    /// What the payer wrote.
    pub reference: String,
    /// Who paid.
    pub payer: BankDetails,
}

/// What a [`RailEvent`] reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RailEventKind {
    /// Money arrived for a collection account.
    CreditNotified(CreditFacts),
    /// Money that arrived stands on the safeguarding account; may be told before it was notified.
    CreditBooked(CreditFacts),
    /// The beneficiary has the money.
    PayoutSettled {
        /// The bank's id of the payout.
        bank_id: String,
        /// The instruction's key.
        key: String,
    },
    /// The money has left the safeguarding account.
    PayoutBooked {
        /// The bank's id of the payout.
        bank_id: String,
        /// The instruction's key.
        key: String,
    },
    /// The bank will not pay what it had accepted; nothing was paid.
    PayoutRejected {
        /// The instruction's key.
        key: String,
        /// A code such as `account_closed`.
        reason: String,
    },
    /// A settled payout came back, whole, to the safeguarding account.
    PayoutReturned {
        /// The bank's id of the payout.
        bank_id: String,
        /// The instruction's key.
        key: String,
        /// A code such as `account_closed`.
        reason: String,
    },
}
