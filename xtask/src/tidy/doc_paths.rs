//! Rule 15, paths named in documents exist: in backticks, or as the target of a link.
//!
//! In backticks, a path is what contains a slash and starts with a file or folder that lies at
//! the repository's top. Blocks of code are not read.

use super::{Finding, Repository};

/// Made by a build or a run: named in documents, absent from a fresh copy.
const MADE_BY_RUNNING: [&str; 2] = ["target", "florin-data"];

/// Finds paths in README.md, ARCHITECTURE.md and docs/ that lead nowhere.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let documents = repository.files.iter().filter(|(path, _)| is_document(path));
    documents.flat_map(|(path, text)| check_document(repository, path, text)).collect()
}

fn is_document(path: &str) -> bool {
    let is_top = ["README.md", "ARCHITECTURE.md"].contains(&path);
    is_top || (path.starts_with("docs/") && path.ends_with(".md"))
}

fn check_document(repository: &Repository, path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        if in_code || is_fence {
            continue;
        }
        let quoted = line.split('`').skip(1).step_by(2).filter_map(|text| quoted(repository, text));
        let linked = links(line).into_iter().filter_map(|target| linked(path, target));
        let missing = quoted.chain(linked).filter(|named| !repository.holds(named));
        findings.extend(missing.map(|named| {
            let text = format!("{named} does not exist; correct the path or leave it out");
            Finding::new(path, index.saturating_add(1), 15, text)
        }));
    }
    findings
}

/// The path that `text`, found between backticks, names in this repository.
fn quoted(repository: &Repository, text: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
    let text = text.strip_prefix("./").unwrap_or(text);
    let text = text.split_once(':').map_or(text, |(path, _line)| path);
    let first = text.split_once('/')?.0;
    let names_us = text.chars().all(is_plain) && !first.is_empty() && !text.contains("..");
    let is_ours = repository.holds(first) && !MADE_BY_RUNNING.contains(&first);
    (names_us && is_ours).then(|| text.trim_end_matches('/').to_owned())
}

/// The targets of the Markdown links in `line`.
fn links(line: &str) -> Vec<&str> {
    line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect()
}

/// The path that a link to `target`, in the document at `path`, leads to; none for other sites.
fn linked(path: &str, target: &str) -> Option<String> {
    let target = target.split_once('#').map_or(target, |(file, _place)| file);
    if target.is_empty() || target.contains(':') || target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
