//! Tests of the crate, a file a stage.

mod build;
mod compile;
mod diagnostic;
mod documents;
mod format;
mod generate;
mod guarantee;
mod lex;
mod limits;
mod messages;
mod parse;
mod poor_messages;
mod tree;
