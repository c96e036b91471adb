//! Tests of the crate, a file a stage.

mod build;
mod catalogues;
mod compile;
mod cursors;
mod diagnostic;
mod documents;
mod format;
mod generate;
mod guarantee;
mod lex;
mod limits;
mod limits_of_meaning;
mod messages;
mod parse;
mod poor_messages;
mod tree;
