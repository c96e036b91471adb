//! What a verification says: counts, differences by invariant and row, and what it cannot check yet.

use std::time::Duration;

use ledger::PlatformId;
use serde::{Serialize, Serializer};

use super::DIFFERENCES_MAX;
use super::recent::Checkpoint;

/// What was checked, and what disagreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing disagreed.
    pub ok: bool,
    /// The position after which commands were read: 0 where everything was.
    pub since_position: u64,
    /// The position up to which the truth was read.
    pub as_of_position: u64,
    /// How much was read.
    pub checked: Checked,
    /// What disagreed, at most [`DIFFERENCES_MAX`] and a note on the rest.
    pub differences: Vec<Difference>,
    /// What no row can show yet.
    pub not_checked: Vec<NotChecked>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: Duration,
    /// What the next verification can go on from; `None` if there are differences.
    #[serde(skip)]
    pub checkpoint: Option<Checkpoint>,
}

impl Report {
    /// The report on an export whose line `line` is not the one that was written: nothing else of it
    /// was looked at.
    #[must_use]
    pub fn of_broken_line(line: u64, why: &str) -> Self {
        Self {
            ok: false,
            since_position: 0,
            as_of_position: 0,
            checked: Checked::default(),
            differences: vec![Difference {
                invariant: Invariant::JournalUnchanged,
                platform: String::new(),
                row: format!("line {line} of the export"),
                expected: "the line that was written".to_owned(),
                found: why.to_owned(),
            }],
            not_checked: not_checked(),
            seconds: Duration::ZERO,
            checkpoint: None,
        }
    }

    /// Says how long it took; there is no clock here.
    pub const fn set_seconds(&mut self, took: Duration) {
        self.seconds = took;
    }
}

fn seconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(took.as_secs_f64())
}

/// How many rows were checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Journal entries.
    pub entries: u64,
    /// Their legs.
    pub legs: u64,
    /// Account rows.
    pub accounts: u64,
    /// Idempotency keys.
    pub keys: u64,
    /// Audit records, one a stored command.
    pub audit: u64,
    /// Events.
    pub events: u64,
}

/// One row that does not agree with the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which invariant it breaks.
    pub invariant: Invariant,
    /// Whose row; empty if it is nobody's alone.
    pub platform: String,
    /// Which row.
    pub row: String,
    /// What the other rows say.
    pub expected: String,
    /// What this one says.
    pub found: String,
}

/// Something that was not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotChecked {
    /// Which invariant.
    pub invariant: Invariant,
    /// Why not.
    pub why: &'static str,
}

/// The invariants by their numbers in the model of money; serialised as that number.
///
/// A row of the read model is named under the invariant that it shows broken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// 1: debits equal credits, per entry, asset and layer.
    Balanced,
    /// 2: rows of the journal never change.
    JournalUnchanged,
    /// 3: counters are the fold of the legs.
    Counters,
    /// 4: no liability account is overdrawn.
    NotOverdrawn,
    /// 5: a hold resolves once, within what was reserved.
    HoldsResolveOnce,
    /// 6: a transaction's entries are numbered without gaps, each number once.
    Transitions,
    /// 7: a refused command changes nothing but its own record.
    RefusalsChangeNothing,
    /// 8: seq has no gaps and created_at increases.
    Order,
    /// 9: the hash chains are whole.
    Chains,
    /// 10: an asset's scale never changes.
    Assets,
    /// 11: an escrow's parts are its whole.
    Escrow,
    /// 12: refunds stay within what was captured.
    Refunds,
    /// 13: what is owed is what is safeguarded and in clearing.
    Safeguarding,
    /// 14: clearing accounts hold what is in flight, nothing else.
    Clearing,
    /// 15: every change of status has its audit record and its event.
    Events,
    /// 16: one key, one command, one answer.
    Keys,
    /// 17: no card number outside the vault.
    CardNumbers,
}

impl Invariant {
    /// Its number in the model of money.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Balanced => 1,
            Self::JournalUnchanged => 2,
            Self::Counters => 3,
            Self::NotOverdrawn => 4,
            Self::HoldsResolveOnce => 5,
            Self::Transitions => 6,
            Self::RefusalsChangeNothing => 7,
            Self::Order => 8,
            Self::Chains => 9,
            Self::Assets => 10,
            Self::Escrow => 11,
            Self::Refunds => 12,
            Self::Safeguarding => 13,
            Self::Clearing => 14,
            Self::Events => 15,
            Self::Keys => 16,
            Self::CardNumbers => 17,
        }
    }
}

impl Serialize for Invariant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being read.
    pub stage: Stage,
    /// How many rows of it were read.
    pub done: u64,
    /// Of how many, where that is known.
    pub of: Option<u64>,
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The commands with their entries and audit records.
    Commands,
    /// The resources.
    Resources,
    /// The read model.
    ReadModel,
    /// The rows that did not agree, once more.
    CloserLook,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Resources => "resources",
            Self::ReadModel => "read_model",
            Self::CloserLook => "closer_look",
        }
    }
}

/// The differences as they are found, bounded.
#[derive(Debug, Default)]
pub(super) struct Findings {
    listed: Vec<Difference>,
    more: u64,
}

/// A row before it is put into words: the words cost, and nearly all rows agree.
pub(super) struct Row<'r> {
    pub(super) platform: PlatformId,
    pub(super) name: &'r dyn Fn() -> String,
}

impl Findings {
    /// Whether no more differences are listed.
    pub(super) const fn is_full(&self) -> bool {
        self.listed.len() >= DIFFERENCES_MAX
    }

    pub(super) fn add(&mut self, difference: Difference) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.listed.push(difference);
        }
    }

    /// Notes a difference unless both sides are equal.
    pub(super) fn same<T: PartialEq>(
        &mut self,
        invariant: Invariant,
        row: &Row<'_>,
        (expected, found): (&T, &T),
        words: fn(&T) -> String,
    ) {
        if expected != found {
            self.add(Difference::new(
                (invariant, row.platform),
                (row.name)(),
                words(expected),
                words(found),
            ));
        }
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        let Self { mut listed, more } = self;
        let of = listed.last().map(|last| last.invariant);
        if let (Some(invariant), true) = (of, more > 0) {
            listed.push(Difference {
                invariant,
                platform: String::new(),
                row: "differences not listed".to_owned(),
                expected: "0".to_owned(),
                found: more.to_string(),
            });
        }
        listed
    }
}

impl Difference {
    pub(super) fn new(
        (invariant, platform): (Invariant, PlatformId),
        row: String,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let (expected, found) = (expected.into(), found.into());
        Self { invariant, platform: platform.to_string(), row, expected, found }
    }
}

/// What is not checked, and why.
pub(super) fn not_checked() -> Vec<NotChecked> {
    vec![
        NotChecked { invariant: Invariant::Escrow, why: "there are no escrows yet" },
        NotChecked {
            invariant: Invariant::CardNumbers,
            why: "no card number is taken yet, so there is no vault to compare with",
        },
    ]
}
