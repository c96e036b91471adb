//! The thread that writes full tails into runs and merges runs, while the writer goes on.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use super::run::Run;
use super::{Shared, Sizes, Tail, lock};

/// What there is to do.
pub(super) enum Work {
    /// Write a full tail into a run.
    Write(Arc<Tail>),
}

/// Runs until the index is dropped.
pub(super) fn run(inbox: &Receiver<Work>, folder: &Path, shared: &Mutex<Shared>, sizes: Sizes) {
    while let Ok(Work::Write(tail)) = inbox.recv() {
        // What cannot be written stays in memory and is read from the truth at the next start.
        let Ok(run) = Run::of_tail(folder, &tail) else { continue };
        put(shared, &tail, Arc::new(run));
        while let Some(neighbours) = to_merge(shared, sizes) {
            let Ok(Some(merged)) = Run::merged(folder, &neighbours) else { break };
            exchange(shared, &neighbours, merged);
        }
    }
}

/// Puts a run in the place of the tail that it was made of.
fn put(shared: &Mutex<Shared>, tail: &Arc<Tail>, run: Arc<Run>) {
    let mut shared = lock(shared);
    shared.sealed.retain(|sealed| !Arc::ptr_eq(sealed, tail));
    shared.runs.push(run);
    shared.runs.sort_by_key(|run| run.first);
}

/// Neighbouring runs of one size, enough of them for the next.
fn to_merge(shared: &Mutex<Shared>, sizes: Sizes) -> Option<Vec<Arc<Run>>> {
    let size = |run: &Arc<Run>| (run.count / sizes.tail.max(1)).max(1).ilog(sizes.fan.max(2));
    let shared = lock(shared);
    let neighbours = shared.runs.windows(sizes.fan.max(2)).find(|runs| {
        runs.windows(2).all(|pair| match pair {
            [before, after] => size(before) == size(after) && before.last + 1 == after.first,
            _ => false,
        })
    });
    neighbours.map(<[Arc<Run>]>::to_vec)
}

/// Puts the merged run in the place of its parts; none is lost if one of them was replaced meanwhile.
fn exchange(shared: &Mutex<Shared>, parts: &[Arc<Run>], merged: Run) {
    let mut shared = lock(shared);
    let is_part = |run: &Arc<Run>| parts.iter().any(|part| Arc::ptr_eq(part, run));
    shared.runs.retain(|run| !is_part(run));
    shared.runs.push(Arc::new(merged));
    shared.runs.sort_by_key(|run| run.first);
    parts.iter().for_each(|part| part.remove());
}
