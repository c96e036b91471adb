//! Changing labels and fields of a resource, at the version that the caller saw.

use crate::command::{FieldsPatch, RoleTerms, RoleTermsPatch, Update};
use crate::draft::{Decision, Draft, not_found};
use crate::limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX};
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{Customer, Platform, Resource, Role};
use crate::states::{CustomerStatus, Machine, RoleStatus};
use crate::view::Stop;

use super::blocks::unmet;
use super::customers::{check_email, restrict, usable};
use super::roles::{check_terms, set_terms};
use super::transitions::target;

/// Decides [`Update`].
pub(super) fn update(mut draft: Draft<'_>, command: &Update) -> Result<Decision, Stop> {
    check_form(&command.fields)?;
    let mut resource = target(&draft, &command.target)?;
    let at = draft.at();
    let Some(meta) = resource.meta_mut() else {
        return Err(not_found(crate::Kind::Transaction, "internal").into());
    };
    if meta.version != command.expected {
        let (expected, actual) = (command.expected, meta.version);
        return Err(Rejected::VersionMismatch { expected, actual }.into());
    }
    meta.patch(command.labels.clone())?;
    meta.touch(at);
    set_fields(&draft, &mut resource, &command.fields)?;
    draft.put_resource(resource)?;
    draft.finish(command.target.clone())
}

fn check_form(fields: &FieldsPatch) -> Result<(), Rejected> {
    if let Some(name) = &fields.name {
        text("/name", name, NAME_BYTES_MAX)?;
    }
    if let Some(Some(email)) = &fields.email {
        check_email(email)?;
    }
    if let Some(Some(description)) = &fields.description {
        text("/description", description, TEXT_BYTES_MAX)?;
    }
    Ok(())
}

fn set_fields(
    draft: &Draft<'_>,
    resource: &mut Resource,
    fields: &FieldsPatch,
) -> Result<(), Stop> {
    match resource {
        Resource::Platform(platform) => set_platform(draft, platform, fields),
        Resource::Customer(customer) => set_customer(draft, customer, fields),
        Resource::Role(role) => set_role(draft, role, fields),
        Resource::ApiKey(key) => set(&mut key.name, fields.name.as_ref()),
        Resource::Person(person) => set(&mut person.name, fields.name.as_ref()),
        Resource::Account(account) => set(&mut account.name, fields.name.as_ref()),
        Resource::Transaction(transaction) => {
            set(&mut transaction.description, fields.description.as_ref())
        }
        Resource::BankAccount(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => Ok(()),
    }
}

fn set<T: Clone>(field: &mut T, new: Option<&T>) -> Result<(), Stop> {
    if let Some(new) = new {
        field.clone_from(new);
    }
    Ok(())
}

fn set_platform(
    draft: &Draft<'_>,
    platform: &mut Platform,
    fields: &FieldsPatch,
) -> Result<(), Stop> {
    if let Some(role) = fields.default_role {
        let role: Role = draft.fetch(role)?;
        if role.status != RoleStatus::Published {
            let detail = format!("it is {}", role.status.code());
            return Err(Rejected::RoleNotUsable { role: role.id.to_string(), detail }.into());
        }
        platform.default_role = role.id;
    }
    set(&mut platform.name, fields.name.as_ref())
}

fn set_customer(
    draft: &Draft<'_>,
    customer: &mut Customer,
    fields: &FieldsPatch,
) -> Result<(), Stop> {
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
    if let Some(role) = fields.role {
        let role: Role = draft.fetch(role)?;
        // A stricter role does not take effect unseen: what it asks for is asked now.
        if role.review_required && !draft.by_operator() {
            let (kind, to) = ("customer", format!("of role {}", role.name));
            return Err(Rejected::OperatorRequired { kind, to }.into());
        }
        usable(&role, customer.kind)?;
        customer.role = role.id;
        if !unmet(draft, customer)?.is_empty() {
            restrict(draft, customer, "person_unverified")?;
        }
    }
    set(&mut customer.email, fields.email.as_ref())?;
    set(&mut customer.name, fields.name.as_ref())
}

fn set_role(draft: &Draft<'_>, role: &mut Role, fields: &FieldsPatch) -> Result<(), Stop> {
    if fields.terms == RoleTermsPatch::default() {
        return Ok(());
    }
    let said = fields.terms.clone();
    let terms = RoleTerms {
        kinds: said.kinds.unwrap_or_else(|| role.kinds.clone()),
        capabilities: said.capabilities.unwrap_or_else(|| role.capabilities.clone()),
        fees: said.fees.unwrap_or_else(|| role.fees.clone()),
        limits: said.limits.unwrap_or_else(|| role.limits.clone()),
        review_required: said.review_required.unwrap_or(role.review_required),
    };
    check_terms(&terms)?;
    if role.status != RoleStatus::Draft {
        let status = role.status.code();
        return Err(Rejected::Unchangeable { kind: "role", status }.into());
    }
    if !draft.by_operator() {
        let (kind, to) = ("role", "other than it is".to_owned());
        return Err(Rejected::OperatorRequired { kind, to }.into());
    }
    set_terms(role, terms);
    Ok(())
}
