//! What the writer remembers of accounts: the number of the row, and what stands in it.
//!
//! A cache of committed rows: those found while a batch is saved are remembered after its commit.
//! What is written to a row makes it forgotten at once. Bounded; a miss only costs a look-up.

use std::collections::HashMap;

use ledger::{AccountId, PlatformId};

use crate::limits::KNOWN_ACCOUNTS_MAX;

/// Whose account, and which.
pub(crate) type Place = (PlatformId, AccountId);

/// A row of an account: its number and its bytes.
pub(crate) type AccountRow = (i64, Vec<u8>);

/// The rows of accounts that were used lately.
#[derive(Debug, Default)]
pub(crate) struct KnownAccounts {
    rows: HashMap<Place, AccountRow>,
}

impl KnownAccounts {
    /// The number of the row, if it has these bytes.
    pub(super) fn number(&self, place: Place, body: &[u8]) -> Option<i64> {
        let (number, known) = self.rows.get(&place)?;
        (known == body).then_some(*number)
    }

    /// The row is about to change.
    pub(super) fn forget(&mut self, place: Place) {
        self.rows.remove(&place);
    }

    /// Remembers rows that are committed.
    pub(crate) fn remember(&mut self, rows: Vec<(Place, AccountRow)>) {
        for (place, row) in rows {
            if self.rows.len() >= KNOWN_ACCOUNTS_MAX {
                self.rows.clear();
            }
            self.rows.insert(place, row);
        }
    }
}
