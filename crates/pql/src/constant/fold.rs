//! Arithmetic on constants: exact, checked, and never part of a command.

use super::{Known, KnownKind};
use crate::Span;
use crate::datatype::{CONSTANT_DECIMAL, Type};
use crate::typed::{From, Operator};
use crate::value::{Decimal, Duration, Money, Value};

/// Why constants do not compute.
pub(crate) enum Trouble {
    /// There is no such operation on these types.
    Types,
    /// The result is beyond what its type holds.
    Range,
    /// Amounts of different assets, or an amount and a number.
    Assets,
}

/// Computes `left op right`; parameters must have been read, but for those that a duration shifts.
pub(crate) fn fold(
    operator: Operator,
    left: &Known,
    right: &Known,
    span: Span,
) -> Result<Known, Trouble> {
    if let KnownKind::Value(Value::Duration(duration)) = &right.kind {
        return shift(operator, left, *duration, span);
    }
    if let (Operator::Add, KnownKind::Value(Value::Duration(duration))) = (operator, &left.kind) {
        return shift(operator, right, *duration, span);
    }
    if let Some(ty) = missing(operator, left, right) {
        return Ok(Known { kind: KnownKind::Missing(ty), from: From::Derived, span });
    }
    let (KnownKind::Value(left), KnownKind::Value(right)) = (&left.kind, &right.kind) else {
        return Err(Trouble::Types);
    };
    let value = match (left, right) {
        (Value::Money(left), Value::Money(right)) => money(operator, left, right)?,
        (Value::Money(left), Value::Whole(right)) => times(operator, left, *right)?,
        (Value::Whole(left), Value::Money(right)) => times(operator, right, *left)?,
        (Value::Whole(_) | Value::Decimal(_), Value::Whole(_) | Value::Decimal(_)) => {
            numbers(operator, left, right)?
        }
        _ => return Err(Trouble::Types),
    };
    Ok(Known::derived(value, span))
}

/// The type of a result that is NULL: of an operand that is, or of a division by zero.
fn missing(operator: Operator, left: &Known, right: &Known) -> Option<Type> {
    let ty = |known: &Known| match &known.kind {
        KnownKind::Missing(ty) => Some(*ty),
        KnownKind::Value(Value::Whole(_)) => Some(Type::Whole),
        KnownKind::Value(Value::Decimal(_)) => Some(DECIMAL),
        KnownKind::Value(Value::Money(_)) => Some(Type::Money),
        KnownKind::Value(_) | KnownKind::Finer(_) | KnownKind::Unread(..) => None,
    };
    let (a, b) = (ty(left)?, ty(right)?);
    let divides = matches!(operator, Operator::Divide | Operator::WholeDivide | Operator::Modulo);
    let zero = match &right.kind {
        KnownKind::Value(value) => value.number().is_some_and(Decimal::is_zero),
        KnownKind::Missing(_) | KnownKind::Finer(_) | KnownKind::Unread(..) => false,
    };
    let is_missing = |known: &Known| matches!(known.kind, KnownKind::Missing(_));
    let null = is_missing(left) || is_missing(right) || (divides && zero);
    null.then_some(match (a, b) {
        (Type::Money, _) | (_, Type::Money) => Type::Money,
        (Type::Whole, Type::Whole) if operator != Operator::Divide => Type::Whole,
        (_, _) => DECIMAL,
    })
}

/// What a decimal constant is in arithmetic.
const DECIMAL: Type = Type::Decimal { precision: CONSTANT_DECIMAL.0, scale: CONSTANT_DECIMAL.1 };

