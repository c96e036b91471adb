//! The writer: loads what a batch needs and saves it in one transaction.
//!
//! There is one of these a store, and it is the only connection that changes the truth. Journal rows
//! it cannot change at all: its authorizer denies it. Start at [`SqliteTruth::save`](store::Truth).

mod import;
mod lookup;
mod save;

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};
use rusqlite::{Connection, OptionalExtension, params};
use store::facts::key_of;
use store::{Batch, Due, Fault, Head, Mode, SaveFault, StoredCommand, Truth};

use crate::columns::{While, parse_kind, rows_max};
use crate::journal_rows::{HEAD_COLUMNS, command_at, head, last_position};
use crate::keys::{KeyIndex, hash};
use crate::limits::{FEED_LAG_MAX, FEED_LAG_WAIT_MS};
use crate::open::Shared;
use crate::resources::{KnownAccounts, as_transaction_name, find, transaction_name};
pub use import::ImportFault;
use lookup::{COMMANDS, NAMES};

thread_local! {
    /// How many pages the log has, as the hook of the last commit on this thread said.
    static LOG_PAGES: Cell<u32> = const { Cell::new(0) };
}

/// The writer of one store.
#[derive(Debug)]
pub struct SqliteTruth {
    pub(crate) connection: Connection,
    mode: Mode,
    /// Positions of commands by their key.
    keys: Arc<KeyIndex>,
    /// Numbers of names of transactions by their text.
    names: KeyIndex,
    accounts: KnownAccounts,
    pub(crate) shared: Arc<Shared>,
    /// Set when a COMMIT failed: what is durable is only known when the store is opened again.
    unknown: bool,
    /// How long the last COMMIT took.
    commit_took: Duration,
}

impl SqliteTruth {
    pub(crate) fn new(
        connection: Connection,
        mode: Mode,
        shared: Arc<Shared>,
        folder: &Path,
    ) -> Result<Self, Fault> {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages.unsigned_abs());
            Ok(())
        }));
        crate::connection::forbid_changes_of_the_journal(&connection).to("prepare the writer")?;
        let keys = Arc::new(lookup::open(&connection, &COMMANDS, folder)?);
        let names = lookup::open(&connection, &NAMES, folder)?;
        let accounts = KnownAccounts::default();
        let commit_took = Duration::ZERO;
        Ok(Self { connection, mode, keys, names, accounts, shared, unknown: false, commit_took })
    }

    /// The number and target of a transaction's name.
    fn name_of_transaction(
        &self,
        platform: PlatformId,
        text: &str,
    ) -> Result<Option<(u64, Resource)>, Fault> {
        let hash = hash(platform, text);
        for number in lookup::candidates(&self.connection, &NAMES, &self.names, hash)? {
            if let Some((of, name)) = transaction_name(&self.connection, number)?
                && of == platform
                && name.text == text
            {
                return Ok(Some((number, Resource::Name(name))));
            }
        }
        Ok(None)
    }

    fn find_command(&self, scope: PlatformId, key: &str) -> Result<Option<StoredCommand>, Fault> {
        find_command(&self.connection, &self.keys, (scope, key))
    }

    /// Positions of commands by their key, for whoever reads beside the writer.
    pub(crate) fn keys(&self) -> Arc<KeyIndex> {
        Arc::clone(&self.keys)
    }
}

/// The command that was stored under a key of `scope`, by a connection that sees the truth.
pub(crate) fn find_command(
    connection: &Connection,
    keys: &KeyIndex,
    (scope, key): (PlatformId, &str),
) -> Result<Option<StoredCommand>, Fault> {
    for position in lookup::candidates(connection, &COMMANDS, keys, hash(scope, key))? {
        let found = command_at(connection, position)?;
        let caller = found.as_ref().and_then(|found| found.idempotency.as_ref());
        if caller.is_some_and(|caller| caller.scope == scope && caller.key == key) {
            return Ok(found);
        }
    }
    Ok(None)
}

impl Truth for SqliteTruth {
    fn is_sandbox(&self) -> bool {
        self.mode.is_sandbox()
    }

    fn position(&mut self) -> Result<u64, Fault> {
        last_position(&self.connection)
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        const ACTION: &str = "load a head";
        let sql = format!("SELECT {HEAD_COLUMNS} FROM heads WHERE platform_id = ?1");
        let mut statement = self.connection.prepare_cached(&sql).to(ACTION)?;
        statement.query_row([platform.as_bytes()], head).optional().to(ACTION)
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        let latest: Option<i64> = self
            .connection
            .query_row("SELECT max(created_at) FROM heads", [], |row| row.get(0))
            .to("look up the latest command")?;
        Ok(latest.map(Timestamp::from_micros))
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        let load = |(platform, key): &(PlatformId, Key)| match as_transaction_name(key) {
            Some(text) => Ok(self.name_of_transaction(*platform, text)?.map(|(_, name)| name)),
            None => find(&self.connection, *platform, key),
        };
        keys.iter().map(load).collect()
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        self.find_command(scope, key)
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        const ACTION: &str = "look up what is due";
        let sql = "SELECT d.platform_id, d.kind, d.id, d.due_at FROM heads h JOIN due d \
                     ON d.platform_id = h.platform_id AND d.due_at <= ?1 + h.clock_offset \
                   ORDER BY d.due_at - h.clock_offset, d.platform_id, d.due_at, d.kind, d.id \
                   LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql).to(ACTION)?;
        let mut rows = statement.query(params![now.micros(), rows_max(limit)]).to(ACTION)?;
        let mut due = Vec::new();
        while let Some(row) = rows.next().to(ACTION)? {
            let kind: String = row.get(1).to(ACTION)?;
            due.push(Due {
                platform: PlatformId::from_bytes(row.get(0).to(ACTION)?),
                key: key_of(parse_kind("due", &kind)?, row.get(2).to(ACTION)?),
                due_at: Timestamp::from_micros(row.get(3).to(ACTION)?),
            });
        }
        Ok(due)
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        save::save(self, batch)
    }

    fn commit_took(&self) -> Duration {
        self.commit_took
    }

    fn pace(&mut self) {
        self.shared.signal.wait_room(FEED_LAG_MAX, Duration::from_millis(FEED_LAG_WAIT_MS));
    }
}

#[cfg(test)]
impl SqliteTruth {
    /// Runs statements as the writer.
    pub(crate) fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.execute_batch(sql)
    }

    /// Makes every COMMIT fail from now on.
    pub(crate) fn fail_commits(&self) {
        self.connection.commit_hook(Some(|| true)).unwrap();
    }
}
