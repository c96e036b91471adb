//! How a store can fail, and whether trying again may help.

use std::error::Error;

/// The store could not answer. Nothing was changed by it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The medium or the database failed.
    #[error("the store failed while it was to {action}")]
    Failed {
        /// What was being done.
        action: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A row cannot be understood.
    #[error("a row of {table} cannot be read: {detail}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A reader waited for a commit that the read model does not have yet.
    #[error("the read model is at {at}, the reader needs {needed}")]
    Behind {
        /// Where it is.
        at: u64,
        /// Where it must be.
        needed: u64,
    },
    /// The medium is full.
    #[error("the disk is full")]
    Full,
}

impl Fault {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::Corrupt { .. } => false,
            Self::Behind { .. } | Self::Full => true,
        }
    }
}

/// How [`Truth::save`](crate::Truth::save) can fail.
#[derive(Debug, thiserror::Error)]
pub enum SaveFault {
    /// Nothing was written: before COMMIT, or a full disk.
    #[error(transparent)]
    NotSaved(#[from] Fault),
    /// COMMIT itself failed: what became durable is not known until the store is opened again.
    #[error("the outcome of a commit is unknown")]
    OutcomeUnknown {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}
