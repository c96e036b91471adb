//! Text and amounts are two faces of one thing, and every input has an answer.

use proptest::prelude::*;

use super::model::integers;
use crate::{AMOUNT_MAX, Amount, Asset, Kind, PartsPerMillion, Ratio, Rounding, SCALE_MAX, Signed};

fn assets() -> impl Strategy<Value = Asset> {
    let kinds = prop::sample::select(vec![Kind::Fiat, Kind::Crypto, Kind::Points]);
    ("[A-Z0-9]{2,12}", 0..=SCALE_MAX, kinds)
        .prop_map(|(code, scale, kind)| Asset::new(&code, scale, kind).unwrap())
}

/// Text close to a decimal, and text that is not.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9]{1,40}", "[0-9]{1,20}\\.[0-9]{1,31}", "[-+0-9.,eE_ ]{0,12}", ".{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Invariant `parse_and_print_are_inverse`, from the amount to text and back.
    #[test]
    fn parse_and_print_are_inverse(minor in 0..=AMOUNT_MAX, small in 0..1_000_u128, asset in assets()) {
        for minor in [minor, small] {
            let amount = Amount::new(minor, asset).unwrap();
            let text = amount.decimal();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            prop_assert_eq!(decimals, usize::from(asset.scale()));
            prop_assert_eq!(Amount::parse(&text, asset), Ok(amount));
        }
    }

    /// The other way: what parses prints as it was written, with the missing decimals put in.
    #[test]
    fn print_completes_what_was_parsed(text in texts(), asset in assets()) {
        if let Ok(amount) = Amount::parse(&text, asset) {
            let printed = amount.decimal();
            let added = printed.strip_prefix(&text).unwrap();
            prop_assert!(added.chars().all(|character| "0.".contains(character)));
        }
    }

    /// A code is kept to the letter, and orders assets as text does.
    #[test]
    fn codes_are_kept(left in assets(), right in assets()) {
        let again = Asset::new(left.code(), left.scale(), left.kind());
        prop_assert_eq!(again, Ok(left));
        if left.code() != right.code() {
            prop_assert_eq!(left < right, left.code() < right.code());
        }
    }

    /// Invariant `any_input_is_answered`: whatever comes in, a value or an error comes out.
    #[test]
    fn any_input_is_answered(
        text in any::<String>(),
        asset in assets(),
        numbers in prop::collection::vec(integers(), 2..8),
        parts in any::<u32>(),
    ) {
        let _ = (Asset::new(&text, 0, Kind::Points), Asset::known(&text), Amount::parse(&text, asset));
        let _ = PartsPerMillion::new(parts);
        let (left, right) = (numbers[0], numbers[1]);
        prop_assert!(!Signed::difference(left, right, asset).to_string().is_empty());
        prop_assert_eq!(Amount::new(left, asset).is_ok(), left <= AMOUNT_MAX);
        let amount = Amount::new(left.min(AMOUNT_MAX), asset).unwrap();
        let other = Amount::new(right.min(AMOUNT_MAX), asset).unwrap();
        if let Ok(sum) = amount.checked_add(other) {
            prop_assert_eq!(sum.checked_sub(other), Ok(amount));
        }
        if let Ok(rest) = amount.checked_sub(other) {
            prop_assert_eq!(rest.checked_add(other), Ok(amount));
        }
        if let Ok(parts) = amount.allocate(&numbers) {
            prop_assert_eq!(parts.len(), numbers.len());
        }
        if let Ok(ratio) = Ratio::new(left, right) {
            for rounding in [Rounding::Down, Rounding::Up, Rounding::HalfEven, Rounding::HalfUp] {
                if let Ok(scaled) = other.scaled(ratio, rounding) {
                    prop_assert!(scaled.minor() <= AMOUNT_MAX);
                }
            }
        }
    }
}
