//! What stands in the lines of an export, and how it is made from rows and becomes rows again.
//!
//! Names and words here are the format: they are never renamed. Start at [`Record`].

use std::fmt;

use ledger::{
    AccountId, Counters, Direction, Entry, EntryId, Layer, Leg, LegAfter, PlatformId, Timestamp,
    TransactionId,
};
use money::{Amount, Asset};
use payments::audit::{AuditRecord, Touched};
use payments::ids::{
    AuditId, BankAccountId, CustomerId, EventId, HoldId, KeyId, PersonId, RefundId, RoleId,
};
use payments::{Actor, Idempotency, Kind, Resource};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hex::{hex, unhex};
use crate::rows::{Committed, Head, StoredCommand};

/// One line, without its hash.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// The first line.
    Header(Header),
    /// A stored command with its records, in the order of `seq`.
    Command(Box<CommandRecord>),
    /// A resource as it is at the end.
    Resource(Box<Resource>),
    /// The last line.
    End(End),
}

/// What an export is of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) platform: PlatformId,
    pub(super) mode: String,
    /// The position of the store when it was written.
    pub(super) position: u64,
    /// How many commands follow.
    pub(super) seq: u64,
}

/// A stored command; its audit record and its entry have its platform, seq and instant.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CommandRecord {
    pub(super) seq: u64,
    created_at: Timestamp,
    key: Option<KeyRecord>,
    status: u16,
    answer: String,
    audit: AuditFields,
    entry: Option<EntryFields>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeyRecord {
    scope: PlatformId,
    key: String,
    fingerprint: Hash,
}

#[derive(Debug, Serialize, Deserialize)]
struct AuditFields {
    id: AuditId,
    actor: String,
    address: String,
    request_id: String,
    command: String,
    outcome: String,
    touched: Vec<TouchedFields>,
    before_hash: Hash,
    after_hash: Hash,
    answer_hash: Hash,
    prev_hash: Hash,
    hash: Hash,
}

#[derive(Debug, Serialize, Deserialize)]
struct TouchedFields {
    event: EventId,
    kind: String,
    id: String,
    version: u64,
    from: Option<String>,
    to: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct EntryFields {
    id: EntryId,
    transaction: TransactionId,
    transition_no: u32,
    effective_at: Timestamp,
    legs: Vec<LegFields>,
    prev_hash: Hash,
    hash: Hash,
}

#[derive(Debug, Serialize, Deserialize)]
struct LegFields {
    account: AccountId,
    #[serde(with = "DirectionWord")]
    direction: Direction,
    #[serde(with = "LayerWord")]
    layer: Layer,
    asset: Asset,
    minor: u128,
    after: Counters,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Direction", rename_all = "snake_case")]
enum DirectionWord {
    Debit,
    Credit,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Layer", rename_all = "snake_case")]
enum LayerWord {
    Pending,
    Released,
    Posted,
}

/// Where the history ends, and what the lines before add up to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) commands: u64,
    pub(super) resources: u64,
    seq: u64,
    created_at: Timestamp,
    audit_hash: Hash,
    entry_hash: Hash,
    clock_offset_micros: i64,
    /// SHA-256 over the hashes of all lines between the first and this one.
    pub(super) lines_sha256: Hash,
}

/// 32 bytes, as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(pub(super) [u8; 32]);

impl CommandRecord {
    /// The record of a command; `None` where its answer is no text.
    pub(super) fn of(committed: Committed) -> Option<Self> {
        let Committed { command, audit, entry, .. } = committed;
        Some(Self {
            seq: command.seq,
            created_at: command.created_at,
            key: command.idempotency.map(|it| KeyRecord {
                scope: it.scope,
                key: it.key,
                fingerprint: Hash(it.fingerprint),
            }),
            status: command.status,
            answer: String::from_utf8(command.body).ok()?,
            audit: AuditFields::of(audit),
            entry: entry.map(EntryFields::of),
        })
    }

    /// The rows of it, at `position`; why not, where a word in it is unknown.
    pub(super) fn into_committed(
        self,
        platform: PlatformId,
        position: u64,
    ) -> Result<Committed, String> {
        let Self { seq, created_at, .. } = self;
        let command = StoredCommand {
            platform,
            seq,
            created_at,
            idempotency: self.key.map(|it| Idempotency {
                scope: it.scope,
                key: it.key,
                fingerprint: it.fingerprint.0,
            }),
            status: self.status,
            body: self.answer.into_bytes(),
        };
        let of = (platform, seq, created_at);
        let audit = self.audit.into_record(of)?;
        let entry = self.entry.map(|entry| entry.into_entry(of)).transpose()?;
        Ok(Committed { position, command, audit, entry })
    }
}

/// What a command's records share with it.
type Place = (PlatformId, u64, Timestamp);

impl AuditFields {
    fn of(audit: AuditRecord) -> Self {
        let touched = audit.touched.into_iter().map(|it| TouchedFields {
            event: it.event,
            kind: it.kind.code().to_owned(),
            id: payments::id_text(it.kind, it.id),
            version: it.version,
            from: it.from,
            to: it.to,
        });
        Self {
            id: audit.id,
            actor: audit.actor.to_string(),
            address: audit.address,
            request_id: audit.request_id,
            command: audit.command,
            outcome: audit.outcome,
            touched: touched.collect(),
            before_hash: Hash(audit.before_hash),
            after_hash: Hash(audit.after_hash),
            answer_hash: Hash(audit.answer_hash),
            prev_hash: Hash(audit.prev_hash),
            hash: Hash(audit.hash),
        }
    }

