//! What [`apply`](crate::apply()) refuses, in which order, and with which words.

use expect_test::{Expect, expect};
use money::AMOUNT_MAX;

use super::{Accounts, account, id, legs, named};
use crate::{Chart, Counters, LegAfter, Rail, Standing, apply};

const NAMES: [&str; 9] =
    ["ann", "bob", "clearing", "closed", "full", "iced", "in", "out", "unallocated"];

/// Ann has 50.00 of which 20.00 are reserved to go; every other customer has 50.00; clearing has
/// 20.00 reserved to be credited; full can count nothing more.
fn accounts() -> Accounts {
    let rich = Counters { credits_posted: 50_00, ..Counters::default() };
    let reserved = Counters { debits_pending: 20_00, ..rich };
    let clearing =
        Counters { debits_posted: 25_000, credits_pending: 20_00, ..Counters::default() };
    let full = Counters { credits_posted: AMOUNT_MAX, ..Counters::default() };
    let customer = |name, standing, counters| account(name, Chart::Customer, standing, counters);
    let rail = Chart::Clearing(Rail::Bank);
    [
        customer("ann", Standing::Open, reserved),
        customer("bob", Standing::Open, rich),
        customer("closed", Standing::Closed, rich),
        customer("full", Standing::Open, full),
        customer("iced", Standing::Frozen, reserved),
        customer("in", Standing::FrozenIn, rich),
        customer("out", Standing::FrozenOut, reserved),
        account("unallocated", Chart::Unallocated, Standing::Open, Counters::default()),
        account("clearing", rail, Standing::Open, clearing),
    ]
    .into_iter()
    .map(|account| (account.id, account))
    .collect()
}

/// The one place that knows the API: a change of signature is a change here, not in the tests.
#[track_caller]
fn check(text: &str, expected: Expect) {
    check_in(&accounts(), text, expected);
}

#[track_caller]
fn check_in(accounts: &Accounts, text: &str, expected: Expect) {
    let actual = match apply(accounts, &legs(text)) {
        Ok(applied) => applied.legs.iter().map(show).collect::<Vec<_>>().join("\n"),
        Err(rejected) => format!("{}: {rejected}", rejected.code()),
    };
    expected.assert_eq(&named(actual, &NAMES));
}

fn show(LegAfter { leg, after, version }: &LegAfter) -> String {
    let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = after;
    format!(
        "{} version {version}: debits {debits_pending} pending {debits_posted} posted, \
         credits {credits_pending} pending {credits_posted} posted",
        leg.account
    )
}

