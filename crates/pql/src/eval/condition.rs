//! Conditions: TRUE, FALSE or UNKNOWN, by SQL's three-valued logic.

use std::cmp::Ordering;

use crate::typed::{
    Comparison, ConditionId, ConditionKind, Constant, ScanId, ScanKind, Search, SlotId, Truth,
    ValueId,
};
use crate::value::{Case, Value, compare, contains, ends_with, is_distinct, starts_with};

use super::Evaluator;
use super::row::Moment;

/// TRUE, FALSE, or none for UNKNOWN.
type Logical = Option<bool>;

impl Evaluator<'_> {
    /// Whether a condition is TRUE, or there is none.
    pub(super) fn holds(&self, condition: Option<ConditionId>, moment: &Moment<'_>) -> bool {
        condition.is_none_or(|condition| self.condition(condition, moment) == Some(true))
    }

    pub(super) fn condition(&self, id: ConditionId, moment: &Moment<'_>) -> Logical {
        let each = |run| self.shape.condition_run(run).map(|id| self.condition(id, moment));
        match self.shape.condition(id).kind {
            ConditionKind::All(run) => all(each(run)),
            ConditionKind::Any(run) => any(each(run)),
            ConditionKind::Not(inner) => self.condition(inner, moment).map(|truth| !truth),
            ConditionKind::Is(inner, truth) => {
                Some(self.condition(inner, moment) == truth.logical())
            }
            ConditionKind::Value(value) => match self.value(value, moment) {
                Value::Bool(truth) => Some(truth),
                _ => None,
            },
            ConditionKind::Compare(comparison, left, right) => {
                let order = compare(&self.value(left, moment), &self.value(right, moment));
                order.map(|order| comparison.holds(order))
            }
            ConditionKind::Distinct(left, right) => {
                Some(is_distinct(&self.value(left, moment), &self.value(right, moment)))
            }
            ConditionKind::IsNull(value) => Some(self.value(value, moment).is_null()),
            ConditionKind::In(value, items) => {
                let value = self.value(value, moment);
                any(self
                    .shape
                    .value_run(items)
                    .map(|item| compare(&value, &self.value(item, moment)).map(Ordering::is_eq)))
            }
            ConditionKind::Like(value, pattern, case) => self.like(value, pattern, case, moment),
            ConditionKind::Search(search, text, part) => self.search(search, text, part, moment),
            ConditionKind::Exists(scan, condition) => Some(self.exists(scan, condition, moment)),
            ConditionKind::Element(array, condition) => match self.value(array, moment) {
                Value::Array(elements) => any(elements
                    .iter()
                    .map(|element| self.condition(condition, &moment.with_element(element)))),
                _ => None,
            },
        }
    }

    fn like(&self, value: ValueId, pattern: SlotId, case: Case, moment: &Moment<'_>) -> Logical {
        match (self.value(value, moment), self.typed.constant(pattern)) {
            (Value::Text(text), Constant::Pattern(pattern)) => Some(pattern.matches(&text, case)),
            _ => None,
        }
    }

    fn search(&self, search: Search, text: ValueId, part: ValueId, moment: &Moment<'_>) -> Logical {
        match (self.value(text, moment), self.value(part, moment)) {
            (Value::Text(text), Value::Text(part)) => Some(match search {
                Search::Starts => starts_with(&text, &part),
                Search::Ends => ends_with(&text, &part),
                Search::Contains => contains(&text, &part),
            }),
            _ => None,
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

impl Truth {
    const fn logical(self) -> Logical {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Unknown => None,
        }
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
fn all(conditions: impl Iterator<Item = Logical>) -> Logical {
    conditions.fold(Some(true), |all, each| match (all, each) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        (Some(true), Some(true)) => Some(true),
    })
}

/// OR: TRUE if one is, else UNKNOWN if one is; FALSE of none.
fn any(conditions: impl Iterator<Item = Logical>) -> Logical {
    conditions.fold(Some(false), |any, each| match (any, each) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        (Some(false), Some(false)) => Some(false),
    })
}
