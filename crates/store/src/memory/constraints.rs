//! What no store saves, whoever asks: the invariants that stores hold by constraints (domain.md
//! section 5, those marked C). A batch that breaks one is a bug in the caller; nothing is written.

use std::collections::BTreeSet;

use ledger::PlatformId;
use payments::states::HoldStatus;
use payments::{Key, Resource};

use super::State;
use crate::check::ensure;
use crate::fault::Fault;
use crate::rows::Batch;

/// Checks `batch` against what is saved.
pub(super) fn check(state: &State, batch: &Batch) -> Result<(), Fault> {
    histories(state, batch)?;
    transitions(state, batch)?;
    keys(state, batch)?;
    for (platform, resource) in &batch.resources {
        resource_alone(resource)?;
        resource_over_time(state, *platform, resource)?;
    }
    Ok(())
}

/// Invariant 8: what the batch alone shows, and that it follows what was saved.
fn histories(state: &State, batch: &Batch) -> Result<(), Fault> {
    let firsts = batch.check(state.position())?;
    for (head, seq_before) in &batch.heads {
        let saved = state.heads.get(&head.platform);
        ensure!(saved.map_or(0, |it| it.seq) == *seq_before, "a head follows the saved one");
        let earlier = saved.map(|it| it.created_at);
        ensure!(earlier < firsts.get(&head.platform).copied(), "created_at increases");
    }
    Ok(())
}

/// Invariant 6.
fn transitions(state: &State, batch: &Batch) -> Result<(), Fault> {
    let mut new = BTreeSet::new();
    for entry in batch.commands.iter().filter_map(|committed| committed.entry.as_ref()) {
        let key = (entry.transaction, entry.transition_no);
        let taken = state.transitions.contains(&key);
        ensure!(new.insert(key) && !taken, "a transition of a transaction has one entry");
    }
    Ok(())
}

/// Invariant 16: one key, one command.
fn keys(state: &State, batch: &Batch) -> Result<(), Fault> {
    for caller in batch.commands.iter().filter_map(|it| it.command.idempotency.as_ref()) {
        let taken = state.keys.contains_key(&(caller.scope, caller.key.clone()));
        ensure!(!taken, "a key is used once");
    }
    Ok(())
}

/// Invariants 4, 5 and 12, as far as one row shows them.
fn resource_alone(resource: &Resource) -> Result<(), Fault> {
    match resource {
        Resource::Account(it) if it.ledger.chart.is_liability() => {
            ensure!(!it.ledger.available().is_negative(), "a liability account is not overdrawn");
        }
        Resource::Transaction(it) => {
            ensure!(it.refunded <= it.captured, "refunds stay within what was captured");
        }
        Resource::Hold(it) => {
            ensure!(it.posted <= it.amount.minor(), "a hold posts at most what it reserved");
        }
        Resource::Account(_)
        | Resource::Platform(_)
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
    Ok(())
}

/// Invariants 5 and 10: what may not change once it is saved.
fn resource_over_time(
    state: &State,
    platform: PlatformId,
    resource: &Resource,
) -> Result<(), Fault> {
    match resource {
        Resource::Hold(it) => {
            let saved = state.resources.get(&(platform, Key::Hold(it.id)));
            let Some(Resource::Hold(saved)) = saved else { return Ok(()) };
            let same = saved.status == it.status && saved.posted == it.posted;
            ensure!(same || saved.status == HoldStatus::Active, "a hold resolves once");
        }
        Resource::Account(it) => {
            let (asset, code) = (it.ledger.asset, it.ledger.asset.code().to_owned());
            let saved = state.assets.get(&(platform, code));
            ensure!(saved.is_none_or(|saved| *saved == asset), "an asset never changes");
            let saved = state.resources.get(&(platform, Key::Account(it.ledger.id)));
            let Some(Resource::Account(saved)) = saved else { return Ok(()) };
            let same = saved.ledger.chart == it.ledger.chart && saved.ledger.asset == asset;
            ensure!(same, "an account keeps its chart and asset");
        }
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Transaction(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => {}
    }
    Ok(())
}
