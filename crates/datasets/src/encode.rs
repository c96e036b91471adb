//! Rows as text: NDJSON, the rows of a JSON answer, CSV.
//!
//! Values have the forms of `pql::value::json`. In CSV a text that a spreadsheet would take for a
//! formula gets an apostrophe before it. Start at [`Encoder`].

use std::fmt::Write as _;
use std::sync::Arc;

use pql::value::{Value, json};

use crate::{Column, Statement};

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// What stands between the lines of CSV (RFC 4180).
const CSV_LINE: &str = "\r\n";

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An object a line.
    Ndjson,
    /// Arrays with commas between them: the inside of the rows of a JSON answer.
    Arrays,
    /// A line of names, then a line a row.
    Csv,
    /// Nothing at all: rows are counted.
    Nothing,
}

/// A value on its way from a store into an answer.
#[derive(Debug)]
pub enum Cell<'a> {
    /// Text, still where the store's client keeps it.
    Text(&'a str),
    /// Any value.
    Value(Value),
}

/// Writes the rows of one answer.
#[derive(Debug)]
pub struct Encoder {
    form: Form,
    statement: Arc<Statement>,
    /// For NDJSON, `"name":` of each column.
    labels: Vec<String>,
    out: String,
    column: usize,
    is_first: bool,
    last: Vec<Value>,
}

impl Encoder {
    /// An encoder for the rows of `statement`.
    pub fn new(form: Form, statement: Arc<Statement>) -> Self {
        let shown = || statement.columns.iter().take(statement.shown);
        let labels = match form {
            Form::Ndjson => shown().map(label).collect(),
            Form::Arrays | Form::Csv | Form::Nothing => Vec::new(),
        };
        let mut out = String::new();
        if form == Form::Csv {
            for (place, column) in shown().enumerate() {
                separate(place, &mut out);
                csv_text(&column.name, &mut out);
            }
            out.push_str(CSV_LINE);
        }
        Self { form, statement, labels, out, column: 0, is_first: true, last: Vec::new() }
    }

    /// Begins a row.
    pub fn begin_row(&mut self) {
        self.column = 0;
        self.last.clear();
        match self.form {
            Form::Ndjson => self.out.push('{'),
            Form::Arrays if self.is_first => self.out.push('['),
            Form::Arrays => self.out.push_str(",["),
            Form::Csv | Form::Nothing => {}
        }
        self.is_first = false;
    }

    /// The next value of the row. Those after the last one shown are kept for the cursor.
    pub fn cell(&mut self, cell: Cell<'_>) {
        let place = self.column;
        self.column = place.saturating_add(1);
        if place >= self.statement.shown {
            self.last.push(cell.into_value());
            return;
        }
        if self.form == Form::Nothing {
            return;
        }
        separate(place, &mut self.out);
        let Some(column) = self.statement.columns.get(place) else { return };
        match self.form {
            Form::Ndjson => {
                self.out.push_str(self.labels.get(place).map_or("", String::as_str));
                self.json(&cell, column.form);
            }
            Form::Arrays => self.json(&cell, column.form),
            Form::Csv => self.csv(&cell, column.form),
            Form::Nothing => {}
        }
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.out.push_str(match self.form {
            Form::Ndjson => "}\n",
            Form::Arrays => "]",
            Form::Csv => CSV_LINE,
            Form::Nothing => "",
        });
    }

    /// How much is written and not yet taken.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing is written that is not taken.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Takes what is written.
    pub fn take(&mut self) -> String {
        let capacity = self.out.capacity();
        std::mem::replace(&mut self.out, String::with_capacity(capacity))
    }

    /// The keys of the last row.
    pub fn into_last(self) -> Vec<Value> {
        self.last
    }

    fn json(&mut self, cell: &Cell<'_>, form: json::Form) {
        match cell {
            Cell::Text(text) => json::write_text(text, &mut self.out),
            Cell::Value(value) => {
                json::write(value, form, &self.statement.catalogue, &mut self.out);
            }
        }
    }

    fn csv(&mut self, cell: &Cell<'_>, form: json::Form) {
        let out = &mut self.out;
        let value = match cell {
            Cell::Text(text) => return csv_text(text, out),
            Cell::Value(value) => value,
        };
        let catalogue = &self.statement.catalogue;
        match value {
            Value::Null => {}
            Value::Text(text) => csv_text(text, out),
            Value::Money(money) => {
                let decimals = catalogue.asset_decimals(&money.asset).unwrap_or(0);
                let amount = pql::value::Decimal::new(money.minor, decimals);
                // Writing to a String does not fail.
                let _ = write!(out, "{amount} {}", money.asset);
            }
            Value::Array(_) | Value::Map(_) => {
                let mut text = String::new();
                json::write(value, form, catalogue, &mut text);
                csv_quoted(&text, out);
            }
            Value::Bool(_)
            | Value::Whole(_)
            | Value::Decimal(_)
            | Value::Float(_)
            | Value::Id(_)
            | Value::Timestamp(_)
            | Value::Date(_)
            | Value::Duration(_) => {
                let mut text = String::new();
                json::write(value, form, catalogue, &mut text);
                out.push_str(text.trim_matches('"'));
            }
        }
    }
}

impl Cell<'_> {
    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::text(text),
            Self::Value(value) => value,
        }
    }
}

fn label(column: &Column) -> String {
    let mut label = String::new();
    json::write_text(&column.name, &mut label);
    label.push(':');
    label
}

fn separate(place: usize, out: &mut String) {
    if place > 0 {
        out.push(',');
    }
}

fn csv_text(text: &str, out: &mut String) {
    if text.starts_with(FORMULA) {
        csv_quoted(&format!("'{text}"), out);
    } else {
        csv_quoted(text, out);
    }
}

/// In quotes if it must be, or if it is empty: an empty cell without quotes is NULL.
fn csv_quoted(text: &str, out: &mut String) {
    let is_special = |byte: u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if !text.is_empty() && !text.bytes().any(is_special) {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}
