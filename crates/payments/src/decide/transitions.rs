//! Moving a resource to another state by hand: the same for every kind, with what blocks each step.
//!
//! Steps that rails, time or another resource take are in the state machines too, but not by hand.

use crate::command::Transition;
use crate::draft::{Decision, Draft, not_found};
use crate::limits::TEXT_BYTES_MAX;
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{
    Account, Capability, Customer, Kind, NameCheck, Platform, Resource, Role, Transaction, standing,
};
use crate::states::{
    AccountStatus, BankAccountStatus, CustomerStatus, HoldStatus, KeyStatus, Machine, PersonStatus,
    PlatformStatus, RefundStatus, RoleStatus, TransactionStatus,
};
use crate::view::{Key, Stop};

use super::blocks::{self, unmet};
use super::{customers, holds, inbound, rails};

/// A step that a caller may take, and what blocks it as far as the resource itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Available {
    /// The status it leads to.
    pub to: &'static str,
    /// Why it would be refused now.
    pub blocked_by: Option<&'static str>,
    /// Whether only an operator may take it.
    pub operator_only: bool,
}

/// The steps that may be taken by hand from where the resource is.
#[must_use]
pub fn available(resource: &Resource) -> Vec<Available> {
    let Some(visible) = resource.visible().filter(|_| !is_internal(resource)) else {
        return Vec::new();
    };
    let kind = visible.kind;
    let step = |to: &'static str| Available {
        to,
        blocked_by: blocked_by(resource, to),
        operator_only: operator_only(kind, visible.status, to) || overrides_name(resource, to),
    };
    next(resource).into_iter().filter(|to| by_hand(kind, visible.status, to)).map(step).collect()
}

fn next(resource: &Resource) -> Vec<&'static str> {
    fn codes<M: Machine>(from: M) -> Vec<&'static str> {
        from.next().iter().map(|to| to.code()).collect()
    }
    match resource {
        Resource::Platform(it) => codes::<PlatformStatus>(it.status),
        Resource::ApiKey(it) => codes::<KeyStatus>(it.status),
        Resource::Role(it) => codes::<RoleStatus>(it.status),
        Resource::Customer(it) => codes::<CustomerStatus>(it.status),
        Resource::Person(it) => codes::<PersonStatus>(it.status),
        Resource::Account(it) => codes::<AccountStatus>(it.status),
        Resource::BankAccount(it) => codes::<BankAccountStatus>(it.status),
        Resource::Transaction(it) => codes::<TransactionStatus>(it.status),
        Resource::Hold(it) => codes::<HoldStatus>(it.status),
        Resource::Refund(it) => codes::<RefundStatus>(it.status),
        Resource::Instruction(_) | Resource::Window(_) | Resource::Name(_) => Vec::new(),
    }
}

/// Whether it is one of the platform's internal accounts, which are nobody's to name.
fn is_internal(resource: &Resource) -> bool {
    matches!(resource, Resource::Account(account) if account.customer.is_none())
}

/// Whether the step uses a bank account although its holder has another name than the customer.
fn overrides_name(resource: &Resource, to: &str) -> bool {
    let Resource::BankAccount(bank_account) = resource else { return false };
    to == BankAccountStatus::Verified.code()
        && bank_account.status == BankAccountStatus::Unverified
        && bank_account.name_check == NameCheck::NoMatch
}

/// Whether a caller takes this step, rather than a rail, the clock or another resource.
fn by_hand(kind: Kind, from: &str, to: &str) -> bool {
    match kind {
        Kind::Transaction => {
            matches!((from, to), ("created", "cancelled") | ("in_review", "settled" | "returned"))
        }
        Kind::Hold => to != "expired",
        Kind::Refund => false,
        Kind::Platform
        | Kind::ApiKey
        | Kind::Role
        | Kind::Customer
        | Kind::Person
        | Kind::Account
        | Kind::BankAccount => true,
    }
}

/// Whether only the provider takes this step.
fn operator_only(kind: Kind, from: &str, to: &str) -> bool {
    match kind {
        Kind::Platform | Kind::Role | Kind::Person => true,
        Kind::Customer => !matches!((from, to), ("draft", "in_review") | (_, "closed")),
        Kind::Transaction => from == "in_review",
        Kind::Account => matches!((from, to), ("frozen" | "frozen_in" | "frozen_out", _)),
        Kind::ApiKey | Kind::BankAccount | Kind::Hold | Kind::Refund => false,
    }
}

