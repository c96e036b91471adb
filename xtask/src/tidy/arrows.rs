//! Rule 1, arrows point down: what each crate may link, over the closure of its dependencies.
//!
//! Dev-dependencies are free, and so is what `testkit` and `xtask` link. Start at [`ARROWS`].

use super::{Finding, Package, Repository};

/// Each crate with the crates of ours it may link, lowest first.
pub(crate) const ARROWS: &[(&str, &[&str])] = &[
    ("money", &[]),
    ("ledger", &["money"]),
    ("payments", &["money", "ledger"]),
    ("store", &["money", "ledger", "payments"]),
    ("store-sqlite", &["money", "ledger", "payments", "store"]),
    ("processor", &["money", "ledger", "payments", "store"]),
    ("rails", &["money"]),
    ("api", &["money"]),
    ("unit", &["money", "api"]),
    ("pql", &[]),
    ("datasets", &["pql"]),
    ("datasets-mariadb", &["pql", "datasets"]),
    ("datasets-clickhouse", &["pql", "datasets"]),
    ("datasets-mongodb", &["pql", "datasets"]),
];

/// The one unit that links several units: every one of them in one process.
const WHOLE_PRODUCT: &str = "florin";

/// Finds packages that link what is not below them.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let products = repository.packages.iter().filter(|package| package.is_product());
    products.flat_map(|package| check_package(repository, package)).collect()
}

fn check_package(repository: &Repository, package: &Package) -> Vec<Finding> {
    let row = ARROWS.iter().find(|(name, _)| *name == package.name).map(|(_, below)| *below);
    if row.is_none() && !package.is_unit() {
        let fix = "has no row in ARROWS, xtask/src/tidy/arrows.rs; say there what it may link";
        return vec![Finding::new(&package.manifest(), 1, 1, format!("{} {fix}", package.name))];
    }
    let ours = repository.packages.iter().filter(|other| package.links.contains(&other.name));
    let forbidden = ours.filter(|other| !may_link(package, row, other));
    forbidden.map(|other| finding(repository, package, other)).collect()
}

fn may_link(package: &Package, row: Option<&[&str]>, other: &Package) -> bool {
    match row {
        Some(below) => below.contains(&other.name.as_str()),
        None if other.is_unit() => package.name == WHOLE_PRODUCT,
        None => other.is_product(),
    }
}

fn finding(repository: &Repository, package: &Package, other: &Package) -> Finding {
    let manifest = package.manifest();
    let (name, other) = (&package.name, &other.name);
    let text = if package.named.contains(other) {
        format!("{name} links {other}, which is not below it; move the shared code down")
    } else {
        format!(
            "{name} links {other} through another crate; see `cargo tree -e normal -p {name} -i {other}`"
        )
    };
    Finding::new(&manifest, repository.line_of(&manifest, other), 1, text)
}
