//! ClickHouse's rows as PQL's values, by the type of the column and by what is there.

use datasets::{Cell, Column, Fault, Sink, Statement, decimal_of_text, wide_of_text};
use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Date, Float, Id, Money, Timestamp, Value, json};
use serde_json::Value as Json;

/// Hands a row's cells to `sink`.
pub(super) fn row(row: &[Json], statement: &Statement, sink: &mut Sink) -> Result<(), Fault> {
    for (column, described) in statement.columns.iter().enumerate() {
        let unreadable = || Fault::Unreadable { column, expected: described.ty().noun() };
        let first = row.get(described.first).ok_or_else(unreadable)?;
        let cell = if described.kept == Kept::Masked {
            Some(described.masked())
        } else if described.ty() == Type::Money {
            money(first, row.get(described.second()).ok_or_else(unreadable)?).map(Cell::Value)
        } else {
            cell(first, described, statement)
        };
        sink.cell(cell.ok_or_else(unreadable)?);
    }
    Ok(())
}

fn cell<'a>(found: &'a Json, column: &Column, statement: &Statement) -> Option<Cell<'a>> {
    if found.is_null() {
        return Some(Cell::Value(Value::Null));
    }
    let value = match column.ty() {
        Type::Text | Type::Enum(_) => return found.as_str().map(Cell::Text),
        Type::Whole | Type::Decimal { .. } => number(found)?,
        Type::Float => Value::Float(Float::new(found.as_f64()?)?),
        Type::Bool => {
            Value::Bool(found.as_bool().or_else(|| found.as_i64().map(|flag| flag != 0))?)
        }
        Type::Id(prefix) => {
            let digits = found.as_str()?.replace('-', "");
            let bits = u128::from_str_radix(&digits, 16).ok()?;
            Value::Id(Id::new(statement.catalogue.id_prefix(prefix), bits))
        }
        Type::Timestamp { .. } => Value::Timestamp(timestamp(found)?),
        Type::Date => Value::Date(Date::parse(found.as_str()?).ok()?),
        Type::TextArray | Type::TextMap => {
            json::read(found, column.ty(), &statement.catalogue).ok()?
        }
        Type::Money | Type::Duration => return None,
    };
    Some(Cell::Value(value))
}

fn number(found: &Json) -> Option<Value> {
    if let Some(whole) = found.as_i64() {
        return Some(Value::Whole(whole));
    }
    decimal_of_text(found.as_str()?).map(Value::Decimal)
}

/// Text of a `DateTime64`, or microseconds.
fn timestamp(found: &Json) -> Option<Timestamp> {
    let text = found.as_str()?;
    if let Ok(micros) = text.parse() {
        return Timestamp::from_micros(micros);
    }
    Timestamp::parse(&format!("{}Z", text.replace(' ', "T"))).ok()
}

fn money(minor: &Json, asset: &Json) -> Option<Value> {
    if minor.is_null() || asset.is_null() {
        return Some(Value::Null);
    }
    let minor = match minor.as_i64() {
        Some(whole) => whole.into(),
        None => wide_of_text(minor.as_str()?)?,
    };
    Some(Value::Money(Money { minor, asset: asset.as_str()?.into() }))
}
