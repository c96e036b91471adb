//! The audit record of one command, and the events it caused: who asked for what, what came of it, chained by hashes.
//!
//! Events are not stored apart: an event is one [`Touched`] of an applied command's record, so that
//! neither can be lost without breaking the chain.

use ledger::{PlatformId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command::Actor;
use crate::ids::{AuditId, EventId};
use crate::resources::Kind;

/// The record of one stored command, applied or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// The platform whose chain it is in.
    pub platform: PlatformId,
    /// Its place in that chain: every stored command takes one.
    pub seq: u64,
    /// When, by the server's clock; strictly increasing per platform.
    pub created_at: Timestamp,
    /// Who asked.
    pub actor: Actor,
    /// From where, as the edge saw it.
    pub address: String,
    /// The request it came with.
    pub request_id: String,
    /// What was asked, such as `payment.create`.
    pub command: String,
    /// `applied`, or the code of the refusal.
    pub outcome: String,
    /// What changed, in order.
    pub touched: Vec<Touched>,
    /// SHA-256 over the changed resources before.
    pub before_hash: [u8; 32],
    /// SHA-256 over the changed resources after.
    pub after_hash: [u8; 32],
    /// SHA-256 over the answer.
    pub answer_hash: [u8; 32],
    /// The hash of the record before in this platform's chain.
    pub prev_hash: [u8; 32],
    /// The hash of this one.
    pub hash: [u8; 32],
}

/// One resource that an applied command changed; also the event that tells so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The event's id.
    pub event: EventId,
    /// The kind of resource.
    pub kind: Kind,
    /// Its id.
    pub id: [u8; 16],
    /// Its version after.
    pub version: u64,
    /// Its status before; `None` if it was made.
    pub from: Option<String>,
    /// Its status after.
    pub to: String,
}

impl Touched {
    /// The type of the event: `customer.created`, `customer.updated`, `transaction.settled`.
    ///
    /// What moves money is told by the status it has, from the first: a payment that settles as it
    /// is made is `transaction.settled`.
    #[must_use]
    pub fn event_type(&self) -> String {
        let moves_money = matches!(self.kind, Kind::Transaction | Kind::Hold | Kind::Refund);
        let verb = match &self.from {
            Some(from) if *from == self.to => "updated",
            None if !moves_money => "created",
            Some(_) | None => self.to.as_str(),
        };
        format!("{}.{verb}", self.kind.code())
    }
}

impl AuditRecord {
    /// The bytes that [`Self::digest`] hashes: every field but the hash, in order, each text and list
    /// with its length (u64, big-endian) before it, numbers big-endian, absent texts as length 2^64−1.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(&self.prev_hash);
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(self.platform.as_bytes());
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(&self.created_at.micros().to_be_bytes());
        for text in
            [&self.actor.to_string(), &self.address, &self.request_id, &self.command, &self.outcome]
        {
            put_text(&mut out, text);
        }
        put_length(&mut out, self.touched.len());
        for touched in &self.touched {
            out.extend_from_slice(touched.event.as_bytes());
            put_text(&mut out, touched.kind.code());
            out.extend_from_slice(&touched.id);
            out.extend_from_slice(&touched.version.to_be_bytes());
            match &touched.from {
                Some(from) => put_text(&mut out, from),
                None => out.extend_from_slice(&u64::MAX.to_be_bytes()),
            }
            put_text(&mut out, &touched.to);
        }
        for hash in [&self.before_hash, &self.after_hash, &self.answer_hash] {
            out.extend_from_slice(hash);
        }
        out
    }

    /// The hash that chains the next record to this one.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}
