//! From a plan to the command of a store and the values that are bound to it.
//!
//! A command is a function of the query's shape and the catalogue: the emitters see no value, only
//! slots. Its text is a [`Command`], which takes nothing but words of ours and identifiers of the
//! catalogue. One file a store; the four that speak SQL share `sql`.

mod bind;
mod clickhouse;
mod command;
mod mariadb;
mod mongodb;
mod postgres;
mod sql;
mod sqlite;

pub use bind::{Bind, BindType, BindValue, Letters, Lowering, Placed};
pub use command::Command;

use crate::catalogue::{Catalogue, StoreKind};
use crate::check::Plan;
use crate::datatype::Type;

/// What is sent to a store.
///
/// There is no way to make one but [`emit`]:
///
/// ```compile_fail
/// fn injected(text: String) -> pql::emit::Command {
///     pql::emit::Command::from(text)
/// }
/// ```
///
/// ```compile_fail
/// fn appended(command: &mut pql::emit::Command, text: &str) {
///     command.word(text);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Emission {
    /// The command.
    pub command: Command,
    /// What stands behind each placeholder, in their order.
    pub placed: Vec<Placed>,
    /// How the columns of the answer are read.
    pub outputs: Vec<Output>,
    /// How many of these were selected; those behind are the keys of the order, for cursors.
    pub selected: usize,
}

/// How a column of the answer is read: of which physical columns, as which type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Its type.
    pub ty: Type,
    /// How its value is kept.
    pub kept: Kept,
    /// The first of its physical columns (`c0` is 0).
    pub first: u32,
}

/// How the value of a column comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As a field of its type is kept, in one column.
    Field,
    /// A number that was computed: on SQLite a wide one (see `sqlite`), elsewhere the store's.
    Wide,
    /// Money: minor units, then the asset.
    Money,
    /// Money that was computed: minor units as [`Kept::Wide`], then the asset.
    WideMoney,
    /// Nothing: the field is masked.
    Masked,
}

/// Emits a plan for its store.
pub fn emit(plan: &Plan, catalogue: &Catalogue) -> Emission {
    let (scoped, kind) = (plan.scoped(), plan.kind());
    let (shape, scopes) = (scoped.shape(), scoped.scopes());
    let source = sql::Source { shape, scopes, catalogue };
    match kind {
        StoreKind::Sqlite => sql::emit(source, sqlite::Sqlite),
        StoreKind::Postgres => sql::emit(source, postgres::Postgres),
        StoreKind::Mariadb => sql::emit(source, mariadb::Mariadb),
        StoreKind::Clickhouse => sql::emit(source, clickhouse::Clickhouse),
        StoreKind::Mongodb => mongodb::emit(source),
    }
}
