//! Everything the sandbox bank remembers, and how one record changes it.
//!
//! Pure: no file, no clock, no chance. Whether a record may be written is decided in `sandbox.rs`
//! before; what is remembered is shown by `views.rs`. Invariant: the same records in the same
//! order give the same state, on every machine.
//!
//! Start at [`State::apply`].

use std::collections::{BTreeMap, BTreeSet};

use money::{Amount, Asset};
use serde::{Deserialize, Serialize};

use crate::plan::{self, CreditStep, Delayed, PayoutStep};
use crate::record::Record;
use crate::{
    Asked, BankDetails, Behaviour, ChosenBy, CreditRequest, Faults, Instruction, Known, Outcome,
    Refused,
};

/// Which way a payment goes.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum Flow {
    /// From the platform to a beneficiary.
    Payout,
    /// From a payer to the platform's collection account.
    Credit,
}

/// What has become of a payment so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Taken, and not settled yet; perhaps never.
    Waiting,
    /// Settled; for a credit, notified.
    Settled,
    /// Settled, then returned.
    Returned {
        /// A code such as `account_closed`.
        reason: String,
    },
    /// Rejected, when submitted or later.
    Rejected {
        /// A code such as `account_closed`.
        reason: String,
    },
    /// It was waiting when its platform was reset: only a decision by hand settles it.
    Dropped,
}

impl Standing {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Settled => "settled",
            Self::Returned { .. } => "returned",
            Self::Rejected { .. } => "rejected",
            Self::Dropped => "dropped",
        }
    }
}

/// A record that does not fit what was recorded before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Completes the sentence "line 7 …".
    pub(crate) why: &'static str,
}

/// Names a payment by its position among its kind.
#[derive(Debug, Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PaymentRef {
    Payout(usize),
    Credit(usize),
}

/// A step of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Payout(usize, PayoutStep),
    Credit(usize, CreditStep),
}

/// A payout as the bank knows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Payout {
    pub(crate) instruction: Instruction,
    pub(crate) behaviour: Behaviour,
    pub(crate) chosen_by: ChosenBy,
    pub(crate) standing: Standing,
}

/// A credit as the bank knows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    pub(crate) platform: String,
    pub(crate) request: CreditRequest,
    pub(crate) behaviour: Behaviour,
    pub(crate) chosen_by: ChosenBy,
    pub(crate) standing: Standing,
}

/// An event as the bank keeps it; its number is its position, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) at_micros: i64,
    pub(crate) step: Step,
}

/// A request with a key, as the bank knows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) fingerprint: String,
    pub(crate) kept: Kept,
}

/// What a request came to: all that its answer is made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Credited(usize),
    /// The payment as it was right after.
    Decided(Box<Known>),
    FaultsSet(Faults),
    Reset,
    Refused(Refused),
}

/// What belongs to one platform.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The latest recorded advance.
    pub(crate) clock_micros: Option<i64>,
    /// Steps whose delays start at the next advance.
    pub(crate) arrivals: Vec<Delayed<Step>>,
    /// Steps by the time they are due, then by the order in which they were planned.
    pub(crate) due: BTreeMap<(i64, u64), Step>,
    /// How many steps were ever given a time.
    pub(crate) planned: u64,
    pub(crate) faults: Option<Faults>,
    /// How many payments drew from `faults`.
    pub(crate) draws: u64,
    pub(crate) accounts: BTreeMap<Asset, BankDetails>,
    /// Payments that have not settled.
    pub(crate) waiting: BTreeSet<PaymentRef>,
    /// How many payments were ever taken.
    pub(crate) payments: usize,
    /// Minor units that ever came in.
    pub(crate) turnover: BTreeMap<Asset, u128>,
}

/// Everything the bank remembers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) platforms: BTreeMap<String, Platform>,
    pub(crate) payouts: Vec<Payout>,
    pub(crate) credits: Vec<Credit>,
    pub(crate) payout_keys: BTreeMap<String, usize>,
    /// Sort codes and numbers of all collection accounts.
    pub(crate) account_numbers: BTreeSet<(String, String)>,
    pub(crate) delivered: Vec<Delivered>,
    /// Requests by their scope and key.
    pub(crate) requests: BTreeMap<(String, String), Given>,
}

