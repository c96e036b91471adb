//! The rows of a read model as something to walk through: for `verify`, which compares them with the truth.
//!
//! Every row is given by the columns that it has in every store, as they are: nothing is parsed, so a
//! word that makes no sense is a difference and not a fault. What a read model must have of a command
//! or of a resource is said here too, once. Start at [`ReadRows`] and [`ReadRow::of_command`].

use ledger::{AccountId, Entry, EntryId, LegAfter, PlatformId, TransactionId};
use money::{Asset, Kind as AssetKind};
use payments::Resource;
use payments::ids::{AuditId, EventId};
use payments::resources::{Kind, Visible};

use crate::codec;
use crate::facts::Facts;
use crate::fault::Fault;
use crate::reads::Reads;
use crate::rows::Committed;

/// Takes one row after the other.
pub type EachRow<'e> = dyn FnMut(&ReadRow<'_>) + 'e;

/// A read model that can be walked through.
pub trait ReadRows: Reads {
    /// Hands the rows of `part` after `after` to `each`, about `limit` of them, in an order of the
    /// store's own. Answers where the next ones start, if there are more.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn rows_after(
        &self,
        at: u64,
        from: (ReadPart, Option<&ReadCursor>),
        limit: usize,
        each: &mut EachRow<'_>,
    ) -> Result<Option<ReadCursor>, Fault>;
}

/// A part of a read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadPart {
    /// The legs of accounts.
    Legs,
    /// Entries of transactions.
    Entries,
    /// Events.
    Events,
    /// Audit records.
    AuditRecords,
    /// Idempotency keys.
    Keys,
    /// Instructions to rails.
    Instructions,
    /// Resources of one kind.
    Resources(Kind),
}

/// Where a walk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadCursor {
    /// After the row of this number.
    Number(i64),
    /// After this key.
    Key(PlatformId, String),
}

/// A row.
#[derive(Debug, Clone, Hash)]
pub enum ReadRow<'r> {
    /// A resource.
    Resource(ResourceRow<'r>),
    /// An instruction, and its bytes.
    Instruction(PlatformId, [u8; 16], &'r [u8]),
    /// A leg of an account.
    Leg(LegRow<'r>),
    /// An entry of a transaction.
    Entry(EntryRow),
    /// An event.
    Event(EventColumns<'r>),
    /// An audit record.
    Audit(AuditRow<'r>),
    /// A key: its scope, itself, and the position of its command.
    Key(PlatformId, &'r str, u64),
}

/// A resource as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns that every visible resource has, under their names")]
pub struct ResourceRow<'r> {
    pub platform: PlatformId,
    pub kind: Kind,
    pub id: [u8; 16],
    pub version: u64,
    pub status: &'r str,
    pub subtype: Option<&'r str>,
    pub external_id: Option<&'r str>,
    pub created_at: i64,
    pub updated_at: i64,
    /// The whole resource, as [`codec::encode`] writes it.
    pub body: &'r [u8],
}

/// A leg as the history of its account shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct LegRow<'r> {
    pub position: u64,
    /// Which leg of its entry, from 0.
    pub place: u64,
    pub platform: PlatformId,
    pub account: AccountId,
    pub version: u64,
    pub seq: u64,
    pub entry: EntryId,
    pub transaction: TransactionId,
    pub created_at: i64,
    pub effective_at: i64,
    pub direction: &'r str,
    pub layer: &'r str,
    pub asset: &'r str,
    pub asset_scale: u64,
    pub asset_kind: &'r str,
    pub amount: u128,
    pub debits_pending: u128,
    pub debits_posted: u128,
    pub credits_pending: u128,
    pub credits_posted: u128,
}

/// An entry as its transaction's history finds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct EntryRow {
    pub position: u64,
    pub platform: PlatformId,
    pub seq: u64,
    pub id: EntryId,
    pub transaction: TransactionId,
    pub transition_no: u64,
    pub created_at: i64,
    pub effective_at: i64,
}

/// An event; its answer is that of the command at its position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct EventColumns<'r> {
    pub position: u64,
    pub platform: PlatformId,
    pub seq: u64,
    pub place: u64,
    pub id: EventId,
    pub created_at: i64,
    pub request_id: &'r str,
    pub event_type: &'r str,
    pub kind: &'r str,
    pub resource: [u8; 16],
    pub version: u64,
    pub from: Option<&'r str>,
    pub to: &'r str,
}

/// What an audit record is found by; the record itself stands at its position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct AuditRow<'r> {
    pub position: u64,
    pub platform: PlatformId,
    pub seq: u64,
    pub id: AuditId,
    pub created_at: i64,
    pub actor: &'r str,
    pub address: &'r str,
    pub request_id: &'r str,
    pub command: &'r str,
    pub outcome: &'r str,
}

impl ReadPart {
    /// Every part, the longest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Legs,
            Self::Resources(Kind::Transaction),
            Self::Events,
            Self::AuditRecords,
            Self::Keys,
            Self::Entries,
            Self::Instructions,
        ];
        let others = Kind::ALL.iter().filter(|kind| **kind != Kind::Transaction);
        all.extend(others.map(|kind| Self::Resources(*kind)));
        all
    }
}

