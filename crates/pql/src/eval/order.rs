//! ORDER BY, and AFTER, which goes on where the page before ended.

use std::cmp::Ordering;

use crate::typed::{After, Direction, Nulls, OrderKey};
use crate::value::{Value, order};

use super::{Evaluator, Found};

impl Evaluator<'_> {
    pub(super) fn sort(&self, found: &mut [Found]) {
        found.sort_by(|left, right| self.order(&left.keys, &right.keys));
    }

    /// Whether these keys stand strictly behind those of the cursor.
    pub(super) fn is_behind(&self, keys: &[Value], after: &After) -> bool {
        let cursor: Vec<Value> = after.keys.iter().map(|key| self.constant(*key).clone()).collect();
        self.order(keys, &cursor) == Ordering::Greater
    }

    fn order(&self, left: &[Value], right: &[Value]) -> Ordering {
        let keys = self.shape.order().iter().zip(left).zip(right);
        let orders = keys.map(|((key, left), right)| order_by(key, left, right));
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

fn order_by(key: &OrderKey, left: &Value, right: &Value) -> Ordering {
    let null_first = match key.nulls {
        Nulls::First => Ordering::Less,
        Nulls::Last => Ordering::Greater,
    };
    match (left.is_null(), right.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => null_first,
        (false, true) => null_first.reverse(),
        (false, false) => {
            let ascending = order(left, right).unwrap_or(Ordering::Equal);
            match key.direction {
                Direction::Ascending => ascending,
                Direction::Descending => ascending.reverse(),
            }
        }
    }
}
