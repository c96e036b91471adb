//! A copy of the truth while the server writes it: one pass over one snapshot of it.
//!
//! Not the rest of a folder (the bank's file, keys), and not where the copy ends up. The snapshot is
//! taken once and held until the pass is over: the writer goes on meanwhile, only its log cannot
//! begin anew. Start at [`SqliteJournal::copy_to`].

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use store::Fault;

use crate::columns::While;
use crate::journal::SqliteJournal;
use crate::journal_rows::last_position;
use crate::limits::BACKUP_PAGES;
use crate::open::{OpenError, lock};

const ACTION: &str = "copy the truth";

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
    /// [`Fault`] when the truth cannot be read or the file cannot be written; what is there then is
    /// no store.
    pub fn copy_to(
        &mut self,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, Fault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut copy = Connection::open_with_flags(file, flags).to(ACTION)?;
        copy.pragma_update(None, "synchronous", "off").to(ACTION)?;
        // As long as this reads, every step of the pass sees what the first one saw.
        let snapshot = self.connection.unchecked_transaction().to(ACTION)?;
        let position = last_position(&snapshot)?;
        let pass = Backup::new(&snapshot, &mut copy).to(ACTION)?;
        loop {
            let step = pass.step(BACKUP_PAGES).to(ACTION)?;
            let (of, left) = (pass.progress().pagecount, pass.progress().remaining);
            let pages = |count: i32| u64::from(count.unsigned_abs());
            progress(pages(of).saturating_sub(pages(left)), pages(of));
            if step == StepResult::Done {
                break;
            }
        }
        drop(pass);
        drop(snapshot);
        copy.close().map_err(|(_, why)| why).to(ACTION)?;
        Ok(position)
    }
}
