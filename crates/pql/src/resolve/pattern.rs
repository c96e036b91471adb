//! BETWEEN, IN, LIKE and the literal searches, in WHERE and behind ANY.

use super::{Part, Resolved, Resolver};
use crate::ast::{self, Letters, Many, Param, Pattern as Written};
use crate::constant::{Fit, Known, KnownKind, Target, sentence};
use crate::datatype::Type;
use crate::typed::{
    Arity, Comparison, ConditionId, ConditionKind, Constant, From, Search, Slot, ValueId,
};
use crate::value::{Case, Pattern, Value};
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    /// `value pattern`; NOT is for the caller.
    pub(super) fn matches(
        &mut self,
        value: Part,
        pattern: Written,
        span: Span,
    ) -> Resolved<ConditionId> {
        match pattern {
            Written::Between { low, high } => self.between(value, low, high, span),
            Written::In(items) => self.in_list(value, items, span),
            Written::InParam(param) => self.in_param(value, param, span),
            Written::Like { pattern, letters, escape } => {
                let case = match letters {
                    Letters::Exact => Case::Sensitive,
                    Letters::Folded => Case::AsciiInsensitive,
                };
                self.like(value, (pattern, escape, case), span)
            }
            Written::StartsWith(part) => self.search(Search::Starts, value, part, span),
            Written::EndsWith(part) => self.search(Search::Ends, value, part, span),
            Written::Contains(part) => self.search(Search::Contains, value, part, span),
        }
    }

    fn between(
        &mut self,
        value: Part,
        low: ast::ValueId,
        high: ast::ValueId,
        span: Span,
    ) -> Resolved<ConditionId> {
        let (low, high) = (self.value(low), self.value(high));
        let low = self.compare(Comparison::GreaterOrEqual, value.clone(), low?, span);
        let high = self.compare(Comparison::LessOrEqual, value, high?, span);
        let (low, high) = (low?, high?);
        let run = self.run([low.0, high.0].into_iter());
        Ok(self.push_condition(ConditionKind::All(run), span))
    }

    fn in_list(
        &mut self,
        value: Part,
        items: Many<ast::ValueId>,
        span: Span,
    ) -> Resolved<ConditionId> {
        self.list_limit(items.len(), span)?;
        let mut slots: Vec<u32> = Vec::with_capacity(items.len());
        let mut others: Vec<u32> = Vec::new();
        let mut refused = None;
        for item in self.ast.values(items) {
            let resolved = self.value(*item).and_then(|part| match (&value, part) {
                (Part::Node(id), Part::Known(known)) => {
                    self.item(known, *id).map(|slot| slots.push(slot))
                }
                (_, part) => {
                    let equal = self.compare(Comparison::Equal, value.clone(), part, span);
                    equal.map(|condition| others.push(condition.0))
                }
            });
            refused = refused.or(resolved.err());
        }
        if let Some(refused) = refused {
            return Err(refused);
        }
        self.in_slots(value, slots, others, span)
    }

    /// An item of a list, as a slot of the type of the value before IN.
    fn item(&mut self, known: Known, beside: ValueId) -> Resolved<u32> {
        if let Some(param) = known.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let target = self.target_of(beside);
        let span = known.span;
        let slot = self.placed(known, target, Fit::Exact)?;
        if self.constants[slot.index()] == Constant::One(Value::Null) {
            let message = "This item is NULL, and nothing is equal to NULL.";
            return self.refuse(Code::Null, span, message);
        }
        Ok(slot.0)
    }

    fn list_limit(&mut self, items: usize, span: Span) -> Resolved<()> {
        let most = self.limits.list_items;
        if items <= most as usize {
            return Ok(());
        }
        let message = format!("The list has {items} items; here {most} are allowed (list_items).");
        self.refuse(Code::Limit, span, message)
    }

    fn in_param(&mut self, value: Part, param: Param, span: Span) -> Resolved<ConditionId> {
        let Part::Node(id) = value else {
            let message = "A list parameter takes its type from a field before IN.";
            return self.refuse(Code::Param, param.span, message);
        };
        let target = self.target_of(id);
        let items = match self.placer.list(param, target) {
            Ok(Some(items)) => items,
            Ok(None) => return Ok(self.unknown_truth(span)),
            Err(error) => return self.fail(*error),
        };
        self.list_limit(items.len(), span)?;
        let from = From::Parameter(param.span);
        let slot = Slot { ty: target.ty, arity: Arity::One, nullable: false, from };
        let slots = items.into_iter().map(|item| self.slot(slot, Constant::One(item)).0).collect();
        self.in_slots(Part::Node(id), slots, Vec::new(), span)
    }

    /// `value IN (slots)` or a comparison of its own; IN of money compares each amount.
    fn in_slots(
        &mut self,
        value: Part,
        slots: Vec<u32>,
        mut others: Vec<u32>,
        span: Span,
    ) -> Resolved<ConditionId> {
        if let (Part::Node(id), false) = (&value, slots.is_empty()) {
            let target = self.target_of(*id);
            match target.ty {
                Type::TextArray | Type::TextMap | Type::Duration => {
                    let message = format!("IN does not take {}.", target.ty.noun());
                    return self.refuse(Code::Type, span, message);
                }
                Type::Money | Type::Bool => {
                    for slot in slots {
                        let right = self.slot_node(crate::typed::SlotId(slot), target, span);
                        let kind = ConditionKind::Compare(Comparison::Equal, *id, right);
                        others.push(self.push_condition(kind, span).0);
                    }
                }
                Type::Whole
                | Type::Decimal { .. }
                | Type::Float
                | Type::Text
                | Type::Enum(_)
                | Type::Id(_)
                | Type::Timestamp { .. }
                | Type::Date => {
                    let run = self.run(slots.into_iter());
                    let listed = self.push_condition(ConditionKind::In(*id, run), span);
                    if others.is_empty() {
                        return Ok(listed);
                    }
                    others.push(listed.0);
                }
            }
        }
        let run = self.run(others.into_iter());
        Ok(self.push_condition(ConditionKind::Any(run), span))
    }

    /// A text that is searched: of rows, or known.
    fn searched(&mut self, value: Part) -> Resolved<ValueId> {
        let id = match value {
            Part::Known(known) => {
                if let Some(param) = known.param().filter(|param| param.optional) {
                    return self.optional_here(param.span);
                }
                self.placed_node(known, Target::of(Type::Text), Fit::Exact)?
            }
            Part::Node(id) => id,
        };
        let node = *self.shape.value(id);
        match node.ty {
            Type::Text => Ok(id),
            Type::TextArray => {
                let error =
                    Diagnostic::new(Code::Type, node.span, "An array is searched with ANY.")
                        .hint("Write ANY before it: ANY tags = 'vip', ANY tags LIKE 'v%'.");
                self.fail(error)
            }
            other @ Type::Whole
            | other @ Type::Decimal { .. }
            | other @ Type::Float
            | other @ Type::Bool
            | other @ Type::Enum(_)
            | other @ Type::Id(_)
            | other @ Type::Timestamp { .. }
            | other @ Type::Date
            | other @ Type::Money
            | other @ Type::Duration
            | other @ Type::TextMap => {
                let message = format!("Patterns are for text; here stands {}.", other.noun());
                self.refuse(Code::Type, node.span, message)
            }
        }
    }

    fn like(
        &mut self,
        value: Part,
        (pattern, escape, case): (ast::ValueId, Option<ast::ValueId>, Case),
        span: Span,
    ) -> Resolved<ConditionId> {
        let escape = escape.map(|escape| self.escape(escape)).transpose()?;
        let id = self.searched(value)?;
        let Part::Known(known) = self.value(pattern)? else {
            let message = "A pattern is a text or a parameter.";
            return self.refuse(Code::Pattern, self.ast.value_span(pattern), message);
        };
        let (from, pattern_span) = (known.from, known.span);
        let param = known.param();
        let target = self.target_of(id);
        let constant = match self.constant(known, Target { ty: Type::Text, ..target })? {
            Value::Text(text) => match Pattern::parse(&text, escape) {
                Ok(pattern) => Constant::Pattern(pattern),
                Err(error) => {
                    let error =
                        Diagnostic::new(Code::Pattern, pattern_span, sentence(&error.to_string()));
                    let name = param.map(|param| self.ast.param_name(param).to_owned());
                    return self.fail(match name {
                        Some(name) => error.param(name),
                        None => error,
                    });
                }
            },
            Value::Null
            | Value::Bool(_)
            | Value::Whole(_)
            | Value::Decimal(_)
            | Value::Float(_)
            | Value::Money(_)
            | Value::Id(_)
            | Value::Timestamp(_)
            | Value::Date(_)
            | Value::Duration(_)
            | Value::Array(_)
            | Value::Map(_) => Constant::One(Value::Null),
        };
        let nullable = param.is_some_and(|param| param.optional);
        let slot = Slot { ty: Type::Text, arity: Arity::One, nullable, from };
        let slot = self.slot(slot, constant);
        Ok(self.push_condition(ConditionKind::Like(id, slot, case), span))
    }

    fn escape(&mut self, escape: ast::ValueId) -> Resolved<char> {
        let span = self.ast.value_span(escape);
        let text = match self.value(escape)? {
            Part::Known(Known { kind: KnownKind::Value(Value::Text(text)), .. }) => text,
            Part::Known(_) | Part::Node(_) => Box::default(),
        };
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(letter),
            _ => self.refuse(Code::Pattern, span, "ESCAPE takes one character, such as '!'."),
        }
    }

    fn search(
        &mut self,
        search: Search,
        value: Part,
        part: ast::ValueId,
        span: Span,
    ) -> Resolved<ConditionId> {
        let part = self.value(part)?;
        let id = self.searched(value)?;
        let target = self.target_of(id);
        let part = match part {
            Part::Known(known) => {
                self.placed_node(known, Target { ty: Type::Text, ..target }, Fit::Exact)?
            }
            part @ Part::Node(_) => self.searched(part)?,
        };
        Ok(self.push_condition(ConditionKind::Search(search, id, part), span))
    }
}
