//! Splitting an amount by weights, by the largest remainder.
//!
//! Parts sum to the whole, each less than one minor unit from its exact share; a weight of zero
//! takes nothing. Start at [`Amount::allocate`].

use std::cmp::Reverse;
use std::num::NonZeroU128;

use crate::{Amount, AmountError, wide};

impl Amount {
    /// Splits this amount by `weights`: one part for each, in their order, summing to the whole.
    ///
    /// Every part is its exact share rounded down; the minor units left over go one each to the
    /// parts that lost most by it, and among equals to the first.
    ///
    /// # Errors
    ///
    /// [`AmountError::TooLarge`] if the sum of the weights does not fit a u128;
    /// [`AmountError::NoWeights`] if it is zero.
    ///
    /// # Panics
    ///
    /// Never for any input; the parts are asserted to sum to the whole.
    pub fn allocate(self, weights: &[u128]) -> Result<Vec<Self>, AmountError> {
        let sum = weights.iter().try_fold(0_u128, |sum, weight| sum.checked_add(*weight));
        let sum = NonZeroU128::new(sum.ok_or(AmountError::TooLarge)?);
        let sum = sum.ok_or(AmountError::NoWeights)?;

        let mut left = self.minor();
        let mut parts = Vec::with_capacity(weights.len());
        let mut losses = Vec::with_capacity(weights.len());
        for weight in weights {
            let share = wide::mul_div(self.minor(), *weight, sum).ok_or(AmountError::TooLarge)?;
            left = left.checked_sub(share.floor).ok_or(AmountError::BelowZero)?;
            losses.push((Reverse(share.remainder), losses.len()));
            parts.push(share.floor);
        }
        losses.sort_unstable();
        for (_, place) in losses {
            let Some(rest) = left.checked_sub(1) else {
                break;
            };
            if let Some(part) = parts.get_mut(place) {
                *part = part.saturating_add(1);
                left = rest;
            }
        }
        assert_eq!(left, 0, "the remainders sum to less than a unit a part");

        parts.into_iter().map(|minor| Self::new(minor, self.asset())).collect()
    }
}
