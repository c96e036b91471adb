//! Where the rows of an answer go: written by an encoder, handed on in batches to whoever reads.
//!
//! A reader that is slow holds the store up; one that has gone away is noticed at the next batch,
//! and at once by whoever holds the task.

use tokio::sync::mpsc;

use crate::encode::{Cell, Encoder};
use crate::{Fault, Statement};
use pql::value::Value;

/// A batch is handed on when it is this large, in bytes.
const BATCH_BYTES: usize = 32 * 1024;

/// Takes the rows of one answer.
#[derive(Debug)]
pub struct Sink {
    encoder: Encoder,
    batches: mpsc::Sender<String>,
    rows_max: u64,
    rows: u64,
    more: bool,
}

/// What is known when all rows have been handed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows in the answer.
    pub rows: u64,
    /// Whether there are more.
    pub more: bool,
    /// The keys of the last row, for a cursor.
    pub last: Vec<Value>,
}

impl Sink {
    pub(crate) fn new(
        statement: &Statement,
        encoder: Encoder,
        batches: mpsc::Sender<String>,
    ) -> Self {
        Self { encoder, batches, rows_max: statement.rows_max, rows: 0, more: false }
    }

    /// Begins a row; `false` if the answer is full: the store has more, and need not go on.
    pub fn begin_row(&mut self) -> bool {
        if self.rows == self.rows_max {
            self.more = true;
            return false;
        }
        self.rows = self.rows.saturating_add(1);
        self.encoder.begin_row();
        true
    }

    /// The next value of the row.
    pub fn cell(&mut self, cell: Cell<'_>) {
        self.encoder.cell(cell);
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.encoder.end_row();
    }

    /// Whether a batch is to be handed on before the next row.
    pub fn is_full(&self) -> bool {
        self.encoder.len() >= BATCH_BYTES
    }

    /// Hands a batch on.
    ///
    /// # Errors
    ///
    /// If nobody reads any more.
    pub async fn flush(&mut self) -> Result<(), Fault> {
        let batch = self.encoder.take();
        if batch.is_empty() {
            return Ok(());
        }
        self.batches.send(batch).await.map_err(|_| Fault::Cancelled)
    }

    /// Hands a batch on, from a thread that may wait.
    ///
    /// # Errors
    ///
    /// If nobody reads any more.
    pub(crate) fn flush_blocking(&mut self) -> Result<(), Fault> {
        let batch = self.encoder.take();
        if batch.is_empty() {
            return Ok(());
        }
        self.batches.blocking_send(batch).map_err(|_| Fault::Cancelled)
    }

    /// What is known at the end; the last batch has been handed on before.
    pub fn outcome(self) -> Outcome {
        Outcome { rows: self.rows, more: self.more, last: self.encoder.into_last() }
    }
}
