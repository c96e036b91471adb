//! Figures for people: a line each, and rates in whole numbers.

use std::time::Duration;

use serde_json::Value;

/// How many a second.
pub(crate) fn rate(count: u64, took: Duration) -> u64 {
    let nanos = took.as_nanos().max(1);
    let rate = u128::from(count) * 1_000_000_000 / nanos;
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// The middle one; 0 of none.
pub(crate) fn median(mut of: Vec<u64>) -> u64 {
    of.sort_unstable();
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// Prints each figure on a line of its own.
pub(crate) fn table(figures: &Value) {
    let Value::Object(figures) = figures else { return };
    let width = figures.keys().map(String::len).max().unwrap_or_default();
    for (name, figure) in figures {
        println!("{name:width$}  {figure}");
    }
}

/// Puts the figures of `more` beside those of `figures`.
pub(crate) fn merge(figures: &mut Value, more: Value) {
    if let (Value::Object(figures), Value::Object(more)) = (figures, more) {
        figures.extend(more);
    }
}
