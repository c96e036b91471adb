//! `florin verify`: derives the books anew and compares; safe at any time, also beside a server.

use std::path::PathBuf;

use store::verify::Report;
use store_sqlite::{SqliteJournal, SqliteStore};

use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::{Accent, Format, JsonFlag, Output};
use crate::server::folder::DataFolder;
use crate::verification::{self, Extent};

/// Flags of `florin verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin verify
  florin verify --data /var/lib/florin --json | tail -n 1 | jq .ok
  florin verify --incremental
  florin verify --export market.ndjson

Beside a running server the truth alone is checked; on a stopped folder also that the read model
agrees with it. A clean check leaves in the folder where it ended, for --incremental. Exit codes: 0 clean; 1 differences; 2 could not run.")]
pub(crate) struct Verify {
    /// Check an export by itself instead of a data folder
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Check what came since the last clean check, and the rows it touched, only
    #[arg(long, conflicts_with = "export")]
    incremental: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    json: JsonFlag,
}

impl Verify {
    /// Verifies the folder.
    ///
    /// # Errors
    ///
    /// [`Failure`]; `No` if there are differences.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        if let Some(export) = &self.export {
            return self.conclude(&verification::check_export(export)?, output);
        }
        let folder = self.data.folder_with_store()?;
        let store = open_beside(&folder)?;
        let reads = store.as_ref().map(SqliteStore::reads);
        let model = reads.as_deref().map(|reads| reads as &dyn store::ReadRows);
        let extent = if self.incremental { Extent::Incremental } else { Extent::Whole };
        let report = verification::check(&folder, model, extent)?;
        if reads.is_none() && Format::of_flag(&self.json) == Format::People {
            let text = "  The read model is in use and was not compared.";
            output.line(&output.accent(Accent::Faint, text))?;
        }
        self.conclude(&report, output)
    }

    fn conclude(&self, report: &Report, output: &mut Output) -> Result<(), Failure> {
        match Format::of_flag(&self.json) {
            Format::Json => output.json(report)?,
            Format::People => verification::print(report, output)?,
        }
        if report.ok { Ok(()) } else { Err(Failure::No(String::new())) }
    }
}

/// The store with its read model, where nobody else has it.
fn open_beside(folder: &DataFolder) -> Result<Option<SqliteStore>, Failure> {
    let journal = SqliteJournal::open_read_only(folder.path());
    let mode = journal.map_err(|error| Failure::Unable(chain(&error)))?.mode();
    Ok(SqliteStore::open(folder.path(), mode).ok())
}