/// Goal: the refusals and their order. Method: each row is also wrong in the next way, and the
/// leg that is wrong in the next way stands first.
#[test]
fn refuses_in_declared_order() {
    check("", expect!["no_legs: an entry needs at least one leg"]);
    check(
        &"posted debit ann 0 GBP\n".repeat(2_001),
        expect!["too_many_legs: an entry takes at most 2000 legs, this one has 2001"],
    );
    check(
        "posted debit ann 1.00 BTC
         posted credit bob 0 GBP",
        expect!["amount_zero: the leg on account bob must be above zero"],
    );
    check(
        "posted debit ann 1.00 GBP
         posted credit bob 1 BTC",
        expect!["asset_mismatch: account bob holds GBP, cannot take 1.00000000 BTC"],
    );
    check(
        "posted debit closed 1.00 GBP
         posted credit bob 2.00 GBP",
        expect!["unbalanced: posted legs in GBP debit 100 and credit 200 minor units"],
    );
    check(
        "posted credit in 1.00 GBP
         posted debit closed 1.00 GBP",
        expect!["account_closed: account closed is closed"],
    );
    check(
        "posted debit out 1.00 GBP
         posted credit in 1.00 GBP",
        expect!["account_frozen_in: account in is frozen for money coming in"],
    );
    check(
        "released debit bob 1.00 GBP
         released credit clearing 1.00 GBP
         posted debit out 1.00 GBP
         posted credit bob 1.00 GBP",
        expect!["account_frozen_out: account out is frozen for money going out"],
    );
    check(
        "posted debit bob max GBP
         posted credit full max GBP
         released debit bob 1.00 GBP
         released credit clearing 1.00 GBP",
        expect!["hold_exceeded: account bob has only 0.00 GBP reserved, cannot release 1.00 GBP"],
    );
    check(
        "posted debit bob 50.01 GBP
         posted credit full 50.01 GBP",
        expect!["balance_overflow: account full cannot count 50.01 GBP more"],
    );
    check(
        "posted debit ann 30.01 GBP
         posted credit bob 30.01 GBP",
        expect!["insufficient_funds: account ann has 30.00 GBP available, needs 30.01 GBP"],
    );
    check(
        "posted debit ann 30.00 GBP
         posted credit bob 30.00 GBP",
        expect![[r#"
            ann version 8: debits 2000 pending 3000 posted, credits 0 pending 5000 posted
            bob version 8: debits 0 pending 0 posted, credits 0 pending 8000 posted"#]],
    );
}

/// Goal: within a kind of refusal, the first leg that is wrong is named. Method: two are wrong.
#[test]
fn the_first_wrong_leg_is_named() {
    check(
        "posted debit bob 1.00 GBP
         posted credit ann 2.00 GBP
         pending debit bob 3.00 GBP",
        expect!["unbalanced: posted legs in GBP debit 100 and credit 200 minor units"],
    );
    check(
        "posted debit bob 60.00 GBP
         posted debit ann 60.00 GBP
         posted credit clearing 120.00 GBP",
        expect!["insufficient_funds: account bob has 50.00 GBP available, needs 60.00 GBP"],
    );
}

/// Goal: an entry balances in each layer by itself. Method: debits of one layer, credits of
/// another.
#[test]
fn layers_balance_one_by_one() {
    check(
        "pending debit bob 1.00 GBP
         posted credit ann 1.00 GBP",
        expect!["unbalanced: pending legs in GBP debit 100 and credit 0 minor units"],
    );
    check(
        "pending debit bob 1.00 GBP
         released credit clearing 1.00 GBP",
        expect!["unbalanced: pending legs in GBP debit 100 and credit 0 minor units"],
    );
}

/// Goal: totals of an entry are exact far beyond an amount. Method: differ by the last unit only.
#[test]
fn totals_do_not_overflow() {
    let unequal = "posted debit bob max GBP
        posted credit ann 1.00 GBP
    "
    .repeat(1_000);
    check(
        &unequal,
        expect![
            "unbalanced: posted legs in GBP debit 999999999999999999999999999999999999000 and credit 100000 minor units"
        ],
    );
    let equal = "pending debit bob max GBP
        pending credit ann max GBP
    "
    .repeat(1_000);
    check(
        &equal,
        expect![
            "balance_overflow: account bob cannot count 9999999999999999999999999999999999.99 GBP more"
        ],
    );
}

/// Goal: what was reserved before a freeze can be settled and released. Method: the reserved
/// 20.00 of a frozen account and of one frozen for going out, then a penny more.
#[test]
fn standing_never_refuses_what_was_reserved() {
    let settle = |name: &str, posted: &str| {
        format!(
            "released debit {name} 20.00 GBP
             released credit clearing 20.00 GBP
             posted debit {name} {posted} GBP
             posted credit clearing {posted} GBP"
        )
    };
    check(
        &settle("iced", "20.00"),
        expect![[r#"
            iced version 8: debits 0 pending 0 posted, credits 0 pending 5000 posted
            clearing version 8: debits 0 pending 25000 posted, credits 0 pending 0 posted
            iced version 9: debits 0 pending 2000 posted, credits 0 pending 5000 posted
            clearing version 9: debits 0 pending 25000 posted, credits 0 pending 2000 posted"#]],
    );
    check(
        &settle("out", "20.01"),
        expect!["account_frozen_out: account out is frozen for money going out"],
    );
    check(
        &settle("iced", "20.01"),
        expect!["account_frozen_out: account iced is frozen for money going out"],
    );
}

/// Goal: a frozen side is refused, the other is not. Method: money in and out, both sides.
#[test]
fn freezing_looks_at_the_side() {
    check(
        "posted debit bob 1.00 GBP
         posted credit out 1.00 GBP",
        expect![[r#"
            bob version 8: debits 0 pending 100 posted, credits 0 pending 5000 posted
            out version 8: debits 2000 pending 0 posted, credits 0 pending 5100 posted"#]],
    );
    check(
        "pending debit in 1.00 GBP
         pending credit clearing 1.00 GBP",
        expect![[r#"
            in version 8: debits 100 pending 0 posted, credits 0 pending 5000 posted
            clearing version 8: debits 0 pending 25000 posted, credits 2100 pending 0 posted"#]],
    );
    check(
        "posted debit bob 1.00 GBP
         posted credit iced 1.00 GBP",
        expect!["account_frozen_in: account iced is frozen for money coming in"],
    );
    check(
        "pending debit iced 1.00 GBP
         pending credit bob 1.00 GBP",
        expect!["account_frozen_out: account iced is frozen for money going out"],
    );
}

/// Goal: the same account on both sides changes both counters. Method: all of bob's money to bob.
#[test]
fn an_account_may_pay_itself() {
    check(
        "posted debit bob 50.00 GBP
         posted credit bob 50.00 GBP",
        expect![[r#"
            bob version 8: debits 0 pending 5000 posted, credits 0 pending 5000 posted
            bob version 9: debits 0 pending 5000 posted, credits 0 pending 10000 posted"#]],
    );
    check(
        "pending debit bob 50.00 GBP
         pending credit bob 50.00 GBP
         posted debit bob 0.01 GBP
         posted credit ann 0.01 GBP",
        expect!["insufficient_funds: account bob has 50.00 GBP available, needs 50.01 GBP"],
    );
}

/// Goal: an entry may release what it reserves itself, in that order only. Method: both orders.
#[test]
fn a_release_looks_at_the_legs_before_it() {
    check(
        "pending debit bob 1.00 GBP
         pending credit clearing 1.00 GBP
         released debit bob 1.00 GBP
         released credit clearing 1.00 GBP",
        expect![[r#"
            bob version 8: debits 100 pending 0 posted, credits 0 pending 5000 posted
            clearing version 8: debits 0 pending 25000 posted, credits 2100 pending 0 posted
            bob version 9: debits 0 pending 0 posted, credits 0 pending 5000 posted
            clearing version 9: debits 0 pending 25000 posted, credits 2000 pending 0 posted"#]],
    );
    check(
        "released debit bob 1.00 GBP
         released credit clearing 1.00 GBP
         pending debit bob 1.00 GBP
         pending credit clearing 1.00 GBP",
        expect!["hold_exceeded: account bob has only 0.00 GBP reserved, cannot release 1.00 GBP"],
    );
}

/// Goal: money to come does not count before it is posted. Method: spend it.
#[test]
fn pending_credits_cannot_be_spent() {
    check(
        "pending debit clearing 10.00 GBP
         pending credit unallocated 10.00 GBP
         posted debit unallocated 10.00 GBP
         posted credit clearing 10.00 GBP",
        expect!["insufficient_funds: account unallocated has 0.00 GBP available, needs 10.00 GBP"],
    );
}

/// Goal: a credit limit may be used up, and an account below its limit may still be paid.
/// Method: bob owes more than a limit that was lowered.
#[test]
fn credit_limits_count_as_available() {
    let mut accounts = accounts();
    let bob = accounts.get_mut(&id("bob")).unwrap();
    bob.credit_limit = 10_00;
    check_in(
        &accounts,
        "posted debit bob 60.01 GBP
         posted credit ann 60.01 GBP",
        expect!["insufficient_funds: account bob has 60.00 GBP available, needs 60.01 GBP"],
    );
    let bob = accounts.get_mut(&id("bob")).unwrap();
    (bob.credit_limit, bob.counters.debits_posted) = (5_00, 60_00);
    check_in(
        &accounts,
        "posted debit ann 1.00 GBP
         posted credit bob 1.00 GBP",
        expect![[r#"
            ann version 8: debits 2000 pending 100 posted, credits 0 pending 5000 posted
            bob version 8: debits 0 pending 6000 posted, credits 0 pending 5100 posted"#]],
    );
    check_in(
        &accounts,
        "posted debit bob 0.01 GBP
         posted credit ann 0.01 GBP",
        expect!["insufficient_funds: account bob has -5.00 GBP available, needs 0.01 GBP"],
    );
}

/// Goal: a bug in the caller is not answered as a refusal. Method: panics are caught.
#[test]
fn an_account_that_was_not_passed_is_a_bug() {
    let mut accounts = accounts();
    let text = "posted debit nobody 1.00 GBP";
    assert!(std::panic::catch_unwind(|| apply(&accounts, &legs(text))).is_err());

    let text = "posted debit bob 1.00 GBP";
    assert!(apply(&accounts, &legs(text)).is_err());
    accounts.get_mut(&id("bob")).unwrap().counters.debits_pending = AMOUNT_MAX + 1;
    assert!(std::panic::catch_unwind(|| apply(&accounts, &legs(text))).is_err());
}
