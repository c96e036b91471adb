//! The time of day, as a thing that is passed in.
//!
//! Not for durations: those use monotonic instants. Nothing else in the workspace may read the
//! system's clock. Start at [`Clock`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Microseconds since 1970-01-01T00:00:00Z, negative before it. May go backwards.
    fn now_micros(&self) -> i64;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now_micros(&self) -> i64 {
        micros_since_epoch(SystemTime::now())
    }
}

/// A clock that stands still until it is told otherwise: for tests and simulations.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `micros` since the epoch.
    pub const fn new(micros: i64) -> Self {
        Self(AtomicI64::new(micros))
    }

    /// Shows `micros` since the epoch from now on, also if that is earlier.
    pub fn set(&self, micros: i64) {
        self.0.store(micros, Ordering::SeqCst);
    }

    /// Moves by `micros`, backwards if negative; stops at the ends of what fits.
    pub fn advance(&self, micros: i64) {
        let moved = |now: i64| Some(now.saturating_add(micros));
        // The closure always returns a value, so the update cannot fail.
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }
}

impl Clock for ManualClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl<T: Clock + ?Sized> Clock for std::sync::Arc<T> {
    fn now_micros(&self) -> i64 {
        (**self).now_micros()
    }
}

/// `time` in microseconds since the epoch; times 292,000 years away are held at the ends.
pub(crate) fn micros_since_epoch(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
        }
    }
}
