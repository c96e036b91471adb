//! Aggregates over the rows of a group: NULLs are left out; of nothing, COUNT is 0 and all else
//! NULL.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::typed::{Aggregate, AggregateKind};
use crate::value::{Decimal, Money, Value, order};

use super::Evaluator;
use super::group::comparable;
use super::row::Moment;
use super::value::fitting;

impl Evaluator<'_> {
    pub(super) fn aggregate(&self, aggregate: &Aggregate, rows: &[&Moment<'_>]) -> Value {
        let rows = rows.iter().filter(|row| self.holds(aggregate.filter, row));
        let Some(argument) = aggregate.kind.argument() else { return count(rows.count()) };
        let values = rows.map(|row| self.value(argument, row)).filter(|value| !value.is_null());
        let values: Vec<Value> = values.collect();
        match aggregate.kind {
            AggregateKind::Rows | AggregateKind::Count(_) => count(values.len()),
            AggregateKind::CountDistinct(_) => {
                let distinct: HashSet<Value> = values.iter().map(comparable).collect();
                count(distinct.len())
            }
            AggregateKind::Sum(_) => sum(&values),
            AggregateKind::Min(_) => extreme(values, Ordering::Less),
            AggregateKind::Max(_) => extreme(values, Ordering::Greater),
            AggregateKind::Average(_) => average(&sum(&values), values.len()),
        }
    }
}

fn count(count: usize) -> Value {
    // There are fewer rows in memory than an i64 counts.
    Value::Whole(count as i64)
}

/// NULL of nothing; amounts are of one asset, which the compiler saw to.
fn sum(values: &[Value]) -> Value {
    let Some(first) = values.first() else { return Value::Null };
    if let Some(Money { asset, .. }) = first.as_money() {
        let amounts = values.iter().map(Value::as_money);
        let minor = amounts.map(|money| money.filter(|money| money.asset == *asset));
        let minor = minor.map(|money| fitting(money).minor);
        let minor = minor.reduce(|sum, minor| fitting(sum.checked_add(minor)));
        return Value::Money(Money { minor: fitting(minor), asset: asset.clone() });
    }
    let numbers = values.iter().map(|value| fitting(value.number()));
    let sum = numbers.reduce(|sum, number| fitting(sum.checked_add(number)));
    Value::Decimal(fitting(sum))
}

fn average(sum: &Value, count: usize) -> Value {
    if sum.is_null() {
        return Value::Null;
    }
    // As in `count`.
    let count = Decimal::from(count as i64);
    if let Some(Money { minor, asset }) = sum.as_money() {
        let minor = fitting(Decimal::from(*minor).quotient_at(count, 0)).coefficient();
        return Value::Money(Money { minor, asset: asset.clone() });
    }
    Value::Decimal(fitting(sum.number().and_then(|sum| sum.quotient(count))))
}

/// The value that stands before (or behind) all others in the order.
fn extreme(values: Vec<Value>, side: Ordering) -> Value {
    let first = values.into_iter().reduce(|extreme, value| {
        if order(&value, &extreme) == Some(side) { value } else { extreme }
    });
    first.unwrap_or(Value::Null)
}
