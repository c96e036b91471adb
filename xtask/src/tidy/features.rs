//! Rule 2, Cargo features never select what the product does: there are none.

use super::{Finding, Repository};

/// Finds packages that declare features.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let manifest = package.manifest();
        for feature in &package.features {
            let text = format!("feature {feature}: make it configuration, or a crate of its own");
            let line = repository.line_of(&manifest, feature);
            findings.push(Finding::new(&manifest, line, 2, text));
        }
    }
    findings
}
