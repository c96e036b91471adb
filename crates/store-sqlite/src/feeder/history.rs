//! The rows of one command in the read model: its key, audit record, events, entry and legs.

use ledger::{Entry, LegAfter};
use rusqlite::{Connection, params};
use store::{Committed, Fault};

use crate::columns::{While, asset_kind, hi, lo};
use crate::limits::LEGS_PLACES;

const ACTION: &str = "feed the history";

/// Appends what `committed` was.
pub(super) fn append(read: &Connection, committed: &Committed) -> Result<(), Fault> {
    let Committed { position, command, audit, entry } = committed;
    if let Some(caller) = &command.idempotency {
        let sql = "INSERT INTO command_keys (scope, key, position) VALUES (?1, ?2, ?3)";
        let mut statement = read.prepare_cached(sql).to(ACTION)?;
        statement.execute(params![caller.scope.as_bytes(), caller.key, position]).to(ACTION)?;
    }
    let sql = "INSERT INTO audit_records (position, platform_id, seq, id, created_at, actor, \
                 address, request_id, command, outcome) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    statement
        .execute(params![
            position,
            command.platform.as_bytes(),
            audit.seq,
            audit.id.as_bytes(),
            audit.created_at.micros(),
            audit.actor.to_string(),
            audit.address,
            audit.request_id,
            audit.command,
            audit.outcome,
        ])
        .to(ACTION)?;
    append_events(read, committed)?;
    entry.as_ref().map_or(Ok(()), |entry| append_entry(read, *position, entry))
}

fn append_events(read: &Connection, committed: &Committed) -> Result<(), Fault> {
    let Committed { position, command, audit, .. } = committed;
    let sql = "INSERT INTO events (position, platform_id, seq, place, id, created_at, request_id, \
                 type, kind, resource_id, version, from_status, to_status) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (place, touched) in (0_u32..).zip(&audit.touched) {
        statement
            .execute(params![
                position,
                command.platform.as_bytes(),
                audit.seq,
                place,
                touched.event.as_bytes(),
                audit.created_at.micros(),
                audit.request_id,
                touched.event_type(),
                touched.kind.code(),
                touched.id,
                touched.version,
                touched.from,
                touched.to,
            ])
            .to(ACTION)?;
    }
    Ok(())
}

fn append_entry(read: &Connection, position: u64, entry: &Entry) -> Result<(), Fault> {
    let sql = "INSERT INTO entries (position, platform_id, seq, id, transaction_id, transition_no, \
                 created_at, effective_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    statement
        .execute(params![
            position,
            entry.platform.as_bytes(),
            entry.seq,
            entry.id.as_bytes(),
            entry.transaction.as_bytes(),
            entry.transition_no,
            entry.created_at.micros(),
            entry.effective_at.micros(),
        ])
        .to(ACTION)?;
    let numbers = position * LEGS_PLACES..;
    numbers.zip(&entry.legs).try_for_each(|(number, leg)| append_leg(read, entry, (number, leg)))
}

fn append_leg(
    read: &Connection,
    entry: &Entry,
    (number, written): (u64, &LegAfter),
) -> Result<(), Fault> {
    let LegAfter { leg, after, version } = written;
    let asset = leg.amount.asset();
    let sql = "INSERT INTO legs (platform_id, account_id, version, seq, entry_id, transaction_id, \
                 created_at, effective_at, direction, layer, asset, asset_scale, asset_kind, \
                 amount_hi, amount_lo, debits_pending_hi, debits_pending_lo, debits_posted_hi, \
                 debits_posted_lo, credits_pending_hi, credits_pending_lo, credits_posted_hi, \
                 credits_posted_lo, number) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    statement
        .execute(params![
            entry.platform.as_bytes(),
            leg.account.as_bytes(),
            version,
            entry.seq,
            entry.id.as_bytes(),
            entry.transaction.as_bytes(),
            entry.created_at.micros(),
            entry.effective_at.micros(),
            leg.direction.code(),
            leg.layer.code(),
            asset.code(),
            asset.scale(),
            asset_kind(asset),
            hi(leg.amount.minor()),
            lo(leg.amount.minor()),
            hi(after.debits_pending),
            lo(after.debits_pending),
            hi(after.debits_posted),
            lo(after.debits_posted),
            hi(after.credits_pending),
            lo(after.credits_pending),
            hi(after.credits_posted),
            lo(after.credits_posted),
            number,
        ])
        .to(ACTION)?;
    Ok(())
}
