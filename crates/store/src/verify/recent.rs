//! What came since a clean verification: its commands, and each row that they touched, one by one.
//!
//! What a command alone and its platform's chains can say is checked as in a whole verification, from
//! the checkpoint's heads and counters on. Rows that nothing touched since are not read, and sums over
//! all rows are not made: those are for the whole one. Start at [`verify_since`].

use std::collections::BTreeMap;

use ledger::{AccountId, PlatformId};
use payments::audit::Touched;
use payments::resources::Kind;
use payments::{Key, Resource};
use serde::{Deserialize, Serialize};

use super::accounts::Fold;
use super::histories::History;
use super::item::Subject;
use super::report::{Difference, Findings, Invariant, Progress, Report, Stage};
use super::run::Run;
use super::{rows, walk};
use crate::codec;
use crate::facts::key_of;
use crate::fault::Fault;
use crate::read_rows::ReadRows;
use crate::reads::{EventRow, Reads};
use crate::rows::Committed;
use crate::truth::Journal;

/// Where a clean verification ended: what the next one goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub(super) position: u64,
    pub(super) histories: Vec<(PlatformId, History)>,
    pub(super) folds: Vec<((PlatformId, AccountId), Fold)>,
}

impl Checkpoint {
    /// As it is kept.
    ///
    /// # Errors
    ///
    /// [`Fault::Corrupt`] if it cannot be written; none of ours is such.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        codec::encode("the checkpoint", self)
    }

    /// Of the bytes that [`to_bytes`](Self::to_bytes) made.
    ///
    /// # Errors
    ///
    /// [`Fault::Corrupt`] if they are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        codec::decode("the checkpoint", bytes)
    }
}

/// Checks what came since `checkpoint`: the commands, the rows they touched, and what the read model, if
/// it is given, has of both.
///
/// # Errors
///
/// [`Fault`] when a store cannot answer, or a row cannot be read at all.
pub fn verify_since(
    journal: &mut dyn Journal,
    reads: Option<&dyn ReadRows>,
    checkpoint: Checkpoint,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Fault> {
    let position = journal.last_position()?;
    let mut run = Run::since(checkpoint, position, reads);
    run.commands(journal, progress)?;
    run.touched_rows(journal, progress)?;
    run.end(journal)
}

/// What the new commands touched.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// A hold and its transaction have one id.
    touched: BTreeMap<(Subject, Kind), Reached>,
    /// Accounts that have new legs.
    pub(super) accounts: BTreeMap<(PlatformId, AccountId), ()>,
}

/// Where the events of a resource led.
#[derive(Debug)]
struct Reached {
    version: u64,
    status: String,
}

impl Recent {
    /// Notes what a command touched. Invariant 15: each event leads on from the one before.
    pub(super) fn take(&mut self, committed: &Committed, findings: &mut Findings) {
        let platform = committed.command.platform;
        for touched in &committed.audit.touched {
            let Touched { kind, id, version, from, to, .. } = touched;
            let reached = Reached { version: *version, status: to.clone() };
            let before = self.touched.insert((Subject { platform, id: *id }, *kind), reached);
            let Some(before) = before else { continue };
            let leads = (Some(version.wrapping_sub(1)), from.as_deref());
            if leads != (Some(before.version), Some(before.status.as_str())) {
                findings.add(Difference::new(
                    (Invariant::Events, platform),
                    format!("{} {}", kind.code(), payments::id_text(*kind, *id)),
                    format!("an event from version {}, {}", before.version, before.status),
                    format!("one to version {version}, from {from:?}"),
                ));
            }
        }
        let legs = committed.entry.iter().flat_map(|entry| &entry.legs);
        self.accounts.extend(legs.map(|written| ((platform, written.leg.account), ())));
    }

    /// Every resource touched, and every account with legs, with where its events led.
    fn keys(&self) -> BTreeMap<(PlatformId, Key), Option<&Reached>> {
        let touched = self.touched.iter().map(|((subject, kind), reached)| {
            ((subject.platform, key_of(*kind, subject.id)), Some(reached))
        });
        let accounts = self.accounts.keys();
        let mut keys: BTreeMap<_, _> =
            accounts.map(|(platform, id)| ((*platform, Key::Account(*id)), None)).collect();
        keys.extend(touched);
        keys
    }
}

