//! The in-memory store: the model that every other store must agree with, step by step.
//!
//! Not fast and not durable: lists and histories are scans over what was saved. Its read side is
//! always where its truth is, so no reader ever waits.
//!
//! Start at [`MemoryStore`]; what it refuses to save is in `constraints`.

mod constraints;
mod journal;
mod read_rows;
mod reads;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::{PlatformId, Timestamp, TransactionId};
use money::Asset;
use payments::ids::KeyId;
use payments::{Key, Resource};

use crate::mode::Mode;
use crate::rows::{Committed, Head};

/// A store in memory. Clones are handles to the same store.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    /// The command at position `n` stands at index `n - 1`.
    commands: Vec<Committed>,
    resources: BTreeMap<(PlatformId, Key), Resource>,
    heads: BTreeMap<PlatformId, Head>,
    /// The index in `commands` of each idempotency key.
    keys: BTreeMap<(PlatformId, String), usize>,
    due: BTreeSet<(PlatformId, Timestamp, Key)>,
    /// Which transitions of transactions have an entry.
    transitions: BTreeSet<(TransactionId, u32)>,
    /// The assets that accounts count in, by platform and code.
    assets: BTreeMap<(PlatformId, String), Asset>,
    /// The minutes that API keys were last used in.
    key_uses: BTreeMap<KeyId, Timestamp>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        let state = State {
            mode,
            commands: Vec::new(),
            resources: BTreeMap::new(),
            heads: BTreeMap::new(),
            keys: BTreeMap::new(),
            due: BTreeSet::new(),
            transitions: BTreeSet::new(),
            assets: BTreeMap::new(),
            key_uses: BTreeMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// A panic elsewhere cannot leave the state half written: it is checked before it is changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn position(&self) -> u64 {
        u64::try_from(self.commands.len()).unwrap_or(u64::MAX)
    }

    fn command_by_key(&self, scope: PlatformId, key: &str) -> Option<crate::StoredCommand> {
        let index = self.keys.get(&(scope, key.to_owned()))?;
        self.commands.get(*index).map(|committed| committed.command.clone())
    }

    /// The stored commands of one platform, oldest first.
    fn history(&self, platform: PlatformId) -> impl DoubleEndedIterator<Item = &Committed> {
        self.commands.iter().filter(move |committed| committed.command.platform == platform)
    }
}
