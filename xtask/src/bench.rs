//! `cargo xtask bench`: builds the product and the benchmarks as they are shipped, and runs one.
//!
//! Knows no benchmark: those are in the package `benches`, which the arguments go to.

use std::path::Path;

use anyhow::Result;

use crate::program;

/// Runs the benchmark that `arguments` name.
///
/// # Errors
///
/// When it cannot be built, or failed.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let packages = ["--package", "benches", "--package", "florin"];
    program::run(program::cargo(root).args(["build", "--quiet", "--release"]).args(packages))?;
    let mut cargo = program::cargo(root);
    cargo.args(["run", "--quiet", "--release", "--package", "benches", "--"]);
    program::run(cargo.args(arguments))
}
