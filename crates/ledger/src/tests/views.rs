//! What one reads off an account and the chart, and how rows survive being stored.

use expect_test::{Expect, expect};
use money::AMOUNT_MAX;
use proptest::prelude::*;

use super::{account, amount, leg, script};
use crate::{Account, Chart, Counters, Direction, LegAfter, Rejected, Standing, Timestamp, Total};

#[track_caller]
fn check(chart: Chart, [a, b, c, d]: [u128; 4], credit_limit: u128, expected: Expect) {
    let counters =
        Counters { debits_pending: a, debits_posted: b, credits_pending: c, credits_posted: d };
    let account = Account { credit_limit, ..account("ann", chart, Standing::Open, counters) };
    let actual = format!(
        "available {}, balance {}, in {}, out {}, settled {}",
        account.available(),
        account.balance(),
        account.pending_in(),
        account.pending_out(),
        account.is_settled(),
    );
    expected.assert_eq(&actual);
}

/// Goal: balances of either side, up to the largest counters. Method: rows.
#[test]
fn balances_are_read_on_the_normal_side() {
    check(
        Chart::Customer,
        [0, 0, 0, 0],
        0,
        expect!["available 0.00 GBP, balance 0.00 GBP, in 0.00 GBP, out 0.00 GBP, settled true"],
    );
    check(
        Chart::Customer,
        [1_00, 2_00, 4_00, 8_00],
        0,
        expect!["available 5.00 GBP, balance 6.00 GBP, in 4.00 GBP, out 1.00 GBP, settled false"],
    );
    check(
        Chart::Customer,
        [1_00, 2_00, 4_00, 0],
        2_50,
        expect!["available -0.50 GBP, balance -2.00 GBP, in 4.00 GBP, out 1.00 GBP, settled false"],
    );
    check(
        Chart::Safeguarding,
        [1_00, 2_00, 4_00, 8_00],
        0,
        expect![
            "available -10.00 GBP, balance -6.00 GBP, in 1.00 GBP, out 4.00 GBP, settled false"
        ],
    );
    check(
        Chart::Loss,
        [1_00, 9_00, 4_00, 2_00],
        0,
        expect!["available 3.00 GBP, balance 7.00 GBP, in 1.00 GBP, out 4.00 GBP, settled false"],
    );
    check(
        Chart::Customer,
        [0, 3_00, 0, 3_00],
        5_00,
        expect!["available 5.00 GBP, balance 0.00 GBP, in 0.00 GBP, out 0.00 GBP, settled true"],
    );
    check(
        Chart::Customer,
        [1, 0, 1, 0],
        0,
        expect!["available -0.01 GBP, balance 0.00 GBP, in 0.01 GBP, out 0.01 GBP, settled false"],
    );
    check(
        Chart::Customer,
        [0, 0, 0, AMOUNT_MAX],
        AMOUNT_MAX,
        expect![
            "available 19999999999999999999999999999999999.98 GBP, balance 9999999999999999999999999999999999.99 GBP, in 0.00 GBP, out 0.00 GBP, settled false"
        ],
    );
    check(
        Chart::Customer,
        [AMOUNT_MAX, AMOUNT_MAX, 0, 0],
        0,
        expect![
            "available -19999999999999999999999999999999999.98 GBP, balance -9999999999999999999999999999999999.99 GBP, in 0.00 GBP, out 9999999999999999999999999999999999.99 GBP, settled false"
        ],
    );
}

