//! Values as JSON: in rows, binds, parameters and data files.
//!
//! Numbers are text, so that no reader rounds them; floats alone are JSON numbers. Whether a value
//! fits a field is asked with [`fits`]. Start at [`write`] and [`read`].

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value as Json;

use super::{Date, Decimal, Float, Id, IdError, Money, TimeError, Timestamp, Value};
use crate::catalogue::Catalogue;
use crate::datatype::Type;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the field or the bind of this type: decimals with all digits of the scale.
    Declared(Type),
    /// As a result of this type: decimals without trailing zeros.
    Computed(Type),
}

/// Why JSON is no value of a type. Variants stand in the order checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// A JSON number with a point or an exponent, or a whole one of more digits than an i64.
    #[error("write this number as text, as \"{example}\": JSON numbers lose digits on their way")]
    InexactNumber {
        /// A number in the form asked for.
        example: &'static str,
    },
    /// It is something else altogether.
    #[error("this must be {expected}")]
    Expected {
        /// What it must be, with an example.
        expected: &'static str,
    },
    /// The text holds U+0000, which some databases cannot keep.
    #[error("text cannot hold the character U+0000")]
    Nul,
    /// The enum has no such value.
    #[error("there is no value '{found}' here, only {values}")]
    NotInEnum {
        /// The text found.
        found: Box<str>,
        /// The values of the enum, each in quotes.
        values: Box<str>,
    },
    /// The catalogue lists no such asset.
    #[error("there is no asset {found}")]
    NoSuchAsset {
        /// The code found.
        found: Box<str>,
    },
    /// The amount is finer than the asset's minor unit.
    #[error("{asset} has {decimals} decimals, the amount has more")]
    TooFine {
        /// The code of the asset.
        asset: Box<str>,
        /// Its decimals.
        decimals: u8,
    },
    /// It is no id, or an id of something else.
    #[error(transparent)]
    Id(#[from] IdError),
    /// It is no timestamp, date or duration.
    #[error(transparent)]
    Time(#[from] TimeError),
}

const NULL: &str = "null";
const WHOLE_EXAMPLE: &str = "123";
const DECIMAL_EXAMPLE: &str = "1.50";
const MONEY: &str = "an amount: {\"value\":\"12.50\",\"asset\":\"GBP\"}";

/// Writes a value as compact JSON, escaping only what JSON requires.
///
/// An asset that the catalogue does not list is written in minor units.
pub fn write(value: &Value, form: Form, catalogue: &Catalogue, out: &mut String) {
    match value {
        Value::Null => out.push_str(NULL),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Whole(whole) => number(form.decimal((*whole).into()), out),
        Value::Decimal(decimal) => number(form.decimal(*decimal), out),
        Value::Float(float) => show(float, out),
        Value::Text(text) => string(text, out),
        Value::Money(money) => {
            let decimals = catalogue.asset_decimals(&money.asset).unwrap_or(0);
            out.push_str("{\"value\":");
            number(Decimal::new(money.minor, decimals), out);
            out.push_str(",\"asset\":");
            string(&money.asset, out);
            out.push('}');
        }
        Value::Id(id) => quoted(|out| show(id, out), out),
        Value::Timestamp(at) => {
            let precision = form.precision();
            // Writing to a String does not fail.
            quoted(|out| _ = at.write(precision, out), out);
        }
        Value::Date(date) => quoted(|out| show(date, out), out),
        Value::Duration(duration) => quoted(|out| show(duration, out), out),
        Value::Array(items) => list('[', items, |item, out| string(item, out), ']', out),
        Value::Map(entries) => object(entries, out),
    }
}

/// Reads a value of a type; `null` is NULL of every type.
///
/// Decimals and timestamps may be finer than the type: an order comparison may ask for that. Whole
/// numbers and decimals may also be JSON integers.
///
/// # Errors
///
/// The first [`JsonError`] that holds.
pub fn read(json: &Json, ty: Type, catalogue: &Catalogue) -> Result<Value, JsonError> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    match ty {
        Type::Whole => read_whole(json),
        Type::Decimal { .. } => read_decimal(json).map(Value::Decimal),
        Type::Float => {
            let float = json.as_f64().and_then(Float::new);
            float.map(Value::Float).ok_or(JsonError::Expected { expected: "a number: 1.5" })
        }
        Type::Bool => {
            json.as_bool().map(Value::Bool).ok_or(JsonError::Expected { expected: "true or false" })
        }
        Type::Text => text(json).map(Value::text),
        Type::Enum(values) => read_enum(text(json)?, catalogue.enum_values(values)),
        Type::Id(prefix) => Ok(Value::Id(Id::parse(text(json)?, catalogue.id_prefix(prefix))?)),
        Type::Timestamp { .. } => Ok(Value::Timestamp(Timestamp::parse(text(json)?)?)),
        Type::Date => Ok(Value::Date(Date::parse(text(json)?)?)),
        Type::Money => read_money(json, catalogue).map(Value::Money),
        Type::Duration => Ok(Value::Duration(super::Duration::parse(text(json)?)?)),
        Type::TextArray => read_array(json).map(Value::Array),
        Type::TextMap => read_map(json).map(Value::Map),
    }
}

