//! Types out of data: a catalogue for a file that has none.
//!
//! A field has the narrowest type that all its values have; what is absent or empty is NULL. Text
//! that looks like a number is one, unless a leading zero says that it is a name for something.
//! Start at [`infer`].

use std::fmt::Write;

use serde_json::Value as Json;

use super::{Object, RowError, csv, read_object};
use crate::catalogue::{Catalogue, CatalogueError, DatasetId};
use crate::eval::{Row, Tables};
use crate::value::{Date, Decimal, Instant};

/// The whole number that numbers the rows: the key of a file.
const ROW: &str = "row_number";
/// The widest decimal that is inferred, in digits.
const DIGITS_MAX: u32 = 38;
/// The finest timestamp.
const PRECISION_MAX: u8 = 6;

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values with a line of names.
    Csv,
}

/// A file as a data set.
#[derive(Debug)]
pub struct Inferred {
    /// A catalogue with this one data set, readable by the role `reader`.
    pub catalogue: Catalogue,
    /// The same as a file: to be shown, kept and corrected.
    pub text: String,
    /// Its rows.
    pub tables: Tables,
}

/// Why a file is no data set.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// A line is not what the format asks for.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The names of its fields cannot be those of a data set.
    #[error("the fields of the file make no data set: {0}")]
    Catalogue(CatalogueError),
}

/// What all values of a field have been so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Bool,
    Number { whole: u32, scale: u8 },
    Float,
    Timestamp { precision: u8 },
    Date,
    Array,
    Map,
    Text,
}

/// Reads a file as the data set `name`, with types that its values have.
///
/// # Errors
///
/// The first line that is wrong, or the first name that no field can have.
pub fn infer(text: &str, format: Format, name: &str) -> Result<Inferred, InferError> {
    let objects = match format {
        Format::Ndjson => super::objects(text)?,
        Format::Csv => csv::objects(text)?,
    };
    let mut fields: Vec<(String, Seen)> = Vec::new();
    for (_, object) in &objects {
        for (field, value) in &object.0 {
            let seen = seen(value);
            match fields.iter_mut().find(|(known, _)| known == field) {
                Some((_, so_far)) => *so_far = so_far.with(seen),
                None => fields.push((field.clone(), seen)),
            }
        }
    }
    let text = described(name, &fields);
    let catalogue = Catalogue::read(&text).map_err(|errors| {
        let unknown = || CatalogueError { place: String::new(), message: String::new() };
        InferError::Catalogue(errors.into_iter().next().unwrap_or_else(unknown))
    })?;
    let dataset = DatasetId(0);
    let rows: Result<Vec<Row>, RowError> = (1_i64..)
        .zip(objects)
        .map(|(number, (line, object))| {
            let members = object.0.into_iter().map(|(field, value)| {
                let seen = fields.iter().find(|(known, _)| *known == field);
                let value = seen.map_or(Seen::Text, |(_, seen)| *seen).read(value);
                (field, value)
            });
            let number = (ROW.to_owned(), Json::from(number));
            let object = Object(members.chain([number]).collect());
            read_object(&object, dataset, &catalogue).map_err(|mistake| RowError { line, mistake })
        })
        .collect();
    let mut tables = Tables::empty(&catalogue);
    tables.extend(dataset, rows?);
    Ok(Inferred { catalogue, text, tables })
}

fn described(name: &str, fields: &[(String, Seen)]) -> String {
    let quoted = |text: &str| Json::from(text).to_string();
    let name = quoted(name);
    let mut text = format!(
        "version = 1\n\n[stores.files]\nkind = \"postgres\"\nurl = \"postgres://localhost/files\"\n\n\
         [datasets.{name}]\nstore = \"files\"\nsource = {name}\nkey = [\"{ROW}\"]\n\
         scope = \"none\"\nrows_max = 1000000\n\n[datasets.{name}.fields]\n\
         {ROW} = {{ type = \"whole\" }}\n"
    );
    for (place, (field, seen)) in fields.iter().enumerate() {
        let (field, ty) = (quoted(field), seen.declared());
        // Writing to a String does not fail. The column is never read.
        _ = writeln!(
            text,
            "{field} = {{ type = \"{ty}\", nullable = true, column = \"c{place}\" }}"
        );
    }
    text + &format!("\n[roles.reader.{name}]\nfields = \"*\"\n")
}

fn seen(value: &Json) -> Seen {
    match value {
        Json::Null => Seen::Nothing,
        Json::Bool(_) => Seen::Bool,
        Json::Number(number) => match number.to_string().parse::<Decimal>() {
            Ok(decimal) => number_seen(decimal),
            Err(_) => Seen::Float,
        },
        Json::String(text) => text_seen(text),
        Json::Array(items) if items.iter().all(Json::is_string) => Seen::Array,
        Json::Object(entries) if entries.values().all(Json::is_string) => Seen::Map,
        Json::Array(_) | Json::Object(_) => Seen::Text,
    }
}

fn text_seen(text: &str) -> Seen {
    let digits = text.trim_start_matches('-');
    let is_name = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if let Ok(instant) = Instant::parse(text)
        && instant.precision <= PRECISION_MAX
    {
        return Seen::Timestamp { precision: instant.precision };
    }
    match text.parse::<Decimal>() {
        Ok(decimal) if !is_name => number_seen(decimal),
        Ok(_) | Err(_) if Date::parse(text).is_ok() => Seen::Date,
        Ok(_) | Err(_) => Seen::Text,
    }
}

fn number_seen(decimal: Decimal) -> Seen {
    Seen::Number { whole: decimal.integer_digits(), scale: decimal.scale() }
}

impl Seen {
    /// The narrowest that holds both.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, seen) | (seen, Self::Nothing) => seen,
            (
                Self::Number { whole: one, scale: part },
                Self::Number { whole: two, scale: other },
            ) => Self::Number { whole: one.max(two), scale: part.max(other) },
            (Self::Number { .. } | Self::Float, Self::Number { .. } | Self::Float) => Self::Float,
            (Self::Timestamp { precision: one }, Self::Timestamp { precision: two }) => {
                Self::Timestamp { precision: one.max(two) }
            }
            (one, two) if one == two => one,
            _ => Self::Text,
        }
    }

    fn declared(self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Number { whole, scale: 0 } if whole < 19 => "whole".to_owned(),
            Self::Number { whole, scale } if whole + u32::from(scale) <= DIGITS_MAX => {
                format!("decimal({},{scale})", whole + u32::from(scale))
            }
            Self::Float => "float".to_owned(),
            Self::Timestamp { precision } => format!("timestamp({precision})"),
            Self::Date => "date".to_owned(),
            Self::Array => "array<text>".to_owned(),
            Self::Map => "map<text>".to_owned(),
            Self::Text | Self::Nothing | Self::Number { .. } => "text".to_owned(),
        }
    }

    /// The value in the form that data files have for the type.
    fn read(self, value: Json) -> Json {
        let is_text = self.declared() == "text";
        match value {
            Json::String(text) if self == Self::Float => {
                serde_json::from_str(&text).unwrap_or(Json::String(text))
            }
            Json::Null | Json::String(_) => value,
            Json::Number(number) if self != Self::Float => number.to_string().into(),
            Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) if is_text => {
                value.to_string().into()
            }
            Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value,
        }
    }
}
