//! `florin trial-balance`: the sums of all accounts per chart and asset, and whether they balance.

use api::trial_balance::TrialBalance as Books;

use crate::client::Client;
use crate::client::reach::Connection;
use crate::failure::Failure;
use crate::output::{Accent, Format, JsonFlag, Output};

/// Flags of `florin trial-balance`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin trial-balance
  florin trial-balance --platform Sandbox --as-of 2026-01-31T23:59:59Z

Without --platform the sums are over all platforms. Exit code 1 if debits and credits differ.")]
pub(crate) struct TrialBalance {
    /// As of this instant, RFC 3339: what was written up to then
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    as_of: Option<String>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

impl TrialBalance {
    /// Prints the books.
    ///
    /// # Errors
    ///
    /// [`Failure`]; `No` if they do not balance.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let reached = self.connection.reach()?;
        let client = match &self.connection.platform {
            Some(platform) => reached.on_platform(Some(platform))?,
            None => reached.client.for_no_platform(),
        };
        let books = fetch(&client, self.as_of.as_deref())?;
        reached.close()?;
        match Format::of_flag(&self.json) {
            Format::Json => output.json(&books)?,
            Format::People => {
                if let Some(as_of) = &books.as_of {
                    output.line(&format!("As of {}, at position {}:", as_of.0, books.position))?;
                }
                print(&books, output)?;
            }
        }
        if is_balanced(&books) {
            Ok(())
        } else {
            Err(Failure::No("the books do not balance".to_owned()))
        }
    }
}

/// The trial balance that the server answers.
///
/// # Errors
///
/// [`Failure`] unless it answers one.
pub(crate) fn fetch(client: &Client, as_of: Option<&str>) -> Result<Books, Failure> {
    let query: Vec<(&str, &str)> = as_of.map(|time| ("as_of", time)).into_iter().collect();
    client.get("/v1/trial-balance", &query)
}

/// Prints the books as a table with a line per asset below.
///
/// # Errors
///
/// [`Failure`] when it cannot be written.
pub(crate) fn print(books: &Books, output: &mut Output) -> Result<(), Failure> {
    if books.rows.is_empty() {
        return output.line("  Nothing is booked yet.");
    }
    let rows: Vec<Vec<String>> = books
        .rows
        .iter()
        .map(|row| {
            vec![
                row.chart.clone(),
                row.asset.clone(),
                row.accounts.to_string(),
                row.debits.value.clone(),
                row.credits.value.clone(),
                row.balance.value.clone(),
            ]
        })
        .collect();
    let header = ["chart of accounts", "asset", "accounts", "debits", "credits", "balance"];
    output.table(&header, 2, &rows)?;
    for total in &books.totals {
        let (accent, word) =
            if total.balanced { (Accent::Good, "balanced") } else { (Accent::Bad, "NOT BALANCED") };
        let word = output.accent(accent, word);
        let (debits, credits) = (&total.debits.value, &total.credits.value);
        output.line(&format!("  {}: debits {debits}, credits {credits}: {word}", total.asset))?;
    }
    Ok(())
}

/// Whether debits equal credits in every asset.
pub(crate) fn is_balanced(books: &Books) -> bool {
    books.totals.iter().all(|total| total.balanced)
}

/// Reads an instant; the server gets it in UTC.
fn read_time(text: &str) -> Result<String, String> {
    let time: Result<jiff::Timestamp, _> = text.parse();
    time.map(|time| time.to_string())
        .map_err(|_| "write an instant with its offset, such as 2026-01-31T23:59:59Z".to_owned())
}
