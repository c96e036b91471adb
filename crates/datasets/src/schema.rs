//! A catalogue against the tables of a store: what each field needs, and what is there.
//!
//! Each executor reads its own store's tables; the comparison is here. Start at [`compare`].

use std::collections::BTreeMap;
use std::fmt;

use pql::catalogue::{Catalogue, Dataset, Field, Identifier, Storage};
use pql::datatype::Type;

/// Something about a store that is not as the catalogue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether queries may run all the same.
    pub severity: Severity,
    /// The data set, or nothing for the store as a whole.
    pub dataset: Option<Box<str>>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Answers could be wrong: the store is not opened.
    Error,
    /// Somebody should know.
    Warning,
}

/// Which part of a field a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The value.
    Value,
    /// JSON that holds the value.
    Json,
    /// The minor units of money.
    Minor,
    /// The high or the low half of the minor units of money.
    Limb,
    /// The asset of money.
    Asset,
}

/// A column that a field needs.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The field.
    pub field: &'a Field,
    /// The column.
    pub column: &'a Identifier,
    /// What it holds of the field.
    pub part: Part,
}

/// A column that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actual {
    /// Its type, as the store names it.
    pub ty: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// How it compares text; empty if it holds none.
    pub collation: String,
}

impl Finding {
    /// Something that keeps a store from being opened.
    pub fn error(dataset: &Dataset, message: String) -> Self {
        Self { severity: Severity::Error, dataset: Some(dataset.name.clone()), message }
    }

    /// Something about a data set that somebody should know.
    pub fn warning(dataset: &Dataset, message: String) -> Self {
        Self { severity: Severity::Warning, dataset: Some(dataset.name.clone()), message }
    }

    /// A role that could write: a warning, or an error if the catalogue requires that it cannot.
    pub fn can_write(store: &pql::catalogue::Store, why: &str) -> Self {
        let severity = if store.require_read_only { Severity::Error } else { Severity::Warning };
        let message = format!(
            "the role that store {} is read with can write ({why}); give it one that can only select",
            store.name
        );
        Self { severity, dataset: None, message }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.dataset {
            Some(dataset) => write!(out, "data set {dataset}: {}", self.message),
            None => out.write_str(&self.message),
        }
    }
}

/// The columns that a data set's fields need.
pub fn expected(dataset: &Dataset) -> Vec<Expected<'_>> {
    let mut all = Vec::new();
    for field in &dataset.fields {
        let mut needs = |column, part| all.push(Expected { field, column, part });
        match &field.storage {
            Storage::Column(column) => needs(column, Part::Value),
            Storage::Json(column, _) => needs(column, Part::Json),
            Storage::Money { minor, asset } => {
                needs(minor, Part::Minor);
                needs(asset, Part::Asset);
            }
            Storage::Limbs { high, low, asset } => {
                needs(high, Part::Limb);
                needs(low, Part::Limb);
                needs(asset, Part::Asset);
            }
        }
    }
    all
}

/// The columns of a data set's key.
pub fn key_columns(dataset: &Dataset) -> Vec<&str> {
    let is_key =
        |field: &&Field| dataset.key.iter().any(|key| std::ptr::eq(dataset.field(*key), *field));
    let fields = dataset.fields.iter().filter(is_key);
    fields
        .filter_map(|field| match &field.storage {
            Storage::Column(column) => Some(column.name()),
            Storage::Json(..) | Storage::Money { .. } | Storage::Limbs { .. } => None,
        })
        .collect()
}

/// Holds the columns that are there against those that the fields need. `fits` says whether a
/// column may hold a part of a field, and otherwise what it should be.
pub fn compare(
    catalogue: &Catalogue,
    dataset: &Dataset,
    actual: &BTreeMap<String, Actual>,
    fits: impl Fn(Part, &Field, &Actual) -> Result<(), String>,
) -> Vec<Finding> {
    let keys = key_columns(dataset);
    let mut findings = Vec::new();
    for Expected { field, column, part } in expected(dataset) {
        let name = column.name();
        let Some(found) = actual.get(name) else {
            let message = format!("there is no column {name}, which field {} needs", field.name);
            findings.push(Finding::error(dataset, message));
            continue;
        };
        if let Err(wanted) = fits(part, field, found) {
            let ty = catalogue.type_name(field.ty);
            let message = format!(
                "field {} is {ty}, but column {name} is {}; it should be {wanted}",
                field.name, found.ty
            );
            findings.push(Finding::error(dataset, message));
        }
        let may_be_null = field.nullable || part == Part::Json;
        if found.nullable && (keys.contains(&name) || !may_be_null) {
            let message = format!(
                "column {name} may be NULL; declare field {} nullable = true, or the column NOT NULL",
                field.name
            );
            findings.push(Finding::error(dataset, message));
        }
    }
    findings
}

/// What a type needs, for messages of executors whose stores name types alike.
pub(crate) const fn is_text(part: Part, ty: Type) -> bool {
    matches!(part, Part::Asset) || matches!(ty, Type::Text | Type::Enum(_))
}
