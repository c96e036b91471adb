//! A folder that is gone when the bench ends.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A folder of this process.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty folder under the system's folder for such.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let name = format!("florin-bench-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).context("cannot make a folder to measure in")?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is the system's to remove later.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
