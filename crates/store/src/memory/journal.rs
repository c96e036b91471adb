//! The in-memory store as something to walk through.

use std::ops::Bound;

use ledger::PlatformId;
use payments::{Key, Resource};

use super::MemoryStore;
use crate::fault::Fault;
use crate::rows::{Committed, Head};
use crate::truth::Journal;

impl Journal for MemoryStore {
    fn another(&self) -> Result<Option<Box<dyn Journal>>, Fault> {
        Ok(Some(Box::new(self.clone())))
    }

    fn last_position(&mut self) -> Result<u64, Fault> {
        Ok(self.lock().position())
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        let state = self.lock();
        let from = usize::try_from(position).unwrap_or(usize::MAX);
        Ok(state.commands.iter().skip(from).take(limit).cloned().collect())
    }

    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        let state = self.lock();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rest = state.resources.range((from, Bound::Unbounded));
        Ok(rest.take(limit).map(|((platform, _), it)| (*platform, it.clone())).collect())
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        Ok(self.lock().heads.values().cloned().collect())
    }
}
