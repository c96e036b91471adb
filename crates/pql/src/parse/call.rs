//! Calls: the closed list of functions, how many arguments each takes, and FILTER.

use crate::ast::{Arguments, Call, ConditionId, Function, FunctionKind, Value, ValueId};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Role, TokenKind, Word};
use crate::parse::expression::{Node, Power};
use crate::parse::{Parser, Reading};
use crate::span::Span;

impl Parser<'_> {
    /// A name with a bracket after it.
    pub(super) fn call(&mut self) -> Reading<ValueId> {
        let name = self.span();
        let TokenKind::Word(word) = self.kind() else { return self.no_function() };
        let Some(function) = word.function() else { return self.no_function() };
        self.take_word();
        let open = self.span();
        self.take_as(Role::Call);
        let (arguments, zone) = self.deeper(name, |parser| parser.arguments(function, open))?;
        let call = name.to(self.span_before());
        self.check_arguments(function, arguments, call);
        if zone.is_some() && function.kind() != FunctionKind::Bucket {
            let message = format!("{} takes no time zone.", function.name());
            let diagnostic = Diagnostic::new(Code::Function, call, message)
                .hint("TZ belongs to HOUR, DAY, WEEK, MONTH and ON.");
            self.report(diagnostic);
        }
        let filter = self.filter(function)?;
        let span = name.to(self.span_before());
        Ok(self.tree.value(Value::Call(Call { function, arguments, zone, filter }), span))
    }

    /// What stands between the brackets.
    fn arguments(
        &mut self,
        function: Function,
        open: Span,
    ) -> Reading<(Arguments, Option<ValueId>)> {
        if self.eat(TokenKind::Star) {
            self.close(open)?;
            return Ok((Arguments::Star, None));
        }
        if self.is_word(Word::Distinct) {
            return self.distinct_argument(function, open);
        }
        if self.eat(TokenKind::Close) {
            return Ok((Arguments::Values(crate::ast::Many::NONE), None));
        }
        self.habits_in_call()?;
        let base = self.scratch.values.len();
        loop {
            let node = self.expression(Power::Or)?;
            let value = match node {
                Node::Value(value) => value,
                Node::Condition(condition) => {
                    return self.condition_counted(function, condition, open);
                }
            };
            self.term()?;
            self.scratch.values.push(value);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let values = self.tree.value_ids(self.scratch.values.drain(base..));
        let zone = if self.eat_word(Word::Tz) { Some(self.value()?) } else { None };
        self.close(open)?;
        Ok((Arguments::Values(values), zone))
    }

    /// A condition as an argument: `COUNT(a = 1)` is mostly meant as a count of the rows where it holds.
    fn condition_counted(
        &mut self,
        function: Function,
        condition: ConditionId,
        open: Span,
    ) -> Reading<(Arguments, Option<ValueId>)> {
        let span = self.tree.condition_span(condition);
        if function != Function::Count || self.kind() != TokenKind::Close {
            return self.condition_for_value(span);
        }
        self.close(open)?;
        let filter = format!(" FILTER (WHERE {})", self.slice(span));
        let diagnostic = Diagnostic::new(
            Code::Condition,
            span,
            "A condition is not a value that can be counted.",
        )
        .hint("Count the rows for which it holds with FILTER.")
        .replace(span, "*")
        .replace(Span::at(self.span_before().end), filter);
        self.report(diagnostic);
        Ok((Arguments::Star, None))
    }

    /// `DISTINCT x`
    fn distinct_argument(
        &mut self,
        function: Function,
        open: Span,
    ) -> Reading<(Arguments, Option<ValueId>)> {
        let distinct = self.span();
        self.take_word();
        if function != Function::Count {
            let message = format!("{} does not take DISTINCT.", function.name());
            let diagnostic = Diagnostic::new(Code::Function, distinct, message)
                .hint("Only COUNT does: COUNT(DISTINCT x).")
                .replace(Span::new(distinct.start, self.span().start), "");
            self.report(diagnostic);
        }
        if self.kind() == TokenKind::Star {
            let span = distinct.to(self.span());
            let diagnostic = Diagnostic::new(
                Code::Function,
                span,
                "DISTINCT says of what different values are counted.",
            )
            .hint("Write COUNT(*) for rows, COUNT(DISTINCT x) for the different values of x.")
            .replace(span, "*");
            return self.fail(diagnostic);
        }
        let value = self.lone_value()?;
        if self.kind() == TokenKind::Comma {
            let diagnostic =
                Diagnostic::new(Code::Function, self.span(), "COUNT(DISTINCT …) takes one value.")
                    .hint("To count pairs, join them: COUNT(DISTINCT CONCAT(a, '/', b)).");
            return self.fail(diagnostic);
        }
        self.close(open)?;
        Ok((Arguments::Distinct(value), None))
    }

    fn check_arguments(&mut self, function: Function, arguments: Arguments, call: Span) {
        let (least, most) = function.arguments();
        let count = match arguments {
            Arguments::Star if function == Function::Count => 1,
            Arguments::Star => 0,
            Arguments::Distinct(_) => 1,
            Arguments::Values(values) => values.len(),
        };
        if count >= least
            && count <= most
            && !(arguments == Arguments::Star && function != Function::Count)
        {
            return;
        }
        let name = function.name();
        let message = match arguments {
            Arguments::Star => format!("{name} does not take *."),
            Arguments::Distinct(_) | Arguments::Values(_) => {
                let wanted = match (least, most) {
                    (0, 0) => "nothing between its brackets".to_owned(),
                    (1, 1) => "one value".to_owned(),
                    (_, usize::MAX) => "at least one value".to_owned(),
                    _ => format!("{least} values"),
                };
                match count {
                    0 => format!("{name} takes {wanted}; here is none."),
                    1 => format!("{name} takes {wanted}; here is one."),
                    _ => format!("{name} takes {wanted}; here are {count}."),
                }
            }
        };
        let mut diagnostic = Diagnostic::new(Code::Function, call, message)
            .hint(function.meaning().replace('`', ""));
        if function == Function::Count && count == 0 {
            let inside = Span::at(call.end.saturating_sub(1));
            diagnostic = diagnostic.replace(inside, "*");
        }
        self.report(diagnostic);
    }

    /// `FILTER (WHERE …)`
    fn filter(&mut self, function: Function) -> Reading<Option<ConditionId>> {
        if !self.is_word(Word::Filter) {
            return Ok(None);
        }
        let filter = self.span();
        if function.kind() != FunctionKind::Aggregate {
            let message = format!(
                "{} is no aggregate, so that FILTER has nothing to filter.",
                function.name()
            );
            let diagnostic = Diagnostic::new(Code::Aggregate, filter, message)
                .hint("FILTER follows COUNT, SUM, MIN, MAX and AVG.");
            return self.fail(diagnostic);
        }
        self.take_word();
        let open = self.span();
        if !self.eat(TokenKind::Open) {
            return self.expected("A bracket, (WHERE …),");
        }
        if !self.eat_word(Word::Where) {
            let before = Span::at(self.span().start);
            let diagnostic = Diagnostic::new(
                Code::Syntax,
                self.span(),
                "The condition of FILTER begins with WHERE.",
            )
            .hint("Write FILTER (WHERE status = 'settled').")
            .replace(before, "WHERE ");
            self.report(diagnostic);
        }
        let condition = self.deeper(open, Self::condition)?;
        self.close(open)?;
        Ok(Some(condition))
    }
}
