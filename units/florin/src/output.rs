//! What a command says on standard output: lines for people, or one JSON document a line.
//!
//! Not the logs, which go to standard error. Colour only for a terminal, and never where the
//! environment has NO_COLOR (no-color.org). Start at [`Output`].

use std::io::{self, IsTerminal as _, Write};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::failure::Failure;

/// For whom a command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Sentences and tables.
    People,
    /// One JSON document a line.
    Json,
}

impl Format {
    /// What the flag `--json` asks for.
    pub(crate) const fn of_flag(flag: &JsonFlag) -> Self {
        if flag.json { Self::Json } else { Self::People }
    }
}

/// The flag that every command with something to tell has.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct JsonFlag {
    /// Print JSON, one document a line
    #[arg(long)]
    json: bool,
}

/// How a text is set off from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accent {
    /// A heading.
    Bold,
    /// An aside.
    Faint,
    /// Something is as it should be.
    Good,
    /// Something is not.
    Bad,
    /// Something to notice or to copy.
    Notice,
}

impl Accent {
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Notice => "36",
        }
    }
}

/// Standard output, or a stand-in.
pub(crate) struct Output {
    writer: Box<dyn Write>,
    coloured: bool,
}

impl Output {
    /// Standard output, in colour if it is a terminal that wants it.
    pub(crate) fn standard() -> Self {
        let told_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let cannot = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let coloured = io::stdout().is_terminal() && !told_not_to && !cannot;
        Self { writer: Box::new(io::stdout()), coloured }
    }

    /// Writes a line at once, for whoever reads along.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be written.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_all(text.as_bytes())?;
        self.writer.write_all(b"\n")?;
        Ok(self.writer.flush()?)
    }

    /// Writes `value` as one line of JSON.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be written.
    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_string(value);
        self.line(&text.map_err(|error| Failure::of("cannot write JSON", &error))?)
    }

    /// Writes a table; the columns after `left_columns` hold figures.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it cannot be written.
    pub(crate) fn table(
        &mut self,
        header: &[&str],
        left_columns: usize,
        rows: &[Vec<String>],
    ) -> Result<(), Failure> {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
        table.set_header(header.to_vec());
        table.add_rows(rows.to_vec());
        for column in table.column_iter_mut().skip(left_columns) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for line in table.lines() {
            self.line(&format!("  {line}"))?;
        }
        Ok(())
    }

    /// `text` set off, where colours are wanted.
    pub(crate) fn accent(&self, accent: Accent, text: &str) -> String {
        if self.coloured {
            format!("\x1b[{}m{text}\x1b[0m", accent.code())
        } else {
            text.to_owned()
        }
    }
}
