//! `florin import`: takes an exported platform into a store that does not have it, proven first.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use store::Mode;
use store::export::Export;
use store_sqlite::{HeldFolder, ImportFault, SqliteJournal, SqliteStore};

use crate::catching_up::caught_up;
use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::{Format, JsonFlag, Output};
use crate::server::folder::DataFolder;
use crate::verification;

/// Flags of `florin import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin import market.ndjson --data /var/lib/florin
  florin verify --data /var/lib/florin

No server may have the folder; a new folder becomes a store of the export's mode. Everything in the
file is checked first, then all of it is taken in, or nothing. The platform's API keys come along and
go on working here: revoke them, or the platform, where it came from.
Exit codes: 0 imported; 1 the answer is no; 2 could not run.")]
pub(crate) struct Import {
    /// The export
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    json: JsonFlag,
}

/// What `--json` says.
#[derive(Debug, serde::Serialize)]
struct Imported {
    platform: String,
    mode: &'static str,
    commands: u64,
    position: u64,
}

impl Import {
    /// Imports the file.
    ///
    /// # Errors
    ///
    /// [`Failure`]; nothing of the platform is in the store then.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let mut export = verification::open_export(&self.file)?;
        let folder = DataFolder::new(&self.data.data);
        let mode = export.mode();
        check_folder(&folder, mode)?;
        let report = verification::check_journal(&mut export, None)?;
        if let Some(first) = report.differences.first() {
            return Err(Failure::No(format!(
                "{} is not whole, nothing was imported: {}; `florin verify --export` lists all of it",
                self.file.display(),
                verification::sentence(first)
            )));
        }
        folder.make()?;
        let mut store = SqliteStore::open(folder.path(), mode)
            .map_err(|error| Failure::Unable(chain(&error)))?;
        let position = take_in(&mut store, &mut export, report.as_of_position)?;
        let mut journal = store.journal().map_err(|error| Failure::Unable(chain(&error)))?;
        caught_up(&mut journal, &*store.reads())?;
        drop(store);
        let imported = Imported {
            platform: export.platform().to_string(),
            mode: mode.code(),
            commands: report.as_of_position,
            position,
        };
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&imported),
            Format::People => output.line(&format!(
                "Imported {} with {} commands into {}.",
                imported.platform,
                imported.commands,
                folder.path().display()
            )),
        }
    }
}

/// Money of one kind never gets into a store of the other; a folder in use is said before the work.
fn check_folder(folder: &DataFolder, mode: Mode) -> Result<(), Failure> {
    if !folder.holds_a_store() {
        return Ok(());
    }
    let held = HeldFolder::hold(folder.path());
    drop(held.map_err(|error| Failure::Unable(chain(&error)))?);
    let journal = SqliteJournal::open_read_only(folder.path());
    let is = journal.map_err(|error| Failure::Unable(chain(&error)))?.mode();
    if is == mode {
        return Ok(());
    }
    Err(Failure::No(format!(
        "the export is of a {} store, the store in {} is a {} store: name another folder with --data",
        mode.code(),
        folder.path().display(),
        is.code()
    )))
}

fn take_in(store: &mut SqliteStore, export: &mut Export, commands: u64) -> Result<u64, Failure> {
    let truth = store.truth();
    let truth = truth.ok_or_else(|| Failure::Unable("the store has a writer".to_owned()))?;
    let bar = ProgressBar::new(commands);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len}") {
        bar.set_style(style);
    }
    bar.set_message("importing");
    let position = truth.import(export, &mut |done| bar.set_position(done));
    bar.finish_and_clear();
    position.map_err(|fault| match fault {
        ImportFault::PlatformExists { .. }
        | ImportFault::KeyTaken { .. }
        | ImportFault::ApiKeyTaken { .. }
        | ImportFault::NotOnePlatform { .. } => {
            Failure::No(format!("{fault}: nothing was imported"))
        }
        ImportFault::Store(fault) => Failure::of("nothing was imported", &fault),
        ImportFault::OutcomeUnknown { .. } => Failure::plain(&fault),
    })
}
