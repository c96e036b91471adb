//! The data folder: what stands in it besides the store's and the bank's own files.
//!
//! `operator-key` is the key of whoever runs this Florin, readable by its owner alone; `server.json`
//! says where the server listens, while it runs; `verified` where the last clean verification ended. Each is replaced as a whole, so that no reader ever
//! sees a half of one. Start at [`DataFolder`].

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unit::secret::Secret;

use crate::failure::Failure;

pub(crate) const TRUTH: &str = "truth.db";
pub(crate) const BANK: &str = "sandbox-bank.ndjson";
const BANK_CURSOR: &str = "sandbox-bank.told";
const CURSOR_KEY: &str = "cursor-key";
const OPERATOR_KEY: &str = "operator-key";
const SERVER: &str = "server.json";
const VERIFIED: &str = "verified";

/// A folder with a store, or one that will have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataFolder {
    path: PathBuf,
}

/// Where a server listens, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announced {
    /// `http://HOST:PORT`
    pub(crate) url: String,
    /// Its process.
    pub(crate) pid: u32,
}

impl DataFolder {
    /// The folder at `path`, absolute where the working folder is known; nothing is looked at yet.
    pub(crate) fn new(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a store in it.
    pub(crate) fn holds_a_store(&self) -> bool {
        self.truth().exists()
    }

    /// The file that the sandbox bank keeps.
    pub(crate) fn bank(&self) -> PathBuf {
        self.path.join(BANK)
    }

    /// The store's own file, which everything else can be made from again.
    pub(crate) fn truth(&self) -> PathBuf {
        self.path.join(TRUTH)
    }

    /// The file that says how far the bank's worker got.
    pub(crate) fn bank_cursor(&self) -> PathBuf {
        self.path.join(BANK_CURSOR)
    }

    /// What the cursors of lists are sealed with: made at the first start, the same from then on.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if it cannot be made.
    pub(crate) fn cursor_key(&self) -> Result<[u8; 32], Failure> {
        let kept = fs::read(self.path.join(CURSOR_KEY)).ok();
        if let Some(key) = kept.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(key);
        }
        let key = unit::chance::random_bytes().map_err(|fault| Failure::plain(&fault))?;
        self.replace(CURSOR_KEY, &key)?;
        Ok(key)
    }

    /// Where the last verification ended, if it was clean.
    pub(crate) fn verified(&self) -> Option<Vec<u8>> {
        fs::read(self.path.join(VERIFIED)).ok()
    }

    /// Keeps where a verification ended; `None` if it was not clean.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if it cannot be written.
    pub(crate) fn keep_verified(&self, ended: Option<&[u8]>) -> Result<(), Failure> {
        if let Some(ended) = ended {
            return self.replace(VERIFIED, ended);
        }
        match fs::remove_file(self.path.join(VERIFIED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::of("cannot remove where the last verification ended", &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Makes the folder for its owner alone, unless it is there.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if it cannot be made.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.path);
        made.map_err(|error| {
            let text = format!(
                "cannot make the data folder {}: {error}; choose another with --data",
                self.path.display()
            );
            Failure::Unable(text)
        })
    }

    /// The operator's key.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if the file is missing or cannot be read.
    pub(crate) fn operator_key(&self) -> Result<Secret<String>, Failure> {
        let path = self.operator_key_path();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Secret::new(text.trim().to_owned())),
            Err(error) => Err(Failure::Unable(format!(
                "cannot read the operator key in {}: {error}; give a key with --key, or stop the \
                 server and make a new one with `florin keys create --operator`",
                path.display()
            ))),
        }
    }

    /// Where the operator's key is.
    pub(crate) fn operator_key_path(&self) -> PathBuf {
        self.path.join(OPERATOR_KEY)
    }

    /// Whether the operator's key is there.
    pub(crate) fn has_operator_key(&self) -> bool {
        self.operator_key_path().exists()
    }

    /// Keeps the operator's key, in place of any other.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if it cannot be written.
    pub(crate) fn keep_operator_key(&self, key: &Secret<String>) -> Result<(), Failure> {
        self.replace(OPERATOR_KEY, format!("{}\n", key.expose()).as_bytes())
    }

    /// Says where the server listens.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if it cannot be written.
    pub(crate) fn announce(&self, announced: &Announced) -> Result<(), Failure> {
        let text = serde_json::to_vec(announced)
            .map_err(|error| Failure::of("cannot write server.json", &error))?;
        self.replace(SERVER, &text)
    }

    /// Where a server said that it listens: what a crashed one said stays until the next start.
    pub(crate) fn announced(&self) -> Option<Announced> {
        let text = fs::read(self.path.join(SERVER)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Says no more where the server listens.
    pub(crate) fn withdraw(&self) {
        // What is left over does no harm: readers go by the lock.
        let _ = fs::remove_file(self.path.join(SERVER));
    }

    /// Replaces a file as a whole, durably, for its owner alone.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let (path, beside) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let written = || -> io::Result<()> {
            let _ = fs::remove_file(&beside);
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            File::open(&self.path)?.sync_all()
        };
        written().map_err(|error| {
            let text = format!(
                "cannot write {}: {error}; make room, or make the folder writable for this user",
                path.display()
            );
            Failure::Unable(text)
        })
    }
}
