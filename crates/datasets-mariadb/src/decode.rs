//! MariaDB's values as PQL's, by the type of the column and by what the server sent.

use datasets::{Cell, Column, Fault, Sink, Statement, decimal_of_text, wide_of_text};
use mysql_async::{Row, Value as Sql};
use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Date, Float, Id, Money, Timestamp, Value, Wide};

/// Hands a row's cells to `sink`.
pub(super) fn row(row: &Row, statement: &Statement, sink: &mut Sink) -> Result<(), Fault> {
    for (column, described) in statement.columns.iter().enumerate() {
        let unreadable = || Fault::Unreadable { column, expected: described.ty().noun() };
        let first = row.as_ref(described.first).ok_or_else(unreadable)?;
        let cell = if described.kept == Kept::Masked {
            Some(described.masked())
        } else if described.ty() == Type::Money {
            let asset = row.as_ref(described.second()).ok_or_else(unreadable)?;
            money(first, asset).map(Cell::Value)
        } else {
            cell(first, described, statement)
        };
        sink.cell(cell.ok_or_else(unreadable)?);
    }
    Ok(())
}

fn cell<'a>(found: &'a Sql, column: &Column, statement: &Statement) -> Option<Cell<'a>> {
    if *found == Sql::NULL {
        return Some(Cell::Value(Value::Null));
    }
    let value = match column.ty() {
        Type::Text | Type::Enum(_) => return text(found).map(Cell::Text),
        Type::Whole | Type::Decimal { .. } => number(found)?,
        Type::Float => Value::Float(float(found)?),
        Type::Bool => Value::Bool(number(found)? != Value::Whole(0)),
        Type::Id(prefix) => {
            let Sql::Bytes(bytes) = found else { return None };
            let bits: [u8; 16] = bytes.as_slice().try_into().ok()?;
            Value::Id(Id::new(statement.catalogue.id_prefix(prefix), u128::from_be_bytes(bits)))
        }
        Type::Timestamp { .. } => Value::Timestamp(timestamp(found)?),
        Type::Date => Value::Date(date(found)?),
        Type::TextArray | Type::TextMap => {
            datasets::read_json(text(found)?, column.ty(), &statement.catalogue)?
        }
        Type::Money | Type::Duration => return None,
    };
    Some(Cell::Value(value))
}

fn text(found: &Sql) -> Option<&str> {
    if let Sql::Bytes(bytes) = found { std::str::from_utf8(bytes).ok() } else { None }
}

fn number(found: &Sql) -> Option<Value> {
    if let Sql::Int(whole) = found {
        return Some(Value::Whole(*whole));
    }
    if let Sql::UInt(whole) = found {
        return Some(Value::Decimal(Wide::from(*whole).into()));
    }
    decimal_of_text(text(found)?).map(Value::Decimal)
}

fn float(found: &Sql) -> Option<Float> {
    if let Sql::Double(number) = found {
        return Float::new(*number);
    }
    if let Sql::Float(number) = found { Float::new((*number).into()) } else { None }
}

fn date(found: &Sql) -> Option<Date> {
    let Sql::Date(year, month, day, ..) = found else { return None };
    Date::parse(&format!("{year:04}-{month:02}-{day:02}")).ok()
}

fn timestamp(found: &Sql) -> Option<Timestamp> {
    let Sql::Date(.., hour, minute, second, micros) = found else { return None };
    let days = i64::from(date(found)?.days());
    let hours = days.checked_mul(24)?.checked_add((*hour).into())?;
    let minutes = hours.checked_mul(60)?.checked_add((*minute).into())?;
    let seconds = minutes.checked_mul(60)?.checked_add((*second).into())?;
    Timestamp::from_micros(seconds.checked_mul(1_000_000)?.checked_add((*micros).into())?)
}

fn money(minor: &Sql, asset: &Sql) -> Option<Value> {
    if *minor == Sql::NULL || *asset == Sql::NULL {
        return Some(Value::Null);
    }
    let minor = match minor {
        Sql::Int(whole) => Wide::from(*whole),
        Sql::Bytes(_) => wide_of_text(text(minor)?)?,
        Sql::NULL
        | Sql::UInt(_)
        | Sql::Float(_)
        | Sql::Double(_)
        | Sql::Date(..)
        | Sql::Time(..) => return None,
    };
    Some(Value::Money(Money { minor, asset: text(asset)?.into() }))
}