impl State {
    /// Changes the state as `record` says.
    ///
    /// # Errors
    ///
    /// The [`Misfit`] between the record and what came before; the state is then as it was.
    pub(crate) fn apply(&mut self, record: Record) -> Result<(), Misfit> {
        match record {
            Record::AccountOpened { platform, asset, account } => {
                self.open_account(platform, asset, account)
            }
            Record::PayoutTaken { instruction, behaviour, chosen_by } => {
                self.take_payout(instruction, behaviour, chosen_by)
            }
            Record::CreditTaken { platform, asked, request, behaviour, chosen_by } => {
                self.check_new(asked.as_ref())?;
                let standing = Standing::Waiting;
                let index = self.credits.len();
                self.take_credit(Credit { platform, request, behaviour, chosen_by, standing });
                self.keep(asked, Kept::Credited(index));
                Ok(())
            }
            Record::Advanced { platform, now_micros } => self.advance(&platform, now_micros),
            Record::Decided { bank_id, outcome, asked } => {
                self.check_new(asked.as_ref())?;
                let payment = self.decide(&bank_id, &outcome)?;
                self.keep(asked, Kept::Decided(Box::new(self.known(payment))));
                Ok(())
            }
            Record::FaultsSet { platform, faults, asked } => {
                self.check_new(asked.as_ref())?;
                let platform = self.platforms.entry(platform).or_default();
                platform.faults = Some(faults);
                platform.draws = 0;
                self.keep(asked, Kept::FaultsSet(faults));
                Ok(())
            }
            Record::Reset { platform, asked } => {
                self.check_new(asked.as_ref())?;
                self.reset(&platform)?;
                self.keep(asked, Kept::Reset);
                Ok(())
            }
            Record::NothingChanged { asked, refused } => {
                self.check_new(Some(&asked))?;
                self.keep(Some(asked), refused.map_or(Kept::Reset, Kept::Refused));
                Ok(())
            }
        }
    }

    fn check_new(&self, asked: Option<&Asked>) -> Result<(), Misfit> {
        let place = asked.map(|asked| (asked.scope.clone(), asked.key.clone()));
        if place.is_some_and(|place| self.requests.contains_key(&place)) {
            return Err(Misfit { why: "answers a request twice" });
        }
        Ok(())
    }

    fn keep(&mut self, asked: Option<Asked>, kept: Kept) {
        if let Some(Asked { scope, key, fingerprint }) = asked {
            self.requests.insert((scope, key), Given { fingerprint, kept });
        }
    }

    fn open_account(
        &mut self,
        platform: String,
        asset: Asset,
        account: BankDetails,
    ) -> Result<(), Misfit> {
        let BankDetails::Uk { sort_code, account_number, .. } = &account else {
            return Err(Misfit { why: "opens a collection account that is not British" });
        };
        let number = (sort_code.clone(), account_number.clone());
        if !self.account_numbers.insert(number) {
            return Err(Misfit { why: "opens a collection account twice" });
        }
        let platform = self.platforms.entry(platform).or_default();
        platform.accounts.insert(asset, account);
        Ok(())
    }

    fn take_payout(
        &mut self,
        instruction: Instruction,
        behaviour: Behaviour,
        chosen_by: ChosenBy,
    ) -> Result<(), Misfit> {
        let index = self.payouts.len();
        if self.payout_keys.contains_key(&instruction.key) {
            return Err(Misfit { why: "takes a payout twice" });
        }
        self.payout_keys.insert(instruction.key.clone(), index);
        let standing = match &behaviour {
            Behaviour::Rejected { reason } => Standing::Rejected { reason: reason.clone() },
            Behaviour::SettleAtOnce
            | Behaviour::SettleLate { .. }
            | Behaviour::SettleNever
            | Behaviour::SettleTwice
            | Behaviour::OutOfOrder
            | Behaviour::Returned { .. }
            | Behaviour::NoAnswer => Standing::Waiting,
        };
        let platform = self.platforms.entry(instruction.platform.clone()).or_default();
        platform.take(chosen_by);
        platform.plan_payout(index, plan::payout(&behaviour));
        if standing == Standing::Waiting {
            platform.waiting.insert(PaymentRef::Payout(index));
        }
        self.payouts.push(Payout { instruction, behaviour, chosen_by, standing });
        Ok(())
    }

    fn take_credit(&mut self, credit: Credit) {
        let index = self.credits.len();
        let platform = self.platforms.entry(credit.platform.clone()).or_default();
        platform.take(credit.chosen_by);
        let amount = credit.request.amount;
        platform.turnover.insert(amount.asset(), platform.turnover_with(amount));
        platform.plan_credit(index, plan::credit(&credit.behaviour));
        platform.waiting.insert(PaymentRef::Credit(index));
        self.credits.push(credit);
    }

    fn advance(&mut self, name: &str, now_micros: i64) -> Result<(), Misfit> {
        let unknown = Misfit { why: "advances a platform that is not known" };
        let platform = self.platforms.get_mut(name).ok_or(unknown)?;
        platform.start(now_micros);
        let mut released = Vec::new();
        while let Some(first) = platform.due.first_entry()
            && first.key().0 <= now_micros
        {
            let (due, step) = first.remove_entry();
            platform.waiting.remove(&step.payment());
            released.push(Delivered { at_micros: due.0, step });
        }
        for delivered in &released {
            self.land(&delivered.step);
        }
        self.delivered.extend(released);
        Ok(())
    }

    /// Notes on the payment what `step` makes of it.
    fn land(&mut self, step: &Step) {
        match step {
            Step::Payout(index, step) => {
                let standing = match step {
                    PayoutStep::Settled => Standing::Settled,
                    PayoutStep::Booked => return,
                    PayoutStep::Rejected { reason } => {
                        Standing::Rejected { reason: reason.clone() }
                    }
                    PayoutStep::Returned { reason } => {
                        Standing::Returned { reason: reason.clone() }
                    }
                };
                if let Some(payout) = self.payouts.get_mut(*index) {
                    payout.standing = standing;
                }
            }
            Step::Credit(index, CreditStep::Notified) => {
                if let Some(credit) = self.credits.get_mut(*index) {
                    credit.standing = Standing::Settled;
                }
            }
            Step::Credit(_, CreditStep::Booked) => {}
        }
    }

