//! Every store must give the rows that the reference evaluator gives: queries made by chance over
//! data sets made by chance, from a seed.
//!
//! Not for the evaluator itself, which `pql`'s own tests hold against SQLite's own answers. A
//! disagreement prints its seed, query and data. Start at [`run`].
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a round that cannot go on has found a bug; databases have more types than are used"
)]

mod guarantee;
mod pages;
mod query;
mod schema;
mod values;

pub mod rounds;
pub mod sqlite;
pub mod store;

#[cfg(test)]
mod tests;

pub use rounds::run;
