//! The clauses of a query, in their order.

use crate::ast::{
    Direction, Item, Key, Limit, Literal, Many, Name, Nulls, Param, Query, Value, ValueId,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Role, TokenKind, Word};
use crate::parse::{Failed, Parser, Reading};
use crate::span::Span;

/// The clauses in the order in which they stand, after SELECT.
const CLAUSES: [Word; 7] =
    [Word::From, Word::Where, Word::Group, Word::Having, Word::Order, Word::Limit, Word::After];

/// What has been read of a query.
#[derive(Default)]
struct Draft {
    from: Option<Name>,
    condition: Option<crate::ast::ConditionId>,
    group: Option<Many<ValueId>>,
    having: Option<crate::ast::ConditionId>,
    order: Option<Many<Key>>,
    limit: Option<Limit>,
    after: Option<ValueId>,
    /// Where GROUP BY would stand, if a later clause has begun.
    group_at: Option<u32>,
    /// The first clause that stands too late.
    late: Option<Span>,
    /// Which clauses stand where, once one stands too late.
    spans: Vec<(usize, Span)>,
    /// The clause that was read last, as an index of [`CLAUSES`].
    last: Option<usize>,
    /// Which have been read, by index.
    seen: [bool; CLAUSES.len()],
}

impl Parser<'_> {
    /// SELECT and all that follows.
    pub(super) fn query(&mut self) -> Reading<Query> {
        let select = self.span();
        self.take_as(Role::Clause);
        let distinct = self.select_distinct();
        let items = self.items();
        let mut failed = self.clause_ends(items.map(drop))?;
        let items = items.unwrap_or(Many::NONE);
        let mut draft = Draft::default();
        let clauses = self.span();
        while self.begins_clause() {
            let start = self.span();
            let read = self.clause(&mut draft);
            failed |= self.clause_ends(read)?;
            draft.order_of(start.to(self.span_before()));
        }
        if let Some(late) = draft.late {
            self.clause_too_late(late, clauses.to(self.span_before()), &draft);
        }
        if let Some(distinct) = distinct {
            let end = draft.group_at.unwrap_or(self.span_before().end);
            self.distinct_left_out(distinct, items, (!draft.seen[2]).then_some(end));
        }
        match draft.from {
            Some(from) if !failed => Ok(draft.finish(items, from)),
            Some(_) => Err(Failed),
            None if draft.seen[0] => Err(Failed),
            None => self.no_from(select),
        }
    }

    /// After a clause another one begins, or the text ends; else that is told, and the next clause is looked
    /// for. Whether something was wrong. Fails where a second query begins, whose clauses are not this one's.
    fn clause_ends(&mut self, read: Reading<()>) -> Reading<bool> {
        let told = read.is_err();
        if self.begins_clause() || matches!(self.kind(), TokenKind::End | TokenKind::Semicolon) {
            return Ok(told);
        }
        let before = self.errors.len();
        if !told {
            let second = self.is_second_query();
            let _told: Reading<()> = self.out_of_place();
            if second {
                return Err(Failed);
            }
        }
        self.recover();
        Ok(told || self.errors.len() > before)
    }

    /// Whether SELECT, or a word that joins queries, stands here.
    fn is_second_query(&self) -> bool {
        let word = self.foreign_word().map(|(word, _, _)| *word);
        self.is_word(Word::Select)
            || matches!(word, Some("union" | "intersect" | "except" | "minus"))
    }

    fn no_from<T>(&mut self, select: Span) -> Reading<T> {
        let diagnostic = Diagnostic::new(
            Code::Syntax,
            select,
            "The query does not say which data set it reads.",
        )
        .hint(
            "Write FROM and the data set after the selected values: SELECT id FROM transactions.",
        );
        self.fail(diagnostic)
    }

    /// One clause, with its word.
    fn clause(&mut self, draft: &mut Draft) -> Reading<()> {
        let TokenKind::Word(word) = self.kind() else { return Err(Failed) };
        let Some(index) = CLAUSES.iter().position(|clause| *clause == word) else {
            return Err(Failed);
        };
        let span = self.span();
        let twice = draft.seen[index];
        let late = draft.last.is_some_and(|last| last > index);
        draft.seen[index] = true;
        if index > 2 && draft.group_at.is_none() {
            draft.group_at = Some(self.span_before().end);
        }
        draft.last = Some(index);
        if twice {
            self.clause_twice(word, span);
        } else if late && draft.late.is_none() {
            draft.late = Some(span);
        }
        self.take_as(Role::Clause);
        match index {
            0 => draft.from = Some(self.from()?),
            1 => draft.condition = Some(self.condition()?),
            2 => draft.group = Some(self.group_by()?),
            3 => draft.having = Some(self.condition()?),
            4 => draft.order = Some(self.order_by()?),
            5 => draft.limit = Some(self.limit()?),
            _ => draft.after = Some(self.text_or_param("A cursor")?),
        }
        Ok(())
    }

    fn clause_twice(&mut self, word: Word, span: Span) {
        let message = format!("{} stands twice.", word.text());
        let diagnostic = Diagnostic::new(Code::Clause, span, message);
        let diagnostic = if matches!(word, Word::Where | Word::Having) {
            diagnostic
                .hint("Join the conditions with AND; put those with OR in parentheses.")
                .replace(span, "AND")
        } else {
            diagnostic.hint("Join the two, with commas where it is a list.")
        };
        self.report(diagnostic);
    }

    /// Told with the clauses in their order, where each stands once.
    fn clause_too_late(&mut self, span: Span, clauses: Span, draft: &Draft) {
        let diagnostic = Diagnostic::new(Code::Clause, span, "This clause stands too late.")
            .hint("The order is SELECT, FROM, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, AFTER.");
        let mut sorted = draft.spans.clone();
        sorted.sort_by_key(|(index, _)| *index);
        let once = sorted.windows(2).all(|pair| pair[0].0 != pair[1].0);
        let texts: Vec<&str> = sorted.iter().map(|(_, clause)| self.slice(*clause)).collect();
        let texts = texts.join(" ");
        self.report(if once { diagnostic.replace(clauses, texts) } else { diagnostic });
    }

    fn items(&mut self) -> Reading<Many<Item>> {
        self.habits_of_items()?;
        let base = self.scratch.items.len();
        loop {
            let item = self.item()?;
            self.scratch.items.push(item);
            if !self.comma()? {
                break;
            }
        }
        let items = self.scratch.items.drain(base..);
        Ok(self.tree.items(items))
    }

    fn item(&mut self) -> Reading<Item> {
        let value = self.lone_value()?;
        let span = self.tree.value_span(value);
        let alias = if self.eat_word(Word::As) {
            Some(self.name("An alias")?)
        } else {
            self.alias_without_as()?
        };
        let span = alias.map_or(span, |alias| span.to(alias.span));
        Ok(Item { value, alias, span })
    }

    fn from(&mut self) -> Reading<Name> {
        self.habits_before_data_set()?;
        let name = self.name("The name of a data set")?;
        self.habits_after_data_set()?;
        Ok(name)
    }

    fn group_by(&mut self) -> Reading<Many<ValueId>> {
        self.by(Word::Group)?;
        let base = self.scratch.values.len();
        loop {
            let value = self.lone_value()?;
            self.ordinal(value, "GROUP BY")?;
            self.scratch.values.push(value);
            if !self.comma()? {
                break;
            }
        }
        let values = self.scratch.values.drain(base..);
        Ok(self.tree.value_ids(values))
    }

    fn order_by(&mut self) -> Reading<Many<Key>> {
        self.by(Word::Order)?;
        let base = self.scratch.keys.len();
        loop {
            let key = self.key()?;
            self.scratch.keys.push(key);
            if !self.comma()? {
                break;
            }
        }
        let keys = self.scratch.keys.drain(base..);
        Ok(self.tree.keys(keys))
    }

    fn key(&mut self) -> Reading<Key> {
        let value = self.lone_value()?;
        self.ordinal(value, "ORDER BY")?;
        let descending = self.eat_word(Word::Desc);
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        if !descending {
            self.eat_word(Word::Asc);
        }
        let nulls = if self.eat_word(Word::Nulls) { Some(self.nulls()?) } else { None };
        let span = self.tree.value_span(value).to(self.span_before());
        Ok(Key { value, direction, nulls, span })
    }

    fn nulls(&mut self) -> Reading<Nulls> {
        if self.eat_word(Word::First) {
            Ok(Nulls::First)
        } else if self.eat_word(Word::Last) {
            Ok(Nulls::Last)
        } else {
            {
                let message = format!("FIRST or LAST is expected here, not {}.", self.found());
                let diagnostic = Diagnostic::new(Code::Syntax, self.span(), message)
                    .hint("Write NULLS FIRST or NULLS LAST; without either, NULLs come last.");
                self.fail(diagnostic)
            }
        }
    }

    /// BY, after GROUP or ORDER.
    fn by(&mut self, word: Word) -> Reading<()> {
        if self.eat_word(Word::By) {
            return Ok(());
        }
        let before = self.span_before();
        let message = format!("BY follows {}.", word.text());
        let diagnostic = Diagnostic::new(Code::Syntax, before, message)
            .hint(format!("Write {} BY.", word.text()))
            .replace(Span::at(before.end), " BY");
        self.report(diagnostic);
        Ok(())
    }

    /// A number where a value is wanted: a column's place in SQL.
    fn ordinal(&mut self, value: ValueId, clause: &str) -> Reading<()> {
        let Value::Literal(Literal::Whole(_)) = self.tree.value_node(value) else { return Ok(()) };
        let message = format!("{clause} takes values, not the places of selected ones.");
        let diagnostic = Diagnostic::new(Code::LeftOut, self.tree.value_span(value), message)
            .hint("Name the field, or in ORDER BY the alias.");
        self.fail(diagnostic)
    }

    fn limit(&mut self) -> Reading<Limit> {
        let kind = self.kind();
        let limit = if kind == TokenKind::Whole {
            self.limit_rows()?
        } else if kind == TokenKind::Param {
            Limit::Param(self.param())
        } else if kind == TokenKind::OptionalParam {
            return self.optional_refused();
        } else {
            return self.no_limit();
        };
        self.habits_after_limit()?;
        Ok(limit)
    }

    fn limit_rows(&mut self) -> Reading<Limit> {
        let span = self.span();
        let Some(rows) = crate::lex::whole(self.slice(span)) else {
            let message = "LIMIT is beyond what a whole number holds.";
            return self.fail(
                Diagnostic::new(Code::Range, span, message).hint("Write the number of rows."),
            );
        };
        self.next();
        Ok(Limit::Rows { rows, span })
    }

    /// A parameter that is no value of the tree: after LIMIT and IN.
    pub(super) fn param(&mut self) -> Param {
        let span = self.span();
        let optional = self.kind() == TokenKind::OptionalParam;
        self.next();
        let name = Span::new(span.start + 1, span.end - u32::from(optional));
        Param { name, span, optional }
    }

    pub(super) fn optional_refused<T>(&mut self) -> Reading<T> {
        let span = self.span();
        let mark = Span::new(span.end.saturating_sub(1), span.end);
        let diagnostic =
            Diagnostic::new(Code::Param, span, "An optional parameter cannot stand here.")
                .hint("It may stand in comparisons and patterns only; take the question mark away.")
                .replace(mark, "");
        self.fail(diagnostic)
    }

    /// A text or a parameter: `what` is wanted.
    pub(super) fn text_or_param(&mut self, what: &'static str) -> Reading<ValueId> {
        let kind = self.kind();
        if matches!(kind, TokenKind::Text | TokenKind::Param) {
            self.primary()
        } else if kind == TokenKind::OptionalParam {
            self.optional_refused()
        } else if kind == TokenKind::QuotedName {
            self.double_quoted_text()
        } else {
            let message =
                format!("{what} is expected here, a text or a parameter, not {}.", self.found());
            let diagnostic = Diagnostic::new(Code::Syntax, self.span(), message);
            let pattern = what == "A pattern";
            let hint =
                "To look for the value of a field, write CONTAINS, STARTS WITH or ENDS WITH.";
            self.fail(if pattern { diagnostic.hint(hint) } else { diagnostic })
        }
    }

    /// A name: `what` is wanted.
    pub(super) fn name(&mut self, what: &'static str) -> Reading<Name> {
        let kind = self.kind();
        if !Self::can_be_name(kind) {
            return self.no_name(what);
        }
        let name = Name { span: self.span(), quoted: kind == TokenKind::QuotedName };
        self.next();
        Ok(name)
    }

    /// A comma, after which something must stand.
    fn comma(&mut self) -> Reading<bool> {
        if self.kind() != TokenKind::Comma {
            return Ok(false);
        }
        let comma = self.span();
        self.next();
        if self.begins_clause() && !matches!(self.kind_ahead(1), TokenKind::Comma)
            || self.kind() == TokenKind::End
        {
            let diagnostic = Diagnostic::new(Code::Syntax, comma, "Nothing follows this comma.")
                .hint("Take the comma out.")
                .replace(comma, "");
            self.report(diagnostic);
            return Ok(false);
        }
        Ok(true)
    }
}

impl Draft {
    /// The clause that was read last stands at `span`.
    fn order_of(&mut self, span: Span) {
        self.spans.extend(self.last.map(|last| (last, span)));
    }

    fn finish(self, items: Many<Item>, from: Name) -> Query {
        Query {
            items,
            from,
            condition: self.condition,
            group: self.group.unwrap_or(Many::NONE),
            having: self.having,
            order: self.order.unwrap_or(Many::NONE),
            limit: self.limit,
            after: self.after,
        }
    }
}
