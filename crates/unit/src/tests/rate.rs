//! Token buckets: the burst, the inflow, clocks that go back, and the bound on keys.

use std::time::Duration;

use proptest::prelude::*;

use crate::rate::{Rate, RateLimiter};

/// Goal: a burst passes, the next waits as long as it is told. Method: two at once, 4 a second.
#[test]
fn a_burst_passes_and_then_the_inflow() {
    let limiter = RateLimiter::new(Rate { burst: 2, per_second: 4 }, 10);
    let quarter = 250_000;
    assert_eq!(limiter.take("a", 0), Ok(()));
    assert_eq!(limiter.take("a", 0), Ok(()));
    assert_eq!(limiter.take("a", 0), Err(Duration::from_millis(250)));
    assert_eq!(limiter.take("a", quarter - 1), Err(Duration::from_micros(1)));
    assert_eq!(limiter.take("b", 0), Ok(()));
    assert_eq!(limiter.take("a", quarter), Ok(()));
    assert_eq!(limiter.take("a", quarter), Err(Duration::from_millis(250)));
}

/// Goal: a clock that goes back neither fills nor empties a bucket.
#[test]
fn a_clock_that_goes_back_changes_nothing() {
    let limiter = RateLimiter::new(Rate { burst: 1, per_second: 1 }, 10);
    assert_eq!(limiter.take(1, 1_000_000), Ok(()));
    assert_eq!(limiter.take(1, 0), Err(Duration::from_secs(1)));
    assert_eq!(limiter.take(1, 2_000_000), Ok(()));
    assert_eq!(limiter.take(1, i64::MIN), Err(Duration::from_secs(1)));
}

/// Goal: a key in use is not forgotten while others come and go. Method: a flood of new keys.
#[test]
fn a_key_in_use_is_not_forgotten() {
    let limiter = RateLimiter::new(Rate { burst: 1, per_second: 1 }, 8);
    assert_eq!(limiter.take(0, 0), Ok(()));
    for other in 1..1_000 {
        assert_eq!(limiter.take(other, 0), Ok(()));
        assert!(limiter.take(0, 0).is_err(), "forgotten after {other} others");
    }
}

proptest! {
    /// Invariant `never_above_rate`, over times in any order within a span, of one key.
    #[test]
    fn never_above_rate(
        burst in 1_u32..20,
        per_second in 1_u32..20,
        times in proptest::collection::vec(0_i64..10_000_000, 1..400),
    ) {
        let limiter = RateLimiter::new(Rate { burst, per_second }, 4);
        let passed = times.iter().filter(|time| limiter.take((), **time).is_ok()).count();
        let span = times.iter().max().unwrap() - times[0].min(*times.iter().min().unwrap());
        let inflow = i64::from(per_second) * span / 1_000_000;
        prop_assert!(i64::try_from(passed).unwrap() <= i64::from(burst) + inflow);
    }

    /// Invariant `bounded`, over keys that come in any order.
    #[test]
    fn bounded(keys_max in 2_usize..9, keys in proptest::collection::vec(0_u8..40, 1..200)) {
        let limiter = RateLimiter::new(Rate { burst: 1, per_second: 1 }, keys_max);
        for (time, key) in (0..).zip(keys) {
            let _ = limiter.take(key, time);
            prop_assert!(limiter.keys() <= keys_max);
        }
    }
}
