//! Rule 17, each invariant named in a header has a test of that name.
//!
//! In a header, the list under the line that starts with `Invariants` names one in backticks at
//! the start of each bullet.

use std::collections::BTreeSet;

use super::repository::is_test_code;
use super::{Finding, Repository};

/// Finds invariants that no test of the same package carries the name of.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let named = named(text);
        if named.is_empty() {
            continue;
        }
        let tests = tests(repository, path);
        for (line, name) in named.into_iter().filter(|(_, name)| !tests.contains(*name)) {
            let text = format!("invariant {name} has no test of that name; write a property test");
            findings.push(Finding::new(path, line, 17, text));
        }
    }
    findings
}

/// The invariants in a file's header, each with its line.
fn named(text: &str) -> Vec<(usize, &str)> {
    let header = text.lines().map_while(|line| line.strip_prefix("//!")).enumerate();
    let list = header.skip_while(|(_, line)| !line.trim_start().starts_with("Invariants"));
    list.filter_map(|(index, line)| {
        let name = line.trim_start().strip_prefix("- `")?.split('`').next()?;
        let is_name = name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        is_name.then_some((index.saturating_add(1), name))
    })
    .collect()
}

/// The functions in the tests of the package that holds `path`.
fn tests(repository: &Repository, path: &str) -> BTreeSet<String> {
    let folder = repository.package_of(path).map_or("", |package| &package.folder);
    let sources =
        repository.rust().filter(|(test, _)| is_test_code(test) && test.starts_with(folder));
    sources.flat_map(|(_, source)| source.functions()).map(|function| function.name).collect()
}
