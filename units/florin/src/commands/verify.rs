//! `florin verify`: derives the books anew and compares; safe at any time, also beside a server.

use store_sqlite::{SqliteJournal, SqliteStore};

use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::{Accent, Format, JsonFlag, Output};
use crate::server::folder::DataFolder;
use crate::verification;

/// Flags of `florin verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin verify
  florin verify --data /var/lib/florin --json | tail -n 1 | jq .ok

Beside a running server the truth alone is checked; on a stopped folder also that the read model
agrees with it. Exit codes: 0 clean; 1 differences; 2 could not run.")]
pub(crate) struct Verify {
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
        let folder = DataFolder::new(&self.data.data);
        if !folder.holds_a_store() {
            let shown = folder.path().display();
            let text = format!("there is no store in {shown}: name its folder with --data");
            return Err(Failure::Unable(text));
        }
        let store = open_beside(&folder)?;
        let reads = store.as_ref().map(SqliteStore::reads);
        let report =
            verification::check(&folder, reads.as_deref().map(|reads| reads as &dyn store::Reads))?;
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&report)?,
            Format::People => {
                if reads.is_none() {
                    let text = "  The read model is in use and was not compared.";
                    output.line(&output.accent(Accent::Faint, text))?;
                }
                verification::print(&report, output)?;
            }
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
