//! A naive model of the ledger: it keeps every leg ever written and adds them all up each time.
//!
//! It shares no decision with [`apply`](crate::apply()): sums are signed and plain, rules are
//! written over whole lists. Slow on purpose.

use std::collections::BTreeMap;

use money::Asset;
use proptest::prelude::*;

use super::script::{self, Step};
use crate::{AccountId, Chart, Direction, Layer, Leg, Standing};

const MAX: i128 = 999_999_999_999_999_999_999_999_999_999_999_999;

/// What the model knows of an account: nothing that legs change.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) asset: Asset,
    pub(super) chart: Chart,
    pub(super) standing: Standing,
    pub(super) credit_limit: i128,
}

/// All legs written so far, and the facts of the accounts.
pub(super) struct Model {
    pub(super) facts: BTreeMap<AccountId, Facts>,
    pub(super) journal: Vec<Leg>,
}

/// A refusal as the model words it: the code, and the account it names.
type Answer = Result<(), (&'static str, Option<AccountId>)>;

fn minor(leg: &Leg) -> i128 {
    i128::try_from(leg.amount.minor()).unwrap()
}

fn sum<'a>(legs: impl IntoIterator<Item = &'a Leg>, keep: impl Fn(&Leg) -> bool) -> i128 {
    legs.into_iter().filter(|leg| keep(leg)).map(minor).sum()
}

/// What `legs` leave pending and posted on one side of one account.
pub(super) fn counters(legs: &[Leg], account: AccountId, direction: Direction) -> (i128, i128) {
    let on = |layer| {
        sum(legs, |leg| leg.account == account && leg.direction == direction && leg.layer == layer)
    };
    (on(Layer::Pending) - on(Layer::Released), on(Layer::Posted))
}

impl Model {
    /// Writes the legs if every rule allows it.
    pub(super) fn write(&mut self, legs: &[Leg]) -> Answer {
        self.form(legs)?;
        self.standing(legs)?;
        self.counting(legs)?;
        self.funds(legs)?;
        self.journal.extend(legs);
        Ok(())
    }

    fn form(&self, legs: &[Leg]) -> Answer {
        if legs.is_empty() {
            return Err(("no_legs", None));
        }
        if legs.len() > 2_000 {
            return Err(("too_many_legs", None));
        }
        first(legs, "amount_zero", |leg| minor(leg) == 0)?;
        first(legs, "asset_mismatch", |leg| self.facts[&leg.account].asset != leg.amount.asset())?;
        let unbalanced = legs.iter().any(|leg| {
            let side = |direction| {
                sum(legs, |other| {
                    other.layer == leg.layer
                        && other.amount.asset() == leg.amount.asset()
                        && other.direction == direction
                })
            };
            side(Direction::Debit) != side(Direction::Credit)
        });
        if unbalanced { Err(("unbalanced", None)) } else { Ok(()) }
    }

    fn standing(&self, legs: &[Leg]) -> Answer {
        let grows = |account, direction| {
            let (pending, posted) = counters(legs, account, direction);
            pending + posted > 0
        };
        let takes_in = |account: AccountId| {
            let is_liability_like = ["lia", "inc", "equ"]
                .iter()
                .any(|start| self.facts[&account].chart.code().starts_with(start));
            let side = if is_liability_like { Direction::Credit } else { Direction::Debit };
            (grows(account, side), grows(account, side.opposite()))
        };
        let is = |account: AccountId, standing| self.facts[&account].standing == standing;
        first(legs, "account_closed", |leg| {
            is(leg.account, Standing::Closed)
                && (takes_in(leg.account).0 || takes_in(leg.account).1)
        })?;
        first(legs, "account_frozen_in", |leg| {
            let frozen = is(leg.account, Standing::FrozenIn) || is(leg.account, Standing::Frozen);
            frozen && takes_in(leg.account).0
        })?;
        first(legs, "account_frozen_out", |leg| {
            let frozen = is(leg.account, Standing::FrozenOut) || is(leg.account, Standing::Frozen);
            frozen && takes_in(leg.account).1
        })
    }

    /// Looks at the journal as it would be after each further leg.
    fn counting(&self, legs: &[Leg]) -> Answer {
        let after = |count: usize| {
            let leg = legs[count];
            let so_far = [&self.journal[..], &legs[..=count]].concat();
            counters(&so_far, leg.account, leg.direction)
        };
        let short = (0..legs.len()).find(|count| after(*count).0 < 0);
        if let Some(count) = short {
            return Err(("hold_exceeded", Some(legs[count].account)));
        }
        let over = (0..legs.len()).find(|count| after(*count).0 > MAX || after(*count).1 > MAX);
        match over {
            Some(count) => Err(("balance_overflow", Some(legs[count].account))),
            None => Ok(()),
        }
    }

    fn funds(&self, legs: &[Leg]) -> Answer {
        let whole = [&self.journal[..], legs].concat();
        first(legs, "insufficient_funds", |leg| {
            let Facts { chart, credit_limit, .. } = &self.facts[&leg.account];
            let available = |journal: &[Leg]| {
                let (debits_pending, debits) = counters(journal, leg.account, Direction::Debit);
                let (_, credits) = counters(journal, leg.account, Direction::Credit);
                credits - debits - debits_pending + credit_limit
            };
            let after = available(&whole);
            chart.code().starts_with("liability") && after < 0 && after < available(&self.journal)
        })
    }
}

fn first(legs: &[Leg], code: &'static str, wrong: impl Fn(&Leg) -> bool) -> Answer {
    match legs.iter().find(|leg| wrong(leg)) {
        Some(leg) => Err((code, Some(leg.account))),
        None => Ok(()),
    }
}

proptest! {
    /// Goal: every answer is the model's, code and account alike. Method: hostile scripts.
    #[test]
    fn apply_agrees_with_the_naive_model(script in script::any_script()) {
        let mut journal = Vec::new();
        for Step { facts, legs, outcome, .. } in script::run(&script) {
            let mut model = Model { facts, journal };
            let answer = outcome.map(|_| ()).map_err(|rejected| script::answer(&rejected));
            prop_assert_eq!(answer, model.write(&legs), "legs {:?}", legs);
            journal = model.journal;
        }
    }
}
