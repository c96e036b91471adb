//! The table of mutants in the documentation: what is broken, where, and what notices.

use std::fmt::Write as _;

use super::{MUTANTS, Suite};

/// The document that holds the table, between [`START`] and [`END`].
pub(crate) const PATH: &str = "docs/reliability.md";
pub(crate) const START: &str = "<!-- mutants -->";
pub(crate) const END: &str = "<!-- /mutants -->";

/// The table.
pub(crate) fn generate() -> String {
    let mut table = "\n| broken on purpose | in | caught by |\n|---|---|---|\n".to_owned();
    for mutant in MUTANTS {
        let by = mutant.caught_by;
        let by = match mutant.suite {
            Suite::Inside(package, _) | Suite::Beside(package, _) => format!("`{package}`: `{by}`"),
            Suite::Chaos(seeds) => format!("the simulator, {seeds} seeds"),
        };
        // A String takes whatever is written to it.
        let _ = writeln!(table, "| {} | `{}` | {by} |", mutant.what, mutant.file);
    }
    table
}
