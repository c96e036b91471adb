//! The in-memory store against itself: that the suite runs, and that clones are one store.

use store::{MemoryStore, Mode};
use testkit::conformance::{Ports, agree};

/// Goal: the model passes its own suite. Method: two of them, one seen through clones.
#[test]
fn the_model_agrees_with_itself() {
    let (mut model, mut other) = (MemoryStore::new(Mode::Test), MemoryStore::new(Mode::Test));
    let (model_reads, mut model_journal) = (model.clone(), model.clone());
    let (other_reads, mut other_journal) = (other.clone(), other.clone());
    let mut model = Ports { truth: &mut model, reads: &model_reads, journal: &mut model_journal };
    let mut other = Ports { truth: &mut other, reads: &other_reads, journal: &mut other_journal };
    agree(&mut model, &mut other, 1, 200).unwrap();
}
