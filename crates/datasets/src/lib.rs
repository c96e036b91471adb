//! Data sets on live databases: a catalogue checked against its stores, and compiled queries executed on them.
//!
//! Not the language: `pql` compiles, and what arrives here is a finished [`Statement`]. Executors for
//! SQLite and PostgreSQL are here, those of the crates `datasets-…` implement [`Executor`] too.
//!
//! Always true, whatever the store:
//! - a value travels as a bind, never as text of the command;
//! - connections can only read, as far as the store lets itself be told;
//! - a reader that goes away and a deadline that passes end the statement in the store;
//! - no answer is held as a whole: rows leave in batches as they come.
//!
//! Start at [`Executor`]; a query is run by [`run`].

pub mod batch;
mod encode;
mod executor;
mod fault;
mod numbers;
mod pool;
mod running;
mod schema;
mod sink;
mod statement;
mod stores;

pub mod postgres;
pub mod sqlite;

#[cfg(test)]
mod tests;

pub use encode::{Cell, Encoder, Form};
pub use executor::{Executor, Task};
pub use fault::Fault;
pub use numbers::{AsJson, decimal_of_text, json_of, read_json, wide_of_text};
pub use pool::{Lease, Pool};
pub use running::{Running, run};
pub use schema::{Actual, Expected, Finding, Part, Severity, compare, expected, key_columns};
pub use sink::{Outcome, Sink};
pub use statement::{Bind, Bound, Column, Statement};
pub use stores::{Open, Stores, Tell};
