//! Bodies: JSON of the right type, with no more and no less than the route knows.
//!
//! What is wrong is named by a JSON Pointer. Checked in this order: content type, JSON, depth,
//! fields. Start at [`parse`] and [`read`].

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::failure::Failure;
use crate::limits::BODY_DEPTH_MAX;
use crate::objects::Objects;
use crate::problems::{at, because, problem};

/// The media types that a route reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// `application/json`.
    Json,
    /// That, and `application/merge-patch+json`.
    MergePatch,
}

/// The JSON of a body.
pub(crate) fn parse(headers: &HeaderMap, bytes: &[u8], accepts: Accepts) -> Result<Value, Failure> {
    check_content_type(headers, accepts)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: Unrepeated = serde::Deserialize::deserialize(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    if !within(&value.0, BODY_DEPTH_MAX) {
        return Err(problem("json_too_deep").into());
    }
    Ok(value.0)
}

/// The body as the type that a route reads.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    // Nearly all are right, and then nobody needs to know where the reader was.
    if let Ok(read) = T::deserialize(Objects(&value)) {
        return Ok(read);
    }
    serde_path_to_error::deserialize(Objects(&value)).map_err(|error| {
        let pointer = pointer(error.path());
        mistake(&pointer, &error.into_inner().to_string())
    })
}

fn check_content_type(headers: &HeaderMap, accepts: Accepts) -> Result<(), Failure> {
    let unsupported = || Failure::from(problem("content_type_unsupported"));
    let value = headers.get(CONTENT_TYPE).ok_or_else(unsupported)?;
    let text = value.to_str().map_err(|_| unsupported())?;
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = match accepts {
        Accepts::Json => kind == "application/json",
        Accepts::MergePatch => kind == "application/json" || kind == "application/merge-patch+json",
    };
    let utf8 = parts.all(|parameter| {
        let parameter = parameter.to_ascii_lowercase();
        !parameter.starts_with("charset=") || parameter.trim_matches('"').ends_with("utf-8")
    });
    if known && utf8 { Ok(()) } else { Err(unsupported()) }
}

fn malformed(error: serde_json::Error) -> Failure {
    because("json_malformed", error.to_string())
}

fn within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => depth > 0 && items.iter().all(|item| within(item, depth - 1)),
        Value::Object(members) => {
            depth > 0 && members.values().all(|value| within(value, depth - 1))
        }
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// What the reader of JSON said, in the words of the API.
fn mistake(pointer: &str, said: &str) -> Failure {
    let named = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("unknown field") {
        return at(
            "field_unknown",
            ending_in(pointer, named),
            "the route does not know this field",
        );
    }
    if said.starts_with("missing field") {
        return at("field_missing", ending_in(pointer, named), "must be there");
    }
    if pointer.ends_with("/value") && said.starts_with("invalid type") {
        let detail = "an amount's value is a JSON string, such as \"10.50\"";
        return at("field_invalid", pointer, detail);
    }
    at("field_invalid", if pointer.is_empty() { "/" } else { pointer }, said)
}

fn ending_in(pointer: &str, name: &str) -> String {
    if pointer.rsplit('/').next() == Some(name) {
        return pointer.to_owned();
    }
    format!("{pointer}/{name}")
}

/// A JSON value in which no object has a member twice: two readers might each take another.
struct Unrepeated(Value);

impl<'de> serde::Deserialize<'de> for Unrepeated {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnrepeatedVisitor).map(Self)
    }
}

struct UnrepeatedVisitor;

impl<'de> serde::de::Visitor<'de> for UnrepeatedVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    #[expect(
        clippy::disallowed_types,
        reason = "a caller may send any JSON; no field takes a float"
    )]
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unrepeated(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Unrepeated(value) = members.next_value()?;
            if object.contains_key(&name) {
                let detail = format_args!("the member \"{name}\" stands twice in one object");
                return Err(serde::de::Error::custom(detail));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
