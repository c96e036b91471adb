//! The table of capabilities: what each store does exactly, and why not where it does not.
//!
//! Printed by the command `florin query capabilities`.

use crate::catalogue::StoreKind;
use crate::typed::Function;

/// Something a query may ask of a store beyond comparing fields with constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// To-one paths.
    Paths,
    /// EXISTS over to-many relations.
    Exists,
    /// Arithmetic of wide numbers.
    Arithmetic,
    /// `amount.value`.
    MoneyValue,
    /// A field compared with a field.
    FieldToField,
    /// LIKE.
    Like,
    /// ILIKE.
    Ilike,
    /// A text searched for another field's text.
    SearchForField,
    /// ABS, COALESCE, NULLIF, FLOOR, CEIL.
    Functions,
    /// ROUND.
    Round,
    /// LENGTH, LOWER, UPPER, CONCAT.
    TextFunctions,
    /// HOUR, DAY, WEEK, MONTH.
    Buckets,
    /// COUNT(DISTINCT x).
    CountDistinct,
    /// FILTER (WHERE …) behind an aggregate.
    Filter,
    /// AVG.
    Average,
    /// Decimals with more than 38 digits behind the point.
    ScaleOver38,
}

/// Whether a store does something exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does.
    Exact,
    /// It does not, for this reason.
    Refused(&'static str),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What is asked.
    pub capability: Capability,
    /// By store, in the order of [`StoreKind::ALL`].
    pub support: [Support; 5],
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Paths,
        Self::Exists,
        Self::Arithmetic,
        Self::MoneyValue,
        Self::FieldToField,
        Self::Like,
        Self::Ilike,
        Self::SearchForField,
        Self::Functions,
        Self::Round,
        Self::TextFunctions,
        Self::Buckets,
        Self::CountDistinct,
        Self::Filter,
        Self::Average,
        Self::ScaleOver38,
    ];

    /// Its name in messages and in the printed table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paths => "to-one paths",
            Self::Exists => "EXISTS",
            Self::Arithmetic => "arithmetic",
            Self::MoneyValue => "amount.value",
            Self::FieldToField => "field against field",
            Self::Like => "LIKE",
            Self::Ilike => "ILIKE",
            Self::SearchForField => "search for a field",
            Self::Functions => "ABS COALESCE NULLIF FLOOR CEIL",
            Self::Round => "ROUND",
            Self::TextFunctions => "LENGTH LOWER UPPER CONCAT",
            Self::Buckets => "buckets",
            Self::CountDistinct => "COUNT(DISTINCT x)",
            Self::Filter => "FILTER",
            Self::Average => "AVG",
            Self::ScaleOver38 => "more than 38 decimals",
        }
    }

    /// Whether a store does it exactly.
    pub const fn support(self, kind: StoreKind) -> Support {
        match (self, kind) {
            (Self::ScaleOver38, StoreKind::Mariadb) => {
                Support::Refused("its decimals have at most 38 digits behind the point")
            }
            (Self::ScaleOver38, StoreKind::Mongodb) => {
                Support::Refused("its decimals have 34 digits in all")
            }
            (Self::Round | Self::Average, StoreKind::Mongodb) => {
                Support::Refused("its rounding goes half to even")
            }
            (Self::Paths | Self::Exists, StoreKind::Mongodb) => {
                Support::Refused("other collections are not read along")
            }
            (Self::Arithmetic | Self::MoneyValue, StoreKind::Mongodb) => {
                Support::Refused("its decimals round at 34 digits, and its whole numbers wrap")
            }
            (Self::Functions | Self::TextFunctions | Self::SearchForField, StoreKind::Mongodb) => {
                Support::Refused("its functions fail on values that others take")
            }
            (Self::Filter, StoreKind::Mongodb) => {
                Support::Refused("its groups know no condition of three values")
            }
            _ => Support::Exact,
        }
    }

    pub(super) const fn of_function(function: Function) -> Self {
        match function {
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Floor
            | Function::Ceil => Self::Functions,
            Function::Round => Self::Round,
            Function::Length | Function::Lower | Function::Upper | Function::Concat => {
                Self::TextFunctions
            }
        }
    }
}

/// The whole table.
pub fn capabilities() -> impl Iterator<Item = Row> {
    Capability::ALL.into_iter().map(|capability| Row {
        capability,
        support: StoreKind::ALL.map(|kind| capability.support(kind)),
    })
}
