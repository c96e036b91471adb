//! What is written is read back the same, as JSON and as postcard; what is not money is not read.

use std::fmt::Debug;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::model::{amounts, integers};
use super::{asset, pence};
use crate::{Amount, Asset, PartsPerMillion, Ratio, Rounding, Signed};

/// Through both formats and through a JSON value, and back.
#[track_caller]
fn check_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    let json = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
    let tree = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(tree).unwrap(), value);
    let bytes = postcard::to_allocvec(&value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
}

#[track_caller]
fn check_refused<T: DeserializeOwned + Debug>(json: &str, expected: Expect) {
    expected.assert_eq(&serde_json::from_str::<T>(json).unwrap_err().to_string());
}

/// Goal: the JSON is text that a person can read, and the bytes are few.
#[test]
fn writes_decimal_text_and_few_bytes() {
    let amount = pence(1_050);
    let debt = Signed::difference(0, 1_050, asset("GBP"));
    let third = Ratio::new(1, 3).unwrap();
    let json = serde_json::to_string(&(amount, debt, third, Rounding::HalfEven)).unwrap();
    expect![[r#"[{"value":"10.50","asset":{"code":"GBP","scale":2,"kind":"fiat"}},{"value":"-10.50","asset":{"code":"GBP","scale":2,"kind":"fiat"}},{"num":"1","den":"3"},"half_even"]"#]].assert_eq(&json);
    let bytes = postcard::to_allocvec(&amount).unwrap();
    expect!["[154, 8, 3, 71, 66, 80, 2, 0]"].assert_eq(&format!("{bytes:?}"));
}

/// Goal: what the constructors refuse, reading refuses, with their words.
#[test]
fn refuses_what_is_not_money() {
    let gbp = r#""asset":{"code":"GBP","scale":2,"kind":"fiat"}"#;
    check_refused::<Asset>(
        r#"{"code":"gbp","scale":2,"kind":"fiat"}"#,
        expect!["an asset code is 2 to 12 characters out of A-Z and 0-9"],
    );
    check_refused::<Asset>(
        r#"{"code":"GBP","scale":31,"kind":"fiat"}"#,
        expect!["an asset has at most 30 decimals, not 31"],
    );
    check_refused::<Amount>(
        &format!(r#"{{"value":10.5,{gbp}}}"#),
        expect!["invalid type: floating point `10.5`, expected a string at line 1 column 13"],
    );
    check_refused::<Amount>(
        &format!(r#"{{"value":"10.505",{gbp}}}"#),
        expect!["too many decimals: the asset has 2"],
    );
    check_refused::<Signed>(
        &format!(r#"{{"value":"-0.00",{gbp}}}"#),
        expect!["not a decimal: write digits and at most one point, as in 10.50"],
    );
    check_refused::<Signed>(
        &format!(r#"{{"value":"--1",{gbp}}}"#),
        expect!["not a decimal: write digits and at most one point, as in 10.50"],
    );
    check_refused::<Ratio>(
        r#"{"num":"1","den":"0"}"#,
        expect!["a ratio's denominator must be above zero"],
    );
    check_refused::<PartsPerMillion>(
        "1000001",
        expect!["a share is at most 1000000 parts per million, not 1000001"],
    );
}

/// Goal: bytes are checked like text. Method: the maximum plus one, and a minus on zero.
#[test]
fn refuses_bytes_that_are_not_money() {
    let too_large = postcard::to_allocvec(&(crate::AMOUNT_MAX + 1, asset("GBP"))).unwrap();
    assert!(postcard::from_bytes::<Amount>(&too_large).is_err());
    let minus_zero = postcard::to_allocvec(&(true, 0_u128, asset("GBP"))).unwrap();
    assert!(postcard::from_bytes::<Signed>(&minus_zero).is_err());
    let by_zero = postcard::to_allocvec(&(1_u128, 0_u128)).unwrap();
    assert!(postcard::from_bytes::<Ratio>(&by_zero).is_err());
}

proptest! {
    #[test]
    fn serial_forms_are_inverse(amount in amounts(), plus in integers(), minus in integers()) {
        check_round_trip(amount);
        check_round_trip(Signed::difference(plus, minus, asset("XNO")));
        check_round_trip(Ratio::new(plus, minus.max(1)).unwrap());
        let share = u32::try_from(plus % 1_000_001).unwrap();
        check_round_trip(PartsPerMillion::new(share).unwrap());
    }

    /// Any bytes at all are either money or an error.
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(amount) = postcard::from_bytes::<Amount>(&bytes) {
            check_round_trip(amount);
        }
        if let Ok(signed) = postcard::from_bytes::<Signed>(&bytes) {
            check_round_trip(signed);
        }
    }
}
