//! What a rail was told to do, and what it said; internal, read by the worker that talks to rails.

use ledger::TransactionId;
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::bank::BankDetails;
use crate::ids::RefundId;

/// An instruction to a rail. Its id is that of what it serves, so the rail's key is derived from it.
///
/// A return that came back may be tried again: the same instruction, under a key of the next attempt.
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
    /// The attempts before this one, in their order: each failed or came back.
    pub earlier: Vec<EarlierAttempt>,
}

/// What is kept of an attempt that is over, for what the rail may still tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierAttempt {
    /// Whether its booking on the safeguarding account has come.
    pub booked: bool,
    /// Whether the money came back; else it was never sent.
    pub returned: bool,
}

/// Names one attempt of an instruction, as a rail's key does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The instruction's id.
    pub id: [u8; 16],
    /// Which attempt, from 1 on.
    pub number: usize,
}

impl Attempt {
    /// The first, and for all but returns the only attempt.
    #[must_use]
    pub const fn first(id: [u8; 16]) -> Self {
        Self { id, number: 1 }
    }

    /// The attempt that a rail's key names; `None` for a text that is no such key.
    #[must_use]
    pub fn of_rail_key(key: &str) -> Option<Self> {
        let served = served_by(key);
        let number = match key.strip_prefix(served)?.strip_prefix(ATTEMPT) {
            Some(number) => number.parse().ok().filter(|number| *number > 1)?,
            None => 1,
        };
        let transaction = served.parse().map(|id: TransactionId| *id.as_bytes());
        let id = transaction.or_else(|_| served.parse().map(|id: RefundId| *id.as_bytes()));
        Some(Self { id: id.ok()?, number })
    }
}

/// The id, as text, of what an attempt of this key serves.
#[must_use]
pub fn served_by(rail_key: &str) -> &str {
    rail_key.split_once(ATTEMPT).map_or(rail_key, |(served, _)| served)
}

/// What stands between an id and the number of a later attempt in a rail's key.
const ATTEMPT: char = '-';

impl Instruction {
    /// Which attempt this is.
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        Attempt { id: self.id, number: self.earlier.len().saturating_add(1) }
    }

    /// The key the rail knows this attempt by: the id of what it serves, and the number of a later
    /// attempt, which is a new request.
    #[must_use]
    pub fn rail_key(&self) -> String {
        let served = self.serves.id_text();
        match self.attempt().number {
            1 => served,
            number => format!("{served}{ATTEMPT}{number}"),
        }
    }

    /// Every attempt so far, this one among them: what the next one has before it.
    pub(crate) fn into_earlier(self) -> Vec<EarlierAttempt> {
        let mut earlier = self.earlier;
        earlier.push(EarlierAttempt { booked: self.booked, returned: self.returned });
        earlier
    }

    /// Whether the booking of an attempt has come; `None` if it was never made.
    pub(crate) fn booked_of(&mut self, attempt: Attempt) -> Option<&mut bool> {
        if attempt == self.attempt() {
            return Some(&mut self.booked);
        }
        let earlier = self.earlier.get_mut(attempt.number.checked_sub(1)?)?;
        Some(&mut earlier.booked)
    }
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
    /// The id of what it serves, as text.
    #[must_use]
    pub fn id_text(self) -> String {
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
