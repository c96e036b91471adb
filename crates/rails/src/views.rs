//! What the bank remembers, as others see it: bank ids, events, and what is known of a payment.
//!
//! Read only; changes are in `state.rs`. Invariant: the id of an event is its payment's bank id
//! and the name of the step, so a second delivery has the id of the first.
//!
//! Start at [`State::event`] and [`Known`].

use money::Amount;

use crate::plan::{CreditStep, PayoutStep};
use crate::state::{Delivered, PaymentRef, Platform, State, Step};
use crate::{Behaviour, ChosenBy, CreditFacts, Flow, RailEvent, RailEventKind, Standing};

const PAYOUT_PREFIX: &str = "sbp-";
const CREDIT_PREFIX: &str = "sbc-";

/// What the bank knows of one payment, for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The bank's own id of the payment.
    pub bank_id: String,
    /// The platform's id, as text.
    pub platform: String,
    /// The instruction's key; a credit has none here.
    pub key: Option<String>,
    /// Which way it goes.
    pub flow: Flow,
    /// What it moves.
    pub amount: Amount,
    /// How the bank acts on it, unless someone decides by hand.
    pub behaviour: Behaviour,
    /// Who chose that.
    pub chosen_by: ChosenBy,
    /// What has become of it.
    pub standing: Standing,
    /// Events still to come.
    pub planned: usize,
    /// When the first of them is due, microseconds since the epoch in business time. None where
    /// nothing is planned, or where the delay starts only at the platform's next advance.
    pub due_micros: Option<i64>,
}

impl PaymentRef {
    /// The bank's own id of the payment.
    pub(crate) fn bank_id(self) -> String {
        match self {
            Self::Payout(index) => format!("{PAYOUT_PREFIX}{:08}", index + 1),
            Self::Credit(index) => format!("{CREDIT_PREFIX}{:08}", index + 1),
        }
    }
}

impl State {
    /// The payment with this bank id.
    pub(crate) fn payment_of_bank_id(&self, bank_id: &str) -> Option<PaymentRef> {
        let index = |digits: &str| digits.parse::<usize>().ok()?.checked_sub(1);
        let payment = if let Some(digits) = bank_id.strip_prefix(PAYOUT_PREFIX) {
            PaymentRef::Payout(index(digits).filter(|index| *index < self.payouts.len())?)
        } else {
            let digits = bank_id.strip_prefix(CREDIT_PREFIX)?;
            PaymentRef::Credit(index(digits).filter(|index| *index < self.credits.len())?)
        };
        (payment.bank_id() == bank_id).then_some(payment)
    }

    /// The payout with this key, else the payout or credit with this bank id.
    pub(crate) fn payment_of(&self, key: &str) -> Option<PaymentRef> {
        let payout = self.payout_keys.get(key).copied().map(PaymentRef::Payout);
        payout.or_else(|| self.payment_of_bank_id(key))
    }

    /// What is known of a payment.
    pub(crate) fn known(&self, payment: PaymentRef) -> Known {
        let mut known = match payment {
            PaymentRef::Payout(index) => {
                let payout = &self.payouts[index];
                Known {
                    bank_id: payment.bank_id(),
                    platform: payout.instruction.platform.clone(),
                    key: Some(payout.instruction.key.clone()),
                    flow: Flow::Payout,
                    amount: payout.instruction.amount,
                    behaviour: payout.behaviour.clone(),
                    chosen_by: payout.chosen_by,
                    standing: payout.standing.clone(),
                    planned: 0,
                    due_micros: None,
                }
            }
            PaymentRef::Credit(index) => {
                let credit = &self.credits[index];
                Known {
                    bank_id: payment.bank_id(),
                    platform: credit.platform.clone(),
                    key: None,
                    flow: Flow::Credit,
                    amount: credit.request.amount,
                    behaviour: credit.behaviour.clone(),
                    chosen_by: credit.chosen_by,
                    standing: credit.standing.clone(),
                    planned: 0,
                    due_micros: None,
                }
            }
        };
        if let Some(platform) = self.platforms.get(&known.platform) {
            (known.planned, known.due_micros) = platform.planned_of(payment);
        }
        known
    }

    /// The event with this number.
    pub(crate) fn event(&self, number: u64) -> Option<RailEvent> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let delivered = self.delivered.get(index)?;
        Some(match &delivered.step {
            Step::Payout(index, step) => self.payout_event(number, delivered, (*index, step)),
            Step::Credit(index, step) => self.credit_event(number, delivered, (*index, *step)),
        })
    }

    fn payout_event(
        &self,
        number: u64,
        delivered: &Delivered,
        (index, step): (usize, &PayoutStep),
    ) -> RailEvent {
        let instruction = &self.payouts[index].instruction;
        let key = instruction.key.clone();
        let bank_id = PaymentRef::Payout(index).bank_id();
        let (name, kind) = match step {
            PayoutStep::Settled => {
                ("settled", RailEventKind::PayoutSettled { bank_id: bank_id.clone(), key })
            }
            PayoutStep::Booked => {
                ("booked", RailEventKind::PayoutBooked { bank_id: bank_id.clone(), key })
            }
            PayoutStep::Rejected { reason } => {
                ("rejected", RailEventKind::PayoutRejected { key, reason: reason.clone() })
            }
            PayoutStep::Returned { reason } => {
                let (bank_id, reason) = (bank_id.clone(), reason.clone());
                ("returned", RailEventKind::PayoutReturned { bank_id, key, reason })
            }
        };
        RailEvent {
            number,
            platform: instruction.platform.clone(),
            id: format!("{bank_id}-{name}"),
            at_micros: delivered.at_micros,
            kind,
        }
    }

    fn credit_event(
        &self,
        number: u64,
        delivered: &Delivered,
        (index, step): (usize, CreditStep),
    ) -> RailEvent {
        let credit = &self.credits[index];
        let bank_id = PaymentRef::Credit(index).bank_id();
        let facts = CreditFacts {
            bank_id: bank_id.clone(),
            collection_account: credit.request.collection_account.clone(),
            amount: credit.request.amount,
            reference: credit.request.reference.clone(),
            payer: credit.request.payer.clone(),
        };
        let (id, kind) = match step {
            CreditStep::Notified => {
                (format!("{bank_id}-notified"), RailEventKind::CreditNotified(facts))
            }
            CreditStep::Booked => (format!("{bank_id}-booked"), RailEventKind::CreditBooked(facts)),
        };
        let platform = credit.platform.clone();
        RailEvent { number, platform, id, at_micros: delivered.at_micros, kind }
    }
}

impl Platform {
    /// How many steps of `payment` are to come, and when the first of them is due.
    fn planned_of(&self, payment: PaymentRef) -> (usize, Option<i64>) {
        let arriving = self.arrivals.iter().filter(|(_, step)| step.payment() == payment).count();
        let mut due = self.due.iter().filter(|(_, step)| step.payment() == payment);
        let first = due.next().map(|(due, _)| due.0);
        (arriving + usize::from(first.is_some()) + due.count(), first)
    }
}
