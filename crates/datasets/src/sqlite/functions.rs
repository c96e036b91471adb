//! Exact arithmetic for SQLite, whose own ends at 64 bits: functions over integers and decimal texts.
//!
//! All are deterministic; NULL in, NULL out; what does not fit is NULL (the compiler has bounded it
//! before). Results are the shortest text of the number, so that equal numbers are equal texts.

use std::cmp::Ordering;
use std::panic::{RefUnwindSafe, UnwindSafe};

use pql::value::{Decimal, Wide};
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

/// The collation that orders decimal texts as numbers.
const COLLATION: &str = "PQL_DECIMAL";

/// Registers everything on a connection.
pub(super) fn register(connection: &Connection) -> Result<()> {
    binary(connection, "pql_add", Decimal::checked_add)?;
    binary(connection, "pql_sub", Decimal::checked_sub)?;
    binary(connection, "pql_mul", Decimal::checked_mul)?;
    binary(connection, "pql_div", Decimal::quotient)?;
    binary(connection, "pql_intdiv", Decimal::whole_quotient)?;
    binary(connection, "pql_mod", Decimal::remainder)?;
    unary(connection, "pql_neg", |number| Some(number.negated()))?;
    unary(connection, "pql_abs", |number| Some(number.abs()))?;
    unary(connection, "pql_floor", Decimal::floor)?;
    unary(connection, "pql_ceil", Decimal::ceil)?;
    function(connection, "pql_round", 2, |context| {
        let places = context.get::<Option<i64>>(1)?;
        let rounded = number(context, 0)?.zip(places);
        Ok(rounded.and_then(|(number, places)| number.rounded_at(places)))
    })?;
    function(connection, "pql_dec", 2, |context| {
        let scale = context.get::<Option<u8>>(1)?.filter(|scale| *scale <= SCALE_MAX);
        let digits = number(context, 0)?.and_then(|number| number.at_scale(0));
        Ok(digits.zip(scale).map(|(digits, scale)| Decimal::new(digits, scale)))
    })?;
    function(connection, "pql_limbs", 2, |context| {
        let limbs = number(context, 0)?.zip(number(context, 1)?);
        Ok(limbs.and_then(|(high, low)| {
            let high = high.at_scale(0)?.scaled_up(LIMB_DIGITS)?;
            Some(Decimal::from(high.checked_add(low.at_scale(0)?)?))
        }))
    })?;
    connection.create_scalar_function("pql_cmp", 2, FLAGS, |context| {
        let both = number(context, 0)?.zip(number(context, 1)?);
        Ok(both.map(|(one, other)| one.cmp(&other) as i64))
    })?;
    connection.create_aggregate_function("pql_sum", 1, FLAGS, Sum)?;
    connection.create_collation(COLLATION, order)
}

/// The most digits behind a point.
const SCALE_MAX: u8 = 65;

/// The digits of the low half of wide minor units.
const LIMB_DIGITS: u8 = 18;

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

fn unary(
    connection: &Connection,
    name: &str,
    apply: impl Fn(Decimal) -> Option<Decimal> + Send + UnwindSafe + RefUnwindSafe + 'static,
) -> Result<()> {
    function(connection, name, 1, move |context| Ok(number(context, 0)?.and_then(&apply)))
}

fn binary(
    connection: &Connection,
    name: &str,
    apply: impl Fn(Decimal, Decimal) -> Option<Decimal> + Send + UnwindSafe + RefUnwindSafe + 'static,
) -> Result<()> {
    function(connection, name, 2, move |context| {
        let both = number(context, 0)?.zip(number(context, 1)?);
        Ok(both.and_then(|(one, other)| apply(one, other)))
    })
}

fn function(
    connection: &Connection,
    name: &str,
    arguments: i32,
    apply: impl Fn(&Context<'_>) -> Result<Option<Decimal>> + Send + UnwindSafe + RefUnwindSafe + 'static,
) -> Result<()> {
    connection.create_scalar_function(name, arguments, FLAGS, move |context| {
        Ok(apply(context)?.map(text))
    })
}

fn text(number: Decimal) -> String {
    number.trimmed().to_string()
}

/// An argument as a number; `None` if it is NULL.
fn number(context: &Context<'_>, place: usize) -> Result<Option<Decimal>> {
    let found = context.get_raw(place);
    let number = match found {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(whole) => Some(Decimal::from(whole)),
        ValueRef::Text(_) => found.as_str().ok().and_then(|text| text.parse().ok()),
        ValueRef::Real(_) | ValueRef::Blob(_) => None,
    };
    let wrong = || rusqlite::Error::InvalidFunctionParameterType(place, found.data_type());
    number.map(Some).ok_or_else(wrong)
}

/// Texts that are no numbers come before all numbers; there are none.
fn order(one: &str, other: &str) -> Ordering {
    let number = |text: &str| text.parse::<Decimal>().ok();
    number(one).cmp(&number(other)).then_with(|| match number(one) {
        Some(_) => Ordering::Equal,
        None => one.cmp(other),
    })
}

/// The exact sum of numbers; NULL of none.
struct Sum;

impl Aggregate<Option<Decimal>, Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<Decimal>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<Decimal>) -> Result<()> {
        let Some(number) = number(context, 0)? else { return Ok(()) };
        let before = sum.unwrap_or_else(|| Decimal::from(Wide::ZERO));
        let too_wide = || rusqlite::Error::UserFunctionError("a sum is too wide".into());
        *sum = Some(before.checked_add(number).ok_or_else(too_wide)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<Decimal>>) -> Result<Option<String>> {
        Ok(sum.flatten().map(text))
    }
}
