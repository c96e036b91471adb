//! One key, one command.
//!
//! Each kept key is remembered as 64 bits of hash: 8 bytes a key, set aside once. Two equal hashes are
//! a suspicion, not a finding: the commands are read again and only the suspects compared as texts.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use payments::Idempotency;

use super::report::{Difference, Findings, Invariant};
use super::walk;
use crate::fault::Fault;
use crate::rows::{Committed, StoredCommand};
use crate::truth::Journal;

/// The keys read so far.
#[derive(Debug)]
pub(super) struct Keys {
    hashes: Vec<u64>,
}

impl Keys {
    /// Room for the keys of `position` commands.
    pub(super) fn new(position: u64) -> Self {
        // A store that claims more than it has costs address space, no memory, within this bound.
        let room = usize::try_from(position).unwrap_or(0).min(1 << 28);
        Self { hashes: Vec::with_capacity(room) }
    }

    pub(super) fn add(&mut self, caller: &Idempotency) {
        self.hashes.push(hash(caller));
    }

    pub(super) fn count(&self) -> u64 {
        u64::try_from(self.hashes.len()).unwrap_or(u64::MAX)
    }

    /// Invariant 16. Reads the commands again if two hashes are equal.
    pub(super) fn check(
        mut self,
        journal: &mut dyn Journal,
        position: u64,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        self.hashes.sort_unstable();
        let twice = self.hashes.windows(2).filter(|pair| pair[0] == pair[1]);
        let suspects: HashSet<u64> = twice.map(|pair| pair[0]).collect();
        drop(self);
        if suspects.is_empty() {
            return Ok(());
        }
        let mut first = HashMap::new();
        let each: &mut walk::Each<'_, Committed> = &mut |committed| {
            let command = &committed.command;
            let Some(caller) = &command.idempotency else { return Ok(()) };
            if !suspects.contains(&hash(caller)) {
                return Ok(());
            }
            let place = (command.platform, command.seq);
            let of = (caller.scope, caller.key.clone());
            if let Some((platform, seq)) = first.insert(of, place) {
                findings.add(Difference::new(
                    (Invariant::Keys, caller.scope),
                    key_row(command),
                    format!("one command, seq {seq} of {platform}"),
                    format!("another command, seq {} of {}", command.seq, command.platform),
                ));
            }
            Ok(())
        };
        walk::commands(journal, (0, position), each, &mut |_| {})?;
        Ok(())
    }
}

fn hash(caller: &Idempotency) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(caller.scope.as_bytes());
    caller.key.hash(&mut hasher);
    hasher.finish()
}

/// The words for a command's key.
pub(super) fn key_row(command: &StoredCommand) -> String {
    let key = command.idempotency.as_ref().map_or("", |caller| caller.key.as_str());
    format!("key {key:?} (seq {})", command.seq)
}