/// Goal: codes are permanent and lead back. Method: the whole chart.
#[test]
fn the_chart_is_known_by_its_codes() {
    let rows: Vec<String> = Chart::all()
        .iter()
        .map(|chart| {
            assert_eq!(Chart::parse(chart.code()), Some(*chart));
            let liability = if chart.is_liability() { ", owed to others" } else { "" };
            format!("{chart} {}{liability}", chart.normal().code())
        })
        .collect();
    expect![[r#"
        asset:safeguarding debit
        asset:clearing:bank debit
        liability:customer credit, owed to others
        liability:unallocated credit, owed to others
        income:fees credit
        expense:loss debit
        equity:operator credit"#]]
    .assert_eq(&rows.join("\n"));
    assert_eq!(Chart::parse("liability"), None);
    assert_eq!(Chart::parse("asset:clearing:"), None);
}

/// Goal: no two refusals share a code, and waiting helps where it may. Method: one of each.
#[test]
fn refusals_have_codes_of_their_own() {
    let account = super::id("ann");
    let (some, zero) = (amount(1, "GBP"), Total::new(0));
    let view = account_view();
    let all = [
        Rejected::NoLegs,
        Rejected::TooManyLegs { legs: 2_001 },
        Rejected::AmountZero { account },
        Rejected::AssetMismatch { account, holds: some.asset(), amount: some },
        Rejected::Unbalanced {
            asset: some.asset(),
            layer: crate::Layer::Posted,
            debits: zero,
            credits: zero,
        },
        Rejected::AccountClosed { account },
        Rejected::AccountFrozenIn { account },
        Rejected::AccountFrozenOut { account },
        Rejected::HoldExceeded { account, pending: view, released: some },
        Rejected::BalanceOverflow { account, amount: some },
        Rejected::InsufficientFunds { account, available: view, needed: view },
    ];
    let rows: Vec<String> = all
        .iter()
        .map(|rejected| format!("{} {}", rejected.code(), rejected.is_retryable()))
        .collect();
    expect![[r#"
        no_legs false
        too_many_legs false
        amount_zero false
        asset_mismatch false
        unbalanced false
        account_closed false
        account_frozen_in true
        account_frozen_out true
        hold_exceeded false
        balance_overflow false
        insufficient_funds true"#]]
    .assert_eq(&rows.join("\n"));
}

fn account_view() -> money::Signed {
    account("ann", Chart::Customer, Standing::Open, Counters::default()).available()
}

/// Goal: instants do not wrap. Method: both ends.
#[test]
fn instants_end_where_they_end() {
    let (last, first) = (Timestamp::from_micros(i64::MAX), Timestamp::from_micros(i64::MIN));
    assert_eq!(last.checked_add_micros(1), None);
    assert_eq!(first.checked_add_micros(-1), None);
    assert_eq!(first.checked_add_micros(i64::MAX), Some(Timestamp::from_micros(-1)));
}

proptest! {
    /// Goal: totals add, subtract, compare and show as plain numbers do. Method: where both exist.
    #[test]
    fn totals_count_as_plain_numbers(
        parts in prop::collection::vec(script::any_amount(), 1..100),
        less in script::any_amount(),
        other in script::any_amount(),
    ) {
        let total = parts.iter().fold(Total::default(), |total, part| total.plus(*part));
        let plain: u128 = parts.iter().sum();
        prop_assert_eq!(total.to_string(), plain.to_string());
        prop_assert_eq!(total.minor(), (plain <= AMOUNT_MAX).then_some(plain));
        prop_assert_eq!(total.cmp(&Total::new(other)), plain.cmp(&other));
        let left = total.minus(less).map(|left| left.to_string());
        prop_assert_eq!(left, plain.checked_sub(less).map(|left| left.to_string()));
    }

    /// Goal: accounts and written legs survive being stored, compactly and as JSON. Method: those
    /// that hostile scripts leave behind.
    #[test]
    fn rows_survive_being_stored(script in script::any_script()) {
        for step in script::run(&script) {
            let Ok(applied) = step.outcome else { continue };
            let binary = postcard::to_allocvec(&(&applied.accounts, &applied.legs)).unwrap();
            let back: (Vec<Account>, Vec<LegAfter>) = postcard::from_bytes(&binary).unwrap();
            prop_assert_eq!((&back.0, &back.1), (&applied.accounts, &applied.legs));
            let json = serde_json::to_string(&applied.legs).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<LegAfter>>(&json).unwrap(), applied.legs);
        }
    }
}

/// Goal: a side has one opposite. Method: there and back.
#[test]
fn sides_are_opposite() {
    assert_eq!(Direction::Debit.opposite(), Direction::Credit);
    assert_eq!(Direction::Debit.opposite().opposite(), Direction::Debit);
    assert_eq!(leg("posted debit ann 1 GBP").direction, Direction::Debit);
}
