//! Rule 1, domain crates are pure: no I/O, no clock, no chance, no threads, nothing awaited.
//!
//! Looks at what they link and at what their own source, tests left out, names.

use super::repository::is_test_code;
use super::{Finding, Package, Repository};

/// The crates that decide, and therefore see nothing but their arguments.
pub(crate) const PURE: [&str; 3] = ["money", "ledger", "payments"];

/// Crates that bring I/O, a clock, chance or threads.
const IMPURE_CRATES: [&str; 33] = [
    "async-std",
    "axum",
    "chrono",
    "crossbeam-channel",
    "fastrand",
    "fs4",
    "futures",
    "getrandom",
    "hyper",
    "jiff",
    "libsqlite3-sys",
    "mio",
    "native-tls",
    "postgres",
    "r2d2",
    "rand",
    "rand_core",
    "rayon",
    "refinery",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "tokio-postgres",
    "tower",
    "tracing",
    "ureq",
    "uuid",
    "walkdir",
];

/// Paths of the standard library that reach out of the function that names them.
const IMPURE_PATHS: [&str; 10] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::time::*",
];

/// Words that only impure code needs.
const IMPURE_WORDS: [&str; 6] = ["async", "await", "dbg", "eprintln", "println", "thread_local"];

/// Finds what makes a domain crate depend on more than its arguments.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let is_pure = |package: &&Package| PURE.contains(&package.name.as_str());
    let pure = repository.packages.iter().filter(is_pure);
    let linked = pure.flat_map(|package| check_links(repository, package));
    linked.chain(check_sources(repository)).collect()
}

fn check_links(repository: &Repository, package: &Package) -> Vec<Finding> {
    let manifest = package.manifest();
    let name = &package.name;
    let impure = IMPURE_CRATES.iter().filter(|other| package.links.contains(**other));
    let finding = |other: &&str| {
        let text = format!(
            "{name} is pure but links {other}; see `cargo tree -e normal -p {name} -i {other}`"
        );
        Finding::new(&manifest, repository.line_of(&manifest, other), 1, text)
    };
    impure.map(finding).collect()
}

fn check_sources(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in repository.rust() {
        let package = repository.package_of(path).map_or("", |package| &package.name);
        if !PURE.contains(&package) || is_test_code(path) {
            continue;
        }
        let fix = "take what it would read as an argument";
        for found in source.paths().iter().filter(|found| is_impure(&found.text)) {
            let text = format!("{package} is pure but names `{}`; {fix}", found.text);
            findings.push(Finding::new(path, found.line, 1, text));
        }
        for (line, word) in source.words().filter(|(_, word)| IMPURE_WORDS.contains(word)) {
            let text = format!("{package} is pure but says `{word}`; {fix}");
            findings.push(Finding::new(path, line, 1, text));
        }
    }
    findings
}

fn is_impure(path: &str) -> bool {
    let mut rests = IMPURE_PATHS.iter().filter_map(|impure| path.strip_prefix(impure));
    rests.any(|rest| rest.is_empty() || rest.starts_with("::"))
}
