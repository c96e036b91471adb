//! PostgreSQL's binary results as PQL's values, by the type of the column and by what the server sent.

use std::error::Error;

use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::{Date, Decimal, Float, Id, Money, Timestamp, Value, Wide, json};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type as PgType};

use crate::{Cell, Column, Fault, Sink, Statement};

/// PostgreSQL counts from 2000-01-01.
pub(super) const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
pub(super) const EPOCH_MICROS: i64 = 10_957 * 86_400_000_000;

/// A numeric that is no number: NaN or an infinity.
const NOT_A_NUMBER: u16 = 0xC000;

/// A value's bytes.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &PgType, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &PgType) -> bool {
        true
    }
}

/// Hands a row's cells to `sink`.
pub(super) fn row(row: &Row, statement: &Statement, sink: &mut Sink) -> Result<(), Fault> {
    for (column, described) in statement.columns.iter().enumerate() {
        let unreadable = || Fault::Unreadable { column, expected: described.ty().noun() };
        let first = raw(row, described.first).ok_or_else(unreadable)?;
        let cell = match (described.ty(), first) {
            _ if described.kept == Kept::Masked => Some(described.masked()),
            (Type::Money, minor) => {
                let asset = raw(row, described.second()).ok_or_else(unreadable)?;
                money(minor, asset).map(Cell::Value)
            }
            (_, None) => Some(Cell::Value(Value::Null)),
            (_, Some(found)) => cell(found, described, statement),
        };
        sink.cell(cell.ok_or_else(unreadable)?);
    }
    Ok(())
}

type Found<'a> = (&'a [u8], &'a PgType);

/// The bytes of a column and their type; `None` if there is no such column, `Some(None)` for NULL.
fn raw(row: &Row, place: usize) -> Option<Option<Found<'_>>> {
    let ty = row.columns().get(place)?.type_();
    let raw: Option<Raw<'_>> = row.try_get(place).ok()?;
    Some(raw.map(|raw| (raw.0, ty)))
}

fn cell<'a>((bytes, wire): Found<'a>, column: &Column, statement: &Statement) -> Option<Cell<'a>> {
    let value = match column.ty() {
        Type::Text | Type::Enum(_) => return std::str::from_utf8(bytes).ok().map(Cell::Text),
        Type::Whole | Type::Decimal { .. } => number(bytes, wire)?,
        Type::Float => float(bytes, wire)?.map_or(Value::Null, Value::Float),
        Type::Bool => Value::Bool(*bytes.first()? != 0),
        Type::Id(prefix) => {
            let bits: [u8; 16] = bytes.try_into().ok()?;
            Value::Id(Id::new(statement.catalogue.id_prefix(prefix), u128::from_be_bytes(bits)))
        }
        Type::Timestamp { .. } => {
            let micros = i64::from_be_bytes(bytes.try_into().ok()?).checked_add(EPOCH_MICROS)?;
            Value::Timestamp(Timestamp::from_micros(micros)?)
        }
        Type::Date => {
            let days = i32::from_be_bytes(bytes.try_into().ok()?).checked_add(EPOCH_DAYS)?;
            Value::Date(Date::from_days(days)?)
        }
        Type::TextArray if *wire == PgType::TEXT_ARRAY || *wire == PgType::VARCHAR_ARRAY => {
            Value::Array(array(bytes)?)
        }
        Type::TextArray | Type::TextMap => {
            let text = if *wire == PgType::JSONB { bytes.get(1..)? } else { bytes };
            json::read(&serde_json::from_slice(text).ok()?, column.ty(), &statement.catalogue)
                .ok()?
        }
        Type::Money | Type::Duration => return None,
    };
    Some(Cell::Value(value))
}

/// A float; `Some(None)` for NaN and the infinities, which are no values here.
#[expect(clippy::disallowed_types, reason = "what columns of floating point hold")]
fn float(bytes: &[u8], wire: &PgType) -> Option<Option<Float>> {
    let number = match *wire {
        PgType::FLOAT4 => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
        _ => f64::from_be_bytes(bytes.try_into().ok()?),
    };
    Some(Float::new(number))
}

