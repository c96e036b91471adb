//! Instants, as a count of microseconds. No calendar and no clock: callers pass the time in.

use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00Z, negative before it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant `micros` microseconds later (earlier if negative); `None` out of range.
    pub const fn checked_add_micros(self, micros: i64) -> Option<Self> {
        match self.0.checked_add(micros) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }
}
