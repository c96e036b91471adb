//! Customers and their business persons: made, reviewed, and what they can do.
//!
//! A capability is derived from the customer's status and its role, never set by hand.

use crate::command::{CustomerCreate, PersonCreate};
use crate::draft::{Decision, Draft};
use crate::ids::{CustomerId, PersonId};
use crate::limits::{NAME_BYTES_MAX, PERSONS_MAX};
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{Capability, Customer, CustomerKind, Kind, Person, Platform, Role};
use crate::states::{CustomerStatus, Machine, PersonStatus, RoleStatus};
use crate::view::{Key, Stop};

/// What a customer can do of one capability, and what is still missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityState {
    /// `inactive`, `pending`, `active` or `restricted`.
    pub status: &'static str,
    /// What must be done now, as words: `customer.submit`, `customer.review`.
    pub currently_due: Vec<String>,
    /// What an operator is looking at.
    pub pending_verification: Vec<String>,
    /// Why it is not active, for people.
    pub detail: String,
}

impl CapabilityState {
    /// Whether it may be used.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}

/// Derives one capability.
#[must_use]
pub fn capability(customer: &Customer, role: &Role, capability: Capability) -> CapabilityState {
    let state = |status, detail: &str| CapabilityState {
        status,
        currently_due: Vec::new(),
        pending_verification: Vec::new(),
        detail: detail.to_owned(),
    };
    if !role.grants(capability) {
        return state("inactive", "its role does not grant that");
    }
    match customer.status {
        CustomerStatus::Draft => CapabilityState {
            currently_due: vec!["customer.submit".to_owned()],
            ..state("inactive", "the customer is a draft")
        },
        CustomerStatus::InReview => CapabilityState {
            pending_verification: vec!["customer.review".to_owned()],
            ..state("pending", "the customer is in review")
        },
        CustomerStatus::Active => state("active", ""),
        CustomerStatus::Restricted if capability.is_outward() => {
            state("restricted", "the customer is restricted: it may receive, not send")
        }
        CustomerStatus::Restricted => state("active", ""),
        CustomerStatus::Suspended => state("restricted", "the customer is suspended"),
        CustomerStatus::Closed | CustomerStatus::Rejected => {
            state("inactive", "the customer is no longer one")
        }
    }
}

/// Decides [`CustomerCreate`].
pub(super) fn create(mut draft: Draft<'_>, command: &CustomerCreate) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    if let Some(email) = &command.email {
        check_email(email)?;
    }
    command.labels.check()?;
    let role = match command.role {
        Some(role) => role,
        None => draft.fetch::<Platform>(draft.platform())?.default_role,
    };
    let role: Role = draft.fetch(role)?;
    let id = CustomerId::from_bytes(draft.mint());
    draft.claim(Kind::Customer, &command.labels, *id.as_bytes())?;
    usable(&role, command.kind)?;
    let status = if role.review_required { CustomerStatus::Draft } else { CustomerStatus::Active };
    draft.put(Customer {
        id,
        meta: draft.meta(command.labels.clone()),
        kind: command.kind,
        name: command.name.clone(),
        email: command.email.clone(),
        role: role.id,
        status,
        persons: Vec::new(),
        accounts_open: 0,
        is_platform: false,
    })?;
    draft.finish(Key::Customer(id))
}

/// An address has something before and after one `@`; whether it works, only writing to it tells.
pub(super) fn check_email(email: &str) -> Result<(), Rejected> {
    text("/email", email, NAME_BYTES_MAX)?;
    let whole = !email.contains(char::is_whitespace)
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if whole {
        Ok(())
    } else {
        Err(Rejected::invalid("/email", "not an e-mail address".to_owned()))
    }
}

/// The role is published and for that kind of customer.
pub(super) fn usable(role: &Role, kind: CustomerKind) -> Result<(), Rejected> {
    let no = |detail: String| Err(Rejected::RoleNotUsable { role: role.id.to_string(), detail });
    if role.status != RoleStatus::Published {
        return no(format!("it is {}", role.status.code()));
    }
    if !role.kinds.contains(&kind) {
        return no(format!("it is not for a customer of kind {}", kind.code()));
    }
    Ok(())
}

/// Decides [`PersonCreate`].
pub(super) fn person_create(
    mut draft: Draft<'_>,
    command: &PersonCreate,
) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    command.labels.check()?;
    if command.roles.is_empty() {
        return Err(Rejected::invalid("/roles", "director, owner, or both".to_owned()).into());
    }
    let mut customer: Customer = draft.fetch(command.customer)?;
    let id = PersonId::from_bytes(draft.mint());
    draft.claim(Kind::Person, &command.labels, *id.as_bytes())?;
    if customer.kind != CustomerKind::IncorporatedBusiness {
        let detail = "only an incorporated_business has persons".to_owned();
        return Err(Rejected::invalid("/customer", detail).into());
    }
    if customer.persons.len() >= PERSONS_MAX {
        let detail = format!("a customer has at most {PERSONS_MAX} persons");
        return Err(Rejected::invalid("/customer", detail).into());
    }
    match customer.status {
        CustomerStatus::Closed | CustomerStatus::Rejected => {
            let status = customer.status.code();
            return Err(Rejected::Unchangeable { kind: "customer", status }.into());
        }
        CustomerStatus::Draft
        | CustomerStatus::InReview
        | CustomerStatus::Active
        | CustomerStatus::Restricted
        | CustomerStatus::Suspended => {}
    }
    customer.persons.push(id);
    customer.meta.touch(draft.at());
    restrict(&draft, &mut customer, "person_unverified")?;
    let mut roles = command.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    draft.put(Person {
        id,
        meta: draft.meta(command.labels.clone()),
        customer: customer.id,
        name: command.name.clone(),
        roles,
        status: PersonStatus::Unverified,
    })?;
    draft.put(customer)?;
    draft.finish(Key::Person(id))
}

/// An active business of a reviewed role that is no longer wholly verified may receive, not send.
pub(super) fn restrict(
    draft: &Draft<'_>,
    customer: &mut Customer,
    why: &'static str,
) -> Result<(), Stop> {
    let role: Role = draft.fetch(customer.role)?;
    if customer.status == CustomerStatus::Active && role.review_required {
        customer.status = CustomerStatus::Restricted;
        customer.meta.status_reason = Some(why.to_owned());
    }
    Ok(())
}
