//! What can be seen of a batch alone: whether its commands, heads and keys fit together.
//!
//! Every store asks this before it writes, and holds the rest (what was saved before) by constraints
//! of its own. A batch that fails is a bug in the caller; nothing of it is written.

use std::collections::{BTreeMap, HashSet};

use ledger::{PlatformId, Timestamp};

use crate::fault::Fault;
use crate::rows::Batch;

/// The refusal of a batch that breaks a rule.
#[must_use]
pub fn broken(rule: &'static str) -> Fault {
    Fault::Failed { action: "save a batch", source: rule.into() }
}

/// Ends a check unless something holds.
macro_rules! ensure {
    ($holds:expr, $rule:literal) => {
        if !$holds {
            return Err($crate::check::broken($rule));
        }
    };
}
pub(crate) use ensure;

impl Batch {
    /// Checks the batch alone, to follow the commit at `last`; returns the `created_at` of each
    /// platform's first command in it, which must be later than that platform's saved head.
    ///
    /// # Errors
    ///
    /// [`Fault::Failed`] with the rule that is broken.
    pub fn check(&self, last: u64) -> Result<BTreeMap<PlatformId, Timestamp>, Fault> {
        ensure!(!self.commands.is_empty(), "a batch has a command");
        for (position, committed) in (last + 1..).zip(&self.commands) {
            ensure!(committed.position == position, "positions have no gap");
        }
        self.check_keys()?;
        self.check_histories()
    }

    fn check_keys(&self) -> Result<(), Fault> {
        let mut callers = HashSet::new();
        for caller in self.commands.iter().filter_map(|it| it.command.idempotency.as_ref()) {
            ensure!(callers.insert((caller.scope, &caller.key)), "a key is used once");
        }
        let mut resources = HashSet::with_capacity(self.resources.len());
        for (platform, resource) in &self.resources {
            ensure!(resources.insert((*platform, resource.key())), "a resource stands once");
        }
        Ok(())
    }

    /// Invariant 8, from each platform's head before the batch to its new one.
    fn check_histories(&self) -> Result<BTreeMap<PlatformId, Timestamp>, Fault> {
        let mut ends: BTreeMap<PlatformId, (u64, Option<Timestamp>)> = BTreeMap::new();
        for (head, before) in &self.heads {
            let new = ends.insert(head.platform, (*before, None)).is_none();
            ensure!(new, "a head stands once");
        }
        let mut firsts = BTreeMap::new();
        for committed in &self.commands {
            let command = &committed.command;
            let Some((seq, created_at)) = ends.get_mut(&command.platform) else {
                return Err(broken("a command has a head"));
            };
            ensure!(command.seq == *seq + 1, "seq has no gap");
            ensure!(created_at.is_none_or(|at| at < command.created_at), "created_at increases");
            (*seq, *created_at) = (command.seq, Some(command.created_at));
            firsts.entry(command.platform).or_insert(command.created_at);
            let of = (command.platform, command.seq, command.created_at);
            let audit = &committed.audit;
            ensure!(
                (audit.platform, audit.seq, audit.created_at) == of,
                "a record is its command's"
            );
            let entry = committed.entry.as_ref();
            let entry = entry.map(|entry| (entry.platform, entry.seq, entry.created_at));
            ensure!(entry.is_none_or(|entry| entry == of), "an entry is its command's");
        }
        for (head, _) in &self.heads {
            let end = ends.get(&head.platform);
            ensure!(end == Some(&(head.seq, Some(head.created_at))), "a head is its last command");
        }
        Ok(firsts)
    }
}
