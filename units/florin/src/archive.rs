//! Files of a backup: copied durably while they are hashed, and the manifest that says what they are.
//!
//! Not how a truth is copied consistently: that is the store's. Invariant: a folder or file that is
//! not whole has a temporary name. Start at [`Manifest`] and [`Partial`].

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// The manifest's name in a backup.
const MANIFEST: &str = "manifest.json";
/// The version of the manifest that is written and read.
const FORMAT: u32 = 1;
/// A manifest is far shorter.
const MANIFEST_BYTES_MAX: u64 = 65_536;
const CHUNK_BYTES: usize = 1 << 20;

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The version of this file's shape.
    pub(crate) format: u32,
    /// The version of Florin that wrote it.
    pub(crate) version: String,
    /// `test` or `live`.
    pub(crate) mode: String,
    /// The commit position of the truth in it.
    pub(crate) position: u64,
    /// When it was begun: RFC 3339.
    pub(crate) created_at: String,
    /// Every file but this one.
    pub(crate) files: Vec<Entry>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its name in the backup and in a data folder.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub(crate) sha256: String,
}

impl Manifest {
    /// A manifest of this program, without files yet.
    pub(crate) fn new(mode: store::Mode, position: u64, created_at: String) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: mode.code().to_owned(),
            position,
            created_at,
            files: Vec::new(),
        }
    }

    /// Reads the manifest of the backup in `folder`.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is no backup, or one of a newer program.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let shown = folder.display();
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MANIFEST_BYTES_MAX).read_to_end(&mut bytes))
            .map_err(|error| {
                let text = format!("there is no backup in {shown}: its {MANIFEST}: {error}");
                Failure::Unable(text)
            })?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::No(format!("the {MANIFEST} in {shown} is not whole: {error}"))
        })?;
        if manifest.format != FORMAT {
            return Err(Failure::Unable(format!(
                "the backup in {shown} was made by Florin {}, with a manifest of format {}: \
                 restore it with that version",
                manifest.version, manifest.format
            )));
        }
        Ok(manifest)
    }

    /// Writes it into `folder`, durably.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Failure::of("cannot write the manifest", &error))?;
        let path = folder.join(MANIFEST);
        let written = || -> io::Result<()> {
            let mut file = create(&path)?;
            file.write_all(&text)?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        written().map_err(|error| cannot_write(&path, &error))
    }
}

/// A folder under a temporary name; gone when this is dropped, unless it was [kept](Self::keep).
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    kept: bool,
}

impl Partial {
    /// Makes it beside `target`, for its owner alone.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it cannot be made.
    pub(crate) fn beside(target: &Path) -> Result<Self, Failure> {
        let path = partial_name(target)?;
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| cannot_write(&path, &error))?;
        Ok(Self { path, kept: false })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, durably, when everything in it is.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is something of that name, or it cannot be renamed.
    pub(crate) fn keep(mut self, target: &Path) -> Result<(), Failure> {
        let renamed = || -> io::Result<()> {
            File::open(&self.path)?.sync_all()?;
            if target.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(&self.path, target)?;
            sync_folder_of(target)
        };
        renamed().map_err(|error| cannot_write(target, &error))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed has a name that nobody takes for a backup.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A name beside `target` that nothing has: process ids come again, in containers above all.
///
/// # Errors
///
/// [`Failure`] if the system has no chance to give.
pub(crate) fn partial_name(target: &Path) -> Result<PathBuf, Failure> {
    let bytes: [u8; 8] = unit::chance::random_bytes().map_err(|fault| Failure::plain(&fault))?;
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".partial-{:016x}", u64::from_be_bytes(bytes)));
    Ok(PathBuf::from(name))
}

/// Copies what `from` holds now to the new file `to`, durably; returns what it is.
///
/// # Errors
///
/// [`Failure`] where either fails.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<Entry, Failure> {
    let mut source = File::open(from).map_err(|error| cannot_read(from, &error))?;
    let mut copy = create(to).map_err(|error| cannot_write(to, &error))?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = source.read(&mut chunk).map_err(|error| cannot_read(from, &error))?;
        if read == 0 {
            break;
        }
        let read = &chunk[..read];
        hash.update(read);
        copy.write_all(read).map_err(|error| cannot_write(to, &error))?;
        bytes += u64::try_from(read.len()).unwrap_or(u64::MAX);
    }
    copy.sync_all().map_err(|error| cannot_write(to, &error))?;
    Ok(Entry { name: name_of(from), bytes, sha256: format!("{:x}", hash.finalize()) })
}

/// Says what the file at `path` is, and makes it durable.
///
/// # Errors
///
/// [`Failure`] where it cannot be read or forced onto the medium.
pub(crate) fn seal(path: &Path) -> Result<Entry, Failure> {
    let mut file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    file.sync_all().map_err(|error| cannot_write(path, &error))?;
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut file, &mut hash).map_err(|error| cannot_read(path, &error))?;
    Ok(Entry { name: name_of(path), bytes, sha256: format!("{:x}", hash.finalize()) })
}

/// Makes the name of `path` durable.
///
/// # Errors
///
/// What the system says.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// A new file for its owner alone.
///
/// # Errors
///
/// What the system says; `AlreadyExists` where there is one.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The failure that `path` cannot be written.
pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let text = format!(
        "cannot write {}: {error}; make room, or make its folder writable for this user",
        path.display()
    );
    Failure::Unable(text)
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    Failure::Unable(format!("cannot read {}: {error}", path.display()))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
