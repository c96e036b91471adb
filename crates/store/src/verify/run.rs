//! One verification from its first page to its report.
//!
//! Order matters: commands first, then rows, then the read model, so that what moved meanwhile is
//! known by the commands after the position. Start at [`Run::commands`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use ledger::{Chart, PlatformId};
use money::Asset;
use payments::Resource;

use super::accounts::{Folds, counter_words};
use super::chains::{self, Digests};
use super::closer::Closer;
use super::histories::{Histories, History};
use super::item::Subject;
use super::keys::{self, Keys};
use super::read_model::{self, Model, is_newer};
use super::recent::{Checkpoint, Recent};
use super::report::{
    Checked, Difference, Findings, Invariant, Progress, Report, Row, Stage, not_checked,
};
use super::rows;
use super::sums::{Sink, Sums};
use super::terms;
use super::totals::Books;
use super::walk::{self, Looks, Range, Stopped};
use crate::fault::Fault;
use crate::hex::hex;
use crate::read_rows::ReadRows;
use crate::reads::{TrialBalance, TrialBalanceRow};
use crate::rows::{Committed, Head};
use crate::truth::Journal;

/// The groups of one closer look: a thirty-second of all subjects are kept one by one at a time.
const GROUPS_AT_ONCE: usize = 2_048;

/// A difference that stands unless a later command moved its subject.
type Doubt = (Subject, Difference);

/// What each of two readers keeps for itself.
#[derive(Default)]
struct Beside {
    sums: Sums,
    /// Only for the internal accounts.
    histories: Histories,
    /// Whether there is a read model to compare with.
    with_model: bool,
}

/// What one row alone says.
struct Looked {
    digests: Digests,
    key: Option<u64>,
}

impl Beside {
    fn look(&mut self, committed: &Committed) -> Looked {
        terms::of_command(committed, &mut self.histories, &mut self.sums);
        if self.with_model {
            read_model::of_command(committed, &mut self.sums);
        }
        let key = committed.command.idempotency.as_ref().map(keys::hash);
        Looked { digests: Digests::of(committed), key }
    }
}

/// A verification in progress.
pub(super) struct Run<'r> {
    pub(super) position: u64,
    pub(super) model: Option<Model<'r>>,
    /// The position of the last command that was read, and the last that there was.
    last: u64,
    reached: u64,
    /// Why keys could not be kept.
    fault: Option<Fault>,
    pub(super) histories: Histories,
    pub(super) folds: Folds,
    books: Books,
    keys: Keys,
    sums: Sums,
    pub(super) offsets: HashMap<PlatformId, i64>,
    trial: BTreeMap<(Chart, Asset), TrialBalanceRow>,
    checked: Checked,
    pub(super) findings: Findings,
    pub(super) doubts: Vec<Doubt>,
    /// Whether every resource could be read.
    whole: bool,
    /// After which position commands are read.
    pub(super) from: u64,
    /// What they touched, where only what is new is looked at.
    pub(super) recent: Option<Recent>,
}

impl<'r> Run<'r> {
    pub(super) fn new(position: u64, reads: Option<&'r dyn ReadRows>) -> Self {
        Self {
            position,
            model: reads.map(|reads| Model { reads, at: position }),
            last: 0,
            reached: 0,
            fault: None,
            histories: Histories::default(),
            folds: Folds::default(),
            books: Books::default(),
            keys: Keys::default(),
            sums: Sums::default(),
            offsets: HashMap::new(),
            trial: BTreeMap::new(),
            checked: Checked::default(),
            findings: Findings::default(),
            doubts: Vec::new(),
            whole: true,
            from: 0,
            recent: None,
        }
    }

    /// One that goes on from where another one ended.
    pub(super) fn since(
        checkpoint: Checkpoint,
        position: u64,
        reads: Option<&'r dyn ReadRows>,
    ) -> Self {
        let Checkpoint { position: from, histories, folds } = checkpoint;
        Self {
            last: from,
            reached: from,
            from,
            histories: Histories::from(histories),
            folds: Folds::from(folds),
            recent: Some(Recent::default()),
            ..Self::new(position, reads)
        }
    }

