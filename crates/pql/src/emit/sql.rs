//! The walk that the SQL stores share: clauses, joins, scopes, three-valued conditions.
//!
//! What differs between them is in [`Dialect`]. Every column is qualified by its scan's alias
//! (`t0`, `t1` …), every output is called `c0`, `c1` …: no name of a user, no name of a column can
//! be taken for another.

mod condition;
mod dialect;
mod group;
mod money;
mod order;
mod value;

pub(super) use dialect::{Dialect, Nullable, TextUse};

use super::{Command, Emission, Kept, Lowering, Output, Placed};
use crate::catalogue::{Catalogue, Dataset, Field, FieldId, Identifier};
use crate::datatype::Type;
use crate::scope::Scope;
use crate::typed::{ConditionId, OrderKey, ScanId, ScanKind, Shape, SlotId, ValueId, ValueKind};

/// What an emitter sees: no value of a user.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) shape: &'a Shape,
    pub(super) scopes: &'a [Scope],
    pub(super) catalogue: &'a Catalogue,
}

/// What is read where an expression is emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Rows of the scans.
    Rows,
    /// Groups: keys and aggregates of the derived table `g`.
    Groups,
}

/// Whether UNKNOWN and FALSE may be taken for one another where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// They may: only TRUE counts.
    Only,
    /// All three are told apart.
    All,
}

/// A command that is being written.
pub(super) struct Sql<'a, D> {
    pub(super) dialect: D,
    pub(super) source: Source<'a>,
    pub(super) out: Command,
    pub(super) placed: Vec<Placed>,
    pub(super) level: Level,
    pub(super) outputs: Vec<Output>,
    columns: u32,
}

pub(super) fn emit<D: Dialect>(source: Source<'_>, dialect: D) -> Emission {
    let capacity = 256 + source.shape.conditions.len() * 40 + source.shape.columns.len() * 24;
    let mut sql = Sql {
        dialect,
        source,
        out: Command::with_capacity(capacity),
        placed: Vec::with_capacity(source.shape.slots.len() + 8),
        level: Level::Rows,
        outputs: Vec::with_capacity(source.shape.columns.len() + 2),
        columns: 0,
    };
    if source.shape.grouping().is_some() {
        sql.grouped()
    } else {
        sql.plain()
    }
    let selected = source.shape.columns.len();
    Emission { command: sql.out, placed: sql.placed, outputs: sql.outputs, selected }
}

impl<'a, D: Dialect> Sql<'a, D> {
    fn plain(&mut self) {
        self.word("SELECT ");
        self.columns();
        for key in self.source.shape.order() {
            self.order_output(key);
        }
        self.from(ScanId(0));
        self.filter();
        self.order_by();
        self.limit();
        self.out.word(D::SETTINGS);
    }

    /// WHERE with the scope of the query's data set, its condition, and the cursor.
    pub(super) fn filter(&mut self) {
        let shape = self.source.shape;
        let mut between = " WHERE ";
        if let Scope::Field(field, slot) = self.source.scopes[0] {
            self.word(between);
            self.scope(ScanId(0), field, slot);
            between = " AND ";
        }
        if let Some(filter) = shape.filter() {
            self.word(between);
            self.all_terms(filter);
            between = " AND ";
        }
        if shape.after().is_some() {
            self.word(between);
            self.after();
        }
    }

    /// A condition after AND: its own top-level terms need no brackets.
    fn all_terms(&mut self, filter: ConditionId) {
        self.condition_term(filter, Truth::Only);
    }

    fn scope(&mut self, scan: ScanId, field: FieldId, slot: SlotId) {
        self.field(scan, field, TextUse::Equality);
        self.word(" = ");
        self.slot_beside(slot, Lowering::Value, self.source.field(scan, field));
    }

    /// FROM, with the to-one relations of this query joined.
    pub(super) fn from(&mut self, home: ScanId) {
        self.word(" FROM ");
        self.table(home);
        let shape = self.source.shape;
        for (place, scan) in shape.scans().iter().enumerate() {
            let ScanKind::One(parent, relation) = scan.kind else {
                continue;
            };
            if scan.home != home {
                continue;
            }
            let id = ScanId(u32::try_from(place).unwrap_or(u32::MAX));
            self.word(" LEFT JOIN ");
            self.table(id);
            self.word(" ON ");
            self.related(parent, id, relation.index());
        }
    }

    /// The pairs of a relation, and the scope of the scan that it leads to.
    fn related(&mut self, here: ScanId, there: ScanId, relation: usize) {
        let dataset = self.source.dataset(here);
        for (place, (left, right)) in dataset.relations[relation].on.iter().enumerate() {
            if place > 0 {
                self.word(" AND ");
            }
            self.field(there, *right, TextUse::Equality);
            self.word(" = ");
            self.field(here, *left, TextUse::OtherSide(self.source.field(there, *right).binary));
        }
        if let Scope::Field(field, slot) = self.source.scopes[there.index()] {
            self.word(" AND ");
            self.scope(there, field, slot);
        }
    }

