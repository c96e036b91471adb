//! Rows of the journal: commands, audit records, entries; written once, read in order.

use ledger::{Entry, EntryId, LegAfter, PlatformId, Timestamp, TransactionId};
use payments::audit::AuditRecord;
use payments::{Idempotency, Key};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Committed, Fault, Head, StoredCommand, codec};

use crate::columns::{While, number, rows_max};

const ACTION: &str = "read the journal";
const SAVING: &str = "save a command";

/// The columns that [`stored_command`] reads, in its order.
pub(crate) const COMMAND_COLUMNS: &str =
    "c.platform_id, c.seq, c.created_at, c.scope, c.key, c.fingerprint, c.status, c.body";
/// The columns that [`entry`] reads, in its order.
pub(crate) const ENTRY_COLUMNS: &str = "e.platform_id, e.seq, e.entry_id, e.transaction_id, \
     e.transition_no, e.created_at, e.effective_at, e.legs, e.prev_hash, e.hash";

/// A command with its records, and the bytes that name what else its commit changed.
pub(crate) type CommandRow = (Committed, Option<Vec<u8>>);

/// Appends a command with its records. `changed` names what neither of these names; see
/// [`changes`](crate::changes).
pub(crate) fn append(
    connection: &Connection,
    committed: &Committed,
    changed: Option<&[u8]>,
) -> Result<(), Fault> {
    let Committed { position, command, audit, entry } = committed;
    let caller = command.idempotency.as_ref();
    let sql = "INSERT INTO commands (position, platform_id, seq, created_at, scope, key, \
                 fingerprint, status, body, changed) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut statement = connection.prepare_cached(sql).to(SAVING)?;
    statement
        .execute(params![
            position,
            command.platform.as_bytes(),
            command.seq,
            command.created_at.micros(),
            caller.map(|caller| caller.scope.as_bytes()),
            caller.map(|caller| &caller.key),
            caller.map(|caller| &caller.fingerprint),
            command.status,
            command.body,
            changed,
        ])
        .to(SAVING)?;
    let sql = "INSERT INTO audit_records (position, platform_id, body) VALUES (?1, ?2, ?3)";
    let mut statement = connection.prepare_cached(sql).to(SAVING)?;
    let body = codec::encode("audit_records", audit)?;
    statement.execute(params![position, audit.platform.as_bytes(), body]).to(SAVING)?;
    entry.as_ref().map_or(Ok(()), |entry| append_entry(connection, *position, entry))
}

fn append_entry(connection: &Connection, position: u64, entry: &Entry) -> Result<(), Fault> {
    let sql = "INSERT INTO entries (position, platform_id, seq, entry_id, transaction_id, \
                 transition_no, created_at, effective_at, legs, prev_hash, hash) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let mut statement = connection.prepare_cached(sql).to(SAVING)?;
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
            codec::encode("entries", &entry.legs)?,
            entry.prev_hash,
            entry.hash,
        ])
        .to(SAVING)?;
    Ok(())
}

/// The position of the last command; 0 if there is none.
pub(crate) fn last_position(connection: &Connection) -> Result<u64, Fault> {
    let sql = "SELECT coalesce(max(position), 0) FROM commands";
    connection.prepare_cached(sql).and_then(|mut it| it.query_row([], |row| row.get(0))).to(ACTION)
}

/// The hash of the audit record at `position`, if it is there.
pub(crate) fn audit_hash_at(
    connection: &Connection,
    position: u64,
) -> Result<Option<[u8; 32]>, Fault> {
    let sql = "SELECT body FROM audit_records WHERE position = ?1";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let mut rows = statement.query([number(position)]).to(ACTION)?;
    let Some(row) = rows.next().to(ACTION)? else { return Ok(None) };
    let body = row.get_ref(0).to(ACTION)?.as_blob().unwrap_or_default();
    codec::decode::<AuditRecord>("audit_records", body).map(|audit| Some(audit.hash))
}

/// The command at `position`, if it is there.
pub(crate) fn command_at(
    connection: &Connection,
    position: u64,
) -> Result<Option<StoredCommand>, Fault> {
    let sql = format!("SELECT {COMMAND_COLUMNS} FROM commands c WHERE c.position = ?1");
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    statement.query_row([position], |row| stored_command(row, 0)).optional().to(ACTION)
}

