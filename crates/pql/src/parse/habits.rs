//! What other languages have and PQL has not, or writes in another way: each is told by its name.

use crate::ast::{Function, Item, Many};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, TokenKind, Word};
use crate::parse::{Parser, Reading};
use crate::span::Span;

/// Words of SQL that stand after a complete part: the word, what PQL says, what to do.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("union", "PQL has no UNION.", "Join the conditions with OR, or ask twice."),
    ("intersect", "PQL has no INTERSECT.", "Join the conditions with AND."),
    ("except", "PQL has no EXCEPT.", "Exclude with AND NOT."),
    ("minus", "PQL has no MINUS.", "Exclude with AND NOT."),
    (
        "join",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "inner",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "left",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "right",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "full",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "cross",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "natural",
        "PQL has no joins.",
        "Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).",
    ),
    (
        "offset",
        "PQL has no OFFSET.",
        "Page with the cursor of the last answer: LIMIT 50 AFTER :cursor.",
    ),
    ("fetch", "PQL has no FETCH.", "Write LIMIT 50."),
    ("top", "PQL has no TOP.", "Write LIMIT 50 at the end."),
    ("qualify", "PQL has no window functions.", "Group with GROUP BY."),
    ("over", "PQL has no window functions.", "Group with GROUP BY."),
    ("window", "PQL has no window functions.", "Group with GROUP BY."),
    (
        "collate",
        "PQL has no COLLATE.",
        "Texts compare by code point; ILIKE, LOWER and UPPER fold ASCII.",
    ),
    ("regexp", "PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("rlike", "PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("similar", "PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("matches", "PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("glob", "PQL has no GLOB.", "Use LIKE, with % for any characters and _ for one."),
    ("for", "PQL reads; it locks nothing.", "Take FOR and what follows out."),
    ("into", "PQL reads; it has no way to write.", "Take INTO out."),
    ("using", "PQL has no USING.", "Relations are declared in the catalogue."),
    (
        "when",
        "PQL has no CASE.",
        "Ask in several queries, or count with COUNT(*) FILTER (WHERE …).",
    ),
    (
        "then",
        "PQL has no CASE.",
        "Ask in several queries, or count with COUNT(*) FILTER (WHERE …).",
    ),
    ("isnull", "PQL has no ISNULL.", "Write IS NULL."),
    ("notnull", "PQL has no NOTNULL.", "Write IS NOT NULL."),
    ("equals", "PQL has no EQUALS.", "Write =."),
    ("contain", "PQL has no CONTAIN.", "Write CONTAINS."),
    ("startswith", "PQL has no STARTSWITH.", "Write STARTS WITH."),
    ("endswith", "PQL has no ENDSWITH.", "Write ENDS WITH."),
    ("xor", "PQL has no XOR.", "Write (a OR b) AND NOT (a AND b)."),
];

/// Words that can simply be replaced.
const REPLACED: &[(&str, &str)] = &[
    ("isnull", "IS NULL"),
    ("notnull", "IS NOT NULL"),
    ("equals", "="),
    ("contain", "CONTAINS"),
    ("startswith", "STARTS WITH"),
    ("endswith", "ENDS WITH"),
];

/// Words that begin statements that write, or that are not about reading at all.
const WRITING: &[&str] = &[
    "insert", "update", "delete", "drop", "create", "alter", "truncate", "merge", "replace",
    "grant", "revoke", "call", "exec", "execute", "set", "begin", "commit", "rollback", "vacuum",
    "attach", "copy", "load", "lock",
];

/// Functions of SQL: the name, the function that is meant (or nothing), and a hint.
const FUNCTIONS: &[(&str, Option<Function>, &str)] = &[
    ("ifnull", Some(Function::Coalesce), "Write COALESCE(a, b)."),
    ("nvl", Some(Function::Coalesce), "Write COALESCE(a, b)."),
    ("isnull", None, "Write a IS NULL as a condition, COALESCE(a, b) for a value."),
    ("lcase", Some(Function::Lower), "Write LOWER(t)."),
    ("ucase", Some(Function::Upper), "Write UPPER(t)."),
    ("len", Some(Function::Length), "Write LENGTH(t)."),
    ("char_length", Some(Function::Length), "Write LENGTH(t)."),
    ("ceiling", Some(Function::Ceil), "Write CEIL(x)."),
    ("average", Some(Function::Avg), "Write AVG(x)."),
    ("mean", Some(Function::Avg), "Write AVG(x)."),
    ("total", Some(Function::Sum), "Write SUM(x)."),
    ("getdate", Some(Function::Now), "Write NOW()."),
    ("sysdate", Some(Function::Now), "Write NOW()."),
    ("current_timestamp", Some(Function::Now), "Write NOW()."),
    (
        "date",
        None,
        "For the day of a time write DAY(at TZ 'Europe/London'); dates are written @2026-01-31.",
    ),
    ("date_trunc", None, "Write HOUR, DAY, WEEK or MONTH: DAY(at TZ 'Europe/London')."),
    ("extract", None, "Write HOUR, DAY, WEEK or MONTH, or ask with ON MONTH @2026-01-01."),
    ("date_part", None, "Write HOUR, DAY, WEEK or MONTH, or ask with ON MONTH @2026-01-01."),
    ("year", None, "Ask with ON YEAR @2026-01-01."),
    ("date_add", None, "Add a duration to NOW() or a literal: NOW() - 7d."),
    ("date_sub", None, "Subtract a duration from NOW() or a literal: NOW() - 7d."),
    ("datediff", None, "Compare times with each other, or with NOW() - 7d."),
    ("to_date", None, "Dates are written @2026-01-31."),
    ("to_timestamp", None, "Instants are written @2026-01-31T00:00:00Z."),
    ("cast", None, "PQL has no casts: types are known from the catalogue."),
    ("convert", None, "PQL has no casts: types are known from the catalogue."),
    ("if", None, "PQL has no CASE or IF; count with COUNT(*) FILTER (WHERE …)."),
    ("iif", None, "PQL has no CASE or IF; count with COUNT(*) FILTER (WHERE …)."),
    ("substring", None, "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("substr", None, "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."),
    ("position", None, "Write t CONTAINS 'text'."),
    ("instr", None, "Write t CONTAINS 'text'."),
    ("strpos", None, "Write t CONTAINS 'text'."),
    ("starts_with", None, "Write t STARTS WITH 'text'."),
    ("startswith", None, "Write t STARTS WITH 'text'."),
    ("ends_with", None, "Write t ENDS WITH 'text'."),
    ("contains", None, "Write t CONTAINS 'text'."),
    ("regexp_like", None, "PQL has no regular expressions: use LIKE or CONTAINS."),
    ("row_number", None, "PQL has no window functions: group with GROUP BY."),
    ("rank", None, "PQL has no window functions: group with GROUP BY."),
    ("json_extract", None, "Paths into JSON are fields of the catalogue."),
    ("all", None, "Write NOT ANY with the opposite comparison."),
    ("some", None, "Write ANY tags = 'vip'."),
];

impl Parser<'_> {
    /// What begins a statement elsewhere.
    pub(super) fn habits_at_start(&mut self) -> Reading<()> {
        let span = self.span();
        if self.is_word(Word::Where) {
            let diagnostic =
                Diagnostic::new(Code::Syntax, span, "A condition by itself stands without WHERE.")
                    .hint("Take WHERE out, or write SELECT … FROM … WHERE ….")
                    .replace(Span::new(span.start, self.span_ahead(1).start), "");
            self.report(diagnostic);
            self.next();
            return Ok(());
        }
        if self.is_word(Word::From) {
            let diagnostic = Diagnostic::new(Code::Clause, span, "A query begins with SELECT.")
                .hint("Write SELECT and the wanted values before FROM.");
            return self.fail(diagnostic);
        }
        let follows = !self.begins_clause_after_name();
        let word = self.slice(span).to_ascii_lowercase();
        let named = Self::can_be_name(self.kind_ahead(1)) && !self.is_contextual_operator(1);
        let with = self.is_word(Word::With) && named;
        if with {
            let diagnostic = Diagnostic::new(Code::LeftOut, span, "PQL has no WITH.")
                .hint("A query reads one data set and its relations.");
            return self.fail(diagnostic);
        }
        if self.kind() == TokenKind::Name && follows && WRITING.contains(&word.as_str()) {
            let diagnostic =
                Diagnostic::new(Code::LeftOut, span, "PQL reads; it has no way to write.")
                    .hint("A query begins with SELECT, or is a condition.");
            return self.fail(diagnostic);
        }
        Ok(())
    }

    /// Whether the name here has an operator after it, so that it can be a field.
    fn begins_clause_after_name(&self) -> bool {
        let after = self.kind_ahead(1);
        !(Self::can_be_name(after) && !self.is_contextual_operator(1)
            || matches!(
                after,
                TokenKind::Word(Word::From)
                    | TokenKind::Star
                    | TokenKind::Semicolon
                    | TokenKind::Whole
            ))
    }

    /// DISTINCT after SELECT: where it stands.
    pub(super) fn select_distinct(&mut self) -> Option<Span> {
        let distinct = self.span();
        self.eat_word(Word::Distinct).then(|| Span::new(distinct.start, self.span().start))
    }

    pub(super) fn distinct_left_out(
        &mut self,
        distinct: Span,
        items: Many<Item>,
        group_at: Option<u32>,
    ) {
        let diagnostic = Diagnostic::new(Code::LeftOut, distinct, "PQL has no SELECT DISTINCT.")
            .hint("GROUP BY the selected values: each group is one row.");
        let values: Vec<&str> = self
            .tree
            .items_of(items)
            .iter()
            .map(|item| self.slice(self.tree.value_span(item.value)))
            .collect();
        let diagnostic = match group_at {
            Some(at) if !values.is_empty() => {
                let group = format!(" GROUP BY {}", values.join(", "));
                diagnostic.replace(distinct, "").replace(Span::at(at), group)
            }
            Some(_) | None => diagnostic,
        };
        self.report(diagnostic);
    }

    pub(super) fn habits_of_items(&mut self) -> Reading<()> {
        let span = self.span();
        if self.kind() == TokenKind::Star {
            let diagnostic = Diagnostic::new(Code::LeftOut, span, "PQL has no SELECT *.").hint(
                "Name the values. A condition by itself selects all fields that you may read.",
            );
            return self.fail(diagnostic);
        }
        if self.is_word(Word::From) {
            let diagnostic =
                Diagnostic::new(Code::Syntax, span, "Nothing stands between SELECT and FROM.")
                    .hint("Name the values: SELECT id, amount FROM ….");
            return self.fail(diagnostic);
        }
        if self.kind() == TokenKind::Name && self.slice(span).eq_ignore_ascii_case("top") {
            let number = self.kind_ahead(1) == TokenKind::Whole;
            if number {
                let diagnostic = Diagnostic::new(Code::LeftOut, span, "PQL has no TOP.")
                    .hint("Write LIMIT at the end.");
                return self.fail(diagnostic);
            }
        }
        Ok(())
    }

    /// A name after a value that nothing joins: an alias without AS.
    pub(super) fn alias_without_as(&mut self) -> Reading<Option<crate::ast::Name>> {
        let named = matches!(self.kind(), TokenKind::Name | TokenKind::QuotedName);
        let ends = matches!(
            self.kind_ahead(1),
            TokenKind::Comma | TokenKind::End | TokenKind::Word(Word::From)
        );
        if !named || !ends || self.foreign_word().is_some() {
            return Ok(None);
        }
        let span = self.span();
        let diagnostic = Diagnostic::new(Code::Syntax, span, "An alias stands after AS.")
            .hint("Write AS before it; between two values stands a comma.")
            .replace(Span::at(span.start), "AS ");
        self.report(diagnostic);
        self.name("An alias").map(Some)
    }

    pub(super) fn habits_before_data_set(&mut self) -> Reading<()> {
        if self.kind() != TokenKind::Open {
            return Ok(());
        }
        let span = self.span();
        self.no_sub_select(span)
    }

    /// Aliases of data sets, and lists of them.
    pub(super) fn habits_after_data_set(&mut self) -> Reading<()> {
        let span = self.span();
        if self.kind() == TokenKind::Comma {
            let diagnostic = Diagnostic::new(Code::LeftOut, span, "A query reads one data set.")
                .hint("Follow a relation of the catalogue: customer.name, or EXISTS refunds (…).");
            return self.fail(diagnostic);
        }
        if self.kind() == TokenKind::Point {
            let diagnostic = Diagnostic::new(Code::Syntax, span, "A data set has a single name.")
                .hint("The catalogue says where it lies; write its name alone.");
            return self.fail(diagnostic);
        }
        let with_as = self.is_word(Word::As);
        let alias = matches!(self.kind(), TokenKind::Name | TokenKind::QuotedName)
            && self.foreign_word().is_none();
        if with_as || alias {
            let last = if with_as { self.span_ahead(1) } else { span };
            let diagnostic =
                Diagnostic::new(Code::LeftOut, span.to(last), "A data set has no alias.")
                    .hint("Take it out, and write the fields without it.")
                    .replace(Span::new(self.span_before().end, last.end), "");
            self.report(diagnostic);
            if with_as {
                self.next();
            }
            self.next();
        }
        Ok(())
    }

    /// `LIMIT 10, 20`
    pub(super) fn habits_after_limit(&mut self) -> Reading<()> {
        if self.kind() != TokenKind::Comma {
            return Ok(());
        }
        let span = self.span_before().to(self.span_ahead(1));
        let diagnostic =
            Diagnostic::new(Code::LeftOut, span, "LIMIT takes one number; PQL skips no rows.")
                .hint("Page with the cursor of the last answer: LIMIT 20 AFTER :cursor.");
        self.fail(diagnostic)
    }

    /// LIMIT, followed by neither a whole number nor a parameter.
    pub(super) fn no_limit<T>(&mut self) -> Reading<T> {
        let span = self.span();
        let all = self.slice(span).eq_ignore_ascii_case("all");
        let diagnostic = if all {
            let whole = self.span_before().to(span);
            Diagnostic::new(Code::LeftOut, whole, "PQL has no LIMIT ALL.")
                .hint("Take it out, or write a number; the answer says whether there is more.")
                .replace(whole, "")
        } else if self.kind() == TokenKind::Minus {
            Diagnostic::new(Code::Range, span, "LIMIT is not below zero.")
                .hint("Write the number of rows: LIMIT 50.")
        } else {
            let message =
                format!("A whole number or a parameter is expected here, not {}.", self.found());
            Diagnostic::new(Code::Syntax, span, message).hint("Write LIMIT 50 or LIMIT :rows.")
        };
        self.fail(diagnostic)
    }

    /// SELECT in parentheses, and parentheses around nothing.
    pub(super) fn habits_in_parentheses(&mut self, open: Span) -> Reading<()> {
        if self.is_word(Word::Select) {
            return self.no_sub_select(open.to(self.span()));
        }
        let list =
            self.at >= 2 && self.tokens.tokens[self.at - 2].kind == TokenKind::Word(Word::In);
        if self.kind() == TokenKind::Close && !list {
            let diagnostic = Diagnostic::new(
                Code::Syntax,
                open.to(self.span()),
                "Nothing stands between these brackets.",
            )
            .hint("Write a condition or a value between them, or take them out.");
            return self.fail(diagnostic);
        }
        Ok(())
    }

    pub(super) fn no_sub_select<T>(&mut self, span: Span) -> Reading<T> {
        let diagnostic = Diagnostic::new(Code::LeftOut, span, "PQL has no sub-selects.").hint(
            "Ask for related rows with EXISTS refunds (…), or send the values as a list: IN :ids.",
        );
        self.fail(diagnostic)
    }

    /// `EXISTS (…)`
    pub(super) fn habits_after_exists(&mut self) -> Reading<()> {
        if self.kind() != TokenKind::Open {
            return Ok(());
        }
        if self.kind_ahead(1) == TokenKind::Word(Word::Select) {
            let span = self.span().to(self.span_ahead(1));
            return self.no_sub_select(span);
        }
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            self.span(),
            "EXISTS is followed by the name of a relation.",
        )
        .hint("Write EXISTS refunds (…), with the condition on the related rows in brackets.");
        self.fail(diagnostic)
    }

    /// `EXISTS refunds WHERE …`
    pub(super) fn exists_where<T>(&mut self) -> Reading<T> {
        let span = self.span();
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            span,
            "The condition of EXISTS stands in brackets, without WHERE.",
        )
        .hint("Write EXISTS refunds (amount > 10.00 GBP).");
        self.fail(diagnostic)
    }

    /// `EXISTS refunds ()` and `EXISTS refunds (WHERE …)`
    pub(super) fn habits_in_exists(&mut self, open: Span) -> Reading<()> {
        let span = self.span();
        if self.kind() == TokenKind::Close {
            let diagnostic = Diagnostic::new(
                Code::Syntax,
                open.to(span),
                "Nothing stands between these brackets.",
            )
            .hint("For any related row take the brackets out.")
            .replace(open.to(span), "");
            return self.fail(diagnostic);
        }
        if self.is_word(Word::Where) {
            let diagnostic = Diagnostic::new(
                Code::Syntax,
                span,
                "The condition of EXISTS stands without WHERE.",
            )
            .hint("Write EXISTS refunds (amount > 10.00 GBP).")
            .replace(Span::new(span.start, self.span_ahead(1).start), "");
            self.report(diagnostic);
            self.next();
        }
        Ok(())
    }

    /// `ANY(tags)`
    pub(super) fn habits_after_any(&mut self, any: Span) -> Reading<()> {
        if self.kind() != TokenKind::Open {
            return Ok(());
        }
        let open = self.span();
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            any.to(open),
            "ANY stands before an array, without brackets.",
        )
        .hint("Write ANY tags = 'vip'.");
        let close =
            self.tokens.tokens[self.at..].iter().find(|token| token.kind == TokenKind::Close);
        let diagnostic = match close {
            Some(close) => diagnostic.replace(open, " ").replace(close.span, ""),
            None => diagnostic,
        };
        self.fail(diagnostic)
    }

    /// Two things side by side where a value begins: `DATE '2026-01-31'`, `CASE WHEN`.
    pub(super) fn habits_at_value(&mut self) -> Reading<()> {
        let after = self.kind_ahead(1);
        let beside = matches!(
            after,
            TokenKind::Text | TokenKind::Name | TokenKind::Whole | TokenKind::Decimal
        );
        if self.kind() != TokenKind::Name || !beside {
            return Ok(());
        }
        let span = self.span();
        let both = span.to(self.span_ahead(1));
        let word = self.slice(span).to_ascii_lowercase();
        let text = self.slice(self.span_ahead(1)).trim_matches('\'').to_owned();
        let diagnostic = if matches!(word.as_str(), "date" | "timestamp" | "timestamptz")
            && after == TokenKind::Text
        {
            let meant = lex::date(&text).is_some() || lex::instant(&text).is_some();
            let diagnostic = Diagnostic::new(Code::Time, both, "Dates and instants begin with @.")
                .hint("Write @2026-01-31 or @2026-01-31T00:00:00Z.");
            if meant { diagnostic.replace(both, format!("@{text}")) } else { diagnostic }
        } else if word == "interval" {
            let diagnostic = Diagnostic::new(Code::Time, both, "PQL has no INTERVAL.")
                .hint("Durations are written 30s, 15m, 12h, 7d or 2w.");
            match lex::duration_of_words(&text) {
                Some(meant) => diagnostic.replace(both, meant),
                None => diagnostic,
            }
        } else if word == "case" {
            Diagnostic::new(Code::LeftOut, span, "PQL has no CASE.")
                .hint("Ask in several queries, or count with COUNT(*) FILTER (WHERE …).")
        } else {
            return Ok(());
        };
        self.fail(diagnostic)
    }

    /// A call of something that is no function.
    pub(super) fn no_function<T>(&mut self) -> Reading<T> {
        let span = self.span();
        if self.kind() == TokenKind::QuotedName {
            let diagnostic = Diagnostic::new(Code::Function, span, "A quoted name is no function.")
                .hint("Write functions without quotes.");
            return self.fail(diagnostic);
        }
        let name = self.slice(span).to_ascii_lowercase();
        if self.is_word(Word::Any) {
            let diagnostic = Diagnostic::new(
                Code::Function,
                span,
                "ANY stands at the beginning of a condition.",
            )
            .hint("Write ANY tags = 'vip'.");
            return self.fail(diagnostic);
        }
        let diagnostic = Diagnostic::new(Code::Function, span, "There is no such function.");
        let known = FUNCTIONS.iter().find(|(foreign, _, _)| *foreign == name);
        let diagnostic = match known {
            Some((_, Some(function), hint)) => diagnostic.hint(*hint).replace(span, function.name()),
            Some((_, None, hint)) => diagnostic.hint(*hint),
            None => match nearest(&name) {
                Some(function) => {
                    diagnostic.hint(format!("Is {} meant?", function.name())).replace(span, function.name())
                }
                None => diagnostic.hint(
                    "The functions are ABS COALESCE NULLIF ROUND FLOOR CEIL LENGTH LOWER UPPER CONCAT NOW TODAY HOUR \
                     DAY WEEK MONTH COUNT SUM MIN MAX AVG.",
                ),
            },
        };
        self.fail(diagnostic)
    }

    /// SELECT as an argument.
    pub(super) fn habits_in_call(&mut self) -> Reading<()> {
        if self.is_word(Word::Select) {
            let span = self.span();
            return self.no_sub_select(span);
        }
        Ok(())
    }

    /// The words of SQL that the name here is one of.
    pub(super) fn foreign_word(
        &self,
    ) -> Option<&'static (&'static str, &'static str, &'static str)> {
        if self.kind() != TokenKind::Name {
            return None;
        }
        let name = self.slice(self.span());
        FOREIGN.iter().find(|(word, _, _)| name.eq_ignore_ascii_case(word))
    }

    /// Text after what is a whole statement.
    pub(super) fn text_after_statement(&mut self) -> Reading<()> {
        let before = self.at.checked_sub(1).map(|before| self.tokens.tokens[before].kind);
        if before == Some(TokenKind::Semicolon) {
            let diagnostic =
                Diagnostic::new(Code::Statement, self.span(), "A second statement begins here.")
                    .hint("Send one statement at a time.");
            return self.fail(diagnostic);
        }
        let clause = self.begins_clause() || self.is_word(Word::Select);
        let query =
            matches!(self.tokens.tokens[0].kind, TokenKind::Word(Word::Select | Word::Explain));
        if clause && !query {
            let diagnostic =
                Diagnostic::new(Code::Clause, self.span(), "A condition by itself has no clauses.")
                    .hint("For clauses write a query: SELECT … FROM … WHERE ….");
            return self.fail(diagnostic);
        }
        self.out_of_place()
    }

    /// Something that cannot stand here, after something complete.
    pub(super) fn out_of_place<T>(&mut self) -> Reading<T> {
        let span = self.span();
        if let Some((word, message, hint)) = self.foreign_word() {
            let mut diagnostic = Diagnostic::new(Code::LeftOut, span, *message).hint(*hint);
            if let Some((_, meant)) = REPLACED.iter().find(|(replaced, _)| replaced == word) {
                diagnostic = diagnostic.replace(span, *meant);
            }
            return self.fail(diagnostic);
        }
        let kind = self.kind();
        let diagnostic = if kind == TokenKind::Close {
            Diagnostic::new(Code::Syntax, span, "This bracket closes none.")
                .hint("Take it out, or open one before.")
                .replace(span, "")
        } else if kind == TokenKind::Comma {
            Diagnostic::new(Code::Syntax, span, "A comma cannot stand here.")
                .hint("Between conditions stands AND or OR; lists stand after IN, in brackets.")
        } else if self.is_word(Word::Not) {
            self.not_after_value()
        } else {
            let message = format!("Nothing joins {} with what stands before.", self.found());
            let condition = "Between two conditions stands AND or OR, between two items a comma.";
            Diagnostic::new(Code::Syntax, span, message).hint(condition)
        };
        self.fail(diagnostic)
    }

    /// `a NOT NULL`, `a NOT = 5`
    fn not_after_value(&self) -> Diagnostic {
        let span = self.span();
        let after = self.kind_ahead(1);
        if after == TokenKind::Word(Word::Null) {
            let both = span.to(self.span_ahead(1));
            return Diagnostic::new(Code::Null, both, "NULL stands after IS.")
                .hint("Write IS NOT NULL.")
                .replace(both, "IS NOT NULL");
        }
        if after == TokenKind::Equal {
            let both = span.to(self.span_ahead(1));
            return Diagnostic::new(Code::Operator, both, "NOT stands before a whole comparison.")
                .hint("Write <>.")
                .replace(both, "<>");
        }
        Diagnostic::new(Code::Syntax, span, "NOT cannot stand here.")
            .hint("It stands before a condition, or before BETWEEN, IN, LIKE, STARTS WITH, ENDS WITH, CONTAINS.")
    }
}

/// The function whose name differs least, if that is little.
fn nearest(name: &str) -> Option<Function> {
    let upper = name.to_ascii_uppercase();
    let distance = |function: &Function| crate::diagnostic::distance(&upper, function.name());
    let best = Function::ALL.iter().copied().min_by_key(distance)?;
    let near = distance(&best) <= 1 + usize::from(name.len() > 4);
    near.then_some(best)
}
