//! Exact numbers, held against an independent calculator.

use std::cmp::Ordering;
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

use crate::value::{Decimal, Float, Wide};

/// Digits of any length up to the widest, with a sign; runs of nines and zeros are likely.
fn digits() -> impl Strategy<Value = String> {
    let digit = prop_oneof![Just('0'), Just('9'), proptest::char::range('0', '9')];
    let digits = proptest::collection::vec(digit, 1..96);
    (any::<bool>(), digits).prop_map(|(negative, digits)| {
        let digits: String = digits.into_iter().collect();
        format!("{}{digits}", if negative { "-" } else { "" })
    })
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (digits(), 0_u8..40).prop_map(|(digits, scale)| Decimal::new(wide(&digits), scale))
}

fn wide(text: &str) -> Wide {
    let digits = Wide::from_digits(text.trim_start_matches('-').as_bytes()).unwrap();
    if text.starts_with('-') { digits.negated() } else { digits }
}

fn big(wide: Wide) -> BigInt {
    BigInt::from_str(&wide.to_string()).unwrap()
}

/// Whether a result is right: the calculator's, or none where that is too wide.
#[track_caller]
fn check(actual: Option<Wide>, expected: &BigInt) {
    let limit = BigInt::from(2).pow(320);
    let fits = expected.magnitude() < limit.magnitude();
    assert_eq!(actual.map(big).as_ref(), fits.then_some(expected));
}

/// The quotient with `scale` decimals, halves away from zero, as schools teach it.
fn quotient(left: Decimal, right: Decimal, scale: u32) -> BigInt {
    let ten = BigInt::from(10);
    let dividend: BigInt = big(left.coefficient()) * ten.pow(u32::from(right.scale()) + scale) * 2;
    let divisor: BigInt = big(right.coefficient()) * ten.pow(left.scale().into());
    let is_negative = (dividend.sign() == Sign::Minus) != (divisor.sign() == Sign::Minus);
    let (dividend, divisor) =
        (BigInt::from(dividend.magnitude().clone()), BigInt::from(divisor.magnitude().clone()));
    let rounded: BigInt = (dividend + &divisor) / (divisor * 2);
    if is_negative { -rounded } else { rounded }
}

proptest! {
    /// Invariant `exact`: sums, differences, products, quotients and remainders are those of a
    /// calculator without limits, or there is none because it would not fit.
    #[test]
    fn exact(left in digits(), right in digits()) {
        let (left, right) = (wide(&left), wide(&right));
        check(left.checked_add(right), &(big(left) + big(right)));
        check(left.checked_sub(right), &(big(left) - big(right)));
        check(left.checked_mul(right), &(big(left) * big(right)));
        prop_assert_eq!(left.cmp(&right), big(left).cmp(&big(right)));
        match left.checked_div_rem(right) {
            None => prop_assert!(right.is_zero()),
            Some((quotient, remainder)) => {
                check(Some(quotient), &(big(left) / big(right)));
                check(Some(remainder), &(big(left) % big(right)));
            }
        }
    }

    /// Powers of ten scale as multiplication does, and digits are counted.
    #[test]
    fn scales_by_ten(number in digits(), exponent in 0_u8..100) {
        let (number, power) = (wide(&number), BigInt::from(10).pow(exponent.into()));
        check(number.scaled_up(exponent), &(big(number) * &power));
        check(Some(number.scaled_down(exponent)), &(big(number) / &power));
        let digits = number.abs().to_string().len();
        prop_assert_eq!(number.digits() as usize, digits);
    }

    /// A decimal is written as it is read.
    #[test]
    fn decimal_text(decimal in decimal()) {
        let read = Decimal::from_str(&decimal.to_string()).unwrap();
        prop_assert_eq!((read.coefficient(), read.scale()), (decimal.coefficient(), decimal.scale()));
        prop_assert_eq!(decimal.trimmed(), decimal);
    }

    /// Decimals of any scales compare as the fractions they are.
    #[test]
    fn decimals_compare(left in decimal(), right in decimal()) {
        let ten = BigInt::from(10);
        let raise = |decimal: Decimal, by: u8| big(decimal.coefficient()) * ten.pow(by.into());
        let expected = raise(left, right.scale()).cmp(&raise(right, left.scale()));
        prop_assert_eq!(left.cmp(&right), expected);
        prop_assert_eq!(left.checked_sub(right).is_none_or(Decimal::is_zero), expected == Ordering::Equal || left.checked_sub(right).is_none());
    }

    /// `/` has twelve decimals and rounds halves away from zero.
    #[test]
    fn divides(left in any::<i64>(), right in any::<i64>(), scales in (0_u8..20, 0_u8..20)) {
        let left = Decimal::new(left.into(), scales.0);
        let right = Decimal::new(right.into(), scales.1);
        match left.quotient(right) {
            None => prop_assert!(right.is_zero()),
            Some(actual) => {
                prop_assert_eq!(actual.scale(), 12);
                prop_assert_eq!(big(actual.coefficient()), quotient(left, right, 12));
            }
        }
    }

    /// ROUND at any place is a quotient by a power of ten, rounded once.
    #[test]
    fn rounds(number in decimal(), places in -40_i64..40) {
        prop_assume!(number.coefficient().digits() < 50);
        let rounded = number.rounded_at(places).unwrap();
        if places >= i64::from(number.scale()) {
            prop_assert_eq!(rounded, number);
        } else {
            let scale = i64::from(number.scale()) - places;
            let power = Decimal::new(Wide::power_of_ten(scale as u8).unwrap(), 0);
            let expected = quotient(number.coefficient().into(), power, 0);
            let expected = if places < 0 { expected * BigInt::from(10).pow(-places as u32) } else { expected };
            prop_assert_eq!(big(rounded.coefficient()), expected);
        }
    }

    /// FLOOR and CEIL are the whole numbers on both sides.
    #[test]
    fn floors(number in decimal()) {
        let (floor, ceil) = (number.floor().unwrap(), number.ceil().unwrap());
        prop_assert!(floor <= number && number <= ceil);
        let gap = ceil.checked_sub(floor).unwrap();
        let is_whole = number.trimmed().scale() == 0;
        prop_assert_eq!(gap, if is_whole { Decimal::ZERO } else { Decimal::from(1) });
    }
}