fn number(bytes: &[u8], wire: &PgType) -> Option<Value> {
    Some(match *wire {
        PgType::INT8 => Value::Whole(i64::from_be_bytes(bytes.try_into().ok()?)),
        PgType::INT4 => Value::Whole(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        PgType::INT2 => Value::Whole(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        PgType::NUMERIC => numeric(bytes)?.map_or(Value::Null, Value::Decimal),
        PgType::TEXT => Value::Decimal(std::str::from_utf8(bytes).ok()?.parse().ok()?),
        _ => return None,
    })
}

fn money(minor: Option<Found<'_>>, asset: Option<Found<'_>>) -> Option<Value> {
    let Some(((minor, wire), (asset, _))) = minor.zip(asset) else { return Some(Value::Null) };
    let asset = std::str::from_utf8(asset).ok()?.into();
    let minor = number(minor, wire)?.number()?.at_scale(0)?;
    Some(Value::Money(Money { minor, asset }))
}

/// A numeric; `Some(None)` for NaN and the infinities, which are no values here.
fn numeric(bytes: &[u8]) -> Option<Option<Decimal>> {
    let field =
        |place: usize| Some(u16::from_be_bytes(bytes.get(place..place + 2)?.try_into().ok()?));
    let (groups, weight, sign, scale) =
        (field(0)?, i32::from(field(2)?.cast_signed()), field(4)?, field(6)?);
    if sign & NOT_A_NUMBER == NOT_A_NUMBER {
        return Some(None);
    }
    let scale = u8::try_from(scale).ok()?;
    let mut digits = Vec::with_capacity(96);
    for place in 0..=weight.max(0) {
        push_group(&mut digits, group(bytes, groups, place, weight)?, 4);
    }
    let mut left = usize::from(scale);
    let mut place = weight.max(0) + 1;
    while left > 0 {
        let wanted = if weight < 0 { place + weight } else { place };
        push_group(&mut digits, group_at(bytes, groups, wanted)?, left.min(4));
        left = left.saturating_sub(4);
        place += 1;
    }
    let coefficient = Wide::from_digits(&digits)?;
    let coefficient = if sign == 0 { coefficient } else { coefficient.negated() };
    Some(Some(Decimal::new(coefficient, scale)))
}

/// The group before the point at `place` from the left; zeros if the number is below one.
fn group(bytes: &[u8], groups: u16, place: i32, weight: i32) -> Option<u16> {
    if weight < 0 { Some(0) } else { group_at(bytes, groups, place) }
}

/// A group as sent; those that are not sent are zero.
fn group_at(bytes: &[u8], groups: u16, place: i32) -> Option<u16> {
    match usize::try_from(place) {
        Ok(place) if place < usize::from(groups) => {
            let at = 8 + place * 2;
            Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
        }
        Ok(_) | Err(_) => Some(0),
    }
}

/// The first `wanted` of a group's four digits.
fn push_group(digits: &mut Vec<u8>, group: u16, wanted: usize) {
    for power in [1000, 100, 10, 1_u16].into_iter().take(wanted) {
        let digit = u8::try_from(group / power % 10).unwrap_or_default();
        digits.push(b'0' + digit);
    }
}

/// An array of one dimension; members that are NULL are left out.
fn array(bytes: &[u8]) -> Option<Vec<Box<str>>> {
    let at = |place: usize| {
        Some(i32::from_be_bytes(bytes.get(place..place.checked_add(4)?)?.try_into().ok()?))
    };
    if at(0)? == 0 {
        return Some(Vec::new());
    }
    let mut place = 20_usize;
    let mut items = Vec::new();
    for _ in 0..at(12)? {
        let length = at(place)?;
        place = place.checked_add(4)?;
        if let Ok(length) = usize::try_from(length) {
            let end = place.checked_add(length)?;
            items.push(std::str::from_utf8(bytes.get(place..end)?).ok()?.into());
            place = end;
        }
    }
    Some(items)
}
