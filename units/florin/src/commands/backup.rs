//! `florin backup`: a whole store in a new folder, consistent in itself, also while the server runs.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use store::Mode;
use store_sqlite::SqliteJournal;
use unit::clock::{Clock as _, SystemClock};

use crate::archive::{self, Manifest, Partial};
use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::{Format, JsonFlag, Output};
use crate::server::folder::{BANK, TRUTH};

/// Flags of `florin backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin backup /backups/florin-2026-01-31
  florin backup \"/backups/florin-$(date +%F)\" --data /var/lib/florin --json

In it are the truth and, of a test store, the sandbox bank's file, with a manifest. Not in it is what
is made again (read.db, keys/), nor the operator's key. Until it is whole it has a temporary name.")]
pub(crate) struct Backup {
    /// The folder to make; there must be nothing of that name
    target: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    json: JsonFlag,
}

impl Backup {
    /// Makes the backup.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it is not whole; nothing of the target's name is there then.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let folder = self.data.folder_with_store()?;
        let target = std::path::absolute(&self.target)
            .map_err(|error| archive::cannot_write(&self.target, &error))?;
        if target.symlink_metadata().is_ok() {
            let text = format!("{} is there already: name a new folder", target.display());
            return Err(Failure::Unable(text));
        }
        let mut journal = SqliteJournal::open_read_only(folder.path())
            .map_err(|error| Failure::Unable(chain(&error)))?;
        let mode = journal.mode();
        let created_at = now()?;
        let partial = Partial::beside(&target)?;

        // The truth first: what it knows of the bank, the bank's file then has, too.
        let position = copy_truth(&mut journal, &partial.path().join(TRUTH))?;
        let mut manifest = Manifest::new(mode, position, created_at);
        manifest.files.push(archive::seal(&partial.path().join(TRUTH))?);
        if mode == Mode::Test && folder.bank().exists() {
            let entry = archive::copy(&folder.bank(), &partial.path().join(BANK))?;
            manifest.files.push(entry);
        }
        manifest.write(partial.path())?;
        partial.keep(&target)?;
        self.say(&manifest, output)
    }

    fn say(&self, manifest: &Manifest, output: &mut Output) -> Result<(), Failure> {
        match Format::of_flag(&self.json) {
            Format::Json => output.json(manifest),
            Format::People => {
                let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
                output.line(&format!(
                    "Backed up a {} store at position {} to {}, {bytes} bytes.",
                    manifest.mode,
                    manifest.position,
                    self.target.display()
                ))?;
                output
                    .line("Try it: florin restore BACKUP --data NEW-FOLDER also proves its books.")
            }
        }
    }
}

/// Copies the truth with a bar on standard error, in whose folder nobody else writes; its position.
///
/// # Errors
///
/// [`Failure`] where it cannot be copied.
pub(crate) fn copy_truth(
    journal: &mut SqliteJournal,
    to: &std::path::Path,
) -> Result<u64, Failure> {
    // The database makes its file for everybody to read, unless there is one.
    drop(archive::create(to).map_err(|error| archive::cannot_write(to, &error))?);
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {percent} % {eta}") {
        bar.set_style(style);
    }
    bar.set_message("copying the truth");
    let copied = journal.copy_to(to, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    copied.map_err(|fault| Failure::of("the truth cannot be copied", &fault))
}

fn now() -> Result<String, Failure> {
    let now = jiff::Timestamp::from_microsecond(SystemClock.now_micros());
    now.map(|now| now.to_string()).map_err(|error| Failure::of("the clock is wrong", &error))
}
