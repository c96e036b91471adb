//! PQL: a query language inspired by SQL that cannot be injected, means the same on every database,
//! and reads only what its caller may.
//!
//! Pure: no I/O, no clock, no chance; what executes a query is elsewhere.

pub mod ast;
pub mod build;
mod diagnostic;
mod format;
pub mod lex;
pub mod limits;
mod parse;
mod span;
#[cfg(test)]
mod tests;
pub mod tree;

pub use diagnostic::{
    Code, Diagnostic, DiagnosticJson, Diagnostics, Edit, Severity, Style, Warnings,
};
pub use format::format;
pub use parse::{Parsed, parse};
pub use span::{Place, Span};
