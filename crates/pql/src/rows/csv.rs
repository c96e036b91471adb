//! Comma-separated values: a line of names, then rows; quotes may hold commas and line ends.
//!
//! An empty cell is NULL, `""` an empty text. Start at [`objects`].
//!
//! Source: RFC 4180.

use serde_json::Value as Json;

use super::{Mistake, Object, RowError};

/// A cell, and whether it stood in quotes.
struct Cell {
    text: String,
    quoted: Quoted,
}

#[derive(PartialEq, Eq)]
enum Quoted {
    Yes,
    No,
}

/// The rows as objects by the names of the first line, each with its line.
pub(super) fn objects(text: &str) -> Result<Vec<(usize, Object)>, RowError> {
    let mut records = records(text.strip_prefix('\u{feff}').unwrap_or(text))?.into_iter();
    let Some((_, names)) = records.next() else { return Ok(Vec::new()) };
    records
        .map(|(line, cells)| {
            if cells.len() != names.len() {
                let mistake = Mistake::Cells { expected: names.len(), found: cells.len() };
                return Err(RowError { line, mistake });
            }
            let members = names.iter().zip(cells);
            let members = members.map(|(name, cell)| (name.text.clone(), cell.into_json()));
            Ok((line, Object(members.collect())))
        })
        .collect()
}

/// The records with the lines that they begin on; empty lines are left out.
fn records(text: &str) -> Result<Vec<(usize, Vec<Cell>)>, RowError> {
    let mut records = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let start = line;
        let mut cells = Vec::new();
        loop {
            let (cell, after) = cell(rest).ok_or(RowError { line, mistake: Mistake::OpenQuote })?;
            line += rest[..rest.len() - after.len()].matches('\n').count();
            cells.push(cell);
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    let ended = after.strip_prefix('\r').unwrap_or(after);
                    rest = ended.strip_prefix('\n').unwrap_or(ended);
                    line += 1;
                    break;
                }
            }
        }
        let is_blank = matches!(cells.as_slice(), [cell] if cell.is_empty());
        if !is_blank {
            records.push((start, cells));
        }
    }
    Ok(records)
}

/// The first cell of a text and what follows it; `None` if its quote stays open or text stands
/// behind it.
fn cell(text: &str) -> Option<(Cell, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (cell, after) = text.split_at(end);
        let (cell, after) = match cell.strip_suffix('\r') {
            Some(shorter) if !after.starts_with(',') => (shorter, &text[shorter.len()..]),
            Some(_) | None => (cell, after),
        };
        return Some((Cell { text: cell.to_owned(), quoted: Quoted::No }, after));
    };
    let mut inside = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        inside.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                inside.push('"');
                rest = more;
            }
            None if after.is_empty() || after.starts_with([',', '\r', '\n']) => {
                return Some((Cell { text: inside, quoted: Quoted::Yes }, after));
            }
            None => return None,
        }
    }
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.quoted == Quoted::No
    }

    fn into_json(self) -> Json {
        match self.text.as_str() {
            _ if self.is_empty() => Json::Null,
            "true" if self.quoted == Quoted::No => Json::Bool(true),
            "false" if self.quoted == Quoted::No => Json::Bool(false),
            _ => Json::String(self.text),
        }
    }
}