impl Run<'_> {
    /// Compares each touched row with its events and legs, and the read model with all that is new.
    fn touched_rows(
        &mut self,
        journal: &mut dyn Journal,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Fault> {
        let recent = self.recent.take().unwrap_or_default();
        let keys = recent.keys();
        let of = u64::try_from(keys.len()).ok();
        for (done, ((platform, key), reached)) in (1..).zip(keys) {
            let row = journal.resource(platform, &key)?;
            self.touched_row((platform, &key), row.as_ref(), reached);
            if let (Some(model), Some(row)) = (self.model, &row) {
                let found = model.reads.resource(model.at, platform, &key)?;
                self.same_in_model((platform, row), found.as_ref());
            }
            progress(Progress { stage: Stage::Resources, done, of });
        }
        self.recent = Some(recent);
        let Some(model) = self.model else { return Ok(()) };
        let (from, mut found) = (self.from, Findings::default());
        let each: &mut walk::Each<'_, _> =
            &mut |committed| in_model((model.reads, model.at), committed, &mut found);
        let mut page = |done| progress(Progress { stage: Stage::ReadModel, done, of: None });
        walk::commands(journal, (from, self.position), each, &mut page)?;
        for difference in found.into_differences() {
            self.findings.add(difference);
        }
        Ok(())
    }

    fn touched_row(
        &mut self,
        (platform, key): (PlatformId, &Key),
        row: Option<&Resource>,
        reached: Option<&Reached>,
    ) {
        let Some(row) = row else {
            self.doubt(platform, key, "a row, as commands touched it", "no row".to_owned());
            return;
        };
        rows::check(platform, row, (&mut self.histories, &mut self.findings));
        if let (Some(reached), Some(visible)) = (reached, row.visible()) {
            let (version, status) = (visible.meta.version, visible.status);
            if (version, status) != (reached.version, reached.status.as_str()) {
                let expected = format!("version {}, {}", reached.version, reached.status);
                self.doubt(platform, key, expected, format!("version {version}, {status}"));
            }
        }
        if let Resource::Account(account) = row {
            let subject = Subject { platform, id: *account.ledger.id.as_bytes() };
            let doubts = self.folds.compare(platform, &account.ledger);
            self.doubts.extend(doubts.into_iter().map(|doubt| (subject, doubt)));
        }
        if let Resource::Platform(it) = row {
            self.offsets.insert(platform, it.clock_offset_micros);
        }
    }

    fn same_in_model(
        &mut self,
        (platform, row): (PlatformId, &Resource),
        found: Option<&Resource>,
    ) {
        if found != Some(row) {
            let words = |of: Option<&Resource>| match of.and_then(Resource::visible) {
                Some(it) => {
                    format!("version {}, {}, as its command left it", it.meta.version, it.status)
                }
                None => "no such row".to_owned(),
            };
            let difference = Difference::new(
                (Invariant::Events, platform),
                format!("read model: {}", rows::named(row)),
                words(Some(row)),
                found.map_or_else(|| words(None), |_| "another one".to_owned()),
            );
            let id = row.visible().map_or([0; 16], |it| it.id);
            self.doubts.push((Subject { platform, id }, difference));
        }
    }

    fn doubt(
        &mut self,
        platform: PlatformId,
        key: &Key,
        expected: impl Into<String>,
        found: String,
    ) {
        let (id, row) = match id_of(key) {
            Some((kind, id)) => (id, format!("{} {}", kind.code(), payments::id_text(kind, id))),
            None => ([0; 16], format!("{key:?}")),
        };
        let of = (Invariant::Events, platform);
        self.doubts.push((Subject { platform, id }, Difference::new(of, row, expected, found)));
    }
}

fn id_of(key: &Key) -> Option<(Kind, [u8; 16])> {
    Some(match key {
        Key::Platform(id) => (Kind::Platform, *id.as_bytes()),
        Key::ApiKey(id) => (Kind::ApiKey, *id.as_bytes()),
        Key::Role(id) => (Kind::Role, *id.as_bytes()),
        Key::Customer(id) => (Kind::Customer, *id.as_bytes()),
        Key::Person(id) => (Kind::Person, *id.as_bytes()),
        Key::Account(id) => (Kind::Account, *id.as_bytes()),
        Key::BankAccount(id) => (Kind::BankAccount, *id.as_bytes()),
        Key::Transaction(id) => (Kind::Transaction, *id.as_bytes()),
        Key::Hold(id) => (Kind::Hold, *id.as_bytes()),
        Key::Refund(id) => (Kind::Refund, *id.as_bytes()),
        Key::Instruction(_) | Key::Window(..) | Key::Name(..) => return None,
    })
}

/// What the read model has of one command, asked for as readers ask.
fn in_model(
    (reads, at): (&dyn Reads, u64),
    committed: &Committed,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let Committed { command, audit, entry, .. } = committed;
    let platform = command.platform;
    let mut lacks = |invariant, row: String, is_there: bool| {
        if !is_there {
            let expected = "as its command has it";
            let of = (invariant, platform);
            findings.add(Difference::new(of, format!("read model: {row}"), expected, "not so"));
        }
    };
    if let Some(caller) = &command.idempotency {
        let found = reads.command_by_key(at, caller.scope, &caller.key)?;
        let row = format!("key {:?} (seq {})", caller.key, command.seq);
        lacks(Invariant::Keys, row, found.as_ref() == Some(command));
    }
    let found = reads.audit_record(at, platform, audit.id)?;
    lacks(Invariant::Chains, format!("audit {}", audit.id), found.as_ref() == Some(audit));
    for (index, touched) in (0..).zip(&audit.touched) {
        let event = EventRow {
            seq: audit.seq,
            index,
            created_at: audit.created_at,
            request_id: audit.request_id.clone(),
            touched: touched.clone(),
            answer: command.body.clone(),
        };
        let found = reads.event(at, platform, touched.event)?;
        lacks(Invariant::Events, format!("event {}", touched.event), found == Some(event));
    }
    let Some(entry) = entry else { return Ok(()) };
    let found = reads.entries_of(at, platform, entry.transaction)?;
    let row = format!("entries of {}", entry.transaction);
    lacks(Invariant::Transitions, row, found.contains(entry));
    for written in &entry.legs {
        let of = (platform, written.leg.account);
        let page = reads.legs_of(at, of, written.version.checked_add(1), 1)?;
        let is_there = page.items.first().is_some_and(|leg| {
            (leg.seq, leg.entry, leg.amount) == (entry.seq, entry.id, written.leg.amount)
                && (leg.direction, leg.layer) == (written.leg.direction, written.leg.layer)
                && (leg.after, leg.version) == (written.after, written.version)
        });
        lacks(Invariant::Counters, format!("legs of account {}", of.1), is_there);
    }
    Ok(())
}
