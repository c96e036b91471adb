//! Parameters: JSON from outside, read as the type that the place in the query asks for.
//!
//! Not folded and not fitted here. A parameter never widens a query: absent or NULL is an error,
//! unless the query says that it may be (`:name?`).

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::datatype::Type;
use crate::value::{Date, Decimal, Duration, Float, Instant, Value};

/// The parameters of a query, by name.
///
/// ```
/// let params = serde_json::json!({ "since": "2026-01-01T00:00:00Z", "assets": ["GBP", "EUR"] });
/// let params = pql::Params::new(params.as_object());
/// assert!(params.get("since").is_some());
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Params<'a> {
    by_name: Option<&'a serde_json::Map<String, Json>>,
}

impl<'a> Params<'a> {
    /// None.
    pub const NONE: Params<'static> = Params { by_name: None };

    /// Those of a JSON object.
    pub const fn new(by_name: Option<&'a serde_json::Map<String, Json>>) -> Self {
        Self { by_name }
    }

    /// The value of a parameter; absent and NULL are alike.
    pub fn get(&self, name: &str) -> Option<&'a Json> {
        self.by_name.and_then(|map| map.get(name)).filter(|value| !value.is_null())
    }
}

/// Reads a parameter as a type; the answer may be finer or larger than the type, which is for
/// the caller to check. The second part says whether a timestamp is finer than a microsecond.
pub(super) fn read(json: &Json, ty: Type) -> Result<(Value, bool), Cow<'static, str>> {
    let value = match ty {
        Type::Whole | Type::Decimal { .. } => number(json)?,
        Type::Float => float(json)?,
        Type::Bool => Value::Bool(json.as_bool().ok_or("true or false")?),
        Type::Text | Type::Enum(_) | Type::Id(_) => Value::text(text(json)?),
        Type::Timestamp { .. } => {
            let instant = Instant::parse(text(json)?).map_err(|error| error.to_string())?;
            return Ok((Value::Timestamp(instant.floor), instant.precision > 6));
        }
        Type::Date => Value::Date(Date::parse(text(json)?).map_err(|error| error.to_string())?),
        Type::Duration => {
            Value::Duration(Duration::parse(text(json)?).map_err(|error| error.to_string())?)
        }
        Type::Money => return Err("an object with value and asset".into()),
        Type::TextArray | Type::TextMap => return Err("nothing: it cannot stand here".into()),
    };
    Ok((value, false))
}

/// Money as a parameter: `{"value": "12.50", "asset": "GBP"}`.
pub(super) fn money(json: &Json) -> Option<(Decimal, &str)> {
    let object = json.as_object().filter(|object| object.len() == 2)?;
    let value = number(object.get("value")?).ok()?.number()?;
    Some((value, object.get("asset")?.as_str()?))
}

fn number(json: &Json) -> Result<Value, Cow<'static, str>> {
    const FORM: &str = "a number as text, such as \"12.50\", or a JSON integer";
    if let Some(whole) = json.as_i64() {
        return Ok(Value::Whole(whole));
    }
    let text = json.as_str().ok_or(FORM)?;
    if let Ok(whole) = text.parse::<i64>() {
        let is_canonical = !text.starts_with('+');
        return is_canonical.then_some(Value::Whole(whole)).ok_or(Cow::Borrowed(FORM));
    }
    text.parse().map(Value::Decimal).map_err(|_| FORM.into())
}

fn float(json: &Json) -> Result<Value, Cow<'static, str>> {
    let number = json.as_f64().and_then(Float::new);
    number.map(Value::Float).ok_or_else(|| "a JSON number".into())
}

fn text(json: &Json) -> Result<&str, Cow<'static, str>> {
    let text = json.as_str().ok_or("text")?;
    if text.contains('\0') { Err("text without NUL".into()) } else { Ok(text) }
}

/// The points in time of a parameter that is shifted by a duration.
pub(super) fn shifted(value: Value, shift: Duration) -> Option<Value> {
    match value {
        Value::Timestamp(at) => at.checked_add(shift).map(Value::Timestamp),
        Value::Date(day) => day.checked_add(shift).map(Value::Date),
        Value::Null
        | Value::Bool(_)
        | Value::Whole(_)
        | Value::Decimal(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Money(_)
        | Value::Id(_)
        | Value::Duration(_)
        | Value::Array(_)
        | Value::Map(_) => None,
    }
}
