//! Values of PQL and what may be done with them: the same on every database.
//!
//! Not expressions: those are evaluated in `eval`, which calls what is here. Numbers are exact,
//! text compares by code point, times are UTC. Start at [`Value`].
//!
//! Invariants, each with a property test of the same name:
//! - `exact`: arithmetic agrees with an independent calculator, or says that it does not fit.
//! - `round_trip`: a value written as JSON reads back as the same value.

mod bucket;
mod calendar;
mod compare;
mod decimal;
mod float;
mod id;
pub mod json;
mod pattern;
mod text;
mod time;
mod wide;
mod zone;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use bucket::{Bucket, Period, Range, boundaries, bucket_start, period_range};
pub use compare::{compare, is_distinct, order};
pub use decimal::{Decimal, NotADecimal, QUOTIENT_SCALE};
pub use float::Float;
pub use id::{Id, IdError};
pub use pattern::{Case, Part, Pattern, PatternError};
pub use text::{contains, ends_with, length, lower, starts_with, upper};
pub use time::{Date, Duration, Instant, TimeError, Timestamp};
pub use wide::{TooWide, Wide};
pub use zone::Zone;

/// A value: of a field, a parameter, a literal, or computed.
///
/// Equality and hashing here are those of Rust and of GROUP BY: NULL equals NULL, `1.50` equals
/// `1.5`. What `=` means in a query is [`compare`], where NULL is never equal to anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// No value: also what a missing field and JSON of the wrong type read as.
    Null,
    /// TRUE or FALSE.
    Bool(bool),
    /// A whole number of a field, a literal or a parameter.
    Whole(i64),
    /// An exact decimal, and every whole number that is computed: it may be wider than an i64.
    Decimal(Decimal),
    /// A binary floating-point number; never NaN.
    Float(Float),
    /// Text, and the value of an enum.
    Text(Box<str>),
    /// An amount with its asset.
    Money(Money),
    /// A TypeID.
    Id(Id),
    /// A point in time, in microseconds.
    Timestamp(Timestamp),
    /// A day of the calendar, in no zone.
    Date(Date),
    /// A length of time; a constant only, never in a row.
    Duration(Duration),
    /// An array of text.
    Array(Vec<Box<str>>),
    /// A map from text to text, sorted by key.
    Map(BTreeMap<Box<str>, Box<str>>),
}

/// An amount of an asset in its minor units. Amounts of different assets never mix.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: pence for GBP.
    pub minor: Wide,
    /// The code of the asset, as the catalogue names it.
    pub asset: Box<str>,
}

impl Value {
    /// Text as a value.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is NULL.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The exact number that this is; `None` for NULL and for all that is no exact number.
    pub fn number(&self) -> Option<Decimal> {
        if let Self::Whole(whole) = self {
            return Some(Decimal::from(*whole));
        }
        if let Self::Decimal(decimal) = self { Some(*decimal) } else { None }
    }

    /// The text that this is, if it is one.
    pub const fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The amount that this is, if it is one.
    pub const fn as_money(&self) -> Option<&Money> {
        if let Self::Money(money) = self { Some(money) } else { None }
    }
}
