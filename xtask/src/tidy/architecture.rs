//! Rule 15, ARCHITECTURE.md fits on two pages.

use super::{Finding, Repository};

const PATH: &str = "ARCHITECTURE.md";
const LINES_MAX: usize = 130;

/// Finds an architecture nobody would read to its end.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let lines = repository.files.get(PATH).map_or(0, |text| text.lines().count());
    if lines <= LINES_MAX {
        return Vec::new();
    }
    let text = format!("{lines} lines, {LINES_MAX} at most; move detail into docs/");
    vec![Finding::new(PATH, lines, 15, text)]
}
