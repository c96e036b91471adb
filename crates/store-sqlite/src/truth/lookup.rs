//! The two indexes beside the truth: how each is made from its table, and made again where it is damaged.

use std::path::Path;

use ledger::PlatformId;
use rusqlite::{Connection, params};
use store::Fault;

use crate::columns::{While, number, rows_max};
use crate::journal_rows::audit_hash_at;
use crate::keys::{Damaged, KeyIndex, Proof, Sizes, digest, hash};
use crate::limits::{KEYS_FAN, KEYS_ROWS_MAX, KEYS_TAIL_MAX};
use crate::resources::transaction_name;

const ACTION: &str = "make the index of keys";
const SIZES: Sizes = Sizes { tail: KEYS_TAIL_MAX, fan: KEYS_FAN };

/// A table that is found in by a text.
pub(super) struct Table {
    name: &'static str,
    /// Its rows in order: number, platform, text; the latter two may be null.
    rows: &'static str,
    /// What a row says of which truth it is.
    prove: fn(&Connection, u64) -> Result<Option<Proof>, Fault>,
}

/// Commands by the caller's key.
pub(super) const COMMANDS: Table = Table {
    name: "commands",
    rows: "SELECT position, scope, key FROM commands \
           WHERE position BETWEEN ?1 AND ?2 ORDER BY position LIMIT ?3",
    prove: audit_hash_at,
};

/// Names of transactions by their text.
pub(super) const NAMES: Table = Table {
    name: "names",
    rows: "SELECT number, platform_id, text FROM transaction_names \
           WHERE number BETWEEN ?1 AND ?2 ORDER BY number LIMIT ?3",
    prove: |connection, number| {
        let name = transaction_name(connection, number)?;
        Ok(name.map(|(platform, name)| digest(platform, &name.text)))
    },
};

/// Opens the index of `table`, and reads the rows that no run covers.
pub(super) fn open(
    connection: &Connection,
    table: &Table,
    folder: &Path,
) -> Result<KeyIndex, Fault> {
    let prove = |number| (table.prove)(connection, number);
    let index = KeyIndex::open(folder.join(table.name), SIZES, prove)?;
    loop {
        let from = index.covered().saturating_add(1);
        let Some((keys, last)) = read(connection, table, (from, u64::MAX))? else {
            return Ok(index);
        };
        index.add(&keys, last, prove(last)?.unwrap_or_default());
    }
}

/// The rows that may have a text of this hash.
pub(super) fn candidates(
    connection: &Connection,
    table: &Table,
    index: &KeyIndex,
    hash: u64,
) -> Result<Vec<u64>, Fault> {
    loop {
        match index.candidates(hash) {
            Ok(numbers) => return Ok(numbers),
            Err(damaged) => replace(connection, table, index, damaged)?,
        }
    }
}

fn replace(
    connection: &Connection,
    table: &Table,
    index: &KeyIndex,
    damaged: Damaged,
) -> Result<(), Fault> {
    let (mut all, mut from) = (Vec::new(), damaged.first);
    while let Some((keys, last)) = read(connection, table, (from, damaged.last))? {
        all.extend(keys);
        from = last.saturating_add(1);
    }
    index.replace(damaged, &all);
    Ok(())
}

/// Hashes and numbers of some rows, and the last row read; `None` if there are no more.
type Read = Option<(Vec<(u64, u64)>, u64)>;

fn read(connection: &Connection, table: &Table, (from, to): (u64, u64)) -> Result<Read, Fault> {
    let mut statement = connection.prepare_cached(table.rows).to(ACTION)?;
    let values = params![number(from), number(to), rows_max(KEYS_ROWS_MAX)];
    let mut rows = statement.query(values).to(ACTION)?;
    let (mut keys, mut last) = (Vec::new(), None);
    while let Some(row) = rows.next().to(ACTION)? {
        let number: u64 = row.get(0).to(ACTION)?;
        let platform: Option<[u8; 16]> = row.get(1).to(ACTION)?;
        let text: Option<String> = row.get(2).to(ACTION)?;
        let key = platform.map(PlatformId::from_bytes).zip(text);
        keys.extend(key.map(|(platform, text)| (hash(platform, &text), number)));
        last = Some(number);
    }
    Ok(last.map(|last| (keys, last)))
}
