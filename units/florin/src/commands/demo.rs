//! `florin demo`: a marketplace's day on a fresh folder, through the real HTTP API, then the proof.

use std::path::PathBuf;

use serde::Serialize;
use store::Mode;
use store::verify::Report;

use crate::client::Client;
use crate::failure::Failure;
use crate::output::{Accent, Format, JsonFlag, Output};
use crate::server::folder::DataFolder;
use crate::server::{Ends, Server, Settings, first_start};
use crate::story::{self, Books, Teller};
use crate::verification::{self, Extent};

/// Flags of `florin demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin demo
  florin demo --json | tail -n 1 | jq .ok
  florin demo --data ./demo-data && florin serve --data ./demo-data    look around afterwards

Exit code 1 if any figure is off or the books are not proven.")]
pub(crate) struct Demo {
    /// Keep the data in this folder; else it is a temporary one that is removed at the end
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// What to log, on standard error
    #[arg(long, value_name = "LEVEL", env = "FLORIN_LOG", default_value = "error")]
    log: String,
    #[command(flatten)]
    json: JsonFlag,
}

/// The proof with the books: the last line of `--json`.
#[derive(Debug, Serialize)]
struct Last<'a> {
    #[serde(flatten)]
    report: &'a Report,
    trial_balance: &'a Books,
}

impl Demo {
    /// Plays the day.
    ///
    /// # Errors
    ///
    /// [`Failure`]; `No` if anything is off.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        unit::telemetry::init(&self.log).map_err(|error| Failure::plain(&error))?;
        let (folder, _temporary) = match &self.data {
            Some(data) => (DataFolder::new(data), None),
            None => {
                let temporary = Temporary::new()?;
                (DataFolder::new(&temporary.0), Some(temporary))
            }
        };
        let settings = Settings { ends: Ends::OnSignals, ..Settings::on_loopback(&folder) };
        let server = Server::start(&Settings { mode: Some(Mode::Test), ..settings })?;
        first_start::operator_key(&server, &folder)?;
        let operator = Client::new(server.url(), folder.operator_key()?)?;

        let format = Format::of_flag(&self.json);
        if format == Format::People {
            introduce(&server, output)?;
        }
        let mut teller = Teller::new(output, format);
        let books = story::play(&operator, &mut teller)?;
        let wrong = teller.wrong();
        let (reads, _) = server.reads();
        let mut report = verification::check(&folder, Some(reads), Extent::Whole)?;
        server.stop()?;
        report.ok = report.ok && wrong == 0;
        match format {
            Format::Json => output.json(&Last { report: &report, trial_balance: &books })?,
            Format::People => self.conclude(&report, wrong, output)?,
        }
        if report.ok { Ok(()) } else { Err(Failure::No(String::new())) }
    }

    fn conclude(&self, report: &Report, wrong: usize, output: &mut Output) -> Result<(), Failure> {
        output.line(&output.accent(Accent::Bold, "The proof: every row derived anew"))?;
        verification::print(report, output)?;
        if wrong > 0 {
            let text = format!("  {wrong} figures of the story are off.");
            output.line(&output.accent(Accent::Bad, &text))?;
        }
        if let Some(data) = &self.data {
            output.line("")?;
            output.line(&format!("Look around: florin serve --data {}", data.display()))?;
        }
        Ok(())
    }
}

fn introduce(server: &Server, output: &mut Output) -> Result<(), Failure> {
    output.line(&output.accent(Accent::Bold, "A marketplace's day, all amounts in GBP"))?;
    let text = format!("Each step is a request to {}, as any backend would send it.", server.url());
    output.line(&output.accent(Accent::Faint, &text))?;
    output.line("")
}

/// A folder that is gone when this is dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Failure> {
        let bytes: [u8; 8] =
            unit::chance::random_bytes().map_err(|fault| Failure::plain(&fault))?;
        let name = format!("florin-demo-{:016x}", u64::from_be_bytes(bytes));
        Ok(Self(std::env::temp_dir().join(name)))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed is for the system to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
