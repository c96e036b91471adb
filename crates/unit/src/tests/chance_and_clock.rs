//! Time and chance: the real ones answer plausibly, the manual clock does as it is told.

use std::time::{Duration, UNIX_EPOCH};

use crate::chance::random_bytes;
use crate::clock::{Clock, ManualClock, SystemClock, micros_since_epoch};

/// Goal: two draws differ. Method: 256 bits, equal once in 2^256.
#[test]
fn chance_does_not_repeat() {
    assert_ne!(random_bytes::<32>().unwrap(), random_bytes::<32>().unwrap());
}

/// Goal: the system's clock counts microseconds since 1970. Method: between 2020 and 2200.
#[test]
fn the_system_clock_counts_microseconds() {
    let now = SystemClock.now_micros();
    assert!((1_577_836_800_000_000..7_258_118_400_000_000).contains(&now), "{now}");
}

/// Goal: times before the epoch are negative. Method: one microsecond to either side.
#[test]
fn times_before_the_epoch_are_negative() {
    let micro = Duration::from_micros(1);
    assert_eq!(micros_since_epoch(UNIX_EPOCH), 0);
    assert_eq!(micros_since_epoch(UNIX_EPOCH + micro), 1);
    assert_eq!(micros_since_epoch(UNIX_EPOCH - micro), -1);
}

/// Goal: the manual clock moves only when told, and never wraps.
#[test]
fn the_manual_clock_does_as_told() {
    let clock = ManualClock::new(5);
    assert_eq!((clock.now_micros(), clock.now_micros()), (5, 5));
    clock.advance(-7);
    assert_eq!(clock.now_micros(), -2);
    clock.set(i64::MAX);
    clock.advance(1);
    assert_eq!(clock.now_micros(), i64::MAX);
}