impl ReadRow<'_> {
    /// The position of the command that it is of; `None` for what commands change.
    #[must_use]
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Resource(_) | Self::Instruction(..) => None,
            Self::Leg(it) => Some(it.position),
            Self::Entry(it) => Some(it.position),
            Self::Event(it) => Some(it.position),
            Self::Audit(it) => Some(it.position),
            Self::Key(_, _, position) => Some(*position),
        }
    }

    /// Which part it is in.
    #[must_use]
    pub const fn part(&self) -> ReadPart {
        match self {
            Self::Resource(it) => ReadPart::Resources(it.kind),
            Self::Instruction(..) => ReadPart::Instructions,
            Self::Leg(_) => ReadPart::Legs,
            Self::Entry(_) => ReadPart::Entries,
            Self::Event(_) => ReadPart::Events,
            Self::Audit(_) => ReadPart::AuditRecords,
            Self::Key(..) => ReadPart::Keys,
        }
    }

    /// What a read model must have of a command.
    pub fn of_command(committed: &Committed, each: &mut EachRow<'_>) {
        let Committed { position, command, audit, entry } = committed;
        let (position, platform) = (*position, command.platform);
        if let Some(caller) = &command.idempotency {
            each(&ReadRow::Key(caller.scope, &caller.key, position));
        }
        each(&ReadRow::Audit(AuditRow {
            position,
            platform,
            seq: audit.seq,
            id: audit.id,
            created_at: audit.created_at.micros(),
            actor: &audit.actor.to_string(),
            address: &audit.address,
            request_id: &audit.request_id,
            command: &audit.command,
            outcome: &audit.outcome,
        }));
        for (place, touched) in (0..).zip(&audit.touched) {
            each(&ReadRow::Event(EventColumns {
                position,
                platform,
                seq: audit.seq,
                place,
                id: touched.event,
                created_at: audit.created_at.micros(),
                request_id: &audit.request_id,
                event_type: &touched.event_type(),
                kind: touched.kind.code(),
                resource: touched.id,
                version: touched.version,
                from: touched.from.as_deref(),
                to: &touched.to,
            }));
        }
        if let Some(entry) = entry {
            each(&ReadRow::Entry(EntryRow::of(position, entry)));
            for (place, written) in (0..).zip(&entry.legs) {
                let asset = written.leg.amount.asset();
                each(&ReadRow::Leg(LegRow::of((position, place), entry, (written, &asset))));
            }
        }
    }

    /// What a read model must have of a resource as it is now; nothing of what nobody lists.
    ///
    /// # Errors
    ///
    /// [`Fault::Corrupt`] if it cannot be written; no resource of ours is such.
    pub fn of_resource(
        platform: PlatformId,
        resource: &Resource,
        each: &mut EachRow<'_>,
    ) -> Result<(), Fault> {
        let body = |resource| codec::encode("read model", resource);
        if let Resource::Instruction(it) = resource {
            each(&ReadRow::Instruction(platform, it.id, &body(resource)?));
        }
        let Some(Visible { kind, id, status, meta }) = resource.visible() else { return Ok(()) };
        each(&ReadRow::Resource(ResourceRow {
            platform,
            kind,
            id,
            version: meta.version,
            status,
            subtype: Facts::subtype_of(resource),
            external_id: meta.external_id.as_deref(),
            created_at: meta.created_at.micros(),
            updated_at: meta.updated_at.micros(),
            body: &body(resource)?,
        }));
        Ok(())
    }
}

impl EntryRow {
    const fn of(position: u64, entry: &Entry) -> Self {
        Self {
            position,
            platform: entry.platform,
            seq: entry.seq,
            id: entry.id,
            transaction: entry.transaction,
            transition_no: entry.transition_no as u64,
            created_at: entry.created_at.micros(),
            effective_at: entry.effective_at.micros(),
        }
    }
}

impl<'r> LegRow<'r> {
    fn of(
        (position, place): (u64, u64),
        entry: &Entry,
        (written, asset): (&LegAfter, &'r Asset),
    ) -> Self {
        let LegAfter { leg, after, version } = written;
        Self {
            position,
            place,
            platform: entry.platform,
            account: leg.account,
            version: *version,
            seq: entry.seq,
            entry: entry.id,
            transaction: entry.transaction,
            created_at: entry.created_at.micros(),
            effective_at: entry.effective_at.micros(),
            direction: leg.direction.code(),
            layer: leg.layer.code(),
            asset: asset.code(),
            asset_scale: u64::from(asset.scale()),
            asset_kind: kind_of_asset(asset.kind()),
            amount: leg.amount.minor(),
            debits_pending: after.debits_pending,
            debits_posted: after.debits_posted,
            credits_pending: after.credits_pending,
            credits_posted: after.credits_posted,
        }
    }
}

/// The word for a kind of asset. Never renamed.
#[must_use]
pub const fn kind_of_asset(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Fiat => "fiat",
        AssetKind::Crypto => "crypto",
        AssetKind::Points => "points",
    }
}
