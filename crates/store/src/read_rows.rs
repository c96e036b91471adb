//! The rows of a read model as something to walk through: for `verify`, which compares them with the truth.
//!
//! Every row is given by the columns that it has in every store, as they are: nothing is parsed, so a
//! word that makes no sense is a difference and not a fault. What a read model must have of a command
//! or of a resource is said here too, once. Start at [`ReadRows`] and [`ReadRow::of_command`].

use ledger::{AccountId, Entry, EntryId, LegAfter, PlatformId, TransactionId};
use money::Kind as AssetKind;
use payments::Resource;
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
    /// Where commands are.
    Commands,
    /// The requests that commands came with.
    Requests,
    /// The events of resources.
    EventsOfResources,
    /// The events of types.
    EventsOfTypes,
    /// Instructions to rails.
    Instructions,
    /// Resources of one kind.
    Resources(Kind),
}

/// Where a walk is: after the row of this key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCursor(pub Vec<Cell>);

/// A column of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "what a column may hold")]
pub enum Cell {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
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
    /// Where a command is.
    Command(CommandRow),
    /// The request that the command of a platform and seq came with.
    Request(PlatformId, u64, &'r str),
    /// An event of a resource.
    EventOfResource(EventOfResource<'r>),
    /// An event of a type: the platform, the seq and the place in its command, the type.
    EventOfType(PlatformId, (u64, u64), &'r str),
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
    pub amount: u128,
    pub debits_pending: u128,
    pub debits_posted: u128,
    pub credits_pending: u128,
    pub credits_posted: u128,
}

/// Where a command is in the truth, and how many events it has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct CommandRow {
    pub platform: PlatformId,
    pub seq: u64,
    pub created_at: i64,
    pub position: u64,
    pub events: u64,
}

/// What the events of a resource are found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the columns, under the names of what they hold")]
pub struct EventOfResource<'r> {
    pub platform: PlatformId,
    pub kind: &'r str,
    pub resource: [u8; 16],
    pub seq: u64,
    pub place: u64,
}

impl ReadPart {
    /// Every part, the longest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Legs,
            Self::Resources(Kind::Transaction),
            Self::EventsOfResources,
            Self::EventsOfTypes,
            Self::Commands,
            Self::Requests,
            Self::Instructions,
        ];
        let others = Kind::ALL.iter().filter(|kind| **kind != Kind::Transaction);
        all.extend(others.map(|kind| Self::Resources(*kind)));
        all
    }
}

impl ReadRow<'_> {
    /// The platform and seq of the command that it is of; `None` for what commands change.
    #[must_use]
    pub const fn command(&self) -> Option<(PlatformId, u64)> {
        match self {
            Self::Resource(_) | Self::Instruction(..) => None,
            Self::Leg(it) => Some((it.platform, it.seq)),
            Self::Command(it) => Some((it.platform, it.seq)),
            Self::Request(platform, seq, _) | Self::EventOfType(platform, (seq, _), _) => {
                Some((*platform, *seq))
            }
            Self::EventOfResource(it) => Some((it.platform, it.seq)),
        }
    }

    /// Which part it is in.
    #[must_use]
    pub const fn part(&self) -> ReadPart {
        match self {
            Self::Resource(it) => ReadPart::Resources(it.kind),
            Self::Instruction(..) => ReadPart::Instructions,
            Self::Leg(_) => ReadPart::Legs,
            Self::Command(_) => ReadPart::Commands,
            Self::Request(..) => ReadPart::Requests,
            Self::EventOfResource(_) => ReadPart::EventsOfResources,
            Self::EventOfType(..) => ReadPart::EventsOfTypes,
        }
    }

    /// What a read model must have of a command.
    pub fn of_command(committed: &Committed, each: &mut EachRow<'_>) {
        let Committed { position, command, audit, entry } = committed;
        let (platform, seq) = (command.platform, audit.seq);
        each(&ReadRow::Command(CommandRow {
            platform,
            seq,
            created_at: audit.created_at.micros(),
            position: *position,
            events: audit.touched.len() as u64,
        }));
        each(&ReadRow::Request(platform, seq, &audit.request_id));
        for (place, touched) in (0..).zip(&audit.touched) {
            let kind = touched.kind.code();
            let resource = touched.id;
            each(&ReadRow::EventOfResource(EventOfResource {
                platform,
                kind,
                resource,
                seq,
                place,
            }));
            each(&ReadRow::EventOfType(platform, (seq, place), &touched.event_type()));
        }
        if let Some(entry) = entry {
            for written in &entry.legs {
                each(&ReadRow::Leg(LegRow::of(entry, written)));
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

impl LegRow<'_> {
    fn of(entry: &Entry, written: &LegAfter) -> Self {
        let LegAfter { leg, after, version } = written;
        Self {
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
