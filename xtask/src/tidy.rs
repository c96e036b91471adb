//! `cargo xtask tidy`: the rules of the house that neither rustc nor clippy knows.
//!
//! Each rule is a function from the [`Repository`], read once, to its findings; a rule reads no
//! file itself, so that the tests can hand it any repository they think of. Rule numbers are
//! those of the house style.
//!
//! Start at [`RULES`].

mod architecture;
mod arrows;
mod databases;
mod doc_paths;
mod features;
mod folders;
mod headers;
mod invariants;
mod journal;
mod lengths;
mod machine_paths;
mod module_names;
mod purity;
mod reasons;
mod repository;
mod source;
mod test_binaries;
mod test_code;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

pub(crate) use arrows::ARROWS;
pub(crate) use repository::{Package, Repository};
#[cfg(test)]
pub(crate) use source::Source;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, relative to the repository's folder.
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// The rule's number in the house style.
    pub(crate) rule: u8,
    /// What is wrong and how to put it right.
    pub(crate) text: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: u8, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, text } = self;
        write!(formatter, "{path}:{line}: rule {rule}: {text}")
    }
}

/// A rule: what it finds wrong with a repository.
pub(crate) type Rule = fn(&Repository) -> Vec<Finding>;

/// Every rule, in the order of their numbers.
pub(crate) const RULES: &[Rule] = &[
    arrows::check,
    purity::check,
    folders::check,
    module_names::check,
    features::check,
    databases::check,
    lengths::check,
    journal::check,
    headers::check,
    architecture::check,
    doc_paths::check,
    machine_paths::check,
    test_code::check,
    test_binaries::check,
    invariants::check,
    reasons::check,
];

/// Checks every rule on the repository at `root` and prints what it finds.
///
/// # Errors
///
/// When a rule is broken, or the repository cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let repository = Repository::load(root)?;
    let findings = findings(&repository);
    for finding in &findings {
        println!("{finding}");
    }
    let (rules, files) = (RULES.len(), repository.files.len());
    match findings.len() {
        0 => println!("tidy: {rules} rules hold in {files} files"),
        1 => bail!("tidy: 1 finding"),
        many => bail!("tidy: {many} findings"),
    }
    Ok(())
}

/// What all rules find, sorted by place.
pub(crate) fn findings(repository: &Repository) -> Vec<Finding> {
    let mut findings = source::unreadable(repository);
    findings.extend(RULES.iter().flat_map(|rule| rule(repository)));
    findings.sort();
    findings.dedup();
    findings
}
