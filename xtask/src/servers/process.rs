//! One server's process: started without our rights, ready when it answers, ended with us.
//!
//! `setpriv` (of util-linux) does what needs no code here: it gives up root, and has the kernel
//! signal the server when we die. Start at [`Process::start`].

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// A server that answers later does not start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a server has to end by itself before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Between two looks at a server that starts or stops.
const PAUSE: Duration = Duration::from_millis(50);

/// Whom servers run as when we are root; the user and group of that name have this number on Linux.
const NOBODY: u32 = 65_534;

/// What a server needs to be started and waited for.
pub(super) struct Plan {
    /// The kind of store, as in a catalogue.
    pub(super) name: &'static str,
    /// What a client is given.
    pub(super) url: String,
    /// The server, in the foreground.
    pub(super) server: Command,
    /// With which rights it runs.
    pub(super) rights: Rights,
    /// The signal that ends it at once.
    pub(super) signal: &'static str,
    /// A program that succeeds as soon as the server answers.
    pub(super) probe: Command,
}

/// With which rights a program runs.
#[derive(Clone, Copy)]
pub(super) enum Rights {
    /// With ours.
    Ours,
    /// As `nobody` when we are root: some servers refuse to be root.
    Nobody,
}

/// A running server; dropping it ends it.
pub(super) struct Process {
    plan: Plan,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts what `plan` says, its output in a log in `folder`.
    pub(super) fn start(folder: &Path, plan: Plan) -> Result<Self> {
        let log = folder.join(format!("{}.log", plan.name));
        let output = std::fs::File::create(&log)?;
        let mut command = setpriv(plan.rights)?;
        command.args(["--pdeathsig", plan.signal]).arg(plan.server.get_program());
        command.args(plan.server.get_args());
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {} with setpriv (of util-linux)", plan.name))?;
        Ok(Self { plan, child, log })
    }

    /// The kind of store it is.
    pub(super) fn name(&self) -> &'static str {
        self.plan.name
    }

    /// Waits until it answers; returns its URL.
    pub(super) fn ready(&mut self) -> Result<String> {
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline && self.child.try_wait()?.is_none() {
            let probe = self.plan.probe.stdin(Stdio::null()).stdout(Stdio::null());
            let probed = probe.stderr(Stdio::null()).status();
            if probed.with_context(|| format!("cannot probe {}", self.plan.name))?.success() {
                return Ok(self.plan.url.clone());
            }
            thread::sleep(PAUSE);
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        bail!("{} did not start; is it installed (./test does)? It said:\n{log}", self.plan.name)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-s", self.plan.signal, &pid]).status();
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(PAUSE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `program`, to be run to its end with the rights of the server that it prepares.
pub(super) fn prepare(program: impl AsRef<OsStr>, rights: Rights) -> Result<Command> {
    let mut command = setpriv(rights)?;
    command.arg(program);
    Ok(command)
}

/// `setpriv`, which the program and its arguments are to follow.
fn setpriv(rights: Rights) -> Result<Command> {
    let mut command = Command::new("setpriv");
    match rights {
        Rights::Nobody if is_root()? => {
            let nobody = NOBODY.to_string();
            command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups"]);
        }
        Rights::Nobody | Rights::Ours => {}
    }
    Ok(command)
}

/// A folder below `parent` that a server may write to.
pub(super) fn data_folder(parent: &Path, name: &str) -> Result<PathBuf> {
    let folder = parent.join(name);
    std::fs::create_dir(&folder)?;
    give_away(&folder)?;
    Ok(folder)
}

/// A new folder for this run's servers; those of runs that are no more are cleared away.
pub(super) fn fresh_folder(root: &Path) -> Result<PathBuf> {
    let all =
        if is_root()? && !is_open(root)? { std::env::temp_dir() } else { root.join("target") };
    let all = all.join("florin-servers");
    std::fs::create_dir_all(&all).context("cannot make a folder for the servers")?;
    for entry in std::fs::read_dir(&all)? {
        let entry = entry?;
        if !Path::new("/proc").join(entry.file_name()).exists() {
            std::fs::remove_dir_all(entry.path()).context("cannot clear an old folder")?;
        }
    }
    let folder = all.join(std::process::id().to_string());
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    give_away(&folder)?;
    Ok(folder)
}

/// A port that nobody listens on.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A program that is not on every search path: Debian's folder of servers first.
pub(super) fn program(folder: &str, name: &str) -> PathBuf {
    let path = Path::new(folder).join(name);
    if path.exists() { path } else { PathBuf::from(name) }
}

fn give_away(folder: &Path) -> Result<()> {
    if is_root()? {
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY))?;
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    Ok(std::fs::metadata("/proc/self").context("cannot see who we are")?.uid() == 0)
}

/// Whether everybody may pass through `folder` and what is above it.
fn is_open(folder: &Path) -> Result<bool> {
    for above in folder.ancestors().filter(|above| !above.as_os_str().is_empty()) {
        if std::fs::metadata(above)?.permissions().mode() & 0o001 == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