    fn into_record(self, (platform, seq, created_at): Place) -> Result<AuditRecord, String> {
        let actor = actor(&self.actor).ok_or_else(|| format!("{} is no actor", self.actor))?;
        let touched: Result<Vec<Touched>, String> =
            self.touched.into_iter().map(TouchedFields::into_touched).collect();
        Ok(AuditRecord {
            id: self.id,
            platform,
            seq,
            created_at,
            actor,
            address: self.address,
            request_id: self.request_id,
            command: self.command,
            outcome: self.outcome,
            touched: touched?,
            before_hash: self.before_hash.0,
            after_hash: self.after_hash.0,
            answer_hash: self.answer_hash.0,
            prev_hash: self.prev_hash.0,
            hash: self.hash.0,
        })
    }
}

impl TouchedFields {
    fn into_touched(self) -> Result<Touched, String> {
        let kind = Kind::parse(&self.kind)
            .ok_or_else(|| format!("{} is no kind of resource", self.kind))?;
        let id = id_of(kind, &self.id).map_err(|why| format!("{}: {why}", self.id))?;
        let Self { event, version, from, to, .. } = self;
        Ok(Touched { event, kind, id, version, from, to })
    }
}

impl EntryFields {
    fn of(entry: Entry) -> Self {
        let legs = entry.legs.into_iter().map(|LegAfter { leg, after, version }| LegFields {
            account: leg.account,
            direction: leg.direction,
            layer: leg.layer,
            asset: leg.amount.asset(),
            minor: leg.amount.minor(),
            after,
            version,
        });
        Self {
            id: entry.id,
            transaction: entry.transaction,
            transition_no: entry.transition_no,
            effective_at: entry.effective_at,
            legs: legs.collect(),
            prev_hash: Hash(entry.prev_hash),
            hash: Hash(entry.hash),
        }
    }

    fn into_entry(self, (platform, seq, created_at): Place) -> Result<Entry, String> {
        let legs: Result<Vec<LegAfter>, String> =
            self.legs.into_iter().map(LegFields::into_leg).collect();
        Ok(Entry {
            platform,
            seq,
            id: self.id,
            transaction: self.transaction,
            transition_no: self.transition_no,
            created_at,
            effective_at: self.effective_at,
            legs: legs?,
            prev_hash: self.prev_hash.0,
            hash: self.hash.0,
        })
    }
}

impl LegFields {
    fn into_leg(self) -> Result<LegAfter, String> {
        let Self { account, direction, layer, asset, minor, after, version } = self;
        let amount = Amount::new(minor, asset).map_err(|why| why.to_string())?;
        Ok(LegAfter { leg: Leg { account, direction, layer, amount }, after, version })
    }
}

impl End {
    pub(super) fn of(head: &Head, (commands, resources): (u64, u64), lines: [u8; 32]) -> Self {
        Self {
            commands,
            resources,
            seq: head.seq,
            created_at: head.created_at,
            audit_hash: Hash(head.audit_hash),
            entry_hash: Hash(head.entry_hash),
            clock_offset_micros: head.clock_offset_micros,
            lines_sha256: Hash(lines),
        }
    }

    pub(super) const fn head(&self, platform: PlatformId) -> Head {
        Head {
            platform,
            seq: self.seq,
            created_at: self.created_at,
            audit_hash: self.audit_hash.0,
            entry_hash: self.entry_hash.0,
            clock_offset_micros: self.clock_offset_micros,
        }
    }
}

/// The actor of a text that [`Actor`] shows itself as.
fn actor(text: &str) -> Option<Actor> {
    match text.split_once(':') {
        Some(("platform", key)) => key.parse().ok().map(Actor::Platform),
        Some(("operator", key)) => key.parse().ok().map(Actor::Operator),
        None if text == "rail" => Some(Actor::Rail),
        None if text == "writer" => Some(Actor::Writer),
        Some(_) | None => None,
    }
}

/// The bytes of an id that `payments::id_text` wrote.
fn id_of(kind: Kind, text: &str) -> Result<[u8; 16], ledger::IdError> {
    Ok(match kind {
        Kind::Platform => *text.parse::<PlatformId>()?.as_bytes(),
        Kind::ApiKey => *text.parse::<KeyId>()?.as_bytes(),
        Kind::Role => *text.parse::<RoleId>()?.as_bytes(),
        Kind::Customer => *text.parse::<CustomerId>()?.as_bytes(),
        Kind::Person => *text.parse::<PersonId>()?.as_bytes(),
        Kind::Account => *text.parse::<AccountId>()?.as_bytes(),
        Kind::BankAccount => *text.parse::<BankAccountId>()?.as_bytes(),
        Kind::Transaction => *text.parse::<TransactionId>()?.as_bytes(),
        Kind::Hold => *text.parse::<HoldId>()?.as_bytes(),
        Kind::Refund => *text.parse::<RefundId>()?.as_bytes(),
    })
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = unhex(&text).ok_or_else(|| D::Error::custom("64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}
