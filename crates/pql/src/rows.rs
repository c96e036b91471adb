//! Rows out of data files: for the reference evaluator, and for queries over files.
//!
//! No files are opened here: callers pass the text. Start at [`read_ndjson`].

mod csv;
mod infer;

#[cfg(test)]
mod tests;

pub use infer::{Format, InferError, Inferred, infer};

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;

use crate::catalogue::{Catalogue, DatasetId, Field};
use crate::eval::Row;
use crate::value::Value;
use crate::value::json::{self, JsonError};

/// The members of an object, in the order of the file.
#[derive(Debug, Default)]
struct Object(Vec<(String, Json)>);

struct ObjectVisitor;

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
    /// A quote is not closed, or text stands behind it.
    #[error("a quote is not closed before the next comma or line end")]
    OpenQuote,
    /// A line has more or fewer cells than the first one has names.
    #[error("there are {found} cells here, and {expected} names in the first line")]
    Cells {
        /// The names of the first line.
        expected: usize,
        /// The cells of this one.
        found: usize,
    },
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
    let objects = objects(text)?.into_iter();
    objects
        .map(|(line, object)| {
            read_object(&object, dataset, catalogue).map_err(|mistake| RowError { line, mistake })
        })
        .collect()
}

/// The JSON object of each line that is not empty.
fn objects(text: &str) -> Result<Vec<(usize, Object)>, RowError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| match serde_json::from_str(text) {
            Ok(object) => Ok((line, object)),
            Err(_) => Err(RowError { line, mistake: Mistake::NotAnObject }),
        })
        .collect()
}

fn read_object(
    members: &Object,
    dataset: DatasetId,
    catalogue: &Catalogue,
) -> Result<Row, Mistake> {
    let dataset = catalogue.dataset(dataset);
    let names = members.0.iter().map(|(name, _)| name);
    if let Some(name) = names.into_iter().find(|name| dataset.field_named(name).is_none()) {
        return Err(Mistake::NoSuchField { field: name.as_str().into() });
    }
    let fields = dataset.fields.iter();
    fields.map(|field| value(members.get(&field.name), field, catalogue)).collect()
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

impl Object {
    /// The member of a name; the last one, if it stands twice.
    fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(member) = members.next_entry()? {
            object.0.push(member);
        }
        Ok(object)
    }
}
