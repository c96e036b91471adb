//! What the bank tells, in the words of the domain. Each event is read alone.

use ledger::TransactionId;
use payments::command::{CreditStep, RailNotice};
use payments::ids::RefundId;
use rails::{CreditFacts, RailEvent, RailEventKind};

use crate::sandbox::from_rail;

/// The notice of an event.
pub(crate) fn notice(event: &RailEvent) -> RailNotice {
    match &event.kind {
        RailEventKind::CreditNotified(facts) => credit(facts, CreditStep::Notified),
        RailEventKind::CreditBooked(facts) => credit(facts, CreditStep::Booked),
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
    }
}

fn credit(facts: &CreditFacts, step: CreditStep) -> RailNotice {
    RailNotice::Credit {
        bank_id: facts.bank_id.clone(),
        amount: facts.amount,
        reference: facts.reference.clone(),
        payer: from_rail(&facts.payer),
        step,
    }
}

/// The instruction that a key names: the id of the transaction or refund that it serves.
fn instruction(key: &str) -> [u8; 16] {
    let transaction = key.parse().map(|id: TransactionId| *id.as_bytes());
    transaction.or_else(|_| key.parse().map(|id: RefundId| *id.as_bytes())).unwrap_or_default()
}
