//! A difference of minor units, for views of balances: the one form that may carry a minus.
//!
//! Not an amount: nothing moves by it, and it may be above `AMOUNT_MAX`. Zero has no minus.
//! Start at [`Signed::difference`].

use std::fmt;

use crate::{Amount, AmountError, Asset, decimal};

/// A count of minor units of one asset, below zero or not.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Signed {
    negative: bool,
    minor: u128,
    asset: Asset,
}

impl Signed {
    /// `plus - minus` minor units of `asset`.
    pub const fn difference(plus: u128, minus: u128, asset: Asset) -> Self {
        Self { negative: plus < minus, minor: plus.abs_diff(minus), asset }
    }

    /// Whether it is below zero.
    pub const fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// The count of minor units without the sign.
    pub const fn magnitude(&self) -> u128 {
        self.minor
    }

    /// What is counted.
    pub const fn asset(&self) -> Asset {
        self.asset
    }

    /// The same as an amount.
    ///
    /// # Errors
    ///
    /// [`AmountError::BelowZero`] if it carries a minus, else [`AmountError::TooLarge`] if it is
    /// above [`AMOUNT_MAX`](crate::AMOUNT_MAX).
    pub const fn amount(&self) -> Result<Amount, AmountError> {
        if self.negative {
            return Err(AmountError::BelowZero);
        }
        Amount::new(self.minor, self.asset)
    }

    /// As text with exactly the asset's decimals, and a minus if below zero: "-10.50".
    pub fn decimal(&self) -> String {
        let magnitude = decimal::print(self.minor, self.asset.scale());
        if self.negative { format!("-{magnitude}") } else { magnitude }
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.decimal(), self.asset)
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
