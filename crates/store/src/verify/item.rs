//! What is added up: one statement about one subject, made by commands on one side and rows on the other.
//!
//! Not how it is added: that is in `sums`. A statement has an [`Aspect`], which says under which
//! invariant a disagreement is reported, and on which row.

use std::fmt;
use std::hash::{Hash, Hasher};

use ledger::{PlatformId, TransactionId};
use money::Asset;
use payments::audit::Touched;
use payments::resources::Kind;

use super::report::Invariant;
use crate::reads::AccountLeg;

/// What statements are about; all of one platform and one id add up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Subject {
    pub(super) platform: PlatformId,
    pub(super) id: [u8; 16],
}

/// Which of the two sides of an equation a statement stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// As derived from other rows, from the journal above all.
    Derived,
    /// As the row itself says.
    Stored,
}

/// One statement.
#[derive(Clone, Copy, Hash)]
pub(super) enum Item<'a> {
    /// An event led to this state of the subject; counted back where the next one leads on from it.
    State { kind: Kind, version: u64, status: &'a str },
    /// A transaction has an entry of this number; counted back for the number before.
    Transition { number: u32 },
    /// So many minor units, by weight.
    Money { aspect: Aspect, asset: Asset },
    /// The resource stands in this form.
    Row { kind: Kind, version: u64, status: &'a str, digest: [u8; 32] },
    /// The account has this leg.
    Leg(LegRow<'a>),
    /// The platform has this event.
    Event(EventRow<'a>),
    /// The platform has an audit record with this hash.
    Audit { seq: u64, hash: [u8; 32] },
}

/// A leg with all that an account's history shows of it.
#[derive(Clone, Copy)]
pub(super) struct LegRow<'a>(pub(super) &'a AccountLeg);

impl Hash for LegRow<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let leg = self.0;
        (leg.seq, leg.entry, leg.transaction, leg.created_at, leg.effective_at).hash(state);
        (leg.direction, leg.layer, leg.amount, leg.after, leg.version).hash(state);
    }
}

/// An event with all that a history of events shows of it.
#[derive(Clone, Copy)]
pub(super) struct EventRow<'a> {
    pub(super) seq: u64,
    pub(super) index: u32,
    pub(super) created_at: i64,
    pub(super) request_id: &'a str,
    pub(super) touched: &'a Touched,
    pub(super) answer_hash: [u8; 32],
}

impl Hash for EventRow<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Touched { event, kind, id, version, from, to } = self.touched;
        (self.seq, self.index, self.created_at, self.request_id, self.answer_hash).hash(state);
        (event, kind, id, version, from, to).hash(state);
    }
}

/// What a statement is about, beside its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Aspect {
    /// Versions and states of a resource.
    States(Kind),
    /// Numbers of a transaction's entries.
    Transitions,
    /// What a transaction took from its payer when it settled.
    Captured,
    /// What of a transaction went back.
    Refunded,
    /// What is reserved for a transaction.
    Pending,
    /// What of a hold was posted.
    HoldPosted,
    /// What stands in clearing for a transaction or refund.
    Clearing(Kind),
    /// Whether a rail still has to do with it.
    InFlight(Kind),
    /// Whether the bank booked it.
    Booked(Kind),
    /// A resource in the read model.
    ReadRow(Kind),
    /// A leg in the read model.
    ReadLeg,
    /// An event in the read model.
    ReadEvent,
    /// An audit record in the read model.
    ReadAudit,
}

impl Aspect {
    pub(super) const fn invariant(self) -> Invariant {
        match self {
            Self::States(_) | Self::ReadRow(_) | Self::ReadEvent => Invariant::Events,
            Self::Transitions => Invariant::Transitions,
            Self::Captured | Self::Refunded => Invariant::Refunds,
            Self::Pending | Self::HoldPosted => Invariant::HoldsResolveOnce,
            Self::Clearing(_) | Self::InFlight(_) | Self::Booked(_) => Invariant::Clearing,
            Self::ReadLeg => Invariant::Counters,
            Self::ReadAudit => Invariant::Chains,
        }
    }

    /// The row that a disagreement is about.
    pub(super) fn row(self, subject: Subject) -> String {
        let of = |kind: Kind| format!("{} {}", kind.code(), payments::id_text(kind, subject.id));
        match self {
            Self::States(kind) => of(kind),
            Self::Transitions => format!("{}: its entries", of(Kind::Transaction)),
            Self::Captured => format!("{}: captured", of(Kind::Transaction)),
            Self::Refunded => format!("{}: refunded", of(Kind::Transaction)),
            Self::Pending => format!("{}: reserved", of(Kind::Transaction)),
            Self::HoldPosted => format!("{}: posted", of(Kind::Hold)),
            Self::Clearing(kind) => format!("{}: in clearing", of(kind)),
            Self::InFlight(kind) => format!("{}: its instruction", of(kind)),
            Self::Booked(kind) => format!("{}: booked", of(kind)),
            Self::ReadRow(kind) => format!("read model: {}", of(kind)),
            Self::ReadLeg => format!("read model: legs of {}", of(Kind::Account)),
            Self::ReadEvent => {
                format!("read model: event {}", payments::ids::EventId::from_bytes(subject.id))
            }
            Self::ReadAudit => {
                format!("read model: audit {}", payments::ids::AuditId::from_bytes(subject.id))
            }
        }
    }
}

impl Item<'_> {
    pub(super) const fn aspect(&self) -> Aspect {
        match self {
            Self::State { kind, .. } => Aspect::States(*kind),
            Self::Transition { .. } => Aspect::Transitions,
            Self::Money { aspect, .. } => *aspect,
            Self::Row { kind, .. } => Aspect::ReadRow(*kind),
            Self::Leg(_) => Aspect::ReadLeg,
            Self::Event(_) => Aspect::ReadEvent,
            Self::Audit { .. } => Aspect::ReadAudit,
        }
    }
}

impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { version, status, .. } => write!(f, "version {version}, {status}"),
            Self::Transition { number } => write!(f, "entry number {number}"),
            Self::Money { asset, .. } => write!(f, "minor units of {asset}"),
            Self::Row { version, status, digest, .. } => {
                write!(f, "version {version}, {status}, SHA-256 {}", crate::hex::hex(digest))
            }
            Self::Leg(LegRow(leg)) => write!(
                f,
                "leg {} (seq {}, {}, {}): {} {} {}, after it {:?}",
                leg.version,
                leg.seq,
                leg.entry,
                TransactionId::from_bytes(*leg.transaction.as_bytes()),
                leg.layer.code(),
                leg.direction.code(),
                leg.amount,
                leg.after,
            ),
            Self::Event(row) => write!(
                f,
                "seq {}, {} in it: {} version {} of {}, answer {}",
                row.seq,
                row.index,
                row.touched.event_type(),
                row.touched.version,
                payments::id_text(row.touched.kind, row.touched.id),
                crate::hex::hex(&row.answer_hash),
            ),
            Self::Audit { seq, hash } => {
                write!(f, "seq {seq}, SHA-256 {}", crate::hex::hex(hash))
            }
        }
    }
}
