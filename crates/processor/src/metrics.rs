//! What an operator can see of the write path: how long each stage takes, how large batches are.

use std::time::Duration;

/// A stage of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting in the queue.
    Queue,
    /// Reading what was not in memory.
    Load,
    /// Deciding.
    Decide,
    /// Writing.
    Save,
    /// Committing: what was written gets onto the medium.
    Fsync,
    /// Answering.
    Answer,
}

/// Told of what happens; must be quick.
pub trait Observer: Send {
    /// A stage took so long.
    fn stage(&self, stage: Stage, took: Duration);
    /// A batch of so many commands was committed.
    fn batch(&self, commands: usize);
    /// A command ended: its word, and `applied`, `replayed`, or the code of its refusal.
    fn command(&self, command: &'static str, outcome: &str);
}

impl Observer for () {
    fn stage(&self, _: Stage, _: Duration) {}
    fn batch(&self, _: usize) {}
    fn command(&self, _: &'static str, _: &str) {}
}
