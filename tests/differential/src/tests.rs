//! A few rounds on every run of the tests; the command runs as many as one asks for.

use crate::rounds::{Report, run};

/// Rounds, of a hundred queries each.
const ROUNDS: u64 = 20;

/// Goal: SQLite answers as the evaluator does, one page after the other, and values do not show in
/// commands. Method: rounds from fixed seeds.
#[test]
fn sqlite_agrees() {
    let mut report = Report::default();
    for seed in 0..ROUNDS {
        run(seed, &mut report);
    }
    assert_eq!(report.disagreements, Vec::<String>::new());
    let asked = usize::try_from(ROUNDS).unwrap() * crate::rounds::QUERIES;
    assert!(report.agreed * 10 > asked * 8, "most queries are right: {} of {asked}", report.agreed);
}
