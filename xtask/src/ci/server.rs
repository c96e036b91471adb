//! `florin serve` for a test from outside: on a fresh folder and a free port, gone at the end.
//!
//! Start at [`Server::start`].

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::MetadataCommand;

use crate::program;

/// A start that takes longer is a failure.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// What the server says on standard output when it is ready for its first caller.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: Option<String>,
    /// The sandbox key, which it shows at its first start only.
    pub(crate) key: Option<String>,
    /// The sandbox platform's id, shown before its key.
    pub(crate) platform: Option<String>,
}

impl Announced {
    /// Takes in one line of output.
    pub(crate) fn read(&mut self, line: &str) {
        let end = |letter: char| !(letter.is_ascii_alphanumeric() || ":/._-".contains(letter));
        let from = |start: &str| {
            let rest = line.get(line.find(start)?..)?;
            Some(
                rest.split(end).next().unwrap_or(rest).trim_end_matches(['/', '.', ':']).to_owned(),
            )
        };
        self.url = self.url.take().or_else(|| from("http://127.0.0.1:"));
        self.platform = self.platform.take().or_else(|| from("plt_"));
        self.key = self.key.take().or_else(|| from("fl_test_"));
    }
}

/// A running server; dropping it ends its process.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) platform: String,
    /// The operator's key.
    pub(crate) operator_key: String,
    /// Where it logs.
    pub(crate) log: PathBuf,
}

impl Server {
    /// Builds the product and serves from a folder made new, `target/ci/NAME`.
    ///
    /// # Errors
    ///
    /// When it cannot be built, or does not say in time where it listens and with which key.
    pub(crate) fn start(root: &Path, name: &str) -> Result<Self> {
        let binary = build(root)?;
        let folder = fresh_folder(root, name)?;
        let log = folder.join("stderr.log");
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log)?)
            .spawn()
            .context("cannot start `florin serve`")?;
        let lines = lines(&mut child);
        let server = Self {
            child,
            url: String::new(),
            key: String::new(),
            platform: String::new(),
            operator_key: String::new(),
            log,
        };
        let mut server = server.announced(&lines)?;
        let operator_key = folder.join("florin-data/operator-key");
        let operator_key = std::fs::read_to_string(operator_key).context("no operator key")?;
        operator_key.trim().clone_into(&mut server.operator_key);
        Ok(server)
    }

    /// Waits until the server has said where it listens and with which key.
    fn announced(mut self, lines: &mpsc::Receiver<String>) -> Result<Self> {
        let deadline = Instant::now() + START_TIMEOUT;
        let mut announced = Announced::default();
        while let Ok(line) = lines.recv_timeout(deadline.duration_since(Instant::now())) {
            announced.read(&line);
            if let (Some(url), Some(key)) = (&announced.url, &announced.key) {
                (self.url, self.key) = (url.clone(), key.clone());
                self.platform = announced.platform.unwrap_or_default();
                return Ok(self);
            }
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let missing = if announced.url.is_none() { "an address" } else { "a sandbox key" };
        bail!("`florin serve` did not print {missing} in time; it logged:\n{log}")
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its folder is thrown away: there is nothing to drain, and it may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds the product; returns its binary.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    program::run(program::cargo(root).args(["build", "--package", "florin"]))?;
    let mut metadata = MetadataCommand::new();
    let metadata = metadata.manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    Ok(metadata.target_directory.join("debug/florin").into_std_path_buf())
}

/// An empty folder `target/ci/NAME`.
pub(crate) fn fresh_folder(root: &Path, name: &str) -> Result<PathBuf> {
    let folder = root.join("target/ci").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("cannot clear target/ci")?;
    }
    std::fs::create_dir_all(&folder).context("cannot make target/ci")?;
    Ok(folder)
}

/// The child's lines of output, read to the end by a thread, so that its pipe never fills up.
fn lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Once the address is known nobody listens any more, and reading goes on.
                let _ = sender.send(line);
            }
        });
    }
    receiver
}
