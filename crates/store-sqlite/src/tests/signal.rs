//! How the writer, the feeder and readers wait for each other.

use std::time::{Duration, Instant};

use crate::limits::FEED_GATHER_MS;
use crate::signal::{Signal, Stuck, Wake};

/// Goal: the writer waits for a feeder that is far behind, though not for one that cannot go on,
/// and never for ever. Method: what is behind by ten, told in every way.
#[test]
fn the_writer_waits_for_what_is_far_behind() {
    let patience = Duration::from_millis(50);
    let waits = |signal: &Signal, lag| {
        let started = Instant::now();
        signal.wait_room(lag, patience);
        started.elapsed() >= patience
    };
    let signal = Signal::default();
    signal.committed(10, 0);
    assert!(waits(&signal, 9));
    assert!(!waits(&signal, 10));
    signal.feed_failed(Stuck::Full);
    assert!(!waits(&signal, 9));
    signal.fed(1);
    assert!(waits(&signal, 8));
    signal.fed(2);
    assert!(!waits(&signal, 8));
}

/// Goal: the feeder gathers while nobody waits, and is there at once for whoever does.
/// Method: a reader that is there already, then none.
#[test]
fn the_feeder_hurries_for_readers() {
    let gather = Duration::from_millis(FEED_GATHER_MS);
    let works_after = |signal: &Signal| {
        let started = Instant::now();
        assert_eq!(signal.wait_work(None), Wake::Work);
        started.elapsed()
    };
    let signal = Signal::default();
    signal.committed(1, 0);
    assert!(works_after(&signal) >= gather);
    assert!(signal.wait_fed(1, Duration::ZERO).is_err());
    let hurried = works_after(&signal);
    signal.fed(1);
    signal.committed(2, 0);
    assert!(works_after(&signal) > hurried);
}
