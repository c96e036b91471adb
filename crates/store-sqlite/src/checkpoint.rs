//! Brings the log of the truth into its file, beside the writer, and keeps the log bounded.
//!
//! A passive checkpoint does most of the work while the writer goes on; but under load the log never
//! begins anew by itself, so from a length on the writer is held up for what is left.

use std::sync::PoisonError;

use rusqlite::Connection;

use crate::limits::{LOG_PAGES_MAX, LOG_PAGES_MIN};
use crate::open::Shared;
use crate::signal::Wake;

/// Runs until the store is closed.
pub(crate) fn run(connection: &Connection, shared: &Shared) {
    let mut next = LOG_PAGES_MIN;
    loop {
        let (wake, pages) = shared.signal.wait_log(next);
        if wake == Wake::Stop {
            return;
        }
        // What fails now is tried again after the next commits; meanwhile the log only grows.
        checkpoint(connection, "PASSIVE");
        let begun_anew = pages >= LOG_PAGES_MAX && begin_anew(connection, shared);
        next = if begun_anew { LOG_PAGES_MIN } else { pages + LOG_PAGES_MIN };
        shared.signal.log_seen();
    }
}

/// Waits for the feeder before the writer has to wait, not after.
pub(crate) fn begin_anew(connection: &Connection, shared: &Shared) -> bool {
    let _no_snapshot = shared.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
    checkpoint(connection, "PASSIVE");
    checkpoint(connection, "RESTART")
}

/// Whether the whole log is in the file now.
fn checkpoint(connection: &Connection, how: &str) -> bool {
    let sql = format!("PRAGMA wal_checkpoint({how})");
    connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).is_ok_and(|busy| busy == 0)
}