    fn decide(&mut self, bank_id: &str, outcome: &Outcome) -> Result<PaymentRef, Misfit> {
        let unknown = Misfit { why: "decides a payment that is not known" };
        let payment = self.payment_of_bank_id(bank_id).ok_or(unknown)?;
        let (name, standing) = match payment {
            PaymentRef::Payout(index) => {
                let payout = &mut self.payouts[index];
                (payout.instruction.platform.as_str(), &mut payout.standing)
            }
            PaymentRef::Credit(index) => {
                let credit = &mut self.credits[index];
                (credit.platform.as_str(), &mut credit.standing)
            }
        };
        let unknown = Misfit { why: "decides a payment of a platform that is not known" };
        let platform = self.platforms.get_mut(name).ok_or(unknown)?;
        platform.forget_plan(payment);
        let settled = *standing == Standing::Settled;
        if !settled {
            *standing = Standing::Waiting;
            platform.waiting.insert(payment);
        }
        match payment {
            PaymentRef::Payout(index) if settled => {
                platform.plan_payout(index, plan::settled_payout_decided(outcome));
            }
            PaymentRef::Payout(index) => {
                platform.plan_payout(index, plan::payout_decided(outcome));
            }
            PaymentRef::Credit(index) => {
                platform.plan_credit(index, plan::credit(&Behaviour::SettleAtOnce));
            }
        }
        Ok(payment)
    }

    fn reset(&mut self, name: &str) -> Result<(), Misfit> {
        let unknown = Misfit { why: "resets a platform that is not known" };
        let platform = self.platforms.get_mut(name).ok_or(unknown)?;
        platform.arrivals.clear();
        platform.due.clear();
        platform.faults = None;
        platform.draws = 0;
        for payment in std::mem::take(&mut platform.waiting) {
            match payment {
                PaymentRef::Payout(index) => self.payouts[index].standing = Standing::Dropped,
                PaymentRef::Credit(index) => self.credits[index].standing = Standing::Dropped,
            }
        }
        Ok(())
    }
}

impl Platform {
    /// Whether an advance to `now_micros` changes anything but the clock.
    pub(crate) fn is_moved_by(&self, now_micros: i64) -> bool {
        let is_due = self.due.first_key_value().is_some_and(|(due, _)| due.0 <= now_micros);
        is_due || !self.arrivals.is_empty()
    }

    /// Steps that wait for the clock.
    pub(crate) fn planned_len(&self) -> usize {
        self.arrivals.len() + self.due.len()
    }

    /// Minor units of the asset that will ever have come in, once `amount` has.
    pub(crate) fn turnover_with(&self, amount: Amount) -> u128 {
        let before = self.turnover.get(&amount.asset()).copied().unwrap_or(0);
        before.saturating_add(amount.minor())
    }

    /// Whether a reset would change anything.
    pub(crate) fn is_reset(&self) -> bool {
        self.planned_len() == 0 && self.waiting.is_empty() && self.faults.is_none()
    }

    fn take(&mut self, chosen_by: ChosenBy) {
        self.payments += 1;
        match chosen_by {
            ChosenBy::Faults => self.draws += 1,
            ChosenBy::Payment | ChosenBy::MagicNumber | ChosenBy::Default => {}
        }
    }

    fn plan_payout(&mut self, index: usize, steps: Vec<Delayed<PayoutStep>>) {
        let steps = steps.into_iter().map(|(delay, step)| (delay, Step::Payout(index, step)));
        self.arrivals.extend(steps);
    }

    fn plan_credit(&mut self, index: usize, steps: Vec<Delayed<CreditStep>>) {
        let steps = steps.into_iter().map(|(delay, step)| (delay, Step::Credit(index, step)));
        self.arrivals.extend(steps);
    }

    fn forget_plan(&mut self, payment: PaymentRef) {
        self.arrivals.retain(|(_, step)| step.payment() != payment);
        self.due.retain(|_, step| step.payment() != payment);
    }

    /// Gives every arrival its time, counted from `now_micros`.
    fn start(&mut self, now_micros: i64) {
        self.clock_micros = Some(now_micros);
        for (delay_seconds, step) in std::mem::take(&mut self.arrivals) {
            let delay_micros = i64::from(delay_seconds) * 1_000_000;
            let due_micros = now_micros.saturating_add(delay_micros);
            self.due.insert((due_micros, self.planned), step);
            self.planned += 1;
        }
    }
}

impl Step {
    /// The payment the step belongs to.
    pub(crate) const fn payment(&self) -> PaymentRef {
        match self {
            Self::Payout(index, _) => PaymentRef::Payout(*index),
            Self::Credit(index, _) => PaymentRef::Credit(*index),
        }
    }
}
