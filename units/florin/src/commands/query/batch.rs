//! The batch commands: every line of standard input is answered in order, at once.

use std::io::{self, BufRead as _, Write as _};
use std::path::Path;

use pql::catalogue::StoreKind;
use pql::eval::Tables;

use super::setup::{self, Caller};
use crate::failure::Failure;

/// Answers each line with what `answer` makes of it.
pub(super) fn lines(answer: impl Fn(&str) -> String) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().split(b'\n') {
        let answer = answer(&text(line?));
        out.write_all(answer.as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

/// `florin query compile`.
pub(super) fn compile(caller: &Caller, kind: Option<StoreKind>) -> Result<(), Failure> {
    let batch = caller.batch(None)?;
    lines(|line| batch.compile(line, kind, setup::now()))
}

/// `florin query eval`.
pub(super) fn eval(caller: &Caller, data: &Path, cursor_key: Option<&str>) -> Result<(), Failure> {
    let batch = caller.batch(Some(setup::cursor_key(cursor_key)?))?;
    let catalogue = &batch.catalogue;
    let mut tables = Tables::empty(catalogue);
    for dataset in catalogue.datasets() {
        let file = data.join(format!("{}.ndjson", dataset.name));
        let Some(id) = catalogue.dataset_named(&dataset.name).filter(|_| file.exists()) else {
            continue;
        };
        let what = format!("cannot read {}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|error| Failure::of(&what, &error))?;
        let rows = pql::rows::read_ndjson(&text, id, catalogue)
            .map_err(|error| Failure::of(&what, &error))?;
        tables.extend(id, rows);
    }
    lines(|line| batch.evaluate(line, &tables, setup::now()))
}

/// `florin query run`.
pub(super) fn run(
    caller: &Caller,
    store: Option<&str>,
    cursor_key: Option<&str>,
) -> Result<(), Failure> {
    let batch = caller.batch(Some(setup::cursor_key(cursor_key)?))?;
    let stores = setup::stores(&batch.catalogue, store)?;
    let runtime = setup::runtime()?;
    let mut out = io::stdout();
    for line in io::stdin().lock().split(b'\n') {
        let line = text(line?);
        runtime.block_on(batch.run(&line, &stores, setup::now(), &mut out))?;
        out.flush()?;
    }
    Ok(())
}

/// A line; bytes that are no text make it a bad line, which is answered as one.
fn text(line: Vec<u8>) -> String {
    String::from_utf8(line).unwrap_or_else(|_| "\u{fffd}".to_owned())
}
