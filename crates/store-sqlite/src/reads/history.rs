//! What happened: entries, events, audit records, and the command of a key.

use ledger::ids::minted_at;
use ledger::{Entry, PlatformId, TransactionId};
use payments::audit::AuditRecord;
use payments::ids::{AuditId, EventId};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};
use store::{AsOf, AuditQuery, EventQuery, EventRow, Fault, Page, StoredCommand, page_of};

use super::ACTION;
use super::balances::last_seq;
use super::query::{Query, id, number, text};
use crate::columns::While;
use crate::journal_rows::{AUDIT_COLUMNS, ENTRY_COLUMNS, audit, entry};
use crate::keys::KeyIndex;
use crate::truth::find_command;

/// The commands that `h` says the places of.
const COMMANDS: &str = "JOIN truth.commands c ON c.position = h.position";

/// The entries of a transaction, oldest first, which the truth itself finds.
pub(super) fn entries_of(
    connection: &Connection,
    platform: PlatformId,
    transaction: TransactionId,
) -> Result<Vec<Entry>, Fault> {
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM truth.commands c \
         WHERE c.platform_id = ?1 AND c.transaction_id = ?2 \
           AND c.position <= (SELECT position FROM main.fed) ORDER BY c.seq"
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
    after: (u64, u32),
    limit: usize,
) -> Result<Page<EventRow, (u64, u32)>, Fault> {
    // Each of these commands has an event, and only the first may have none after the cursor.
    let query =
        Query::new(format!("SELECT {AUDIT_COLUMNS}, c.body FROM main.history h {COMMANDS}"))
            .with("h.platform_id = ?", [id(platform.as_bytes())])
            .with("h.seq >= ? AND h.events > 0", [number(after.0)]);
    let rows = query.run(connection, ("ORDER BY h.seq", limit.saturating_add(2)), |row| {
        events_of(row, |_| true)
    })?;
    let events = rows.into_iter().flatten().filter(|event| (event.seq, event.index) > after);
    Ok(page_of(events, limit, |event| (event.seq, event.index)))
}

/// Events before a cursor, newest first.
pub(super) fn events_before(
    connection: &Connection,
    platform: PlatformId,
    wanted: &EventQuery,
) -> Result<Page<EventRow, (u64, u32)>, Fault> {
    let select = |from| {
        format!(
            "SELECT {AUDIT_COLUMNS}, c.body, e.place FROM {from} e CROSS JOIN main.history h \
               ON h.platform_id = e.platform_id AND h.seq = e.seq {COMMANDS}"
        )
    };
    let of = [id(platform.as_bytes())];
    let query = match (&wanted.resource, &wanted.event_type) {
        (Some((kind, resource)), _) => Query::new(select("main.events_of_resources"))
            .with("e.platform_id = ?", of)
            .with("e.kind = ? AND e.resource_id = ?", [text(kind.code()), id(resource)]),
        (None, Some(event_type)) => Query::new(select("main.events_of_types"))
            .with("e.platform_id = ?", of)
            .with("e.type = ?", [text(event_type)]),
        (None, None) => return all_before(connection, platform, wanted),
    };
    let query = match (&wanted.resource, &wanted.event_type) {
        (Some(_), Some(event_type)) => {
            let condition = "EXISTS (SELECT 1 FROM main.events_of_types t WHERE t.platform_id = \
                               e.platform_id AND t.type = ? AND t.seq = e.seq AND t.place = e.place)";
            query.with(condition, [text(event_type)])
        }
        (Some(_), None) | (None, _) => query,
    };
    let query = match wanted.before {
        Some((seq, place)) => {
            let before = [number(seq), Value::Integer(i64::from(place))];
            query.with("(e.seq, e.place) < (?, ?)", before)
        }
        None => query,
    };
    let order = ("ORDER BY e.seq DESC, e.place DESC", wanted.limit.saturating_add(1));
    let rows = query.run(connection, order, |row| {
        let place: u32 = row.get(5).to(ACTION)?;
        events_of(row, |index| index == place)
    })?;
    Ok(page_of(rows.into_iter().flatten(), wanted.limit, |event| (event.seq, event.index)))
}

