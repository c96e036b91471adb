//! Re-derives the invariants of the books from the stored rows, and names every row that disagrees.
//!
//! Independent of the write path: nothing here decides or repairs. The truth is read in pages up to
//! the position at the start; the store may go on meanwhile. What a later command moved is left to
//! the next run, so a running store gives no false alarm.
//!
//! Memory: a page, one counter row an account, 8 bytes a key, and sums of fixed size (`sums`). What
//! commands say and what rows say are added up in those sums and must cancel; only where they do
//! not, a second look at those few rows says which. Start at [`verify`].

mod accounts;
mod chains;
mod closer;
mod histories;
mod item;
mod keys;
mod print;
mod read_model;
mod recent;
mod report;
mod rows;
mod run;
mod sums;
mod terms;
mod totals;
mod walk;

use crate::fault::Fault;
use crate::read_rows::ReadRows;
use crate::truth::Journal;

pub use recent::{Checkpoint, verify_since};
pub use report::{Checked, Difference, Invariant, NotChecked, Progress, Report, Stage};

/// Rows read at once.
const PAGE: usize = 2_000;

/// The differences that a report lists; the last line then says how many more there are.
pub const DIFFERENCES_MAX: usize = 1_000;

/// Checks the whole truth up to its position now and, if it is given, that the read model agrees.
///
/// `progress` is called after every page. No clock here: the caller says how long it took
/// ([`Report::set_seconds`]).
///
/// # Errors
///
/// [`Fault`] when a store cannot answer, or a row cannot be read at all.
pub fn verify(
    journal: &mut dyn Journal,
    reads: Option<&dyn ReadRows>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Fault> {
    let position = journal.last_position()?;
    let mut run = run::Run::new(position, reads);
    run.commands(journal, progress)?;
    run.resources(journal, progress)?;
    run.read_model(progress)?;
    run.look_closer(journal, progress)?;
    run.end(journal)
}
