//! Sums over many legs: wider than an amount, so that adding up never overflows.
//!
//! Not money to be stored or moved: only compared and shown in a refusal.

use std::fmt;

use money::AMOUNT_MAX;

/// A count of minor units that may exceed [`AMOUNT_MAX`]; `u64::MAX` times it at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Total {
    /// How many times [`BASE`].
    high: u64,
    /// What is left, below [`BASE`].
    low: u128,
}

/// One more than the largest amount.
const BASE: u128 = AMOUNT_MAX.saturating_add(1);

impl Total {
    /// The total of one amount, in minor units.
    ///
    /// # Panics
    ///
    /// If `minor` is above [`AMOUNT_MAX`].
    pub(crate) fn new(minor: u128) -> Self {
        assert!(minor <= AMOUNT_MAX, "an amount is at most AMOUNT_MAX");
        Self { high: 0, low: minor }
    }

    /// This and `minor` more, `minor` at most [`AMOUNT_MAX`]. Below, two numbers under [`BASE`]
    /// are added, which always fit: saturating only spells that out.
    pub(crate) fn plus(self, minor: u128) -> Self {
        let sum = self.low.saturating_add(minor);
        match sum.checked_sub(BASE) {
            Some(low) => Self { high: self.high.saturating_add(1), low },
            None => Self { low: sum, ..self },
        }
    }

    /// This less `minor`, `minor` at most [`AMOUNT_MAX`]; `None` below zero.
    pub(crate) fn minus(self, minor: u128) -> Option<Self> {
        match self.low.checked_sub(minor) {
            Some(low) => Some(Self { low, ..self }),
            None => {
                let high = self.high.checked_sub(1)?;
                Some(Self { high, low: self.low.saturating_add(BASE).saturating_sub(minor) })
            }
        }
    }

    /// The minor units, where they are no more than an amount may have.
    pub const fn minor(self) -> Option<u128> {
        if self.high == 0 { Some(self.low) } else { None }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.high {
            0 => write!(f, "{}", self.low),
            high => write!(f, "{high}{:036}", self.low),
        }
    }
}
