//! `florin errors`: every error code with its meaning and remedy, for `cargo xtask codegen`.

use crate::failure::Failure;
use crate::output::Output;

/// Prints the reference.
///
/// # Errors
///
/// [`Failure`] when it cannot be written.
pub(crate) fn run(output: &mut Output) -> Result<(), Failure> {
    output.line(unit_api::errors_markdown().trim_end())
}
