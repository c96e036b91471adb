//! The one decision of the ledger: may these legs be written, and what do accounts hold after?
//!
//! Does not number, date or chain what it allows: that is the writer's. Invariants as in the
//! crate's header. Start at [`apply`]; its checks follow in the order of [`Rejected`].

use std::collections::BTreeMap;

use money::{AMOUNT_MAX, Asset, Signed};

use crate::{
    Account, AccountId, Direction, Layer, Leg, LegAfter, Rejected, Standing, Total,
    limits::{LEGS_MAX, VERSION_MAX},
};

type Accounts = BTreeMap<AccountId, Account>;

/// What an allowed entry leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The accounts it changed, as they stand after it, each once, by id.
    pub accounts: Vec<Account>,
    /// The legs as given, each with its account's counters and version right after it.
    pub legs: Vec<LegAfter>,
}

/// Decides whether `legs` may be written together; stores nothing.
///
/// `accounts` holds at least those that the legs name, as they stand before. An account may stand
/// in any number of legs; what it has available counts once, after the whole entry.
///
/// Standing looks at an account's new exposure on each side, that is what this entry reserves and
/// posts less what it releases there: settling or releasing what was reserved is never refused.
///
/// # Errors
///
/// The first [`Rejected`] that holds, in the order of its variants.
///
/// # Panics
///
/// If a leg names an account that was not passed, or one stands under another's id, or one has a
/// counter, limit or version out of range: bugs in the caller.
pub fn apply(accounts: &Accounts, legs: &[Leg]) -> Result<Applied, Rejected> {
    assert_accounts(accounts, legs);

    check_form(accounts, legs)?;
    check_balance(legs)?;
    check_standing(accounts, legs)?;
    check_holds(accounts, legs)?;
    let (after, written) = write(accounts, legs)?;
    check_funds(accounts, &after, legs)?;
    Ok(Applied { accounts: after.into_values().collect(), legs: written })
}

fn assert_accounts(accounts: &Accounts, legs: &[Leg]) {
    for leg in legs {
        let id = leg.account;
        let Some(account) = accounts.get(&id) else { panic!("account {id} was not passed") };
        assert_eq!(account.id, id, "an account stands under its own id");
        assert!(account.counters.fit(), "a counter of account {id} is out of range");
        assert!(account.credit_limit <= AMOUNT_MAX, "the limit of account {id} is out of range");
        assert!(account.version <= VERSION_MAX, "the version of account {id} is out of range");
    }
}

fn check_form(accounts: &Accounts, legs: &[Leg]) -> Result<(), Rejected> {
    if legs.is_empty() {
        return Err(Rejected::NoLegs);
    }
    if legs.len() > LEGS_MAX {
        return Err(Rejected::TooManyLegs { legs: legs.len() });
    }
    if let Some(leg) = legs.iter().find(|leg| leg.amount.is_zero()) {
        return Err(Rejected::AmountZero { account: leg.account });
    }
    for &Leg { account, amount, .. } in legs {
        let holds = accounts[&account].asset;
        if holds != amount.asset() {
            return Err(Rejected::AssetMismatch { account, holds, amount });
        }
    }
    Ok(())
}

fn check_balance(legs: &[Leg]) -> Result<(), Rejected> {
    let mut totals: BTreeMap<(Asset, Layer), (Total, Total)> = BTreeMap::new();
    for leg in legs {
        let (debits, credits) = totals.entry((leg.amount.asset(), leg.layer)).or_default();
        let total = match leg.direction {
            Direction::Debit => debits,
            Direction::Credit => credits,
        };
        *total = total.plus(leg.amount.minor());
    }
    for leg in legs {
        let (asset, layer) = (leg.amount.asset(), leg.layer);
        let (debits, credits) = totals[&(asset, layer)];
        if debits != credits {
            return Err(Rejected::Unbalanced { asset, layer, debits, credits });
        }
    }
    Ok(())
}

