//! Rule 20, every direct dependency has a line of reason in deny.toml: `# name: why`.

use std::collections::BTreeMap;

use super::{Finding, Repository};

const DENY: &str = "deny.toml";
const MANIFEST: &str = "Cargo.toml";

/// Shorter reasons repeat the name.
const REASON_CHARS_MIN: usize = 10;

/// Finds dependencies without a reason, and reasons without a dependency.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let listed = listed(repository);
    let reasons = reasons(repository);
    let without = listed.iter().filter(|(name, _)| !reasons.contains_key(*name));
    let missing = without.map(|(name, line)| {
        let text = format!("{name} has no reason; add a line `# {name}: why` to {DENY}");
        Finding::new(MANIFEST, *line, 20, text)
    });
    let stale = reasons.iter().filter(|(name, _)| !listed.contains_key(*name));
    let stale = stale.map(|(name, line)| {
        let text = format!("a reason for {name}, which nobody depends on; delete the line");
        Finding::new(DENY, *line, 20, text)
    });
    missing.chain(stale).chain(unlisted(repository, &listed)).collect()
}

/// What `[workspace.dependencies]` lists and is not ours, each with its line.
fn listed(repository: &Repository) -> BTreeMap<&str, usize> {
    let lines = repository.files.get(MANIFEST).map_or("", String::as_str).lines().enumerate();
    let section = lines.skip_while(|(_, line)| line.trim() != "[workspace.dependencies]").skip(1);
    let section = section.take_while(|(_, line)| !line.starts_with('['));
    section
        .filter(|(_, line)| !line.trim_start().starts_with('#') && !line.contains("path ="))
        .filter_map(|(index, line)| {
            let name = line.split_once('=')?.0.trim().trim_end_matches(".workspace");
            Some((name, index.saturating_add(1)))
        })
        .collect()
}

/// The names that deny.toml gives a reason for, each with its line.
fn reasons(repository: &Repository) -> BTreeMap<&str, usize> {
    let lines = repository.files.get(DENY).map_or("", String::as_str).lines().enumerate();
    let reason = lines.filter_map(|(index, line)| {
        let (name, why) = line.strip_prefix("# ")?.split_once(": ")?;
        let is_reason = !name.contains(' ') && why.trim().chars().count() >= REASON_CHARS_MIN;
        is_reason.then_some((name, index.saturating_add(1)))
    });
    reason.collect()
}

/// Dependencies that a package lists by itself, past the workspace's list.
fn unlisted(repository: &Repository, listed: &BTreeMap<&str, usize>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_ours = |name: &String| repository.packages.iter().any(|package| package.name == *name);
    for package in &repository.packages {
        let manifest = package.manifest();
        let outside = package.named.iter().filter(|name| !listed.contains_key(name.as_str()));
        for name in outside.filter(|name| !is_ours(name)) {
            let text = format!("{name} is not in [workspace.dependencies] of {MANIFEST}; add it");
            findings.push(Finding::new(&manifest, repository.line_of(&manifest, name), 20, text));
        }
    }
    findings
}
