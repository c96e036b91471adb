//! Allocation, scaling and division against a naive model in big integers.

use std::num::NonZeroU128;

use num_bigint::BigUint;
use proptest::prelude::*;

use super::{asset, pence};
use crate::{AMOUNT_MAX, Amount, AmountError, Ratio, Rounding, wide};

/// Integers of every size up to a u128, with zero, small ones and the ends more often.
pub(super) fn integers() -> impl Strategy<Value = u128> {
    prop_oneof![
        4 => (any::<u128>(), 0..u128::BITS).prop_map(|(number, shift)| number >> shift),
        2 => 0..10_u128,
        1 => prop::sample::select(vec![AMOUNT_MAX, AMOUNT_MAX + 1, u128::MAX - 1, u128::MAX]),
    ]
}

/// Amounts of every size, the largest among them.
pub(super) fn amounts() -> impl Strategy<Value = Amount> {
    integers().prop_map(|minor| pence(minor.min(AMOUNT_MAX)))
}

/// Weights whose sum fits a u128 and is above zero.
fn weights() -> impl Strategy<Value = Vec<u128>> {
    prop::collection::vec(integers().prop_map(|weight| weight >> 6), 1..40)
        .prop_filter("some weight is above zero", |weights| {
            weights.iter().any(|weight| *weight > 0)
        })
}

fn roundings() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::Down, Rounding::Up, Rounding::HalfEven, Rounding::HalfUp])
}

fn minors(parts: &[Amount]) -> Vec<BigUint> {
    parts.iter().map(|part| BigUint::from(part.minor())).collect()
}

/// Shares rounded down; then, a unit at a time, to the first part that is furthest below its share.
fn model_allocate(whole: u128, weights: &[u128]) -> Vec<BigUint> {
    let sum: BigUint = weights.iter().sum();
    let exact = Vec::from_iter(weights.iter().map(|weight| BigUint::from(whole) * weight));
    let mut parts = Vec::from_iter(exact.iter().map(|share| share / &sum));
    let mut losses = Vec::from_iter(exact.iter().map(|share| share % &sum));
    while parts.iter().sum::<BigUint>() < BigUint::from(whole) {
        let largest = losses.iter().max().unwrap();
        let first = losses.iter().position(|loss| loss == largest).unwrap();
        parts[first] += 1_u8;
        losses[first] = BigUint::ZERO;
    }
    parts
}

fn model_scaled(minor: u128, ratio: Ratio, rounding: Rounding) -> BigUint {
    let (exact, den) = (BigUint::from(minor) * ratio.num(), BigUint::from(ratio.den()));
    let two = BigUint::from(2_u8);
    match rounding {
        Rounding::Down => exact / den,
        Rounding::Up => (exact + &den - 1_u8) / den,
        Rounding::HalfUp => (exact * &two + &den) / (den * two),
        Rounding::HalfEven => {
            let up = (&exact * &two + &den) / (&den * &two);
            let is_half = (&exact * &two) % (&den * &two) == den;
            if is_half && &up % &two == BigUint::from(1_u8) { up - 1_u8 } else { up }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Invariant `parts_sum_to_the_whole`, and a part for each weight.
    #[test]
    fn parts_sum_to_the_whole(whole in amounts(), weights in weights()) {
        let parts = whole.allocate(&weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        let sum = parts.into_iter().try_fold(pence(0), Amount::checked_add);
        prop_assert_eq!(sum, Ok(whole));
    }

    /// Invariant `each_part_is_within_one_unit`: strictly, so a weight of zero takes nothing.
    #[test]
    fn each_part_is_within_one_unit(whole in amounts(), weights in weights()) {
        let sum: BigUint = weights.iter().sum();
        let parts = minors(&whole.allocate(&weights).unwrap());
        for (part, weight) in parts.into_iter().zip(weights) {
            let (part, share) = (part * &sum, BigUint::from(whole.minor()) * weight);
            let apart = if part > share { part - share } else { share - part };
            prop_assert!(apart < sum);
        }
    }

    /// The odd units go where a plain reading of the rule sends them.
    #[test]
    fn allocation_agrees_with_the_model(whole in amounts(), weights in weights()) {
        let parts = minors(&whole.allocate(&weights).unwrap());
        prop_assert_eq!(parts, model_allocate(whole.minor(), &weights));
    }

    /// Ties: over equal weights the first parts are the larger, by one unit at most.
    #[test]
    fn equal_weights_favour_the_first(whole in amounts(), weight in 1..1_000_u128, count in 1..40_usize) {
        let parts = minors(&whole.allocate(&vec![weight; count]).unwrap());
        prop_assert!(parts.is_sorted_by(|before, after| before >= after));
        prop_assert!(&parts[0] - &parts[count - 1] <= BigUint::from(1_u8));
    }

    /// Invariant `scaled_agrees_with_the_model`; what the model puts above the maximum is refused.
    #[test]
    fn scaled_agrees_with_the_model(
        amount in amounts(),
        num in integers(),
        den in integers(),
        rounding in roundings(),
    ) {
        let ratio = Ratio::new(num, den.max(1)).unwrap();
        let expected = u128::try_from(model_scaled(amount.minor(), ratio, rounding))
            .map_err(|_| AmountError::TooLarge)
            .and_then(|minor| Amount::new(minor, asset("GBP")));
        prop_assert_eq!(amount.scaled(ratio, rounding), expected);
    }

    /// Halves are rare among any ratios; here every second one is a half.
    #[test]
    fn halves_agree_with_the_model(
        minor in integers(),
        num in 0..1_000_u128,
        half in 1..8_u128,
        rounding in roundings(),
    ) {
        // Small enough for the result to be an amount.
        let amount = pence(minor >> 20);
        let ratio = Ratio::new(num, 2 * half).unwrap();
        let expected = u128::try_from(model_scaled(amount.minor(), ratio, rounding)).unwrap();
        prop_assert_eq!(amount.scaled(ratio, rounding), Amount::new(expected, asset("GBP")));
    }

    /// Division through 256 bits, at every size of all three numbers.
    #[test]
    fn mul_div_agrees_with_the_model(left in integers(), right in integers(), divisor in integers()) {
        let divisor = NonZeroU128::new(divisor).unwrap_or(NonZeroU128::MIN);
        let (product, by) = (BigUint::from(left) * right, BigUint::from(divisor.get()));
        let expected = u128::try_from(&product / &by).ok();
        let actual = wide::mul_div(left, right, divisor);
        prop_assert_eq!(actual.map(|quotient| quotient.floor), expected);
        if let Some(quotient) = actual {
            prop_assert_eq!(BigUint::from(quotient.remainder), product % by);
        }
    }
}
