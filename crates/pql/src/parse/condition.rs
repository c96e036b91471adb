//! Conditions: comparisons, IS, ON, EXISTS, ANY, and the warning about AND beside OR.

use crate::ast::{Comparison, Condition, ConditionId, Period, Truth, Value, ValueId};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{TokenKind, Word};
use crate::limits::{EXISTS_DEPTH_MAX, WARNINGS_MAX};
use crate::parse::expression::{Node, comparison_of};
use crate::parse::{Parser, Reading};
use crate::span::Span;

/// Readings longer than this are not shown in the hint.
const READING_SHOWN_MAX: usize = 160;

impl Parser<'_> {
    /// What follows the left side of a test.
    pub(super) fn test(&mut self, left: Node) -> Reading<ConditionId> {
        let left = match left {
            Node::Value(value) => value,
            Node::Condition(condition) => return self.condition_tested(condition),
        };
        self.term()?;
        let start = self.tree.value_span(left);
        let condition = if let Some(operator) = self.comparison() {
            self.compare(left, operator)?
        } else if self.is_word(Word::Is) {
            self.is(left)?
        } else if self.is_word(Word::On) {
            self.on(left)?
        } else {
            let negated = self.eat_word(Word::Not);
            Condition::Matches { value: left, negated, pattern: self.pattern()? }
        };
        self.no_chain(start, &condition)?;
        let span = start.to(self.span_before());
        Ok(self.tree.condition(condition, span))
    }

    fn compare(&mut self, left: ValueId, operator: Comparison) -> Reading<Condition> {
        let sign = self.span();
        self.next();
        if self.is_word(Word::Null) {
            return Ok(self.compared_with_null(left, operator, sign));
        }
        let right = self.value()?;
        self.optional_allowed(left);
        self.optional_allowed(right);
        let params =
            [left, right].map(|side| matches!(self.tree.value_node(side), Value::Param(_)));
        if params == [true, true] {
            let span = self.tree.value_span(left).to(self.tree.value_span(right));
            let diagnostic =
                Diagnostic::new(Code::Param, span, "Two parameters are compared with each other.")
                    .hint(
                        "One side must say what type is meant: compare a field with a parameter.",
                    );
            self.report(diagnostic);
        }
        Ok(Condition::Compare { left, operator, right })
    }

    /// `= NULL`: told, and read as IS NULL.
    fn compared_with_null(
        &mut self,
        value: ValueId,
        operator: Comparison,
        sign: Span,
    ) -> Condition {
        let negated = operator == Comparison::NotEqual;
        let meant = if negated { "IS NOT NULL" } else { "IS NULL" };
        let span = sign.to(self.span());
        let mut diagnostic =
            Diagnostic::new(Code::Null, span, "Nothing equals NULL, not even NULL.");
        diagnostic = if matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            let glued =
                self.slice(Span::new(span.start.saturating_sub(1), span.start)).trim().is_empty();
            let meant = if glued { meant.to_owned() } else { format!(" {meant}") };
            diagnostic.hint(format!("Write {}.", meant.trim())).replace(span, meant)
        } else {
            diagnostic.hint("NULL has no order; ask with IS NULL or IS NOT NULL.")
        };
        self.report(diagnostic);
        self.next();
        Condition::IsNull { value, negated }
    }

    /// An optional parameter may be `value`.
    pub(super) fn optional_allowed(&mut self, value: ValueId) {
        if !self.optional_params.is_empty() {
            self.optional_params.retain(|param| *param != value);
        }
    }

    /// `IS [NOT] NULL`, `IS [NOT] DISTINCT FROM …`
    fn is(&mut self, value: ValueId) -> Reading<Condition> {
        let is = self.span();
        self.take_word();
        let negated = self.eat_word(Word::Not);
        if self.eat_word(Word::Null) {
            return Ok(Condition::IsNull { value, negated });
        }
        if self.eat_word(Word::Distinct) {
            if !self.eat_word(Word::From) {
                return self.expected("FROM");
            }
            let right = self.value()?;
            return Ok(Condition::IsDistinct { left: value, right, negated });
        }
        self.is_something_else(value, is)
    }

    /// `ON DAY @2026-01-31 TZ 'Europe/London'`
    #[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
    fn on(&mut self, value: ValueId) -> Reading<Condition> {
        self.take_word();
        let period = match self.kind() {
            TokenKind::Word(Word::Day) => Period::Day,
            TokenKind::Word(Word::Week) => Period::Week,
            TokenKind::Word(Word::Month) => Period::Month,
            TokenKind::Word(Word::Year) => Period::Year,
            _ => return self.no_period(),
        };
        self.take_word();
        let date = self.value()?;
        let zone = if self.eat_word(Word::Tz) { Some(self.value()?) } else { None };
        Ok(Condition::On { value, period, date, zone })
    }

    /// Whether IS [NOT] TRUE, FALSE or UNKNOWN stands here.
    pub(super) fn is_truth(&self) -> bool {
        if !self.is_word(Word::Is) {
            return false;
        }
        let negated = self.kind_ahead(1) == TokenKind::Word(Word::Not);
        truth_of(self.kind_ahead(1 + usize::from(negated))).is_some()
    }

    /// `IS [NOT] TRUE | FALSE | UNKNOWN`, after a parenthesised part.
    pub(super) fn truth(&mut self, node: Node) -> Reading<ConditionId> {
        let condition = self.as_condition(node)?;
        self.take_word();
        let negated = self.eat_word(Word::Not);
        let Some(truth) = truth_of(self.kind()) else {
            return self.expected("TRUE, FALSE or UNKNOWN");
        };
        self.take_word();
        let span = self.tree.condition_span(condition).to(self.span_before());
        Ok(self.tree.condition(Condition::Truth { condition, negated, truth }, span))
    }

    /// `EXISTS refunds (…)`
    pub(super) fn exists(&mut self) -> Reading<ConditionId> {
        let exists = self.span();
        self.take_word();
        self.habits_after_exists()?;
        let path = self.path("The name of a relation")?;
        self.term()?;
        if self.is_word(Word::Where) {
            return self.exists_where();
        }
        let open = self.span();
        let condition = if self.eat(TokenKind::Open) {
            Some(self.exists_condition(exists, open)?)
        } else {
            None
        };
        let span = exists.to(self.span_before());
        Ok(self.tree.condition(Condition::Exists { path, condition }, span))
    }

    fn exists_condition(&mut self, exists: Span, open: Span) -> Reading<ConditionId> {
        self.habits_in_exists(open)?;
        if self.counts.exists_depth >= EXISTS_DEPTH_MAX {
            let message = format!("EXISTS stands in EXISTS more than {EXISTS_DEPTH_MAX} deep.");
            let diagnostic = Diagnostic::new(Code::Depth, exists, message)
                .hint("Ask about the inner relation in a query of its own.");
            return self.fail(diagnostic);
        }
        self.counts.exists_depth += 1;
        let condition = self.deeper(exists, Self::condition);
        self.counts.exists_depth -= 1;
        let condition = condition?;
        self.close(open)?;
        Ok(condition)
    }

    /// ANY is a word where a path and then an operator follow, else the name of a field.
    pub(super) fn is_any(&self) -> bool {
        if self.kind_ahead(1) == TokenKind::Open {
            return true;
        }
        if !Self::can_be_name(self.kind_ahead(1)) {
            return false;
        }
        let mut ahead = 2;
        while self.kind_ahead(ahead) == TokenKind::Point {
            ahead += 2;
        }
        let after = self.kind_ahead(ahead);
        comparison_of(after).is_some()
            || after == TokenKind::Word(Word::Is)
            || self.is_negatable_pattern(ahead)
    }

    /// `ANY tags = 'vip'`
    pub(super) fn any(&mut self) -> Reading<ConditionId> {
        let any = self.span();
        self.take_word();
        self.habits_after_any(any)?;
        let path = self.path("The name of an array")?;
        self.term()?;
        let condition = if let Some(operator) = self.comparison() {
            self.next();
            if self.is_word(Word::Null) {
                return self.null_in_any();
            }
            let right = self.value()?;
            self.optional_allowed(right);
            Condition::AnyCompare { path, operator, right }
        } else {
            let negated = self.eat_word(Word::Not);
            Condition::AnyMatches { path, negated, pattern: self.pattern()? }
        };
        self.no_chain(any, &condition)?;
        let span = any.to(self.span_before());
        Ok(self.tree.condition(condition, span))
    }

    /// Warns where AND stands beside OR without parentheses; the correction shows how it is read.
    pub(super) fn warn_of_mixed(&mut self, or: ConditionId) {
        let Condition::Or(many) = *self.tree.condition_node(or) else { return };
        let mixed = |id: &&ConditionId| {
            let Condition::And(children) = *self.tree.condition_node(**id) else { return false };
            let first = self.tree.conditions(children).first();
            // The span of a parenthesised condition begins before its first part.
            first.is_some_and(|first| {
                self.tree.condition_span(*first).start == self.tree.condition_span(**id).start
            })
        };
        let spans: Vec<Span> = self
            .tree
            .conditions(many)
            .iter()
            .filter(mixed)
            .map(|id| self.tree.condition_span(*id))
            .collect();
        if spans.is_empty() || self.warnings.len() >= WARNINGS_MAX {
            return;
        }
        let whole = self.tree.condition_span(or);
        let message = "AND and OR stand together without parentheses; AND is read first.";
        let mut warning = Diagnostic::new(Code::Mixed, whole, message);
        warning = if whole.len() as usize <= READING_SHOWN_MAX {
            warning.hint(format!("This is read as: {}", self.reading(whole, &spans)))
        } else {
            warning.hint("The corrected text shows how this is read.")
        };
        for span in spans {
            warning = warning.replace(Span::at(span.start), "(").replace(Span::at(span.end), ")");
        }
        self.warnings.push(warning);
    }

    /// The text at `whole` with parentheses around each of `parts`.
    fn reading(&self, whole: Span, parts: &[Span]) -> String {
        let mut reading = String::with_capacity(whole.len() as usize + 2 * parts.len());
        let mut from = whole.start;
        for part in parts {
            reading.push_str(self.slice(Span::new(from, part.start)));
            reading.push('(');
            reading.push_str(self.slice(*part));
            reading.push(')');
            from = part.end;
        }
        reading.push_str(self.slice(Span::new(from, whole.end)));
        reading
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
const fn truth_of(kind: TokenKind) -> Option<Truth> {
    Some(match kind {
        TokenKind::Word(Word::True) => Truth::True,
        TokenKind::Word(Word::False) => Truth::False,
        TokenKind::Word(Word::Unknown) => Truth::Unknown,
        _ => return None,
    })
}
