//! What is written to the journal: legs, and entries that carry them in a hash chain.
//!
//! Data and its encoding only; whether legs may be written is decided by
//! [`apply()`](crate::apply()). An entry is never changed: a correction is a new entry.
//! Start at [`Entry::encode`], which says what the hash covers.

use money::{Amount, Kind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AccountId, Counters, EntryId, PlatformId, Timestamp, TransactionId};

/// The side of an account on which a leg stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// The left side: assets and expenses grow.
    Debit,
    /// The right side: liabilities, income and equity grow.
    Credit,
}

impl Direction {
    /// The other side.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }

    /// The code in stores and on the wire. Never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

/// Which counters a leg changes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Layer {
    /// Reserves: adds to what is pending.
    Pending,
    /// Takes back what an earlier [`Layer::Pending`] reserved.
    Released,
    /// Moves: adds to what is posted.
    Posted,
}

impl Layer {
    /// The code in stores and on the wire. Never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Released => "released",
            Self::Posted => "posted",
        }
    }
}

/// One side of one account, in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// The account changed.
    pub account: AccountId,
    /// The side on which.
    pub direction: Direction,
    /// Which counters, and how.
    pub layer: Layer,
    /// How much; above zero once applied.
    pub amount: Amount,
}

/// A leg as written, with what its account holds right after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LegAfter {
    /// The leg.
    pub leg: Leg,
    /// The account's counters after this leg.
    pub after: Counters,
    /// The account's version after this leg.
    pub version: u64,
}

/// A row of the journal: legs that were written together, chained to the entry before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// To whom it belongs; an entry never crosses platforms.
    pub platform: PlatformId,
    /// The platform's number of the command that wrote it.
    pub seq: u64,
    /// Its id.
    pub id: EntryId,
    /// The transaction it belongs to.
    pub transaction: TransactionId,
    /// Which transition of that transaction wrote it.
    pub transition_no: u32,
    /// When it was written; strictly increasing per platform.
    pub created_at: Timestamp,
    /// When it happened in the world.
    pub effective_at: Timestamp,
    /// What it changed, in order.
    pub legs: Vec<LegAfter>,
    /// The hash of the platform's entry before, or [`GENESIS`](crate::GENESIS).
    pub prev_hash: [u8; 32],
    /// The [`digest`](Entry::digest) of the rest.
    pub hash: [u8; 32],
}

/// The first field of every encoding: a digest of an entry is never that of something else.
const ENCODING: &[u8] = b"florin:entry:1";

impl Entry {
    /// This entry with its hash made from all else it holds.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = self.digest();
        self
    }

    /// SHA-256 of [`encode`](Entry::encode).
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }

    /// Every field but `hash`, as bytes; two entries with the same bytes are the same.
    ///
    /// Each field is one byte of length and that many bytes. In order: the text
    /// `florin:entry:1`, platform, seq, id, transaction, transition_no, created_at, effective_at,
    /// the number of legs; for each leg its account, direction, layer, asset code, asset scale,
    /// asset kind, minor units, the account's debits pending, debits posted, credits pending and
    /// credits posted after it, the account's version after it; and last, prev_hash.
    ///
    /// An id is its 16 bytes, an instant its microseconds as 8 bytes, big-endian two's complement;
    /// other numbers are big-endian without leading zeros, so zero is the empty field. Direction:
    /// debit 1, credit 2. Layer: pending 1, released 2, posted 3. Kind: fiat 1, crypto 2,
    /// points 3.
    pub fn encode(&self) -> Vec<u8> {
        let Self { platform, seq, id, transaction, transition_no, .. } = self;
        let mut out = Vec::with_capacity(self.legs.len().saturating_add(2).saturating_mul(128));
        field(&mut out, ENCODING);
        field(&mut out, platform.as_bytes());
        number(&mut out, u128::from(*seq));
        field(&mut out, id.as_bytes());
        field(&mut out, transaction.as_bytes());
        number(&mut out, u128::from(*transition_no));
        field(&mut out, &self.created_at.micros().to_be_bytes());
        field(&mut out, &self.effective_at.micros().to_be_bytes());
        number_of(&mut out, &self.legs);
        for leg in &self.legs {
            encode_leg(&mut out, leg);
        }
        field(&mut out, &self.prev_hash);
        out
    }
}

fn encode_leg(out: &mut Vec<u8>, written: &LegAfter) {
    let LegAfter { leg: Leg { account, direction, layer, amount }, after, version } = written;
    let asset = amount.asset();
    field(out, account.as_bytes());
    number(out, direction_number(*direction));
    number(out, layer_number(*layer));
    field(out, asset.code().as_bytes());
    number(out, u128::from(asset.scale()));
    number(out, kind_number(asset.kind()));
    number(out, amount.minor());
    number(out, after.debits_pending);
    number(out, after.debits_posted);
    number(out, after.credits_pending);
    number(out, after.credits_posted);
    number(out, u128::from(*version));
}

const fn direction_number(direction: Direction) -> u128 {
    match direction {
        Direction::Debit => 1,
        Direction::Credit => 2,
    }
}

const fn layer_number(layer: Layer) -> u128 {
    match layer {
        Layer::Pending => 1,
        Layer::Released => 2,
        Layer::Posted => 3,
    }
}

const fn kind_number(kind: Kind) -> u128 {
    match kind {
        Kind::Fiat => 1,
        Kind::Crypto => 2,
        Kind::Points => 3,
    }
}

fn number_of(out: &mut Vec<u8>, legs: &[LegAfter]) {
    significant(out, &legs.len().to_be_bytes());
}

fn number(out: &mut Vec<u8>, number: u128) {
    significant(out, &number.to_be_bytes());
}

fn significant(out: &mut Vec<u8>, big_endian: &[u8]) {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    field(out, &big_endian[zeros..]);
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    assert!(bytes.len() <= 32, "no field of an entry is longer than a hash");
    let [length, ..] = bytes.len().to_le_bytes();
    out.push(length);
    out.extend_from_slice(bytes);
}
