//! Finds rows by a text without an index in the database: hashes of texts, and where their rows are.
//!
//! What is new stands in a tail in memory; a full tail becomes a sorted run in a file, and runs of one
//! size are merged into a larger one, both on a thread of its own. Runs cover the rows from the first
//! on without a gap. A hash is a hint, never an answer: whoever finds a row compares what is stored in
//! it. All of it is derived from the truth: a run that is missing, damaged or of another truth is left
//! out, and its rows are read again.
//!
//! Start at [`KeyIndex::candidates`]. Source: write-path.md, rule 4.

mod filter;
mod run;
mod worker;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ledger::PlatformId;
use sha2::{Digest, Sha256};
use store::Fault;

use run::Run;
use worker::Work;

const ACTION: &str = "keep the index of keys";

/// What says of which truth a run is: a hash of its last row.
pub(crate) type Proof = [u8; 32];

/// How large tails and merges are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// So many keys make a run.
    pub(crate) tail: usize,
    /// So many runs of a size make one of the next.
    pub(crate) fan: usize,
}

/// The index of one table.
#[derive(Debug)]
pub(crate) struct KeyIndex {
    sizes: Sizes,
    shared: Arc<Mutex<Shared>>,
    /// Closed first, so that the worker ends.
    work: Option<Sender<Work>>,
    worker: Option<JoinHandle<()>>,
}

/// What the writer, the worker and readers share: keys in memory, and runs.
#[derive(Debug)]
struct Shared {
    /// What is new.
    tail: Tail,
    /// Full tails that are not yet in a file.
    sealed: Vec<Arc<Tail>>,
    /// In the order of the rows they cover.
    runs: Vec<Arc<Run>>,
}

/// Keys in memory, of the rows from `first` on.
#[derive(Debug, Clone, Default)]
struct Tail {
    first: u64,
    last: u64,
    proof: Proof,
    numbers: HashMap<u64, u64>,
    /// Those whose hash stands in `numbers` already.
    others: Vec<(u64, u64)>,
}

/// The rows of a run that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged {
    /// The first row.
    pub(crate) first: u64,
    /// The last row.
    pub(crate) last: u64,
}

/// The hash of a text of one platform.
pub(crate) fn hash(platform: PlatformId, text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(digest(platform, text)) {
        *to = from;
    }
    u64::from_be_bytes(bytes)
}

/// The whole of what [`hash`] is the beginning of.
pub(crate) fn digest(platform: PlatformId, text: &str) -> [u8; 32] {
    Sha256::new().chain_update(platform.as_bytes()).chain_update(text).finalize().into()
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl KeyIndex {
    /// Opens the runs in `folder` that `prove` says are of this truth; every other file there goes.
    /// Rows after [`Self::covered`] must be added next.
    pub(crate) fn open(
        folder: PathBuf,
        sizes: Sizes,
        prove: impl Fn(u64) -> Result<Option<Proof>, Fault>,
    ) -> Result<Self, Fault> {
        let failed = |why: std::io::Error| Fault::Failed { action: ACTION, source: Box::new(why) };
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut found: Vec<Run> = Vec::new();
        for file in fs::read_dir(&folder).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            match Run::open(&path) {
                Some(run) => found.push(run),
                None => fs::remove_file(path).map_err(failed)?,
            }
        }
        // Of runs that begin at one row the largest is the one that was merged last.
        found.sort_by_key(|run| (run.first, std::cmp::Reverse(run.last)));
        let (mut runs, mut next): (Vec<Arc<Run>>, u64) = (Vec::new(), 1);
        for run in found {
            if run.first == next && prove(run.last)? == Some(run.proof) {
                next = run.last + 1;
                runs.push(Arc::new(run));
            } else {
                run.remove();
            }
        }
        let tail = Tail { first: next, last: next - 1, ..Tail::default() };
        let shared = Arc::new(Mutex::new(Shared { tail, sealed: Vec::new(), runs }));
        let (work, inbox) = channel();
        let for_worker = (Arc::clone(&shared), sizes);
        let worker = std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || worker::run(&inbox, &folder, &for_worker.0, for_worker.1))
            .map_err(failed)?;
        Ok(Self { sizes, shared, work: Some(work), worker: Some(worker) })
    }

    /// The last row that is known here.
    pub(crate) fn covered(&self) -> u64 {
        lock(&self.shared).tail.last
    }

    /// The rows whose text may have this hash.
    pub(crate) fn candidates(&self, hash: u64) -> Result<Vec<u64>, Damaged> {
        let mut numbers = Vec::new();
        let shared = lock(&self.shared);
        for tail in std::iter::once(&shared.tail).chain(shared.sealed.iter().map(Arc::as_ref)) {
            numbers.extend(tail.numbers.get(&hash));
            numbers.extend(tail.others.iter().filter(|(of, _)| *of == hash).map(|(_, it)| *it));
        }
        let runs: Vec<Arc<Run>> =
            shared.runs.iter().filter(|run| run.may_have(hash)).map(Arc::clone).collect();
        drop(shared);
        for run in runs {
            let found = run.find(hash);
            numbers.extend(found.ok_or(Damaged { first: run.first, last: run.last })?);
        }
        Ok(numbers)
    }

    /// Adds the keys of the next rows, up to row `last`, whose proof is `proof`.
    pub(crate) fn add(&self, keys: &[(u64, u64)], last: u64, proof: Proof) {
        let mut shared = lock(&self.shared);
        let tail = &mut shared.tail;
        for (hash, number) in keys {
            tail.add(*hash, *number);
        }
        (tail.last, tail.proof) = (last, proof);
        if tail.count() >= self.sizes.tail {
            let next = Tail { first: last + 1, last, ..Tail::default() };
            let sealed = Arc::new(std::mem::replace(tail, next));
            shared.sealed.push(Arc::clone(&sealed));
            drop(shared);
            // A worker that is gone leaves the keys in memory, where they are found as well.
            let _ = self.work.as_ref().map(|work| work.send(Work::Write(sealed)));
        }
    }

    /// Puts `keys`, read again from the truth, in the place of a run that cannot be read.
    pub(crate) fn replace(&self, damaged: Damaged, keys: &[(u64, u64)]) {
        let mut shared = lock(&self.shared);
        let is_it = |run: &Arc<Run>| (run.first, run.last) == (damaged.first, damaged.last);
        let Some(place) = shared.runs.iter().position(is_it) else { return };
        let run = shared.runs.remove(place);
        let mut tail =
            Tail { first: run.first, last: run.last, proof: run.proof, ..Tail::default() };
        for (hash, number) in keys {
            tail.add(*hash, *number);
        }
        run.remove();
        let sealed = Arc::new(tail);
        shared.sealed.push(Arc::clone(&sealed));
        drop(shared);
        let _ = self.work.as_ref().map(|work| work.send(Work::Write(sealed)));
    }
}

impl Tail {
    fn add(&mut self, hash: u64, number: u64) {
        match self.numbers.entry(hash) {
            Entry::Vacant(free) => {
                free.insert(number);
            }
            Entry::Occupied(_) => self.others.push((hash, number)),
        }
    }

    fn count(&self) -> usize {
        self.numbers.len() + self.others.len()
    }
}

impl Drop for KeyIndex {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has nothing left to write.
            let _ = worker.join();
        }
    }
}

/// The name of the run of these rows.
fn name_of(folder: &Path, first: u64, last: u64) -> PathBuf {
    folder.join(format!("{first}-{last}.run"))
}
