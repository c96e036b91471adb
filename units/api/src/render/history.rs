//! Journal entries, events and audit records on the wire.

use std::collections::BTreeMap;

use ledger::{AccountId, Entry};
use payments::audit::{AuditRecord, Touched};
use payments::id_text;
use payments::resources::Account;
use store::{AccountLeg, EventRow};

use super::books::{balance, layer, legs};
use super::payments_made::direction;
use super::{hex, time};

/// A journal entry.
pub(crate) fn entry(it: &Entry, accounts: &BTreeMap<AccountId, Account>) -> api::entry::Entry {
    api::entry::Entry {
        id: it.id.to_string().into(),
        seq: it.seq,
        transaction: it.transaction.to_string().into(),
        transition_no: it.transition_no,
        created_at: time(it.created_at),
        effective_at: time(it.effective_at),
        legs: legs(&it.legs, accounts),
        prev_hash: hex(&it.prev_hash),
        hash: hex(&it.hash),
    }
}

/// One leg in the history of `account`.
pub(crate) fn account_entry(it: &AccountLeg, account: &Account) -> api::entry::AccountEntry {
    let after = ledger::Account { counters: it.after, ..account.ledger.clone() };
    api::entry::AccountEntry {
        entry: it.entry.to_string().into(),
        transaction: it.transaction.to_string().into(),
        seq: it.seq,
        number: it.version,
        created_at: time(it.created_at),
        effective_at: time(it.effective_at),
        direction: direction(it.direction),
        layer: layer(it.layer),
        amount: it.amount.into(),
        balance_after: balance(&after),
    }
}

/// An event, with the resource as it was answered then.
pub(crate) fn event(it: &EventRow) -> api::event::Event {
    let Touched { event, kind, id, version, from, to } = &it.touched;
    let id = id_text(*kind, *id);
    let answer: Option<serde_json::Value> = serde_json::from_slice(&it.answer).ok();
    // A minimal answer is not the resource.
    let shows = |answer: &serde_json::Value| {
        answer.get("id").and_then(|of| of.as_str()) == Some(&id)
            && answer.get("created_at").is_some()
    };
    let data = answer.filter(shows);
    api::event::Event {
        id: event.to_string().into(),
        event_type: it.touched.event_type(),
        seq: it.seq,
        index: it.index,
        created_at: time(it.created_at),
        request_id: it.request_id.clone(),
        resource: api::event::ResourceRef { kind: kind.code().to_owned(), id, version: *version },
        status_before: from.clone(),
        status: to.clone(),
        data,
    }
}

/// An audit record.
pub(crate) fn audit_record(it: &AuditRecord) -> api::audit::AuditRecord {
    let change = |touched: &Touched| api::audit::AuditChange {
        event: touched.event.to_string().into(),
        kind: touched.kind.code().to_owned(),
        id: id_text(touched.kind, touched.id),
        version: touched.version,
        status_before: touched.from.clone(),
        status: touched.to.clone(),
    };
    api::audit::AuditRecord {
        id: it.id.to_string().into(),
        seq: it.seq,
        created_at: time(it.created_at),
        actor: it.actor.to_string(),
        address: it.address.clone(),
        request_id: it.request_id.clone(),
        command: it.command.clone(),
        outcome: it.outcome.clone(),
        changes: it.touched.iter().map(change).collect(),
        before_hash: hex(&it.before_hash),
        after_hash: hex(&it.after_hash),
        answer_hash: hex(&it.answer_hash),
        prev_hash: hex(&it.prev_hash),
        hash: hex(&it.hash),
    }
}
