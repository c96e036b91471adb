//! What is executed: a command, its binds, and what its columns are.
//!
//! Not compiled here: see `pql`. A statement holds everything an executor needs, so that no
//! executor looks into a catalogue to read a row.

use std::sync::Arc;
use std::time::Duration;

use pql::catalogue::Catalogue;
use pql::datatype::Type;
use pql::value::{Value, json};

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
}

impl Column {
    /// The type of its values.
    pub const fn ty(&self) -> Type {
        match self.form {
            json::Form::Declared(ty) | json::Form::Computed(ty) => ty,
        }
    }
}
