//! Grouping in SQL: the rows with their keys and arguments are a derived table `g`, so that each
//! is computed once and no placeholder stands twice. A FILTER is a CASE around its argument.

use super::{Dialect, Level, Sql, TextUse, Truth};
use crate::datatype::Type;
use crate::typed::{AggregateId, AggregateKind, ConditionId, Grouping, ScanId, ValueId};

impl<D: Dialect> Sql<'_, D> {
    pub(super) fn grouped(&mut self) {
        let Some(grouping) = self.source.shape.grouping() else {
            return;
        };
        self.level = Level::Groups;
        self.word("SELECT ");
        self.columns();
        self.word(" FROM (SELECT ");
        self.level = Level::Rows;
        self.keys_and_arguments(grouping);
        self.from(ScanId(0));
        self.filter();
        self.word(") AS g");
        self.level = Level::Groups;
        self.group_by(grouping);
        if let Some(having) = grouping.having {
            self.word(" HAVING ");
            self.condition_term(having, Truth::Only);
        }
        if !self.source.shape.order().is_empty() {
            self.order_by();
        }
        self.limit();
        self.out.word(D::SETTINGS);
    }

    fn keys_and_arguments(&mut self, grouping: &Grouping) {
        let mut between = "";
        for (place, key) in (0u32..).zip(&grouping.keys) {
            self.word(between);
            between = ", ";
            self.derived(*key, None);
            self.word(" AS k");
            self.out.number(place);
            if self.source.shape.value(*key).ty == Type::Money {
                self.word(", ");
                self.asset(*key);
                self.word(" AS k");
                self.out.number(place);
                self.word("a");
            }
        }
        for (place, aggregate) in (0u32..).zip(&grouping.aggregates) {
            self.word(between);
            between = ", ";
            self.filtered(aggregate.filter, |sql| match aggregate.kind.argument() {
                None => sql.word("1"),
                Some(argument) => sql.derived(argument, Some(aggregate.kind)),
            });
            self.word(" AS x");
            self.out.number(place);
            if let Some(argument) = aggregate.kind.argument()
                && self.source.shape.value(argument).ty == Type::Money
            {
                self.word(", ");
                self.filtered(aggregate.filter, |sql| sql.asset(argument));
                self.word(" AS x");
                self.out.number(place);
                self.word("a");
            }
        }
        if between.is_empty() {
            self.word("1 AS x");
        }
    }

    /// What an aggregate takes: NULL where its FILTER is not TRUE.
    fn filtered(&mut self, filter: Option<ConditionId>, taken: impl FnOnce(&mut Self)) {
        if let Some(filter) = filter {
            self.word("CASE WHEN ");
            self.condition(filter, Truth::Only);
            self.word(" THEN ");
        }
        taken(self);
        if filter.is_some() {
            self.word(" END");
        }
    }

    /// A key or an argument, in the derived table.
    fn derived(&mut self, value: ValueId, kind: Option<AggregateKind>) {
        let ty = self.source.shape.value(value).ty;
        match ty {
            Type::Money => self.minor(value),
            Type::Text | Type::Enum(_) => {
                let text_use = match kind {
                    Some(AggregateKind::Count(_)) => TextUse::Any,
                    _ => D::GROUP_TEXT,
                };
                self.text(value, text_use);
            }
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Bool
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => self.value(value),
        }
    }

    fn group_by(&mut self, grouping: &Grouping) {
        let mut between = " GROUP BY ";
        for (place, key) in (0u32..).zip(&grouping.keys) {
            self.word(between);
            between = ", ";
            self.word("g.k");
            self.out.number(place);
            if self.source.shape.value(*key).ty == Type::Money {
                self.word(", g.k");
                self.out.number(place);
                self.word("a");
            }
        }
    }

    /// An aggregate over its column of the derived table.
    pub(super) fn aggregate(&mut self, id: AggregateId, value: ValueId) {
        let Some(grouping) = self.source.shape.grouping() else {
            return;
        };
        let aggregate = grouping.aggregates[id.index()];
        D::aggregate(self, aggregate.kind, value, &|sql| {
            sql.word("g.x");
            sql.out.number(id.0);
        });
    }
}
