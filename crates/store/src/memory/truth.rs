//! The in-memory store as the truth: load, look up, save.

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};

use super::{MemoryStore, State, constraints};
use crate::fault::{Fault, SaveFault};
use crate::rows::{Batch, Committed, Head, StoredCommand};
use crate::truth::{Due, Truth};

impl Truth for MemoryStore {
    fn is_sandbox(&self) -> bool {
        self.lock().mode.is_sandbox()
    }

    fn position(&mut self) -> Result<u64, Fault> {
        Ok(self.lock().position())
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        Ok(self.lock().heads.get(&platform).cloned())
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        Ok(self.lock().heads.values().map(|head| head.created_at).max())
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        let state = self.lock();
        Ok(keys.iter().map(|key| state.resources.get(key).cloned()).collect())
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        Ok(self.lock().command_by_key(scope, key))
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        let state = self.lock();
        let mut due: Vec<(i64, Due)> = Vec::new();
        for (platform, due_at, key) in &state.due {
            let Some(head) = state.heads.get(platform) else { continue };
            let on_our_clock = due_at.micros().saturating_sub(head.clock_offset_micros);
            if on_our_clock <= now.micros() {
                let key = key.clone();
                due.push((on_our_clock, Due { platform: *platform, key, due_at: *due_at }));
            }
        }
        // Stable: what is due at the same time stays in the order of platform, time and key.
        due.sort_by_key(|(on_our_clock, _)| *on_our_clock);
        Ok(due.into_iter().take(limit).map(|(_, due)| due).collect())
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        let mut state = self.lock();
        constraints::check(&state, batch)?;
        for committed in &batch.commands {
            state.append(committed);
        }
        for (platform, resource) in &batch.resources {
            state.put(*platform, resource);
        }
        for (head, _) in &batch.heads {
            state.heads.insert(head.platform, head.clone());
        }
        Ok(())
    }
}

impl State {
    fn append(&mut self, committed: &Committed) {
        let index = self.commands.len();
        if let Some(caller) = &committed.command.idempotency {
            self.keys.insert((caller.scope, caller.key.clone()), index);
        }
        if let Some(entry) = &committed.entry {
            self.transitions.insert((entry.transaction, entry.transition_no));
        }
        self.commands.push(committed.clone());
    }

    fn put(&mut self, platform: PlatformId, resource: &Resource) {
        let at = (platform, resource.key());
        let before = self.resources.get(&at).and_then(Resource::due_at);
        if let Some(due_at) = before {
            self.due.remove(&(platform, due_at, resource.key()));
        }
        if let Some(due_at) = resource.due_at() {
            self.due.insert((platform, due_at, resource.key()));
        }
        if let Resource::Account(account) = resource {
            let asset = account.ledger.asset;
            self.assets.insert((platform, asset.code().to_owned()), asset);
        }
        self.resources.insert(at, resource.clone());
    }
}
