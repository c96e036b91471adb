//! PQL's values as MariaDB's parameters.
//!
//! Exact decimals travel as text: the emitter casts their place, `CAST(? AS DECIMAL(p,s))`, for
//! MariaDB compares a text with a number as floats.

use datasets::{Bind, Bound};
use mysql_async::Value as Sql;
use pql::value::{Timestamp, Value};

pub(super) fn parameter(bind: &Bind) -> Sql {
    match &bind.value {
        Bound::One(value) => sql(value),
        Bound::Many(values) => Sql::Bytes(list(values).into_bytes()),
    }
}

fn sql(value: &Value) -> Sql {
    match value {
        Value::Null => Sql::NULL,
        Value::Bool(flag) => Sql::Int(i64::from(*flag)),
        Value::Whole(whole) => Sql::Int(*whole),
        Value::Float(float) => Sql::Double(float.get()),
        Value::Id(id) => Sql::Bytes(id.bits().to_be_bytes().to_vec()),
        Value::Timestamp(at) => timestamp(*at).unwrap_or(Sql::NULL),
        Value::Decimal(_)
        | Value::Text(_)
        | Value::Money(_)
        | Value::Date(_)
        | Value::Duration(_)
        | Value::Array(_)
        | Value::Map(_) => Sql::Bytes(text(value).into_bytes()),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        // The minor units; an asset is a bind of its own.
        Value::Money(money) => money.minor.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Duration(duration) => duration.micros().to_string(),
        Value::Array(items) => datasets::json_of(items),
        Value::Map(entries) => datasets::json_of(entries),
        Value::Null
        | Value::Bool(_)
        | Value::Whole(_)
        | Value::Float(_)
        | Value::Id(_)
        | Value::Timestamp(_) => String::new(),
    }
}

/// `DATETIME(6)`, UTC.
fn timestamp(at: Timestamp) -> Option<Sql> {
    let mut text = String::new();
    at.write(6, &mut text).ok()?;
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let small = |from: usize| u8::try_from(number(from, from.checked_add(2)?)?).ok();
    let year = u16::try_from(number(0, 4)?).ok()?;
    Some(Sql::Date(year, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, number(20, 26)?))
}

/// A list as JSON, for `JSON_TABLE`.
fn list(values: &[Value]) -> String {
    let items: Vec<String> = values.iter().map(item).collect();
    datasets::json_of(&items)
}

fn item(value: &Value) -> String {
    match value {
        Value::Bool(flag) => i64::from(*flag).to_string(),
        Value::Whole(whole) => whole.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Id(id) => format!("{:032X}", id.bits()),
        Value::Timestamp(at) => {
            let mut text = String::new();
            // Writing to a String does not fail.
            let _ = at.write(6, &mut text);
            text.trim_end_matches('Z').replace('T', " ")
        }
        Value::Null
        | Value::Decimal(_)
        | Value::Text(_)
        | Value::Money(_)
        | Value::Date(_)
        | Value::Duration(_)
        | Value::Array(_)
        | Value::Map(_) => text(value),
    }
}
