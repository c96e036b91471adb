//! Wide arithmetic for SQLite: the functions that emissions call.
//!
//! A wide number is a BLOB of 32 bytes, big endian, two's complement with its sign bit turned, so
//! that BLOBs compare as the numbers do. Arguments may also be INTEGER, or TEXT of digits; NULL
//! gives NULL. The functions are listed in `pql`'s emitter for SQLite.

use pql::value::{Decimal, Wide};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

const BYTES: usize = 32;
/// The base of the two limbs that money may be kept in.
const LIMB_DIGITS: u8 = 18;

type Answer = Option<Wide>;

/// Makes the functions known to a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let scalar = |name: &str, count: i32, of: fn(&[Wide]) -> Answer| {
        let flags = FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_UTF8;
        connection.create_scalar_function(name, count, flags, move |context| answer(context, of))
    };
    scalar("pql_wide", 1, |x| Some(x[0]))?;
    scalar("pql_limbs", 2, |x| x[0].scaled_up(LIMB_DIGITS)?.checked_add(x[1]))?;
    scalar("pql_add", 2, |x| x[0].checked_add(x[1]))?;
    scalar("pql_sub", 2, |x| x[0].checked_sub(x[1]))?;
    scalar("pql_mul", 2, |x| x[0].checked_mul(x[1]))?;
    scalar("pql_neg", 1, |x| Some(x[0].negated()))?;
    scalar("pql_abs", 1, |x| Some(x[0].abs()))?;
    scalar("pql_scale", 2, |x| x[0].scaled_up(small(x[1])?))?;
    scalar("pql_quotient", 3, |x| {
        let dividend = x[0].scaled_up(small(x[2])?)?;
        Decimal::from(dividend).quotient_at(x[1].into(), 0).map(Decimal::coefficient)
    })?;
    scalar("pql_div", 2, |x| x[0].checked_div_rem(x[1]).map(|(quotient, _)| quotient))?;
    scalar("pql_mod", 2, |x| x[0].checked_div_rem(x[1]).map(|(_, remainder)| remainder))?;
    scalar("pql_floor", 2, |x| Some(Decimal::new(x[0], small(x[1])?).floor()?.coefficient()))?;
    scalar("pql_ceil", 2, |x| Some(Decimal::new(x[0], small(x[1])?).ceil()?.coefficient()))?;
    scalar("pql_round", 3, |x| {
        let scale = small(x[1])?;
        let places = i64::try_from(x[2]).ok()?;
        Decimal::new(x[0], scale).rounded_at(places)?.at_scale(scale)
    })?;
    let flags = FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_UTF8;
    connection.create_aggregate_function("pql_sum", 1, flags, Sum)
}

/// A wide number as SQLite hands it over; `None` for NULL.
pub(super) fn read(value: ValueRef<'_>) -> Option<Wide> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(whole) => Some(whole.into()),
        ValueRef::Real(real) => panic!("a float {real} where a number is"),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).unwrap();
            text.parse::<Decimal>().unwrap().at_scale(0)
        }
        ValueRef::Blob(bytes) => {
            let mut bytes: [u8; BYTES] = bytes.try_into().unwrap();
            bytes[0] ^= 0x80;
            let is_negative = bytes[0] & 0x80 != 0;
            let base = Wide::from(256_u64);
            let magnitude = bytes.iter().fold(Wide::ZERO, |sum, byte| {
                let digit = if is_negative { !byte } else { *byte };
                sum.checked_mul(base).unwrap().checked_add(u64::from(digit).into()).unwrap()
            });
            // The complement of a number is one less than its negative.
            Some(if is_negative {
                magnitude.negated().checked_sub(Wide::ONE).unwrap()
            } else {
                magnitude
            })
        }
    }
}

/// The BLOB of a number; `None` if it does not fit 32 bytes.
fn blob(number: Wide) -> Option<Vec<u8>> {
    let base = Wide::from(256_u64);
    let is_negative = number.is_negative();
    let mut rest = if is_negative { number.checked_add(Wide::ONE)?.abs() } else { number };
    let mut bytes = vec![0; BYTES];
    for byte in bytes.iter_mut().rev() {
        let (quotient, digit) = rest.checked_div_rem(base)?;
        let digit = u8::try_from(i64::try_from(digit).ok()?).ok()?;
        *byte = if is_negative { !digit } else { digit };
        rest = quotient;
    }
    bytes[0] ^= 0x80;
    rest.is_zero().then_some(bytes)
}

fn small(number: Wide) -> Option<u8> {
    i64::try_from(number).ok().and_then(|small| u8::try_from(small).ok())
}

fn answer(context: &Context<'_>, of: fn(&[Wide]) -> Answer) -> Result<Value> {
    let arguments: Option<Vec<Wide>> =
        (0..context.len()).map(|place| read(context.get_raw(place))).collect();
    let Some(arguments) = arguments else { return Ok(Value::Null) };
    match of(&arguments) {
        None => Ok(Value::Null),
        Some(number) => blob(number).map(Value::Blob).ok_or_else(|| too_wide(number)),
    }
}

fn too_wide(number: Wide) -> Error {
    Error::UserFunctionError(format!("{number} does not fit a wide number").into())
}

/// `pql_sum`: NULL of nothing.
struct Sum;

impl Aggregate<Answer, Value> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Answer> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Answer) -> Result<()> {
        if let Some(number) = read(context.get_raw(0)) {
            let so_far = sum.unwrap_or(Wide::ZERO);
            *sum = Some(so_far.checked_add(number).ok_or_else(|| too_wide(number))?);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Answer>) -> Result<Value> {
        match sum.flatten() {
            None => Ok(Value::Null),
            Some(sum) => blob(sum).map(Value::Blob).ok_or_else(|| too_wide(sum)),
        }
    }
}
