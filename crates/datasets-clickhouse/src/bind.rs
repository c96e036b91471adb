//! PQL's values as ClickHouse's parameters: text, escaped once as the HTTP interface wants it.
//!
//! The type stands in the command, `{p0:Int64}`, so a timestamp for an `Int64` is microseconds.

use datasets::{Bound, Statement};
use pql::value::Value;

/// How the command takes a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instants {
    /// As a date and a time.
    Text,
    /// As microseconds.
    Micros,
}

impl Instants {
    /// By the type that the command declares.
    fn of(declared: &str) -> Self {
        if declared.contains("Int") { Self::Micros } else { Self::Text }
    }
}

/// What NULL is.
const NULL: &str = "\\N";

/// `param_p0`, `param_p1`, … with their values.
pub(super) fn parameters(statement: &Statement) -> Vec<(String, String)> {
    let binds = statement.binds.iter().enumerate();
    binds
        .map(|(place, bind)| {
            let instants = Instants::of(declared(&statement.command, place));
            let text = match &bind.value {
                Bound::One(Value::Null) => NULL.to_owned(),
                Bound::One(value) => escaped(&text(value, instants)),
                Bound::Many(values) => escaped(&list(values, instants)),
            };
            (format!("param_p{place}"), text)
        })
        .collect()
}

/// The type that the command declares for a place.
fn declared(command: &str, place: usize) -> &str {
    let start = format!("{{p{place}:");
    let rest = command.find(&start).and_then(|at| command.get(at.checked_add(start.len())?..));
    rest.and_then(|rest| rest.split('}').next()).unwrap_or_default()
}

fn text(value: &Value, instants: Instants) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Whole(whole) => whole.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Text(text) => text.to_string(),
        // The minor units; an asset is a bind of its own.
        Value::Money(money) => money.minor.to_string(),
        Value::Id(id) => uuid(id.bits()),
        Value::Timestamp(at) if instants == Instants::Micros => at.micros().to_string(),
        Value::Timestamp(at) => {
            let mut text = String::new();
            // Writing to a String does not fail.
            let _ = at.write(6, &mut text);
            text.trim_end_matches('Z').replace('T', " ")
        }
        Value::Date(date) => date.to_string(),
        Value::Duration(duration) => duration.micros().to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let entry = |(key, value): (&str, &str)| format!("{}:{}", quoted(key), quoted(value));
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| (&**key, &**value)).map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn list(values: &[Value], instants: Instants) -> String {
    let items = values.iter().map(|value| match value {
        Value::Text(_) | Value::Id(_) | Value::Date(_) => quoted(&text(value, instants)),
        Value::Timestamp(_) if instants == Instants::Text => quoted(&text(value, instants)),
        Value::Null
        | Value::Bool(_)
        | Value::Whole(_)
        | Value::Decimal(_)
        | Value::Float(_)
        | Value::Money(_)
        | Value::Timestamp(_)
        | Value::Duration(_)
        | Value::Array(_)
        | Value::Map(_) => text(value, instants),
    });
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// An element of an array or a map.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// As a field of tab-separated values.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn uuid(bits: u128) -> String {
    let digits = format!("{bits:032x}");
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-")
}