    /// Reads every command up to the position.
    pub(super) fn commands(
        &mut self,
        journal: &mut dyn Journal,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Fault> {
        let (from, until) = (self.from, self.position);
        let of = Some(until.saturating_sub(from));
        let mut page = |done| progress(Progress { stage: Stage::Commands, done, of });
        let beside = || Beside { with_model: self.model.is_some(), ..Beside::default() };
        let (mut one, mut other) = (beside(), beside());
        let looks = Looks {
            beside: &|committed, own: &mut Beside| own.look(committed),
            in_turn: &mut |range, looked| self.range(range, looked),
        };
        walk::by_two(journal, (from, until), looks, (&mut one, &mut other), &mut page)?;
        for own in [one, other] {
            self.sums.merge(&own.sums);
        }
        let last = self.reached;
        if last != self.position || self.last != last {
            self.findings.add(Difference {
                invariant: Invariant::Order,
                platform: String::new(),
                row: "the last command".to_owned(),
                expected: format!("position {}", self.position),
                found: format!("position {}", self.last),
            });
        }
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let keys = std::mem::take(&mut self.keys);
        self.checked.keys = keys.count();
        keys.check(journal, self.position, &mut self.findings)
    }

    fn unreadable(&mut self, invariant: Invariant, row: String, detail: String) {
        let (platform, expected) = (String::new(), "a row that can be read".to_owned());
        self.findings.add(Difference { invariant, platform, row, expected, found: detail });
    }

    fn range(&mut self, range: &Range, looked: &[Looked]) {
        for (position, row) in &range.unreadable {
            let name = format!("{}: the row at position {position}", row.table);
            self.unreadable(Invariant::JournalUnchanged, name, row.detail.clone());
            self.reached = self.reached.max(*position);
        }
        for (committed, looked) in range.rows.iter().zip(looked) {
            self.reached = self.reached.max(committed.position);
            if let Err(fault) = self.command(committed, looked) {
                self.fault.get_or_insert(fault);
            }
        }
    }

    fn command(&mut self, committed: &Committed, looked: &Looked) -> Result<(), Fault> {
        let Committed { position, command, audit, entry } = committed;
        let (platform, next) = (command.platform, self.last.saturating_add(1));
        let row = Row { platform, name: &|| format!("command seq {}", command.seq) };
        let positions = (&next, position);
        self.findings.same(Invariant::Order, &row, positions, |at| format!("position {at}"));
        self.last = *position;
        let digests = (committed, &looked.digests);
        chains::check(digests, &mut self.histories, &mut self.findings);
        for touched in &audit.touched {
            rows::check_step(platform, (audit.seq, touched), &mut self.findings);
        }
        if let Some(entry) = entry {
            self.folds.take(entry, platform, (&mut self.histories, &mut self.findings));
            self.checked.entries += 1;
            self.checked.legs += count(entry.legs.len());
        }
        if let Some(key) = looked.key {
            self.keys.add(key)?;
        }
        if let Some(recent) = &mut self.recent {
            recent.take(committed, &mut self.findings);
        }
        self.checked.audit += 1;
        self.checked.events += count(audit.touched.len());
        Ok(())
    }

    /// Reads every resource, and compares it with what the commands said of it.
    pub(super) fn resources(
        &mut self,
        journal: &mut dyn Journal,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Fault> {
        let mut page = |done| progress(Progress { stage: Stage::Resources, done, of: None });
        let each: &mut walk::Each<'_, _> =
            &mut |(platform, resource)| self.resource(*platform, resource);
        if let Some(Stopped { after, row }) = walk::resources(journal, each, &mut page)? {
            let after = after.map_or_else(String::new, |after| format!(" after {after:?}"));
            let name = format!("{}: the row{after}", row.table);
            self.unreadable(Invariant::Events, name, row.detail);
            // What was not read cannot be missed.
            self.whole = false;
            return Ok(());
        }
        for (platform, account) in self.folds.without_row() {
            let subject = Subject { platform, id: *account.as_bytes() };
            let of = (Invariant::Counters, platform);
            let row = format!("account {account}");
            self.doubts
                .push((subject, Difference::new(of, row, "a row, as it has legs", "no row")));
        }
        self.books.check(&mut self.findings);
        Ok(())
    }

    fn resource(&mut self, platform: PlatformId, resource: &Resource) -> Result<(), Fault> {
        let Some(history) = self.histories.get(platform) else {
            let subject = Subject { platform, id: *platform.as_bytes() };
            let of = (Invariant::Events, platform);
            let row = rows::named(resource);
            let found = "a row of a platform without commands";
            self.doubts.push((subject, Difference::new(of, row, "no row", found)));
            return Ok(());
        };
        if is_newer(resource, history) {
            return Ok(());
        }
        rows::check(platform, resource, (&mut self.histories, &mut self.findings));
        if let Resource::Account(account) = resource {
            let of = &account.ledger;
            let subject = Subject { platform, id: *of.id.as_bytes() };
            let doubts = self.folds.compare(platform, of);
            self.doubts.extend(doubts.into_iter().map(|doubt| (subject, doubt)));
            if let Some(fold) = self.folds.get((platform, of.id)) {
                self.books.add(platform, (of.chart, of.asset), &fold.counters);
            }
            TrialBalance::add(&mut self.trial, (of.chart, of.asset), &of.counters)?;
            self.checked.accounts += 1;
        }
        if let Resource::Platform(it) = resource {
            self.offsets.insert(platform, it.clock_offset_micros);
        }
        terms::of_resource(platform, resource, &mut self.sums);
        if self.model.is_some() {
            read_model::of_resource(platform, resource, &mut self.sums)?;
        }
        Ok(())
    }

    /// Reads the read model, if there is one to compare with.
    pub(super) fn read_model(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), Fault> {
        let Some(model) = self.model.filter(|_| self.whole) else { return Ok(()) };
        let mut page = |done| progress(Progress { stage: Stage::ReadModel, done, of: None });
        model.add_by_two(&self.histories, (&mut self.sums, &mut page))
    }

    /// Reads everything again for the groups that did not cancel, to name the rows.
    pub(super) fn look_closer(
        &mut self,
        journal: &mut dyn Journal,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Fault> {
        self.settle(journal)?;
        let mut unequal = if self.whole { self.sums.unequal() } else { BTreeSet::new() };
        let (mut done, of) = (0, Some(count(unequal.len())));
        while !unequal.is_empty() && !self.findings.is_full() {
            let groups: BTreeSet<usize> = unequal.iter().copied().take(GROUPS_AT_ONCE).collect();
            let mut closer = Closer::new(&groups);
            self.statements(journal, &mut closer)?;
            self.doubts = closer.differences();
            self.settle(journal)?;
            unequal.retain(|group| !groups.contains(group));
            done += count(groups.len());
            progress(Progress { stage: Stage::CloserLook, done, of });
        }
        Ok(())
    }

    /// All statements once more, into another sink.
    fn statements(&mut self, journal: &mut dyn Journal, sink: &mut impl Sink) -> Result<(), Fault> {
        let (histories, model) = (&mut self.histories, self.model);
        let each: &mut walk::Each<'_, _> = &mut |committed| {
            terms::of_command(committed, histories, sink);
            if model.is_some() {
                read_model::of_command(committed, sink);
            }
            Ok(())
        };
        walk::commands(journal, (0, self.position), each, &mut |_| {})?;
        let each: &mut walk::Each<'_, _> = &mut |(platform, resource)| {
            let Some(history) = histories.get(*platform) else { return Ok(()) };
            if is_newer(resource, history) {
                return Ok(());
            }
            terms::of_resource(*platform, resource, sink);
            match model {
                Some(_) => read_model::of_resource(*platform, resource, sink),
                None => Ok(()),
            }
        };
        walk::resources(journal, each, &mut |_| {})?;
        let Some(model) = model else { return Ok(()) };
        model.add_all(&self.histories, sink)
    }

    /// Turns doubts into findings, but for subjects that a command after the position moved.
    fn settle(&mut self, journal: &mut dyn Journal) -> Result<(), Fault> {
        let doubts = std::mem::take(&mut self.doubts);
        if doubts.is_empty() {
            return Ok(());
        }
        let now = journal.last_position()?;
        let doubted: HashSet<Subject> = doubts.iter().map(|(subject, _)| *subject).collect();
        let mut moved = HashSet::new();
        let each: &mut walk::Each<'_, _> = &mut |committed| {
            moved.extend(subjects(committed).into_iter().filter(|it| doubted.contains(it)));
            Ok(())
        };
        walk::commands(journal, (self.position, now), each, &mut |_| {})?;
        for (subject, difference) in doubts {
            if !moved.contains(&subject) {
                self.findings.add(difference);
            }
        }
        Ok(())
    }

