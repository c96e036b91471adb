//! PQL's values as PostgreSQL's binary parameters, of the type that the server inferred for their place.

use std::error::Error;

use bytes::BytesMut;
use pql::value::{Decimal, Value};
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::decode::{EPOCH_DAYS, EPOCH_MICROS};
use crate::{Bind, Bound};

type Encoded = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// A bind on its way to the server.
#[derive(Debug)]
pub(super) struct Parameter<'a>(pub(super) &'a Bind);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match (&self.0.value, ty.kind()) {
            (Bound::One(Value::Array(items)), Kind::Array(of)) => {
                let values: Vec<Value> =
                    items.iter().map(|item| Value::Text(item.clone())).collect();
                array(&values, of, out)
            }
            (Bound::One(value), _) => encode(value, ty, out),
            (Bound::Many(values), Kind::Array(of)) => array(values, of, out),
            (Bound::Many(_), _) => Err(format!("a list for a parameter of type {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Binary
    }

    to_sql_checked!();
}

fn encode(value: &Value, ty: &Type, out: &mut BytesMut) -> Encoded {
    let mismatch = || format!("{} for a parameter of type {ty}", kind(value));
    match value {
        Value::Null => return Ok(IsNull::Yes),
        Value::Bool(flag) if *ty == Type::BOOL => put(out, &[u8::from(*flag)]),
        Value::Whole(whole) => number((*whole).into(), ty, out)?,
        Value::Decimal(decimal) => number(*decimal, ty, out)?,
        Value::Float(float) if *ty == Type::FLOAT8 => put(out, &float.get().to_be_bytes()),
        Value::Text(text) if is_text(ty) => put(out, text.as_bytes()),
        // The minor units; an asset is a bind of its own.
        Value::Money(money) => number(Decimal::from(money.minor), ty, out)?,
        Value::Id(id) if *ty == Type::UUID => put(out, &id.bits().to_be_bytes()),
        Value::Timestamp(at) if matches!(*ty, Type::TIMESTAMPTZ | Type::TIMESTAMP) => {
            put(out, &at.micros().checked_sub(EPOCH_MICROS).ok_or_else(mismatch)?.to_be_bytes());
        }
        Value::Date(date) if *ty == Type::DATE => {
            put(out, &date.days().checked_sub(EPOCH_DAYS).ok_or_else(mismatch)?.to_be_bytes());
        }
        Value::Map(entries) if *ty == Type::JSONB => {
            put(out, &[1]);
            put(out, serde_json::json!(entries).to_string().as_bytes());
        }
        Value::Bool(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Id(_)
        | Value::Timestamp(_)
        | Value::Date(_)
        | Value::Duration(_)
        | Value::Array(_)
        | Value::Map(_) => {
            return Err(mismatch().into());
        }
    }
    Ok(IsNull::No)
}

/// A whole number or a decimal, as integer or numeric.
fn number(
    decimal: Decimal,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<(), Box<dyn Error + Sync + Send>> {
    let fitting = || decimal.at_scale(0).and_then(|digits| digits.to_string().parse::<i64>().ok());
    let mismatch = || format!("a number that does not fit a parameter of type {ty}");
    match *ty {
        Type::NUMERIC => numeric(decimal, out),
        Type::INT8 => put(out, &fitting().ok_or_else(mismatch)?.to_be_bytes()),
        Type::INT4 => put(out, &i32::try_from(fitting().ok_or_else(mismatch)?)?.to_be_bytes()),
        Type::INT2 => put(out, &i16::try_from(fitting().ok_or_else(mismatch)?)?.to_be_bytes()),
        _ => return Err(mismatch().into()),
    }
    Ok(())
}

/// PostgreSQL's numeric: groups of four digits, from the first one that is not zero.
fn numeric(decimal: Decimal, out: &mut BytesMut) {
    let text = decimal.to_string();
    let (sign, digits) =
        text.strip_prefix('-').map_or((0_u16, text.as_str()), |rest| (0x4000, rest));
    let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let (before, behind_groups) = (before.trim_start_matches('0'), behind.len().div_ceil(4));
    let groups_before = before.len().div_ceil(4);
    let padded = format!(
        "{before:0>before_width$}{behind:0<behind_width$}",
        before_width = groups_before * 4,
        behind_width = behind_groups * 4
    );
    let groups: Vec<i16> = padded.as_bytes().chunks(4).map(group).collect();
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    let groups = groups.get(zeros..).unwrap_or_default();
    let weight = if groups.is_empty() { 0 } else { small(groups_before) - small(zeros) - 1 };
    for field in [
        small(groups.len()).to_be_bytes(),
        weight.to_be_bytes(),
        sign.to_be_bytes(),
        small(behind.len()).to_be_bytes(),
    ] {
        put(out, &field);
    }
    for group in groups {
        put(out, &group.to_be_bytes());
    }
}

fn group(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |group, digit| group * 10 + i16::from(digit - b'0'))
}

/// A length that is known to be small: numbers have at most some hundred digits.
fn small(length: usize) -> i16 {
    i16::try_from(length).unwrap_or(i16::MAX)
}

/// An array of one dimension.
fn array(values: &[Value], of: &Type, out: &mut BytesMut) -> Encoded {
    let has_null = values.iter().any(Value::is_null);
    put(out, &1_i32.to_be_bytes());
    put(out, &i32::from(has_null).to_be_bytes());
    put(out, &of.oid().to_be_bytes());
    put(out, &i32::try_from(values.len())?.to_be_bytes());
    put(out, &1_i32.to_be_bytes());
    for value in values {
        let mut item = BytesMut::new();
        match encode(value, of, &mut item)? {
            IsNull::Yes => put(out, &(-1_i32).to_be_bytes()),
            IsNull::No => {
                put(out, &i32::try_from(item.len())?.to_be_bytes());
                put(out, &item);
            }
        }
    }
    Ok(IsNull::No)
}

fn is_text(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON
    ) || matches!(ty.kind(), Kind::Enum(_))
}

fn put(out: &mut BytesMut, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

/// What a value is, for a message that shows none.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "a boolean",
        Value::Whole(_) | Value::Decimal(_) => "a number",
        Value::Float(_) => "a float",
        Value::Text(_) => "a text",
        Value::Money(_) => "an amount",
        Value::Id(_) => "an id",
        Value::Timestamp(_) => "a timestamp",
        Value::Date(_) => "a date",
        Value::Duration(_) => "a duration",
        Value::Array(_) => "an array",
        Value::Map(_) => "a map",
    }
}