/// The events of every resource and type before a cursor, newest first.
fn all_before(
    connection: &Connection,
    platform: PlatformId,
    wanted: &EventQuery,
) -> Result<Page<EventRow, (u64, u32)>, Fault> {
    let query =
        Query::new(format!("SELECT {AUDIT_COLUMNS}, c.body FROM main.history h {COMMANDS}"))
            .with("h.platform_id = ? AND h.events > 0", [id(platform.as_bytes())])
            .maybe("h.seq <= ?", wanted.before.map(|(seq, _)| number(seq)));
    let order = ("ORDER BY h.seq DESC", wanted.limit.saturating_add(2));
    let rows = query.run(connection, order, |row| events_of(row, |_| true))?;
    let events = rows.into_iter().flat_map(|events| events.into_iter().rev());
    let events =
        events.filter(|event| wanted.before.is_none_or(|before| (event.seq, event.index) < before));
    Ok(page_of(events, wanted.limit, |event| (event.seq, event.index)))
}

/// One event: its id says when it was, which says of which command it is.
pub(super) fn event(
    connection: &Connection,
    platform: PlatformId,
    of: EventId,
) -> Result<Option<EventRow>, Fault> {
    let seq = last_seq(connection, platform, AsOf::Time(minted_at(*of.as_bytes())))?;
    let query =
        Query::new(format!("SELECT {AUDIT_COLUMNS}, c.body FROM main.history h {COMMANDS}"))
            .with("h.platform_id = ? AND h.seq = ?", [id(platform.as_bytes()), number(seq)]);
    let rows = query.run(connection, ("", 1), |row| events_of(row, |_| true))?;
    Ok(rows.into_iter().flatten().find(|event| event.touched.event == of))
}

/// The events of a command's audit record and answer that stand at wanted places.
fn events_of(row: &Row<'_>, is_wanted: impl Fn(u32) -> bool) -> Result<Vec<EventRow>, Fault> {
    let AuditRecord { seq, created_at, request_id, touched, .. } = audit(row, 0)?;
    let answer = row.get_ref(4).to(ACTION)?.as_blob().unwrap_or_default();
    let wanted = (0..).zip(touched).filter(|(index, _)| is_wanted(*index));
    let event = |(index, touched)| EventRow {
        seq,
        index,
        created_at,
        request_id: request_id.clone(),
        touched,
        answer: answer.to_vec(),
    };
    Ok(wanted.map(event).collect())
}

/// Audit records before a cursor, newest first.
pub(super) fn audit_before(
    connection: &Connection,
    platform: PlatformId,
    wanted: &AuditQuery,
) -> Result<Page<AuditRecord, u64>, Fault> {
    let mut query = Query::new(format!("SELECT {AUDIT_COLUMNS} FROM main.history h {COMMANDS}"))
        .with("h.platform_id = ?", [id(platform.as_bytes())])
        .maybe("h.seq < ?", wanted.before.map(number));
    if let Some(request_id) = &wanted.request_id {
        let condition = "h.seq IN (SELECT r.seq FROM main.requests r WHERE r.platform_id = ? \
                           AND r.request_id = ?)";
        query = query.with(condition, [id(platform.as_bytes()), text(request_id)]);
    }
    if let Some((kind, of)) = &wanted.resource {
        let condition = "h.seq IN (SELECT e.seq FROM main.events_of_resources e \
                           WHERE e.platform_id = ? AND e.kind = ? AND e.resource_id = ?)";
        query = query.with(condition, [id(platform.as_bytes()), text(kind.code()), id(of)]);
    }
    let order = ("ORDER BY h.seq DESC", wanted.limit.saturating_add(1));
    let rows = query.run(connection, order, |row| audit(row, 0))?;
    Ok(page_of(rows.into_iter(), wanted.limit, |audit| audit.seq))
}

/// One audit record, found as [`event`] finds an event.
pub(super) fn audit_record(
    connection: &Connection,
    platform: PlatformId,
    of: AuditId,
) -> Result<Option<AuditRecord>, Fault> {
    let seq = last_seq(connection, platform, AsOf::Time(minted_at(*of.as_bytes())))?;
    let query = Query::new(format!("SELECT {AUDIT_COLUMNS} FROM main.history h {COMMANDS}"))
        .with("h.platform_id = ? AND h.seq = ?", [id(platform.as_bytes()), number(seq)]);
    let found = query.run(connection, ("", 1), |row| audit(row, 0))?;
    Ok(found.into_iter().find(|audit| audit.id == of))
}

/// The command stored under a key.
pub(super) fn command_by_key(
    connection: &Connection,
    keys: &KeyIndex,
    (scope, key): (PlatformId, &str),
) -> Result<Option<StoredCommand>, Fault> {
    find_command(connection, keys, (scope, key))
}
