//! How the world can fail a rail: while it runs, and when its file is opened.
//!
//! Not the bank's own no: see `refused.rs`.
//!
//! Start at [`RailFault`].

use std::io;
use std::path::PathBuf;

use crate::limits::FILE_BYTES_MAX;

/// A failure of the world around a rail.
#[derive(Debug, thiserror::Error)]
pub enum RailFault {
    /// The file refused a write, and holds nothing of it: a full disk, say.
    #[error("the sandbox bank could not write its file")]
    NotWritten {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A write failed in a way that leaves open whether it is on disk: open the bank again.
    #[error("the sandbox bank's last write may or may not be on disk: open the bank again")]
    OutcomeUnknown {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An earlier write ended in [`Self::OutcomeUnknown`]; nothing is written any more.
    #[error("the sandbox bank stopped after a failed write: open the bank again")]
    Stopped,
    /// The file has reached its limit.
    #[error("the sandbox bank's file has reached {FILE_BYTES_MAX} bytes")]
    FileFull,
}

impl RailFault {
    /// The code in logs. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotWritten { .. } => "bank_not_written",
            Self::OutcomeUnknown { .. } => "bank_outcome_unknown",
            Self::Stopped => "bank_stopped",
            Self::FileFull => "bank_file_full",
        }
    }

    /// Whether the very same call may succeed on this very bank.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::NotWritten { .. } => true,
            Self::OutcomeUnknown { .. } | Self::Stopped | Self::FileFull => false,
        }
    }
}

/// Why the sandbox bank's file could not be opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The system refused to open, lock, read or repair the file.
    #[error("could not {doing} the sandbox bank's file {}", .path.display())]
    Storage {
        /// A verb, for the message.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process, or another bank of this one, has the file.
    #[error("the sandbox bank's file {} is in use", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The first line is not that of a sandbox bank's file of this version.
    #[error("{} is not a sandbox bank's file, or one of another version", .path.display())]
    NotABank {
        /// The file.
        path: PathBuf,
    },
    /// A line that was once written whole cannot be read.
    #[error("line {line} of the sandbox bank's file {} {why}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Counted from 1, the first line being the file's own name.
        line: u64,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl OpenFault {
    /// The code in logs. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Storage { .. } => "bank_file_storage",
            Self::InUse { .. } => "bank_file_in_use",
            Self::NotABank { .. } => "bank_file_not_a_bank",
            Self::Unreadable { .. } => "bank_file_unreadable",
        }
    }

    /// Whether opening the same file may succeed later, untouched.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Storage { .. } | Self::InUse { .. } => true,
            Self::NotABank { .. } | Self::Unreadable { .. } => false,
        }
    }
}
