//! Opens what a server is made of, with a sentence for everything that can be wrong with a folder.
//!
//! Start at [`open`].

use std::error::Error;
use std::io;
use std::path::PathBuf;

use rails::{OpenFault, SandboxBank};
use store::{Fault, Mode};
use store_sqlite::{OpenError, SqliteStore};

use super::folder::DataFolder;
use super::{Settings, StartFailure};
use crate::catching_up::caught_up;
use crate::failure::{Failure, chain};

/// An open data folder.
pub(super) struct Parts {
    pub(super) store: SqliteStore,
    pub(super) mode: Mode,
    /// The bank of a test store, and the file that says how far its worker got.
    pub(super) bank: Option<(SandboxBank, PathBuf)>,
    pub(super) cursor_key: [u8; 32],
}

/// Opens the folder; it is locked from here on.
///
/// # Errors
///
/// [`StartFailure`], in one sentence that says what to do.
pub(super) fn open(settings: &Settings) -> Result<Parts, StartFailure> {
    let folder = &settings.folder;
    folder.make()?;
    let (store, mode) = open_store(folder, settings.mode)?;
    let mut journal = store.journal().map_err(|error| of_store(&error, folder))?;
    caught_up(&mut journal, &*store.reads())?;
    let bank = match mode {
        Mode::Test => {
            let bank = SandboxBank::open(&folder.bank()).map_err(|fault| of_bank(&fault))?;
            Some((bank, folder.bank_cursor()))
        }
        Mode::Live => None,
    };
    let cursor_key = folder.cursor_key()?;
    Ok(Parts { store, mode, bank, cursor_key })
}

/// Opens the store in the mode that is asked for, or in its own.
fn open_store(
    folder: &DataFolder,
    asked: Option<Mode>,
) -> Result<(SqliteStore, Mode), StartFailure> {
    let first = asked.unwrap_or(Mode::Test);
    match SqliteStore::open(folder.path(), first) {
        Ok(store) => Ok((store, first)),
        Err(OpenError::OtherMode { is, .. }) if asked.is_none() => {
            let store =
                SqliteStore::open(folder.path(), is).map_err(|error| of_store(&error, folder))?;
            Ok((store, is))
        }
        Err(error) => Err(of_store(&error, folder)),
    }
}

/// What an error of the store means for whoever started a command.
fn of_store(error: &OpenError, folder: &DataFolder) -> StartFailure {
    let shown = folder.path().display();
    let text = match error {
        error if is_full(error) => {
            format!("the disk of the data folder {shown} is full: make room, then start again")
        }
        OpenError::InUse { .. } => {
            let by = folder.announced().map_or_else(
                || "another Florin".to_owned(),
                |of| format!("the Florin at {} (process {})", of.url, of.pid),
            );
            let text = format!(
                "the data folder {shown} is in use by {by}: stop it, or choose another folder with --data"
            );
            return StartFailure::InUse(text);
        }
        OpenError::OtherMode { is: Mode::Live, .. } => format!(
            "the store in {shown} is live and holds real money: serve it with --live, or choose \
             another folder with --data"
        ),
        OpenError::OtherMode { is: Mode::Test, .. } => format!(
            "the store in {shown} is a test store: serve it without --live, or choose another \
             folder with --data"
        ),
        OpenError::Unreadable { .. }
        | OpenError::NotAStore { .. }
        | OpenError::Newer { .. }
        | OpenError::Damaged { .. } => chain(error),
    };
    Failure::Unable(text).into()
}

/// Whether the medium has no room left, as the store, the system or the database say it.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let full = error.downcast_ref::<Fault>().is_some_and(|fault| matches!(fault, Fault::Full))
        || error
            .downcast_ref::<io::Error>()
            .is_some_and(|it| it.kind() == io::ErrorKind::StorageFull)
        || error.to_string() == "database or disk is full";
    full || error.source().is_some_and(is_full)
}

/// What an error of the sandbox bank means for whoever started a command.
fn of_bank(fault: &OpenFault) -> StartFailure {
    let text = chain(fault);
    match fault {
        OpenFault::InUse { .. } => StartFailure::InUse(text),
        OpenFault::Storage { .. } => {
            Failure::Unable(format!("{text}: make the folder readable and writable for this user"))
                .into()
        }
        OpenFault::NotABank { .. } | OpenFault::Unreadable { .. } => {
            Failure::Unable(format!("{text}: put a backup in its place")).into()
        }
    }
}
