//! What is executed: a command, its binds, and what its columns are.
//!
//! Not compiled here: see `pql`. A statement holds everything an executor needs, so that no
//! executor looks into a catalogue to read a row.

use std::sync::Arc;
use std::time::Duration;

use pql::Compiled;
use pql::catalogue::Catalogue;
use pql::datatype::Type;
use pql::emit::{BindValue, Kept, Output};
use pql::eval::column_form;
use pql::typed::From;
use pql::value::{Value, json};

use crate::Cell;

/// A compiled query, ready to run.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The command: SQL, or MongoDB's extended JSON.
    pub command: Arc<str>,
    /// The values, in the order of their places.
    pub binds: Vec<Bind>,
    /// What the rows hold; money is two columns of the store, minor units and asset.
    pub columns: Vec<Column>,
    /// How many of the columns the caller sees; the rest are the keys of the order.
    pub shown: usize,
    /// Rows to answer; the command asks for one more, which says whether there are more.
    pub rows_max: u64,
    /// The time it may take.
    pub deadline: Duration,
    /// Whose assets and ids are written.
    pub catalogue: Arc<Catalogue>,
}

/// A value for a place in the command.
#[derive(Debug, Clone)]
pub struct Bind {
    /// What it is; of a list, what each of its items is.
    pub ty: Type,
    /// The value.
    pub value: Bound,
    /// Whether it says how many rows are wanted.
    pub is_limit: bool,
}

/// One value or several.
#[derive(Debug, Clone)]
pub enum Bound {
    /// One value.
    One(Value),
    /// A list.
    Many(Vec<Value>),
}

/// A column of the answer.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it is called.
    pub name: Box<str>,
    /// How its values are written; it has their type.
    pub form: json::Form,
    /// How its values come back.
    pub kept: Kept,
    /// The first of the store's columns that it is read of, from 0.
    pub first: usize,
}

impl Column {
    /// The type of its values.
    pub const fn ty(&self) -> Type {
        match self.form {
            json::Form::Declared(ty) | json::Form::Computed(ty) => ty,
        }
    }

    /// The second of the store's columns: money's asset.
    pub const fn second(&self) -> usize {
        self.first.saturating_add(1)
    }

    /// What a masked field is answered with, whatever it holds.
    pub const fn masked(&self) -> Cell<'static> {
        Cell::Text(MASKED)
    }
}

impl Statement {
    /// A compiled query as it is sent: with one row more than it asks for, which is not answered.
    pub fn new(compiled: &Compiled, catalogue: &Arc<Catalogue>, deadline: Duration) -> Self {
        let shape = compiled.scoped.shape();
        let emission = &compiled.emission;
        let mut names = compiled.column_names(catalogue);
        let mut forms = shape.columns().iter().map(|column| column_form(shape, column.value));
        let column = |output: &Output| Column {
            name: names.next().unwrap_or_default().into(),
            form: forms.next().unwrap_or(json::Form::Declared(output.ty)),
            kept: output.kept,
            first: usize::try_from(output.first).unwrap_or(usize::MAX),
        };
        let mut rows_max = u64::MAX;
        let bind = |bind: &pql::emit::Bind| {
            let mut value = match &bind.value {
                BindValue::One(value) => Bound::One(value.clone()),
                BindValue::List(values) => Bound::Many(values.clone()),
            };
            if let (From::Limit, Bound::One(Value::Whole(rows))) = (bind.from, &mut value) {
                rows_max = u64::try_from(*rows).unwrap_or(0);
                *rows = rows.saturating_add(1);
            }
            Bind { ty: bind.ty.ty(), value, is_limit: bind.from == From::Limit }
        };
        Self {
            command: emission.command.text().into(),
            binds: compiled.binds.iter().map(bind).collect(),
            columns: emission.outputs.iter().map(column).collect(),
            shown: emission.selected,
            rows_max,
            deadline,
            catalogue: Arc::clone(catalogue),
        }
    }

    /// The same, with another number of rows.
    #[must_use]
    pub fn counting(mut self, rows_max: u64) -> Self {
        self.rows_max = rows_max;
        let rows = i64::try_from(rows_max).unwrap_or(i64::MAX).saturating_add(1);
        for bind in self.binds.iter_mut().filter(|bind| bind.is_limit) {
            bind.value = Bound::One(Value::Whole(rows));
        }
        self
    }
}

/// What a masked field is answered with.
const MASKED: &str = "[masked]";
