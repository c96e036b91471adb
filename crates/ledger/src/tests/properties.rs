//! The invariants of the crate's header, each under its own name, over hostile scripts.

use std::collections::BTreeMap;

use money::Asset;
use proptest::prelude::*;

use super::{Accounts, model, script};
use crate::{Account, AccountId, Counters, Direction, Layer, Leg, apply};

/// What all accounts of an asset hold together: debits and credits, pending and posted.
fn sums(accounts: &Accounts) -> BTreeMap<Asset, [i128; 4]> {
    let mut sums: BTreeMap<Asset, [i128; 4]> = BTreeMap::new();
    for account in accounts.values() {
        let sum = sums.entry(account.asset).or_default();
        for (sum, counter) in sum.iter_mut().zip(signed(account.counters)) {
            *sum += counter;
        }
    }
    sums
}

fn signed(counters: Counters) -> [i128; 4] {
    let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = counters;
    [debits_pending, debits_posted, credits_pending, credits_posted]
        .map(|counter| i128::try_from(counter).unwrap())
}

/// The four counters of `account` as the sum of `journal`.
fn fold(journal: &[Leg], account: AccountId) -> [i128; 4] {
    let (debits_pending, debits_posted) = model::counters(journal, account, Direction::Debit);
    let (credits_pending, credits_posted) = model::counters(journal, account, Direction::Credit);
    [debits_pending, debits_posted, credits_pending, credits_posted]
}

fn available(account: &Account) -> i128 {
    let [debits_pending, debits_posted, _, credits_posted] = signed(account.counters);
    credits_posted - debits_posted - debits_pending + i128::try_from(account.credit_limit).unwrap()
}

proptest! {
    /// Invariant `balanced`: from accounts that start empty, what all of them were debited equals
    /// what all were credited, at every step, per asset, pending and posted; and so does each
    /// entry per asset and layer.
    #[test]
    fn balanced(script in script::any_script()) {
        for step in script::run(&script) {
            for [debits_pending, debits_posted, credits_pending, credits_posted]
                in sums(&step.after).into_values()
            {
                prop_assert_eq!(debits_pending, credits_pending);
                prop_assert_eq!(debits_posted, credits_posted);
            }
            let Ok(applied) = step.outcome else { continue };
            let mut nets: BTreeMap<(Asset, Layer), i128> = BTreeMap::new();
            for leg in applied.legs.iter().map(|written| written.leg) {
                let minor = i128::try_from(leg.amount.minor()).unwrap();
                let net = nets.entry((leg.amount.asset(), leg.layer)).or_default();
                *net += if leg.direction == Direction::Debit { minor } else { -minor };
            }
            prop_assert!(nets.into_values().all(|net| net == 0));
        }
    }

    /// Invariant `counters_are_the_fold_of_the_legs`: on every leg written, on every account, and
    /// the version counts the legs.
    #[test]
    fn counters_are_the_fold_of_the_legs(script in script::any_script()) {
        let mut journal: Vec<Leg> = Vec::new();
        for step in script::run(&script) {
            let Ok(applied) = step.outcome else { continue };
            for (leg, written) in step.legs.iter().zip(&applied.legs) {
                prop_assert_eq!(leg, &written.leg);
                journal.push(*leg);
                prop_assert_eq!(fold(&journal, leg.account), signed(written.after));
                let taken = journal.iter().filter(|other| other.account == leg.account).count();
                prop_assert_eq!(u64::try_from(taken).unwrap(), written.version);
            }
            prop_assert_eq!(step.legs.len(), applied.legs.len());
            for account in step.after.values() {
                prop_assert_eq!(fold(&journal, account.id), signed(account.counters));
            }
            prop_assert!(applied.accounts.is_sorted_by(|one, next| one.id < next.id));
        }
    }

    /// Invariant `no_overdraft`: a liability account below zero is so by a lowered credit limit
    /// only, and the entry left it no deeper.
    #[test]
    fn no_overdraft(script in script::any_script()) {
        for step in script::run(&script) {
            for (id, after) in &step.after {
                if after.chart.is_liability() {
                    let (before, after) = (available(&step.before[id]), available(after));
                    prop_assert!(after >= 0 || after >= before, "{before} became {after}");
                }
            }
        }
    }

    /// Invariant `refusal_changes_nothing`: the same entry is refused again in the same words, and
    /// leaving out all that was refused, the rest of the script ends in the very same accounts.
    #[test]
    fn refusal_changes_nothing(script in script::any_script()) {
        let steps = script::run(&script);
        let mut accounts = script::opening();
        for step in &steps {
            for (id, before) in &step.before {
                let account = accounts.get_mut(id).unwrap();
                (account.standing, account.credit_limit) = (before.standing, before.credit_limit);
            }
            match &step.outcome {
                Err(rejected) => {
                    prop_assert_eq!(&step.before, &step.after);
                    let again = apply(&step.after, &step.legs);
                    prop_assert_eq!(again.as_ref(), Err(rejected));
                }
                Ok(_) => {
                    let applied = apply(&accounts, &step.legs).unwrap();
                    accounts.extend(applied.accounts.into_iter().map(|after| (after.id, after)));
                }
            }
            prop_assert_eq!(&accounts, &step.after);
        }
    }
}

/// Goal: the scripts reach every answer, so that the properties above mean something. Method: a
/// fixed seed, and the codes met. What a script cannot reach has a row in `refusals.rs`.
#[test]
fn scripts_reach_every_refusal() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..300 {
        let script = script::any_script().new_tree(&mut runner).unwrap().current();
        for step in script::run(&script) {
            let code = step.outcome.map_or_else(|rejected| rejected.code(), |_| "applied");
            *met.entry(code).or_default() += 1;
        }
    }
    let expected = [
        "account_closed",
        "account_frozen_in",
        "account_frozen_out",
        "amount_zero",
        "applied",
        "asset_mismatch",
        "balance_overflow",
        "hold_exceeded",
        "insufficient_funds",
        "no_legs",
        "unbalanced",
    ];
    assert_eq!(met.keys().copied().collect::<Vec<_>>(), expected, "{met:?}");
    assert!(met.values().all(|count| *count >= 5), "{met:?}");
    assert!(met["applied"] >= 500, "{met:?}");
}
