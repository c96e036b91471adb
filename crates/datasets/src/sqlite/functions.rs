//! Exact arithmetic for SQLite, whose own ends at 64 bits: the functions that commands for it call.
//!
//! A number is a BLOB of 32 bytes that compares as the number does (`Wide::to_ordered_bytes`);
//! INTEGER and TEXT of digits are taken too. NULL in, NULL out; what does not fit is NULL (the
//! compiler has bounded it before). What each does is said in `pql`, `emit/sqlite.rs`.

use pql::value::{Decimal, Wide};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

/// The digits of the low half of wide minor units.
const LIMB_DIGITS: u8 = 18;

/// The most digits behind a point, and the most zeros put behind a number.
const SCALE_MAX: u8 = 95;

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

type Arguments<'a, 'b> = &'a Context<'b>;

/// A function's name, how many arguments it takes, and what it gives.
type Function = (&'static str, i32, fn(Arguments<'_, '_>) -> Result<Option<Wide>>);

/// Registers everything on a connection.
///
/// # Errors
///
/// If SQLite does not take a function.
pub fn register(connection: &Connection) -> Result<()> {
    let functions: [Function; 13] = [
        ("pql_wide", 1, |all| number(all, 0)),
        ("pql_neg", 1, |all| Ok(number(all, 0)?.map(Wide::negated))),
        ("pql_abs", 1, |all| Ok(number(all, 0)?.map(Wide::abs))),
        ("pql_add", 2, |all| binary(all, Wide::checked_add)),
        ("pql_sub", 2, |all| binary(all, Wide::checked_sub)),
        ("pql_mul", 2, |all| binary(all, Wide::checked_mul)),
        ("pql_div", 2, |all| binary(all, |a, b| Some(a.checked_div_rem(b)?.0))),
        ("pql_mod", 2, |all| binary(all, |a, b| Some(a.checked_div_rem(b)?.1))),
        ("pql_limbs", 2, |all| {
            binary(all, |high, low| high.scaled_up(LIMB_DIGITS)?.checked_add(low))
        }),
        ("pql_scale", 2, |all| {
            Ok(number(all, 0)?.zip(small(all, 1)?).and_then(|(x, n)| x.scaled_up(n)))
        }),
        ("pql_quotient", 3, quotient),
        ("pql_floor", 2, |all| scaled(all, |x| x.floor()?.at_scale(0))),
        ("pql_ceil", 2, |all| scaled(all, |x| x.ceil()?.at_scale(0))),
    ];
    for (name, arguments, apply) in functions {
        connection
            .create_scalar_function(name, arguments, FLAGS, move |all| Ok(bytes(apply(all)?)))?;
    }
    connection.create_scalar_function("pql_round", 3, FLAGS, |all| {
        let Some(places) = all.get::<Option<i64>>(2)? else { return Ok(None) };
        let scale = small(all, 1)?;
        let rounded = scaled(all, |x| x.rounded_at(places)?.at_scale(scale?))?;
        Ok(bytes(rounded))
    })?;
    connection.create_aggregate_function("pql_sum", 1, FLAGS, Sum)
}

fn binary(
    all: Arguments<'_, '_>,
    apply: impl Fn(Wide, Wide) -> Option<Wide>,
) -> Result<Option<Wide>> {
    Ok(number(all, 0)?.zip(number(all, 1)?).and_then(|(one, other)| apply(one, other)))
}

/// `a` times ten to the power of `n`, over `b`, half away from zero.
fn quotient(all: Arguments<'_, '_>) -> Result<Option<Wide>> {
    let scale = small(all, 2)?;
    binary(all, |a, b| Decimal::from(a).quotient_at(b.into(), scale?)?.at_scale(scale?))
}

/// A function of a decimal: its digits, then its scale.
fn scaled(all: Arguments<'_, '_>, apply: impl Fn(Decimal) -> Option<Wide>) -> Result<Option<Wide>> {
    let decimal = number(all, 0)?.zip(small(all, 1)?);
    Ok(decimal.and_then(|(digits, scale)| apply(Decimal::new(digits, scale))))
}

fn small(all: Arguments<'_, '_>, place: usize) -> Result<Option<u8>> {
    let found = all.get::<Option<i64>>(place)?;
    Ok(found.and_then(|found| u8::try_from(found).ok()).filter(|found| *found <= SCALE_MAX))
}

/// An argument as a number; `None` if it is NULL.
fn number(all: Arguments<'_, '_>, place: usize) -> Result<Option<Wide>> {
    let found = all.get_raw(place);
    if found == ValueRef::Null {
        return Ok(None);
    }
    let wrong = || rusqlite::Error::InvalidFunctionParameterType(place, found.data_type());
    wide(found).map(Some).ok_or_else(wrong)
}

/// A number as SQLite holds it; `None` if it is none.
pub fn wide(found: ValueRef<'_>) -> Option<Wide> {
    match found {
        ValueRef::Integer(whole) => Some(whole.into()),
        ValueRef::Text(_) => found.as_str().ok()?.parse::<Decimal>().ok()?.at_scale(0),
        ValueRef::Blob(bytes) => Wide::from_ordered_bytes(bytes.try_into().ok()?),
        ValueRef::Null | ValueRef::Real(_) => None,
    }
}

fn bytes(number: Option<Wide>) -> Option<[u8; 32]> {
    number.and_then(Wide::to_ordered_bytes)
}

/// The exact sum of numbers; NULL of none.
struct Sum;

impl Aggregate<Option<Wide>, Option<[u8; 32]>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<Wide>> {
        Ok(None)
    }

    fn step(&self, all: &mut Context<'_>, sum: &mut Option<Wide>) -> Result<()> {
        let Some(number) = number(all, 0)? else { return Ok(()) };
        let too_wide = || rusqlite::Error::UserFunctionError("a sum is too wide".into());
        *sum = Some(sum.unwrap_or(Wide::ZERO).checked_add(number).ok_or_else(too_wide)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<Wide>>) -> Result<Option<[u8; 32]>> {
        Ok(bytes(sum.flatten()))
    }
}
