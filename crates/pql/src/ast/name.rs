//! Names as they stand in the text, paths of them, and the closed list of functions.

use crate::ast::Many;
use crate::span::Span;

/// A name where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// With its double quotes, if it has any.
    pub span: Span,
    /// Whether it stands in double quotes.
    pub quoted: bool,
}

/// One name or more, with points between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// The names; at least one.
    pub names: Many<Name>,
}

/// What kind of function it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// A value of one row.
    Scalar,
    /// The beginning of a period: a value of one row with a zone.
    Bucket,
    /// A value of a group of rows.
    Aggregate,
}

macro_rules! functions {
    ($($variant:ident $name:literal $kind:ident $least:literal $most:tt $meaning:literal)*) => {
        /// A function of the language; there are no others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function {
            $(#[doc = $meaning] $variant,)*
        }

        impl Function {
            /// All functions.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, in upper case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What kind it is.
            #[must_use]
            pub const fn kind(self) -> FunctionKind {
                match self { $(Self::$variant => FunctionKind::$kind,)* }
            }

            /// How many arguments it takes at least and at most, TZ not counted.
            #[must_use]
            pub const fn arguments(self) -> (usize, usize) {
                match self { $(Self::$variant => ($least, $most),)* }
            }

            /// What it gives, for documentation and completion.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

/// As many as the limits of a query allow.
const MANY: usize = usize::MAX;

functions! {
    Abs "ABS" Scalar 1 1 "`ABS(x)`: without its sign."
    Coalesce "COALESCE" Scalar 1 MANY "`COALESCE(a, b, …)`: the first that is not NULL."
    Nullif "NULLIF" Scalar 2 2 "`NULLIF(a, b)`: NULL where both are equal, else the first."
    Round "ROUND" Scalar 2 2 "`ROUND(x, n)`: to n digits after the point, half away from zero."
    Floor "FLOOR" Scalar 1 1 "`FLOOR(x)`: the next whole number below or equal."
    Ceil "CEIL" Scalar 1 1 "`CEIL(x)`: the next whole number above or equal."
    Length "LENGTH" Scalar 1 1 "`LENGTH(t)`: how many code points."
    Lower "LOWER" Scalar 1 1 "`LOWER(t)`: ASCII letters in lower case."
    Upper "UPPER" Scalar 1 1 "`UPPER(t)`: ASCII letters in upper case."
    Concat "CONCAT" Scalar 1 MANY "`CONCAT(a, b, …)`: one after the other; NULL if any is."
    Now "NOW" Scalar 0 0 "`NOW()`: the time of the query, one for all of it."
    Today "TODAY" Scalar 1 1 "`TODAY(zone)`: the date of the query in that zone."
    Hour "HOUR" Bucket 1 1 "`HOUR(at TZ zone)`: the beginning of the hour."
    Day "DAY" Bucket 1 1 "`DAY(at TZ zone)`: the day."
    Week "WEEK" Bucket 1 1 "`WEEK(at TZ zone)`: the week's Monday."
    Month "MONTH" Bucket 1 1 "`MONTH(at TZ zone)`: the month's first day."
    Count "COUNT" Aggregate 1 1 "`COUNT(*)`, `COUNT(x)`, `COUNT(DISTINCT x)`: how many rows, values, different values."
    Sum "SUM" Aggregate 1 1 "`SUM(x)`: all together."
    Min "MIN" Aggregate 1 1 "`MIN(x)`: the lowest."
    Max "MAX" Aggregate 1 1 "`MAX(x)`: the highest."
    Avg "AVG" Aggregate 1 1 "`AVG(x)`: the mean, exact to twelve digits after the point."
}
