//! Exact numbers and JSON as stores send and take them.

use std::collections::BTreeMap;

use pql::catalogue::Catalogue;
use pql::datatype::Type;
use pql::value::{Decimal, Value, Wide, json};

/// A number that a store sent as text: `-12.50`. An exponent, as MongoDB writes it, is read too.
pub fn decimal_of_text(text: &str) -> Option<Decimal> {
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else { return text.parse().ok() };
    let (number, exponent): (Decimal, i16) = (digits.parse().ok()?, exponent.parse().ok()?);
    let scale = i16::from(number.scale()).checked_sub(exponent)?;
    if scale >= 0 {
        return u8::try_from(scale)
            .ok()
            .filter(|scale| *scale <= SCALE_MAX)
            .map(|scale| Decimal::new(number.coefficient(), scale));
    }
    let zeros = u8::try_from(scale.checked_neg()?).ok()?;
    number.coefficient().scaled_up(zeros).map(Decimal::from)
}

/// A whole number of any width that a store sent as text.
pub fn wide_of_text(text: &str) -> Option<Wide> {
    decimal_of_text(text)?.at_scale(0)
}

/// The most digits behind a point that a store sends: as many as `Decimal` takes.
const SCALE_MAX: u8 = 95;

/// Arrays and maps of text, for stores that keep them as JSON.
pub fn json_of(value: &(impl AsJson + ?Sized)) -> String {
    value.as_json().to_string()
}

/// What [`json_of`] takes.
pub trait AsJson {
    /// It as JSON.
    fn as_json(&self) -> serde_json::Value;
}

impl<T: AsRef<str>> AsJson for Vec<T> {
    fn as_json(&self) -> serde_json::Value {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl AsJson for BTreeMap<Box<str>, Box<str>> {
    fn as_json(&self) -> serde_json::Value {
        serde_json::json!(self)
    }
}

/// An array or a map of text that a store keeps as JSON.
pub fn read_json(text: &str, ty: Type, catalogue: &Catalogue) -> Option<Value> {
    json::read(&serde_json::from_str(text).ok()?, ty, catalogue).ok()
}
