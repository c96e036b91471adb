//! Rows of the journal: commands, audit records, entries; written once, read in order.

use ledger::{Entry, EntryId, LegAfter, PlatformId, Timestamp, TransactionId};
use payments::audit::{AuditRecord, Touched};
use payments::ids::AuditId;
use payments::{Actor, Idempotency, Key};
use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql, params};
use store::{Committed, Fault, Head, StoredCommand, codec};

use crate::columns::{While, number, rows_max};
use crate::limits::APPEND_ROWS;

const ACTION: &str = "read the journal";
const SAVING: &str = "save a command";

/// The columns that [`stored_command`] reads, in its order.
pub(crate) const COMMAND_COLUMNS: &str =
    "c.platform_id, c.seq, c.created_at, c.scope, c.key, c.fingerprint, c.status, c.body";
/// The columns that [`audit`] reads, in its order.
pub(crate) const AUDIT_COLUMNS: &str = "c.platform_id, c.seq, c.created_at, c.audit";
/// The columns that [`entry`] reads, in its order.
pub(crate) const ENTRY_COLUMNS: &str =
    "c.platform_id, c.seq, c.created_at, c.transaction_id, c.transition_no, c.entry";

/// A command with its records, and the bytes that name what else its commit changed.
pub(crate) type CommandRow = (Committed, Option<Vec<u8>>);

/// What stands in the bytes of an entry before its two hashes: its id, when it happened, its legs.
type EntryRest = (EntryId, Timestamp, Vec<LegAfter>);
/// What stands in the bytes of an audit record before its five hashes: its id, who asked, from where
/// and with which request, for what, what came of it, and what changed.
type AuditRest = (AuditId, Actor, String, String, String, String, Vec<Touched>);
type Hash = [u8; 32];

/// The columns of a row, as [`bind`] sets them.
const COLUMNS: [&str; 14] = [
    "position",
    "platform_id",
    "seq",
    "created_at",
    "scope",
    "key",
    "fingerprint",
    "status",
    "audit",
    "transaction_id",
    "transition_no",
    "entry",
    "changed",
    "body",
];

/// Appends commands with their records. `changed` names what none of these name; it stands with the
/// last. See [`changes`](crate::changes).
pub(crate) fn append(
    connection: &Connection,
    commands: &[Committed],
    changed: Option<&[u8]>,
) -> Result<(), Fault> {
    let (many, few) = commands.as_chunks::<APPEND_ROWS>();
    let last = commands.last().map(|last| last.position);
    let changed = |of: &Committed| changed.filter(|_| Some(of.position) == last);
    let mut statement = connection.prepare_cached(&insert(APPEND_ROWS)).to(SAVING)?;
    for rows in many {
        for (row, committed) in rows.iter().enumerate() {
            bind(&mut statement, row, committed, changed(committed))?;
        }
        statement.raw_execute().to(SAVING)?;
    }
    let mut statement = connection.prepare_cached(&insert(1)).to(SAVING)?;
    for committed in few {
        bind(&mut statement, 0, committed, changed(committed))?;
        statement.raw_execute().to(SAVING)?;
    }
    Ok(())
}

/// One statement for many rows takes less time than as many statements.
fn insert(rows: usize) -> String {
    let row = format!("({})", ["?"; COLUMNS.len()].join(", "));
    let rows = vec![row; rows].join(", ");
    format!("INSERT INTO commands ({}) VALUES {rows}", COLUMNS.join(", "))
}

fn bind(
    statement: &mut Statement<'_>,
    row: usize,
    committed: &Committed,
    changed: Option<&[u8]>,
) -> Result<(), Fault> {
    let Committed { position, command, audit, entry } = committed;
    let caller = command.idempotency.as_ref();
    let entry_bytes = entry.as_ref().map(|it| {
        let rest = codec::encode("entries", &(it.id, it.effective_at, &it.legs))?;
        Ok::<_, Fault>([&rest[..], &it.prev_hash, &it.hash].concat())
    });
    let values: &[&dyn ToSql; COLUMNS.len()] = &[
        position,
        command.platform.as_bytes(),
        &command.seq,
        &command.created_at.micros(),
        &caller.map(|caller| caller.scope.as_bytes()),
        &caller.map(|caller| &caller.key),
        &caller.map(|caller| &caller.fingerprint),
        &command.status,
        &audit_bytes(audit)?,
        &entry.as_ref().map(|entry| entry.transaction.as_bytes()),
        &entry.as_ref().map(|entry| entry.transition_no),
        &entry_bytes.transpose()?,
        &changed,
        &command.body,
    ];
    for (index, value) in (1 + row * COLUMNS.len()..).zip(values) {
        statement.raw_bind_parameter(index, value).to(SAVING)?;
    }
    Ok(())
}

