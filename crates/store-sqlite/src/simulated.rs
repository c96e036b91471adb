//! What the simulator needs of the writer, and the product never does: a truth alone, without threads,
//! that nothing forces onto the medium, and whose statements fail when they are told to.
//!
//! Not an option of the product: no configuration leads here.

use std::path::Path;

use rusqlite::Connection;
use store::{Fault, Mode};

use crate::columns::While;
use crate::connection::make_durable;
use crate::open::{OpenError, truth_alone};
use crate::truth::SqliteTruth;

fn make_fast(truth: &Connection) -> rusqlite::Result<()> {
    make_durable(truth)?;
    truth.pragma_update(None, "synchronous", "off")
}

impl SqliteTruth {
    /// Opens the truth in `folder` alone, for the simulator: no commit of it waits for the medium.
    ///
    /// # Errors
    ///
    /// [`OpenError`], as for the whole store.
    #[doc(hidden)]
    pub fn open_simulated(folder: &Path, mode: Mode) -> Result<Self, OpenError> {
        truth_alone(folder, mode, make_fast).map(|(truth, _)| truth)
    }

    /// Asks `is_now` at every few instructions of every statement, the last of each among them,
    /// whether it fails there; `None` ends that.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the connection cannot be told so.
    #[doc(hidden)]
    pub fn interrupt(
        &self,
        is_now: Option<impl FnMut() -> bool + Send + 'static>,
    ) -> Result<(), Fault> {
        self.connection.progress_handler(1, is_now).to("prepare an interruption")
    }

    /// Asks `is_now` at every COMMIT whether it fails; `None` ends that.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the connection cannot be told so.
    #[doc(hidden)]
    pub fn interrupt_commit(
        &self,
        is_now: Option<impl FnMut() -> bool + Send + 'static>,
    ) -> Result<(), Fault> {
        self.connection.commit_hook(is_now).to("prepare an interruption")
    }
}
