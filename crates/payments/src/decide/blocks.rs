//! What blocks a resource's steps, beyond what the resource itself tells: persons to verify, a role
//! that does not grant, money on its way back.
//!
//! Reads through a view, as decisions do, so that answers and later reads can say the same.

use crate::limits::RETURN_ATTEMPTS_MAX;
use crate::resources::{
    Account, Capability, Customer, CustomerKind, InstructionState, Person, Resource, Role,
    Transaction,
};
use crate::states::{AccountStatus, CustomerStatus, Machine, PersonStatus, TransactionStatus};
use crate::view::{Key, Stop, View, fetch, get};

use super::customers;

/// A step that would be refused now, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The status the step leads to.
    pub to: &'static str,
    /// What must be done first, or why it cannot be.
    pub by: Vec<String>,
}

/// What blocks the steps of `resource`; empty where nothing does.
///
/// # Errors
///
/// [`Stop::Missing`] when something must be loaded first.
pub fn blocks(view: &dyn View, resource: &Resource) -> Result<Vec<Blocked>, Stop> {
    if let Resource::Customer(customer) = resource {
        return of_customer(view, customer);
    }
    if let Resource::Account(account) = resource {
        return of_account(view, account);
    }
    if let Resource::Transaction(transaction) = resource {
        return of_transaction(view, transaction);
    }
    Ok(Vec::new())
}

fn of_customer(view: &dyn View, customer: &Customer) -> Result<Vec<Blocked>, Stop> {
    if !customer.status.next().contains(&CustomerStatus::Active) {
        return Ok(Vec::new());
    }
    let by = unmet(view, customer)?;
    Ok(one(CustomerStatus::Active.code(), by))
}

fn of_account(view: &dyn View, account: &Account) -> Result<Vec<Blocked>, Stop> {
    let (AccountStatus::Pending, Some(customer)) = (account.status, account.customer) else {
        return Ok(Vec::new());
    };
    let customer: Customer = fetch(view, customer)?;
    let role: Role = fetch(view, customer.role)?;
    let state = customers::capability(&customer, &role, Capability::HoldFunds);
    let by = if state.is_active() { Vec::new() } else { vec![state.detail] };
    Ok(one(AccountStatus::Open.code(), by))
}

pub(super) fn of_transaction(
    view: &dyn View,
    transaction: &Transaction,
) -> Result<Vec<Blocked>, Stop> {
    if transaction.status != TransactionStatus::InReview {
        return Ok(Vec::new());
    }
    let found = get(view, &Key::Instruction(*transaction.id.as_bytes()))?;
    let Some(Resource::Instruction(instruction)) = found else { return Ok(Vec::new()) };
    let blocked =
        |to: TransactionStatus, by: &str| Blocked { to: to.code(), by: vec![by.to_owned()] };
    if instruction.state == InstructionState::Done {
        if instruction.attempt().number < RETURN_ATTEMPTS_MAX {
            return Ok(Vec::new());
        }
        let by = "it was returned too often: assign it";
        return Ok(vec![blocked(TransactionStatus::Returned, by)]);
    }
    let both = [TransactionStatus::Settled, TransactionStatus::Returned];
    Ok(both.map(|to| blocked(to, "it is being returned")).to_vec())
}

fn one(to: &'static str, by: Vec<String>) -> Vec<Blocked> {
    if by.is_empty() { Vec::new() } else { vec![Blocked { to, by }] }
}

/// What keeps a customer from being active, as requirements.
pub(super) fn unmet(view: &dyn View, customer: &Customer) -> Result<Vec<String>, Stop> {
    let role: Role = fetch(view, customer.role)?;
    if !role.review_required || customer.kind != CustomerKind::IncorporatedBusiness {
        return Ok(Vec::new());
    }
    if customer.persons.is_empty() {
        return Ok(vec!["person.add".to_owned()]);
    }
    let mut unmet = Vec::new();
    for id in &customer.persons {
        let person: Person = fetch(view, *id)?;
        if person.status != PersonStatus::Verified {
            unmet.push(format!("person.verify:{id}"));
        }
    }
    Ok(unmet)
}
