//! Rule 4, SQL only in stores: its text, its files and its drivers are in crates named `store-…`.
//!
//! Tests are free: some look into a database behind the store's back on purpose. So is the crate
//! `pql`, whose work is to write it, and so are the crates `datasets…`, whose work is to run it.

use super::repository::is_test_code;
use super::{Finding, Package, Repository};

/// Crates that speak to a database.
const DRIVERS: [&str; 6] =
    ["mongodb", "mysql_async", "postgres", "refinery", "rusqlite", "tokio-postgres"];

/// What only SQL says, wherever in a text.
const STATEMENTS: [&str; 8] = [
    "insert into ",
    "insert or ",
    "create table ",
    "create index ",
    "create unique index ",
    "alter table ",
    "drop table ",
    "begin immediate",
];

/// Finds SQL and its drivers outside stores.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let outside = |package: &&Package| package.is_product() && !is_store(package);
    let packages = repository.packages.iter().filter(outside);
    let drivers = packages.flat_map(|package| check_drivers(repository, package));
    drivers.chain(check_sources(repository)).chain(check_files(repository)).collect()
}

fn check_drivers(repository: &Repository, package: &Package) -> Vec<Finding> {
    let manifest = package.manifest();
    let named = DRIVERS.iter().filter(|driver| {
        package.named.contains(**driver) && !package.tested_with.contains(**driver)
    });
    let finding = |driver: &&str| {
        let text = format!("{} depends on {driver}; only a store-… crate may", package.name);
        Finding::new(&manifest, repository.line_of(&manifest, driver), 4, text)
    };
    named.map(finding).collect()
}

fn check_sources(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in repository.rust().filter(|(path, _)| is_ours(repository, path)) {
        for (line, text) in source.texts().filter(|(_, text)| is_sql(text)) {
            let start: String = text.trim_start().chars().take(30).collect();
            let text = format!("SQL outside a store: \"{start}…\"; move it into a store-… crate");
            findings.push(Finding::new(path, line, 4, text));
        }
    }
    findings
}

fn check_files(repository: &Repository) -> Vec<Finding> {
    let is_sql = |path: &&String| path.ends_with(".sql");
    let outside = repository.files.keys().filter(is_sql).filter(|path| is_ours(repository, path));
    let text = "SQL file outside a store; move it into a store-… crate";
    outside.map(|path| Finding::new(path, 1, 4, text)).collect()
}

fn is_store(package: &Package) -> bool {
    ["store-", "datasets"].iter().any(|start| package.name.starts_with(start))
        || package.name == "pql"
}

/// Whether `path` is code of the product, and no store's.
fn is_ours(repository: &Repository, path: &str) -> bool {
    let package = repository.package_of(path);
    package.is_some_and(|package| package.is_product() && !is_store(package)) && !is_test_code(path)
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().take(3).collect();
    let is_select = text.starts_with("SELECT ")
        || (lower.starts_with("select ") && lower.contains(" from "))
        || (lower.starts_with("with ") && lower.contains(" as (select"));
    let is_change = matches!(words.as_slice(), ["update", _, "set"] | ["delete", "from", _])
        || lower.starts_with("pragma ");
    is_select || is_change || STATEMENTS.iter().any(|statement| lower.contains(statement))
}
