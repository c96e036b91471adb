//! `florin serve` as a process of its own, on a folder that a marketplace was made in.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// A start that takes longer is a failure.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A running server; dropping it ends its process.
pub(crate) struct Served {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    /// How long it took to answer its first caller.
    pub(crate) started_in: Duration,
}

/// The end of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is asked to end.
    Clean,
    /// It is killed.
    Killed,
}

impl Served {
    /// Serves the store in `folder`.
    ///
    /// # Errors
    ///
    /// When it does not start in time.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("florin");
        let begun = Instant::now();
        let announced = folder.join("server.json");
        // A server that was killed has left it.
        if announced.exists() {
            std::fs::remove_file(&announced)?;
        }
        let child = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--data"])
            .arg(folder)
            .env("FLORIN_RATE_PER_SECOND", "1000000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut served = Self { child, address: String::new(), started_in: Duration::ZERO };
        while begun.elapsed() < START_TIMEOUT {
            if let Some(status) = served.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            let said = std::fs::read(&announced).unwrap_or_default();
            let said: Value = serde_json::from_slice(&said).unwrap_or_default();
            if let Some(url) = said["url"].as_str() {
                served.address = url.trim_start_matches("http://").to_owned();
                served.started_in = begun.elapsed();
                return Ok(served);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not start in time")
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The memory that is resident, in bytes, as proc(5) has it.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or_default() * 1024
    }

    /// Ends it, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// When it cannot be ended.
    pub(crate) fn end(mut self, how: End) -> Result<()> {
        match how {
            End::Killed => self.child.kill()?,
            End::Clean => {
                let id = self.process().to_string();
                Command::new("kill").args(["-TERM", &id]).status()?;
            }
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
