//! `cargo xtask chaos`: builds the simulator, which links the product as this crate must not, and runs it.

use std::path::Path;

use anyhow::Result;

use crate::program;

/// Runs the simulator with `arguments`; without any, the seeds of the gate.
///
/// # Errors
///
/// When a seed fails, or the simulator cannot be built.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let mut cargo = program::cargo(root);
    cargo.args(["run", "--release", "--quiet", "--package", "chaos", "--"]).args(arguments);
    program::run(&mut cargo)
}
