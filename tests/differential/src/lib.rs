//! Every store must give the rows that the reference evaluator gives: queries made by chance over
//! data sets made by chance, from a seed.
//!
//! Not for the evaluator itself, which `pql`'s own tests hold against SQLite's own answers. A
//! disagreement prints its seed, query and data. Start at [`run`].

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
