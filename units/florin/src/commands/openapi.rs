//! `florin openapi`: the document of the HTTP API, for `cargo xtask codegen` and for client makers.

use crate::failure::Failure;
use crate::output::Output;

/// Prints the document.
///
/// # Errors
///
/// [`Failure`] when it cannot be written.
pub(crate) fn run(output: &mut Output) -> Result<(), Failure> {
    let text = unit_api::openapi().to_pretty_json();
    output.line(&text.map_err(|error| Failure::of("cannot write JSON", &error))?)
}
