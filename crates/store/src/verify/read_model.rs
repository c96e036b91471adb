//! The statements of the read model: its resources, legs, events and audit records, page by page.
//!
//! Read up to the position of the verification; what came later is passed over. Keys have no pages in
//! the read port: each is looked up as its command is read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use ledger::{AccountId, Entry, LegAfter, PlatformId};
use payments::Resource;
use payments::resources::Kind;
use sha2::{Digest, Sha256};

use super::PAGE;
use super::accounts::Folds;
use super::histories::{Histories, History};
use super::item::{EventRow, Item, LegRow, Side, Subject};
use super::keys::key_row;
use super::report::{Difference, Findings, Invariant};
use super::sums::{Sink, Sums};
use crate::codec;
use crate::fault::Fault;
use crate::reads::{AccountLeg, AuditQuery, Filter, ListQuery, Reads};
use crate::rows::{Committed, StoredCommand};

/// The read model at a position.
#[derive(Clone, Copy)]
pub(super) struct Model<'r> {
    pub(super) reads: &'r dyn Reads,
    pub(super) at: u64,
}

/// What the read model must have of a command.
pub(super) fn of_command(committed: &Committed, sink: &mut impl Sink) {
    let platform = committed.command.platform;
    let audit = &committed.audit;
    if let Some(entry) = &committed.entry {
        for written in &entry.legs {
            let subject = Subject { platform, id: *written.leg.account.as_bytes() };
            let leg = account_leg(entry, written);
            sink.add(Side::Derived, subject, &Item::Leg(LegRow(&leg)), 1);
        }
    }
    for (index, touched) in (0..).zip(&audit.touched) {
        let subject = Subject { platform, id: *touched.event.as_bytes() };
        let event = Item::Event(EventRow {
            seq: audit.seq,
            index,
            created_at: audit.created_at.micros(),
            request_id: &audit.request_id,
            touched,
            answer_hash: audit.answer_hash,
        });
        sink.add(Side::Derived, subject, &event, 1);
    }
    let subject = Subject { platform, id: *audit.id.as_bytes() };
    sink.add(Side::Derived, subject, &Item::Audit { seq: audit.seq, hash: audit.hash }, 1);
}

/// What one of both sides has of a resource.
pub(super) fn of_resource(
    side: Side,
    platform: PlatformId,
    resource: &Resource,
    sink: &mut impl Sink,
) -> Result<(), Fault> {
    let Some(visible) = resource.visible() else { return Ok(()) };
    let subject = Subject { platform, id: visible.id };
    let digest = Sha256::digest(codec::encode("resources", resource)?).into();
    let (kind, version, status) = (visible.kind, visible.meta.version, visible.status);
    sink.add(side, subject, &Item::Row { kind, version, status, digest }, 1);
    Ok(())
}

/// Invariant 16, as far as a reader sees it: a kept key finds its command.
pub(super) fn check_key(
    model: Model<'_>,
    command: &StoredCommand,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let Some(caller) = &command.idempotency else { return Ok(()) };
    let found = model.reads.command_by_key(model.at, caller.scope, &caller.key)?;
    if found.as_ref() != Some(command) {
        let words = |of: &StoredCommand| {
            let hash = Sha256::digest(&of.body).into();
            format!(
                "seq {} of {}, status {}, answer {}",
                of.seq,
                of.platform,
                of.status,
                crate::hex::hex(&hash)
            )
        };
        findings.add(Difference::new(
            (Invariant::Keys, caller.scope),
            format!("read model: {}", key_row(command)),
            words(command),
            found.as_ref().map_or_else(|| "nothing".to_owned(), words),
        ));
    }
    Ok(())
}