fn shift(
    operator: Operator,
    known: &Known,
    duration: Duration,
    span: Span,
) -> Result<Known, Trouble> {
    let micros = match operator {
        Operator::Add => duration.micros(),
        Operator::Subtract => duration.micros().checked_neg().ok_or(Trouble::Range)?,
        Operator::Multiply | Operator::Divide | Operator::WholeDivide | Operator::Modulo => {
            return Err(Trouble::Types);
        }
    };
    let duration = Duration::from_micros(micros);
    let kind = match &known.kind {
        KnownKind::Unread(param, before) => {
            let sum = before.micros().checked_add(micros).ok_or(Trouble::Range)?;
            KnownKind::Unread(*param, Duration::from_micros(sum))
        }
        KnownKind::Finer(at) => KnownKind::Finer(at.checked_add(duration).ok_or(Trouble::Range)?),
        KnownKind::Value(Value::Timestamp(at)) => {
            let at = at.checked_add(duration).ok_or(Trouble::Range)?;
            KnownKind::Value(Value::Timestamp(at))
        }
        KnownKind::Value(Value::Date(day)) => {
            let day = day.checked_add(duration).ok_or(Trouble::Range)?;
            KnownKind::Value(Value::Date(day))
        }
        KnownKind::Value(_) | KnownKind::Missing(_) => return Err(Trouble::Types),
    };
    Ok(Known { kind, from: From::Derived, span })
}

fn money(operator: Operator, left: &Money, right: &Money) -> Result<Value, Trouble> {
    let minor = match operator {
        Operator::Add => left.minor.checked_add(right.minor),
        Operator::Subtract => left.minor.checked_sub(right.minor),
        Operator::Multiply | Operator::Divide | Operator::WholeDivide | Operator::Modulo => {
            return Err(Trouble::Types);
        }
    };
    if left.asset != right.asset {
        return Err(Trouble::Assets);
    }
    let minor = minor.ok_or(Trouble::Range)?;
    Ok(Value::Money(Money { minor, asset: left.asset.clone() }))
}

fn times(operator: Operator, money: &Money, factor: i64) -> Result<Value, Trouble> {
    if operator != Operator::Multiply {
        return Err(Trouble::Assets);
    }
    let minor = money.minor.checked_mul(factor.into()).ok_or(Trouble::Range)?;
    Ok(Value::Money(Money { minor, asset: money.asset.clone() }))
}

fn numbers(operator: Operator, left: &Value, right: &Value) -> Result<Value, Trouble> {
    let whole = matches!((left, right), (Value::Whole(_), Value::Whole(_)));
    let (Some(a), Some(b)) = (left.number(), right.number()) else {
        return Err(Trouble::Types);
    };
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.quotient(b),
        Operator::WholeDivide | Operator::Modulo if !whole => return Err(Trouble::Types),
        Operator::WholeDivide => a.whole_quotient(b),
        Operator::Modulo => a.remainder(b),
    };
    let result = result.ok_or(Trouble::Range)?;
    if whole && operator != Operator::Divide {
        return i64::try_from(result.coefficient()).map(Value::Whole).map_err(|_| Trouble::Range);
    }
    let digits = result.integer_digits() + u32::from(result.scale());
    if digits > u32::from(crate::datatype::DIGITS_MAX) {
        return Err(Trouble::Range);
    }
    Ok(Value::Decimal(result))
}

/// A constant with the other sign.
pub(crate) fn negated(known: &Known, span: Span) -> Result<Known, Trouble> {
    let value = match &known.kind {
        KnownKind::Value(value) => value,
        KnownKind::Missing(_) => return Ok(Known { span, ..known.clone() }),
        KnownKind::Finer(_) | KnownKind::Unread(..) => return Err(Trouble::Types),
    };
    let value = match value {
        Value::Whole(whole) => Value::Whole(whole.checked_neg().ok_or(Trouble::Range)?),
        Value::Decimal(decimal) => Value::Decimal(Decimal::negated(*decimal)),
        Value::Money(money) => {
            Value::Money(Money { minor: money.minor.negated(), asset: money.asset.clone() })
        }
        Value::Duration(duration) => Value::Duration(Duration::from_micros(
            duration.micros().checked_neg().ok_or(Trouble::Range)?,
        )),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Id(_)
        | Value::Timestamp(_)
        | Value::Date(_)
        | Value::Array(_)
        | Value::Map(_) => return Err(Trouble::Types),
    };
    Ok(Known::derived(value, span))
}
