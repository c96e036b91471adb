//! Invariant `agrees_with_the_model`: every answer is the in-memory store's, step by step.

use store::MemoryStore;
use testkit::conformance::{Ports, agree};

use super::Folder;
use crate::{Mode, SqliteStore};

fn check(seed: u64, steps: usize) {
    let folder = Folder::new();
    let mut model = MemoryStore::new(Mode::Test);
    let (model_reads, mut model_journal) = (model.clone(), model.clone());
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let (mut truth, reads) = (store.truth().unwrap(), store.reads());
    let mut journal = store.journal().unwrap();
    let mut model = Ports { truth: &mut model, reads: &model_reads, journal: &mut model_journal };
    let mut other = Ports { truth: &mut truth, reads: &*reads, journal: &mut journal };
    agree(&mut model, &mut other, seed, steps).unwrap();
}

/// Goal: agreement. Method: many short runs, and a long one.
#[test]
fn agrees_with_the_model() {
    for seed in 0..20 {
        check(seed, 30);
    }
    check(20, 150);
}
