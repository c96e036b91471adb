//! Platforms, keys, roles, customers, persons, accounts and bank accounts on the wire.

use api::transition::AvailableTransition;
use money::Amount;
use payments::resources::{
    Account, ApiKey, BankAccount, Capability, Customer, CustomerKind, FeeRule, Limit, LimitWindow,
    NameCheck, Person, PersonRole, Platform, Role,
};
use payments::states::Machine;

use super::books::balance;
use super::payments_made::kind;
use super::{time, wire};

type Next = Vec<AvailableTransition>;

pub(super) fn platform(it: &Platform, next: Next) -> api::platform::Platform {
    let account = |(asset, account): &(money::Asset, ledger::AccountId)| {
        let (asset, account) = (asset.code().to_owned(), account.to_string().into());
        api::platform::PlatformAccount { asset, account }
    };
    let ahead = u64::try_from(it.clock_offset_micros).unwrap_or(0) / 1_000_000;
    wire!(api::platform::Platform {
        id: it.id.to_string().into(),
        name: it.name.clone(),
        status: it.status.code().to_owned(),
        customer: it.customer.to_string().into(),
        default_role: it.default_role.to_string().into(),
        accounts: it.accounts.iter().map(account).collect(),
        business_time_offset_seconds: ahead,
    } with &it.meta, next)
}

pub(super) fn key(it: &ApiKey, next: Next) -> api::key::Key {
    wire!(api::key::Key {
        id: it.id.to_string().into(),
        name: it.name.clone(),
        status: it.status.code().to_owned(),
        scopes: it.scopes.clone(),
        expires_at: it.expires_at.map(time),
        last_used_at: None,
        replaced_by: it.replaced_by.map(|id| id.to_string().into()),
        secret: None,
    } with &it.meta, next)
}

pub(super) fn role(it: &Role, next: Next) -> api::role::Role {
    wire!(api::role::Role {
        id: it.id.to_string().into(),
        name: it.name.clone(),
        revision: it.revision,
        status: it.status.code().to_owned(),
        kinds: it.kinds.iter().copied().map(customer_kind).collect(),
        capabilities: it.capabilities.iter().copied().map(capability).collect(),
        fees: role_fees(&it.fees),
        limits: role_limits(&it.limits),
        review_required: it.review_required,
    } with &it.meta, next)
}

/// Fee rules on the wire.
pub(super) fn role_fees(rules: &[FeeRule]) -> Vec<api::role::FeeRule> {
    let minor = |rule: &FeeRule, minor| money_of(minor, rule.fixed.asset());
    let rule = |rule: &FeeRule| api::role::FeeRule {
        kind: kind(rule.kind),
        fixed: rule.fixed.into(),
        parts_per_million: rule.share.get(),
        minimum: Some(minor(rule, rule.minimum)),
        maximum: rule.maximum.map(|maximum| minor(rule, maximum)),
    };
    rules.iter().map(rule).collect()
}

/// Limits on the wire.
pub(super) fn role_limits(limits: &[Limit]) -> Vec<api::role::LimitRule> {
    let limit = |limit: &Limit| api::role::LimitRule {
        capability: capability(limit.capability),
        window: match limit.window {
            LimitWindow::Day => api::role::LimitWindow::Day,
            LimitWindow::Month => api::role::LimitWindow::Month,
            LimitWindow::Year => api::role::LimitWindow::Year,
        },
        maximum: limit.maximum.into(),
    };
    limits.iter().map(limit).collect()
}

pub(super) fn customer(it: &Customer, next: Next) -> api::customer::Customer {
    wire!(api::customer::Customer {
        id: it.id.to_string().into(),
        kind: customer_kind(it.kind),
        name: it.name.clone(),
        email: it.email.clone(),
        role: it.role.to_string().into(),
        status: it.status.code().to_owned(),
        persons: it.persons.iter().map(|id| id.to_string().into()).collect(),
        accounts_open: it.accounts_open,
        is_platform: it.is_platform,
        capabilities: None,
    } with &it.meta, next)
}

/// What a customer may do, derived.
pub(crate) fn capabilities(
    customer: &Customer,
    role: &Role,
) -> Vec<api::customer::CustomerCapability> {
    let one = |of: &Capability| {
        let state = payments::capability(customer, role, *of);
        let reason = (!state.detail.is_empty()).then_some(state.detail);
        api::customer::CustomerCapability {
            capability: capability(*of),
            status: state.status.to_owned(),
            currently_due: state.currently_due,
            pending_verification: state.pending_verification,
            disabled_reason: reason,
        }
    };
    Capability::ALL.iter().map(one).collect()
}

pub(super) fn person(it: &Person, next: Next) -> api::person::Person {
    let role = |role: &PersonRole| match role {
        PersonRole::Director => api::person::PersonRole::Director,
        PersonRole::Owner => api::person::PersonRole::Owner,
    };
    wire!(api::person::Person {
        id: it.id.to_string().into(),
        customer: it.customer.to_string().into(),
        name: it.name.clone(),
        roles: it.roles.iter().map(role).collect(),
        status: it.status.code().to_owned(),
    } with &it.meta, next)
}

pub(super) fn account(it: &Account, next: Next) -> api::account::Account {
    wire!(api::account::Account {
        id: it.ledger.id.to_string().into(),
        customer: it.customer.map(|id| id.to_string().into()),
        chart: it.ledger.chart.code().to_owned(),
        asset: it.ledger.asset.code().to_owned(),
        name: it.name.clone(),
        status: it.status.code().to_owned(),
        reference: it.customer.map(|_| it.reference.clone()),
        balance: balance(&it.ledger),
    } with &it.meta, next)
}

pub(super) fn bank_account(it: &BankAccount, next: Next) -> api::bank_account::BankAccount {
    wire!(api::bank_account::BankAccount {
        id: it.id.to_string().into(),
        customer: it.customer.to_string().into(),
        bank: super::payments_made::bank(&it.details),
        name_check: match it.name_check {
            NameCheck::Match => api::bank_account::NameCheck::Match,
            NameCheck::CloseMatch => api::bank_account::NameCheck::CloseMatch,
            NameCheck::NoMatch => api::bank_account::NameCheck::NoMatch,
            NameCheck::Unavailable => api::bank_account::NameCheck::Unavailable,
        },
        status: it.status.code().to_owned(),
    } with &it.meta, next)
}

const fn customer_kind(kind: CustomerKind) -> api::customer::CustomerKind {
    match kind {
        CustomerKind::Individual => api::customer::CustomerKind::Individual,
        CustomerKind::SoleTrader => api::customer::CustomerKind::SoleTrader,
        CustomerKind::Organisation => api::customer::CustomerKind::Organisation,
        CustomerKind::IncorporatedBusiness => api::customer::CustomerKind::IncorporatedBusiness,
    }
}

const fn capability(capability: Capability) -> api::role::Capability {
    match capability {
        Capability::HoldFunds => api::role::Capability::HoldFunds,
        Capability::ReceiveBank => api::role::Capability::ReceiveBank,
        Capability::SendInternal => api::role::Capability::SendInternal,
        Capability::SendBank => api::role::Capability::SendBank,
    }
}

/// Minor units on the wire; what is stored is always within bounds.
pub(super) fn money_of(minor: u128, asset: money::Asset) -> api::amount::Amount {
    Amount::new(minor, asset).unwrap_or(Amount::zero(asset)).into()
}
