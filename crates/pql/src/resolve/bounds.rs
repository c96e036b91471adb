//! What the terms that every row must fulfil say: the range of time of a bucket, the asset of
//! an amount.

use super::same::{Same, Slots};
use super::{Resolved, Resolver};
use crate::datatype::Type;
use crate::typed::{
    Arity, Comparison, ConditionId, ConditionKind, Constant, From, Shape, Slot, SlotId, ValueId,
    ValueKind,
};
use crate::value::{Bucket, Range, Timestamp, Value, Zone, boundaries};
use crate::{Code, Diagnostic, Span};

/// The most buckets of a query.
pub(crate) const BUCKETS_MAX: usize = 1_000;

/// The most different buckets of a query: units, fields and zones taken together.
const BUCKET_KINDS_MAX: usize = 8;

/// The starts of one kind of bucket, computed once.
pub(super) struct Buckets {
    unit: Bucket,
    of: ValueKind,
    zone: Constant,
    starts: Vec<Value>,
}

/// Calls `found` with each term of the top-level AND of a condition.
pub(crate) fn terms(shape: &Shape, condition: ConditionId, found: &mut impl FnMut(ConditionKind)) {
    match shape.condition(condition).kind {
        ConditionKind::All(run) => {
            for term in shape.condition_run(run) {
                terms(shape, term, found);
            }
        }
        other @ ConditionKind::Any(_)
        | other @ ConditionKind::Not(_)
        | other @ ConditionKind::Is(..)
        | other @ ConditionKind::Value(_)
        | other @ ConditionKind::Compare(..)
        | other @ ConditionKind::Distinct(..)
        | other @ ConditionKind::IsNull(_)
        | other @ ConditionKind::In(..)
        | other @ ConditionKind::Like(..)
        | other @ ConditionKind::Search(..)
        | other @ ConditionKind::Exists(..)
        | other @ ConditionKind::Element(..) => found(other),
    }
}

/// A term that compares a value with a constant, the value on its left.
pub(crate) fn compared(
    shape: &Shape,
    term: ConditionKind,
) -> Option<(ValueId, Comparison, SlotId)> {
    let ConditionKind::Compare(comparison, left, right) = term else {
        return None;
    };
    match (shape.value(left).kind, shape.value(right).kind) {
        (_, ValueKind::Slot(slot)) => Some((left, comparison, slot)),
        (ValueKind::Slot(slot), _) => Some((right, comparison.mirrored(), slot)),
        _ => None,
    }
}

impl Resolver<'_> {
    /// Whether a top-level term fixes the asset of an amount.
    pub(super) fn asset_fixed(&self, money: ValueId) -> bool {
        let Some(filter) = self.shape.filter else {
            return false;
        };
        let shape = &self.shape;
        let same = Same { shape, slots: Slots::Apart };
        let mut fixed = false;
        terms(shape, filter, &mut |term| {
            if let ConditionKind::In(value, run) = term {
                fixed |= run.len() == 1 && is_asset_of(shape, &same, value, money);
            }
            let Some((value, comparison, _)) = compared(shape, term) else {
                return;
            };
            let asset = comparison == Comparison::Equal && is_asset_of(shape, &same, value, money);
            let amount = comparison != Comparison::NotEqual && same.values(value, money);
            fixed |= asset || amount;
        });
        fixed
    }

    /// The starts of all buckets of the query's time range, as a slot.
    pub(super) fn bucket_starts(
        &mut self,
        unit: Bucket,
        of: ValueId,
        (zone, name): (&Zone, SlotId),
        span: Span,
    ) -> Resolved<SlotId> {
        let node = *self.shape.value(of);
        let name = self.constants[name.index()].clone();
        let known = self
            .buckets
            .iter()
            .find(|known| known.unit == unit && known.of == node.kind && known.zone == name);
        let starts = match known {
            Some(known) => known.starts.clone(),
            None => {
                let starts = self.computed_starts(unit, of, zone, span)?;
                let (of, zone) = (node.kind, name);
                self.buckets.push(Buckets { unit, of, zone, starts: starts.clone() });
                starts
            }
        };
        let slot = Slot { ty: node.ty, arity: Arity::Many, nullable: false, from: From::Derived };
        Ok(self.slot(slot, Constant::Many(starts)))
    }

    fn computed_starts(
        &mut self,
        unit: Bucket,
        of: ValueId,
        zone: &Zone,
        span: Span,
    ) -> Resolved<Vec<Value>> {
        let Some(range) = self.range_of(of) else {
            let message = "A bucket needs a time range at both ends.";
            let error = Diagnostic::new(Code::Bucket, span, message)
                .hint("Add one to WHERE: at ON MONTH @2026-03-01, or at >= … AND at < ….");
            return self.fail(error);
        };
        if self.buckets.len() >= BUCKET_KINDS_MAX {
            let message = format!("A query has at most {BUCKET_KINDS_MAX} kinds of buckets.");
            return self.refuse(Code::Bucket, span, message);
        }
        let Some(starts) = boundaries(unit, range, zone, BUCKETS_MAX) else {
            let message = "The time range has more than 1,000 buckets.";
            let error = Diagnostic::new(Code::Bucket, span, message)
                .hint("Narrow the range, or take longer buckets.");
            return self.fail(error);
        };
        Ok(starts.into_iter().map(Value::Timestamp).collect())
    }

    /// The half-open range that the top-level terms keep a timestamp in; empty is a range too.
    fn range_of(&self, of: ValueId) -> Option<Range> {
        let shape = &self.shape;
        let same = Same { shape, slots: Slots::Apart };
        let (mut from, mut until) = (None::<Timestamp>, None::<Timestamp>);
        terms(shape, shape.filter?, &mut |term| {
            let Some((value, comparison, slot)) = compared(shape, term) else {
                return;
            };
            let Constant::One(Value::Timestamp(at)) = self.constants[slot.index()] else {
                return;
            };
            if !same.values(value, of) {
                return;
            }
            let behind = at.stepped(6);
            let (low, high) = match comparison {
                Comparison::Equal => (Some(at), behind),
                Comparison::Less => (None, Some(at)),
                Comparison::LessOrEqual => (None, behind),
                Comparison::Greater | Comparison::GreaterOrEqual => (Some(at), None),
                Comparison::NotEqual => (None, None),
            };
            from = from.max(low);
            until = match (until, high) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        });
        let (from, until) = (from?, until?);
        Some(Range { from, until: until.max(from) })
    }
}

fn is_asset_of(shape: &Shape, same: &Same<'_>, value: ValueId, money: ValueId) -> bool {
    match shape.value(value).kind {
        ValueKind::MoneyAsset(of) => same.values(of, money),
        ValueKind::Field(..)
        | ValueKind::Slot(_)
        | ValueKind::Masked
        | ValueKind::Key(_)
        | ValueKind::Aggregate(_)
        | ValueKind::Element
        | ValueKind::MoneyValue(_)
        | ValueKind::MapEntry(..)
        | ValueKind::Negate(_)
        | ValueKind::Arithmetic(..)
        | ValueKind::Call(..)
        | ValueKind::Bucket { .. } => false,
    }
}

/// Whether a type is one that bounds time.
pub(crate) const fn is_time(ty: Type) -> bool {
    matches!(ty, Type::Timestamp { .. } | Type::Date)
}