/// The commands after `position`, at most `limit`.
pub(crate) fn commands_after(
    connection: &Connection,
    position: u64,
    limit: usize,
) -> Result<Vec<CommandRow>, Fault> {
    let sql = format!(
        "SELECT c.position, c.changed, a.body, {COMMAND_COLUMNS}, {ENTRY_COLUMNS} \
         FROM commands c JOIN audit_records a USING (position) LEFT JOIN entries e USING (position) \
         WHERE c.position > ?1 ORDER BY c.position LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let mut rows = statement.query(params![number(position), rows_max(limit)]).to(ACTION)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().to(ACTION)? {
        let audit: AuditRecord = codec::decode(
            "audit_records",
            row.get_ref(2).to(ACTION)?.as_blob().unwrap_or_default(),
        )?;
        let committed = Committed {
            position: row.get(0).to(ACTION)?,
            command: stored_command(row, 3).to(ACTION)?,
            audit,
            entry: entry(row, 11)?,
        };
        found.push((committed, row.get(1).to(ACTION)?));
    }
    Ok(found)
}

/// A command of [`COMMAND_COLUMNS`] that start at column `first`.
pub(crate) fn stored_command(row: &Row<'_>, first: usize) -> rusqlite::Result<StoredCommand> {
    let scope: Option<[u8; 16]> = row.get(first + 3)?;
    let idempotency = match scope {
        Some(scope) => Some(Idempotency {
            scope: PlatformId::from_bytes(scope),
            key: row.get(first + 4)?,
            fingerprint: row.get(first + 5)?,
        }),
        None => None,
    };
    Ok(StoredCommand {
        platform: PlatformId::from_bytes(row.get(first)?),
        seq: row.get(first + 1)?,
        created_at: Timestamp::from_micros(row.get(first + 2)?),
        idempotency,
        status: row.get(first + 6)?,
        body: row.get(first + 7)?,
    })
}

/// An entry of [`ENTRY_COLUMNS`] that start at column `first`; `None` where they are null.
pub(crate) fn entry(row: &Row<'_>, first: usize) -> Result<Option<Entry>, Fault> {
    let platform: Option<[u8; 16]> = row.get(first).to(ACTION)?;
    let Some(platform) = platform else { return Ok(None) };
    let legs = row.get_ref(first + 7).to(ACTION)?.as_blob().unwrap_or_default();
    let legs: Vec<LegAfter> = codec::decode("entries", legs)?;
    let read = |row: &Row<'_>| -> rusqlite::Result<Entry> {
        Ok(Entry {
            platform: PlatformId::from_bytes(platform),
            seq: row.get(first + 1)?,
            id: EntryId::from_bytes(row.get(first + 2)?),
            transaction: TransactionId::from_bytes(row.get(first + 3)?),
            transition_no: row.get(first + 4)?,
            created_at: Timestamp::from_micros(row.get(first + 5)?),
            effective_at: Timestamp::from_micros(row.get(first + 6)?),
            legs,
            prev_hash: row.get(first + 8)?,
            hash: row.get(first + 9)?,
        })
    };
    read(row).map(Some).to(ACTION)
}

/// The columns that [`head`] reads, in its order.
pub(crate) const HEAD_COLUMNS: &str =
    "platform_id, seq, created_at, audit_hash, entry_hash, clock_offset";

/// A head of [`HEAD_COLUMNS`].
pub(crate) fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        platform: PlatformId::from_bytes(row.get(0)?),
        seq: row.get(1)?,
        created_at: Timestamp::from_micros(row.get(2)?),
        audit_hash: row.get(3)?,
        entry_hash: row.get(4)?,
        clock_offset_micros: row.get(5)?,
    })
}

/// The key that an audit record's touched resource stands at.
pub(crate) fn touched_keys(audit: &AuditRecord) -> impl Iterator<Item = (PlatformId, Key)> {
    audit.touched.iter().map(|it| (audit.platform, store::facts::key_of(it.kind, it.id)))
}
