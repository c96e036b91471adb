//! Comparisons: a constant takes the type of the other side; two values of rows must fit.

use super::{Part, Resolved, Resolver, value};
use crate::constant::{Fit, Known, KnownKind, Target};
use crate::datatype::Type;
use crate::typed::{Comparison, ConditionId, ConditionKind, ValueId, ValueKind, ValueNode};
use crate::value::Value;
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        left: Part,
        right: Part,
        span: Span,
    ) -> Resolved<ConditionId> {
        let (comparison, left, right) = match (left, right) {
            (Part::Known(left), Part::Known(right)) => {
                return self.compare_known(comparison, left, right, span);
            }
            (Part::Node(left), Part::Known(right)) => {
                self.not_a_day(comparison, left, &right, span)?;
                let right = self.beside(right, left, Fit::Ordered(comparison))?;
                (comparison, left, right)
            }
            (Part::Known(left), Part::Node(right)) => {
                let comparison = comparison.mirrored();
                let left = self.beside(left, right, Fit::Ordered(comparison))?;
                (comparison, right, left)
            }
            (Part::Node(left), Part::Node(right)) => (comparison, left, right),
        };
        self.comparable(comparison, left, right, span)?;
        Ok(self.push_condition(ConditionKind::Compare(comparison, left, right), span))
    }

    /// A timestamp that equals a date: what is meant is the day.
    fn not_a_day(
        &mut self,
        comparison: Comparison,
        left: ValueId,
        right: &Known,
        span: Span,
    ) -> Resolved<()> {
        let node = *self.shape.value(left);
        let is_date = matches!(right.kind, KnownKind::Value(Value::Date(_)));
        let is_time = matches!(node.ty, Type::Timestamp { .. });
        if comparison != Comparison::Equal || !is_date || !is_time {
            return Ok(());
        }
        let (field, date) = (self.ast.slice(node.span), self.ast.slice(right.span));
        let day = format!("{field} ON DAY {date}");
        let message = "A timestamp never equals a date: a day is a range of time.";
        let error = Diagnostic::new(Code::Type, span, message)
            .hint(format!("Write {day}, with TZ for a zone that is not UTC."))
            .replace(span, day);
        self.fail(error)
    }

    /// A constant as the other side of a comparison.
    pub(super) fn beside(&mut self, known: Known, other: ValueId, fit: Fit) -> Resolved<ValueId> {
        let target = self.target_of(other);
        let fit = match fit {
            Fit::Ordered(comparison) if comparison.is_order() => fit,
            Fit::Ordered(_) | Fit::Exact => Fit::Exact,
        };
        self.placed_node(known, target, fit)
    }

    pub(super) fn target_of(&self, id: ValueId) -> Target {
        let node = self.shape.value(id);
        Target { ty: node.ty, digits: node.digits, nfc: self.is_nfc(node) }
    }

    fn is_nfc(&self, node: &ValueNode) -> bool {
        let ValueKind::Field(scan, field) = node.kind else {
            return false;
        };
        self.catalogue().field(self.shape.scan(scan).dataset, field).nfc
    }

    fn compare_known(
        &mut self,
        comparison: Comparison,
        left: Known,
        right: Known,
        span: Span,
    ) -> Resolved<ConditionId> {
        if left.param().is_some() && right.param().is_some() {
            let error = Diagnostic::new(Code::Param, span, "Two parameters are compared.")
                .hint("A parameter takes its type from the other side: compare it with a field.");
            return self.fail(error);
        }
        let beside = if left.param().is_some() { &right } else { &left };
        let target = self.wide_target(beside);
        let (left, right) = (self.constant(left, target)?, self.constant(right, target)?);
        let truth = crate::value::compare(&left, &right).map(|order| match comparison {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        });
        Ok(self.truth(truth, span))
    }

    /// A type that both of two constants fit, if they fit at all.
    fn wide_target(&self, known: &Known) -> Target {
        let target = value::own_type(known);
        if !target.ty.is_number() {
            return target;
        }
        Target::of(Type::Decimal { precision: crate::datatype::DIGITS_MAX, scale: 30 })
    }

    /// The value of a constant as a type, outside any slot.
    pub(super) fn constant(&mut self, known: Known, target: Target) -> Resolved<Value> {
        self.placer.place(known, target, Fit::Exact).or_else(|error| self.fail(*error))
    }

    /// Whether two values of rows can be compared.
    pub(super) fn comparable(
        &mut self,
        comparison: Comparison,
        left: ValueId,
        right: ValueId,
        span: Span,
    ) -> Resolved<()> {
        let (a, b) = (self.shape.value(left).ty, self.shape.value(right).ty);
        let fit = match (a, b) {
            (Type::Timestamp { .. }, Type::Timestamp { .. }) => true,
            (Type::TextArray | Type::TextMap | Type::Duration, _) => false,
            (a, b) if a.is_number() && b.is_number() => true,
            (a, b) => a == b,
        };
        if !fit {
            return self.unlike(a, b, span);
        }
        if !comparison.is_order() {
            return Ok(());
        }
        match a {
            Type::Bool | Type::Enum(_) | Type::Id(_) => {
                let message =
                    format!("{} has no order here: it takes = <> IN and IS.", sentence(a));
                self.refuse(Code::Type, span, message)
            }
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Text
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => Ok(()),
        }
    }

    fn unlike<T>(&mut self, a: Type, b: Type, span: Span) -> Resolved<T> {
        let money = a == Type::Money || b == Type::Money;
        if money && (a.is_number() || b.is_number()) {
            let error = Diagnostic::new(Code::Asset, span, "A number is compared with money.")
                .hint("Compare the value alone: amount.value > 100, with the asset beside it.");
            return self.fail(error);
        }
        let message = match a {
            Type::TextArray => "An array is searched with ANY, as in ANY tags = 'vip'.".to_owned(),
            Type::TextMap => "A map is read by its keys, as in notes['k'] = 'v'.".to_owned(),
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration => format!("{} is compared with {}.", sentence(a), b.noun()),
        };
        self.refuse(Code::Type, span, message)
    }

    pub(super) fn distinct(
        &mut self,
        left: Part,
        right: Part,
        span: Span,
    ) -> Resolved<ConditionId> {
        for part in [&left, &right] {
            if let Part::Known(known) = part
                && let Some(param) = known.param().filter(|param| param.optional)
            {
                return self.optional_here(param.span);
            }
        }
        let (left, right) = match (left, right) {
            (Part::Known(left), Part::Known(right)) => {
                if left.param().is_some() && right.param().is_some() {
                    return self.refuse(Code::Param, span, "Two parameters are compared.");
                }
                let beside = if left.param().is_some() { &right } else { &left };
                let target = self.wide_target(beside);
                let (left, right) = (self.constant(left, target)?, self.constant(right, target)?);
                let truth = crate::value::is_distinct(&left, &right);
                return Ok(self.truth(Some(truth), span));
            }
            (Part::Node(left), Part::Known(right)) => (left, self.beside(right, left, Fit::Exact)?),
            (Part::Known(left), Part::Node(right)) => {
                (right, self.beside(left, right, Fit::Exact)?)
            }
            (Part::Node(left), Part::Node(right)) => (left, right),
        };
        self.comparable(Comparison::Equal, left, right, span)?;
        Ok(self.push_condition(ConditionKind::Distinct(left, right), span))
    }

    pub(super) fn is_null(&mut self, part: Part, span: Span) -> Resolved<ConditionId> {
        match part {
            Part::Node(id) => Ok(self.push_condition(ConditionKind::IsNull(id), span)),
            Part::Known(known) => {
                if let Some(param) = known.param() {
                    let message = "A parameter is held against NULL: an absent one is an error.";
                    return self.refuse(Code::Param, param.span, message);
                }
                let null = matches!(known.kind, KnownKind::Missing(_));
                Ok(self.truth(Some(null), span))
            }
        }
    }

    /// A boolean value as a condition.
    pub(super) fn boolean(&mut self, part: Part, span: Span) -> Resolved<ConditionId> {
        match part {
            Part::Node(id) => {
                let ty = self.shape.value(id).ty;
                if ty == Type::Bool {
                    return Ok(self.push_condition(ConditionKind::Value(id), span));
                }
                let message = format!("{} is no condition: it is not TRUE or FALSE.", sentence(ty));
                let error = Diagnostic::new(Code::Type, span, message)
                    .hint("Compare it with something, or ask IS NOT NULL.");
                self.fail(error)
            }
            Part::Known(known) => {
                if let Some(param) = known.param().filter(|param| param.optional) {
                    return self.optional_here(param.span);
                }
                let node = self.placed_node(known, Target::of(Type::Bool), Fit::Exact)?;
                Ok(self.push_condition(ConditionKind::Value(node), span))
            }
        }
    }

    /// A condition that is UNKNOWN for every row: an optional list that is absent.
    pub(super) fn unknown_truth(&mut self, span: Span) -> ConditionId {
        self.truth(None, span)
    }
}

fn sentence(ty: Type) -> String {
    let noun = ty.noun();
    format!("{}{}", noun[..1].to_ascii_uppercase(), &noun[1..])
}
