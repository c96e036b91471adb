//! `florin restore`: a data folder made of a backup, whose books are proven before it is served.

use std::fs;
use std::path::{Path, PathBuf};

use store_sqlite::{HeldFolder, SqliteJournal};

use crate::archive::{self, Manifest};
use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::{Format, JsonFlag, Output};
use crate::server::folder::{BANK, DataFolder, TRUTH};
use crate::verification::{self, Extent};

/// All that an earlier attempt may have left in a folder.
const LOCK: &str = "lock";

/// Flags of `florin restore`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin restore /backups/florin-2026-01-31 --data /var/lib/florin
  florin restore /backups/florin-2026-01-31 --data ./drill --json | jq .ok

The folder must be empty or new. Exit codes: 0 restored and proven; 1 the backup is not whole, or its
books differ; 2 could not run.")]
pub(crate) struct Restore {
    /// The backup
    backup: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    json: JsonFlag,
}

impl Restore {
    /// Restores and verifies.
    ///
    /// # Errors
    ///
    /// [`Failure`]; `No` if the backup is not whole, or there are differences.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let manifest = Manifest::read(&self.backup)?;
        check_names(&manifest)?;
        let folder = DataFolder::new(&self.data.data);
        refuse_unless_empty(folder.path())?;
        folder.make()?;
        let held = HeldFolder::hold(folder.path());
        let held = held.map_err(|error| Failure::Unable(chain(&error)))?;
        let restored = self.restore(&manifest, folder.path());
        if restored.is_err() {
            // What is left was never a store: the truth gets its name last.
            for name in [BANK.to_owned(), partial_name(TRUTH)] {
                let _ = fs::remove_file(folder.path().join(name));
            }
        }
        restored?;
        drop(held);

        let report = verification::check(&folder, None, Extent::Whole)?;
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&report)?,
            Format::People => {
                output.line(&format!("Restored to {}.", folder.path().display()))?;
                verification::print(&report, output)?;
            }
        }
        check_truth(&manifest, &folder)?;
        if report.ok { Ok(()) } else { Err(Failure::No(String::new())) }
    }

    /// Copies every file, the truth under a temporary name until all of them are whole.
    fn restore(&self, manifest: &Manifest, folder: &Path) -> Result<(), Failure> {
        for expected in &manifest.files {
            let name = &expected.name;
            let to = if name == TRUTH { partial_name(TRUTH) } else { name.clone() };
            let found = archive::copy(&self.backup.join(name), &folder.join(to))?;
            if found != *expected {
                return Err(Failure::No(format!(
                    "{name} in the backup is not the file that was backed up: expected {} bytes \
                     with SHA-256 {}, found {} bytes with {}; take another backup",
                    expected.bytes, expected.sha256, found.bytes, found.sha256
                )));
            }
        }
        let truth = folder.join(TRUTH);
        fs::rename(folder.join(partial_name(TRUTH)), &truth)
            .and_then(|()| archive::sync_folder_of(&truth))
            .map_err(|error| archive::cannot_write(&truth, &error))
    }
}

fn partial_name(name: &str) -> String {
    format!("{name}.partial")
}

/// Names from a manifest become paths: only those of a backup do.
fn check_names(manifest: &Manifest) -> Result<(), Failure> {
    let names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    match names.as_slice() {
        [TRUTH] | [TRUTH, BANK] => Ok(()),
        _ => {
            Err(Failure::No(format!("the manifest names {names:?}: that is no backup of a store")))
        }
    }
}

fn refuse_unless_empty(folder: &Path) -> Result<(), Failure> {
    // A folder that is not there, or cannot be read, is the next step's to make or to refuse.
    let Ok(mut entries) = fs::read_dir(folder) else { return Ok(()) };
    if entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == LOCK)) {
        return Ok(());
    }
    let text = format!("{} is not empty: restore into a new folder with --data", folder.display());
    Err(Failure::Unable(text))
}

/// What the manifest says of the truth is what the truth says of itself.
fn check_truth(manifest: &Manifest, folder: &DataFolder) -> Result<(), Failure> {
    let mut journal = SqliteJournal::open_read_only(folder.path())
        .map_err(|error| Failure::Unable(chain(&error)))?;
    let position = store::Journal::last_position(&mut journal);
    let position = position.map_err(|fault| Failure::of("the store cannot be read", &fault))?;
    let mode = journal.mode().code();
    if (mode, position) == (manifest.mode.as_str(), manifest.position) {
        return Ok(());
    }
    Err(Failure::No(format!(
        "the manifest says a {} store at position {}, the truth is of a {mode} store at position \
         {position}: the manifest was changed",
        manifest.mode, manifest.position
    )))
}
