//! Conditions: TRUE, FALSE or UNKNOWN, by SQL's three-valued logic.

use std::cmp::Ordering;

use crate::typed::{
    Comparison, ConditionId, ConditionKind, Constant, ScanId, ScanKind, Search, SlotId, Truth,
};
use crate::value::{Case, Value, compare, contains, ends_with, is_distinct, starts_with};

use super::Evaluator;
use super::row::Moment;

impl Evaluator<'_> {
    /// Whether a condition is TRUE, or there is none.
    pub(super) fn holds(&self, condition: Option<ConditionId>, moment: &Moment<'_>) -> bool {
        condition.is_none_or(|condition| self.condition(condition, moment) == Truth::True)
    }

    pub(super) fn condition(&self, id: ConditionId, moment: &Moment<'_>) -> Truth {
        let each = |run| self.shape.condition_run(run).map(|id| self.condition(id, moment));
        let value = |id| self.value(id, moment);
        match self.shape.condition(id).kind {
            ConditionKind::All(run) => all(each(run)),
            ConditionKind::Any(run) => any(each(run)),
            ConditionKind::Not(inner) => match self.condition(inner, moment) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            ConditionKind::Is(inner, truth) => Truth::from(self.condition(inner, moment) == truth),
            ConditionKind::Value(id) => {
                if let Value::Bool(truth) = value(id) {
                    Truth::from(truth)
                } else {
                    Truth::Unknown
                }
            }
            ConditionKind::Compare(comparison, left, right) => {
                let order = compare(&value(left), &value(right));
                Truth::maybe(order.map(|order| comparison.holds(order)))
            }
            ConditionKind::Distinct(left, right) => {
                Truth::from(is_distinct(&value(left), &value(right)))
            }
            ConditionKind::IsNull(id) => Truth::from(value(id).is_null()),
            ConditionKind::In(id, items) => {
                let items = self.shape.slot_run(items).map(|slot| self.constant(slot));
                let orders = items.map(|item| compare(&value(id), item));
                any(orders.map(|order| Truth::maybe(order.map(Ordering::is_eq))))
            }
            ConditionKind::Like(id, pattern, case) => self.like(&value(id), pattern, case),
            ConditionKind::Search(kind, text, part) => search(kind, &value(text), &value(part)),
            ConditionKind::Exists(scan, condition) => {
                Truth::from(self.exists(scan, condition, moment))
            }
            ConditionKind::Element(array, condition) => {
                let Value::Array(elements) = value(array) else { return Truth::Unknown };
                let moments = elements.iter().map(|element| moment.with_element(element));
                any(moments.map(|moment| self.condition(condition, &moment)))
            }
        }
    }

    fn like(&self, value: &Value, pattern: SlotId, case: Case) -> Truth {
        match (value, &self.constants[pattern.index()]) {
            (Value::Text(text), Constant::Pattern(pattern)) => {
                Truth::from(pattern.matches(text, case))
            }
            _ => Truth::Unknown,
        }
    }

    fn exists(&self, scan: ScanId, condition: Option<ConditionId>, moment: &Moment<'_>) -> bool {
        let ScanKind::Many(parent, relation) = self.shape.scan(scan).kind else {
            unreachable!("EXISTS asks for a to-many relation");
        };
        let rows = self.related(parent, relation, moment);
        rows.into_iter().any(|row| self.holds(condition, &moment.with_row(scan, row)))
    }
}

fn search(search: Search, text: &Value, part: &Value) -> Truth {
    let Some((text, part)) = text.as_text().zip(part.as_text()) else { return Truth::Unknown };
    Truth::from(match search {
        Search::Starts => starts_with(text, part),
        Search::Ends => ends_with(text, part),
        Search::Contains => contains(text, part),
    })
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }
}

impl Truth {
    fn maybe(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, Self::from)
    }
}

impl Comparison {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// AND: FALSE if one is, else UNKNOWN if one is; TRUE of none.
fn all(conditions: impl Iterator<Item = Truth>) -> Truth {
    conditions.fold(Truth::True, |all, each| match (all, each) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
        (Truth::True, Truth::True) => Truth::True,
    })
}

/// OR: TRUE if one is, else UNKNOWN if one is; FALSE of none.
fn any(conditions: impl Iterator<Item = Truth>) -> Truth {
    conditions.fold(Truth::False, |any, each| match (any, each) {
        (Truth::True, _) | (_, Truth::True) => Truth::True,
        (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
        (Truth::False, Truth::False) => Truth::False,
    })
}