fn blocked_by(resource: &Resource, to: &str) -> Option<&'static str> {
    match resource {
        Resource::Account(account) if to == "closed" => {
            (!account.ledger.is_settled()).then_some("the balance is not zero")
        }
        Resource::Customer(customer) if to == "closed" => {
            (customer.accounts_open > 0).then_some("it has open accounts")
        }
        Resource::Account(_)
        | Resource::Customer(_)
        | Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Transaction(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => None,
    }
}

/// The resource that a caller names; internal ones are not there for it.
pub(super) fn target(draft: &Draft<'_>, key: &Key) -> Result<Resource, Stop> {
    let found = draft.find_key(key)?;
    let visible = found.filter(|resource| !is_internal(resource) && resource.visible().is_some());
    visible.ok_or_else(|| {
        let (kind, id) = named(key);
        not_found(kind, &id).into()
    })
}

fn named(key: &Key) -> (Kind, String) {
    match key {
        Key::Platform(id) => (Kind::Platform, id.to_string()),
        Key::ApiKey(id) => (Kind::ApiKey, id.to_string()),
        Key::Role(id) => (Kind::Role, id.to_string()),
        Key::Customer(id) => (Kind::Customer, id.to_string()),
        Key::Person(id) => (Kind::Person, id.to_string()),
        Key::Account(id) => (Kind::Account, id.to_string()),
        Key::BankAccount(id) => (Kind::BankAccount, id.to_string()),
        Key::Hold(id) => (Kind::Hold, id.to_string()),
        Key::Refund(id) => (Kind::Refund, id.to_string()),
        Key::Transaction(id) => (Kind::Transaction, id.to_string()),
        Key::Instruction(_) | Key::Window(..) | Key::Name(..) => {
            (Kind::Transaction, "internal".to_owned())
        }
    }
}

/// Decides [`Transition`].
pub(super) fn transition(draft: Draft<'_>, command: &Transition) -> Result<Decision, Stop> {
    if let Some(code) = &command.reason_code {
        text("/reason_code", code, 64)?;
    }
    if let Some(note) = &command.note {
        text("/note", note, TEXT_BYTES_MAX)?;
    }
    let resource = target(&draft, &command.target)?;
    check_step(&draft, &resource, command)?;
    if let Resource::Transaction(transaction) = resource {
        return of_transaction(draft, transaction, command);
    }
    if let Resource::Hold(hold) = resource {
        let to = HoldStatus::parse(&command.to).unwrap_or(HoldStatus::Voided);
        return holds::transition(draft, hold, to, command);
    }
    plain(draft, resource, command)
}

fn check_step(
    draft: &Draft<'_>,
    resource: &Resource,
    command: &Transition,
) -> Result<(), Rejected> {
    let Some(visible) = resource.visible() else { return Ok(()) };
    let kind = visible.kind.code();
    if let Some(expected) = command.expected.filter(|expected| *expected != visible.meta.version) {
        return Err(Rejected::VersionMismatch { expected, actual: visible.meta.version });
    }
    if let Resource::Hold(hold) = resource
        && hold.status == HoldStatus::Expired
    {
        return Err(Rejected::HoldExpired { hold: hold.id.to_string() });
    }
    let steps = available(resource);
    let Some(step) = steps.iter().find(|step| step.to == command.to) else {
        return Err(Rejected::TransitionNotAllowed {
            kind,
            from: visible.status,
            to: command.to.clone(),
            allowed: steps.iter().map(|step| step.to).collect(),
        });
    };
    if step.operator_only && !draft.by_operator() {
        return Err(Rejected::OperatorRequired { kind, to: command.to.clone() });
    }
    if let Some(detail) = step.blocked_by {
        return Err(blocked(kind, step.to, detail, Vec::new()));
    }
    Ok(())
}

fn blocked(
    kind: &'static str,
    to: &'static str,
    detail: &str,
    requirements: Vec<String>,
) -> Rejected {
    Rejected::TransitionBlocked { kind, to, detail: detail.to_owned(), requirements }
}

/// A step that changes nothing but the status, its reason, and what hangs on the status.
fn plain(
    mut draft: Draft<'_>,
    mut resource: Resource,
    command: &Transition,
) -> Result<Decision, Stop> {
    set_status(&mut draft, &mut resource, &command.to)?;
    if let Some(meta) = resource.meta_mut() {
        meta.touch(draft.at());
        meta.status_reason.clone_from(&reason(command));
    }
    draft.put_resource(resource)?;
    draft.finish(command.target.clone())
}

