//! What is said where the grammar wanted something else.

use crate::ast::{Comparison, Condition, ConditionId, Literal, Name, Value, ValueId};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, TokenKind, Word};
use crate::parse::{Failed, Parser, Reading};
use crate::span::Span;

/// Names longer than this are not repeated in a message.
const NAME_SHOWN_MAX: usize = 32;

impl Parser<'_> {
    /// `what` is wanted, and something else stands here.
    pub(super) fn expected<T>(&mut self, what: &str) -> Reading<T> {
        let message = format!("{what} is expected here, not {}.", self.found());
        let diagnostic = Diagnostic::new(Code::Syntax, self.span(), message);
        self.fail(diagnostic)
    }

    /// What stands here, for people. Quoted names and texts are not repeated.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
    pub(super) fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "the end of the text".to_owned(),
            TokenKind::Text => "a text".to_owned(),
            TokenKind::QuotedName => "a quoted name".to_owned(),
            TokenKind::Word(word) if word.is_reserved() => word.text().to_owned(),
            TokenKind::Param | TokenKind::OptionalParam => "a parameter".to_owned(),
            _ => {
                let text = self.slice(self.span());
                if text.len() > NAME_SHOWN_MAX { "this".to_owned() } else { text.to_owned() }
            }
        }
    }

    /// A value is wanted, and no value begins here.
    pub(super) fn no_value(&mut self) -> Reading<ValueId> {
        let (kind, span) = (self.kind(), self.span());
        if kind == TokenKind::Word(Word::Null) {
            let diagnostic =
                Diagnostic::new(Code::Null, span, "NULL is not a value; it stands only after IS.")
                    .hint("Ask with IS NULL or IS NOT NULL.");
            return self.fail(diagnostic);
        }
        if matches!(kind, TokenKind::Word(Word::Not | Word::Exists)) {
            return self.not_for_value();
        }
        if kind == TokenKind::Word(Word::Select) {
            return self.no_sub_select(span);
        }
        if self.comparison().is_some() && self.at > 0 && self.comparison_before() {
            let diagnostic =
                Diagnostic::new(Code::Operator, span, "Two operators stand side by side.")
                    .hint("Write one of = <> < <= > >=, without blanks inside.");
            return self.fail(diagnostic);
        }
        if self.is_reserved_as_name() {
            let path = self.path("A value")?;
            return Ok(self.tree.value(Value::Path(path), span));
        }
        let message = format!("A value is expected here, not {}.", self.found());
        let diagnostic = Diagnostic::new(Code::Syntax, span, message);
        let hint = if matches!(kind, TokenKind::Word(Word::And | Word::Or)) {
            "AND and OR stand between two conditions."
        } else if kind == TokenKind::End {
            "The query ends too early; write what is missing."
        } else {
            "A value is a field, a literal, a parameter or a call: amount, 'settled', 12.50 GBP, :since, NOW()."
        };
        self.fail(diagnostic.hint(hint))
    }

    fn comparison_before(&self) -> bool {
        crate::parse::expression::comparison_of(self.tokens.tokens[self.at - 1].kind).is_some()
    }

    /// A name is wanted, and none stands here.
    pub(super) fn no_name(&mut self, what: &str) -> Reading<Name> {
        let (kind, span) = (self.kind(), self.span());
        if let TokenKind::Word(word) = kind
            && self.is_reserved_as_name()
        {
            let name = self.slice(span).to_ascii_lowercase();
            let message = format!("{} is a word of the language.", word.text());
            let diagnostic = Diagnostic::new(Code::Reserved, span, message)
                .hint("As a name it stands in double quotes.")
                .replace(span, format!("\"{name}\""));
            self.report(diagnostic);
            self.next();
            return Ok(Name { span, quoted: false });
        }
        if kind == TokenKind::Text {
            let diagnostic =
                Diagnostic::new(Code::Quote, span, format!("{what} is expected here, not a text."))
                    .hint("Names stand without quotes, or in double quotes.");
            let name = self.slice(span).trim_matches('\'');
            let plain = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && !Word::is_word(name);
            let diagnostic =
                if plain { diagnostic.replace(span, name.to_owned()) } else { diagnostic };
            return self.fail(diagnostic);
        }
        if self.begins_clause() && what == "The name of a data set" {
            let message = format!("{what} is expected here, not {}.", self.found());
            let diagnostic = Diagnostic::new(Code::Syntax, span, message)
                .hint("Write FROM and the name of one data set: FROM transactions.");
            return self.fail(diagnostic);
        }
        let message = format!("{what} is expected here, not {}.", self.found());
        let diagnostic = Diagnostic::new(Code::Syntax, span, message)
            .hint("A name begins with a letter; any other name stands in double quotes.");
        self.fail(diagnostic)
    }

    /// Whether a reserved word stands here as if it were a name: an operator, a comma or the end follows.
    fn is_reserved_as_name(&self) -> bool {
        let TokenKind::Word(word) = self.kind() else { return false };
        let after = self.kind_ahead(1);
        let named = crate::parse::expression::comparison_of(after).is_some()
            || matches!(
                after,
                TokenKind::Comma
                    | TokenKind::Point
                    | TokenKind::Close
                    | TokenKind::Word(
                        Word::Is | Word::Between | Word::Like | Word::Asc | Word::Desc
                    )
            );
        let last = self.at > 0
            && matches!(self.tokens.tokens[self.at - 1].kind, TokenKind::Word(Word::As));
        word.is_reserved() && (named || last)
    }

    /// A condition where a value is wanted.
    pub(super) fn condition_for_value<T>(&mut self, span: Span) -> Reading<T> {
        let diagnostic = Diagnostic::new(
            Code::Condition,
            span,
            "A condition stands where a value is expected.",
        )
        .hint(
            "A condition is not a value. To count where it holds, write COUNT(*) FILTER (WHERE …).",
        );
        self.fail(diagnostic)
    }

    /// NOT or EXISTS where a value is wanted.
    pub(super) fn not_for_value<T>(&mut self) -> Reading<T> {
        let message = format!("A value is expected here, not {}.", self.found());
        let diagnostic = Diagnostic::new(Code::Condition, self.span(), message).hint(
            "NOT and EXISTS make conditions; put NOT before the whole comparison: NOT a = b.",
        );
        self.fail(diagnostic)
    }

    /// A condition as the left side of a test or of arithmetic.
    pub(super) fn condition_tested<T>(&mut self, condition: ConditionId) -> Reading<T> {
        let span = self.tree.condition_span(condition);
        let parenthesised = self.slice(span).starts_with('(');
        if self.is_word(Word::Is) && self.kind_ahead(1) == TokenKind::Word(Word::Null) {
            let null = self.span_ahead(1);
            let diagnostic =
                Diagnostic::new(Code::Null, null, "A condition is never NULL; it is UNKNOWN.")
                    .hint("Write IS UNKNOWN after a condition in parentheses.")
                    .replace(null, "UNKNOWN");
            return self.fail(diagnostic);
        }
        if self.is_truth() && !parenthesised {
            return self.truth_without_parentheses(span);
        }
        let diagnostic = Diagnostic::new(Code::Condition, span, "A condition cannot be compared.")
            .hint(
                "A condition is not a value: join conditions with AND and OR, or ask (…) IS TRUE.",
            );
        self.fail(diagnostic)
    }

    fn truth_without_parentheses<T>(&mut self, span: Span) -> Reading<T> {
        let diagnostic = Diagnostic::new(
            Code::Condition,
            self.span(),
            "IS TRUE, IS FALSE and IS UNKNOWN follow a condition in parentheses.",
        )
        .hint("Put the condition in parentheses: (a = b) IS TRUE.")
        .replace(Span::at(span.start), "(")
        .replace(Span::at(span.end), ")");
        self.fail(diagnostic)
    }

    /// IS, followed by what IS does not take.
    pub(super) fn is_something_else(&mut self, value: ValueId, is: Span) -> Reading<Condition> {
        let truth =
            matches!(self.kind(), TokenKind::Word(Word::True | Word::False | Word::Unknown));
        if truth {
            let span = self.tree.value_span(value);
            return self.truth_without_parentheses(span);
        }
        let negated = self.tokens.tokens[self.at - 1].kind == TokenKind::Word(Word::Not);
        let word = self.slice(self.span()).to_ascii_lowercase();
        let span = is.to(self.span_before());
        let diagnostic = match word.as_str() {
            "empty" | "nothing" | "none" | "nil" | "undefined" | "blank" => {
                let meant = if negated { "IS NOT NULL" } else { "IS NULL" };
                Diagnostic::new(Code::Null, self.span(), "A missing value is called NULL.")
                    .hint(format!("Write {meant}; the empty text is = ''."))
                    .replace(self.span(), "NULL")
            }
            _ => {
                let sign = if negated { "<>" } else { "=" };
                Diagnostic::new(Code::Syntax, span, "IS is followed by NULL or DISTINCT FROM.")
                    .hint(format!("To compare with a value write {sign}."))
                    .replace(span, sign)
            }
        };
        self.fail(diagnostic)
    }

    /// ON, followed by no period.
    pub(super) fn no_period<T>(&mut self) -> Reading<T> {
        let time = matches!(self.kind(), TokenKind::Date | TokenKind::Text | TokenKind::Param);
        let mut diagnostic = Diagnostic::new(
            Code::Syntax,
            self.span(),
            "ON is followed by DAY, WEEK, MONTH or YEAR.",
        )
        .hint("Write ON DAY @2026-01-31, or ON MONTH @2026-01-01 TZ 'Europe/London'.");
        let text = self.slice(self.span()).trim_matches('\'');
        if lex::date(text).is_some() {
            diagnostic = diagnostic.replace(self.span(), format!("DAY @{text}"));
        } else if time {
            diagnostic = diagnostic.replace(Span::at(self.span().start), "DAY ");
        }
        self.fail(diagnostic)
    }

    /// A test after a test: comparisons do not chain.
    pub(super) fn no_chain(&mut self, start: Span, condition: &Condition) -> Reading<()> {
        let next = self.comparison();
        let other =
            self.is_word(Word::Is) || self.is_word(Word::On) || self.is_negatable_pattern(0);
        if next.is_none() && !other {
            return Ok(());
        }
        let span = start.to(self.span());
        let diagnostic = Diagnostic::new(Code::Chain, span, "Comparisons do not chain.");
        let ordered = |operator| !matches!(operator, Comparison::Equal | Comparison::NotEqual);
        let (Condition::Compare { operator, right, .. }, Some(next)) = (condition, next) else {
            let diagnostic = diagnostic.hint("Join two conditions with AND or OR.");
            return self.fail(diagnostic);
        };
        if !ordered(*operator) || !ordered(next) {
            let diagnostic = diagnostic.hint("Join two conditions with AND or OR.");
            return self.fail(diagnostic);
        }
        let middle = self.tree.value_span(*right);
        let text = self.slice(middle).to_owned();
        let diagnostic = diagnostic
            .hint(format!("Write two comparisons: … {text} AND {text} …"))
            .replace(Span::at(middle.end), format!(" AND {text}"));
        self.fail(diagnostic)
    }

    /// A bracket that is not closed, or something else before it is.
    pub(super) fn not_closed(&mut self, open: Span) -> Reading<()> {
        let over = matches!(self.kind(), TokenKind::End | TokenKind::Semicolon);
        if over || self.begins_clause() {
            let end = self.span_before().end;
            let diagnostic = Diagnostic::new(Code::Syntax, open, "This bracket is not closed.")
                .hint("Write ) where it ends.")
                .replace(Span::at(end), ")");
            self.report(diagnostic);
            return if over { Err(Failed) } else { Ok(()) };
        }
        self.out_of_place()
    }

    pub(super) fn bracket_not_closed<T>(&mut self, open: Span) -> Reading<T> {
        let end = self.span_before().end;
        let diagnostic = Diagnostic::new(Code::Syntax, open, "This bracket is not closed.")
            .hint("The key of a map stands in brackets: annotations['key'].")
            .replace(Span::at(end), "]");
        self.fail(diagnostic)
    }

    /// An operator is wanted after ANY and its array.
    pub(super) fn no_operator<T>(&mut self) -> Reading<T> {
        let message = format!("An operator is expected here, not {}.", self.found());
        let hint = if self.is_word(Word::Is) {
            "No element is NULL; to find rows without the array, write tags IS NULL."
        } else {
            "Write = <> < <= > >=, BETWEEN, IN, LIKE, STARTS WITH, ENDS WITH or CONTAINS."
        };
        let diagnostic = Diagnostic::new(Code::Syntax, self.span(), message).hint(hint);
        self.fail(diagnostic)
    }

    pub(super) fn no_and_of_between<T>(&mut self) -> Reading<T> {
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            self.span(),
            "BETWEEN has two bounds with AND between them.",
        )
        .hint("Write a BETWEEN 1 AND 5; both bounds are included.");
        let diagnostic = if self.kind() == TokenKind::Comma {
            diagnostic.replace(self.span(), " AND")
        } else {
            diagnostic
        };
        self.fail(diagnostic)
    }

    /// IN, followed by no list.
    pub(super) fn no_list<T>(&mut self) -> Reading<T> {
        let single = matches!(
            self.kind(),
            TokenKind::Text
                | TokenKind::Whole
                | TokenKind::Decimal
                | TokenKind::Date
                | TokenKind::Instant
        );
        let mut diagnostic = Diagnostic::new(
            Code::Syntax,
            self.span(),
            "IN is followed by a list in brackets, or by a parameter.",
        )
        .hint("Write status IN ('new', 'settled') or status IN :statuses.");
        let lone = single && !matches!(self.kind_ahead(1), TokenKind::Comma);
        if lone {
            let (start, end) = (self.span().start, self.span().end);
            diagnostic = diagnostic.replace(Span::at(start), "(").replace(Span::at(end), ")");
        } else if self.kind() == TokenKind::OpenBracket {
            diagnostic = self.square_list(diagnostic);
        }
        self.fail(diagnostic)
    }

    /// `IN [1, 2]` with the right brackets.
    fn square_list(&self, diagnostic: Diagnostic) -> Diagnostic {
        let rest = &self.tokens.tokens[self.at..];
        match rest.iter().find(|token| token.kind == TokenKind::CloseBracket) {
            Some(close) => diagnostic.replace(self.span(), "(").replace(close.span, ")"),
            None => diagnostic,
        }
    }

    /// NULL in a list: told, and the rest of the list is read.
    pub(super) fn null_in_list(&mut self) -> Reading<ValueId> {
        let span = self.span();
        let last = self.span_ahead(1);
        let mut diagnostic =
            Diagnostic::new(Code::Null, span, "NULL stands in a list; nothing equals it.")
                .hint("Take it out, and ask for it apart: … OR a IS NULL.");
        if self.kind_ahead(1) == TokenKind::Comma {
            let after = self.span_ahead(2);
            diagnostic = diagnostic.replace(Span::new(span.start, after.start.max(last.end)), "");
        } else if self.at > 0 && self.tokens.tokens[self.at - 1].kind == TokenKind::Comma {
            diagnostic = diagnostic.replace(Span::new(self.span_before().start, span.end), "");
        }
        self.report(diagnostic);
        self.next();
        Ok(self.tree.value(Value::Literal(Literal::Bool(false)), span))
    }

    pub(super) fn null_in_any<T>(&mut self) -> Reading<T> {
        let diagnostic =
            Diagnostic::new(Code::Null, self.span(), "Nothing equals NULL, not even NULL.")
                .hint("To find rows without the array, write tags IS NULL.");
        self.fail(diagnostic)
    }

    pub(super) fn optional_in_list(&mut self, value: ValueId) {
        self.optional_allowed(value);
        let span = self.tree.value_span(value);
        let mark = Span::new(span.end.saturating_sub(1), span.end);
        let diagnostic = Diagnostic::new(
            Code::Param,
            span,
            "An optional parameter cannot be an item of a list.",
        )
        .hint("Take the question mark away, or make the whole list the parameter: IN :list?.")
        .replace(mark, "");
        self.report(diagnostic);
    }

    /// Two literals side by side in a list: told, and read as two items.
    pub(super) fn comma_missing(&mut self) -> bool {
        let literal = |kind| {
            matches!(
                kind,
                TokenKind::Text
                    | TokenKind::Whole
                    | TokenKind::Decimal
                    | TokenKind::Date
                    | TokenKind::Instant
                    | TokenKind::Param
            )
        };
        if !literal(self.kind()) {
            return false;
        }
        let end = self.span_before().end;
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            self.span(),
            "Between two items of a list stands a comma.",
        )
        .hint("Write a comma before it.")
        .replace(Span::at(end), ",");
        self.report(diagnostic);
        true
    }

    pub(super) fn trailing_comma_in_list(&mut self) -> Reading<()> {
        if self.kind() != TokenKind::Close {
            return Ok(());
        }
        let comma = self.span_before();
        let diagnostic = Diagnostic::new(Code::Syntax, comma, "Nothing follows this comma.")
            .hint("Take the comma out.")
            .replace(comma, "");
        self.fail(diagnostic)
    }

    /// A name in double quotes where only a text can stand.
    pub(super) fn double_quoted_text<T>(&mut self) -> Reading<T> {
        let span = self.span();
        let inner = self.slice(span).trim_matches('"').replace("\"\"", "\"");
        let mut text = String::new();
        lex::quote(&inner, '\'', &mut text);
        let diagnostic = Diagnostic::new(
            Code::Quote,
            span,
            "A text is expected here; double quotes are for names.",
        )
        .hint("Texts stand in single quotes.")
        .replace(span, text);
        self.fail(diagnostic)
    }

    /// A word in lower case after a number: an asset, or the unit of a duration.
    pub(super) fn word_after_number(&mut self, number_end: u32) -> Reading<()> {
        let code = self.span();
        let word = self.slice(code);
        let upper = word.to_ascii_uppercase();
        let glued = Span::new(number_end, code.end);
        let unit = match word.to_ascii_lowercase().as_str() {
            "s" | "sec" | "second" | "seconds" => Some("s"),
            "m" | "min" | "minute" | "minutes" => Some("m"),
            "h" | "hour" | "hours" => Some("h"),
            "d" | "days" => Some("d"),
            "w" | "weeks" => Some("w"),
            _ => None,
        };
        let letters = word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let diagnostic = match unit {
            Some(unit) => {
                Diagnostic::new(Code::Time, glued, "A duration is written without a blank.")
                    .hint(format!("Write 7{unit} for 7 {word}."))
                    .replace(glued, unit)
            }
            None if letters && self.foreign_word().is_none() => {
                Diagnostic::new(Code::Asset, code, "The code of an asset is written in capitals.")
                    .hint(format!("Write {upper}."))
                    .replace(code, upper)
            }
            None => return self.out_of_place(),
        };
        self.report(diagnostic);
        Ok(())
    }

    /// Doubled AND or OR, or NOT after nothing: `a AND AND b`.
    pub(super) fn logical_doubled(&mut self, word: Word) -> Reading<()> {
        if !matches!(self.kind(), TokenKind::Word(Word::And | Word::Or)) {
            return Ok(());
        }
        let span = self.span_before().to(self.span());
        let message = "Nothing stands between these two words.";
        let diagnostic = Diagnostic::new(Code::Syntax, span, message)
            .hint(format!("Write a condition between them, or {} once.", word.text()));
        self.report(diagnostic);
        self.next();
        Ok(())
    }
}
