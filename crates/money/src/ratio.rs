//! Ratios of integers, parts per million, and the named ways to round.
//!
//! Not rates between assets: a ratio has no unit. A denominator is never zero. Start at [`Ratio`].

use std::cmp::Ordering;
use std::num::NonZeroU128;

use serde::{Deserialize, Serialize};

use crate::wide::Quotient;

/// The denominator of [`PartsPerMillion`].
const MILLION: NonZeroU128 = NonZeroU128::MIN.saturating_add(999_999);

/// A numerator over a denominator above zero, kept as given: 1/2 and 2/4 scale alike but differ.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: u128,
    den: NonZeroU128,
}

/// A share between nothing and everything, in millionths: 1.4 % is 14,000.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PartsPerMillion(u32);

/// Why something is not a ratio or not a share. Variants stand in the order checked.
#[derive(Debug, Copy, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatioError {
    /// Nothing can be divided by zero.
    #[error("a ratio's denominator must be above zero")]
    DenominatorZero,
    /// A share is at most the whole.
    #[error("a share is at most 1000000 parts per million, not {parts}")]
    ShareAboveWhole {
        /// The parts per million that were asked for.
        parts: u32,
    },
}

impl RatioError {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DenominatorZero => "denominator_zero",
            Self::ShareAboveWhole { .. } => "share_above_whole",
        }
    }

    /// Whether the very same numbers may be accepted later: never.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::DenominatorZero | Self::ShareAboveWhole { .. } => false,
        }
    }
}

/// How an exact result becomes whole minor units.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest; a half goes to the even neighbour.
    HalfEven,
    /// To the nearest; a half goes up.
    HalfUp,
}

impl Ratio {
    /// `num / den`.
    ///
    /// # Errors
    ///
    /// [`RatioError::DenominatorZero`] if `den` is zero.
    pub const fn new(num: u128, den: u128) -> Result<Self, RatioError> {
        match NonZeroU128::new(den) {
            Some(den) => Ok(Self { num, den }),
            None => Err(RatioError::DenominatorZero),
        }
    }

    /// The numerator, as given.
    pub const fn num(&self) -> u128 {
        self.num
    }

    /// The denominator, as given; above zero.
    pub const fn den(&self) -> u128 {
        self.den.get()
    }

    pub(crate) const fn divisor(&self) -> NonZeroU128 {
        self.den
    }
}

impl PartsPerMillion {
    /// A share of `parts` millionths.
    ///
    /// # Errors
    ///
    /// [`RatioError::ShareAboveWhole`] above 1,000,000.
    pub const fn new(parts: u32) -> Result<Self, RatioError> {
        if parts > 1_000_000 {
            return Err(RatioError::ShareAboveWhole { parts });
        }
        Ok(Self(parts))
    }

    /// The share in millionths, 0 to 1,000,000.
    pub const fn get(&self) -> u32 {
        self.0
    }

    /// The share as a ratio over a million.
    pub fn ratio(&self) -> Ratio {
        Ratio { num: self.0.into(), den: MILLION }
    }
}

impl TryFrom<u32> for PartsPerMillion {
    type Error = RatioError;

    fn try_from(parts: u32) -> Result<Self, RatioError> {
        Self::new(parts)
    }
}

impl From<PartsPerMillion> for u32 {
    fn from(share: PartsPerMillion) -> Self {
        share.0
    }
}

impl Rounding {
    /// The whole number for `quotient`, an exact quotient by `divisor`; `None` if it does not fit.
    pub(crate) fn apply(self, quotient: Quotient, divisor: u128) -> Option<u128> {
        let Quotient { floor, remainder } = quotient;
        assert!(remainder < divisor, "a remainder is below its divisor");
        // Against the rest of the divisor and not twice the remainder, which may not fit.
        let to_half = remainder.cmp(&divisor.saturating_sub(remainder));
        let goes_up = match self {
            Self::Down => false,
            Self::Up => remainder > 0,
            Self::HalfEven => match to_half {
                Ordering::Less => false,
                Ordering::Equal => floor & 1 == 1,
                Ordering::Greater => true,
            },
            Self::HalfUp => to_half.is_ge(),
        };
        if goes_up { floor.checked_add(1) } else { Some(floor) }
    }
}
