//! Rows out of data files: for the reference evaluator, and for queries over files.
//!
//! No files are opened here: callers pass the text. Start at [`read_ndjson`].

#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json};

use crate::catalogue::{Catalogue, DatasetId, Field};
use crate::eval::Row;
use crate::value::Value;
use crate::value::json::{self, JsonError};

/// What is wrong with a data file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {mistake}")]
pub struct RowError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub mistake: Mistake,
}

/// What is wrong with a line. Variants stand in the order checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// The line is no JSON object.
    #[error("this is no JSON object")]
    NotAnObject,
    /// The data set has no such field.
    #[error("there is no field {field}")]
    NoSuchField {
        /// The name found.
        field: Box<str>,
    },
    /// The value is none of the field's type.
    #[error("{field}: {error}")]
    Value {
        /// The name of the field.
        field: Box<str>,
        /// Why it is none.
        error: JsonError,
    },
    /// The value has more digits than the field keeps.
    #[error("{field}: the value has more digits than the field keeps")]
    DoesNotFit {
        /// The name of the field.
        field: Box<str>,
    },
    /// The field is never NULL.
    #[error("{field}: the field is never NULL, and has no value here")]
    Missing {
        /// The name of the field.
        field: Box<str>,
    },
}

/// Reads the rows of a data set: a JSON object a line, by the names of fields; what is absent is
/// NULL. Empty lines are left out.
///
/// # Errors
///
/// The first mistake in the text.
pub fn read_ndjson(
    text: &str,
    dataset: DatasetId,
    catalogue: &Catalogue,
) -> Result<Vec<Row>, RowError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| {
            row(text, dataset, catalogue).map_err(|mistake| RowError { line, mistake })
        })
        .collect()
}

fn row(line: &str, dataset: DatasetId, catalogue: &Catalogue) -> Result<Row, Mistake> {
    let members: Map<String, Json> =
        serde_json::from_str(line).map_err(|_| Mistake::NotAnObject)?;
    let dataset = catalogue.dataset(dataset);
    if let Some(name) = members.keys().find(|name| dataset.field_named(name).is_none()) {
        return Err(Mistake::NoSuchField { field: name.as_str().into() });
    }
    let fields = dataset.fields.iter();
    fields.map(|field| value(members.get(&*field.name), field, catalogue)).collect()
}

fn value(json: Option<&Json>, field: &Field, catalogue: &Catalogue) -> Result<Value, Mistake> {
    let name = || field.name.clone();
    let value = json::read(json.unwrap_or(&Json::Null), field.ty, catalogue)
        .map_err(|error| Mistake::Value { field: name(), error })?;
    if !json::fits(&value, field.ty) {
        return Err(Mistake::DoesNotFit { field: name() });
    }
    if value.is_null() && !field.nullable {
        return Err(Mistake::Missing { field: name() });
    }
    Ok(value)
}
