//! BSON as PQL's values, by the type of the column and by what is there.

use datasets::{Cell, Column, Fault, Sink, Statement, decimal_of_text};
use mongodb::bson::{Bson, Document};
use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Date, Float, Id, Money, Timestamp, Value};

/// Hands the fields `c0`, `c1`, … of a document to `sink`.
pub(super) fn row(
    document: &Document,
    statement: &Statement,
    sink: &mut Sink,
) -> Result<(), Fault> {
    let field =
        |place: usize| document.get(format!("c{place}")).filter(|found| **found != Bson::Null);
    for (column, described) in statement.columns.iter().enumerate() {
        let unreadable = || Fault::Unreadable { column, expected: described.ty().noun() };
        let first = field(described.first);
        let cell = if described.kept == Kept::Masked {
            Some(described.masked())
        } else if described.ty() == Type::Money {
            money(first, field(described.second())).map(Cell::Value)
        } else {
            first.map_or(Some(Cell::Value(Value::Null)), |found| cell(found, described, statement))
        };
        sink.cell(cell.ok_or_else(unreadable)?);
    }
    Ok(())
}

fn cell<'a>(found: &'a Bson, column: &Column, statement: &Statement) -> Option<Cell<'a>> {
    let value = match column.ty() {
        Type::Text | Type::Enum(_) => return found.as_str().map(Cell::Text),
        Type::Whole | Type::Decimal { .. } => number(found)?,
        Type::Float => Float::new(found.as_f64()?).map_or(Value::Null, Value::Float),
        Type::Bool => Value::Bool(found.as_bool()?),
        Type::Id(prefix) => {
            let Bson::Binary(binary) = found else { return None };
            let bits: [u8; 16] = binary.bytes.as_slice().try_into().ok()?;
            Value::Id(Id::new(statement.catalogue.id_prefix(prefix), u128::from_be_bytes(bits)))
        }
        Type::Timestamp { .. } => {
            let millis = found.as_datetime()?.timestamp_millis();
            Value::Timestamp(Timestamp::from_micros(millis.checked_mul(1_000)?)?)
        }
        Type::Date => Value::Date(Date::parse(found.as_str()?).ok()?),
        Type::TextArray => {
            let items = found.as_array()?.iter().filter_map(Bson::as_str);
            Value::Array(items.map(Into::into).collect())
        }
        Type::TextMap => {
            let entries = found.as_document()?.iter();
            let entry = |(key, value): (&String, &Bson)| {
                Some((key.as_str().into(), value.as_str()?.into()))
            };
            Value::Map(entries.filter_map(entry).collect())
        }
        Type::Money | Type::Duration => return None,
    };
    Some(Cell::Value(value))
}

fn number(found: &Bson) -> Option<Value> {
    if let Bson::Int32(whole) = found {
        return Some(Value::Whole((*whole).into()));
    }
    if let Bson::Int64(whole) = found {
        return Some(Value::Whole(*whole));
    }
    let Bson::Decimal128(decimal) = found else { return None };
    decimal_of_text(&decimal.to_string()).map(Value::Decimal)
}

fn money(minor: Option<&Bson>, asset: Option<&Bson>) -> Option<Value> {
    let Some((minor, asset)) = minor.zip(asset) else { return Some(Value::Null) };
    let minor = number(minor)?.number()?.at_scale(0)?;
    Some(Value::Money(Money { minor, asset: asset.as_str()?.into() }))
}
