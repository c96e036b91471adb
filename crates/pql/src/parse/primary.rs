//! The smallest values: literals, parameters, paths, entries of maps, and signs before them.

use crate::ast::{Date, Instant, Literal, Name, Path, Value, ValueId};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Role, TokenKind, Word};
use crate::parse::{Parser, Reading};
use crate::span::Span;

impl Parser<'_> {
    /// A value with the signs before it.
    pub(super) fn factor(&mut self) -> Reading<ValueId> {
        if self.kind() == TokenKind::Minus {
            return self.minus();
        }
        if self.kind() == TokenKind::Plus {
            self.unary_plus();
        }
        if self.kind() == TokenKind::Open {
            let node = self.expression(super::expression::Power::Sign)?;
            return self.as_value(node);
        }
        self.primary()
    }

    /// A minus sign: part of a number right after it, else the opposite of a value.
    fn minus(&mut self) -> Reading<ValueId> {
        let minus = self.span();
        let number = matches!(
            self.kind_ahead(1),
            TokenKind::Whole | TokenKind::Decimal | TokenKind::Float | TokenKind::Duration
        );
        self.take_as(Role::Sign);
        if number && self.span().start == minus.end {
            return self.number(minus.start);
        }
        let value = self.deeper(minus, Self::factor)?;
        let span = minus.to(self.tree.value_span(value));
        Ok(self.tree.value(Value::Negated(value), span))
    }

    /// Told, and passed over.
    fn unary_plus(&mut self) {
        let plus = self.span();
        let diagnostic =
            Diagnostic::new(Code::Operator, plus, "A plus sign stands before a value.")
                .hint("Take it out; only minus is a sign.")
                .replace(plus, "");
        self.report(diagnostic);
        while self.kind() == TokenKind::Plus {
            self.next();
        }
    }

    /// A literal, a parameter, a call or a path.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
    pub(super) fn primary(&mut self) -> Reading<ValueId> {
        let span = self.span();
        let literal = match self.kind() {
            TokenKind::Text => Literal::Text(span),
            TokenKind::Whole | TokenKind::Decimal | TokenKind::Float | TokenKind::Duration => {
                return self.number(span.start);
            }
            TokenKind::Date => Literal::Date(self.date(span)),
            TokenKind::Instant => Literal::Instant(self.instant(span)),
            TokenKind::Param | TokenKind::OptionalParam => return Ok(self.param_value()),
            TokenKind::Word(Word::True | Word::False) => {
                let holds = self.is_word(Word::True);
                self.take_word();
                return Ok(self.tree.value(Value::Literal(Literal::Bool(holds)), span));
            }
            kind if Self::can_be_name(kind) => return self.path_or_call(),
            _ => return self.no_value(),
        };
        self.next();
        Ok(self.tree.value(Value::Literal(literal), span))
    }

    fn param_value(&mut self) -> ValueId {
        let param = self.param();
        let value = self.tree.value(Value::Param(param), param.span);
        if param.optional {
            self.optional_params.push(value);
        }
        value
    }

    /// What is no date has been told of; any will do then.
    fn date(&self, span: Span) -> Date {
        let text = self.slice(Span::new(span.start + 1, span.end));
        lex::date(text).unwrap_or(Date { year: 1970, month: 1, day: 1 })
    }

    fn instant(&self, span: Span) -> Instant {
        let text = self.slice(Span::new(span.start + 1, span.end));
        lex::instant(text).unwrap_or(Instant { seconds: 0, nanoseconds: 0 })
    }

    /// A number, money or a duration; its sign, if it has one, is at `start`.
    fn number(&mut self, start: u32) -> Reading<ValueId> {
        let (kind, end) = (self.kind(), self.span().end);
        let span = Span::new(start, end);
        self.next();
        if matches!(kind, TokenKind::Whole | TokenKind::Decimal)
            && let Some(code) = self.asset_code(end)?
        {
            let money = Literal::Money { number: span, code };
            return Ok(self.tree.value(Value::Literal(money), span.to(code)));
        }
        let literal = if kind == TokenKind::Whole {
            Literal::Whole(self.whole(span))
        } else if kind == TokenKind::Decimal {
            Literal::Decimal(span)
        } else if kind == TokenKind::Float {
            Literal::Float(span)
        } else {
            Literal::Duration { seconds: self.duration(span) }
        };
        Ok(self.tree.value(Value::Literal(literal), span))
    }

    /// The code of an asset after an amount that ends at `end`.
    fn asset_code(&mut self, end: u32) -> Reading<Option<Span>> {
        if self.kind() != TokenKind::Name {
            return Ok(None);
        }
        let code = self.span();
        let upper = !self.slice(code).bytes().any(|byte| byte.is_ascii_lowercase());
        let gap = self.slice(Span::new(end, code.start));
        let goes_on = matches!(
            self.kind_ahead(1),
            TokenKind::Word(Word::Select)
                | TokenKind::Name
                | TokenKind::Whole
                | TokenKind::Param
                | TokenKind::Open
        );
        if goes_on && self.foreign_word().is_some() {
            return Ok(None);
        }
        if code.start == end || !gap.bytes().all(|byte| byte.is_ascii_whitespace()) {
            return Ok(None);
        }
        if !upper {
            self.word_after_number(end)?;
        }
        self.next();
        Ok(Some(code))
    }

    fn whole(&mut self, span: Span) -> i64 {
        let digits = self.slice(span);
        if let Some(whole) = lex::whole(digits) {
            return whole;
        }
        // What is no number at all has been told of.
        if !digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) {
            return 0;
        }
        let decimal = format!("{digits}.0");
        let message = "A whole number is between -9223372036854775808 and 9223372036854775807.";
        let diagnostic = Diagnostic::new(Code::Range, span, message)
            .hint("Larger numbers are decimals: write it with a point and a zero.")
            .replace(span, decimal);
        self.report(diagnostic);
        0
    }

    fn duration(&mut self, span: Span) -> i64 {
        if let Some(seconds) = lex::duration_seconds(self.slice(span)) {
            return seconds;
        }
        // What is no duration at all has been told of.
        let digits = self.slice(span).trim_start_matches('-');
        let well_formed =
            digits.split_at_checked(digits.len().saturating_sub(1)).is_some_and(|(number, _)| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
        if well_formed {
            let diagnostic =
                Diagnostic::new(Code::Range, span, "This duration is longer than the calendar.")
                    .hint("The calendar has the years 0001 to 9999.");
            self.report(diagnostic);
        }
        0
    }

    /// A path, an entry of a map, or a call.
    fn path_or_call(&mut self) -> Reading<ValueId> {
        if self.kind_ahead(1) == TokenKind::Open {
            return self.call();
        }
        self.habits_at_value()?;
        let path = self.path("A value")?;
        let start = self.tree.names_span(path);
        if self.kind() == TokenKind::OpenBracket {
            return self.entry(path, start);
        }
        Ok(self.tree.value(Value::Path(path), start))
    }

    /// `['k']`, after the path of a map.
    fn entry(&mut self, path: Path, start: Span) -> Reading<ValueId> {
        let open = self.span();
        self.next();
        let key = self.text_or_param("The key of a map")?;
        if !self.eat(TokenKind::CloseBracket) {
            return self.bracket_not_closed(open);
        }
        let span = start.to(self.span_before());
        Ok(self.tree.value(Value::Entry { path, key }, span))
    }

    /// Names with points between; `what` is wanted.
    pub(super) fn path(&mut self, what: &'static str) -> Reading<Path> {
        let first = self.name(what)?;
        if self.kind() != TokenKind::Point {
            return Ok(Path { names: self.tree.names(std::iter::once(first)) });
        }
        let mut names: Vec<Name> = vec![first];
        while self.eat(TokenKind::Point) {
            names.push(self.name("A name")?);
        }
        Ok(Path { names: self.tree.names(names.into_iter()) })
    }
}
