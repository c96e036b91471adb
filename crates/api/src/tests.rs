//! What the wire types read and refuse: no unknown fields, no numbers as amounts.

use crate::amount::{Amount, Unreadable};
use crate::customer::UpdateCustomer;
use crate::transaction::CreateInternalTransaction;
use money::AmountError;

/// Goal: an amount is text with an asset that is known. Method: one row a mistake.
#[test]
fn amounts_are_decimals_of_known_assets() {
    let read = |value: &str, asset: &str| {
        Amount { value: value.to_owned(), asset: asset.to_owned() }.read()
    };
    assert_eq!(read("10.5", "GBP").map(|amount| amount.minor()), Ok(1_050));
    assert_eq!(read("10", "XXX1"), Err(Unreadable::AssetUnknown));
    assert_eq!(read("-1", "GBP"), Err(Unreadable::Value(AmountError::NotADecimal)));
    let number: Result<Amount, _> = serde_json::from_str(r#"{"value":10.5,"asset":"GBP"}"#);
    assert!(number.is_err_and(|why| why.to_string().contains("expected a string")));
}

/// Goal: unknown fields are refused, not ignored.
#[test]
fn unknown_fields_are_refused() {
    let body =
        r#"{"kind":"internal","from_account":"a","amount":{"value":"1","asset":"GBP"},"tip":1}"#;
    let read: Result<CreateInternalTransaction, _> = serde_json::from_str(body);
    assert!(read.is_err_and(|why| why.to_string().contains("unknown field `tip`")));
}

/// Goal: a merge patch tells null from absent. Method: all three ways of one field.
#[test]
fn patches_tell_null_from_absent() {
    let read = |body: &str| serde_json::from_str::<UpdateCustomer>(body).unwrap();
    assert_eq!(read("{}").email, None);
    assert_eq!(read(r#"{"email":null}"#).email, Some(None));
    assert_eq!(read(r#"{"email":"a@b.c"}"#).email, Some(Some("a@b.c".to_owned())));
    assert_eq!(read(r#"{"tags":null}"#).tags, Some(None));
}
