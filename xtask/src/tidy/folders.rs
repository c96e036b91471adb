//! Rule 2, a folder has its package's name, and no package is a drawer for odds and ends.

use super::module_names::DRAWERS;
use super::{Finding, Package, Repository};

/// Packages named otherwise than their folders, because a crate has the folder's name already.
const RENAMED: [(&str, &str); 1] = [("units/api", "unit-api")];

/// Finds packages whose name is not their folder's, or says nothing.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    repository.packages.iter().filter_map(check_package).collect()
}

fn check_package(package: &Package) -> Option<Finding> {
    let Package { name, folder, .. } = package;
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let renamed = RENAMED.iter().find(|(renamed, _)| renamed == folder);
    let expected = renamed.map_or(last, |(_, name)| name);
    let text = if name != expected {
        format!("package {name} lies in {folder}; call it {expected}, or move the folder")
    } else if DRAWERS.contains(&name.as_str()) {
        format!("a crate called {name} says nothing; name it after what it keeps apart")
    } else {
        return None;
    };
    Some(Finding::new(&package.manifest(), 1, 2, text))
}
