//! What a rail was told to do, and what it said; internal, read by the worker that talks to rails.

use ledger::TransactionId;
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::bank::BankDetails;
use crate::ids::RefundId;

/// An instruction to a rail. Its id is that of what it serves, so the rail's key is derived from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// The id of the transaction or refund it serves.
    pub id: [u8; 16],
    /// What it serves.
    pub serves: Serves,
    /// How much to send.
    pub amount: Amount,
    /// What the beneficiary will read.
    pub reference: String,
    /// Whom to send to.
    pub beneficiary: BankDetails,
    /// How the sandbox rail should behave, as the rail's own words; opaque here.
    pub behaviour: Option<String>,
    /// How far it is.
    pub state: InstructionState,
    /// The rail's id for it, once it said so.
    pub bank_id: Option<String>,
    /// Whether its booking on the safeguarding account has come.
    pub booked: bool,
    /// Whether the money has come back.
    pub returned: bool,
}

/// What an instruction serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Serves {
    /// A payout.
    Payout(TransactionId),
    /// A refund to the bank account that paid.
    Refund(RefundId),
    /// The return of unallocated money to the bank account that paid.
    Return(TransactionId),
}

impl Serves {
    /// The key the rail knows it by: the id, as text.
    #[must_use]
    pub fn rail_key(self) -> String {
        match self {
            Self::Payout(id) | Self::Return(id) => id.to_string(),
            Self::Refund(id) => id.to_string(),
        }
    }
}

/// How far an instruction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstructionState {
    /// Not sent yet.
    Written,
    /// Sent without an answer; the same key is sent again.
    Unknown,
    /// The rail has it.
    Accepted,
    /// Nothing more will come.
    Done,
}