fn audit_bytes(audit: &AuditRecord) -> Result<Vec<u8>, Fault> {
    let AuditRecord { id, actor, address, request_id, command, outcome, touched, .. } = audit;
    let rest = (id, actor, address, request_id, command, outcome, touched);
    let mut bytes = codec::encode("audit_records", &rest)?;
    let AuditRecord { before_hash, after_hash, answer_hash, prev_hash, hash, .. } = audit;
    for hash in [before_hash, after_hash, answer_hash, prev_hash, hash] {
        bytes.extend_from_slice(hash);
    }
    Ok(bytes)
}

/// An audit record of [`AUDIT_COLUMNS`] that start at column `first`.
pub(crate) fn audit(row: &Row<'_>, first: usize) -> Result<AuditRecord, Fault> {
    let bytes = row.get_ref(first + 3).to(ACTION)?.as_blob().unwrap_or_default();
    let (rest, [before_hash, after_hash, answer_hash, prev_hash, hash]) =
        hashes("audit_records", bytes)?;
    let (id, actor, address, request_id, command, outcome, touched): AuditRest =
        codec::decode("audit_records", rest)?;
    Ok(AuditRecord {
        id,
        platform: PlatformId::from_bytes(row.get(first).to(ACTION)?),
        seq: row.get(first + 1).to(ACTION)?,
        created_at: Timestamp::from_micros(row.get(first + 2).to(ACTION)?),
        actor,
        address,
        request_id,
        command,
        outcome,
        touched,
        before_hash,
        after_hash,
        answer_hash,
        prev_hash,
        hash,
    })
}

/// The hashes that bytes end with, and what stands before them.
fn hashes<'row, const COUNT: usize>(
    table: &'static str,
    bytes: &'row [u8],
) -> Result<(&'row [u8], [Hash; COUNT]), Fault> {
    let short = || Fault::Corrupt { table, detail: "it has no hashes".to_owned() };
    let (mut rest, mut found) = (bytes, [[0; 32]; COUNT]);
    for hash in found.iter_mut().rev() {
        let (before, last) = rest.split_last_chunk().ok_or_else(short)?;
        (rest, *hash) = (before, *last);
    }
    Ok((rest, found))
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
    let sql = "SELECT audit FROM commands WHERE position = ?1";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let mut rows = statement.query([number(position)]).to(ACTION)?;
    let Some(row) = rows.next().to(ACTION)? else { return Ok(None) };
    let body = row.get_ref(0).to(ACTION)?.as_blob().unwrap_or_default();
    hashes("audit_records", body).map(|(_, [hash])| Some(hash))
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

/// Whether answers are read with their commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// As they were sent.
    Read,
    /// Empty, which takes less time.
    LeftOut,
}

/// The commands after `position`, at most `limit`.
pub(crate) fn commands_after(
    connection: &Connection,
    (position, limit): (u64, usize),
    answers: Answers,
) -> Result<Vec<CommandRow>, Fault> {
    let columns = match answers {
        Answers::Read => COMMAND_COLUMNS.to_owned(),
        Answers::LeftOut => COMMAND_COLUMNS.replace("c.body", "x''"),
    };
    let sql = format!(
        "SELECT c.position, c.changed, {columns}, {AUDIT_COLUMNS}, {ENTRY_COLUMNS} \
         FROM commands c WHERE c.position > ?1 ORDER BY c.position LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let mut rows = statement.query(params![number(position), rows_max(limit)]).to(ACTION)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().to(ACTION)? {
        let committed = Committed {
            position: row.get(0).to(ACTION)?,
            command: stored_command(row, 2).to(ACTION)?,
            audit: audit(row, 10)?,
            entry: entry(row, 14)?,
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

/// An entry of [`ENTRY_COLUMNS`] that start at column `first`; `None` where there is none.
pub(crate) fn entry(row: &Row<'_>, first: usize) -> Result<Option<Entry>, Fault> {
    let bytes = row.get_ref(first + 5).to(ACTION)?.as_blob_or_null();
    let Some(bytes) = bytes.map_err(rusqlite::Error::from).to(ACTION)? else { return Ok(None) };
    let (rest, [prev_hash, hash]) = hashes("entries", bytes)?;
    let (id, effective_at, legs): EntryRest = codec::decode("entries", rest)?;
    let read = |row: &Row<'_>| -> rusqlite::Result<Entry> {
        Ok(Entry {
            platform: PlatformId::from_bytes(row.get(first)?),
            seq: row.get(first + 1)?,
            id,
            transaction: TransactionId::from_bytes(row.get(first + 3)?),
            transition_no: row.get(first + 4)?,
            created_at: Timestamp::from_micros(row.get(first + 2)?),
            effective_at,
            legs,
            prev_hash,
            hash,
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
