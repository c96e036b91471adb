//! The read port on SQLite: a few connections to the read model, each with the truth beside it for
//! what is kept once (answers, audit records, events, entries, windows and names), and the writer's
//! index of keys.
//!
//! Start at [`SqliteReads::at`], which every call goes through.

mod balances;
mod history;
mod list;
mod port;
mod query;
mod rows;

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use payments::Kind;
use rusqlite::Connection;
use store::Fault;

use crate::columns::While;
use crate::connection::reader;
use crate::keys::KeyIndex;
use crate::limits::{READ_WAIT_MS, READERS_MAX};
use crate::open::Shared;
use crate::signal::Stuck;

/// What each call here does when it fails.
const ACTION: &str = "read";

/// The readers of one store.
#[derive(Debug)]
pub struct SqliteReads {
    read: PathBuf,
    truth: PathBuf,
    shared: Arc<Shared>,
    keys: Arc<KeyIndex>,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<Connection>,
    lent: usize,
}

impl SqliteReads {
    pub(crate) fn new(
        (read, truth): (PathBuf, PathBuf),
        shared: Arc<Shared>,
        keys: Arc<KeyIndex>,
    ) -> Self {
        let (pool, returned) = (Mutex::default(), Condvar::new());
        Self { read, truth, shared, keys, pool, returned }
    }

    /// Waits until the read model holds `at`, then runs `work` on a connection, in one snapshot.
    fn at<T>(
        &self,
        at: u64,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let patience = Duration::from_millis(READ_WAIT_MS);
        self.shared.signal.wait_fed(at, patience).map_err(|(is, why)| match why {
            Some(Stuck::Full) => Fault::Full,
            Some(Stuck::Failed(why)) => {
                Fault::Failed { action: "feed the read model", source: why.into() }
            }
            None => Fault::Behind { at: is, needed: at },
        })?;
        let lent = self.lend()?;
        let snapshot = lent.connection()?.unchecked_transaction().to(ACTION)?;
        work(&snapshot)
    }

    fn lend(&self) -> Result<Lent<'_>, Fault> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |pool: &mut Pool| pool.lent >= READERS_MAX;
        let mut pool = self.returned.wait_while(pool, full).unwrap_or_else(PoisonError::into_inner);
        pool.lent += 1;
        let idle = pool.idle.pop();
        drop(pool);
        // From here on the place is given back when `lent` is dropped, whatever fails.
        let mut lent = Lent { from: self, connection: idle };
        if lent.connection.is_none() {
            lent.connection = Some(reader(&self.read, &self.truth).to("open a reader")?);
        }
        Ok(lent)
    }
}

/// A connection on loan.
struct Lent<'pool> {
    from: &'pool SqliteReads,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> Result<&Connection, Fault> {
        let missing = || Fault::Failed { action: ACTION, source: "no connection".into() };
        self.connection.as_ref().ok_or_else(missing)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut pool = self.from.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.lent -= 1;
        pool.idle.extend(self.connection.take());
        drop(pool);
        self.from.returned.notify_one();
    }
}

/// The table of a kind of resource.
pub(crate) const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Platform => "platforms",
        Kind::ApiKey => "api_keys",
        Kind::Role => "roles",
        Kind::Customer => "customers",
        Kind::Person => "persons",
        Kind::Account => "accounts",
        Kind::BankAccount => "bank_accounts",
        Kind::Transaction => "transactions",
        Kind::Hold => "holds",
        Kind::Refund => "refunds",
    }
}
