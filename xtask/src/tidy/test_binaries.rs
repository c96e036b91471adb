//! Rule 16, at most one test binary a crate besides its unit tests: each is linked by itself.

use super::{Finding, Package, Repository};

/// Finds packages with more.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let many = repository.packages.iter().filter(|package| package.test_binaries.len() > 1);
    let finding = |package: &Package| {
        let names = package.test_binaries.join(", ");
        let fix = "make them modules of one, tests/all/main.rs";
        Finding::new(&package.manifest(), 1, 16, format!("test binaries {names}: {fix}"))
    };
    many.map(finding).collect()
}
