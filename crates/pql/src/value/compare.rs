//! Comparison of values: as a query compares them, and as it orders them.
//!
//! Where a NULL sorts is said by the query, not here. Start at [`compare`].

use std::cmp::Ordering;

use super::{Money, Value};

/// How two values compare in a query; `None` is UNKNOWN: one of them is NULL, or they are amounts
/// of different assets.
///
/// Both are of one type: the compiler saw to it. Whole numbers and decimals are one type here.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Money(left), Value::Money(right)) if left.asset != right.asset => None,
        (left, right) => order(left, right),
    }
}

/// What `IS DISTINCT FROM` says: never UNKNOWN, for NULL is like NULL alone.
pub fn is_distinct(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, right) => !right.is_null(),
        (left, Value::Null) => !left.is_null(),
        (left, right) => order(left, right) != Some(Ordering::Equal),
    }
}

/// How ORDER BY puts two values that are not NULL: amounts by asset, then by size; `None` if one is
/// NULL or they are not of one type.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    let order = match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Float(left), Value::Float(right)) => left.cmp(right),
        // UTF-8 keeps the order of code points.
        (Value::Text(left), Value::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Money(left), Value::Money(right)) => order_money(left, right),
        (Value::Id(left), Value::Id(right)) => left.cmp(right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        (left, right) => left.number()?.cmp(&right.number()?),
    };
    Some(order)
}

fn order_money(left: &Money, right: &Money) -> Ordering {
    let by_asset = left.asset.as_bytes().cmp(right.asset.as_bytes());
    by_asset.then_with(|| left.minor.cmp(&right.minor))
}
