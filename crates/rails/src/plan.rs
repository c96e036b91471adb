//! From a behaviour or a decision to the events that follow, each with its delay.
//!
//! Pure. Not the clock: delays are counted from the first advance after the payment was taken.
//! Invariant: a plan holds at most `EVENTS_PER_PAYMENT_MAX` steps, and settles at most once but
//! for a second delivery of the same event.
//!
//! Start at [`payout`] and [`credit`].

use crate::{Behaviour, Outcome};

/// Something that will happen to a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PayoutStep {
    Settled,
    Booked,
    Rejected { reason: String },
    Returned { reason: String },
}

/// Something that will happen to a credit.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) enum CreditStep {
    Notified,
    Booked,
}

/// A step and the seconds of business time before it.
pub(crate) type Delayed<Step> = (u32, Step);

/// What follows a payout that was taken; nothing if it was rejected or never settles.
pub(crate) fn payout(behaviour: &Behaviour) -> Vec<Delayed<PayoutStep>> {
    use PayoutStep::{Booked, Returned, Settled};
    match behaviour {
        Behaviour::SettleAtOnce | Behaviour::NoAnswer => vec![(0, Settled), (0, Booked)],
        Behaviour::SettleLate { after_seconds } => {
            vec![(*after_seconds, Settled), (*after_seconds, Booked)]
        }
        Behaviour::SettleNever | Behaviour::Rejected { .. } => Vec::new(),
        Behaviour::SettleTwice => vec![(0, Settled), (0, Booked), (0, Settled), (0, Booked)],
        Behaviour::OutOfOrder => vec![(0, Booked), (0, Settled)],
        Behaviour::Returned { reason, after_seconds } => {
            let returned = Returned { reason: reason.clone() };
            vec![(0, Settled), (0, Booked), (*after_seconds, returned)]
        }
    }
}

/// What follows a credit that was taken. What only payouts can do arrives at once.
pub(crate) fn credit(behaviour: &Behaviour) -> Vec<Delayed<CreditStep>> {
    use CreditStep::{Booked, Notified};
    match behaviour {
        Behaviour::SettleAtOnce
        | Behaviour::NoAnswer
        | Behaviour::Rejected { .. }
        | Behaviour::Returned { .. } => vec![(0, Notified), (0, Booked)],
        Behaviour::SettleLate { after_seconds } => {
            vec![(*after_seconds, Notified), (*after_seconds, Booked)]
        }
        Behaviour::SettleNever => Vec::new(),
        Behaviour::SettleTwice => vec![(0, Notified), (0, Booked), (0, Notified), (0, Booked)],
        Behaviour::OutOfOrder => vec![(0, Booked), (0, Notified)],
    }
}

/// What follows a decision about a payout that has not settled.
pub(crate) fn payout_decided(outcome: &Outcome) -> Vec<Delayed<PayoutStep>> {
    match outcome {
        Outcome::Settle => payout(&Behaviour::SettleAtOnce),
        Outcome::Return { reason } => {
            payout(&Behaviour::Returned { reason: reason.clone(), after_seconds: 0 })
        }
        Outcome::Reject { reason } => vec![(0, PayoutStep::Rejected { reason: reason.clone() })],
    }
}

/// What follows a decision about a payout that has settled: it can only come back.
pub(crate) fn settled_payout_decided(outcome: &Outcome) -> Vec<Delayed<PayoutStep>> {
    match outcome {
        Outcome::Return { reason } => vec![(0, PayoutStep::Returned { reason: reason.clone() })],
        Outcome::Settle | Outcome::Reject { .. } => Vec::new(),
    }
}
