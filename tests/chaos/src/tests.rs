//! That a seed can be replayed, and that seeds which found something go on finding nothing.

use crate::run::{Failed, run, seed};

/// Seeds that once failed, with their steps: a BEGIN that failed after it had begun, after which nothing
/// could be saved. Whoever adds a kind of fault gives every seed another mix, and looks for new ones.
const KEPT: &[(u64, u64)] = &[(19, 200), (67, 200)];

fn check(of: u64, steps: u64) {
    let outcome = seed(of, steps);
    if let Err(Failed { seed, step, said }) = outcome {
        panic!("seed {seed} failed at step {step} of {steps}: {said}");
    }
}

/// Goal: a seed can be replayed exactly. Method: some seeds twice, in memory and in files.
#[test]
fn a_seed_gives_one_trace() {
    for of in 0..12 {
        let [first, second] = [(); 2].map(|()| seed(of, 60).ok());
        assert!(first.is_some(), "seed {of}");
        assert_eq!(first, second, "seed {of}");
    }
}

/// Goal: what was found once stays found. Method: the seeds that failed.
#[test]
fn kept_seeds_pass() {
    for (of, steps) in KEPT {
        check(*of, *steps);
    }
}

/// Goal: a plain run of the tests has a simulation in it. Method: a few seeds.
#[test]
fn a_few_seeds_pass() {
    let report = run(100..130, 60);
    assert!(report.is_good(), "{:?}", report.failed);
}
