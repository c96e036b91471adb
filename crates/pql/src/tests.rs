//! Tests of the crate, a file a stage.

mod format;
mod generate;
mod lex;
mod limits;
mod parse;
mod tree;

mod compile;
