//! Resources as the wire has them. Pure: the same resource gives the same bytes.
//!
//! No decision: what may follow is asked of the domain. Start at [`resource`].

mod books;
mod history;
mod parties;
mod payments_made;
mod presenter;

pub(crate) use books::{balance, legs, trial_balance};
pub(crate) use history::{account_entry, audit_record, entry, event};
pub(crate) use parties::capabilities;
pub(crate) use payments_made::bank;
pub(crate) use presenter::clock;
pub use presenter::{ApiPresenter, CollectionAccounts};

use api::transition::AvailableTransition;
use ledger::Timestamp;
use payments::{Blocked, Resource, available};
use serde::Serialize;

/// Who looks: what blocks a step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// A platform's key.
    Platform,
    /// The provider.
    Operator,
}

/// A resource on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Wire {
    Platform(api::platform::Platform),
    Key(api::key::Key),
    Role(api::role::Role),
    Customer(api::customer::Customer),
    Person(api::person::Person),
    Account(api::account::Account),
    BankAccount(api::bank_account::BankAccount),
    Transaction(Box<api::transaction::Transaction>),
    Hold(api::hold::Hold),
    Refund(api::refund::Refund),
}

/// A resource as it is answered; `None` for what is internal.
pub(crate) fn resource(resource: &Resource, viewer: Viewer) -> Option<Wire> {
    let next = transitions(resource, viewer);
    Some(match resource {
        Resource::Platform(it) => Wire::Platform(parties::platform(it, next)),
        Resource::ApiKey(it) => Wire::Key(parties::key(it, next)),
        Resource::Role(it) => Wire::Role(parties::role(it, next)),
        Resource::Customer(it) => Wire::Customer(parties::customer(it, next)),
        Resource::Person(it) => Wire::Person(parties::person(it, next)),
        Resource::Account(it) => Wire::Account(parties::account(it, next)),
        Resource::BankAccount(it) => Wire::BankAccount(parties::bank_account(it, next)),
        Resource::Transaction(it) => {
            Wire::Transaction(Box::new(payments_made::transaction(it, next)))
        }
        Resource::Hold(it) => Wire::Hold(payments_made::hold(it, next)),
        Resource::Refund(it) => Wire::Refund(payments_made::refund(it, next)),
        Resource::Instruction(_) | Resource::Window(_) | Resource::Name(_) => return None,
    })
}

impl Wire {
    /// With what blocks its steps, besides what it tells itself.
    pub(crate) fn with_blocks(mut self, blocks: &[Blocked]) -> Self {
        let steps = match &mut self {
            Self::Customer(it) => &mut it.available_transitions,
            Self::Account(it) => &mut it.available_transitions,
            Self::Transaction(it) => &mut it.available_transitions,
            Self::Platform(_)
            | Self::Key(_)
            | Self::Role(_)
            | Self::Person(_)
            | Self::BankAccount(_)
            | Self::Hold(_)
            | Self::Refund(_) => return self,
        };
        for Blocked { to, by } in blocks {
            for step in steps.iter_mut().filter(|step| step.to == *to) {
                step.blocked_by.extend(by.iter().cloned());
            }
        }
        self
    }

    /// With the legs of a journal entry, for the kinds that show them.
    pub(crate) fn with_legs(mut self, legs: Vec<api::entry::Leg>) -> Self {
        match &mut self {
            Self::Transaction(it) => it.legs = Some(legs),
            Self::Hold(it) => it.legs = Some(legs),
            Self::Refund(it) => it.legs = Some(legs),
            Self::Platform(_)
            | Self::Key(_)
            | Self::Role(_)
            | Self::Customer(_)
            | Self::Person(_)
            | Self::Account(_)
            | Self::BankAccount(_) => {}
        }
        self
    }
}

fn transitions(resource: &Resource, viewer: Viewer) -> Vec<AvailableTransition> {
    let step = |step: payments::Available| {
        let needs_operator = step.operator_only && viewer == Viewer::Platform;
        let operator = needs_operator.then(|| "operator_required".to_owned());
        let blocked_by = operator.into_iter().chain(step.blocked_by.map(str::to_owned)).collect();
        AvailableTransition { to: step.to.to_owned(), blocked_by }
    };
    available(resource).into_iter().map(step).collect()
}

/// An instant on the wire: UTC, with microseconds.
pub(crate) fn time(at: Timestamp) -> api::id::Timestamp {
    let instant = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MAX);
    api::id::Timestamp(instant.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

/// A day on the wire, from days since 1970-01-01.
fn day(days: i32) -> String {
    let micros = i64::from(days).saturating_mul(payments::limits::DAY_MICROS);
    let instant = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
    instant.strftime("%Y-%m-%d").to_string()
}

/// Bytes as lower-case hexadecimal text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON of a type of ours: text, numbers, lists and maps with text as keys.
pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // Such values always serialise; the fallback is unreachable.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Writes a resource's own fields, and those that all have from its meta.
macro_rules! wire {
    ($($path:ident)::+ { $($field:ident: $value:expr),* $(,)? } with $meta:expr, $next:expr) => {{
        let meta: &::payments::meta::Meta = $meta;
        $($path)::+ {
            $($field: $value,)*
            status_reason: meta.status_reason.clone(),
            available_transitions: $next,
            external_id: meta.external_id.clone(),
            tags: meta.tags.iter().cloned().collect(),
            annotations: meta.annotations.clone(),
            version: meta.version,
            created_at: $crate::render::time(meta.created_at),
            updated_at: $crate::render::time(meta.updated_at),
        }
    }};
}
use wire;
