//! What the bank tells, in the words of the domain.
//!
//! A booking names its credit only by the bank's id, so the facts of a credit are kept from its
//! notice until it is booked.

use std::collections::{HashMap, VecDeque};

use ledger::TransactionId;
use money::Amount;
use payments::bank::BankDetails;
use payments::command::{CreditStep, RailNotice};
use payments::ids::RefundId;
use rails::{RailEvent, RailEventKind};

use crate::sandbox::from_rail;

/// Credits that are booked and remembered all the same: a bank may tell of a booking twice.
const BOOKED_MAX: usize = 10_000;

/// The facts of a credit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    amount: Amount,
    reference: String,
    payer: BankDetails,
}

/// The credits that may still be booked.
#[derive(Debug, Default)]
pub(crate) struct Credits {
    facts: HashMap<String, Facts>,
    booked: VecDeque<String>,
}

impl Credits {
    /// Keeps the facts that an event has.
    pub(crate) fn note(&mut self, event: &RailEvent) {
        if let RailEventKind::CreditNotified { bank_id, amount, reference, payer, .. } = &event.kind
        {
            let payer = from_rail(payer);
            let facts = Facts { amount: *amount, reference: reference.clone(), payer };
            self.facts.insert(bank_id.clone(), facts);
        }
    }

    /// Forgets what was booked long ago.
    pub(crate) fn told(&mut self, event: &RailEvent) {
        if let RailEventKind::CreditBooked { bank_id, .. } = &event.kind {
            self.booked.push_back(bank_id.clone());
        }
        if self.booked.len() > BOOKED_MAX
            && let Some(bank_id) = self.booked.pop_front()
        {
            self.facts.remove(&bank_id);
        }
    }

    fn notice(&self, bank_id: &str, step: CreditStep) -> Option<RailNotice> {
        let facts = self.facts.get(bank_id)?;
        Some(RailNotice::Credit {
            bank_id: bank_id.to_owned(),
            amount: facts.amount,
            reference: facts.reference.clone(),
            payer: facts.payer.clone(),
            step,
        })
    }
}

/// The notice of an event; `None` where the facts of its credit are not known yet.
pub(crate) fn notice(event: &RailEvent, credits: &Credits) -> Option<RailNotice> {
    let instruction = |key: &str| -> [u8; 16] {
        let transaction = key.parse().map(|id: TransactionId| *id.as_bytes());
        transaction.or_else(|_| key.parse().map(|id: RefundId| *id.as_bytes())).unwrap_or_default()
    };
    Some(match &event.kind {
        RailEventKind::CreditNotified { bank_id, .. } => {
            credits.notice(bank_id, CreditStep::Notified)?
        }
        RailEventKind::CreditBooked { bank_id, .. } => {
            credits.notice(bank_id, CreditStep::Booked)?
        }
        RailEventKind::PayoutSettled { bank_id, key } => {
            RailNotice::Settled { instruction: instruction(key), bank_id: bank_id.clone() }
        }
        RailEventKind::PayoutBooked { key, .. } => {
            RailNotice::Booked { instruction: instruction(key) }
        }
        RailEventKind::PayoutRejected { key, reason } => {
            RailNotice::Failed { instruction: instruction(key), reason: reason.clone() }
        }
        RailEventKind::PayoutReturned { key, reason, .. } => {
            RailNotice::Returned { instruction: instruction(key), reason: reason.clone() }
        }
    })
}
