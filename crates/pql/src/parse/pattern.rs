//! What a value is held against: BETWEEN, IN, LIKE, STARTS WITH and their like.

use crate::ast::{Letters, Many, Pattern, Value, ValueId};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{TokenKind, Word};
use crate::limits::LIST_ITEMS_MAX;
use crate::parse::{Parser, Reading};
use crate::span::Span;

impl Parser<'_> {
    /// A pattern, from its first word.
    pub(super) fn pattern(&mut self) -> Reading<Pattern> {
        let TokenKind::Word(word) = self.kind() else { return self.no_operator() };
        if !self.is_pattern(0) {
            return self.no_operator();
        }
        self.take_word();
        if word == Word::Between {
            self.between()
        } else if word == Word::In {
            self.list()
        } else if matches!(word, Word::Like | Word::Ilike) {
            self.like(if word == Word::Like { Letters::Exact } else { Letters::Folded })
        } else if word == Word::Contains {
            Ok(Pattern::Contains(self.operand()?))
        } else {
            self.with(word)?;
            let operand = self.operand()?;
            Ok(if word == Word::Starts {
                Pattern::StartsWith(operand)
            } else {
                Pattern::EndsWith(operand)
            })
        }
    }

    /// A value that may be an optional parameter.
    fn operand(&mut self) -> Reading<ValueId> {
        let value = self.value()?;
        self.optional_allowed(value);
        Ok(value)
    }

    fn between(&mut self) -> Reading<Pattern> {
        let low = self.operand()?;
        if !self.eat_word(Word::And) {
            return self.no_and_of_between();
        }
        let high = self.operand()?;
        Ok(Pattern::Between { low, high })
    }

    /// WITH, after STARTS or ENDS.
    fn with(&mut self, word: Word) -> Reading<()> {
        if self.eat_word(Word::With) {
            return Ok(());
        }
        let before = self.span_before();
        let message = format!("WITH follows {}.", word.text());
        let diagnostic = Diagnostic::new(Code::Syntax, before, message)
            .hint(format!("Write {} WITH.", word.text()))
            .replace(Span::at(before.end), " WITH");
        self.report(diagnostic);
        Ok(())
    }

    fn like(&mut self, letters: Letters) -> Reading<Pattern> {
        let optional = self.kind() == TokenKind::OptionalParam;
        let pattern = if optional { self.primary()? } else { self.text_or_param("A pattern")? };
        self.optional_allowed(pattern);
        let escape = if self.eat_word(Word::Escape) { Some(self.escape()?) } else { None };
        Ok(Pattern::Like { pattern, letters, escape })
    }

    fn escape(&mut self) -> Reading<ValueId> {
        if self.kind() == TokenKind::Text {
            return self.primary();
        }
        self.expected("A text of one character")
    }

    /// After IN: a list in brackets, or a parameter that is one.
    fn list(&mut self) -> Reading<Pattern> {
        if matches!(self.kind(), TokenKind::Param | TokenKind::OptionalParam) {
            return Ok(Pattern::InParam(self.param()));
        }
        let open = self.span();
        if !self.eat(TokenKind::Open) {
            return self.no_list();
        }
        self.habits_in_parentheses(open)?;
        if self.eat(TokenKind::Close) {
            return Ok(Pattern::In(Many::NONE));
        }
        let base = self.scratch.values.len();
        let mut items = 0;
        loop {
            items += 1;
            if items > LIST_ITEMS_MAX {
                self.scratch.values.truncate(base);
                return self.list_too_long(open);
            }
            let value = self.list_item()?;
            self.scratch.values.push(value);
            if !self.eat(TokenKind::Comma) && !self.comma_missing() {
                break;
            }
            self.trailing_comma_in_list()?;
        }
        self.close(open)?;
        let values = self.tree.value_ids(self.scratch.values.drain(base..));
        Ok(Pattern::In(values))
    }

    fn list_item(&mut self) -> Reading<ValueId> {
        if self.is_word(Word::Null) {
            return self.null_in_list();
        }
        let value = self.value()?;
        let optional = matches!(self.tree.value_node(value), Value::Param(param) if param.optional);
        if optional {
            self.optional_in_list(value);
        }
        Ok(value)
    }

    fn list_too_long<T>(&mut self, open: Span) -> Reading<T> {
        let message = format!("The list has more than {LIST_ITEMS_MAX} items.");
        let diagnostic = Diagnostic::new(Code::ListItems, open, message)
            .hint("Ask in several queries, or for a range with BETWEEN.");
        self.fail(diagnostic)
    }
}
