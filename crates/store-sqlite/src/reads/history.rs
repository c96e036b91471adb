//! What happened: entries, events, audit records, and the command of a key.

use ledger::{Entry, PlatformId, Timestamp, TransactionId};
use payments::audit::{AuditRecord, Touched};
use payments::ids::{AuditId, EventId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{AuditQuery, EventQuery, EventRow, Fault, Page, StoredCommand, page_of};

use super::ACTION;
use super::query::{Query, id, number, text};
use crate::columns::{While, parse_kind};
use crate::journal_rows::{
    AUDIT_COLUMNS, COMMAND_COLUMNS, ENTRY_COLUMNS, audit, entry, stored_command,
};

const EVENTS: &str = "SELECT e.seq, e.place, e.created_at, e.request_id, e.id, e.kind, \
     e.resource_id, e.version, e.from_status, e.to_status, c.body \
     FROM main.events e JOIN truth.commands c ON c.position = e.position";

/// The entries of a transaction, oldest first.
pub(super) fn entries_of(
    connection: &Connection,
    platform: PlatformId,
    transaction: TransactionId,
) -> Result<Vec<Entry>, Fault> {
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM main.entries r JOIN truth.commands c ON c.position = r.position \
         WHERE r.platform_id = ?1 AND r.transaction_id = ?2 ORDER BY r.seq"
    );
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let values = params![platform.as_bytes(), transaction.as_bytes()];
    let mut rows = statement.query(values).to(ACTION)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().to(ACTION)? {
        entries.extend(entry(row, 0)?);
    }
    Ok(entries)
}

/// Events after a cursor, oldest first.
pub(super) fn events_after(
    connection: &Connection,
    platform: PlatformId,
    (seq, place): (u64, u32),
    limit: usize,
) -> Result<Page<EventRow, (u64, u32)>, Fault> {
    let query = Query::new(EVENTS)
        .with("e.platform_id = ?", [id(platform.as_bytes())])
        .with("(e.seq, e.place) > (?, ?)", [number(seq), Value::Integer(i64::from(place))]);
    let order = ("ORDER BY e.seq, e.place", limit.saturating_add(1));
    let rows = query.run(connection, order, event_row)?;
    Ok(page_of(rows.into_iter(), limit, |event| (event.seq, event.index)))
}

/// Events before a cursor, newest first.
pub(super) fn events_before(
    connection: &Connection,
    platform: PlatformId,
    wanted: &EventQuery,
) -> Result<Page<EventRow, (u64, u32)>, Fault> {
    let mut query = Query::new(EVENTS).with("e.platform_id = ?", [id(platform.as_bytes())]);
    if let Some((kind, of)) = &wanted.resource {
        query = query.with("e.kind = ? AND e.resource_id = ?", [text(kind.code()), id(of)]);
    }
    if let Some((seq, place)) = wanted.before {
        let before = [number(seq), Value::Integer(i64::from(place))];
        query = query.with("(e.seq, e.place) < (?, ?)", before);
    }
    let query = query.maybe("e.type = ?", wanted.event_type.as_deref().map(text));
    let order = ("ORDER BY e.seq DESC, e.place DESC", wanted.limit.saturating_add(1));
    let rows = query.run(connection, order, event_row)?;
    Ok(page_of(rows.into_iter(), wanted.limit, |event| (event.seq, event.index)))
}

/// One event.
pub(super) fn event(
    connection: &Connection,
    platform: PlatformId,
    of: EventId,
) -> Result<Option<EventRow>, Fault> {
    let values = [id(platform.as_bytes()), id(of.as_bytes())];
    let query = Query::new(EVENTS).with("e.platform_id = ? AND e.id = ?", values);
    Ok(query.run(connection, ("", 1), event_row)?.pop())
}

fn event_row(row: &Row<'_>) -> Result<EventRow, Fault> {
    let kind: String = row.get(5).to(ACTION)?;
    let kind = parse_kind("events", &kind)?;
    let read = |row: &Row<'_>| {
        Ok(EventRow {
            seq: row.get(0)?,
            index: row.get(1)?,
            created_at: Timestamp::from_micros(row.get(2)?),
            request_id: row.get(3)?,
            touched: Touched {
                event: EventId::from_bytes(row.get(4)?),
                kind,
                id: row.get(6)?,
                version: row.get(7)?,
                from: row.get(8)?,
                to: row.get(9)?,
            },
            answer: row.get(10)?,
        })
    };
    read(row).to(ACTION)
}

/// Audit records before a cursor, newest first.
pub(super) fn audit_before(
    connection: &Connection,
    platform: PlatformId,
    wanted: &AuditQuery,
) -> Result<Page<AuditRecord, u64>, Fault> {
    let mut query = audit_records()
        .with("a.platform_id = ?", [id(platform.as_bytes())])
        .maybe("a.seq < ?", wanted.before.map(number))
        .maybe("a.request_id = ?", wanted.request_id.as_deref().map(text));
    if let Some((kind, of)) = &wanted.resource {
        let condition = "a.seq IN (SELECT e.seq FROM main.events e WHERE e.platform_id = ? \
                           AND e.kind = ? AND e.resource_id = ?)";
        query = query.with(condition, [id(platform.as_bytes()), text(kind.code()), id(of)]);
    }
    let order = ("ORDER BY a.seq DESC", wanted.limit.saturating_add(1));
    let rows = query.run(connection, order, |row| audit(row, 0))?;
    Ok(page_of(rows.into_iter(), wanted.limit, |audit| audit.seq))
}

/// One audit record.
pub(super) fn audit_record(
    connection: &Connection,
    platform: PlatformId,
    of: AuditId,
) -> Result<Option<AuditRecord>, Fault> {
    let values = [id(platform.as_bytes()), id(of.as_bytes())];
    let query = audit_records().with("a.platform_id = ? AND a.id = ?", values);
    Ok(query.run(connection, ("", 1), |row| audit(row, 0))?.pop())
}

fn audit_records() -> Query {
    Query::new(format!(
        "SELECT {AUDIT_COLUMNS} FROM main.audit_records a \
         JOIN truth.commands c ON c.position = a.position"
    ))
}

/// The command stored under a key.
pub(super) fn command_by_key(
    connection: &Connection,
    scope: PlatformId,
    key: &str,
) -> Result<Option<StoredCommand>, Fault> {
    let sql = format!(
        "SELECT {COMMAND_COLUMNS} FROM main.command_keys k \
         JOIN truth.commands c ON c.position = k.position WHERE k.scope = ?1 AND k.key = ?2"
    );
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let values = params![scope.as_bytes(), key];
    statement.query_row(values, |row| stored_command(row, 0)).optional().to(ACTION)
}