/// Why, in one text: the word, the note, or both.
pub(super) fn reason(command: &Transition) -> Option<String> {
    match (&command.reason_code, &command.note) {
        (Some(code), Some(note)) => Some(format!("{code}: {note}")),
        (Some(code), None) => Some(code.clone()),
        (None, note) => note.clone(),
    }
}

fn set_status(draft: &mut Draft<'_>, resource: &mut Resource, to: &str) -> Result<(), Stop> {
    fn parsed<M: Machine>(to: &str, current: M) -> M {
        M::parse(to).unwrap_or(current)
    }
    match resource {
        Resource::Platform(it) => it.status = parsed(to, it.status),
        Resource::ApiKey(it) => it.status = parsed(to, it.status),
        Resource::Role(it) => it.status = parsed(to, it.status),
        Resource::Person(it) => {
            it.status = parsed(to, it.status);
            if it.status == PersonStatus::Expired {
                let mut customer: Customer = draft.fetch(it.customer)?;
                let before = customer.status;
                customers::restrict(draft, &mut customer, "person_expired")?;
                if customer.status != before {
                    customer.meta.touch(draft.at());
                    draft.put(customer)?;
                }
            }
        }
        Resource::BankAccount(it) => it.status = parsed(to, it.status),
        Resource::Customer(it) => {
            let to = parsed(to, it.status);
            if to == CustomerStatus::Active {
                let unmet = unmet(&*draft, it)?;
                if !unmet.is_empty() {
                    let detail = "something is still to be done";
                    return Err(blocked("customer", to.code(), detail, unmet).into());
                }
            }
            it.status = to;
        }
        Resource::Account(it) => {
            let to = parsed(to, it.status);
            of_account(draft, it, to)?;
            it.status = to;
            it.ledger.standing = standing(to);
        }
        Resource::Transaction(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => {}
    }
    Ok(())
}

fn of_account(draft: &mut Draft<'_>, account: &Account, to: AccountStatus) -> Result<(), Stop> {
    let Some(customer) = account.customer else { return Ok(()) };
    let mut customer: Customer = draft.fetch(customer)?;
    if (account.status, to) == (AccountStatus::Pending, AccountStatus::Open) {
        let role: Role = draft.fetch(customer.role)?;
        let state = customers::capability(&customer, &role, Capability::HoldFunds);
        if !state.is_active() {
            let due = state.currently_due.clone();
            return Err(blocked("account", to.code(), &state.detail, due).into());
        }
    }
    if to == AccountStatus::Closing && customer.is_platform {
        let platform: Platform = draft.fetch(draft.platform())?;
        if platform.accounts.iter().any(|(_, own)| *own == account.ledger.id) {
            let detail = "the platform needs it for its fees";
            return Err(blocked("account", to.code(), detail, Vec::new()).into());
        }
    }
    if to == AccountStatus::Closed {
        customer.accounts_open = customer.accounts_open.saturating_sub(1);
        customer.meta.touch(draft.at());
        draft.put(customer)?;
    }
    Ok(())
}

fn of_transaction(
    mut draft: Draft<'_>,
    mut transaction: Transaction,
    command: &Transition,
) -> Result<Decision, Stop> {
    let to = TransactionStatus::parse(&command.to).unwrap_or(transaction.status);
    if transaction.status == TransactionStatus::InReview {
        let blocks = blocks::of_transaction(&draft, &transaction)?;
        if let Some(block) = blocks.iter().find(|block| block.to == to.code()) {
            return Err(blocked("transaction", block.to, &block.by.join("; "), Vec::new()).into());
        }
        if to == TransactionStatus::Returned {
            return rails::send_back(draft, transaction, reason(command));
        }
        let Some(account) = command.account else {
            let detail = "which account it is assigned to".to_owned();
            return Err(Rejected::invalid("/account", detail).into());
        };
        transaction.meta.status_reason = reason(command);
        return inbound::assign(draft, transaction, account);
    }
    transaction.status = to;
    transaction.meta.touch(draft.at());
    transaction.meta.status_reason = reason(command);
    let answer = Key::Transaction(transaction.id);
    draft.put(transaction)?;
    draft.finish(answer)
}
