//! `florin export`: one platform's whole history as lines of JSON, to move it or to prove it elsewhere.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use ledger::PlatformId;
use store::Head;
use store::export::WriteFault;
use store_sqlite::{HeldFolder, OpenError, SqliteJournal};

use super::backup::copy_truth;
use crate::archive::{self, Partial};
use crate::client::reach::Data;
use crate::failure::{Failure, chain};
use crate::output::Output;
use crate::server::folder::{DataFolder, TRUTH};

/// Flags of `florin export`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin export --platform plt_01h455vb4pex5vsknk084sn02q --output market.ndjson
  florin export --platform plt_01h455vb4pex5vsknk084sn02q | zstd > market.ndjson.zst
  florin verify --export market.ndjson

Beside a running server the truth is first copied into the data folder, and the copy removed at the
end. The format, with how to compute its hashes: docs/export.md. An export holds the hashes of the
platform's API keys and all of its data: keep it as you keep the store.")]
pub(crate) struct Export {
    /// The platform's id
    #[arg(long, value_name = "ID")]
    platform: PlatformId,
    /// The file to make; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    data: Data,
}

/// A truth that does not move.
struct Still {
    journal: SqliteJournal,
    _kept: Kept,
}

/// What keeps it still; both are over when it is dropped.
enum Kept {
    Held(#[expect(dead_code, reason = "held until it is dropped")] HeldFolder),
    Copied(#[expect(dead_code, reason = "removed when it is dropped")] Partial),
}

impl Export {
    /// Writes the export.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it is not whole; a file of that name is not there then.
    pub(crate) fn run(&self, _: &mut Output) -> Result<(), Failure> {
        let folder = self.data.folder_with_store()?;
        let mut still = Still::of(&folder)?;
        if self.output == Path::new("-") {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = self.write(&mut still.journal, &mut out);
            return written.map(|_| ());
        }
        if self.output.symlink_metadata().is_ok() {
            let text = format!("{} is there already: name a new file", self.output.display());
            return Err(Failure::Unable(text));
        }
        let partial = archive::partial_name(&self.output)?;
        let written = self.write_file(&mut still.journal, &partial);
        if written.is_err() {
            // What cannot be removed has no last line.
            let _ = fs::remove_file(&partial);
        }
        written
    }

    fn write_file(&self, journal: &mut SqliteJournal, partial: &Path) -> Result<(), Failure> {
        let failed = |error: io::Error| archive::cannot_write(&self.output, &error);
        let file = archive::create(partial).map_err(failed)?;
        self.write(journal, &mut BufWriter::new(&file))?;
        File::sync_all(&file).map_err(failed)?;
        fs::rename(partial, &self.output).map_err(failed)?;
        archive::sync_folder_of(&self.output).map_err(failed)
    }

    fn write(&self, journal: &mut SqliteJournal, out: &mut dyn Write) -> Result<Head, Failure> {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("exporting {human_pos} lines") {
            bar.set_style(style);
        }
        let of = (self.platform, journal.mode());
        let head = store::export::write(journal, of, out, &mut |lines| bar.set_position(lines));
        bar.finish_and_clear();
        head.map_err(|fault| match fault {
            WriteFault::Output(error) => error.into(),
            WriteFault::NoPlatform { .. } => {
                Failure::No(format!("{fault}; see `florin platforms list`"))
            }
            WriteFault::NotWritable { .. } | WriteFault::NotWhole { .. } | WriteFault::Store(_) => {
                Failure::of("the platform cannot be exported", &fault)
            }
        })
    }
}

impl Still {
    /// The folder's truth where nobody else has the folder, else a copy of it.
    fn of(folder: &DataFolder) -> Result<Self, Failure> {
        let open = |path: &Path| {
            SqliteJournal::open_read_only(path).map_err(|error| Failure::Unable(chain(&error)))
        };
        match HeldFolder::hold(folder.path()) {
            Ok(held) => Ok(Self { journal: open(folder.path())?, _kept: Kept::Held(held) }),
            Err(OpenError::InUse { .. }) => {
                let copy = Partial::beside(&folder.path().join("export"))?;
                copy_truth(&mut open(folder.path())?, &copy.path().join(TRUTH))?;
                Ok(Self { journal: open(copy.path())?, _kept: Kept::Copied(copy) })
            }
            Err(error) => Err(Failure::Unable(chain(&error))),
        }
    }
}
