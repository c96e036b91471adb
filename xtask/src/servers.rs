//! `cargo xtask servers`: PostgreSQL, MariaDB, ClickHouse and MongoDB for tests, real as far as they can be had.
//!
//! Not for anybody's data: empty, on loopback and free ports, open to everybody on this machine,
//! and not durable. `./test` installs them. They end at the end of standard input, and with us when
//! we are killed; what a killed run left on the disk, the next one clears away.
//!
//! Start at [`Servers::start`].

mod clickhouse;
mod mariadb;
mod mongodb;
mod postgres;
mod process;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use process::Process;

/// How tests are told where the servers are: the line of JSON, in this variable.
pub(crate) const VARIABLE: &str = "PQL_TEST_SERVERS";

/// Running servers, all started by us; dropping them ends them and clears their folder.
pub(crate) struct Servers {
    processes: Vec<Process>,
    folder: PathBuf,
    urls: Vec<(&'static str, String)>,
}

/// Starts the servers, says where they are, and ends them when standard input ends.
///
/// # Errors
///
/// When one does not start.
pub(crate) fn run(root: &Path, form: Form) -> Result<()> {
    let servers = Servers::start(root)?;
    match form {
        Form::Json => println!("{}", servers.json()),
        Form::Text => servers.urls.iter().for_each(|(name, url)| println!("{name:<10} {url}")),
    }
    std::io::stdout().flush()?;
    let mut waste = [0; 4096];
    while std::io::stdin().read(&mut waste).context("cannot read standard input")? > 0 {}
    Ok(())
}

/// How the addresses are printed.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// One object on one line.
    Json,
    /// A line a server.
    Text,
}

impl Servers {
    /// Starts all of them, each of them on its own time, and waits until each answers.
    ///
    /// # Errors
    ///
    /// When one is not installed, or does not answer in time; its log is in the message.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        let folder = process::fresh_folder(root)?;
        let mut servers = Self { processes: Vec::new(), folder, urls: Vec::new() };
        let folder = servers.folder.as_path();
        let started = [
            clickhouse::start(root, folder)?,
            mongodb::start(root, folder)?,
            postgres::start(folder)?,
            mariadb::start(folder)?,
        ];
        servers.processes.extend(started);
        for process in &mut servers.processes {
            servers.urls.push((process.name(), process.ready()?));
        }
        Ok(servers)
    }

    /// Where they are: one object, a URL for each kind of store.
    pub(crate) fn json(&self) -> Value {
        self.urls.iter().fold(json!({}), |mut all, (name, url)| {
            all[*name] = json!(url);
            all
        })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.processes.clear();
        // A folder that stays is cleared by the next run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