    /// Compares heads and totals, and reports.
    pub(super) fn end(mut self, journal: &mut dyn Journal) -> Result<Report, Fault> {
        self.heads(&journal.heads()?);
        self.settle(journal)?;
        if self.whole && self.recent.is_none() && journal.last_position()? == self.position {
            self.trial_balance()?;
        }
        let differences = self.findings.into_differences();
        let ok = differences.is_empty();
        let checkpoint = Checkpoint {
            position: self.position,
            histories: self.histories.into_all(),
            folds: self.folds.into_all(),
        };
        Ok(Report {
            ok,
            since_position: self.from,
            as_of_position: self.position,
            checked: self.checked,
            differences,
            not_checked: not_checked(),
            seconds: Duration::ZERO,
            checkpoint: ok.then_some(checkpoint),
        })
    }

    /// Invariant 9: a head is where its platform's history ends.
    fn heads(&mut self, heads: &[Head]) {
        let of: HashMap<PlatformId, &Head> =
            heads.iter().map(|head| (head.platform, head)).collect();
        for platform in self.histories.platforms() {
            let Some(history) = self.histories.get(platform) else { continue };
            let expected = Some(head_words(history, self.offsets.get(&platform)));
            let found = of.get(&platform).map(|head| {
                let Head { seq, created_at, audit_hash, entry_hash, .. } = **head;
                let history = History { seq, created_at, audit_hash, entry_hash };
                let offset = self.offsets.get(&platform).map(|_| &head.clock_offset_micros);
                head_words(&history, offset)
            });
            self.head_doubt(platform, (expected, found));
        }
        for head in heads.iter().filter(|head| self.histories.get(head.platform).is_none()) {
            self.doubts.push((
                Subject { platform: head.platform, id: *head.platform.as_bytes() },
                Difference::new(
                    (Invariant::Chains, head.platform),
                    format!("head of {}", head.platform),
                    "no head, as there are no commands",
                    format!("a head at seq {}", head.seq),
                ),
            ));
        }
    }