fn check_standing(accounts: &Accounts, legs: &[Leg]) -> Result<(), Rejected> {
    if legs.iter().all(|leg| accounts[&leg.account].standing == Standing::Open) {
        return Ok(());
    }
    let exposed = newly_exposed(legs);
    let grows = |account, direction| exposed.get(&(account, direction)).is_some_and(|grows| *grows);
    for &Leg { account, .. } in legs {
        let any = grows(account, Direction::Debit) || grows(account, Direction::Credit);
        if any && accounts[&account].standing == Standing::Closed {
            return Err(Rejected::AccountClosed { account });
        }
    }
    for &Leg { account, .. } in legs {
        let Account { chart, standing, .. } = accounts[&account];
        if may_not_take_in(standing) && grows(account, chart.normal()) {
            return Err(Rejected::AccountFrozenIn { account });
        }
    }
    for &Leg { account, .. } in legs {
        let Account { chart, standing, .. } = accounts[&account];
        if may_not_give_out(standing) && grows(account, chart.normal().opposite()) {
            return Err(Rejected::AccountFrozenOut { account });
        }
    }
    Ok(())
}

/// Whether, per account and side, more is reserved and posted than released.
fn newly_exposed(legs: &[Leg]) -> BTreeMap<(AccountId, Direction), bool> {
    let mut totals: BTreeMap<(AccountId, Direction), (Total, Total)> = BTreeMap::new();
    for leg in legs {
        let (more, less) = totals.entry((leg.account, leg.direction)).or_default();
        let total = match leg.layer {
            Layer::Pending | Layer::Posted => more,
            Layer::Released => less,
        };
        *total = total.plus(leg.amount.minor());
    }
    totals.into_iter().map(|(side, (more, less))| (side, more > less)).collect()
}

const fn may_not_take_in(standing: Standing) -> bool {
    match standing {
        Standing::FrozenIn | Standing::Frozen | Standing::Closed => true,
        Standing::Open | Standing::FrozenOut => false,
    }
}

const fn may_not_give_out(standing: Standing) -> bool {
    match standing {
        Standing::FrozenOut | Standing::Frozen | Standing::Closed => true,
        Standing::Open | Standing::FrozenIn => false,
    }
}

/// Follows what is pending leg by leg, in totals: whether it also fits its counter comes later.
fn check_holds(accounts: &Accounts, legs: &[Leg]) -> Result<(), Rejected> {
    if legs.iter().all(|leg| leg.layer != Layer::Released) {
        return Ok(());
    }
    let mut pending: BTreeMap<(AccountId, Direction), Total> = BTreeMap::new();
    for &Leg { account, direction, layer, amount } in legs {
        let before = || Total::new(accounts[&account].counters.pending(direction));
        let total = pending.entry((account, direction)).or_insert_with(before);
        let after = match layer {
            Layer::Pending => Some(total.plus(amount.minor())),
            Layer::Released => total.minus(amount.minor()),
            Layer::Posted => Some(*total),
        };
        let Some(after) = after else {
            // Less than the amount, so no more than an amount may have.
            let pending = total.minor().unwrap_or(AMOUNT_MAX);
            let pending = Signed::difference(pending, 0, amount.asset());
            return Err(Rejected::HoldExceeded { account, pending, released: amount });
        };
        *total = after;
    }
    Ok(())
}

/// The accounts the legs change, as they stand after, and the legs with their counters.
fn write(accounts: &Accounts, legs: &[Leg]) -> Result<(Accounts, Vec<LegAfter>), Rejected> {
    let mut after = Accounts::new();
    let mut written = Vec::with_capacity(legs.len());
    for leg in legs {
        let id = leg.account;
        let account = after.entry(id).or_insert_with(|| accounts[&id].clone());
        // Holds are checked: what fails here is too large, never below zero.
        let Some(counters) = account.counters.after(leg) else {
            return Err(Rejected::BalanceOverflow { account: id, amount: leg.amount });
        };
        account.counters = counters;
        account.version = account.version.saturating_add(1);
        written.push(LegAfter { leg: *leg, after: counters, version: account.version });
    }
    Ok((after, written))
}

fn check_funds(before: &Accounts, after: &Accounts, legs: &[Leg]) -> Result<(), Rejected> {
    for &Leg { account, .. } in legs {
        let (before, after) = (&before[&account], &after[&account]);
        if !before.chart.is_liability() {
            continue;
        }
        let (plus, minus) = after.available_parts();
        let (plus_before, minus_before) = before.available_parts();
        let available_was = plus_before.saturating_add(minus);
        let available_is = plus.saturating_add(minus_before);
        if minus > plus && available_was > available_is {
            let available = before.available();
            let needed = Signed::difference(available_was, available_is, before.asset);
            return Err(Rejected::InsufficientFunds { account, available, needed });
        }
    }
    Ok(())
}
