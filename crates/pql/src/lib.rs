//! PQL: a query language inspired by SQL that cannot be injected, means the same on every database,
//! and reads only what its caller may.
//!
//! Pure: no I/O, no clock, no chance; what executes a query is elsewhere.

pub mod ast;
pub mod catalogue;
mod constant;
mod cursor;
pub mod datatype;
mod diagnostic;
pub mod eval;
pub mod lex;
pub mod limits;
mod parse;
mod resolve;
pub mod rows;
mod span;
#[cfg(test)]
mod tests;
pub mod typed;
pub mod value;

pub use constant::Params;
pub use cursor::CursorKey;
pub use diagnostic::{
    Code, Diagnostic, DiagnosticJson, Diagnostics, Edit, Severity, Style, Warnings,
};
pub use parse::{Parsed, parse};
pub use resolve::Request;
pub use span::{Place, Span};