    fn table(&mut self, scan: ScanId) {
        let dataset = self.source.dataset(scan);
        for (place, part) in dataset.source.iter().enumerate() {
            if place > 0 {
                self.word(".");
            }
            self.out.name(part, D::QUOTING);
        }
        self.word(" AS t");
        self.out.number(scan.0);
    }

    /// EXISTS, with its own joins and its own scope.
    pub(super) fn exists(&mut self, scan: ScanId, condition: Option<ConditionId>) {
        let ScanKind::Many(parent, relation) = self.source.shape.scan(scan).kind else {
            return;
        };
        self.word("EXISTS (SELECT 1");
        self.from(scan);
        self.word(" WHERE ");
        self.related(parent, scan, relation.index());
        if let Some(condition) = condition {
            self.word(" AND ");
            self.condition_term(condition, Truth::Only);
        }
        self.word(")");
    }

    fn columns(&mut self) {
        for column in self.source.shape.columns() {
            self.output(column.value);
        }
    }

    /// A column of the answer, in as many physical columns as it needs.
    pub(super) fn output(&mut self, value: ValueId) {
        let node = *self.source.shape.value(value);
        let first = self.columns;
        let kept = if node.kind == ValueKind::Masked {
            self.physical(|sql| sql.word(D::MASKED));
            Kept::Masked
        } else if node.ty == Type::Money {
            let wide = self.minor_is_wide(value);
            self.physical(|sql| sql.minor_out(value));
            self.physical(|sql| sql.asset(value));
            if wide { Kept::WideMoney } else { Kept::Money }
        } else {
            self.physical(|sql| sql.value_out(value));
            if self.is_wide(value) { Kept::Wide } else { Kept::Field }
        };
        self.outputs.push(Output { ty: node.ty, kept, first });
    }

    fn physical(&mut self, emit: impl FnOnce(&mut Self)) {
        if self.columns > 0 {
            self.word(", ");
        }
        emit(self);
        self.word(" AS c");
        self.out.number(self.columns);
        self.columns += 1;
    }

    /// The value of a key of the order, for cursors; one that is selected is not sent twice.
    fn order_output(&mut self, key: &OrderKey) {
        let shape = self.source.shape;
        let kind = shape.value(key.value).kind;
        let known = self.outputs.iter().zip(shape.columns());
        let known = known.filter(|(_, column)| {
            column.value == key.value || shape.value(column.value).kind == kind
        });
        let known = known.map(|(output, _)| *output).next();
        match known.filter(|_| matches!(kind, ValueKind::Field(..))) {
            Some(output) => self.outputs.push(output),
            None => self.output(key.value),
        }
    }

    pub(super) fn limit(&mut self) {
        if let Some(slot) = self.source.shape.limit() {
            self.word(" LIMIT ");
            self.slot(slot, Lowering::Value);
        }
    }

    pub(super) fn word(&mut self, word: &'static str) {
        self.out.word(word);
    }

    /// A column of a scan.
    pub(super) fn column(&mut self, scan: ScanId, column: &Identifier) {
        self.word("t");
        self.out.number(scan.0);
        self.word(".");
        self.out.name(column, D::QUOTING);
    }

    /// A placeholder.
    pub(super) fn slot(&mut self, slot: SlotId, lowering: Lowering) {
        let placed = Placed { slot, lowering };
        let number = u32::try_from(self.placed.len()).unwrap_or(u32::MAX);
        let ty = placed.bind_type(self.source.shape);
        let nullable = self.source.shape.slot(slot).nullable;
        self.placed.push(placed);
        self.dialect.placeholder(&mut self.out, number, ty, nullable.into());
    }

    /// A placeholder that a field is compared with for equality.
    pub(super) fn slot_beside(&mut self, slot: SlotId, lowering: Lowering, field: &Field) {
        self.slot(slot, lowering);
        let is_text = matches!(field.ty, Type::Text | Type::Enum(_));
        if is_text && !field.binary {
            self.word(D::BINARY_BOUND);
        }
    }
}

impl<'a> Source<'a> {
    pub(super) fn dataset(self, scan: ScanId) -> &'a Dataset {
        self.catalogue.dataset(self.shape.scan(scan).dataset)
    }

    pub(super) fn field(self, scan: ScanId, field: FieldId) -> &'a Field {
        self.dataset(scan).field(field)
    }

    /// The field that a value is, if it is one, behind a group key too.
    pub(super) fn field_of(self, value: ValueId) -> Option<&'a Field> {
        match self.shape.value(value).kind {
            ValueKind::Field(scan, field) => Some(self.field(scan, field)),
            ValueKind::Key(key) => {
                let key = self.shape.grouping()?.keys.get(key as usize)?;
                self.field_of(*key)
            }
            ValueKind::Slot(_)
            | ValueKind::Masked
            | ValueKind::Aggregate(_)
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Negate(_)
            | ValueKind::Arithmetic(..)
            | ValueKind::Call(..)
            | ValueKind::Bucket { .. } => None,
        }
    }
}
