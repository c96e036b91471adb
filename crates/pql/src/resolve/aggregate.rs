//! Aggregates: their arguments read rows, their results are values of the group.

use super::same::{Same, Slots};
use super::{Part, Reads, Resolved, Resolver};
use crate::ast::{self, Arguments, Call, Function as Written};
use crate::datatype::{QUOTIENT_OPERAND_DIGITS, SUM_DIGITS, Type, WHOLE_DIGITS};
use crate::typed::{
    Aggregate, AggregateId, AggregateKind, ConditionId, Function, Operator, ValueId, ValueKind,
    ValueNode,
};
use crate::value::QUOTIENT_SCALE;
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    pub(super) fn aggregate(&mut self, call: &Call, span: Span) -> Resolved<ValueId> {
        if self.reads == Reads::Rows {
            let message =
                format!("{} counts in groups; here single rows are read.", call.function.name());
            let error = Diagnostic::new(Code::Aggregate, span, message)
                .hint("Aggregates stand in SELECT, HAVING and ORDER BY, not in one another.");
            return self.fail(error);
        }
        self.reads = Reads::Rows;
        let kind = self.aggregate_kind(call, span);
        let filter = call.filter.map(|filter| self.condition(filter)).transpose();
        self.reads = Reads::Groups;
        let (kind, filter) = (kind?, filter?);
        let (ty, digits) = self.aggregate_type(kind, span)?;
        let aggregate = self.aggregate_once(Aggregate { kind, filter });
        let nullable = !matches!(
            kind,
            AggregateKind::Rows | AggregateKind::Count(_) | AggregateKind::CountDistinct(_)
        );
        let kind = ValueKind::Aggregate(aggregate);
        Ok(self.push(ValueNode { kind, ty, nullable, digits, span }))
    }

    fn aggregate_kind(&mut self, call: &Call, span: Span) -> Resolved<AggregateKind> {
        let name = call.function.name();
        let counts = call.function == Written::Count;
        match call.arguments {
            Arguments::Star if counts => Ok(AggregateKind::Rows),
            Arguments::Distinct(value) if counts => {
                Ok(AggregateKind::CountDistinct(self.aggregated(value, span)?))
            }
            Arguments::Star | Arguments::Distinct(_) => {
                let message = format!("Only COUNT takes * and DISTINCT, {name} does not.");
                self.refuse(Code::Function, span, message)
            }
            Arguments::Values(values) => {
                let [value] = self.ast.values(values) else {
                    return self.refuse(Code::Function, span, format!("{name} takes one value."));
                };
                let value = self.aggregated(*value, span)?;
                Ok(match call.function {
                    Written::Count => AggregateKind::Count(value),
                    Written::Sum => AggregateKind::Sum(value),
                    Written::Min => AggregateKind::Min(value),
                    Written::Max => AggregateKind::Max(value),
                    Written::Abs
                    | Written::Coalesce
                    | Written::Nullif
                    | Written::Round
                    | Written::Floor
                    | Written::Ceil
                    | Written::Length
                    | Written::Lower
                    | Written::Upper
                    | Written::Concat
                    | Written::Now
                    | Written::Today
                    | Written::Hour
                    | Written::Day
                    | Written::Week
                    | Written::Month
                    | Written::Avg => AggregateKind::Average(value),
                })
            }
        }
    }

    fn aggregated(&mut self, value: ast::ValueId, span: Span) -> Resolved<ValueId> {
        match self.value(value)? {
            Part::Node(id) => Ok(id),
            Part::Known(_) => {
                let error = Diagnostic::new(Code::Aggregate, span, "An aggregate is over a field.")
                    .hint("COUNT(*) counts rows.");
                self.fail(error)
            }
        }
    }

    /// The same aggregate once: only where no value is part of it.
    fn aggregate_once(&mut self, aggregate: Aggregate) -> AggregateId {
        let same = Same { shape: &self.shape, slots: Slots::Apart };
        let filters = |a: Option<ConditionId>, b: Option<ConditionId>| match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => same.conditions(a, b),
            (None, Some(_)) | (Some(_), None) => false,
        };
        let kinds = |a: &AggregateKind, b: &AggregateKind| {
            let arguments = match (a.argument(), b.argument()) {
                (None, None) => true,
                (Some(a), Some(b)) => same.values(a, b),
                (None, Some(_)) | (Some(_), None) => false,
            };
            std::mem::discriminant(a) == std::mem::discriminant(b) && arguments
        };
        let known = self.grouping.aggregates.iter().position(|other| {
            kinds(&other.kind, &aggregate.kind) && filters(other.filter, aggregate.filter)
        });
        let place = known.unwrap_or_else(|| {
            self.grouping.aggregates.push(aggregate);
            self.grouping.aggregates.len() - 1
        });
        AggregateId(super::count(place))
    }

    fn aggregate_type(&mut self, kind: AggregateKind, span: Span) -> Resolved<(Type, u8)> {
        let Some(argument) = kind.argument() else {
            return Ok((Type::Whole, WHOLE_DIGITS));
        };
        let node = *self.shape.value(argument);
        match kind {
            AggregateKind::Rows | AggregateKind::Count(_) => Ok((Type::Whole, WHOLE_DIGITS)),
            AggregateKind::CountDistinct(_) => match node.ty {
                Type::TextArray | Type::TextMap | Type::Float | Type::Duration | Type::Money => {
                    let message = format!("Distinct values of {} are not counted.", node.ty.noun());
                    self.refuse(Code::Type, span, message)
                }
                Type::Whole
                | Type::Decimal { .. }
                | Type::Bool
                | Type::Text
                | Type::Enum(_)
                | Type::Id(_)
                | Type::Timestamp { .. }
                | Type::Date => Ok((Type::Whole, WHOLE_DIGITS)),
            },
            AggregateKind::Sum(_) => self.sum_type(&node, argument, span),
            AggregateKind::Average(_) => self.average_type(&node, argument, span),
            AggregateKind::Min(_) | AggregateKind::Max(_) => match node.ty {
                Type::Money => {
                    self.one_asset(argument, span)?;
                    Ok((node.ty, node.digits))
                }
                Type::Whole
                | Type::Decimal { .. }
                | Type::Float
                | Type::Text
                | Type::Timestamp { .. }
                | Type::Date => Ok((node.ty, node.digits)),
                Type::Bool
                | Type::Enum(_)
                | Type::Id(_)
                | Type::Duration
                | Type::TextArray
                | Type::TextMap => {
                    let message = format!("There is no least or greatest of {}.", node.ty.noun());
                    self.refuse(Code::Type, span, message)
                }
            },
        }
    }

    fn sum_type(&mut self, node: &ValueNode, of: ValueId, span: Span) -> Resolved<(Type, u8)> {
        let digits = u32::from(node.digits) + u32::from(SUM_DIGITS);
        match node.ty {
            Type::Money => {
                self.one_asset(of, span)?;
                Ok((Type::Money, self.checked_width(digits, span)?))
            }
            Type::Whole | Type::Decimal { .. } => {
                let precision = self.checked_width(digits, span)?;
                Ok((Type::Decimal { precision, scale: node.ty.scale() }, precision))
            }
            Type::Float
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => self.no_sum(node, span),
        }
    }

    fn average_type(&mut self, node: &ValueNode, of: ValueId, span: Span) -> Resolved<(Type, u8)> {
        if !node.ty.is_number() && node.ty != Type::Money {
            return self.no_sum(node, span);
        }
        if node.digits > QUOTIENT_OPERAND_DIGITS {
            let message = format!(
                "The values may have {} digits; AVG is exact up to {QUOTIENT_OPERAND_DIGITS}.",
                node.digits
            );
            return self.refuse(Code::Width, span, message);
        }
        if node.ty == Type::Money {
            self.one_asset(of, span)?;
            return Ok((Type::Money, node.digits));
        }
        let precision = node.digits - node.ty.scale() + QUOTIENT_SCALE;
        Ok((Type::Decimal { precision, scale: QUOTIENT_SCALE }, precision))
    }

    fn no_sum<T>(&mut self, node: &ValueNode, span: Span) -> Resolved<T> {
        let message =
            format!("SUM and AVG are for numbers and money; here stands {}.", node.ty.noun());
        let error = Diagnostic::new(Code::Type, span, message);
        if node.ty == Type::Float {
            let hint = "Floats are not added up: the order of addition would show in the sum.";
            return self.fail(error.hint(hint));
        }
        self.fail(error)
    }

    /// Money is aggregated in one asset: a group key, or fixed by WHERE.
    fn one_asset(&mut self, money: ValueId, span: Span) -> Resolved<()> {
        if self.is_one_asset(money) {
            return Ok(());
        }
        let error =
            Diagnostic::new(Code::Asset, span, "Amounts of different assets do not add up.").hint(
                "Group by the asset (GROUP BY amount.asset), or fix it: AND amount.asset = 'GBP'.",
            );
        self.fail(error)
    }

    fn is_one_asset(&self, money: ValueId) -> bool {
        match self.shape.value(money).kind {
            ValueKind::Field(..) => self.asset_grouped(money) || self.asset_fixed(money),
            ValueKind::Negate(of) => self.is_one_asset(of),
            ValueKind::Arithmetic(Operator::Multiply, a, b) => {
                let money = if self.shape.value(a).ty == Type::Money { a } else { b };
                self.is_one_asset(money)
            }
            // Different assets add to NULL, so one side settles it.
            ValueKind::Arithmetic(_, a, b) => self.is_one_asset(a) || self.is_one_asset(b),
            ValueKind::Call(Function::Abs | Function::NullIf, run) => {
                self.shape.value_run(run).next().is_some_and(|of| self.is_one_asset(of))
            }
            ValueKind::Slot(_) => true,
            ValueKind::Call(..)
            | ValueKind::Masked
            | ValueKind::Key(_)
            | ValueKind::Aggregate(_)
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Bucket { .. } => false,
        }
    }

    fn asset_grouped(&self, money: ValueId) -> bool {
        let same = Same { shape: &self.shape, slots: Slots::Apart };
        self.grouping.keys.iter().any(|key| match self.shape.value(*key).kind {
            ValueKind::MoneyAsset(of) => same.values(of, money),
            ValueKind::Field(..) => same.values(*key, money),
            ValueKind::Slot(_)
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
        })
    }
}
