//! The rows of commands in the read model: where they are, what they touched, and their legs.
//!
//! A feed's rows go into each table in the order of its key, so that neighbours are written together.

use std::collections::HashMap;

use ledger::{AccountId, Entry, LegAfter, PlatformId};
use payments::audit::{AuditRecord, Touched};
use rusqlite::{Connection, params};
use store::{Committed, Fault};

use crate::columns::{While, hi, lo, rows_max};
use crate::journal_rows::CommandRow;

const ACTION: &str = "feed the history";

/// The numbers that accounts have in the read model.
pub(super) type Numbers = HashMap<(PlatformId, AccountId), i64>;

/// Appends what `commands` were; `numbers` has every account that they have legs on.
pub(super) fn append(
    read: &Connection,
    commands: &[CommandRow],
    numbers: &Numbers,
) -> Result<(), Fault> {
    append_places(read, commands)?;
    append_requests(read, commands.iter().map(|(committed, _)| &committed.audit))?;
    append_events(read, commands.iter().map(|(committed, _)| &committed.audit))?;
    append_legs(read, commands.iter().filter_map(|(it, _)| it.entry.as_ref()), numbers)
}

fn append_places(read: &Connection, commands: &[CommandRow]) -> Result<(), Fault> {
    let sql = "INSERT INTO history (platform_id, seq, created_at, position, events) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (Committed { position, audit, .. }, _) in commands {
        let (platform, at) = (audit.platform.as_bytes(), audit.created_at.micros());
        let values = params![platform, audit.seq, at, position, rows_max(audit.touched.len())];
        statement.execute(values).to(ACTION)?;
    }
    Ok(())
}

fn append_requests<'c>(
    read: &Connection,
    audits: impl Iterator<Item = &'c AuditRecord>,
) -> Result<(), Fault> {
    let mut rows: Vec<_> = audits.map(|it| (it.platform, &*it.request_id, it.seq)).collect();
    rows.sort_unstable();
    let sql = "INSERT INTO requests (platform_id, request_id, seq) VALUES (?1, ?2, ?3)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (platform, request_id, seq) in rows {
        statement.execute(params![platform.as_bytes(), request_id, seq]).to(ACTION)?;
    }
    Ok(())
}

fn append_events<'c>(
    read: &Connection,
    audits: impl Iterator<Item = &'c AuditRecord>,
) -> Result<(), Fault> {
    let mut rows: Vec<(PlatformId, u64, u32, &Touched)> = Vec::new();
    for audit in audits {
        let placed = (0..).zip(&audit.touched);
        rows.extend(placed.map(|(place, touched)| (audit.platform, audit.seq, place, touched)));
    }
    rows.sort_unstable_by_key(|(of, seq, place, it)| (*of, it.kind, it.id, *seq, *place));
    let sql = "INSERT INTO events_of_resources (platform_id, kind, resource_id, seq, place) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (of, seq, place, touched) in &rows {
        let values = params![of.as_bytes(), touched.kind.code(), touched.id, seq, place];
        statement.execute(values).to(ACTION)?;
    }
    let mut rows: Vec<(PlatformId, String, u64, u32)> =
        rows.into_iter().map(|(of, seq, place, it)| (of, it.event_type(), seq, place)).collect();
    rows.sort_unstable();
    let sql = "INSERT INTO events_of_types (platform_id, type, seq, place) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (of, event_type, seq, place) in rows {
        statement.execute(params![of.as_bytes(), event_type, seq, place]).to(ACTION)?;
    }
    Ok(())
}

fn append_legs<'c>(
    read: &Connection,
    entries: impl Iterator<Item = &'c Entry>,
    numbers: &Numbers,
) -> Result<(), Fault> {
    let mut rows: Vec<(i64, &Entry, &LegAfter)> = Vec::new();
    for entry in entries {
        for written in &entry.legs {
            let account = (entry.platform, written.leg.account);
            let missing = || Fault::Corrupt {
                table: "accounts",
                detail: format!("{} has legs and is not there", account.1),
            };
            rows.push((*numbers.get(&account).ok_or_else(missing)?, entry, written));
        }
    }
    rows.sort_unstable_by_key(|(account, _, written)| (*account, written.version));
    let sql = "INSERT INTO legs (account, version, seq, entry_id, transaction_id, created_at, \
                 effective_at, direction, layer, amount_hi, amount_lo, debits_pending_hi, \
                 debits_pending_lo, debits_posted_hi, debits_posted_lo, credits_pending_hi, \
                 credits_pending_lo, credits_posted_hi, credits_posted_lo) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
                 ?17, ?18, ?19)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (account, entry, LegAfter { leg, after, version }) in rows {
        let values = params![
            account,
            version,
            entry.seq,
            entry.id.as_bytes(),
            entry.transaction.as_bytes(),
            entry.created_at.micros(),
            entry.effective_at.micros(),
            leg.direction.code(),
            leg.layer.code(),
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
        ];
        statement.execute(values).to(ACTION)?;
    }
    Ok(())
}
