//! Saves a batch: everything of it in one transaction, or nothing.

use std::time::{Duration, Instant};

use ledger::{PlatformId, Timestamp};
use payments::Resource;
use payments::resources::Name;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};
use store::check::broken;
use store::{Batch, Fault, Head, SaveFault};

use super::{LOG_PAGES, SqliteTruth};
use crate::changes;
use crate::checkpoint::begin_anew;
use crate::columns::While;
use crate::journal_rows::{append, last_position};
use crate::keys::{digest, hash};
use crate::limits::{BUSY_MS, LOG_WAIT_MS};
use crate::resources::{put_all, put_transaction_name};

const ACTION: &str = "save a batch";

/// A name of a transaction with the row that holds it already.
type KnownName<'a> = (PlatformId, &'a Name, Option<u64>);

/// Saves `batch`; see [`store::Truth::save`].
pub(super) fn save(truth: &mut SqliteTruth, batch: &Batch) -> Result<(), SaveFault> {
    truth.commit_took = Duration::ZERO;
    if truth.unknown {
        return Err(broken("a commit has failed: the store must be opened again").into());
    }
    if truth.shared.is_nearly_full() {
        return Err(Fault::Full.into());
    }
    bound_log(truth)?;
    check_keys(truth, batch)?;
    let known = known_names(truth, batch)?;
    let changed = changes::unnamed(batch)?;

    let transaction = begin(&mut truth.connection)?;
    let firsts = batch.check(last_position(&transaction)?)?;
    append(&transaction, &batch.commands, changed.as_deref())?;
    let rows = put_all(&transaction, &batch.resources, &mut truth.accounts)?;
    let new_names = put_names(&transaction, &known)?;
    for (head, before) in &batch.heads {
        let first = firsts.get(&head.platform);
        write_head(&transaction, head, *before, first.copied())?;
    }
    let written = Instant::now();
    let committed = transaction.commit();
    truth.commit_took = written.elapsed();
    committed.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => SaveFault::NotSaved(Fault::Full),
        Some(_) | None => {
            truth.unknown = true;
            SaveFault::OutcomeUnknown { source: Box::new(error) }
        }
    })?;

    truth.accounts.remember(rows);
    remember(truth, batch, &new_names);
    Ok(())
}

/// Writes nothing while the log is as long as it may get: it must begin anew first, for which nobody
/// may read what it holds. That it cannot is the same to callers as a medium without room.
fn bound_log(truth: &SqliteTruth) -> Result<(), Fault> {
    if LOG_PAGES.get() < truth.shared.log_pages_hard() {
        return Ok(());
    }
    let wait = |ms| truth.connection.busy_timeout(Duration::from_millis(ms)).to(ACTION);
    wait(LOG_WAIT_MS)?;
    let begun_anew = begin_anew(&truth.connection, &truth.shared);
    wait(BUSY_MS)?;
    if !begun_anew {
        return Err(Fault::Full);
    }
    LOG_PAGES.set(0);
    Ok(())
}

/// A BEGIN that failed after it had begun, or a ROLLBACK that failed, leaves a transaction open.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, Fault> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").to(ACTION)?;
    }
    connection.transaction_with_behavior(TransactionBehavior::Immediate).to(ACTION)
}

/// Invariant 16, once more: the engine has looked these keys up before it decided.
fn check_keys(truth: &SqliteTruth, batch: &Batch) -> Result<(), Fault> {
    for caller in batch.commands.iter().filter_map(|it| it.command.idempotency.as_ref()) {
        if truth.find_command(caller.scope, &caller.key)?.is_some() {
            return Err(broken("a key is used once"));
        }
    }
    Ok(())
}

fn known_names<'a>(truth: &SqliteTruth, batch: &'a Batch) -> Result<Vec<KnownName<'a>>, Fault> {
    let mut known = Vec::new();
    for (platform, resource) in &batch.resources {
        if let Resource::Name(name) = resource
            && crate::resources::as_transaction_name(&resource.key()).is_some()
        {
            let row = truth.name_of_transaction(*platform, &name.text)?;
            known.push((*platform, name, row.map(|(number, _)| number)));
        }
    }
    Ok(known)
}

/// Returns the new names of transactions, each with the number of its row.
fn put_names<'a>(
    connection: &Connection,
    known: &[KnownName<'a>],
) -> Result<Vec<(PlatformId, &'a Name, u64)>, Fault> {
    let mut new = Vec::new();
    for (platform, name, row) in known {
        let number = put_transaction_name(connection, *platform, name, *row)?;
        new.extend(number.map(|number| (*platform, *name, number)));
    }
    Ok(new)
}

/// Invariant 8: a head moves from the `seq` it had to a later `created_at`, or the guarded statement
/// touches no row; that the commands between are without gaps, [`Batch::check`] has seen.
pub(super) fn write_head(
    connection: &Connection,
    head: &Head,
    before: u64,
    first: Option<Timestamp>,
) -> Result<(), Fault> {
    let sql = if before == 0 {
        "INSERT INTO heads (platform_id, seq, created_at, audit_hash, entry_hash, clock_offset) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?7 = 0 AND ?8 IS NOT NULL"
    } else {
        "UPDATE heads SET seq = ?2, created_at = ?3, audit_hash = ?4, entry_hash = ?5, \
           clock_offset = ?6 \
         WHERE platform_id = ?1 AND seq = ?7 AND created_at < ?8"
    };
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let touched = statement
        .execute(params![
            head.platform.as_bytes(),
            head.seq,
            head.created_at.micros(),
            head.audit_hash,
            head.entry_hash,
            head.clock_offset_micros,
            before,
            first.map(Timestamp::micros),
        ])
        .to(ACTION)?;
    if touched == 1 { Ok(()) } else { Err(broken("a head follows the saved one")) }
}

/// After COMMIT only: what is remembered is what is durable.
fn remember(truth: &mut SqliteTruth, batch: &Batch, new_names: &[(PlatformId, &Name, u64)]) {
    let callers = batch.commands.iter().filter_map(|committed| {
        let caller = committed.command.idempotency.as_ref()?;
        Some((hash(caller.scope, &caller.key), committed.position))
    });
    let callers: Vec<(u64, u64)> = callers.collect();
    if let Some(last) = batch.commands.last() {
        truth.keys.add(&callers, last.position, last.audit.hash);
        truth.shared.signal.committed(last.position, LOG_PAGES.get());
    }
    let names = new_names.iter().map(|(of, name, number)| (hash(*of, &name.text), *number));
    if let Some((of, name, number)) = new_names.last() {
        truth.names.add(&names.collect::<Vec<_>>(), *number, digest(*of, &name.text));
    }
}
