//! Conditions: every kind of test, with three-valued logic kept as it stands.

use super::{Frame, Part, Reads, Resolved, Resolver};
use crate::ast::{self, Condition as Tree, Path};
use crate::constant::{Known, KnownKind};
use crate::datatype::Type;
use crate::limits::EXISTS_DEPTH_MAX;
use crate::typed::{
    Arity, Comparison, ConditionId, ConditionKind, Constant, From, Slot, Truth, ValueId, ValueKind,
    ValueNode,
};
use crate::value::{Period, Value, Zone, period_range};
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    /// A condition of any kind, where the limit on depth allows.
    pub(super) fn condition(&mut self, id: ast::ConditionId) -> Resolved<ConditionId> {
        let nested = self.is_nested(id);
        self.depth += u32::from(nested);
        let most = self.limits.depth;
        if self.depth > most {
            let span = self.ast.condition_span(id);
            self.depth -= u32::from(nested);
            let message =
                format!("The query is nested deeper than {most}, the limit here (depth).");
            return self.refuse(Code::Limit, span, message);
        }
        let resolved = self.condition_here(id);
        self.depth -= u32::from(nested);
        resolved
    }

    /// Whether a condition is one level deeper: NOT, EXISTS, a chain in brackets.
    fn is_nested(&self, id: ast::ConditionId) -> bool {
        match *self.ast.condition(id) {
            Tree::And(children) | Tree::Or(children) => {
                let first = self.ast.conditions(children).first();
                let first = first.map(|first| self.ast.condition_span(*first).start);
                first.is_some_and(|start| self.ast.condition_span(id).start < start)
            }
            Tree::Not(_) | Tree::Truth { .. } | Tree::Exists { .. } => true,
            Tree::Compare { .. }
            | Tree::IsNull { .. }
            | Tree::IsDistinct { .. }
            | Tree::Matches { .. }
            | Tree::On { .. }
            | Tree::AnyCompare { .. }
            | Tree::AnyMatches { .. }
            | Tree::Value(_) => false,
        }
    }

    fn condition_here(&mut self, id: ast::ConditionId) -> Resolved<ConditionId> {
        let span = self.ast.condition_span(id);
        match *self.ast.condition(id) {
            Tree::And(children) => {
                let run = self.children(self.ast.conditions(children))?;
                Ok(self.push_condition(ConditionKind::All(run), span))
            }
            Tree::Or(children) => {
                let run = self.children(self.ast.conditions(children))?;
                Ok(self.push_condition(ConditionKind::Any(run), span))
            }
            Tree::Not(of) => {
                let of = self.condition(of)?;
                Ok(self.push_condition(ConditionKind::Not(of), span))
            }
            Tree::Truth { condition, negated, truth } => {
                let of = self.condition(condition)?;
                let is = self.push_condition(ConditionKind::Is(of, truth_of(truth)), span);
                Ok(if negated { self.not(is, span) } else { is })
            }
            Tree::Compare { left, operator, right } => {
                let (left, right) = (self.value(left), self.value(right));
                self.compare(comparison(operator), left?, right?, span)
            }
            Tree::IsNull { value, negated } => {
                let value = self.value(value)?;
                let is = self.is_null(value, span)?;
                Ok(if negated { self.not(is, span) } else { is })
            }
            Tree::IsDistinct { left, right, negated } => {
                let (left, right) = (self.value(left), self.value(right));
                let is = self.distinct(left?, right?, span)?;
                Ok(if negated { self.not(is, span) } else { is })
            }
            Tree::Matches { value, negated, pattern } => {
                let value = self.value(value)?;
                let matches = self.matches(value, pattern, span)?;
                Ok(if negated { self.not(matches, span) } else { matches })
            }
            Tree::On { value, period, date, zone } => {
                self.on((value, date, zone), period_of(period), span)
            }
            Tree::Exists { path, condition } => self.exists(path, condition, span),
            Tree::AnyCompare { path, operator, right } => {
                let (array, element) = self.array(path, span)?;
                let right = self.value(right)?;
                let inner = self.compare(comparison(operator), Part::Node(element), right, span)?;
                Ok(self.push_condition(ConditionKind::Element(array, inner), span))
            }
            Tree::AnyMatches { path, negated, pattern } => {
                let (array, element) = self.array(path, span)?;
                let inner = self.matches(Part::Node(element), pattern, span)?;
                let inner = if negated { self.not(inner, span) } else { inner };
                Ok(self.push_condition(ConditionKind::Element(array, inner), span))
            }
            Tree::Value(value) => {
                let value = self.value(value)?;
                self.boolean(value, span)
            }
        }
    }

    /// All children, with all their errors.
    fn children(&mut self, children: &[ast::ConditionId]) -> Resolved<crate::typed::Run> {
        let mut ids = Vec::with_capacity(children.len());
        let mut refused = None;
        for child in children {
            match self.condition(*child) {
                Ok(id) => ids.push(id.0),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(refused) => Err(refused),
            None => Ok(self.run(ids.into_iter())),
        }
    }

    fn array(&mut self, path: Path, span: Span) -> Resolved<(ValueId, ValueId)> {
        let Part::Node(array) = self.path(path, span)? else {
            return Err(super::Refused);
        };
        let ty = self.shape.value(array).ty;
        if ty != Type::TextArray {
            let message = format!("ANY searches an array; here stands {}.", ty.noun());
            return self.refuse(Code::Type, span, message);
        }
        let kind = ValueKind::Element;
        let node = ValueNode { kind, ty: Type::Text, nullable: false, digits: 0, span };
        Ok((array, self.push(node)))
    }

    fn on(
        &mut self,
        (value, date, zone): (ast::ValueId, ast::ValueId, Option<ast::ValueId>),
        period: Period,
        span: Span,
    ) -> Resolved<ConditionId> {
        let value = self.value(value)?;
        let Part::Node(id) = value else {
            return self.refuse(Code::Type, span, "ON is about a field that is a timestamp.");
        };
        let ty = self.shape.value(id).ty;
        if !super::bounds::is_time(ty) {
            let message = format!("ON is about a timestamp or a date; here stands {}.", ty.noun());
            return self.refuse(Code::Type, span, message);
        }
        let zone = match zone.map(|zone| self.value(zone)).transpose()? {
            None => Zone::UTC,
            Some(Part::Known(known)) => self.zone(known)?.0,
            Some(Part::Node(_)) => {
                return self.refuse(Code::Zone, span, "A zone is a text or a parameter.");
            }
        };
        let zone = if ty == Type::Date { Zone::UTC } else { zone };
        let date = self.value(date)?;
        let (from, until) = self.period(date, period, (&zone, ty), span)?;
        let low =
            self.compare(Comparison::GreaterOrEqual, Part::Node(id), Part::Known(from), span)?;
        let high = self.compare(Comparison::Less, Part::Node(id), Part::Known(until), span)?;
        let run = self.run([low.0, high.0].into_iter());
        Ok(self.push_condition(ConditionKind::All(run), span))
    }

    /// The first moment of a period, and the first one behind it.
    fn period(
        &mut self,
        date: Part,
        period: Period,
        (zone, ty): (&Zone, Type),
        span: Span,
    ) -> Resolved<(Known, Known)> {
        let Part::Known(date) = date else {
            return self.refuse(Code::Type, span, "The date of ON is a literal or a parameter.");
        };
        if let Some(param) = date.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let is_time =
            matches!(date.kind, KnownKind::Finer(_) | KnownKind::Value(Value::Timestamp(_)));
        if is_time {
            let error =
                Diagnostic::new(Code::Type, date.span, "ON takes a date; here stands a timestamp.")
                    .hint("Write the date alone: @2026-01-31.");
            return self.fail(error);
        }
        let target = crate::constant::Target::of(Type::Date);
        let Value::Date(day) = self.constant(date, target)? else {
            return Err(super::Refused);
        };
        let Some(range) = period_range(period, day, zone) else {
            return self.refuse(Code::Range, span, "Times are in the years 0001 to 9999.");
        };
        let bound = |at| match ty {
            Type::Date => Zone::UTC.date(at).map_or(Value::Null, Value::Date),
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => Value::Timestamp(at),
        };
        Ok((Known::derived(bound(range.from), span), Known::derived(bound(range.until), span)))
    }

    fn exists(
        &mut self,
        path: Path,
        condition: Option<ast::ConditionId>,
        span: Span,
    ) -> Resolved<ConditionId> {
        if self.reads == Reads::Groups {
            let message = "EXISTS is about rows; a group has none to start from.";
            return self.refuse(Code::Group, span, message);
        }
        if self.frames.len() > EXISTS_DEPTH_MAX as usize {
            let message = format!("EXISTS stands in EXISTS at most {EXISTS_DEPTH_MAX} deep.");
            return self.refuse(Code::Depth, span, message);
        }
        let (scan, dataset) = self.many_relation(path)?;
        self.frames.push(Frame { scan, dataset });
        let condition = condition.map(|condition| self.condition(condition)).transpose();
        self.frames.pop();
        Ok(self.push_condition(ConditionKind::Exists(scan, condition?), span))
    }

    /// A slot for a number of rows.
    pub(super) fn rows_slot(&mut self, rows: u32, from: From) -> crate::typed::SlotId {
        let slot = Slot { ty: Type::Whole, arity: Arity::One, nullable: false, from };
        self.slot(slot, Constant::One(Value::Whole(rows.into())))
    }
}

const fn comparison(written: ast::Comparison) -> Comparison {
    match written {
        ast::Comparison::Equal => Comparison::Equal,
        ast::Comparison::NotEqual => Comparison::NotEqual,
        ast::Comparison::Less => Comparison::Less,
        ast::Comparison::LessOrEqual => Comparison::LessOrEqual,
        ast::Comparison::Greater => Comparison::Greater,
        ast::Comparison::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}

const fn truth_of(written: ast::Truth) -> Truth {
    match written {
        ast::Truth::True => Truth::True,
        ast::Truth::False => Truth::False,
        ast::Truth::Unknown => Truth::Unknown,
    }
}

const fn period_of(written: ast::Period) -> Period {
    match written {
        ast::Period::Day => Period::Day,
        ast::Period::Week => Period::Week,
        ast::Period::Month => Period::Month,
        ast::Period::Year => Period::Year,
    }
}
