//! Constants: literals, parameters and NOW() before their type is settled, folded as they stand.
//!
//! Not a value of a row: what is here is computed while compiling, checked, and sent as one bind.
//! A constant takes its type from where it stands: `place` gives it one.

mod fold;
mod params;
mod place;

pub(crate) use fold::fold;
pub(crate) use fold::{Trouble, negated};
pub use params::Params;
pub(crate) use place::{Fit, Target};
pub(crate) use place::{Placer, sentence};

use crate::Span;
use crate::ast::Param;
use crate::datatype::Type;
use crate::typed::From;
use crate::value::{Duration, Value};

/// A part of a query that is known before any row is read.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) kind: KnownKind,
    pub(crate) from: From,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum KnownKind {
    /// A value of its own type.
    Value(Value),
    /// NULL of a type: something was divided by zero. Its type may not depend on that.
    Missing(Type),
    /// A point in time, cut to a microsecond, that is really a little later.
    Finer(crate::value::Timestamp),
    /// A parameter whose type is not settled, and what is added to it then.
    Unread(Param, Duration),
}

impl Known {
    pub(crate) const fn value(value: Value, from: From, span: Span) -> Self {
        Self { kind: KnownKind::Value(value), from, span }
    }

    pub(crate) const fn derived(value: Value, span: Span) -> Self {
        Self::value(value, From::Derived, span)
    }

    /// The parameter, if it is nothing else.
    pub(crate) const fn param(&self) -> Option<Param> {
        match self.kind {
            KnownKind::Unread(param, _) => Some(param),
            KnownKind::Value(_) | KnownKind::Missing(_) | KnownKind::Finer(_) => None,
        }
    }
}
