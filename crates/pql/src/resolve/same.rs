//! Whether two values say the same: a selected value equals a group key, an aggregate stands twice.
//!
//! Slots are compared by what the caller says. A group key may be repeated with the same values;
//! whether two aggregates are one may not depend on values, for the command would.

use crate::typed::{ConditionId, ConditionKind, Constant, Run, Shape, SlotId, ValueId, ValueKind};

/// When two slots are the same.
#[derive(Clone, Copy)]
pub(super) enum Slots<'a> {
    /// When their values are.
    Equal(&'a [Constant]),
    /// Never.
    Apart,
    /// Always: are the values of one shape?
    Ignored,
}

pub(super) struct Same<'a> {
    pub(super) shape: &'a Shape,
    pub(super) slots: Slots<'a>,
}

impl Same<'_> {
    fn slots(&self, a: SlotId, b: SlotId) -> bool {
        match self.slots {
            Slots::Equal(constants) => constants[a.index()] == constants[b.index()],
            Slots::Apart => false,
            Slots::Ignored => true,
        }
    }

    fn runs(&self, a: Run, b: Run) -> bool {
        let pairs = || self.shape.value_run(a).zip(self.shape.value_run(b));
        a.len() == b.len() && pairs().all(|(a, b)| self.values(a, b))
    }

    pub(super) fn values(&self, a: ValueId, b: ValueId) -> bool {
        let (left, right) = (self.shape.value(a), self.shape.value(b));
        if left.ty != right.ty {
            return false;
        }
        match (left.kind, right.kind) {
            (ValueKind::Slot(a), ValueKind::Slot(b)) => self.slots(a, b),
            (ValueKind::MoneyValue(a), ValueKind::MoneyValue(b))
            | (ValueKind::MoneyAsset(a), ValueKind::MoneyAsset(b))
            | (ValueKind::Negate(a), ValueKind::Negate(b)) => self.values(a, b),
            (ValueKind::MapEntry(a, key_a), ValueKind::MapEntry(b, key_b)) => {
                self.values(a, b) && self.slots(key_a, key_b)
            }
            (ValueKind::Arithmetic(op_a, a1, a2), ValueKind::Arithmetic(op_b, b1, b2)) => {
                op_a == op_b && self.values(a1, b1) && self.values(a2, b2)
            }
            (ValueKind::Call(f, a), ValueKind::Call(g, b)) => f == g && self.runs(a, b),
            (
                ValueKind::Bucket { unit: unit_a, of: a, zone: zone_a, .. },
                ValueKind::Bucket { unit: unit_b, of: b, zone: zone_b, .. },
            ) => unit_a == unit_b && self.values(a, b) && self.slots(zone_a, zone_b),
            (left, right) => left == right,
        }
    }

    pub(super) fn conditions(&self, a: ConditionId, b: ConditionId) -> bool {
        let (left, right) = (self.shape.condition(a).kind, self.shape.condition(b).kind);
        match (left, right) {
            (ConditionKind::All(a), ConditionKind::All(b))
            | (ConditionKind::Any(a), ConditionKind::Any(b)) => {
                let pairs = || self.shape.condition_run(a).zip(self.shape.condition_run(b));
                a.len() == b.len() && pairs().all(|(a, b)| self.conditions(a, b))
            }
            (ConditionKind::Not(a), ConditionKind::Not(b)) => self.conditions(a, b),
            (ConditionKind::Value(a), ConditionKind::Value(b))
            | (ConditionKind::IsNull(a), ConditionKind::IsNull(b)) => self.values(a, b),
            (ConditionKind::Compare(op, a, b), ConditionKind::Compare(other, c, d)) => {
                op == other && self.values(a, c) && self.values(b, d)
            }
            _ => false,
        }
    }
}
