//! What goes wrong with a store: never the user's mistake, and never said in a user's words.
//!
//! A mistake of the query is a diagnostic of `pql`, long before a store is asked.

use std::time::Duration;

/// Why a store did not answer. Messages name no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no connection to it.
    #[error("the store cannot be reached: {detail}")]
    Unreachable {
        /// What the client says.
        detail: String,
    },
    /// It took longer than the query may; the statement was cancelled.
    #[error("the store did not answer within {} ms; the statement was cancelled", deadline.as_millis())]
    Deadline {
        /// The time the query had.
        deadline: Duration,
    },
    /// Whoever asked has gone away.
    #[error("nobody waits for the answer any more; the statement was cancelled")]
    Cancelled,
    /// The store refused a statement that should have run: its tables are not what the catalogue says, or we are wrong.
    #[error("the store refused the statement ({code}): {detail}")]
    Refused {
        /// The store's own code.
        code: String,
        /// The store's own words.
        detail: String,
    },
    /// A value came that is not of its column's type.
    #[error("column {column} holds what is no {expected}")]
    Unreadable {
        /// The column's place, from 0.
        column: usize,
        /// What the catalogue says it holds.
        expected: &'static str,
    },
    /// The store is not what the catalogue says.
    #[error("the store is not what the catalogue says: {finding}")]
    Mismatch {
        /// What is wrong.
        finding: String,
    },
    /// A setting of the session is not what it was set to.
    #[error("the session's {setting} is {found:?}, and not {wanted:?}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
}

impl Fault {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "store_unreachable",
            Self::Deadline { .. } => "deadline_passed",
            Self::Cancelled => "query_cancelled",
            Self::Refused { .. } => "store_refused",
            Self::Unreadable { .. } => "value_unreadable",
            Self::Mismatch { .. } => "catalogue_mismatch",
            Self::Setting { .. } => "session_setting",
        }
    }

    /// Whether the same query may be answered later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Deadline { .. } | Self::Cancelled => true,
            Self::Refused { .. }
            | Self::Unreadable { .. }
            | Self::Mismatch { .. }
            | Self::Setting { .. } => false,
        }
    }
}
