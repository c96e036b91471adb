//! What a caller of the write path is told, and who puts it into words.

use ledger::Entry;
use payments::{Decision, Envelope, Rejected};

/// The answer to one request. Only [`Answer::Kept`] is in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Applied, or refused by the domain for good; what was answered before if the key was used.
    Kept {
        /// The HTTP status and body, as kept.
        presented: Presented,
        /// Whether this is the answer to an earlier request with the same key.
        replayed: bool,
        /// The position a reader must see to see this.
        position: u64,
    },
    /// What would have been answered; nothing was written.
    Dry(Presented),
    /// Refused, and not kept: the same request may be sent again with the same key.
    Refused(Rejected),
    /// The key was used for another request.
    KeyReused,
    /// The world failed.
    Failed(Failure),
}

/// A status with its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// Why there is no proper answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A bug; nothing was applied.
    Internal,
    /// The disk is full; nothing was applied.
    StorageFull,
    /// Whether it was applied is not known; the same key will tell.
    OutcomeUnknown,
    /// The writer is going away; nothing was applied.
    Stopping,
}

/// Puts outcomes into the words of the wire. Pure: the same outcome gives the same bytes.
pub trait Presenter: Send {
    /// The answer to an applied command.
    fn applied(&self, envelope: &Envelope, decision: &Decision, entry: Option<&Entry>)
    -> Presented;
    /// The same in as few bytes as will do.
    fn applied_minimal(&self, envelope: &Envelope, decision: &Decision) -> Presented {
        self.applied(envelope, decision, None)
    }
    /// The answer to a command that the domain refused.
    fn refused(&self, envelope: &Envelope, rejected: &Rejected) -> Presented;
    /// The answer to a group that the domain refused for the item at this place.
    fn refused_for(&self, whole: &Envelope, item: usize, rejected: &Rejected) -> Presented;
}
