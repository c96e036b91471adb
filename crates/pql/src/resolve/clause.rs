//! The clauses of a query, in the order in which they can be understood: WHERE first, for buckets
//! and money ask what it fixes, then GROUP BY, what is selected, HAVING, ORDER BY, LIMIT, AFTER.

use super::{Part, Reads, Resolved, Resolver};
use crate::ast::{self, Limit, Many, Query, Value as Tree};
use crate::catalogue::{Access, FieldId};
use crate::constant::{Fit, Target};
use crate::datatype::{Type, WHOLE_DIGITS};
use crate::typed::{
    After, Arity, Column, ColumnName, Constant, Direction, From, Nulls, OrderKey, Slot, ValueId,
    ValueKind, ValueNode,
};
use crate::value::Value;
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    /// A condition alone: all permitted fields in catalogue order.
    pub(super) fn bare(&mut self, condition: ast::ConditionId) -> Resolved<()> {
        self.shape.filter = Some(self.condition(condition)?);
        let dataset = self.frame().dataset;
        let Some(grant) = self.grant(dataset) else {
            return Err(super::Refused);
        };
        for (id, _) in self.dataset(dataset).field_ids() {
            let value = match grant.access(id) {
                Access::None => continue,
                Access::Read => self.own_field(id, Span::at(0))?,
                Access::Masked => self.masked(Span::at(0)),
            };
            let name = ColumnName::Field(dataset, id);
            self.shape.columns.push(Column { name, value });
        }
        self.order(Many::NONE, &[])?;
        self.limit(None)?;
        self.after(None)
    }

    pub(super) fn query(&mut self, query: &Query) -> Resolved<()> {
        if let Some(condition) = query.condition {
            self.shape.filter = self.condition(condition).ok();
        }
        let grouped = self.is_grouped(query);
        if grouped {
            self.group_keys(query.group);
            self.reads = Reads::Groups;
        }
        let aliases = self.columns(query.items);
        if let Some(having) = query.having {
            self.grouping.having = self.condition(having).ok();
        }
        let order = self.order(query.order, &aliases);
        self.reads = Reads::Rows;
        let limit = self.limit(query.limit);
        if grouped && let Some(after) = query.after {
            let span = self.ast.value_span(after);
            let error = Diagnostic::new(Code::Cursor, span, "Groups are not read page by page.")
                .hint("Leave AFTER out, and raise LIMIT.");
            return self.fail(error);
        }
        order?;
        limit?;
        if grouped {
            self.shape.grouping = Some(std::mem::take(&mut self.grouping));
        }
        self.after(query.after)
    }

    fn is_grouped(&self, query: &Query) -> bool {
        let items = self.ast.items(query.items).iter().map(|item| item.value);
        let keys = self.ast.keys(query.order).iter().map(|key| key.value);
        !query.group.is_empty()
            || query.having.is_some()
            || items.chain(keys).any(|value| self.aggregates(value))
    }

    /// The columns; returns the aliases with their values.
    fn columns(&mut self, items: Many<ast::Item>) -> Vec<(ast::Name, ValueId)> {
        let mut aliases: Vec<(ast::Name, ValueId)> = Vec::new();
        self.shape.columns.reserve(items.len());
        for item in self.ast.items(items) {
            let value = self.selected(item);
            let alias = item.alias.map(|alias| self.alias(alias, &aliases));
            let (Ok(value), Ok(_)) = (value, alias.transpose()) else {
                continue;
            };
            let name = match item.alias {
                Some(alias) => {
                    aliases.push((alias, value));
                    ColumnName::Text(self.ast.name(alias).into())
                }
                None => self.column_name(item, value),
            };
            self.shape.columns.push(Column { name, value });
        }
        aliases
    }

    fn selected(&mut self, item: &ast::Item) -> Resolved<ValueId> {
        if let Tree::Path(path) = *self.ast.value(item.value)
            && self.reads == Reads::Rows
            && let Some((_, span)) = self.is_masked(path)
        {
            return Ok(self.masked(span));
        }
        let part = self.value(item.value)?;
        if let Part::Known(known) = &part
            && let Some(param) = known.param().filter(|param| param.optional)
        {
            return self.optional_here(param.span);
        }
        let value = self.node(part)?;
        if self.shape.value(value).ty == Type::Duration {
            return self.refuse(Code::Type, item.span, "A duration alone is not selected.");
        }
        Ok(value)
    }

    fn masked(&mut self, span: Span) -> ValueId {
        let kind = ValueKind::Masked;
        self.push(ValueNode { kind, ty: Type::Text, nullable: false, digits: 0, span })
    }

    fn alias(&mut self, alias: ast::Name, others: &[(ast::Name, ValueId)]) -> Resolved<()> {
        let written = self.ast.name(alias);
        let dataset = self.frame().dataset;
        let found = self.dataset(dataset).field_named(&written);
        let grant = self.grant(dataset);
        let known = found.zip(grant).is_some_and(|(id, grant)| grant.access(id) != Access::None);
        if known {
            let message = format!("{written} is the name of a field, so it cannot be an alias.");
            return self.refuse(Code::Alias, alias.span, message);
        }
        if others.iter().any(|(other, _)| self.ast.name(*other).eq_ignore_ascii_case(&written)) {
            let message = format!("The alias {written} stands twice.");
            return self.refuse(Code::Alias, alias.span, message);
        }
        Ok(())
    }

    fn column_name(&self, item: &ast::Item, value: ValueId) -> ColumnName {
        if let Tree::Path(path) = *self.ast.value(item.value) {
            let dataset = self.frame().dataset;
            if let [name] = self.ast.names(path)
                && let Some(id) = self.dataset(dataset).field_named(&self.ast.name(*name))
            {
                return ColumnName::Field(dataset, id);
            }
        }
        let _ = value;
        ColumnName::Text(self.ast.slice(item.span).into())
    }

    /// ORDER BY, with the tie-break behind it.
    fn order(&mut self, keys: Many<ast::Key>, aliases: &[(ast::Name, ValueId)]) -> Resolved<()> {
        let mut refused = None;
        for key in self.ast.keys(keys) {
            match self.order_value(key, aliases) {
                Ok(value) => {
                    let direction = match key.direction {
                        ast::Direction::Ascending => Direction::Ascending,
                        ast::Direction::Descending => Direction::Descending,
                    };
                    let nulls = match key.nulls {
                        Some(ast::Nulls::First) => Nulls::First,
                        Some(ast::Nulls::Last) | None => Nulls::Last,
                    };
                    self.order_by(OrderKey { value, direction, nulls });
                }
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(refused) => Err(refused),
            None => self.tie_break(),
        }
    }

    /// One more key, unless it is there already: what ties there ties here.
    fn order_by(&mut self, key: OrderKey) {
        let kind = self.shape.value(key.value).kind;
        let plain =
            matches!(kind, ValueKind::Field(..) | ValueKind::Key(_) | ValueKind::Aggregate(_));
        let known = |other: &OrderKey| self.shape.value(other.value).kind == kind;
        if !plain || !self.shape.order.iter().any(known) {
            self.shape.order.push(key);
        }
    }

    fn order_value(
        &mut self,
        key: &ast::Key,
        aliases: &[(ast::Name, ValueId)],
    ) -> Resolved<ValueId> {
        let value = match self.aliased(key.value, aliases) {
            Some(value) => value,
            None => match self.value(key.value)? {
                Part::Node(id) => id,
                Part::Known(_) => {
                    let error = Diagnostic::new(Code::Type, key.span, "A constant orders nothing.")
                        .hint("ORDER BY takes fields, aliases and what is computed of them; ordinals are left out.");
                    return self.fail(error);
                }
            },
        };
        let node = *self.shape.value(value);
        let ordered = !matches!(node.ty, Type::TextArray | Type::TextMap | Type::Duration)
            && !matches!(node.kind, ValueKind::Masked | ValueKind::Slot(_));
        if ordered {
            return Ok(value);
        }
        let message = format!("Rows are not ordered by {}.", node.ty.noun());
        self.refuse(Code::Type, key.span, message)
    }

    fn aliased(&self, id: ast::ValueId, aliases: &[(ast::Name, ValueId)]) -> Option<ValueId> {
        let Tree::Path(path) = *self.ast.value(id) else {
            return None;
        };
        let [name] = self.ast.names(path) else {
            return None;
        };
        let written = self.ast.name(*name);
        let is_it = |alias: &ast::Name| self.ast.name(*alias).eq_ignore_ascii_case(&written);
        aliases.iter().find(|(alias, _)| is_it(alias)).map(|(_, value)| *value)
    }

    /// The primary key, or the group keys.
    fn tie_break(&mut self) -> Resolved<()> {
        let (direction, nulls) = (Direction::Ascending, Nulls::Last);
        if self.reads == Reads::Groups {
            for key in 0..self.grouping.keys.len() {
                let node = *self.shape.value(self.grouping.keys[key]);
                let kind = ValueKind::Key(super::count(key));
                let value = self.push(ValueNode { kind, ..node });
                self.order_by(OrderKey { value, direction, nulls });
            }
            return Ok(());
        }
        let dataset = self.dataset(self.frame().dataset);
        for id in &dataset.key {
            let value = self.own_field(FieldId(id.0), Span::at(0))?;
            self.order_by(OrderKey { value, direction, nulls });
        }
        Ok(())
    }

    fn limit(&mut self, limit: Option<Limit>) -> Resolved<()> {
        let dataset = self.dataset(self.frame().dataset);
        let most = dataset.rows_max;
        let (rows, span) = match limit {
            None => (i64::from(dataset.rows_default), Span::at(0)),
            Some(Limit::Rows { rows, span }) => (rows, span),
            Some(Limit::Param(param)) => {
                let shift = crate::value::Duration::from_micros(0);
                let target = Target::of(Type::Whole);
                let rows = self.placer.param(param, shift, target, Fit::Exact);
                match rows.or_else(|error| self.fail(*error))? {
                    Value::Whole(rows) => (rows, param.span),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Decimal(_)
                    | Value::Float(_)
                    | Value::Text(_)
                    | Value::Money(_)
                    | Value::Id(_)
                    | Value::Timestamp(_)
                    | Value::Date(_)
                    | Value::Duration(_)
                    | Value::Array(_)
                    | Value::Map(_) => {
                        return self.refuse(Code::Param, param.span, "LIMIT takes a whole number.");
                    }
                }
            }
        };
        if rows < 0 {
            return self.refuse(Code::Range, span, "LIMIT is a number of rows, not below zero.");
        }
        match u32::try_from(rows).ok().filter(|rows| *rows <= most) {
            Some(rows) => {
                self.shape.limit = Some(self.rows_slot(rows, From::Limit));
                Ok(())
            }
            None => {
                let message =
                    format!("LIMIT {rows} is above the {most} rows allowed here (rows_max).");
                let error = Diagnostic::new(Code::Limit, span, message).hint(
                    "Read further rows page by page, with AFTER and the cursor of the answer.",
                );
                self.fail(error)
            }
        }
    }

    /// The keys of the cursor, one slot for each key of the order.
    fn after(&mut self, after: Option<ast::ValueId>) -> Resolved<()> {
        let (Some(after), Some(opened)) = (after, self.opened) else {
            return Ok(());
        };
        let span = self.ast.value_span(after);
        let order = self.shape.order.clone();
        if opened.keys.len() != order.len() {
            return self.refuse(Code::Cursor, span, "The cursor is not one of this query.");
        }
        let mut keys = Vec::with_capacity(order.len());
        for (key, json) in order.iter().zip(&opened.keys) {
            let node = *self.shape.value(key.value);
            // A whole number that was computed may be wider than an i64: -x is, of the smallest one.
            let computed = matches!(
                node.kind,
                ValueKind::Negate(_) | ValueKind::Arithmetic(..) | ValueKind::Call(..)
            );
            let wide = node.ty == Type::Whole && computed && node.digits >= WHOLE_DIGITS;
            let decimal = Type::Decimal { precision: node.digits, scale: 0 };
            let ty = if wide { decimal } else { node.ty };
            let Ok(value) = crate::value::json::read(json, ty, self.catalogue()) else {
                return self.refuse(Code::Cursor, span, "The cursor is not one of this query.");
            };
            let nullable = node.nullable;
            let slot = Slot { ty, arity: Arity::One, nullable, from: From::Cursor };
            keys.push(self.slot(slot, Constant::One(value)));
        }
        self.shape.after = Some(After { keys });
        Ok(())
    }
}