impl Model<'_> {
    /// Adds everything that the read model has, in two halves at once: a read model has any number
    /// of readers. `page` is told how many rows so far.
    pub(super) fn add_halves(
        self,
        of: (&Histories, &Folds),
        (sums, page): (&mut Sums, &mut dyn FnMut(u64)),
    ) -> Result<(), Fault> {
        let done = AtomicU64::new(0);
        let count = |rows: usize| {
            let rows = u64::try_from(rows).unwrap_or(0);
            done.fetch_add(rows, Ordering::Relaxed).saturating_add(rows)
        };
        let other = thread::scope(|scope| {
            let history =
                thread::Builder::new().name("verify".to_owned()).spawn_scoped(scope, || {
                    let mut sums = Sums::new();
                    self.add_history(of, &mut sums, &mut |rows| {
                        count(rows);
                    })?;
                    Ok(sums)
                });
            let history = history
                .map_err(|why| Fault::Failed { action: "start a thread", source: why.into() })?;
            let added = self.add_state(of.0, sums, &mut |rows| page(count(rows)));
            let history = match history.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            added.and(history)
        })?;
        sums.merge(&other);
        page(count(0));
        Ok(())
    }

    /// Adds everything that the read model has.
    pub(super) fn add_all(
        self,
        of: (&Histories, &Folds),
        sink: &mut impl Sink,
    ) -> Result<(), Fault> {
        self.add_state(of.0, sink, &mut |_| {})?;
        self.add_history(of, sink, &mut |_| {})
    }

    /// Resources and events.
    fn add_state(
        self,
        histories: &Histories,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        for platform in histories.platforms() {
            let Some(history) = histories.get(platform) else { continue };
            for kind in Kind::ALL {
                self.resources((platform, *kind), history, sink, count)?;
            }
            self.events(platform, history, sink, count)?;
        }
        Ok(())
    }

    /// Audit records and legs.
    fn add_history(
        self,
        (histories, folds): (&Histories, &Folds),
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        for platform in histories.platforms() {
            let Some(history) = histories.get(platform) else { continue };
            self.audit(platform, history, sink, count)?;
        }
        for account in folds.all() {
            let version = folds.get(account).map_or(0, |fold| fold.version);
            self.legs(account, version, sink, count)?;
        }
        Ok(())
    }

    fn resources(
        self,
        (platform, kind): (PlatformId, Kind),
        history: &History,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        let mut before = None;
        loop {
            let filter = Filter::default();
            let query = ListQuery { platform: Some(platform), kind, filter, before, limit: PAGE };
            let page = self.reads.list(self.at, &query)?;
            for resource in &page.items {
                if !is_newer(resource, history) {
                    of_resource(Side::Stored, platform, resource, sink)?;
                }
            }
            count(page.items.len());
            match page.next {
                Some(next) if before.is_none_or(|before| next < before) => before = Some(next),
                Some(_) | None => return Ok(()),
            }
        }
    }

    fn events(
        self,
        platform: PlatformId,
        history: &History,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        let mut after = (0, 0);
        loop {
            let page = self.reads.events_after(self.at, platform, after, PAGE)?;
            for row in page.items.iter().filter(|row| row.seq <= history.seq) {
                let subject = Subject { platform, id: *row.touched.event.as_bytes() };
                let event = Item::Event(EventRow {
                    seq: row.seq,
                    index: row.index,
                    created_at: row.created_at.micros(),
                    request_id: &row.request_id,
                    touched: &row.touched,
                    answer_hash: Sha256::digest(&row.answer).into(),
                });
                sink.add(Side::Stored, subject, &event, 1);
            }
            count(page.items.len());
            match page.next {
                Some(next) if next > after && next.0 <= history.seq => after = next,
                Some(_) | None => return Ok(()),
            }
        }
    }

    fn audit(
        self,
        platform: PlatformId,
        history: &History,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        let mut before = history.seq.checked_add(1);
        loop {
            let query = AuditQuery { before, limit: PAGE, ..AuditQuery::default() };
            let page = self.reads.audit_before(self.at, platform, &query)?;
            for audit in &page.items {
                let subject = Subject { platform, id: *audit.id.as_bytes() };
                let item = Item::Audit { seq: audit.seq, hash: audit.digest() };
                sink.add(Side::Stored, subject, &item, 1);
            }
            count(page.items.len());
            match page.next {
                Some(next) if before.is_none_or(|before| next < before) => before = Some(next),
                Some(_) | None => return Ok(()),
            }
        }
    }

    fn legs(
        self,
        account: (PlatformId, AccountId),
        version: u64,
        sink: &mut impl Sink,
        count: &mut dyn FnMut(usize),
    ) -> Result<(), Fault> {
        let subject = Subject { platform: account.0, id: *account.1.as_bytes() };
        let mut before = version.checked_add(1);
        loop {
            let page = self.reads.legs_of(self.at, account, before, PAGE)?;
            for leg in &page.items {
                sink.add(Side::Stored, subject, &Item::Leg(LegRow(leg)), 1);
            }
            count(page.items.len());
            match page.next {
                Some(next) if before.is_none_or(|before| next < before) => before = Some(next),
                Some(_) | None => return Ok(()),
            }
        }
    }
}

/// Whether a resource was made after what was read of its platform.
pub(super) fn is_newer(resource: &Resource, history: &History) -> bool {
    resource.visible().is_some_and(|visible| visible.meta.created_at > history.created_at)
}

const fn account_leg(entry: &Entry, written: &LegAfter) -> AccountLeg {
    AccountLeg {
        seq: entry.seq,
        entry: entry.id,
        transaction: entry.transaction,
        created_at: entry.created_at,
        effective_at: entry.effective_at,
        direction: written.leg.direction,
        layer: written.leg.layer,
        amount: written.leg.amount,
        after: written.after,
        version: written.version,
    }
}
