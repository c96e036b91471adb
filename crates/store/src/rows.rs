//! What one commit writes.
//!
//! Positions count the commands of the whole store from 1; `seq` counts those of one platform.

use ledger::{Entry, PlatformId, Timestamp};
use payments::audit::AuditRecord;
use payments::{Idempotency, Resource};

/// Everything of one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The stored commands in order; positions follow the store's last without a gap.
    pub commands: Vec<Committed>,
    /// Every changed resource as it is after the last command, each once.
    pub resources: Vec<(PlatformId, Resource)>,
    /// The new head of each platform that has a command here, with the `seq` it had before.
    pub heads: Vec<(Head, u64)>,
}

/// One stored command with its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its place in the whole store.
    pub position: u64,
    /// The command's answer and key.
    pub command: StoredCommand,
    /// Its audit record.
    pub audit: AuditRecord,
    /// Its journal entry, if money moved.
    pub entry: Option<Entry>,
}

/// A command as it is kept: what it was answered, and under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommand {
    /// Its platform.
    pub platform: PlatformId,
    /// Its place in the platform's history.
    pub seq: u64,
    /// When, by the server's clock.
    pub created_at: Timestamp,
    /// The caller's key, if the command has one.
    pub idempotency: Option<Idempotency>,
    /// The HTTP status that was answered.
    pub status: u16,
    /// The body that was answered, as it was sent.
    pub body: Vec<u8>,
}

/// Where a platform's history ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub platform: PlatformId,
    /// The last `seq`.
    pub seq: u64,
    /// The last `created_at`.
    pub created_at: Timestamp,
    /// The last audit record's hash.
    pub audit_hash: [u8; 32],
    /// The last entry's hash.
    pub entry_hash: [u8; 32],
    /// How far the platform's sandbox clock is ahead, in microseconds.
    pub clock_offset_micros: i64,
}

impl Head {
    /// Where a platform's history begins.
    #[must_use]
    pub const fn genesis(platform: PlatformId) -> Self {
        Self {
            platform,
            seq: 0,
            created_at: Timestamp::from_micros(0),
            audit_hash: ledger::GENESIS,
            entry_hash: ledger::GENESIS,
            clock_offset_micros: 0,
        }
    }
}
