//! A store that fails when it is told to.

use std::sync::{Arc, Mutex};

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};
use store::{Batch, Due, Fault, Head, MemoryStore, SaveFault, StoredCommand, Truth};

/// What goes wrong at the next call that can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing.
    None,
    /// Saving finds the disk full.
    Full,
    /// COMMIT fails, and nothing became durable.
    Lost,
    /// COMMIT fails, and everything became durable.
    Durable,
    /// Looking up this customer's account fails, each time.
    LoadFails(ledger::AccountId),
    /// Looking up this customer's account panics, each time.
    LoadPanics(ledger::AccountId),
    /// Saving waits until the trouble is over.
    Stuck,
}

/// A memory store with its trouble; clones share both.
#[derive(Clone)]
pub(super) struct Troubled {
    pub(super) inner: MemoryStore,
    trouble: Arc<(Mutex<Trouble>, std::sync::Condvar)>,
}

impl Troubled {
    pub(super) fn new(inner: MemoryStore) -> Self {
        let trouble = Arc::new((Mutex::new(Trouble::None), std::sync::Condvar::new()));
        Self { inner, trouble }
    }

    pub(super) fn set(&self, trouble: Trouble) {
        let (now, changed) = &*self.trouble;
        *now.lock().unwrap() = trouble;
        changed.notify_all();
    }

    fn now(&self) -> Trouble {
        *self.trouble.0.lock().unwrap()
    }
}

impl Truth for Troubled {
    fn is_sandbox(&self) -> bool {
        self.inner.is_sandbox()
    }

    fn position(&mut self) -> Result<u64, Fault> {
        self.inner.position()
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        self.inner.head(platform)
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        self.inner.latest()
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        let asks_for = |account| keys.iter().any(|(_, key)| *key == Key::Account(account));
        match self.now() {
            Trouble::LoadFails(account) if asks_for(account) => {
                Err(Fault::Failed { action: "load", source: "as asked for".into() })
            }
            Trouble::LoadPanics(account) => {
                assert!(!asks_for(account), "poisoned, as asked for");
                self.inner.load(keys)
            }
            Trouble::LoadFails(_)
            | Trouble::None
            | Trouble::Full
            | Trouble::Lost
            | Trouble::Durable
            | Trouble::Stuck => self.inner.load(keys),
        }
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        self.inner.command_by_key(scope, key)
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        self.inner.due(now, limit)
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        let (now, changed) = &*self.trouble;
        let mut trouble = now.lock().unwrap();
        while *trouble == Trouble::Stuck {
            trouble = changed.wait(trouble).unwrap();
        }
        let unknown = || SaveFault::OutcomeUnknown { source: "as asked for".into() };
        match *trouble {
            Trouble::Full => Err(Fault::Full.into()),
            Trouble::Lost => Err(unknown()),
            Trouble::Durable => self.inner.save(batch).and(Err(unknown())),
            Trouble::None | Trouble::LoadFails(_) | Trouble::LoadPanics(_) | Trouble::Stuck => {
                self.inner.save(batch)
            }
        }
    }
}
