//! What the bank tells, in the words of the domain. Each event is read alone.

use payments::command::{CreditStep, RailNotice};
use payments::resources::Attempt;
use rails::{CreditFacts, RailEvent, RailEventKind};

use crate::sandbox::from_rail;

/// The notice of an event.
pub(crate) fn notice(event: &RailEvent) -> RailNotice {
    match &event.kind {
        RailEventKind::CreditNotified(facts) => credit(facts, CreditStep::Notified),
        RailEventKind::CreditBooked(facts) => credit(facts, CreditStep::Booked),
        RailEventKind::PayoutSettled { bank_id, key } => {
            RailNotice::Settled { attempt: attempt(key), bank_id: bank_id.clone() }
        }
        RailEventKind::PayoutBooked { key, .. } => RailNotice::Booked { attempt: attempt(key) },
        RailEventKind::PayoutRejected { key, reason } => {
            RailNotice::Failed { attempt: attempt(key), reason: reason.clone() }
        }
        RailEventKind::PayoutReturned { key, reason, .. } => {
            RailNotice::Returned { attempt: attempt(key), reason: reason.clone() }
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

/// The attempt that a key names. Of a key that is none of ours, no instruction will be found.
fn attempt(key: &str) -> Attempt {
    Attempt::of_rail_key(key).unwrap_or_default()
}
