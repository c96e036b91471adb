//! An amount: so many minor units of one asset, zero or more.
//!
//! Not a balance: the direction of a movement is on the leg, and what may carry a minus is
//! [`Signed`](crate::Signed). No amount is above [`AMOUNT_MAX`]. Start at [`Amount::parse`].

use std::fmt;

use crate::{AMOUNT_MAX, Asset, Ratio, Rounding, decimal, wide};

/// A count of minor units of one asset, from zero to [`AMOUNT_MAX`].
///
/// Amounts have no order: comparing two assets would mean nothing. Compare [`Amount::minor`].
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Amount {
    minor: u128,
    asset: Asset,
}

/// Why there is no such amount. Variants stand in the order checked.
#[derive(Debug, Copy, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text is not digits, or digits, a point and digits; or it starts with a spare zero.
    #[error("not a decimal: write digits and at most one point, as in 10.50")]
    NotADecimal,
    /// The text has more decimals than the asset.
    #[error("too many decimals: the asset has {scale}")]
    TooManyDecimals {
        /// How many decimals the asset has.
        scale: u8,
    },
    /// The result would be above [`AMOUNT_MAX`], or a number on the way there does not fit.
    #[error("amount too large: at most 10^36 - 1 minor units")]
    TooLarge,
    /// Two amounts of different assets do not add up.
    #[error("asset is {found}, expected {expected}")]
    AssetMismatch {
        /// The asset of the amount that was there first.
        expected: Asset,
        /// The asset of the amount that came to it.
        found: Asset,
    },
    /// The result would be below zero.
    #[error("amount would fall below zero")]
    BelowZero,
    /// There is nothing to allocate by: no weights, or all of them zero.
    #[error("at least one weight must be above zero")]
    NoWeights,
}

impl AmountError {
    /// The code on the wire. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotADecimal => "not_a_decimal",
            Self::TooManyDecimals { .. } => "too_many_decimals",
            Self::TooLarge => "amount_overflow",
            Self::AssetMismatch { .. } => "asset_mismatch",
            Self::BelowZero => "amount_below_zero",
            Self::NoWeights => "no_weights",
        }
    }

    /// Whether the very same arithmetic may succeed later: never.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::NotADecimal
            | Self::TooManyDecimals { .. }
            | Self::TooLarge
            | Self::AssetMismatch { .. }
            | Self::BelowZero
            | Self::NoWeights => false,
        }
    }
}

impl Amount {
    /// `minor` minor units of `asset`.
    ///
    /// # Errors
    ///
    /// [`AmountError::TooLarge`] above [`AMOUNT_MAX`].
    pub const fn new(minor: u128, asset: Asset) -> Result<Self, AmountError> {
        if minor > AMOUNT_MAX {
            return Err(AmountError::TooLarge);
        }
        Ok(Self { minor, asset })
    }

    /// Nothing of `asset`.
    pub const fn zero(asset: Asset) -> Self {
        Self { minor: 0, asset }
    }

    /// The count of minor units: 1050 for 10.50 GBP.
    pub const fn minor(&self) -> u128 {
        self.minor
    }

    /// What is counted.
    pub const fn asset(&self) -> Asset {
        self.asset
    }

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// Reads a decimal string: "10.5" and "10.50" are both 1050 minor units of GBP.
    ///
    /// Digits on both sides of the point, at most `scale` of them behind it; no sign, exponent,
    /// space or grouping, and no leading zero but the one of "0" and "0.5".
    ///
    /// # Errors
    ///
    /// [`AmountError::NotADecimal`], [`AmountError::TooManyDecimals`], [`AmountError::TooLarge`],
    /// checked in this order.
    pub fn parse(text: &str, asset: Asset) -> Result<Self, AmountError> {
        Self::new(decimal::parse(text, asset.scale())?, asset)
    }

    /// The amount as text with exactly the asset's decimals: "10.50", for JPY "10".
    pub fn decimal(&self) -> String {
        decimal::print(self.minor, self.asset.scale())
    }

    /// The sum of two amounts of one asset.
    ///
    /// # Errors
    ///
    /// [`AmountError::AssetMismatch`], or [`AmountError::TooLarge`] above [`AMOUNT_MAX`].
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        self.expect_same_asset(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(AmountError::TooLarge)?;
        Self::new(minor, self.asset)
    }

    /// What is left of this amount without `other`, of the same asset.
    ///
    /// # Errors
    ///
    /// [`AmountError::AssetMismatch`], or [`AmountError::BelowZero`] if `other` is the larger.
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        self.expect_same_asset(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(AmountError::BelowZero)?;
        Self::new(minor, self.asset)
    }

    /// This amount times `ratio`, in the same asset, brought to whole minor units by `rounding`.
    ///
    /// Exact up to the one rounding, however large the ratio's two numbers are.
    ///
    /// # Errors
    ///
    /// [`AmountError::TooLarge`] if the result is above [`AMOUNT_MAX`].
    pub fn scaled(self, ratio: Ratio, rounding: Rounding) -> Result<Self, AmountError> {
        let quotient =
            wide::mul_div(self.minor, ratio.num(), ratio.divisor()).ok_or(AmountError::TooLarge)?;
        let minor = rounding.apply(quotient, ratio.den()).ok_or(AmountError::TooLarge)?;
        Self::new(minor, self.asset)
    }

    fn expect_same_asset(self, other: Self) -> Result<(), AmountError> {
        if self.asset != other.asset {
            return Err(AmountError::AssetMismatch { expected: self.asset, found: other.asset });
        }
        Ok(())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.decimal(), self.asset)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
