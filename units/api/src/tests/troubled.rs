//! A store and a presenter that fail when they are told to, around the real ones.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ledger::{AccountId, Counters, Entry, PlatformId, Timestamp, TransactionId};
use payments::audit::AuditRecord;
use payments::command::RailNotice;
use payments::ids::{AuditId, EventId, KeyId};
use payments::resources::{ApiKey, Instruction};
use payments::{Command, Decision, Envelope, Key, Rejected, Resource};
use processor::{Presented, Presenter};
use store::{
    AccountLeg, AsOf, AuditQuery, Batch, Due, EventQuery, EventRow, Fault, Head, ListQuery,
    MemoryStore, Page, Reads, SaveFault, StoredCommand, TrialBalance, Truth,
};
use tokio::sync::watch;

use crate::ApiPresenter;

/// How long a test waits for a trouble to be met.
const MET: Duration = Duration::from_secs(20);

/// What goes wrong, until it is told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing.
    None,
    /// Saving waits until the trouble is over.
    Stuck,
    /// The platforms cannot be listed.
    NoPlatforms,
    /// Instructions cannot be read.
    NoInstructions,
    /// The writer panics over a credit with this reference.
    Poison(String),
}

/// A trouble that many parts share.
#[derive(Clone)]
pub(super) struct Troubles(Arc<Shared>);

struct Shared {
    now: Mutex<Trouble>,
    changed: Condvar,
    /// How often one was met.
    met: watch::Sender<u64>,
}

impl Troubles {
    pub(super) fn none() -> Self {
        let (now, changed) = (Mutex::new(Trouble::None), Condvar::new());
        Self(Arc::new(Shared { now, changed, met: watch::Sender::new(0) }))
    }

    pub(super) fn set(&self, trouble: Trouble) {
        self.0.met.send_replace(0);
        *self.0.now.lock().unwrap() = trouble;
        self.0.changed.notify_all();
    }

    /// Waits until the trouble was met so often since it was set.
    pub(super) async fn met(&self, times: u64) {
        let mut met = self.0.met.subscribe();
        let waited = tokio::time::timeout(MET, met.wait_for(|met| *met >= times)).await;
        waited.expect("nobody met the trouble").unwrap();
    }

    fn meets(&self, trouble: &Trouble) -> bool {
        let meets = *self.0.now.lock().unwrap() == *trouble;
        if meets {
            self.0.met.send_modify(|met| *met += 1);
        }
        meets
    }

    fn read(&self, trouble: &Trouble) -> Result<(), Fault> {
        if self.meets(trouble) {
            return Err(Fault::Failed { action: "read", source: "as asked for".into() });
        }
        Ok(())
    }

    fn wait_unstuck(&self) {
        if self.meets(&Trouble::Stuck) {
            let now = self.0.now.lock().unwrap();
            drop(self.0.changed.wait_while(now, |now| *now == Trouble::Stuck).unwrap());
        }
    }
}

/// The presenter of the API with its troubles.
pub(super) struct TroubledPresenter(pub(super) ApiPresenter, pub(super) Troubles);

impl Presenter for TroubledPresenter {
    fn applied(&self, of: &Envelope, decision: &Decision, entry: Option<&Entry>) -> Presented {
        if let Command::RailNotice(RailNotice::Credit { reference, .. }) = &of.command {
            assert!(!self.1.meets(&Trouble::Poison(reference.clone())), "as asked for");
        }
        self.0.applied(of, decision, entry)
    }

    fn applied_minimal(&self, of: &Envelope, decision: &Decision) -> Presented {
        self.0.applied_minimal(of, decision)
    }

    fn refused(&self, of: &Envelope, rejected: &Rejected) -> Presented {
        self.0.refused(of, rejected)
    }

    fn refused_for(&self, of: &Envelope, item: usize, rejected: &Rejected) -> Presented {
        self.0.refused_for(of, item, rejected)
    }
}

/// A memory store with its troubles; clones share both.
#[derive(Clone)]
pub(super) struct Troubled(pub(super) MemoryStore, pub(super) Troubles);

impl Truth for Troubled {
    fn is_sandbox(&self) -> bool {
        self.0.is_sandbox()
    }

    fn position(&mut self) -> Result<u64, Fault> {
        Truth::position(&mut self.0)
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        self.0.head(platform)
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        self.0.latest()
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        self.0.load(keys)
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        Truth::command_by_key(&mut self.0, scope, key)
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        self.0.due(now, limit)
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        self.1.wait_unstuck();
        self.0.save(batch)
    }
}

impl Reads for Troubled {
    fn position(&self) -> u64 {
        Reads::position(&self.0)
    }

    fn resource(&self, at: u64, of: PlatformId, key: &Key) -> Result<Option<Resource>, Fault> {
        self.0.resource(at, of, key)
    }

    fn api_key(&self, at: u64, id: KeyId) -> Result<Option<(PlatformId, ApiKey)>, Fault> {
        self.0.api_key(at, id)
    }

    fn key_used(&self, id: KeyId, at: Timestamp) {
        self.0.key_used(id, at);
    }

    fn key_last_use(&self, id: KeyId) -> Result<Option<Timestamp>, Fault> {
        self.0.key_last_use(id)
    }

    fn list(&self, at: u64, query: &ListQuery) -> Result<Page<Resource, [u8; 16]>, Fault> {
        if query.platform.is_none() {
            self.1.read(&Trouble::NoPlatforms)?;
        }
        self.0.list(at, query)
    }

    fn entries_of(
        &self,
        at: u64,
        of: PlatformId,
        transaction: TransactionId,
    ) -> Result<Vec<Entry>, Fault> {
        self.0.entries_of(at, of, transaction)
    }

    fn legs_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<AccountLeg, u64>, Fault> {
        self.0.legs_of(at, account, before, limit)
    }

    fn counters_as_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        as_of: AsOf,
    ) -> Result<Option<Counters>, Fault> {
        self.0.counters_as_of(at, account, as_of)
    }

    fn events_after(
        &self,
        at: u64,
        of: PlatformId,
        after: (u64, u32),
        limit: usize,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        self.0.events_after(at, of, after, limit)
    }

    fn events_before(
        &self,
        at: u64,
        of: PlatformId,
        query: &EventQuery,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        self.0.events_before(at, of, query)
    }

    fn event(&self, at: u64, of: PlatformId, id: EventId) -> Result<Option<EventRow>, Fault> {
        self.0.event(at, of, id)
    }

    fn audit_before(
        &self,
        at: u64,
        of: PlatformId,
        query: &AuditQuery,
    ) -> Result<Page<AuditRecord, u64>, Fault> {
        self.0.audit_before(at, of, query)
    }

    fn audit_record(
        &self,
        at: u64,
        of: PlatformId,
        id: AuditId,
    ) -> Result<Option<AuditRecord>, Fault> {
        self.0.audit_record(at, of, id)
    }

    fn command_by_key(
        &self,
        at: u64,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        Reads::command_by_key(&self.0, at, scope, key)
    }

    fn trial_balance(
        &self,
        at: u64,
        of: Option<PlatformId>,
        as_of: Option<AsOf>,
    ) -> Result<TrialBalance, Fault> {
        self.0.trial_balance(at, of, as_of)
    }

    fn instructions(&self, at: u64, limit: usize) -> Result<Vec<(PlatformId, Instruction)>, Fault> {
        self.1.read(&Trouble::NoInstructions)?;
        self.0.instructions(at, limit)
    }

    fn attention(
        &self,
        at: u64,
        of: Option<PlatformId>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        self.0.attention(at, of, limit)
    }
}
