//! Rule 13, the log is append-only: no statement replaces a row of the journal.
//!
//! An authorizer of the database denies to update or delete such a row, but says nothing of the row
//! that `INSERT OR REPLACE` takes away. So no store replaces rows at all, and an upsert says in the
//! same text which table it is for. Tests are free.

use super::repository::is_test_code;
use super::{Finding, Repository};

/// Tables that only ever grow.
const JOURNAL: [&str; 3] = ["audit_records", "commands", "entries"];

/// How SQL takes a row away to put another in its place.
const REPLACING: [&str; 2] = ["or replace", "replace into"];

/// Finds statements that replace rows, and upserts into the journal.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in repository.rust().filter(|(path, _)| is_ours(repository, path)) {
        for (line, text) in source.texts() {
            findings.extend(complaint(text).map(|text| Finding::new(path, line, 13, text)));
        }
    }
    let is_sql = |path: &&String| path.ends_with(".sql");
    for path in repository.files.keys().filter(is_sql).filter(|path| is_ours(repository, path)) {
        let text = repository.files.get(path).map_or("", String::as_str);
        for statement in text.split(';') {
            findings.extend(complaint(statement).map(|text| Finding::new(path, 1, 13, text)));
        }
    }
    findings
}

fn complaint(text: &str) -> Option<String> {
    let text = plain(text);
    if REPLACING.iter().any(|words| text.contains(words)) {
        return Some("replaces rows; insert them, or update those that may change".to_owned());
    }
    if !text.contains("on conflict") || text.contains("on conflict do nothing") {
        return None;
    }
    let table = JOURNAL.iter().find(|table| text.contains(&format!("insert into {table} ")))?;
    Some(format!("an upsert into {table}; its rows never change, only append to it"))
}

/// In lower case, with one space between words; a string literal may go over lines, names may be in quotes.
fn plain(text: &str) -> String {
    let spaced = text.to_lowercase().replace(['\\', '"', '`', '[', ']'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").replace(" (", "(").replace('(', " (")
}

/// Whether `path` is code of a store.
fn is_ours(repository: &Repository, path: &str) -> bool {
    let package = repository.package_of(path);
    package.is_some_and(|package| package.is_product() && package.name.starts_with("store-"))
        && !is_test_code(path)
}
