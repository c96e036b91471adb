//! The code map: each crate and unit with the first sentence of its header.

use anyhow::Result;

use super::between;
use crate::tidy::{ARROWS, Package, Repository};

/// The document that holds the map, between [`START`] and [`END`].
pub(crate) const PATH: &str = "ARCHITECTURE.md";

const START: &str = "<!-- code map -->";
const END: &str = "<!-- /code map -->";

/// The document with its map up to date.
///
/// # Errors
///
/// When it, or one of the two markers in it, is missing.
pub(crate) fn generate(repository: &Repository) -> Result<String> {
    let rows: String =
        ordered(repository).into_iter().map(|package| row(repository, package)).collect();
    let map = format!("\n| folder | what it is |\n|---|---|\n{rows}");
    between(repository, PATH, (START, END), &map)
}

/// Crates from the lowest up, then units, then the rest.
fn ordered(repository: &Repository) -> Vec<&Package> {
    let height = |package: &Package| {
        let row = ARROWS.iter().position(|(name, _)| *name == package.name);
        row.unwrap_or(ARROWS.len())
    };
    let mut packages: Vec<&Package> = repository.packages.iter().collect();
    packages.sort_by_key(|package| {
        let folder = package.folder.as_str();
        (!folder.contains('/'), package.is_unit(), height(package), folder)
    });
    packages
}

fn row(repository: &Repository, package: &Package) -> String {
    let folder = &package.folder;
    let roots = ["src/lib.rs", "src/main.rs"].map(|root| format!("{folder}/{root}"));
    let text = roots.iter().find_map(|root| repository.files.get(root));
    let sentence = text.map_or_else(String::new, |text| first_sentence(text));
    format!("| `{folder}` | {} |\n", sentence.replace('|', "\\|"))
}

/// The first sentence of a file's header, which may run over several lines.
fn first_sentence(text: &str) -> String {
    let header = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph: Vec<&str> = header.take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = [". ", "? ", "! "].iter().filter_map(|end| paragraph.find(end)).min();
    let end = end.map_or(paragraph.len(), |end| end.saturating_add(1));
    paragraph.get(..end).unwrap_or(&paragraph).to_owned()
}
