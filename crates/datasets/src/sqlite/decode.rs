//! SQLite's values as PQL's, by the type of the column and by what is there.

use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Date, Decimal, Float, Id, Money, Timestamp, Value, json};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::functions;
use crate::{Cell, Column, Fault, Sink, Statement};

/// Hands a row's cells to `sink`.
pub(super) fn row(row: &Row<'_>, statement: &Statement, sink: &mut Sink) -> Result<(), Fault> {
    for (column, described) in statement.columns.iter().enumerate() {
        let unreadable = || Fault::Unreadable { column, expected: described.ty().noun() };
        let first = row.get_ref(described.first).map_err(super::refused)?;
        let cell = if described.kept == Kept::Masked {
            Some(described.masked())
        } else if described.ty() == Type::Money {
            let asset = row.get_ref(described.second()).map_err(super::refused)?;
            money(first, asset).map(Cell::Value)
        } else {
            cell(first, described, statement)
        };
        sink.cell(cell.ok_or_else(unreadable)?);
    }
    Ok(())
}

fn cell<'a>(found: ValueRef<'a>, column: &Column, statement: &Statement) -> Option<Cell<'a>> {
    if matches!(found, ValueRef::Null) {
        return Some(Cell::Value(Value::Null));
    }
    let value = match column.ty() {
        Type::Text | Type::Enum(_) => return found.as_str().ok().map(Cell::Text),
        Type::Whole => number(found, 0)?,
        Type::Decimal { scale, .. } => number(found, scale)?,
        Type::Float => Value::Float(Float::new(found.as_f64().ok()?)?),
        Type::Bool => Value::Bool(found.as_i64().ok()? != 0),
        Type::Id(prefix) => {
            let bits: [u8; 16] = found.as_blob().ok()?.try_into().ok()?;
            Value::Id(Id::new(statement.catalogue.id_prefix(prefix), u128::from_be_bytes(bits)))
        }
        Type::Timestamp { .. } => Value::Timestamp(Timestamp::from_micros(found.as_i64().ok()?)?),
        Type::Date => Value::Date(Date::parse(found.as_str().ok()?).ok()?),
        Type::TextArray | Type::TextMap => {
            let document = serde_json::from_str(found.as_str().ok()?).ok()?;
            json::read(&document, column.ty(), &statement.catalogue).ok()?
        }
        Type::Money | Type::Duration => return None,
    };
    Some(Cell::Value(value))
}

/// All digits, as an INTEGER or as the BLOB of a number that was computed.
fn number(found: ValueRef<'_>, scale: u8) -> Option<Value> {
    match found {
        ValueRef::Integer(whole) if scale == 0 => Some(Value::Whole(whole)),
        ValueRef::Integer(_) | ValueRef::Blob(_) => {
            Some(Value::Decimal(Decimal::new(functions::wide(found)?, scale)))
        }
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) => None,
    }
}

fn money(minor: ValueRef<'_>, asset: ValueRef<'_>) -> Option<Value> {
    if minor == ValueRef::Null || asset == ValueRef::Null {
        return Some(Value::Null);
    }
    Some(Value::Money(Money { minor: functions::wide(minor)?, asset: asset.as_str().ok()?.into() }))
}
