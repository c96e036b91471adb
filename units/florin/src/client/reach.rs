//! Which server a command talks to: the one it is told, the one that has the data folder, or its own.
//!
//! One code path: where the folder is free, the very server of `florin serve` is started on a free
//! port of the loopback for as long as the command runs. Whether a server has the folder is known by
//! the folder's lock alone: what is written in it may be left over from a crash.
//!
//! Start at [`Connection::reach`].

use std::path::PathBuf;
use std::time::{Duration, Instant};

use unit::secret::Secret;

use super::Client;
use crate::failure::Failure;
use crate::server::folder::DataFolder;
use crate::server::{Server, Settings, StartFailure, first_start};

/// How long a command waits for a server that has the folder and does not say yet where it is.
const ANNOUNCE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where the data is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Data {
    /// Data folder
    #[arg(long, value_name = "FOLDER", env = "FLORIN_DATA", default_value = "./florin-data")]
    pub(crate) data: PathBuf,
}

/// Which server, as whom.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Connection {
    /// Address of a running server; else the one that has the data folder, or one of our own
    #[arg(long, value_name = "URL", env = "FLORIN_URL")]
    url: Option<String>,
    /// API key; else the operator key in the data folder
    #[arg(long, value_name = "KEY", env = "FLORIN_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Platform to act for, as an operator: its id or its name; may be left out if there is only one
    #[arg(long, value_name = "PLATFORM", env = "FLORIN_PLATFORM")]
    pub(crate) platform: Option<String>,
    #[command(flatten)]
    data: Data,
}

/// A client, and the server behind it if it is our own.
pub(crate) struct Reached {
    /// The caller; it names no platform yet.
    pub(crate) client: Client,
    server: Option<Server>,
}

impl Data {
    /// The data folder, which must hold a store.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it does not.
    pub(crate) fn folder_with_store(&self) -> Result<DataFolder, Failure> {
        let folder = DataFolder::new(&self.data);
        if folder.holds_a_store() {
            return Ok(folder);
        }
        let shown = folder.path().display();
        Err(Failure::Unable(format!("there is no store in {shown}: name its folder with --data")))
    }
}

impl Connection {
    /// Finds or starts a server.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] where there is none, and none can be started.
    pub(crate) fn reach(&self) -> Result<Reached, Failure> {
        if let Some(url) = &self.url {
            let key = self.key.clone().ok_or_else(|| {
                Failure::Unable(
                    "--url needs a key: give it with --key, or in the variable FLORIN_KEY"
                        .to_owned(),
                )
            })?;
            let client = Client::new(url, Secret::new(key))?;
            return Ok(Reached { client, server: None });
        }
        let folder = self.folder()?;
        match Server::start(&Settings::on_loopback(&folder)) {
            Ok(server) => {
                let client = Client::new(server.url(), self.key(&folder)?)?;
                Ok(Reached { client, server: Some(server) })
            }
            Err(StartFailure::InUse(sentence)) => {
                let url = announced(&folder).ok_or(Failure::Unable(sentence))?;
                Ok(Reached { client: Client::new(&url, self.key(&folder)?)?, server: None })
            }
            Err(StartFailure::Other(failure)) => Err(failure),
        }
    }

    /// Replaces the operator key in the folder, which no server may have; returns its file.
    ///
    /// # Errors
    ///
    /// [`Failure`] if a server has the folder, or the key cannot be made.
    pub(crate) fn replace_operator_key(&self) -> Result<PathBuf, Failure> {
        if self.url.is_some() {
            let text =
                "an operator key is replaced in its data folder: leave out --url and FLORIN_URL";
            return Err(Failure::Unable(text.to_owned()));
        }
        let folder = self.folder()?;
        let server = Server::start(&Settings::on_loopback(&folder))?;
        first_start::replace_operator_key(&server, &folder)?;
        server.stop()?;
        Ok(folder.operator_key_path())
    }

    /// The data folder, which holds a store.
    fn folder(&self) -> Result<DataFolder, Failure> {
        let folder = DataFolder::new(&self.data.data);
        if folder.holds_a_store() {
            return Ok(folder);
        }
        let text = format!(
            "there is no store in {}: start one with `florin serve`, or name its folder with --data",
            folder.path().display()
        );
        Err(Failure::Unable(text))
    }

    /// The key to act with.
    fn key(&self, folder: &DataFolder) -> Result<Secret<String>, Failure> {
        match &self.key {
            Some(key) => Ok(Secret::new(key.clone())),
            None => folder.operator_key(),
        }
    }
}

impl Reached {
    /// The caller, acting for the platform that was named, or the only one there is.
    ///
    /// A platform's own key carries its platform and needs no other.
    ///
    /// # Errors
    ///
    /// [`Failure`] where none was named and there is not exactly one, or none has that name.
    pub(crate) fn on_platform(&self, named: Option<&str>) -> Result<Client, Failure> {
        match named {
            Some(id) if id.starts_with("plt_") => Ok(self.client.for_platform(id)),
            Some(name) => Ok(self.client.for_platform(&self.platform_named(name)?)),
            None if self.client.is_of_platform()? => Ok(self.client.clone()),
            None => Ok(self.client.for_platform(&self.only_platform()?)),
        }
    }

    /// Whether the server is our own: then nobody else makes anything happen.
    pub(crate) const fn is_alone(&self) -> bool {
        self.server.is_some()
    }

    /// Ends the server, if it is our own.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it does not end well.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.server.map_or(Ok(()), Server::stop)
    }

    fn platform_named(&self, name: &str) -> Result<String, Failure> {
        let found = self.client.platforms()?.into_iter().find(|platform| platform.name == name);
        found.map(|platform| platform.id.0).ok_or_else(|| {
            Failure::No(format!("no platform is called `{name}`; see `florin platforms list`"))
        })
    }

    fn only_platform(&self) -> Result<String, Failure> {
        let platforms = self.client.platforms()?;
        match platforms.as_slice() {
            [only] => Ok(only.id.0.clone()),
            [] => Err(Failure::Unable(
                "there is no platform yet: make one with `florin platforms create NAME`".to_owned(),
            )),
            several => {
                let name = |platform: &api::platform::Platform| {
                    format!("{} ({})", platform.name, platform.id.0)
                };
                let names: Vec<String> = several.iter().take(10).map(name).collect();
                let names = names.join(", ");
                Err(Failure::Unable(format!("name a platform with --platform: {names}")))
            }
        }
    }
}

/// The address that the server with the folder announces, as soon as it does.
fn announced(folder: &DataFolder) -> Option<String> {
    let started = Instant::now();
    loop {
        if let Some(announced) = folder.announced() {
            return Some(announced.url);
        }
        if started.elapsed() >= ANNOUNCE_TIMEOUT {
            return None;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
