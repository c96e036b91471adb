//! Reading the truth page by page, between fixed positions, on two threads.
//!
//! Two read pages of commands in turn and look at what a row alone can say, each by itself; what needs
//! the rows before it is done page after page, in order ([`by_two`]). Resources have one reader, and
//! are looked at on another thread. Three pages are in memory at most.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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
            let mut rows = match readable(PAGE, &mut |limit| journal.commands_after(after, limit))?
            {
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

/// What was read of the commands of one range of positions.
#[derive(Debug, Default)]
pub(super) struct Range {
    pub(super) rows: Vec<Committed>,
    pub(super) unreadable: Vec<(u64, Unreadable)>,
}

/// Looks at a row alone, with what the looker keeps for itself.
type LookBeside<S, L> = dyn Fn(&Committed, &mut S) -> L + Sync;

/// How commands are looked at by two.
pub(super) struct Looks<'l, S, L> {
    /// What a row alone can say, with what each of the two keeps for itself.
    pub(super) beside: &'l LookBeside<S, L>,
    /// What is done with a range after all before it.
    pub(super) in_turn: &'l mut (dyn FnMut(&Range, &[L]) + Send),
}

/// Reads the commands after the first position, up to the second, with two readers if the store has
/// two, and looks at them. `own` is what each of the two keeps for itself.
pub(super) fn by_two<S: Send, L>(
    journal: &mut dyn Journal,
    (after, until): (u64, u64),
    looks: Looks<'_, S, L>,
    own: (&mut S, &mut S),
    page: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let another = if until.saturating_sub(after) > RANGE { journal.another()? } else { None };
    let Looks { beside, in_turn } = looks;
    let gate = Gate {
        range: AtomicU64::new(0),
        turn: Mutex::new(Turn { next: 0, in_turn, is_broken: false }),
        passed: Condvar::new(),
    };
    thread::scope(|scope| {
        let other = another.map(|mut another| {
            let (gate, theirs) = (&gate, own.1);
            thread::Builder::new().name("verify".to_owned()).spawn_scoped(scope, move || {
                gate.walk(&mut *another, (after, until), (beside, theirs), &mut |_| {})
            })
        });
        let other = other
            .transpose()
            .map_err(|why| Fault::Failed { action: "start a thread", source: why.into() })?;
        let outcome = gate.walk(journal, (after, until), (beside, own.0), page);
        match other.map(thread::ScopedJoinHandle::join) {
            None => outcome,
            Some(Ok(other)) => outcome.and(other),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    })?;
    page(until.saturating_sub(after));
    Ok(())
}

/// Positions of one range.
const RANGE: u64 = PAGE as u64;

/// Where ranges are given out, and taken in again in order.
struct Gate<'g, L> {
    range: AtomicU64,
    turn: Mutex<Turn<'g, L>>,
    passed: Condvar,
}

struct Turn<'g, L> {
    next: u64,
    in_turn: &'g mut (dyn FnMut(&Range, &[L]) + Send),
    /// Whether one of both cannot go on.
    is_broken: bool,
}

/// Wakes the other, also when its owner panics.
struct Leaving<'a, 'g, L>(&'a Gate<'g, L>);

impl<L> Drop for Leaving<'_, '_, L> {
    fn drop(&mut self) {
        self.0.turn().is_broken |= thread::panicking();
        self.0.passed.notify_all();
    }
}

impl<'g, L> Gate<'g, L> {
    fn turn(&self) -> MutexGuard<'_, Turn<'g, L>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn walk<S>(
        &self,
        journal: &mut dyn Journal,
        (after, until): (u64, u64),
        (beside, own): (&LookBeside<S, L>, &mut S),
        page: &mut dyn FnMut(u64),
    ) -> Result<(), Fault> {
        loop {
            let number = self.range.fetch_add(1, Ordering::Relaxed);
            let from = after.saturating_add(number.saturating_mul(RANGE));
            if from >= until {
                return Ok(());
            }
            let _leaving = Leaving(self);
            let to = from.saturating_add(RANGE).min(until);
            let range = range(journal, (from, to));
            let rows = range.as_ref().map_or(&[][..], |range| &range.rows);
            let looked: Vec<L> = rows.iter().map(|row| beside(row, own)).collect();
            let waits = |turn: &mut Turn<'g, L>| turn.next != number && !turn.is_broken;
            let turn = self.passed.wait_while(self.turn(), waits);
            let mut turn = turn.unwrap_or_else(PoisonError::into_inner);
            if turn.is_broken {
                return Ok(());
            }
            turn.is_broken = range.is_err();
            let range = range?;
            (turn.in_turn)(&range, &looked);
            turn.next += 1;
            drop(turn);
            if range.rows.is_empty() && journal.commands_after(to, 1).is_ok_and(|it| it.is_empty())
            {
                // Nothing more is there, whatever the store says it has.
                self.range.fetch_max(until.div_ceil(RANGE), Ordering::Relaxed);
            }
            page(to - after);
        }
    }
}

/// All that can be read between two positions; rows as the store gives them, in whatever order.
fn range(journal: &mut dyn Journal, (mut after, until): (u64, u64)) -> Result<Range, Fault> {
    let mut range = Range::default();
    while after < until {
        let most = usize::try_from(until - after).unwrap_or(PAGE);
        match readable(most, &mut |limit| journal.commands_after(after, limit))? {
            Ok(rows) => match rows.iter().map(|committed| committed.position).max() {
                Some(last) if last > after => {
                    after = last;
                    if range.rows.is_empty() {
                        range.rows = rows;
                    } else {
                        range.rows.extend(rows);
                    }
                }
                Some(_) | None => break,
            },
            Err(why) => {
                after += 1;
                range.unreadable.push((after, why));
            }
        }
    }
    range.rows.retain(|it| it.position <= until);
    Ok(range)
}

/// Reads all resources, in the store's own order; answers why it had to stop, if it had.
pub(super) fn resources(
    journal: &mut dyn Journal,
    each: &mut Each<'_, Owned>,
    page: &mut dyn FnMut(u64),
) -> Result<Option<Stopped>, Fault> {
    let (mut after, mut stopped) = (None, None);
    let mut next = || {
        let rows =
            match readable(PAGE, &mut |limit| journal.resources_after(after.as_ref(), limit))? {
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
    most: usize,
    read: &mut dyn FnMut(usize) -> Result<Vec<T>, Fault>,
) -> Result<Result<Vec<T>, Unreadable>, Fault> {
    let mut limit = most;
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
