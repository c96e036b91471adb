//! `cargo xtask bench NAME`: finds a benchmark by its name.
//!
//! Start at [`run`]. A benchmark is a row of [`BENCHES`].

use anyhow::{Result, bail};

/// What runs a benchmark and prints its figures.
type Bench = fn() -> Result<()>;

/// Name of each benchmark, and what runs it.
const BENCHES: &[(&str, Bench)] = &[];

/// Runs the benchmark called `name`.
///
/// # Errors
///
/// When there is no such benchmark, or when it failed.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    for (known, bench) in BENCHES {
        if name == Some(known) {
            return bench();
        }
    }
    let names: Vec<&str> = BENCHES.iter().map(|(known, _)| *known).collect();
    let list = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
    match name {
        Some(name) => bail!("no such bench: {name}; available: {list}"),
        None => bail!("which bench? available: {list}"),
    }
}
