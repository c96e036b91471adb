//! Roles: made as drafts, changed while they are, and fixed once published.

use std::collections::BTreeSet;

use crate::command::{RoleCreate, RoleTerms};
use crate::draft::{Decision, Draft};
use crate::ids::RoleId;
use crate::limits::{FEE_RULES_MAX, NAME_BYTES_MAX, ROLE_LIMITS_MAX};
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{Capability, Kind, Role, TransactionKind};
use crate::states::RoleStatus;
use crate::view::{Key, NameKind, Stop};

/// Decides [`RoleCreate`]: a new name makes revision 1, a known one the next.
pub(super) fn create(mut draft: Draft<'_>, command: &RoleCreate) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    command.labels.check()?;
    check_terms(&command.terms)?;
    if !draft.by_operator() {
        let (kind, to) = ("role", "draft".to_owned());
        return Err(Rejected::OperatorRequired { kind, to }.into());
    }
    let newest = draft.name(NameKind::RoleName, &command.name)?;
    let revision = match newest {
        None => 1,
        Some(newest) => {
            let newest: Role = draft.fetch(RoleId::from_bytes(newest))?;
            newest.revision.saturating_add(1)
        }
    };
    let id = RoleId::from_bytes(draft.mint());
    draft.claim(Kind::Role, &command.labels, *id.as_bytes())?;
    draft.set_name(NameKind::RoleName, &command.name, *id.as_bytes())?;
    let mut role = Role {
        id,
        meta: draft.meta(command.labels.clone()),
        name: command.name.clone(),
        revision,
        kinds: Vec::new(),
        capabilities: Vec::new(),
        fees: Vec::new(),
        limits: Vec::new(),
        review_required: false,
        status: RoleStatus::Draft,
    };
    set_terms(&mut role, command.terms.clone());
    draft.put(role)?;
    draft.finish(Key::Role(id))
}

/// Puts terms on a role.
pub(super) fn set_terms(role: &mut Role, terms: RoleTerms) {
    let RoleTerms { kinds, capabilities, fees, limits, review_required } = terms;
    role.kinds = kinds;
    role.capabilities = capabilities;
    role.fees = fees;
    role.limits = limits;
    role.review_required = review_required;
}

/// The form of terms: some kinds, each fee and limit once, bounds in order.
pub(super) fn check_terms(terms: &RoleTerms) -> Result<(), Rejected> {
    if terms.kinds.is_empty() {
        return Err(Rejected::invalid("/kinds", "at least one kind of customer".to_owned()));
    }
    if terms.fees.len() > FEE_RULES_MAX {
        return Err(Rejected::invalid("/fees", format!("at most {FEE_RULES_MAX} fee rules")));
    }
    if terms.limits.len() > ROLE_LIMITS_MAX {
        return Err(Rejected::invalid("/limits", format!("at most {ROLE_LIMITS_MAX} limits")));
    }
    let by_plan = |kind| !matches!(kind, TransactionKind::Fee | TransactionKind::Adjustment);
    if !terms.fees.iter().all(|rule| by_plan(rule.kind)) {
        let detail = "fees and adjustments have no fee".to_owned();
        return Err(Rejected::invalid("/fees", detail));
    }
    let mut seen = BTreeSet::new();
    if !terms.fees.iter().all(|rule| seen.insert((rule.kind, rule.fixed.asset()))) {
        let detail = "one fee rule a kind of transaction and asset".to_owned();
        return Err(Rejected::invalid("/fees", detail));
    }
    if terms.fees.iter().any(|rule| rule.maximum.is_some_and(|maximum| maximum < rule.minimum)) {
        return Err(Rejected::invalid("/fees", "maximum is below minimum".to_owned()));
    }
    if terms.limits.iter().any(|limit| limit.capability == Capability::HoldFunds) {
        let detail = "hold_funds has no limit: nothing passes by it".to_owned();
        return Err(Rejected::invalid("/limits", detail));
    }
    let mut seen = BTreeSet::new();
    let mut limits = terms.limits.iter();
    if !limits.all(|limit| seen.insert((limit.capability, limit.window, limit.maximum.asset()))) {
        let detail = "one limit a capability, window and asset".to_owned();
        return Err(Rejected::invalid("/limits", detail));
    }
    Ok(())
}
