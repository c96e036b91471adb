//! Rule 15, nothing here names a path of one machine or of another repository.

use super::{Finding, Repository};

/// Written in two parts, or this file would break its own rule.
const FOREIGN: [&str; 6] = [
    concat!("..", "/shared"),
    concat!("/work", "/main"),
    concat!("/work", "/shared"),
    concat!("/ro", "ot/"),
    concat!("/tmp", "/florin"),
    concat!("index.crates.", "io"),
];

/// Finds such paths in any text.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &repository.files {
        for (index, line) in text.lines().enumerate() {
            if FOREIGN.iter().any(|foreign| line.contains(foreign)) {
                let text = "names a folder or a host that only one machine has; leave it out";
                findings.push(Finding::new(path, index.saturating_add(1), 15, text));
            }
        }
    }
    findings
}
