//! A copy of the truth while the server writes it: one pass over one snapshot of it.
//!
//! Not the rest of a folder (the bank's file, keys), and not where the copy ends up. The snapshot is
//! taken once and held until the pass is over: the writer goes on meanwhile, only its log cannot
//! begin anew. Before the log is so long that the writer had to wait, the copy is given up.
//! Start at [`SqliteJournal::copy_to`].

use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use store::Fault;

use crate::columns::While;
use crate::journal::SqliteJournal;
use crate::journal_rows::last_position;
use crate::limits::{BACKUP_LOG_PAGES, BACKUP_PAGES};
use crate::open::{OpenError, lock};

const ACTION: &str = "copy the truth";

/// Why a truth was not copied; what is in the file then is no store.
#[derive(Debug, thiserror::Error)]
pub enum CopyFault {
    /// The writer's log grew too long meanwhile.
    #[error(
        "more is written than can be copied at the same time, and payments would have had to wait: \
         try again at a quieter time, or onto a faster disk"
    )]
    TooBusy,
    /// The truth cannot be read, or the file cannot be written.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl CopyFault {
    /// Whether the very same copy may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::TooBusy => true,
            Self::Store(fault) => fault.is_retryable(),
        }
    }
}

/// A data folder that no other process can open; it is free again when this is dropped.
#[derive(Debug)]
pub struct HeldFolder {
    _lock: File,
}

impl HeldFolder {
    /// Holds `folder`, which must be there.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`] where another process has it.
    pub fn hold(folder: &Path) -> Result<Self, OpenError> {
        Ok(Self { _lock: lock(folder)? })
    }
}

impl SqliteJournal {
    /// Copies the truth, as it is now, into a new file; returns the position of the copy.
    ///
    /// The file is not forced onto the medium here. `progress` is told the pages that are done, and
    /// how many there are.
    ///
    /// # Errors
    ///
    /// [`CopyFault`]; what is in the file then is no store.
    pub fn copy_to(
        &mut self,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, CopyFault> {
        self.copy_within(BACKUP_LOG_PAGES, file, progress)
    }

    /// Copies the truth unless its log grows beyond `log_pages_max` meanwhile.
    pub(crate) fn copy_within(
        &mut self,
        log_pages_max: u32,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, CopyFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut copy = Connection::open_with_flags(file, flags).to(ACTION)?;
        copy.pragma_update(None, "synchronous", "off").to(ACTION)?;
        let log = LogIndex::open(&self.connection);
        // As long as this reads, every step of the pass sees what the first one saw.
        let snapshot = self.connection.unchecked_transaction().to(ACTION)?;
        let position = last_position(&snapshot)?;
        let at_first = log.pages();
        let pass = Backup::new(&snapshot, &mut copy).to(ACTION)?;
        loop {
            let step = pass.step(BACKUP_PAGES).to(ACTION)?;
            let (of, left) = (pass.progress().pagecount, pass.progress().remaining);
            let pages = |count: i32| u64::from(count.unsigned_abs());
            progress(pages(of).saturating_sub(pages(left)), pages(of));
            if step == StepResult::Done {
                break;
            }
            // A long log that nobody writes is no hindrance.
            let pages = log.pages();
            if pages > log_pages_max && pages > at_first {
                return Err(CopyFault::TooBusy);
            }
        }
        drop(pass);
        drop(snapshot);
        check(&copy, position)?;
        copy.close().map_err(|(_, why)| why).to(ACTION)?;
        Ok(position)
    }
}

/// The index of a truth's log, to see how long the log is.
///
/// Never closed before the process ends: where a process closes any descriptor of a file, the system
/// drops all of its locks on it, also those by which SQLite holds the snapshot.
pub(crate) struct LogIndex(Option<ManuallyDrop<File>>);

impl LogIndex {
    /// Of the truth that `truth` reads; of none where there is no log.
    pub(crate) fn open(truth: &Connection) -> Self {
        let path = truth.path().map(|path| format!("{path}-shm"));
        Self(path.and_then(|path| File::open(path).ok()).map(ManuallyDrop::new))
    }

    /// How many pages the log has; 0 where there is none.
    ///
    /// Source: sqlite.org/walformat.html, section 2.2: the field `mxFrame`, at byte 16, in the order
    /// of bytes of the machine.
    pub(crate) fn pages(&self) -> u32 {
        let Some(index) = &self.0 else { return 0 };
        let mut frames = [0; 4];
        let read = index.read_exact_at(&mut frames, 16);
        read.map_or(0, |()| u32::from_ne_bytes(frames))
    }
}

/// Whether a copy is whole, and ends at `position`.
fn check(copy: &Connection, position: u64) -> Result<(), Fault> {
    let sql = "PRAGMA quick_check(1)";
    let verdict: String = copy.query_row(sql, [], |row| row.get(0)).to(ACTION)?;
    let corrupt = |detail| Fault::Corrupt { table: "the copy", detail };
    if verdict != "ok" {
        return Err(corrupt(verdict));
    }
    let is = last_position(copy)?;
    if is == position { Ok(()) } else { Err(corrupt(format!("it ends at {is}, not {position}"))) }
}
