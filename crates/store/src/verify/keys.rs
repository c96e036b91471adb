//! One key, one command.
//!
//! Each kept key is remembered as 64 bits of hash: a million of them in memory, more as sorted runs in a
//! file that nobody else sees. Two equal hashes are a suspicion, not a finding: the commands are read
//! again and only the suspects compared as texts.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::fs::File;
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use payments::Idempotency;

use super::DIFFERENCES_MAX;
use super::print::Print;
use super::report::{Difference, Findings, Invariant};
use super::walk;
use crate::fault::Fault;
use crate::rows::{Committed, StoredCommand};
use crate::truth::Journal;

/// The hashes that are in memory before they become a run.
const RUN: usize = 1 << 20;
/// The hashes of a run that are read at once.
const READ: usize = 1 << 12;
/// The suspects that are looked at; there are never more differences than half of them listed.
const SUSPECTS_MAX: usize = 4 * DIFFERENCES_MAX;

/// The keys read so far.
#[derive(Debug, Default)]
pub(super) struct Keys {
    hashes: Vec<u64>,
    runs: Option<Runs>,
}

/// Sorted runs of hashes, one after the other in a file without a name.
#[derive(Debug)]
struct Runs {
    file: File,
    count: u64,
}

impl Keys {
    pub(super) fn add(&mut self, hash: u64) -> Result<(), Fault> {
        self.hashes.push(hash);
        if self.hashes.len() < RUN {
            return Ok(());
        }
        self.hashes.sort_unstable();
        let runs = match &mut self.runs {
            Some(runs) => runs,
            None => self.runs.insert(Runs { file: unnamed().map_err(failed)?, count: 0 }),
        };
        let bytes: Vec<u8> = self.hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        runs.file.write_all(&bytes).map_err(failed)?;
        runs.count += 1;
        self.hashes.clear();
        Ok(())
    }

    pub(super) fn count(&self) -> u64 {
        let in_runs = self.runs.as_ref().map_or(0, |runs| runs.count.saturating_mul(RUN as u64));
        in_runs.saturating_add(u64::try_from(self.hashes.len()).unwrap_or(u64::MAX))
    }

    /// The hashes that stand twice, of the first so many.
    fn suspects(mut self) -> io::Result<HashSet<u64>> {
        self.hashes.sort_unstable();
        let mut runs = vec![Merged { hashes: self.hashes, next: 0, rest: None }];
        if let Some(Runs { count, .. }) = self.runs {
            let bytes = 8 * RUN as u64;
            let rest = |run| Some((run * bytes, (run + 1) * bytes));
            runs.extend((0..count).map(|run| Merged { hashes: vec![], next: 0, rest: rest(run) }));
        }
        let mut file = self.runs.map(|runs| runs.file);
        let mut heap = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next(file.as_mut())?.map(|hash| Reverse((hash, number))));
        }
        let (mut suspects, mut before) = (HashSet::new(), None);
        while let Some(Reverse((hash, number))) = heap.pop() {
            if before == Some(hash) {
                suspects.insert(hash);
            }
            if suspects.len() >= SUSPECTS_MAX {
                break;
            }
            before = Some(hash);
            if let Some(run) = runs.get_mut(number) {
                heap.extend(run.next(file.as_mut())?.map(|hash| Reverse((hash, number))));
            }
        }
        Ok(suspects)
    }

    /// Invariant 16. Reads the commands again if two hashes are equal.
    pub(super) fn check(
        self,
        journal: &mut dyn Journal,
        position: u64,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        let suspects = self.suspects().map_err(failed)?;
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

/// A run as it is merged.
struct Merged {
    hashes: Vec<u64>,
    next: usize,
    /// Where in the file the rest of it is.
    rest: Option<(u64, u64)>,
}

impl Merged {
    fn next(&mut self, file: Option<&mut File>) -> io::Result<Option<u64>> {
        if self.next == self.hashes.len()
            && let (Some((from, to)), Some(file)) = (self.rest, file)
        {
            let until = (from + 8 * READ as u64).min(to);
            let mut bytes = vec![0; usize::try_from(until - from).unwrap_or(0)];
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(&mut bytes)?;
            let (hashes, _) = bytes.as_chunks::<8>();
            self.hashes = hashes.iter().map(|hash| u64::from_le_bytes(*hash)).collect();
            self.next = 0;
            self.rest = (until < to).then_some((until, to));
        }
        let hash = self.hashes.get(self.next).copied();
        self.next += usize::from(hash.is_some());
        Ok(hash)
    }
}

/// A file that is gone when it is closed.
fn unnamed() -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("florin-verify-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let file = File::options().create_new(true).read(true).write(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn failed(source: io::Error) -> Fault {
    Fault::Failed { action: "keep the hashes of keys", source: Box::new(source) }
}

/// The hash that a key is remembered by.
pub(super) fn hash(caller: &Idempotency) -> u64 {
    let mut print = Print::default();
    print.write(caller.scope.as_bytes());
    caller.key.hash(&mut print);
    print.both() as u64
}

/// The words for a command's key.
pub(super) fn key_row(command: &StoredCommand) -> String {
    let key = command.idempotency.as_ref().map_or("", |caller| caller.key.as_str());
    format!("key {key:?} (seq {})", command.seq)
}
