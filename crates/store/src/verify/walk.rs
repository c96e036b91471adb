//! Reading the truth page by page, between fixed positions, and always ahead.
//!
//! A page is read here while the one before it is looked at on another thread: the store has one
//! reader, and hashing costs as much as reading. Three pages are in memory at most.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use ledger::PlatformId;
use payments::{Key, Resource};

use super::PAGE;
use crate::fault::Fault;
use crate::rows::Committed;
use crate::truth::Journal;

/// Looks at one row.
pub(super) type Each<'e, T> = dyn FnMut(&T) -> Result<(), Fault> + Send + 'e;

/// A row that makes no sense.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) table: &'static str,
    pub(super) detail: String,
}

/// Where a walk had to stop: the next row is found by the one before it.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) after: Option<(PlatformId, Key)>,
    pub(super) row: Unreadable,
}

/// A resource with whose it is.
pub(super) type Owned = (PlatformId, Resource);

/// Reads the commands after the first position, up to the second, and hands each to `each`.
///
/// Answers the last position read, and which positions could not be. Ends early where the store has no
/// more: the caller sees that from the position. Rows come as the store gives them, in whatever
/// order; a page that leads nowhere ends it too.
pub(super) fn commands(
    journal: &mut dyn Journal,
    (mut after, until): (u64, u64),
    each: &mut Each<'_, Committed>,
    page: &mut dyn FnMut(u64),
) -> Result<(u64, Vec<(u64, Unreadable)>), Fault> {
    let mut unreadable = Vec::new();
    let mut next = || {
        while after < until {
            let mut rows = match readable(&mut |limit| journal.commands_after(after, limit))? {
                Ok(rows) => rows,
                Err(why) => {
                    after += 1;
                    unreadable.push((after, why));
                    continue;
                }
            };
            match rows.iter().map(|committed| committed.position).max() {
                Some(last) if last > after => after = last,
                Some(_) | None => return Ok(Vec::new()),
            }
            rows.retain(|committed| committed.position <= until);
            return Ok(rows);
        }
        Ok(Vec::new())
    };
    piped(&mut next, each, page)?;
    Ok((after.min(until), unreadable))
}

/// Reads all resources, in the store's own order; answers why it had to stop, if it had.
pub(super) fn resources(
    journal: &mut dyn Journal,
    each: &mut Each<'_, Owned>,
    page: &mut dyn FnMut(u64),
) -> Result<Option<Stopped>, Fault> {
    let (mut after, mut stopped) = (None, None);
    let mut next = || {
        let rows = match readable(&mut |limit| journal.resources_after(after.as_ref(), limit))? {
            Ok(rows) => rows,
            Err(why) => {
                stopped = Some(why);
                return Ok(Vec::new());
            }
        };
        let last = rows.last().map(|(platform, resource)| (*platform, resource.key()));
        if last == after {
            return Ok(Vec::new());
        }
        after = last;
        Ok(rows)
    };
    piped(&mut next, each, page)?;
    Ok(stopped.map(|row| Stopped { after, row }))
}

/// As long a page as can be read; why, if not even its first row can be.
fn readable<T>(
    read: &mut dyn FnMut(usize) -> Result<Vec<T>, Fault>,
) -> Result<Result<Vec<T>, Unreadable>, Fault> {
    let mut limit = PAGE;
    loop {
        match read(limit) {
            Ok(rows) => return Ok(Ok(rows)),
            Err(Fault::Corrupt { table, detail }) if limit <= 1 => {
                return Ok(Err(Unreadable { table, detail }));
            }
            Err(Fault::Corrupt { .. }) => limit /= 2,
            Err(fault @ (Fault::Failed { .. } | Fault::Behind { .. } | Fault::Full)) => {
                return Err(fault);
            }
        }
    }
}

/// Hands every row of every page, in order, to `each` on a thread of its own; an empty page ends it.
fn piped<T: Send>(
    next: &mut dyn FnMut() -> Result<Vec<T>, Fault>,
    each: &mut Each<'_, T>,
    page: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        let worker = thread::Builder::new()
            .name("verify".to_owned())
            .spawn_scoped(scope, || look_at_all(receiver, each))
            .map_err(|why| Fault::Failed { action: "start a thread", source: why.into() })?;
        let mut done = 0;
        loop {
            let rows = next()?;
            if rows.is_empty() {
                break;
            }
            done += u64::try_from(rows.len()).unwrap_or(0);
            if sender.send(rows).is_err() {
                break;
            }
            page(done);
        }
        drop(sender);
        match worker.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn look_at_all<T>(pages: Receiver<Vec<T>>, each: &mut Each<'_, T>) -> Result<(), Fault> {
    for page in pages {
        for row in &page {
            each(row)?;
        }
    }
    Ok(())
}
