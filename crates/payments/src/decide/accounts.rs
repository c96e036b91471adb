//! Opening a customer's account.

use ledger::{AccountId, Chart, Counters};
use money::Asset;

use crate::command::AccountCreate;
use crate::draft::{Decision, Draft};
use crate::limits::NAME_BYTES_MAX;
use crate::meta::{Labels, text};
use crate::rejected::Rejected;
use crate::resources::{Account, Capability, Customer, Kind, Role, standing};
use crate::states::{AccountStatus, CustomerStatus, Machine};
use crate::view::{Key, NameKind, Stop};

use super::{customers, inbound};

/// Decides [`AccountCreate`]: open at once if the customer may hold funds, else pending.
pub(super) fn create(mut draft: Draft<'_>, command: &AccountCreate) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    command.labels.check()?;
    let mut customer: Customer = draft.fetch(command.customer)?;
    let role: Role = draft.fetch(customer.role)?;
    match customer.status {
        CustomerStatus::Closed | CustomerStatus::Rejected | CustomerStatus::Suspended => {
            let status = customer.status.code();
            return Err(Rejected::Unchangeable { kind: "customer", status }.into());
        }
        CustomerStatus::Draft
        | CustomerStatus::InReview
        | CustomerStatus::Active
        | CustomerStatus::Restricted => {}
    }
    let may_hold = customers::capability(&customer, &role, Capability::HoldFunds).is_active();
    let status = if may_hold { AccountStatus::Open } else { AccountStatus::Pending };
    let opened =
        Opening { customer: &mut customer, asset: command.asset, name: &command.name, status };
    let id = open(&mut draft, opened, &command.labels)?;
    customer.meta.touch(draft.at());
    draft.put(customer)?;
    draft.finish(Key::Account(id))
}

/// An account about to be opened.
pub(super) struct Opening<'o> {
    pub(super) customer: &'o mut Customer,
    pub(super) asset: Asset,
    pub(super) name: &'o str,
    pub(super) status: AccountStatus,
}

/// Opens an account; the caller keeps the customer.
pub(super) fn open(
    draft: &mut Draft<'_>,
    opening: Opening<'_>,
    labels: &Labels,
) -> Result<AccountId, Stop> {
    let Opening { customer, asset, name, status } = opening;
    let id = AccountId::from_bytes(draft.mint());
    draft.claim(Kind::Account, labels, *id.as_bytes())?;
    let reference =
        inbound::free_reference(draft, NameKind::AccountReference, "FA", *id.as_bytes())?;
    draft.set_name(NameKind::AccountReference, &inbound::normal(&reference), *id.as_bytes())?;
    customer.accounts_open = customer.accounts_open.saturating_add(1);
    let ledger = ledger::Account {
        id,
        asset,
        chart: Chart::Customer,
        standing: standing(status),
        credit_limit: 0,
        counters: Counters::default(),
        version: 0,
    };
    draft.put(Account {
        ledger,
        meta: draft.meta(labels.clone()),
        customer: Some(customer.id),
        name: name.to_owned(),
        status,
        reference,
    })?;
    Ok(id)
}
