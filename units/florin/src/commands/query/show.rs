//! One query's answer for people or for pipes, and the table of what stores can do.

use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;
use datasets::batch::Request;
use datasets::{Fault, Form};
use pql::Style;
use pql::catalogue::StoreKind;
use pql::check::Support;
use serde_json::{Map, Value, json};

use super::setup::{self, Caller};
use crate::failure::Failure;
use crate::output::{Format, JsonFlag, Output};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shown {
    /// A table
    Table,
    /// An object a line
    Ndjson,
    /// One array of objects
    Json,
    /// Comma-separated values; a text that a spreadsheet would take for a formula gets an apostrophe
    Csv,
}

/// Answers one query.
pub(super) fn one(
    caller: &Caller,
    store: Option<&str>,
    request: &Request,
    (shown, output): (Option<Shown>, &mut Output),
) -> Result<(), Failure> {
    let batch = caller.batch(Some(setup::cursor_key(None)?))?;
    let stores = setup::stores(&batch.catalogue, store)?;
    let is_terminal = io::stdout().is_terminal();
    let shown = shown.unwrap_or(if is_terminal { Shown::Table } else { Shown::Ndjson });
    let compiled = batch.compiled(request, stores.kind(), setup::now());
    let compiled =
        compiled.map_err(|refused| Failure::No(refused.render(&request.pql, Style::Plain)))?;
    for warning in &compiled.warnings {
        // Where standard error is closed, rows have to do.
        let _ = writeln!(io::stderr(), "{}", warning.render(&request.pql, Style::Plain));
    }
    let form = match shown {
        Shown::Table | Shown::Ndjson | Shown::Json => Form::Ndjson,
        Shown::Csv => Form::Csv,
    };
    let names: Vec<String> = compiled.column_names(&batch.catalogue).map(str::to_owned).collect();
    let answered = setup::runtime()?.block_on(async {
        let mut running =
            batch.start(&compiled, &stores, form).await.map_err(|fault| failed(&fault))?;
        let mut kept = String::new();
        while let Some(rows) = running.batch().await {
            match shown {
                Shown::Ndjson | Shown::Csv => io::stdout().write_all(rows.as_bytes())?,
                Shown::Table | Shown::Json => kept.push_str(&rows),
            }
        }
        let outcome = running.outcome().await.map_err(|fault| failed(&fault))?;
        Ok::<_, Failure>((kept, outcome))
    });
    let (kept, outcome) = answered?;
    match shown {
        Shown::Ndjson | Shown::Csv => {}
        Shown::Json => output.line(&format!("[{}]", kept.trim_end().replace('\n', ",")))?,
        Shown::Table => table(&names, &kept, output)?,
    }
    if outcome.more {
        let _ = writeln!(
            io::stderr(),
            "florin: there are more than {} rows; ask with a larger LIMIT",
            outcome.rows
        );
    }
    Ok(())
}

fn table(names: &[String], rows: &str, output: &mut Output) -> Result<(), Failure> {
    let row = |line: &str| {
        let row: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
        names.iter().map(|name| row.get(name).map_or_else(String::new, cell)).collect()
    };
    let rows: Vec<Vec<String>> = rows.lines().map(row).collect();
    let header: Vec<&str> = names.iter().map(String::as_str).collect();
    output.table(&header, header.len(), &rows)
}

/// A value for people.
fn cell(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.escape_debug().to_string();
    }
    let amount = value.get("value").zip(value.get("asset"));
    if let Some((value, asset)) =
        amount.and_then(|(value, asset)| value.as_str().zip(asset.as_str()))
    {
        return format!("{value} {asset}");
    }
    if value.is_null() { String::new() } else { value.to_string() }
}

fn failed(fault: &Fault) -> Failure {
    Failure::plain(fault)
}

fn support(support: Support) -> String {
    match support {
        Support::Exact => "yes".to_owned(),
        Support::Refused(reason) => format!("no: {reason}"),
    }
}

/// Prints what each kind of store can do exactly.
pub(super) fn capabilities(flag: &JsonFlag, output: &mut Output) -> Result<(), Failure> {
    let all = StoreKind::ALL;
    let rows =
        pql::check::capabilities().map(|row| (row.capability.name(), row.support.map(support)));
    match Format::of_flag(flag) {
        Format::Json => {
            for (name, support) in rows {
                let stores = all
                    .iter()
                    .zip(support)
                    .map(|(kind, support)| (kind.name().to_owned(), Value::from(support)));
                output.json(&json!({ "capability": name, "stores": Map::from_iter(stores) }))?;
            }
            Ok(())
        }
        Format::People => {
            let header: Vec<&str> = std::iter::once("").chain(all.map(StoreKind::title)).collect();
            let row = |(name, support): (&str, [String; 5])| {
                std::iter::once(name.to_owned()).chain(support).collect()
            };
            output.table(&header, header.len(), &rows.map(row).collect::<Vec<_>>())
        }
    }
}
