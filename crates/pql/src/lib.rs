//! PQL: a query language inspired by SQL that cannot be injected, means the same on every database,
//! and reads only what its caller may.
//!
//! Pure: no I/O, no clock, no chance; what executes a query is elsewhere.

pub mod ast;
pub mod catalogue;
pub mod datatype;
mod diagnostic;
pub mod eval;
pub mod lex;
pub mod limits;
mod parse;
pub mod rows;
mod span;
pub mod typed;
pub mod value;
#[cfg(test)]
mod tests;

pub use diagnostic::{
    Code, Diagnostic, DiagnosticJson, Diagnostics, Edit, Severity, Style, Warnings,
};
pub use parse::{Parsed, parse};
pub use span::{Place, Span};