/// Whether a value that was read is no finer and no wider than its type.
pub fn fits(value: &Value, ty: Type) -> bool {
    match (value, ty) {
        (Value::Decimal(decimal), Type::Decimal { precision, scale }) => {
            decimal.at_scale(scale).is_some_and(|digits| digits.digits() <= u32::from(precision))
        }
        (Value::Timestamp(at), Type::Timestamp { precision }) => at.floored(precision) == *at,
        _ => true,
    }
}

impl Form {
    const fn ty(self) -> Type {
        match self {
            Self::Declared(ty) | Self::Computed(ty) => ty,
        }
    }

    fn decimal(self, number: Decimal) -> Decimal {
        match self {
            Self::Declared(ty) => number.rounded(ty.scale()).unwrap_or(number),
            Self::Computed(_) => number.trimmed(),
        }
    }

    const fn precision(self) -> u8 {
        match self.ty() {
            Type::Timestamp { precision } => precision,
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => 6,
        }
    }
}

/// Writes text as JSON, escaping only what JSON requires.
pub fn write_text(text: &str, out: &mut String) {
    string(text, out);
}

fn show(shown: impl std::fmt::Display, out: &mut String) {
    // Writing to a String does not fail.
    _ = write!(out, "{shown}");
}

fn quoted(inside: impl FnOnce(&mut String), out: &mut String) {
    out.push('"');
    inside(out);
    out.push('"');
}

fn number(number: Decimal, out: &mut String) {
    quoted(|out| show(number, out), out);
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..'\u{20}' => _ = write!(out, "\\u{:04x}", u32::from(character)),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn object(entries: &BTreeMap<Box<str>, Box<str>>, out: &mut String) {
    let entry = |(key, value): (&str, &str), out: &mut String| {
        string(key, out);
        out.push(':');
        string(value, out);
    };
    let entries = entries.iter().map(|(key, value)| (&**key, &**value));
    list('{', entries, entry, '}', out);
}

fn list<T>(
    open: char,
    items: impl IntoIterator<Item = T>,
    item: impl Fn(T, &mut String),
    close: char,
    out: &mut String,
) {
    out.push(open);
    for (place, each) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        item(each, out);
    }
    out.push(close);
}

fn read_whole(json: &Json) -> Result<Value, JsonError> {
    let expected = JsonError::Expected { expected: "a whole number: \"123\"" };
    match json {
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Ok(Value::Whole(whole)),
            None => Err(JsonError::InexactNumber { example: WHOLE_EXAMPLE }),
        },
        Json::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            let whole = text.parse().ok().filter(|_| is_digits);
            whole.map(Value::Whole).ok_or(expected)
        }
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(expected),
    }
}

fn read_decimal(json: &Json) -> Result<Decimal, JsonError> {
    let expected = JsonError::Expected { expected: "a decimal number: \"1.50\"" };
    match json {
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Ok(whole.into()),
            None => Err(JsonError::InexactNumber { example: DECIMAL_EXAMPLE }),
        },
        Json::String(text) => text.parse().map_err(|_| expected),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(expected),
    }
}

fn text(json: &Json) -> Result<&str, JsonError> {
    let text = json.as_str().ok_or(JsonError::Expected { expected: "text" })?;
    if text.contains('\0') { Err(JsonError::Nul) } else { Ok(text) }
}

fn read_enum(text: &str, values: &[Box<str>]) -> Result<Value, JsonError> {
    if values.iter().any(|value| &**value == text) {
        return Ok(Value::text(text));
    }
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    Err(JsonError::NotInEnum { found: text.into(), values: quoted.join(", ").into() })
}

fn read_money(json: &Json, catalogue: &Catalogue) -> Result<Money, JsonError> {
    let expected = || JsonError::Expected { expected: MONEY };
    let members = json.as_object().filter(|members| members.len() == 2).ok_or_else(expected)?;
    let (value, asset) = members.get("value").zip(members.get("asset")).ok_or_else(expected)?;
    let (value, asset) = (read_decimal(value)?, text(asset)?);
    let decimals = catalogue.asset_decimals(asset);
    let decimals = decimals.ok_or_else(|| JsonError::NoSuchAsset { found: asset.into() })?;
    let minor = value.at_scale(decimals);
    let too_fine = || JsonError::TooFine { asset: asset.into(), decimals };
    Ok(Money { minor: minor.ok_or_else(too_fine)?, asset: asset.into() })
}

fn read_array(json: &Json) -> Result<Vec<Box<str>>, JsonError> {
    let expected = JsonError::Expected { expected: "an array of text: [\"a\",\"b\"]" };
    let items = json.as_array().ok_or(expected)?;
    items.iter().map(|item| text(item).map(Into::into)).collect()
}

/// An entry that is null is absent.
fn read_map(json: &Json) -> Result<BTreeMap<Box<str>, Box<str>>, JsonError> {
    let expected = JsonError::Expected { expected: "a map of text: {\"a\":\"b\"}" };
    let entries = json.as_object().ok_or(expected)?.iter().filter(|(_, entry)| !entry.is_null());
    entries
        .map(|(key, entry)| {
            let key =
                if key.contains('\0') { Err(JsonError::Nul) } else { Ok(key.as_str().into()) };
            Ok((key?, text(entry)?.into()))
        })
        .collect()
}
