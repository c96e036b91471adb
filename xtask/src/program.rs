//! Other programs: started in the repository's folder, their failure told in one line.
//!
//! Start at [`run`] for a program whose output the reader sees, [`output`] for one whose output
//! is wanted.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// Runs `command` to its end; what it prints goes where our own output goes.
///
/// # Errors
///
/// When it could not be started or did not succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if status.success() { Ok(()) } else { bail!("{name}: {status}") }
}

/// Runs `command` to its end and returns its standard output; its complaints stay visible.
///
/// # Errors
///
/// When it could not be started, did not succeed, or printed something that is not UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name}: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} printed bytes, not text"))
}

/// The cargo that started us, in the folder `root`.
pub(crate) fn cargo(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command
}

/// A program that `./test` installs: in `target/tools`, else wherever the search path finds it.
pub(crate) fn tool(root: &Path, name: &str) -> PathBuf {
    let tools = root.join("target/tools");
    for folder in ["bin", "python/bin", "npm/node_modules/.bin"] {
        let path = tools.join(folder).join(name);
        if path.exists() {
            return path;
        }
    }
    PathBuf::from(name)
}

/// The program and its arguments, as one would type them.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
