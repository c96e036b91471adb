//! `florin listen`: follows what happens on a platform, event by event, until it is interrupted.
//!
//! It asks again and again for the events after the last one seen, so nothing is missed and nothing
//! comes twice; `--after` goes on where an earlier run ended.

use std::time::Duration;

use api::event::{Event, EventList};

use crate::client::Client;
use crate::client::reach::Connection;
use crate::failure::Failure;
use crate::output::{Accent, Format, JsonFlag, Output};

/// How long to wait where there was nothing new.
const PAUSE: Duration = Duration::from_millis(250);
/// Events asked for at once.
const PAGE: &str = "100";

/// Flags of `florin listen`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin listen                                  what happens from now on
  florin listen --after evt_01h455vb4pex5vsknk084sn02q
  florin listen --from-start --json | jq .type

Where no server has the data folder nothing new can happen, and it ends with the last event.")]
pub(crate) struct Listen {
    /// Go on after this event
    #[arg(long, value_name = "EVENT")]
    after: Option<String>,
    /// Start with the platform's first event
    #[arg(long, conflicts_with = "after")]
    from_start: bool,
    /// End when there is nothing new, instead of waiting
    #[arg(long)]
    until_quiet: bool,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    json: JsonFlag,
}

impl Listen {
    /// Follows the events.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the server does not answer.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let reached = self.connection.reach()?;
        let client = reached.on_platform(self.connection.platform.as_deref())?;
        let mut after = match (&self.after, self.from_start) {
            (Some(event), _) => Some(event.clone()),
            (None, true) => None,
            (None, false) => newest(&client)?,
        };
        loop {
            let page = page(&client, after.as_deref())?;
            for event in &page.data {
                self.show(event, output)?;
                after = Some(event.id.0.clone());
            }
            if page.data.is_empty() {
                if self.until_quiet || reached.is_alone() {
                    return reached.close();
                }
                std::thread::sleep(PAUSE);
            }
        }
    }

    fn show(&self, event: &Event, output: &mut Output) -> Result<(), Failure> {
        match Format::of_flag(&self.json) {
            Format::Json => output.json(event),
            Format::People => {
                let line = sentence(event, output);
                output.line(&line)
            }
        }
    }
}

/// The newest event of the platform.
fn newest(client: &Client) -> Result<Option<String>, Failure> {
    let page: EventList = client.get("/v1/events", &[("limit", "1")])?;
    Ok(page.data.first().map(|event| event.id.0.clone()))
}

/// The events after one, or from the first; oldest first.
fn page(client: &Client, after: Option<&str>) -> Result<EventList, Failure> {
    client.get("/v1/events", &[("after", after.unwrap_or("start")), ("limit", PAGE)])
}

/// One event in one line.
fn sentence(event: &Event, output: &Output) -> String {
    let at = output.accent(Accent::Faint, &event.created_at.0);
    let what = output.accent(Accent::Bold, &event.event_type);
    let change = match &event.status_before {
        Some(before) if *before != event.status => format!("{before} → {}", event.status),
        Some(_) => event.status.clone(),
        None => format!("new, {}", event.status),
    };
    let id = output.accent(Accent::Faint, &event.id.0);
    let (resource, version) = (&event.resource.id, event.resource.version);
    format!("{at}  {what}  {resource} v{version}: {change}  {id}")
}
