//! A copy of a store's rows that can be altered, then walked through as a truth, or read as a read model.

use ledger::{Entry, LegAfter, PlatformId};
use payments::{Key, Resource};
use store::{Batch, Committed, Fault, Head, Journal, MemoryStore, Mode, Truth};

/// Rows, each to be altered at will.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) position: u64,
    pub(super) commands: Vec<Committed>,
    pub(super) resources: Vec<(PlatformId, Resource)>,
    pub(super) heads: Vec<Head>,
    /// The position of a command that cannot be read.
    pub(super) unreadable_command: Option<u64>,
    /// The place of a resource that cannot be read.
    pub(super) unreadable_resource: Option<usize>,
}

fn corrupt(table: &'static str) -> Fault {
    Fault::Corrupt { table, detail: "format 9 is not known".to_owned() }
}

impl Rows {
    /// All rows of a store.
    pub(super) fn of(mut store: MemoryStore) -> Self {
        let position = store.last_position().unwrap();
        Self {
            position,
            commands: store.commands_after(0, usize::MAX).unwrap(),
            resources: store.resources_after(None, usize::MAX).unwrap(),
            heads: store.heads().unwrap(),
            unreadable_command: None,
            unreadable_resource: None,
        }
    }

    /// The first entry that is such, with the place of its command.
    pub(super) fn entry(&mut self, such: impl Fn(&Entry) -> bool) -> &mut Entry {
        let mut entries = self.commands.iter_mut().filter_map(|it| it.entry.as_mut());
        entries.find(|entry| such(entry)).unwrap()
    }

    /// The place of the first command that is such.
    pub(super) fn place(&self, such: impl Fn(&Committed) -> bool) -> usize {
        self.commands.iter().position(such).unwrap()
    }

    /// The first resource that `part` is found in.
    pub(super) fn resource<'r, T>(
        &'r mut self,
        part: impl FnMut(&'r mut Resource) -> Option<&'r mut T>,
    ) -> &'r mut T {
        self.resources.iter_mut().map(|(_, resource)| resource).find_map(part).unwrap()
    }

    /// The last leg of an account in the journal, and its entry's command.
    pub(super) fn last_leg(&mut self, of: ledger::AccountId) -> &mut LegAfter {
        let entries = self.commands.iter_mut().rev().filter_map(|it| it.entry.as_mut());
        let mut legs = entries.flat_map(|entry| entry.legs.iter_mut().rev());
        legs.find(|written| written.leg.account == of).unwrap()
    }

    /// A store with exactly these rows, as a read model.
    pub(super) fn into_store(self) -> MemoryStore {
        let Self { commands, resources, heads, .. } = self;
        let heads = heads.into_iter().map(|head| (head, 0)).collect();
        let mut store = MemoryStore::new(Mode::Test);
        store.save(&Batch { commands, resources, heads }).unwrap();
        store
    }
}

impl Journal for Rows {
    fn last_position(&mut self) -> Result<u64, Fault> {
        Ok(self.position)
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        let rest = self.commands.iter().filter(|committed| committed.position > position);
        let page: Vec<Committed> = rest.take(limit).cloned().collect();
        let unreadable = |it: &Committed| Some(it.position) == self.unreadable_command;
        if page.iter().any(unreadable) { Err(corrupt("entries")) } else { Ok(page) }
    }

    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        let at = |(platform, resource): &(PlatformId, Resource)| (*platform, resource.key());
        let from = match after {
            None => 0,
            Some(after) => self.resources.iter().position(|row| at(row) == *after).unwrap() + 1,
        };
        let page = from..from.saturating_add(limit);
        if self.unreadable_resource.is_some_and(|place| page.contains(&place)) {
            return Err(corrupt("transactions"));
        }
        Ok(self.resources.iter().skip(from).take(limit).cloned().collect())
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        Ok(self.heads.clone())
    }
}
