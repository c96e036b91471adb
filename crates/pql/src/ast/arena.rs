//! The arena that a query's nodes live in, and its ids. Only the parser fills it.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::ast::{Condition, Item, Key, Name, Operand, Param, Path, Statement, Value};
use crate::span::Span;

macro_rules! id {
    ($name:ident $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// Its place among its kind, from 0: for tables beside the arena.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(ConditionId "A condition of one [`Ast`].");
id!(ValueId "A value of one [`Ast`].");

/// Some neighbours in one of the arena's lists; read them with the method of [`Ast`] for their kind.
#[derive(Debug)]
pub struct Many<T> {
    start: u32,
    end: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Many<T> {
    /// None at all.
    pub const NONE: Self = Self { start: 0, end: 0, of: PhantomData };

    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn of(self, list: &[T]) -> &[T] {
        &list[self.start as usize..self.end as usize]
    }
}

impl<T> Clone for Many<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Many<T> {}

impl<T> PartialEq for Many<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end)
    }
}

impl<T> Eq for Many<T> {}

/// A parsed statement: its text, its nodes, and where they stand.
#[derive(Clone, Debug)]
pub struct Ast {
    text: Box<str>,
    lists: Lists,
    statement: Statement,
    explain: bool,
}

#[derive(Clone, Debug, Default)]
struct Lists {
    conditions: Vec<Condition>,
    condition_spans: Vec<Span>,
    values: Vec<Value>,
    value_spans: Vec<Span>,
    condition_ids: Vec<ConditionId>,
    value_ids: Vec<ValueId>,
    operands: Vec<Operand>,
    names: Vec<Name>,
    items: Vec<Item>,
    keys: Vec<Key>,
}

impl Ast {
    /// What was asked.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Whether it begins with EXPLAIN.
    #[must_use]
    pub const fn explain(&self) -> bool {
        self.explain
    }

    /// The text it was parsed from.
    #[must_use]
    pub const fn text(&self) -> &str {
        &self.text
    }

    /// The part of the text at `span`.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// A condition.
    #[must_use]
    pub fn condition(&self, id: ConditionId) -> &Condition {
        &self.lists.conditions[id.index()]
    }

    /// Where a condition stands.
    #[must_use]
    pub fn condition_span(&self, id: ConditionId) -> Span {
        self.lists.condition_spans[id.index()]
    }

    /// How many conditions there are: the length of a table beside the arena.
    #[must_use]
    pub const fn conditions_len(&self) -> usize {
        self.lists.conditions.len()
    }

    /// A value.
    #[must_use]
    pub fn value(&self, id: ValueId) -> &Value {
        &self.lists.values[id.index()]
    }

    /// Calls `found` with every value and where it stands, in no particular order.
    #[cfg(test)]
    pub(crate) fn each_value(&self, mut found: impl FnMut(&Value, Span)) {
        for (value, span) in self.lists.values.iter().zip(&self.lists.value_spans) {
            found(value, *span);
        }
    }

    /// Where a value stands.
    #[must_use]
    pub fn value_span(&self, id: ValueId) -> Span {
        self.lists.value_spans[id.index()]
    }

    /// How many values there are: the length of a table beside the arena.
    #[must_use]
    pub const fn values_len(&self) -> usize {
        self.lists.values.len()
    }

    /// The children of an AND or OR.
    #[must_use]
    pub fn conditions(&self, many: Many<ConditionId>) -> &[ConditionId] {
        many.of(&self.lists.condition_ids)
    }

    /// A list of values.
    #[must_use]
    pub fn values(&self, many: Many<ValueId>) -> &[ValueId] {
        many.of(&self.lists.value_ids)
    }

    /// The further operands of a chain.
    #[must_use]
    pub fn operands(&self, many: Many<Operand>) -> &[Operand] {
        many.of(&self.lists.operands)
    }

    /// The names of a path.
    #[must_use]
    pub fn names(&self, path: Path) -> &[Name] {
        path.names.of(&self.lists.names)
    }

    /// The selected items.
    #[must_use]
    pub fn items(&self, many: Many<Item>) -> &[Item] {
        many.of(&self.lists.items)
    }

    /// The keys of ORDER BY.
    #[must_use]
    pub fn keys(&self, many: Many<Key>) -> &[Key] {
        many.of(&self.lists.keys)
    }

