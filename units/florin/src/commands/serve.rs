//! `florin serve`: all of Florin in one process, from a data folder, until it is told to end.

use store::Mode;
use unit::secret::Secret;

use crate::client::Client;
use crate::client::reach::Data;
use crate::failure::Failure;
use crate::output::{Accent, Output};
use crate::server::first_start::{self, Sandbox};
use crate::server::folder::{Announced, DataFolder};
use crate::server::{Ends, Server, Settings};

/// What is logged if nothing else is said: requests and what goes wrong, not how migrations went.
const LOG: &str = "info,refinery_core=warn";

/// Flags of `florin serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  florin serve
  florin serve --data /var/lib/florin --listen 0.0.0.0:7050
  florin serve --listen 127.0.0.1:0 --log warn       a free port, few logs
  florin serve --live --data ./live                  real money: no sandbox bank, no moving clock

The first start makes an operator key in the data folder and, in a test store, a platform to try
whose key is printed once. SIGTERM and SIGINT let requests in flight finish; a second one does not.")]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", env = "FLORIN_LISTEN", default_value = "127.0.0.1:7050")]
    listen: String,
    /// Serve a store of real money; one is made if the folder is empty
    #[arg(long)]
    live: bool,
    /// What to log, on standard error: error, warn, info, debug, trace, or a list of target=level
    #[arg(long, value_name = "LEVEL", env = "FLORIN_LOG", default_value = LOG)]
    log: String,
}

impl Serve {
    /// Serves until the end.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot start or cannot go on.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        unit::telemetry::init(&self.log).map_err(|error| Failure::plain(&error))?;
        let folder = DataFolder::new(&self.data.data);
        let mode = if self.live { Mode::Live } else { Mode::Test };
        let (listen, ends) = (self.listen.clone(), Ends::OnSignals);
        let settings = Settings { folder: folder.clone(), mode: Some(mode), listen, ends };
        let server = Server::start(&settings)?;
        first_start::operator_key(&server, &folder)?;
        let sandbox = match mode {
            Mode::Test => self.sandbox(&server, &folder)?,
            Mode::Live => None,
        };
        let announced = Announced { url: server.url().to_owned(), pid: std::process::id() };
        folder.announce(&announced)?;
        let ended = match greet(&server, &folder, sandbox.as_ref(), output) {
            // Whoever started it may have stopped reading: that is no reason to stop serving.
            Ok(()) | Err(Failure::ReaderGone) => server.wait(),
            Err(failure) => Err(failure),
        };
        folder.withdraw();
        ended
    }

    /// The platform to try, where it is made by this start.
    fn sandbox(&self, server: &Server, folder: &DataFolder) -> Result<Option<Sandbox>, Failure> {
        if !folder.has_operator_key() {
            return Ok(None);
        }
        first_start::sandbox(&Client::new(server.url(), folder.operator_key()?)?)
    }
}

/// Says where everything is, and how to begin.
fn greet(
    server: &Server,
    folder: &DataFolder,
    sandbox: Option<&Sandbox>,
    output: &mut Output,
) -> Result<(), Failure> {
    let url = server.url();
    let kind = match server.mode() {
        Mode::Test => "a test store: play money, a sandbox bank",
        Mode::Live => "a live store: real money",
    };
    let version = env!("CARGO_PKG_VERSION");
    output.line(&output.accent(Accent::Bold, &format!("Florin {version} serves {kind}")))?;
    output.line("")?;
    let mut rows = vec![
        ("address", url.to_owned()),
        ("reference", format!("{url}/reference/")),
        ("data", folder.path().display().to_string()),
        ("operator", folder.operator_key_path().display().to_string()),
    ];
    if !folder.has_operator_key() {
        let how = "its key is missing: stop, then `florin keys create --operator`";
        rows.push(("", how.to_owned()));
    }
    if let Some(sandbox) = sandbox {
        rows.push(("platform", format!("Sandbox, {}", sandbox.platform)));
        let key = output.accent(Accent::Notice, sandbox.key.expose());
        rows.push(("key", format!("{key}  (shown this once: keep it)")));
    }
    for (name, value) in rows {
        output.line(&format!("  {name:<10} {value}"))?;
    }
    output.line("")?;
    output.line("Try it:")?;
    output.line("")?;
    for line in first_request(url, folder, sandbox.map(|sandbox| &sandbox.key)) {
        output.line(&format!("  {line}"))?;
    }
    output.line("")
}

/// A request that works as it is pasted: with the key that was just made, else with the operator's.
fn first_request(url: &str, folder: &DataFolder, key: Option<&Secret<String>>) -> Vec<String> {
    match key {
        Some(key) => vec![
            format!("curl {url}/v1/customers \\"),
            format!("  -H 'Authorization: Bearer {}' \\", key.expose()),
            "  -H 'Idempotency-Key: first-customer' -H 'Content-Type: application/json' \\"
                .to_owned(),
            "  -d '{\"kind\": \"individual\", \"name\": \"Ada Lovelace\"}'".to_owned(),
        ],
        None => vec![
            format!("curl {url}/v1/platforms \\"),
            format!(
                "  -H \"Authorization: Bearer $(cat '{}')\"",
                folder.operator_key_path().display()
            ),
        ],
    }
}