    fn head_doubt(&mut self, platform: PlatformId, both: (Option<String>, Option<String>)) {
        if both.0 == both.1 {
            return;
        }
        let [expected, found] =
            [both.0, both.1].map(|words| words.unwrap_or_else(|| "nothing".to_owned()));
        let of = (Invariant::Chains, platform);
        let difference = Difference::new(of, format!("head of {platform}"), expected, found);
        self.doubts.push((Subject { platform, id: *platform.as_bytes() }, difference));
    }

    /// The read model's sums over all accounts, where nothing has moved since.
    fn trial_balance(&mut self) -> Result<(), Fault> {
        let Some(model) = self.model else { return Ok(()) };
        let found = model.reads.trial_balance(model.at, None, None)?;
        if found.position != self.position {
            return Ok(());
        }
        let rows = |rows: &mut dyn Iterator<Item = &TrialBalanceRow>| {
            let of = rows.map(|row| ((row.chart, row.asset), (row.counters, row.accounts)));
            of.collect::<BTreeMap<_, _>>()
        };
        let (expected, found) = (rows(&mut self.trial.values()), rows(&mut found.rows.iter()));
        let all: BTreeSet<_> = expected.keys().chain(found.keys()).copied().collect();
        for (chart, asset) in all {
            let name = || format!("read model: trial balance of {chart} in {asset}");
            let row = Row { platform: payments::OPERATOR, name: &name };
            let both = (&expected.get(&(chart, asset)), &found.get(&(chart, asset)));
            self.findings.same(Invariant::Counters, &row, both, |of| match of {
                Some((counters, accounts)) => {
                    format!("{accounts} accounts: {}", counter_words(counters))
                }
                None => "no row".to_owned(),
            });
        }
        Ok(())
    }
}

/// Everything that a command may have moved.
fn subjects(committed: &Committed) -> Vec<Subject> {
    let platform = committed.command.platform;
    let of = |id: [u8; 16]| Subject { platform, id };
    let mut subjects = vec![of(*platform.as_bytes())];
    subjects.extend(committed.audit.touched.iter().map(|touched| of(touched.id)));
    if let Some(entry) = &committed.entry {
        subjects.push(of(*entry.transaction.as_bytes()));
        subjects.extend(entry.legs.iter().map(|written| of(*written.leg.account.as_bytes())));
    }
    subjects
}

fn head_words(history: &History, offset: Option<&i64>) -> String {
    let History { seq, created_at, audit_hash, entry_hash } = history;
    let offset = offset.map(|micros| format!(", clock {micros} µs ahead")).unwrap_or_default();
    format!(
        "seq {seq}, created at {} µs{offset}, audit {}, entry {}",
        created_at.micros(),
        hex(audit_hash),
        hex(entry_hash)
    )
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
