//! Checks that several decisions share, each for one place in the order of refusals.

use std::borrow::Cow;

use ledger::{AccountId, Timestamp};
use money::{Amount, Asset};

use crate::draft::{Draft, not_found};
use crate::limits::{REFERENCE_BYTES_MAX, TEXT_BYTES_MAX};
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{Account, Capability, Customer, Kind, Role};
use crate::states::{AccountStatus, Machine};
use crate::view::Stop;

use super::customers;

/// A customer's account with who stands behind it.
pub(super) struct Party<'a> {
    pub(super) account: Cow<'a, Account>,
    pub(super) customer: Cow<'a, Customer>,
    pub(super) role: Cow<'a, Role>,
}

/// Finds a customer's account; internal accounts are nobody's to name.
pub(super) fn party<'a>(draft: &Draft<'a>, id: AccountId) -> Result<Party<'a>, Stop> {
    let account = draft.see::<Account>(id)?;
    let Some(customer) = account.customer else {
        return Err(not_found(Kind::Account, &id.to_string()).into());
    };
    let customer = draft.see::<Customer>(customer)?;
    let role = draft.see(customer.role)?;
    Ok(Party { account, customer, role })
}

/// A payment moves something.
pub(super) const fn positive(amount: Amount) -> Result<(), Rejected> {
    if amount.is_zero() { Err(Rejected::AmountNotPositive) } else { Ok(()) }
}

/// References may be empty, descriptions absent.
pub(super) fn words(reference: &str, description: Option<&String>) -> Result<(), Rejected> {
    if !reference.is_empty() {
        text("/reference", reference, REFERENCE_BYTES_MAX)?;
    }
    description.map_or(Ok(()), |words| text("/description", words, TEXT_BYTES_MAX))
}

/// The account's state lets money out.
pub(super) fn pays_out(account: &Account) -> Result<(), Rejected> {
    let (id, status) = (|| account.ledger.id.to_string(), account.status.code());
    match account.status {
        AccountStatus::Open | AccountStatus::FrozenIn | AccountStatus::Closing => Ok(()),
        AccountStatus::FrozenOut | AccountStatus::Frozen => {
            Err(Rejected::AccountFrozenOut { account: id(), status })
        }
        AccountStatus::Pending | AccountStatus::Closed => {
            Err(Rejected::AccountNotOpen { account: id(), status })
        }
    }
}

/// The account's state lets money in.
pub(super) fn takes_in(account: &Account) -> Result<(), Rejected> {
    let (id, status) = (|| account.ledger.id.to_string(), account.status.code());
    match account.status {
        AccountStatus::Open | AccountStatus::FrozenOut => Ok(()),
        AccountStatus::FrozenIn | AccountStatus::Frozen => {
            Err(Rejected::AccountFrozenIn { account: id(), status })
        }
        AccountStatus::Closing | AccountStatus::Pending | AccountStatus::Closed => {
            Err(Rejected::AccountNotOpen { account: id(), status })
        }
    }
}

/// One transaction, one asset.
pub(super) fn in_asset(account: &Account, asset: Asset) -> Result<(), Rejected> {
    let held = account.ledger.asset;
    if held == asset {
        return Ok(());
    }
    Err(Rejected::AssetMismatch { account: account.ledger.id.to_string(), held, asset })
}

/// The customer's role and status grant the capability.
pub(super) fn capable(party: &Party<'_>, capability: Capability) -> Result<(), Rejected> {
    let state = customers::capability(&party.customer, &party.role, capability);
    if state.is_active() {
        return Ok(());
    }
    Err(Rejected::CapabilityMissing {
        customer: party.customer.id.to_string(),
        capability: capability.code(),
        detail: state.detail,
        requirements: state.currently_due,
    })
}

/// A moment in the real world: not after the business time, not before the account was opened.
pub(super) fn effective(
    draft: &Draft<'_>,
    said: Option<Timestamp>,
    account: &Account,
) -> Result<Timestamp, Rejected> {
    let Some(said) = said else { return Ok(draft.business()) };
    if said > draft.business() {
        let detail = "must not be after the platform's time".to_owned();
        return Err(Rejected::invalid("/effective_at", detail));
    }
    if said < account.meta.created_at {
        let detail = "must not be before the account was opened".to_owned();
        return Err(Rejected::invalid("/effective_at", detail));
    }
    Ok(said)
}

/// The day that a transaction of now counts to.
pub(super) fn value_date(draft: &Draft<'_>) -> i32 {
    i32::try_from(crate::window::day(draft.business())).unwrap_or(i32::MAX)
}

/// An amount of an asset; counts within bounds that earlier checks made sure of.
pub(super) fn minor(asset: Asset, minor: u128) -> Result<Amount, Rejected> {
    Amount::new(minor, asset)
        .map_err(|source| Rejected::AmountInvalid { pointer: "/amount", source })
}

/// The refusal for an amount that does not fit.
pub(super) const fn unfit(source: money::AmountError) -> Rejected {
    Rejected::AmountInvalid { pointer: "/amount", source }
}
