//! The types of PQL: what a field, a parameter, a literal or an expression may hold.
//!
//! Not the values themselves (`value`), nor how a store keeps them (`emit`). The width of a number
//! in digits stands beside its type, in [`crate::typed::ValueNode`].

use std::fmt;

/// The widest expression that any store computes exactly, in digits (pql.md section 2).
pub const DIGITS_MAX: u8 = 65;

/// The digits of a whole number that a store keeps: those of an i64.
pub const WHOLE_DIGITS: u8 = 19;

/// What SUM adds to the width of its argument: room for 10^15 rows.
pub const SUM_DIGITS: u8 = 15;

/// The widest operand that `/` and AVG take, in digits.
pub const QUOTIENT_OPERAND_DIGITS: u8 = 19;

/// What a decimal literal or a parameter is in arithmetic and in calls: its precision and scale.
pub const CONSTANT_DECIMAL: (u8, u8) = (19, 9);

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// A whole number. A field holds an i64; an expression may be wider, see its digits.
    Whole,
    /// An exact decimal.
    Decimal {
        /// All its digits.
        precision: u8,
        /// Those behind the point.
        scale: u8,
    },
    /// Binary floating point: compared and ordered, never computed with.
    Float,
    /// TRUE or FALSE: as a value, only of a field.
    Bool,
    /// Text, compared by code point.
    Text,
    /// One of a list of texts.
    Enum(EnumId),
    /// A TypeID with a prefix.
    Id(PrefixId),
    /// A point in time, UTC, kept with this many digits of a second (0 to 6).
    Timestamp {
        /// Digits behind the second.
        precision: u8,
    },
    /// A day of the calendar.
    Date,
    /// An amount and its asset.
    Money,
    /// A length of time: a constant only.
    Duration,
    /// An array of text.
    TextArray,
    /// A map from text to text.
    TextMap,
}

/// Names the values of an enum in [`crate::catalogue::Catalogue::enum_values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnumId(pub(crate) u32);

/// Names the prefix of an id in [`crate::catalogue::Catalogue::id_prefix`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PrefixId(pub(crate) u32);

impl Type {
    /// Whether this is a whole number or a decimal: what arithmetic takes.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Decimal { .. })
    }

    /// The digits behind the point; 0 for all that is no decimal.
    pub const fn scale(self) -> u8 {
        match self {
            Self::Decimal { scale, .. } => scale,
            Self::Whole
            | Self::Float
            | Self::Bool
            | Self::Text
            | Self::Enum(_)
            | Self::Id(_)
            | Self::Timestamp { .. }
            | Self::Date
            | Self::Money
            | Self::Duration
            | Self::TextArray
            | Self::TextMap => 0,
        }
    }

    /// What the type is called in a message to a user, with its article.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Whole => "a whole number",
            Self::Decimal { .. } => "a decimal",
            Self::Float => "a float",
            Self::Bool => "a boolean",
            Self::Text => "text",
            Self::Enum(_) => "an enum",
            Self::Id(_) => "an id",
            Self::Timestamp { .. } => "a timestamp",
            Self::Date => "a date",
            Self::Money => "money",
            Self::Duration => "a duration",
            Self::TextArray => "an array of text",
            Self::TextMap => "a map of text",
        }
    }
}

/// The name as catalogue.toml writes it; an id without its prefix, which the catalogue knows.
impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => out.write_str("whole"),
            Self::Decimal { precision, scale } => write!(out, "decimal({precision},{scale})"),
            Self::Float => out.write_str("float"),
            Self::Bool => out.write_str("bool"),
            Self::Text => out.write_str("text"),
            Self::Enum(_) => out.write_str("enum"),
            Self::Id(_) => out.write_str("id"),
            Self::Timestamp { precision } => write!(out, "timestamp({precision})"),
            Self::Date => out.write_str("date"),
            Self::Money => out.write_str("money"),
            Self::Duration => out.write_str("duration"),
            Self::TextArray => out.write_str("array<text>"),
            Self::TextMap => out.write_str("map<text>"),
        }
    }
}