    /// A name without its quotes. Allocates only where a quoted name has a quote inside.
    #[must_use]
    pub fn name(&self, name: Name) -> Cow<'_, str> {
        if name.quoted {
            unquote(self.slice(name.span), '"')
        } else {
            Cow::Borrowed(self.slice(name.span))
        }
    }

    /// The name of a parameter, without colon and question mark.
    #[must_use]
    pub fn param_name(&self, param: Param) -> &str {
        self.slice(param.name)
    }

    /// The characters of a text literal at `span`. Allocates only where it has a quote inside.
    #[must_use]
    pub fn text_of(&self, span: Span) -> Cow<'_, str> {
        unquote(self.slice(span), '\'')
    }
}

/// What stands between the quotes, with doubled quotes as one.
fn unquote(quoted: &str, quote: char) -> Cow<'_, str> {
    let inner =
        quoted.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).unwrap_or(quoted);
    if !inner.contains(quote) {
        return Cow::Borrowed(inner);
    }
    let double: String = [quote, quote].iter().collect();
    Cow::Owned(inner.replace(&double, quote.encode_utf8(&mut [0; 4])))
}

/// Fills an arena; children before parents. For the parser alone.
#[derive(Debug, Default)]
pub(crate) struct AstBuilder {
    lists: Lists,
    explain: bool,
}

macro_rules! push_many {
    ($($method:ident $list:ident $kind:ty)*) => { $(
        pub(crate) fn $method(&mut self, from: impl Iterator<Item = $kind>) -> Many<$kind> {
            let start = place(self.lists.$list.len());
            self.lists.$list.extend(from);
            Many { start, end: place(self.lists.$list.len()), of: PhantomData }
        }
    )* };
}

impl AstBuilder {
    push_many! {
        condition_ids condition_ids ConditionId
        value_ids value_ids ValueId
        operands operands Operand
        names names Name
        items items Item
        keys keys Key
    }
}

impl AstBuilder {
    /// With room for what a text of so many tokens mostly has.
    pub(crate) fn with_tokens(tokens: usize) -> Self {
        let lists = Lists {
            conditions: Vec::with_capacity(tokens / 3),
            condition_spans: Vec::with_capacity(tokens / 3),
            values: Vec::with_capacity(tokens / 2),
            value_spans: Vec::with_capacity(tokens / 2),
            condition_ids: Vec::with_capacity(tokens / 4),
            value_ids: Vec::with_capacity(tokens / 4),
            names: Vec::with_capacity(tokens / 3),
            ..Lists::default()
        };
        Self { lists, explain: false }
    }

    /// The children of an AND or OR.
    pub(crate) fn conditions(&self, many: Many<ConditionId>) -> &[ConditionId] {
        many.of(&self.lists.condition_ids)
    }

    pub(crate) fn items_of(&self, many: Many<Item>) -> &[Item] {
        many.of(&self.lists.items)
    }

    /// From the first name of a path to its last.
    pub(crate) fn names_span(&self, path: Path) -> Span {
        let names = path.names.of(&self.lists.names);
        let first = names.first().map(|name| name.span).unwrap_or_default();
        names.last().map_or(first, |last| first.to(last.span))
    }

    pub(crate) fn condition(&mut self, condition: Condition, span: Span) -> ConditionId {
        let id = ConditionId(place(self.lists.conditions.len()));
        self.lists.conditions.push(condition);
        self.lists.condition_spans.push(span);
        id
    }

    pub(crate) fn value(&mut self, value: Value, span: Span) -> ValueId {
        let id = ValueId(place(self.lists.values.len()));
        self.lists.values.push(value);
        self.lists.value_spans.push(span);
        id
    }

    pub(crate) fn condition_span(&self, id: ConditionId) -> Span {
        self.lists.condition_spans[id.index()]
    }

    pub(crate) fn condition_spans_mut(&mut self, id: ConditionId) -> &mut Span {
        &mut self.lists.condition_spans[id.index()]
    }

    pub(crate) fn value_span(&self, id: ValueId) -> Span {
        self.lists.value_spans[id.index()]
    }

    pub(crate) fn value_spans_mut(&mut self, id: ValueId) -> &mut Span {
        &mut self.lists.value_spans[id.index()]
    }

    pub(crate) fn condition_node(&self, id: ConditionId) -> &Condition {
        &self.lists.conditions[id.index()]
    }

    pub(crate) fn value_node(&self, id: ValueId) -> &Value {
        &self.lists.values[id.index()]
    }

    /// EXPLAIN stands before the statement.
    pub(crate) const fn explained(&mut self) {
        self.explain = true;
    }

    pub(crate) fn finish(self, text: &str, statement: Statement) -> Ast {
        Ast { text: text.into(), lists: self.lists, statement, explain: self.explain }
    }
}

/// A text of 64 KiB has fewer nodes than a `u32` counts.
fn place(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
