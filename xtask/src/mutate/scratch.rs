//! A worktree of the repository that may be broken, and that is gone at the end, however that comes.
//!
//! A process of its own waits for ours to end: then it ends what we started and takes the worktree
//! away, also after Ctrl-C. What was built stays in `target/mutate/build` for the next run.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::program;

/// A suite that takes longer has noticed something.
const SUITE_TIMEOUT: Duration = Duration::from_mins(5);

/// Reads the process group to end from its input, the last line counts; when that is closed, we ended.
const CLEAN_UP: &str = "while read -r group; do last=$group; done
    [ -z \"$last\" ] || kill -s KILL -- \"-$last\"
    git worktree remove --force \"$1\"
    git worktree prune";

/// How a program of ours ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With success.
    Well,
    /// Without.
    Badly,
    /// It was ended.
    OutOfTime,
}

/// The worktree; dropping it takes it away.
pub(super) struct Scratch {
    folder: PathBuf,
    cleaner: Child,
    /// Closed first, so that the cleaner begins.
    to_cleaner: Option<ChildStdin>,
}

impl Scratch {
    /// Makes a worktree of what is tracked, as it stands now.
    pub(super) fn new(root: &Path) -> Result<Self> {
        let folder = root.join("target/mutate");
        std::fs::create_dir_all(&folder)?;
        let tree = folder.join("tree");
        let git = || {
            let mut git = Command::new("git");
            git.current_dir(root);
            git
        };
        if tree.exists() {
            program::run(git().args(["worktree", "remove", "--force"]).arg(&tree))?;
        }
        // A commit of what is not committed yet, which nothing points to; empty if there is nothing.
        let changed = program::output(git().args(["stash", "create"]))?;
        let commit = if changed.trim().is_empty() { "HEAD" } else { changed.trim() };
        let add = ["worktree", "add", "--quiet", "--detach"];
        program::run(git().args(add).arg(&tree).arg(commit))?;

        let mut cleaner = Command::new("sh");
        cleaner.current_dir(root).args(["-c", CLEAN_UP, "sh"]).arg(&tree).process_group(0);
        cleaner.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut cleaner = cleaner.spawn().context("cannot start sh")?;
        let to_cleaner = cleaner.stdin.take();
        Ok(Self { folder, cleaner, to_cleaner })
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Runs cargo in the worktree; what it printed is kept in the log of this name, too.
    pub(super) fn cargo(&mut self, log: &str, arguments: &[&str]) -> Result<(Ended, String)> {
        let log = self.folder.join(format!("{log}.log"));
        let file = File::create(&log).context("cannot keep what cargo prints")?;
        let mut cargo = program::cargo(&self.tree());
        let (first, rest) = arguments.split_first().context("cargo is asked for nothing")?;
        cargo.arg(first).arg("--target-dir").arg(self.folder.join("build")).args(rest);
        cargo.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let ended = self.bounded(&mut cargo)?;
        Ok((ended, String::from_utf8_lossy(&std::fs::read(&log)?).into_owned()))
    }

    /// In a process group of its own, so that all of it can be ended.
    fn bounded(&mut self, command: &mut Command) -> Result<Ended> {
        let mut child = command.process_group(0).spawn().context("cannot start cargo")?;
        let group = child.id();
        self.tell_cleaner(&group.to_string());
        let (done, until_done) = channel::<()>();
        let watch = std::thread::spawn(move || {
            let late = until_done.recv_timeout(SUITE_TIMEOUT) == Err(RecvTimeoutError::Timeout);
            if late {
                let kill = ["-c", "kill -s KILL -- \"-$1\"", "sh"];
                let _ = Command::new("sh").args(kill).arg(group.to_string()).status();
            }
            late
        });
        let status = child.wait().context("cannot wait for cargo")?;
        drop(done);
        self.tell_cleaner("");
        Ok(match (watch.join().unwrap_or_default(), status.success()) {
            (true, _) => Ended::OutOfTime,
            (false, true) => Ended::Well,
            (false, false) => Ended::Badly,
        })
    }

    /// A cleaner that is gone cleans nothing; the next run does.
    fn tell_cleaner(&mut self, group: &str) {
        if let Some(to_cleaner) = &mut self.to_cleaner {
            let _ = writeln!(to_cleaner, "{group}");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.to_cleaner.take());
        let _ = self.cleaner.wait();
    }
}
