//! What one row alone must hold, and a step of a resource from one state to the next.

use ledger::PlatformId;
use money::Asset;
use payments::Resource;
use payments::audit::Touched;
use payments::resources::{Account, Hold, Kind, Refund, Transaction, TransactionKind, standing};
use payments::states::{
    AccountStatus, BankAccountStatus, CustomerStatus, HoldStatus, KeyStatus, Machine, PersonStatus,
    PlatformStatus, RefundStatus, RoleStatus, TransactionStatus,
};

use super::accounts::asset_words;
use super::histories::{Histories, internal_id};
use super::report::{Difference, Findings, Invariant, Row};

/// The checks of one row that need no other.
pub(super) fn check(
    platform: PlatformId,
    resource: &Resource,
    (histories, findings): (&mut Histories, &mut Findings),
) {
    let name = || named(resource);
    let row = Row { platform, name: &name };
    if let Some(asset) = asset(resource)
        && let Some(earlier) = histories.contradicts(platform, asset)
    {
        findings.same(Invariant::Assets, &row, (&earlier, &asset), asset_words);
    }
    match resource {
        Resource::Account(it) => of_account(it, &row, findings),
        Resource::Transaction(it) => of_transaction(it, &row, findings),
        Resource::Hold(it) => of_hold(it, &row, findings),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => {}
    }
}

fn asset(resource: &Resource) -> Option<Asset> {
    match resource {
        Resource::Account(Account { ledger, .. }) => Some(ledger.asset),
        Resource::Transaction(Transaction { amount, .. })
        | Resource::Hold(Hold { amount, .. })
        | Resource::Refund(Refund { amount, .. }) => Some(amount.asset()),
        Resource::Instruction(it) => Some(it.amount.asset()),
        Resource::Window(it) => Some(it.asset),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Name(_) => None,
    }
}

/// An internal account is the one of its chart and asset; a customer's has a customer.
fn of_account(it: &Account, row: &Row<'_>, findings: &mut Findings) {
    let (chart, asset) = (it.ledger.chart, it.ledger.asset);
    let internal = it.ledger.id == internal_id(row.platform, chart, asset);
    let of_customer = chart == ledger::Chart::Customer;
    if internal == of_customer || it.customer.is_some() != of_customer {
        findings.add(Difference::new(
            (Invariant::Safeguarding, row.platform),
            (row.name)(),
            "a customer's account, or the one internal account of its chart and asset",
            format!("{chart} in {asset} under this id"),
        ));
    }
    let standings = (&standing(it.status), &it.ledger.standing);
    findings.same(Invariant::Events, row, standings, |standing| standing.code().to_owned());
    if it.status == AccountStatus::Closed && !it.ledger.is_settled() {
        let of = (Invariant::Counters, row.platform);
        findings.add(Difference::new(of, (row.name)(), "closed with nothing in it", "not empty"));
    }
}

/// Invariant 12, and that nothing was booked for what failed.
fn of_transaction(it: &Transaction, row: &Row<'_>, findings: &mut Findings) {
    if it.refunded > it.captured {
        findings.add(Difference::new(
            (Invariant::Refunds, row.platform),
            (row.name)(),
            format!("at most {} minor units refunded, as captured", it.captured),
            format!("{} minor units refunded", it.refunded),
        ));
    }
    let booked = it.rail.as_ref().is_some_and(|rail| rail.booked);
    let failed = it.status == TransactionStatus::Failed;
    if failed && booked && it.kind == TransactionKind::OutboundBank {
        findings.add(Difference::new(
            (Invariant::Clearing, row.platform),
            (row.name)(),
            "nothing in clearing for a payout that failed",
            format!("{} booked by the bank", it.amount),
        ));
    }
}

/// Invariant 5.
fn of_hold(it: &Hold, row: &Row<'_>, findings: &mut Findings) {
    let most = match it.status {
        HoldStatus::Posted => it.amount.minor(),
        HoldStatus::Active | HoldStatus::Voided | HoldStatus::Expired => 0,
    };
    if it.posted > most {
        findings.add(Difference::new(
            (Invariant::HoldsResolveOnce, row.platform),
            (row.name)(),
            format!("at most {most} minor units posted of a hold that is {}", it.status.code()),
            format!("{} minor units posted", it.posted),
        ));
    }
}

/// Invariants 5 and 15: an event leads from a state to one that may follow it.
pub(super) fn check_step(
    platform: PlatformId,
    (seq, touched): (u64, &Touched),
    findings: &mut Findings,
) {
    let Touched { kind, id, from, to, .. } = touched;
    let may = match kind {
        Kind::Platform => follows::<PlatformStatus>(from.as_deref(), to),
        Kind::ApiKey => follows::<KeyStatus>(from.as_deref(), to),
        Kind::Role => follows::<RoleStatus>(from.as_deref(), to),
        Kind::Customer => follows::<CustomerStatus>(from.as_deref(), to),
        Kind::Person => follows::<PersonStatus>(from.as_deref(), to),
        Kind::Account => follows::<AccountStatus>(from.as_deref(), to),
        Kind::BankAccount => follows::<BankAccountStatus>(from.as_deref(), to),
        Kind::Transaction => follows::<TransactionStatus>(from.as_deref(), to),
        Kind::Hold => follows::<HoldStatus>(from.as_deref(), to),
        Kind::Refund => follows::<RefundStatus>(from.as_deref(), to),
    };
    if !may {
        let invariant =
            if *kind == Kind::Hold { Invariant::HoldsResolveOnce } else { Invariant::Events };
        findings.add(Difference::new(
            (invariant, platform),
            format!("{} {} (seq {seq})", kind.code(), payments::id_text(*kind, *id)),
            format!("a state that may follow {}", from.as_deref().unwrap_or("nothing")),
            to.clone(),
        ));
    }
}

fn follows<M: Machine>(from: Option<&str>, to: &str) -> bool {
    let Some(to) = M::parse(to) else { return false };
    let Some(from) = from else { return true };
    M::parse(from).is_some_and(|from| from == to || from.next().contains(&to))
}

/// The words for a resource.
pub(super) fn named(resource: &Resource) -> String {
    match (resource.visible(), resource) {
        (Some(visible), _) => {
            let (kind, id) = (visible.kind, visible.id);
            format!("{} {}", kind.code(), payments::id_text(kind, id))
        }
        (None, Resource::Instruction(it)) => format!("instruction {}", it.rail_key()),
        (None, other) => format!("{:?}", other.key()),
    }
}
