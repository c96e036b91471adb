//! Balances, legs and the trial balance on the wire.

use std::collections::BTreeMap;

use api::amount::{Balance, SignedAmount};
use ledger::{Account, AccountId, Direction, Layer, LegAfter};
use money::{Asset, Signed};
use store::{TrialBalance, TrialBalanceRow};

use super::payments_made::direction;

/// What an account holds.
pub(crate) fn balance(account: &Account) -> Balance {
    Balance {
        posted: account.balance().into(),
        available: account.available().into(),
        pending_in: account.pending_in().into(),
        pending_out: account.pending_out().into(),
    }
}

/// The legs of a journal entry; `accounts` are those it names, as far as they are known.
pub(crate) fn legs(
    legs: &[LegAfter],
    accounts: &BTreeMap<AccountId, payments::resources::Account>,
) -> Vec<api::entry::Leg> {
    legs.iter().map(|leg| leg_of(leg, accounts.get(&leg.leg.account))).collect()
}

/// One leg; balances are shown of customers' accounts.
fn leg_of(leg: &LegAfter, account: Option<&payments::resources::Account>) -> api::entry::Leg {
    let after = account
        .filter(|account| account.customer.is_some())
        .map(|account| balance(&Account { counters: leg.after, ..account.ledger.clone() }));
    api::entry::Leg {
        account: leg.leg.account.to_string().into(),
        chart: account.map_or("", |account| account.ledger.chart.code()).to_owned(),
        direction: direction(leg.leg.direction),
        layer: layer(leg.leg.layer),
        amount: leg.leg.amount.into(),
        balance_after: after,
    }
}

/// Which counters a leg changes, on the wire.
pub(super) const fn layer(layer: Layer) -> api::entry::Layer {
    match layer {
        Layer::Pending => api::entry::Layer::Pending,
        Layer::Released => api::entry::Layer::Released,
        Layer::Posted => api::entry::Layer::Posted,
    }
}

/// The books in one table: rows, and whether debits equal credits per asset.
pub(crate) fn trial_balance(
    books: &TrialBalance,
) -> (Vec<api::trial_balance::TrialBalanceRow>, Vec<api::trial_balance::TrialBalanceTotal>) {
    let mut sums: BTreeMap<Asset, (u128, u128)> = BTreeMap::new();
    for row in &books.rows {
        let sum = sums.entry(row.asset).or_default();
        sum.0 = sum.0.saturating_add(row.counters.debits_posted);
        sum.1 = sum.1.saturating_add(row.counters.credits_posted);
    }
    let total = |(asset, (debits, credits)): (&Asset, &(u128, u128))| {
        api::trial_balance::TrialBalanceTotal {
            asset: asset.code().to_owned(),
            debits: plain(*debits, *asset),
            credits: plain(*credits, *asset),
            balanced: debits == credits,
        }
    };
    (books.rows.iter().map(trial_balance_row).collect(), sums.iter().map(total).collect())
}

fn trial_balance_row(row: &TrialBalanceRow) -> api::trial_balance::TrialBalanceRow {
    let counters = &row.counters;
    let (plus, minus) = match row.chart.normal() {
        Direction::Debit => (counters.debits_posted, counters.credits_posted),
        Direction::Credit => (counters.credits_posted, counters.debits_posted),
    };
    api::trial_balance::TrialBalanceRow {
        chart: row.chart.code().to_owned(),
        asset: row.asset.code().to_owned(),
        accounts: row.accounts,
        debits: plain(counters.debits_posted, row.asset),
        credits: plain(counters.credits_posted, row.asset),
        debits_pending: plain(counters.debits_pending, row.asset),
        credits_pending: plain(counters.credits_pending, row.asset),
        balance: Signed::difference(plus, minus, row.asset).into(),
    }
}

/// A sum, which may be larger than any amount.
fn plain(minor: u128, asset: Asset) -> SignedAmount {
    Signed::difference(minor, 0, asset).into()
}
