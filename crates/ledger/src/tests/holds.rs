//! Holds: what a group of legs reserves, posts and gives back.

use expect_test::{Expect, expect};
use money::{AMOUNT_MAX, Amount};
use proptest::{prelude::*, sample::Index};

use super::{Accounts, account, amount, id, named};
use crate::{
    Account, AccountId, Applied, Chart, Counters, Direction, Leg, Rail, Rejected, Standing, apply,
    hold,
};

type Group = Vec<(AccountId, Direction, Amount)>;

/// Ann with `minor` available, and clearing, which may go anywhere.
fn accounts(minor: u128) -> Accounts {
    let rich = Counters { credits_posted: minor, ..Counters::default() };
    let other = Counters { debits_posted: minor, ..Counters::default() };
    [
        account("ann", Chart::Customer, Standing::Open, rich),
        account("clearing", Chart::Clearing(Rail::Bank), Standing::Open, other),
    ]
    .into_iter()
    .map(|account| (account.id, account))
    .collect()
}

fn group(amounts: &[u128]) -> Group {
    let pair = |minor: &u128| {
        let held = amount(*minor, "GBP");
        [(id("ann"), Direction::Debit, held), (id("clearing"), Direction::Credit, held)]
    };
    amounts.iter().flat_map(pair).collect()
}

fn write(accounts: &mut Accounts, legs: &[Leg]) -> Result<(), Rejected> {
    let Applied { accounts: changed, .. } = apply(accounts, legs)?;
    accounts.extend(changed.into_iter().map(|account| (account.id, account)));
    Ok(())
}

#[track_caller]
fn check(reserved: &[u128], posted: &[Amount], expected: Expect) {
    let actual = match hold::post(&group(reserved), posted) {
        Ok(legs) => legs
            .iter()
            .map(|Leg { account, direction, layer, amount }| {
                format!("{} {} {account} {amount}", layer.code(), direction.code())
            })
            .collect::<Vec<_>>()
            .join("\n"),
        Err(error) => format!("{}: {error}", error.code()),
    };
    expected.assert_eq(&named(actual, &["ann", "clearing"]));
}

/// Goal: refusals in their order, then what is posted. Method: each row is also wrong in the next
/// way.
#[test]
fn posts_no_more_than_was_reserved() {
    let (pounds, satoshis) = (|minor| amount(minor, "GBP"), |minor| amount(minor, "BTC"));
    check(
        &[5_00],
        &[pounds(5_01), satoshis(5_01)],
        expect!["asset_mismatch: account clearing reserved 5.00 GBP, cannot post 0.00000501 BTC"],
    );
    check(
        &[5_00],
        &[pounds(5_00), pounds(5_01)],
        expect!["above_reserved: account clearing reserved only 5.00 GBP, cannot post 5.01 GBP"],
    );
    check(
        &[5_00, 7_00],
        &[pounds(0), pounds(0), pounds(6_99), pounds(6_99)],
        expect![[r#"
            released debit ann 5.00 GBP
            released credit clearing 5.00 GBP
            released debit ann 7.00 GBP
            released credit clearing 7.00 GBP
            posted debit ann 6.99 GBP
            posted credit clearing 6.99 GBP"#]],
    );
}

/// Goal: posting nothing is voiding. Method: the legs are the same.
#[test]
fn posting_zeros_is_voiding() {
    let reserved = group(&[5_00, 7_00]);
    let zeros = vec![amount(0, "GBP"); reserved.len()];
    assert_eq!(hold::post(&reserved, &zeros), Ok(hold::void(&reserved)));
}

/// Goal: a wrong number of amounts is a bug of the caller. Method: the panic is caught.
#[test]
fn one_amount_is_posted_for_each_leg() {
    let short = || hold::post(&group(&[5_00]), &[amount(5_00, "GBP")]);
    assert!(std::panic::catch_unwind(short).is_err());
}

fn any_held() -> impl Strategy<Value = u128> {
    prop_oneof![1_u128..10_000, Just(AMOUNT_MAX / 4), AMOUNT_MAX / 4 - 3..AMOUNT_MAX / 4]
}

proptest! {
    /// Invariant `hold_resolves_within_what_was_reserved`: of groups of up to four pairs, any part
    /// of each is posted, the rest is free again, nothing stays pending, and neither posting nor
    /// voiding can be done a second time, nor anything above what was reserved.
    #[test]
    fn hold_resolves_within_what_was_reserved(
        held in prop::collection::vec(any_held(), 1..5),
        parts in prop::collection::vec(0..=100_u128, 4),
        above in any::<Index>(),
    ) {
        let total: u128 = held.iter().sum();
        let mut accounts = accounts(total);
        let reserved = group(&held);
        let before = accounts.clone();
        prop_assert_eq!(write(&mut accounts, &hold::reserve(&reserved)), Ok(()));
        prop_assert!(accounts[&id("ann")].available().is_zero());

        let mut void = accounts.clone();
        prop_assert_eq!(write(&mut void, &hold::void(&reserved)), Ok(()));
        let counters = |accounts: &Accounts| -> Vec<Counters> {
            accounts.values().map(|account: &Account| account.counters).collect()
        };
        prop_assert_eq!(counters(&void), counters(&before));

        let posted: Vec<Amount> = held
            .iter()
            .zip(&parts)
            .flat_map(|(held, part)| [amount(held * part / 100, "GBP"); 2])
            .collect();
        let legs = hold::post(&reserved, &posted).unwrap();
        prop_assert_eq!(write(&mut accounts, &legs), Ok(()));
        let sum: u128 = posted.iter().map(Amount::minor).sum::<u128>() / 2;
        prop_assert!(sum <= total);
        let (ann, clearing) = (&accounts[&id("ann")], &accounts[&id("clearing")]);
        prop_assert_eq!(ann.counters.debits_posted, sum);
        prop_assert_eq!(clearing.counters.credits_posted, sum);
        prop_assert_eq!(ann.available().magnitude(), total - sum);
        prop_assert_eq!(ann.counters.debits_pending, 0);
        prop_assert_eq!(clearing.counters.credits_pending, 0);

        for again in [legs, hold::void(&reserved)] {
            let code = write(&mut accounts, &again).map_err(|rejected| rejected.code());
            prop_assert_eq!(code, Err("hold_exceeded"));
        }
        let mut more: Vec<Amount> = reserved.iter().map(|(_, _, held)| *held).collect();
        let above = above.index(more.len());
        more[above] = amount(more[above].minor() + 1, "GBP");
        prop_assert_eq!(hold::post(&reserved, &more).map_err(|error| error.code()), Err("above_reserved"));
    }
}
