//! Tests of the crate, a file a stage.

mod parse;

mod compile;
mod guarantee;