#[track_caller]
fn computes(actual: Option<Decimal>, expected: &str) {
    assert_eq!(actual.map(|decimal| decimal.to_string()).as_deref(), Some(expected));
}

/// Goal: the numbers of the specification. Method: one line for each rule of it.
#[test]
fn rounds_half_away_from_zero() {
    let number = |text: &str| Decimal::from_str(text).unwrap();
    computes(number("2").quotient(number("3")), "0.666666666667");
    computes(number("-2").quotient(number("3")), "-0.666666666667");
    computes(number("2.5").rounded_at(0), "3");
    computes(number("-2.5").rounded_at(0), "-3");
    computes(number("-0.45").rounded_at(1), "-0.5");
    computes(number("1249.99").rounded_at(-2), "1200");
    computes(number("-1250").rounded_at(-2), "-1300");
    computes(number("7").rounded_at(-1), "10");
    computes(number("7").rounded_at(-9_000_000_000), "0");
    computes(number("-7").whole_quotient(number("2")), "-3");
    computes(number("-7").remainder(number("2")), "-1");
    computes(number("-0.5").floor(), "-1");
    computes(number("-0.5").ceil(), "0");
    computes(number("0.1").checked_add(number("0.2")), "0.3");
}

/// Goal: what is no decimal is refused. Method: each text is one mistake.
#[test]
fn refuses_what_is_no_decimal() {
    for text in ["", "-", "+1", "1.", ".5", "1e5", "1.2.3", " 1", "1 ", "--1", "1_000", "٣"] {
        assert_eq!(Decimal::from_str(text).ok(), None, "{text}");
    }
    assert!(Decimal::from_str(&"9".repeat(95)).is_ok());
    assert!(Decimal::from_str(&"9".repeat(97)).is_err());
}

/// Goal: floats are written as canonical JSON. Method: values on both sides of each change of form.
#[test]
#[expect(clippy::disallowed_types, reason = "floats are what is tested")]
fn floats_are_canonical() {
    let check = |number: f64, expected: &str| {
        assert_eq!(Float::new(number).map(|float| float.to_string()).as_deref(), Some(expected));
    };
    check(-0.0, "0");
    check(1.0, "1");
    check(0.1, "0.1");
    check(1e20, "100000000000000000000");
    check(1e21, "1e+21");
    check(-1.5e300, "-1.5e+300");
    check(0.000_001, "0.000001");
    check(1.5e-7, "1.5e-7");
    check(5e-324, "5e-324");
    assert_eq!(Float::new(f64::NAN), None);
    assert_eq!(Float::new(f64::INFINITY), None);
}
