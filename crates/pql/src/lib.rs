//! PQL: a query language inspired by SQL that cannot be injected, means the same on every database,
//! and reads only what its caller may.
//!
//! Pure: no I/O, no clock, no chance; what executes a query is elsewhere.

pub mod ast;
pub mod build;
pub mod catalogue;
pub mod check;
mod compile;
mod constant;
mod cursor;
pub mod datatype;
mod diagnostic;
pub mod emit;
pub mod eval;
mod explain;
mod format;
pub mod lex;
pub mod limits;
mod lint;
mod parse;
mod resolve;
pub mod rows;
pub mod scope;
mod span;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod typed;
pub mod value;
mod verify;

pub use compile::{Caller, Compiled, compile, refused_json};
pub use constant::Params;
pub use cursor::CursorKey;
pub use diagnostic::{
    Code, Diagnostic, DiagnosticJson, Diagnostics, Edit, Severity, Style, Warnings,
};
pub use explain::Cost;
pub use format::format;
pub use parse::{Parsed, parse};
pub use resolve::Request;
pub use span::{Place, Span};
