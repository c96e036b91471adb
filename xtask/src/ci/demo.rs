//! The demonstration, `florin demo --json`, from nothing: its last line must say that all is well.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::server;
use crate::program;

/// Runs the demonstration in a fresh folder.
///
/// # Errors
///
/// When it fails, or its last line is not a JSON object in which `ok` is true.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut demo = Command::new(server::build(root)?);
    demo.args(["demo", "--json"]).current_dir(server::fresh_folder(root, "demo")?);
    let printed = program::output(&mut demo)?;
    let last = printed.trim_end().lines().last().unwrap_or_default();
    let last: serde_json::Value = serde_json::from_str(last)
        .with_context(|| format!("the last line of `florin demo --json` is no JSON: {last}"))?;
    println!("{last}");
    if last["ok"] != true {
        bail!("`florin demo --json` does not end in ok: true");
    }
    Ok(())
}
