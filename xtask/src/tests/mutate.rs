//! That every mutant can still be made, and is one of its own.

use std::collections::BTreeSet;

use crate::mutate::{MUTANTS, Suite};

/// Goal: no edit is lost as the code moves on. Method: what each edits stands exactly once in its file,
/// and becomes something else.
#[test]
fn every_mutant_still_applies() {
    for mutant in MUTANTS {
        let path = crate::root().join(mutant.file);
        let whole = std::fs::read_to_string(&path).expect(mutant.file);
        let broken = mutant.break_in(&whole).unwrap();
        assert_ne!(whole, broken, "{}", mutant.name);
    }
}

/// Goal: mutants can be told apart, and each says what catches it. Method: their names and words.
#[test]
fn mutants_are_told_apart() {
    let names: BTreeSet<&str> = MUTANTS.iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), MUTANTS.len());
    for mutant in MUTANTS {
        let by_simulator = matches!(mutant.suite, Suite::Chaos(_));
        assert_eq!(mutant.caught_by.is_empty(), by_simulator, "{}", mutant.name);
        assert!(!mutant.what.contains('|'), "{}", mutant.name);
    }
}

/// Goal: a test that fails is found in what cargo prints. Method: what libtest and the simulator print.
#[test]
fn failures_are_read_from_what_is_printed() {
    let printed = "running 2 tests\ntest a::b ... ok\ntest a::c ... FAILED\n";
    assert_eq!(Suite::Inside("ledger", "").failures(printed), ["a::c"]);
    let printed = "seed 7 failed at step 3: no\nreplay: it\n";
    assert_eq!(Suite::Chaos("9").failures(printed), ["seed 7"]);
}
