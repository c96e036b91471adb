//! Tests of the store on SQLite: agreement with the model, and what only a file can do.

mod accounts;
mod backup;
mod batches;
mod conformance;
mod crashes;
mod faults;
mod import;
mod key_uses;
mod keys;
mod migrations;
mod read_rows;
mod signal;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of a test's own, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-store-sqlite-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // What a test that was killed left behind.
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
