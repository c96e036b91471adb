//! What is added up: one statement about one subject, made by commands on one side and rows on the other.
//!
//! Not how it is added: that is in `sums`. A statement has an [`Aspect`], which says under which
//! invariant a disagreement is reported, and on which row.

use std::fmt;

use ledger::{AccountId, PlatformId, TransactionId};
use money::Asset;
use payments::resources::Kind;
use sha2::{Digest as _, Sha256};

use super::report::Invariant;
use crate::read_rows::{EventOfResource, ReadPart, ReadRow};

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
    /// The read model has this row.
    Read(&'a ReadRow<'a>),
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
    /// A row of the read model.
    Read(ReadPart),
}

impl Aspect {
    pub(super) const fn invariant(self) -> Invariant {
        match self {
            Self::States(_) => Invariant::Events,
            Self::Transitions => Invariant::Transitions,
            Self::Captured | Self::Refunded => Invariant::Refunds,
            Self::Pending | Self::HoldPosted => Invariant::HoldsResolveOnce,
            Self::Clearing(_) | Self::InFlight(_) | Self::Booked(_) => Invariant::Clearing,
            Self::Read(part) => match part {
                ReadPart::Legs => Invariant::Counters,
                ReadPart::EventsOfResources | ReadPart::EventsOfTypes | ReadPart::Resources(_) => {
                    Invariant::Events
                }
                ReadPart::Commands | ReadPart::Requests => Invariant::Chains,
                ReadPart::Instructions => Invariant::Clearing,
            },
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
            Self::Read(part) => format!("read model: {}", read_row(part, subject.id)),
        }
    }
}

fn read_row(part: ReadPart, id: [u8; 16]) -> String {
    match part {
        ReadPart::Legs => format!("legs of account {}", AccountId::from_bytes(id)),
        ReadPart::Commands => format!("command {}", u128::from_be_bytes(id)),
        ReadPart::Requests => format!("request of command {}", u128::from_be_bytes(id)),
        ReadPart::EventsOfTypes => {
            format!("types of events of command {}", u128::from_be_bytes(id))
        }
        // Ids of different kinds may be the same: only the statements know which it is.
        ReadPart::EventsOfResources => "events".to_owned(),
        ReadPart::Instructions => format!("instruction of {}", TransactionId::from_bytes(id)),
        ReadPart::Resources(kind) => format!("{} {}", kind.code(), payments::id_text(kind, id)),
    }
}

impl Item<'_> {
    pub(super) const fn aspect(&self) -> Aspect {
        match self {
            Self::State { kind, .. } => Aspect::States(*kind),
            Self::Transition { .. } => Aspect::Transitions,
            Self::Money { aspect, .. } => *aspect,
            Self::Read(row) => Aspect::Read(row.part()),
        }
    }
}

impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { version, status, .. } => write!(f, "version {version}, {status}"),
            Self::Transition { number } => write!(f, "entry number {number}"),
            Self::Money { asset, .. } => write!(f, "minor units of {asset}"),
            Self::Read(row) => read_words(row, f),
        }
    }
}

fn read_words(row: &ReadRow<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let hash = |bytes: &[u8]| crate::hex::hex(&Sha256::digest(bytes).into());
    match row {
        ReadRow::Resource(row) => write!(
            f,
            "version {}, {}, of type {}, external id {:?}, made at {} µs, changed at {} µs, SHA-256 {}",
            row.version,
            row.status,
            row.subtype.unwrap_or("none"),
            row.external_id,
            row.created_at,
            row.updated_at,
            hash(row.body),
        ),
        ReadRow::Instruction(_, _, body) => write!(f, "SHA-256 {}", hash(body)),
        ReadRow::Leg(row) => write!(f, "{row:?}"),
        ReadRow::Command(row) => write!(f, "{row:?}"),
        ReadRow::Request(_, _, request) => write!(f, "request {request}"),
        ReadRow::EventOfResource(row) => {
            let EventOfResource { kind, resource, seq, place, .. } = row;
            let id = match Kind::parse(kind) {
                Some(known) => payments::id_text(known, *resource),
                None => crate::hex::hex(&Sha256::digest(resource).into()),
            };
            write!(f, "event {place} of command {seq}, of {kind} {id}")
        }
        ReadRow::EventOfType(_, (seq, place), event_type) => {
            write!(f, "event {place} of command {seq} is {event_type}")
        }
    }
}
