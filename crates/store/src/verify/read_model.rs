//! The statements of the read model: every row of every part, page by page.
//!
//! Rows are taken in the order of the store, for sums need none. Those of commands after the position
//! are passed over. A read model has any number of readers, so its parts are read by two at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ledger::PlatformId;
use payments::Resource;

use super::PAGE;
use super::histories::{Histories, History};
use super::item::{Item, Side, Subject};
use super::sums::{Sink, Sums};
use crate::fault::Fault;
use crate::read_rows::{ReadPart, ReadRow, ReadRows};
use crate::rows::Committed;

/// The read model at a position.
#[derive(Clone, Copy)]
pub(super) struct Model<'r> {
    pub(super) reads: &'r dyn ReadRows,
    pub(super) at: u64,
}

/// What the read model must have of a command.
pub(super) fn of_command(committed: &Committed, sink: &mut impl Sink) {
    ReadRow::of_command(committed, &mut |row| add(Side::Derived, row, sink));
}

/// What the read model must have of a resource.
pub(super) fn of_resource(
    platform: PlatformId,
    resource: &Resource,
    sink: &mut impl Sink,
) -> Result<(), Fault> {
    ReadRow::of_resource(platform, resource, &mut |row| add(Side::Derived, row, sink))
}

fn add(side: Side, row: &ReadRow<'_>, sink: &mut impl Sink) {
    sink.add(side, subject(row), &Item::Read(row), 1);
}

fn subject(row: &ReadRow<'_>) -> Subject {
    let of = |platform, id| Subject { platform, id };
    match row {
        ReadRow::Resource(it) => of(it.platform, it.id),
        ReadRow::Instruction(platform, id, _) => of(*platform, *id),
        ReadRow::Leg(it) => of(it.platform, *it.account.as_bytes()),
        ReadRow::Command(it) => of(it.platform, u128::from(it.seq).to_be_bytes()),
        ReadRow::Request(platform, seq, _) | ReadRow::EventOfType(platform, (seq, _), _) => {
            of(*platform, u128::from(*seq).to_be_bytes())
        }
        ReadRow::EventOfResource(it) => of(it.platform, it.resource),
    }
}

impl Model<'_> {
    /// Adds everything that the read model has, by two readers at once. `page` is told how many rows
    /// so far.
    pub(super) fn add_by_two(
        self,
        histories: &Histories,
        (sums, page): (&mut Sums, &mut dyn FnMut(u64)),
    ) -> Result<(), Fault> {
        let parts = Mutex::new(VecDeque::from(ReadPart::all()));
        let done = AtomicU64::new(0);
        let count = |rows: u64| done.fetch_add(rows, Ordering::Relaxed).saturating_add(rows);
        let other = thread::scope(|scope| {
            let other =
                thread::Builder::new().name("verify".to_owned()).spawn_scoped(scope, || {
                    let mut sums = Sums::default();
                    while let Some(part) = taken(&parts) {
                        self.part(part, histories, &mut sums, &mut |rows| _ = count(rows))?;
                    }
                    Ok(sums)
                });
            let other = other
                .map_err(|why| Fault::Failed { action: "start a thread", source: why.into() })?;
            let mut own = || {
                while let Some(part) = taken(&parts) {
                    self.part(part, histories, sums, &mut |rows| page(count(rows)))?;
                }
                Ok(())
            };
            let own = own();
            let other = match other.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            own.and(other)
        })?;
        sums.merge(&other);
        page(count(0));
        Ok(())
    }

    /// Adds everything that the read model has.
    pub(super) fn add_all(self, histories: &Histories, sink: &mut impl Sink) -> Result<(), Fault> {
        let mut parts = ReadPart::all().into_iter();
        parts.try_for_each(|part| self.part(part, histories, sink, &mut |_| {}))
    }

    fn part(
        self,
        part: ReadPart,
        histories: &Histories,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(u64),
    ) -> Result<(), Fault> {
        let mut after = None;
        loop {
            let mut rows = 0;
            let mut each = |row: &ReadRow<'_>| {
                rows += 1;
                if !Self::is_later(row, histories) {
                    add(Side::Stored, row, sink);
                }
            };
            after = self.reads.rows_after(self.at, (part, after.as_ref()), PAGE, &mut each)?;
            count(rows);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Whether a row came after what was read of the truth.
    fn is_later(row: &ReadRow<'_>, histories: &Histories) -> bool {
        match row {
            ReadRow::Resource(it) => histories
                .get(it.platform)
                .is_some_and(|history| it.created_at > history.created_at.micros()),
            ReadRow::Instruction(..)
            | ReadRow::Leg(_)
            | ReadRow::Command(_)
            | ReadRow::Request(..)
            | ReadRow::EventOfResource(_)
            | ReadRow::EventOfType(..) => row.command().is_some_and(|(platform, seq)| {
                histories.get(platform).is_some_and(|history| seq > history.seq)
            }),
        }
    }
}

fn taken(parts: &Mutex<VecDeque<ReadPart>>) -> Option<ReadPart> {
    parts.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Whether a resource was made after what was read of its platform.
pub(super) fn is_newer(resource: &Resource, history: &History) -> bool {
    resource.visible().is_some_and(|visible| visible.meta.created_at > history.created_at)
}
