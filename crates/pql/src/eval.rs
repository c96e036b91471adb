//! The reference evaluator: what a query means, over rows held in memory.
//!
//! Every database must return the rows that this returns. Written to be read, not to be fast: no
//! plans, no indexes, no rewriting; it shares nothing with what emits commands but the typed query
//! and the catalogue. Start at [`evaluate`].
//!
//! Invariants, each with a property test of the same name:
//! - `agrees_with_sqlite`: logic, order and grouping are those of SQL, as SQLite answers it.

mod aggregate;
mod condition;
mod group;
mod order;
mod row;
mod value;

#[cfg(test)]
mod tests;

use crate::ast::Ast;
use crate::catalogue::{Catalogue, DatasetId};
use crate::resolve::resolve;
use crate::typed::{Constant, ScanId, Shape, SlotId, ValueId, ValueKind};
use crate::value::Value;
use crate::value::json::Form;
use crate::{Diagnostics, Request};

use group::Group;
use row::Moment;

/// A row of a data set: a value for each field, in the order of the catalogue.
pub type Row = Vec<Value>;

/// Rows of the data sets of a catalogue.
#[derive(Debug, Clone)]
pub struct Tables {
    by_dataset: Vec<Vec<Row>>,
}

/// What a query is evaluated against.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The data sets and their types.
    pub catalogue: &'a Catalogue,
    /// Their rows.
    pub tables: &'a Tables,
    /// Whose rows the caller may see, as text; without it, scoped data sets are empty.
    pub scope: Option<&'a str>,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The rows of this page, a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Whether more rows follow the last one.
    pub more: bool,
    /// Where the last row stands in the order: a value for each key, for a cursor. None without rows.
    pub last: Option<Vec<Value>>,
    /// How many rows there are on all pages.
    pub count: usize,
}

/// Answers a query, given as its shape and the values of its slots.
///
/// Never fails: what could is refused when a query is compiled. Reads each data set once for each
/// row that asks for it.
pub fn evaluate(shape: &Shape, constants: &[Constant], world: World<'_>) -> Answer {
    Evaluator { shape, constants, world }.answer()
}

/// Resolves a tree and answers it.
///
/// # Errors
///
/// All that is wrong with the query, as when it is compiled.
pub fn answer(ast: &Ast, request: Request<'_>, world: World<'_>) -> Result<Answer, Diagnostics> {
    let typed = resolve(ast, request, None)?;
    Ok(evaluate(typed.shape(), typed.constants(), world))
}

/// How the values of a column are written as JSON: with all decimals if they are a field's own.
pub fn column_form(shape: &Shape, column: ValueId) -> Form {
    let node = shape.value(column);
    let is_field = match node.kind {
        ValueKind::Field(..) => true,
        ValueKind::Key(place) => {
            let keys = shape.grouping().map(|grouping| &grouping.keys);
            let key = keys.and_then(|keys| keys.get(place as usize));
            key.is_some_and(|key| matches!(shape.value(*key).kind, ValueKind::Field(..)))
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
        | ValueKind::Bucket { .. } => false,
    };
    if is_field { Form::Declared(node.ty) } else { Form::Computed(node.ty) }
}

impl Tables {
    /// No rows in any data set.
    pub fn empty(catalogue: &Catalogue) -> Self {
        Self { by_dataset: vec![Vec::new(); catalogue.datasets().len()] }
    }

    /// Adds rows to a data set.
    pub fn extend(&mut self, dataset: DatasetId, rows: impl IntoIterator<Item = Row>) {
        self.by_dataset[dataset.index()].extend(rows);
    }

    /// The rows of a data set, whoever they belong to.
    pub fn rows(&self, dataset: DatasetId) -> &[Row] {
        &self.by_dataset[dataset.index()]
    }
}

/// A query and all that it is evaluated against.
struct Evaluator<'a> {
    shape: &'a Shape,
    constants: &'a [Constant],
    world: World<'a>,
}

/// A row of the answer, and where it stands in the order.
struct Found {
    columns: Vec<Value>,
    keys: Vec<Value>,
}

impl<'a> Evaluator<'a> {
    fn answer(&self) -> Answer {
        let mut found: Vec<Found> = match self.shape.grouping() {
            None => self.filtered().map(|moment| self.found(&moment)).collect(),
            Some(grouping) => {
                let rows: Vec<_> = self.filtered().collect();
                let groups = self.groups(grouping, &rows);
                self.kept(grouping, &groups).map(|moment| self.found(&moment)).collect()
            }
        };
        self.sort(&mut found);
        let count = found.len();
        if let Some(after) = self.shape.after() {
            found.retain(|found| self.is_behind(&found.keys, after));
        }
        let limit = self.limit().unwrap_or(found.len());
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|found| found.keys.clone());
        Answer { rows: found.into_iter().map(|found| found.columns).collect(), more, last, count }
    }

    /// The rows of the query's own data set that are in scope and for which WHERE is TRUE.
    fn filtered(&self) -> impl Iterator<Item = Moment<'a>> {
        let root = ScanId(0);
        let rows = self.in_scope(self.shape.scan(root).dataset);
        let moments = rows.map(move |row| Moment::default().with_row(root, row));
        moments.filter(|moment| self.holds(self.shape.filter(), moment))
    }

    fn found(&self, moment: &Moment<'_>) -> Found {
        let columns = self.shape.columns().iter().map(|column| self.value(column.value, moment));
        let keys = self.shape.order().iter().map(|key| self.value(key.value, moment));
        Found { columns: columns.collect(), keys: keys.collect() }
    }

    /// The groups for which HAVING is TRUE.
    fn kept<'g>(
        &self,
        grouping: &crate::typed::Grouping,
        groups: &'g [Group],
    ) -> impl Iterator<Item = Moment<'g>> {
        let moments = groups.iter().map(|group| Moment::default().with_group(group));
        moments.filter(move |moment| self.holds(grouping.having, moment))
    }

    fn limit(&self) -> Option<usize> {
        let limit = self.constant(self.shape.limit()?).number()?.at_scale(0)?;
        i64::try_from(limit).ok().and_then(|limit| usize::try_from(limit).ok())
    }

    /// The one value of a slot; NULL for slots that hold something else.
    fn constant(&self, slot: SlotId) -> &'a Value {
        match &self.constants[slot.index()] {
            Constant::One(value) => value,
            Constant::Many(_) | Constant::Pattern(_) => &Value::Null,
        }
    }
}
