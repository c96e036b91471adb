//! How each connection is opened, and what it may do.

use std::path::Path;
use std::time::Duration;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, OpenFlags, Result};

use crate::limits::{BUSY_MS, READ_CACHE_KIB, READ_LOG_PAGES, STATEMENTS_MAX, WRITER_CACHE_KIB};

/// What says "this file is a truth of Florin" (`FLRN`).
pub(crate) const TRUTH_ID: i32 = 0x464c_524e;
/// What says "this file is a read model of Florin" (`FLRR`).
pub(crate) const READ_ID: i32 = 0x464c_5252;

/// Tables that only ever grow.
const GROWING: &[&str] = &["commands", "assets", "store"];

/// The connection that is to write the truth; before [`make_durable`] it leaves the file as it is.
pub(crate) fn truth_writer(path: &Path) -> Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
}

/// From here on every commit is on the medium when it returns. Checkpoints are another thread's.
pub(crate) fn make_durable(truth: &Connection) -> Result<()> {
    truth.pragma_update(None, "journal_mode", "wal")?;
    truth.pragma_update(None, "synchronous", "full")?;
    truth.pragma_update(None, "foreign_keys", "on")?;
    truth.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    truth.pragma_update(None, "wal_autocheckpoint", 0)
}

/// A connection that only reads the truth.
pub(crate) fn truth_reader(path: &Path) -> Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// The connection that brings the truth's log into its file.
pub(crate) fn truth_checkpointer(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.busy_timeout(Duration::from_millis(crate::limits::CHECKPOINT_BUSY_MS))?;
    Ok(connection)
}

/// The connection that writes the read model: nothing of it is forced onto the medium.
pub(crate) fn read_writer(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "cache_size", -READ_CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", READ_LOG_PAGES)?;
    Ok(connection)
}

/// A connection that only reads the read model, and beside it the truth, for what is kept once.
pub(crate) fn reader(read: &Path, truth: &Path) -> Result<Connection> {
    let connection = open(read, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // A read-only connection opens read-only what it attaches.
    connection.execute("ATTACH DATABASE ?1 AS truth", [truth.to_string_lossy()])?;
    connection.pragma_update(None, "query_only", "on")?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Forbids whatever would change what is only ever appended (invariant 2), and what would lift that.
pub(crate) fn forbid_changes_of_the_journal(connection: &Connection) -> Result<()> {
    connection.authorizer(Some(|context: AuthContext<'_>| {
        if is_forbidden(&context.action) { Authorization::Deny } else { Authorization::Allow }
    }))
}

/// A row that INSERT OR REPLACE would take away is not asked about here: `cargo xtask tidy` sees to it
/// that nothing in this crate says so.
fn is_forbidden(action: &AuthAction<'_>) -> bool {
    let grows = |table: &str| GROWING.contains(&table) || table.starts_with("sqlite_");
    matches!(
        action,
        AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name }
        | AuthAction::DropTable { table_name }
        | AuthAction::AlterTable { table_name, .. } if grows(table_name)
    ) || matches!(
        action,
        AuthAction::Attach { .. }
            | AuthAction::CreateTrigger { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::Pragma { pragma_name: "writable_schema", .. }
    )
}
