//! Rules 3 and 5, short files and functions: 800 and 70 lines, 40 for a unit's `main.rs`.
//!
//! A file's lines are all its lines; a function's are those of its body that bear code. Tests may
//! have long functions, not long files.

use super::repository::is_test_code;
use super::source::Source;
use super::{Finding, Repository};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 40;

/// Finds files and functions that are too long.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let rust = repository.files.iter().filter(|(path, _)| path.ends_with(".rs"));
    let files = rust.filter_map(|(path, text)| check_file(path, text.lines().count()));
    let sources = repository.rust().filter(|(path, _)| !is_test_code(path));
    files.chain(sources.flat_map(|(path, source)| check_functions(path, source))).collect()
}

fn check_file(path: &str, lines: usize) -> Option<Finding> {
    let is_main = path.starts_with("units/") && path.ends_with("/src/main.rs");
    let (rule, lines_max) = if is_main { (3, MAIN_LINES_MAX) } else { (5, FILE_LINES_MAX) };
    let text = format!("{lines} lines, {lines_max} at most; split the file by what it is about");
    (lines > lines_max).then(|| Finding::new(path, lines, rule, text))
}

fn check_functions(path: &str, source: &Source) -> Vec<Finding> {
    let long = source.functions().into_iter().filter(|found| found.lines > FUNCTION_LINES_MAX);
    let finding = |found: super::source::Function| {
        let (name, lines) = (&found.name, found.lines);
        let fix = "keep the branches here and move straight parts into functions below";
        let text = format!("fn {name} has {lines} lines, {FUNCTION_LINES_MAX} at most; {fix}");
        Finding::new(path, found.line, 5, text)
    };
    long.map(finding).collect()
}
