//! The whole of Florin in this process: store, sandbox bank, writer, HTTP unit, bank worker.
//!
//! No decisions and no routes: it opens the parts, puts them together and takes them down in order.
//! Invariants: one process a folder; what was answered is in the store before this ends; a commit
//! whose outcome is unknown ends the process with an error, after its callers were told.
//!
//! Start at [`Server::start`]; what a first start makes is in [`first_start`].

pub(crate) mod first_start;
pub(crate) mod folder;
mod parts;
mod run;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use payments::{Actor, Command, Envelope, OPERATOR};
use processor::{Answer, Ended, Failure as Unanswered, Handle, Mode as Applied, Request};
use store::{Mode, ReadRows};
use unit::drain::Drain;
use unit::health::Readiness;
use unit::listener::ListenError;

use self::folder::DataFolder;
use self::run::Http;
use crate::failure::{Failure, chain};

/// What a server is to serve, and where.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where the data is.
    pub(crate) folder: DataFolder,
    /// Test or live; what the store is if not said.
    pub(crate) mode: Option<Mode>,
    /// An address and a port.
    pub(crate) listen: String,
    /// What ends it besides its owner.
    pub(crate) ends: Ends,
}

/// What ends a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Its owner, or SIGTERM and SIGINT, which let requests in flight finish.
    OnSignals,
    /// Its owner alone; a signal kills the process, as it does any command.
    WithItsOwner,
}

/// Why a server did not start.
#[derive(Debug)]
pub(crate) enum StartFailure {
    /// Another process has the folder; the sentence says so.
    InUse(String),
    /// Anything else.
    Other(Failure),
}

/// A running server.
pub(crate) struct Server {
    url: String,
    mode: Mode,
    reads: Arc<dyn ReadRows>,
    handle: Option<Handle>,
    drain: Drain,
    serving: Option<JoinHandle<Ended>>,
}

impl Settings {
    /// A server for one command: on a free port, of whatever mode the store is.
    pub(crate) fn on_loopback(folder: &DataFolder) -> Self {
        let (folder, listen) = (folder.clone(), "127.0.0.1:0".to_owned());
        Self { folder, mode: None, listen, ends: Ends::WithItsOwner }
    }
}

impl From<Failure> for StartFailure {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl From<StartFailure> for Failure {
    fn from(failure: StartFailure) -> Self {
        match failure {
            StartFailure::InUse(sentence) => Self::Unable(sentence),
            StartFailure::Other(failure) => failure,
        }
    }
}

impl Server {
    /// Opens everything and serves; returns when requests are answered.
    ///
    /// # Errors
    ///
    /// [`StartFailure`], in one sentence that says what to do.
    pub(crate) fn start(settings: &Settings) -> Result<Self, StartFailure> {
        let config = unit_api::Config::load(variable).map_err(|error| Failure::plain(&error))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::of("cannot start threads", &error))?;
        let listener = runtime.block_on(unit::listener::bind(&settings.listen));
        let listener = listener.map_err(|error| listen_failure(&error, settings))?;
        let address = listener.local_addr();
        let address = address.map_err(|error| Failure::of("cannot listen", &error))?;

        let parts = parts::open(settings)?;
        let readiness = Readiness::new();
        let drain = Drain::new(readiness.clone(), config.drain);
        if settings.ends == Ends::OnSignals {
            let caught = runtime.block_on(async { drain.on_signals() });
            caught.map_err(|error| Failure::of("cannot handle signals", &error))?;
        }
        let (mode, reads) = (parts.mode, parts.store.reads());
        let http = Http { config, listener, readiness, drain: drain.clone() };
        let (serving, handle) = run::spawn(runtime, parts, http)?;
        let url = url_of(address);
        Ok(Self { url, mode, reads, handle: Some(handle), drain, serving: Some(serving) })
    }

    /// Where it listens: `http://HOST:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether it holds play money or real money.
    pub(crate) const fn mode(&self) -> Mode {
        self.mode
    }

    /// The read model, at least at the last commit.
    pub(crate) fn reads(&self) -> (&dyn ReadRows, u64) {
        let position = self.handle.as_ref().map_or(0, Handle::position);
        (&*self.reads, position)
    }

    /// Gives the writer a command that comes from whoever has the folder, and waits for its answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] unless it was applied.
    pub(crate) fn command(&self, command: Command) -> Result<Vec<u8>, Failure> {
        let (sender, receiver) = mpsc::channel();
        let request = Request {
            envelope: Envelope {
                platform: OPERATOR,
                actor: Actor::Writer,
                address: String::new(),
                request_id: "command-line".to_owned(),
                idempotency: None,
                command,
            },
            mode: Applied::Apply,
        };
        let stopped = || Failure::Unable("the server stops: start it again".to_owned());
        let handle = self.handle.as_ref().ok_or_else(stopped)?;
        let taken = handle.submit(request, move |answer| {
            // Whoever asked waits below, unless it gave up.
            let _ = sender.send(answer);
        });
        taken.map_err(|error| Failure::plain(&error))?;
        match receiver.recv().map_err(|_| stopped())? {
            Answer::Kept { presented, .. } if presented.status < 300 => Ok(presented.body),
            Answer::Kept { presented, .. } | Answer::Dry(presented) => {
                Err(Failure::No(String::from_utf8_lossy(&presented.body).into_owned()))
            }
            Answer::Refused(rejected) => Err(Failure::No(rejected.to_string())),
            Answer::KeyReused => Err(Failure::No("the key was used before".to_owned())),
            Answer::Failed(Unanswered::StorageFull) => {
                Err(Failure::Unable("the disk is full: make room, then start again".to_owned()))
            }
            Answer::Failed(
                Unanswered::Internal | Unanswered::OutcomeUnknown | Unanswered::Stopping,
            ) => Err(stopped()),
        }
    }

    /// Waits until it ends: by a signal, or because it cannot go on.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] when it could not go on.
    pub(crate) fn wait(mut self) -> Result<(), Failure> {
        self.join()
    }

    /// Lets requests in flight finish, and ends it.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] when it had ended before, because it could not go on.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        self.drain.begin();
        self.join()
    }

    fn join(&mut self) -> Result<(), Failure> {
        self.handle = None;
        let Some(serving) = self.serving.take() else { return Ok(()) };
        match serving.join() {
            Ok(Ended::NobodyLeft) => Ok(()),
            Ok(Ended::OutcomeUnknown) => Err(Failure::Unable(
                "a commit failed and its outcome is unknown: check the disk, then start again; \
                 what was answered is safe"
                    .to_owned(),
            )),
            Err(_panicked) => {
                Err(Failure::Unable("the server failed; what happened is in its logs".to_owned()))
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.drain.begin();
        // An error on the way out is already on its way to whoever asked.
        let _ = self.join();
    }
}

/// An environment variable, read here for the unit that this process runs.
#[expect(clippy::disallowed_methods, reason = "this is where the process reads its configuration")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a failed `bind` means and what to do about it: where another server has the very folder, that.
fn listen_failure(error: &ListenError, settings: &Settings) -> StartFailure {
    if let ListenError::PortInUse { .. } = error
        && settings.folder.holds_a_store()
        && let Err(StartFailure::InUse(sentence)) = parts::open(settings)
    {
        return StartFailure::InUse(sentence);
    }
    let text = chain(error);
    Failure::Unable(format!("{text}; choose another address with --listen, such as 127.0.0.1:0"))
        .into()
}

/// The address for callers on this machine: a server on every address is on the loopback, too.
fn url_of(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) | IpAddr::V6(_) => address.ip(),
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}
