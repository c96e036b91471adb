//! Opens a store: its folder, its lock, the checks that say in one sentence what is wrong, its threads.

use std::error::Error;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rusqlite::{Connection, ErrorCode, OptionalExtension};
use store::Mode;

use crate::connection::{TRUTH_ID, make_durable, truth_checkpointer, truth_writer};
use crate::feeder::Feeder;
use crate::journal::SqliteJournal;
use crate::key_uses::KeyUses;
use crate::limits::{LOG_PAGES_HARD, ROOM_BYTES_MIN};
use crate::reads::SqliteReads;
use crate::signal::Signal;
use crate::truth::SqliteTruth;
use crate::{checkpoint, migrate};

/// The file that everything else can be made from again.
pub(crate) const TRUTH_FILE: &str = "truth.db";
/// The derived file.
pub(crate) const READ_FILE: &str = "read.db";
/// What finds rows of the truth by a text; derived, too.
const KEYS_FOLDER: &str = "keys";
const LOCK_FILE: &str = "lock";

/// Why a store cannot be opened; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or a file in it cannot be made, read or written.
    #[error(
        "the data folder {folder} cannot be used: make it readable and writable for this user, or name another one"
    )]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another process has the folder.
    #[error(
        "the data folder {folder} is in use: stop the process that has it open, or name another folder"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no store in the folder, or something else.
    #[error(
        "the data folder {folder} holds no store of Florin: name the folder of a store, or an empty one"
    )]
    NotAStore {
        /// The folder.
        folder: PathBuf,
    },
    /// The store was written by a newer program.
    #[error(
        "the store in {folder} was made by a newer version of Florin (schema {found}, this one knows {known}): use that version"
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema this program knows.
        known: i64,
    },
    /// A test store is to be opened as a live one, or the other way round.
    #[error("the store in {folder} is a {} store, not a {} store: start in {} mode, or name another folder", .is.code(), .asked.code(), .is.code())]
    OtherMode {
        /// The folder.
        folder: PathBuf,
        /// What it is.
        is: Mode,
        /// What was asked for.
        asked: Mode,
    },
    /// The truth cannot be read or brought to the newest schema.
    #[error("the store in {folder} is damaged: put a backup in its place")]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl OpenError {
    fn unreadable(folder: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreadable { folder: folder.to_owned(), source: source.into() }
    }

    /// What an error of the database says about the folder.
    pub(crate) fn of(folder: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAStore { folder: folder.to_owned() },
            Some(ErrorCode::DatabaseCorrupt) => Self::damaged(folder, error),
            Some(_) | None => Self::unreadable(folder, error),
        }
    }

    fn damaged(folder: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Damaged { folder: folder.to_owned(), source: source.into() }
    }
}

/// What the parts of an open store share; the folder is free again when the last one is dropped.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) signal: Signal,
    /// Held while the feeder looks at one snapshot of the truth: its log cannot begin anew then.
    pub(crate) snapshot: Mutex<()>,
    pub(crate) key_uses: KeyUses,
    /// How many pages the read model may have, where a test says so; 0 for no limit.
    #[cfg(test)]
    pub(crate) pages_max: std::sync::atomic::AtomicU32,
    /// How long the log may get, where a test says so; 0 for what the limits say.
    #[cfg(test)]
    pub(crate) log_pages_hard: std::sync::atomic::AtomicU32,
    lock: File,
}

impl Shared {
    /// Whether so little room is left on the medium that the read model may not get what is committed.
    /// Where the system does not say, there is room until a write fails.
    pub(crate) fn is_nearly_full(&self) -> bool {
        rustix::fs::fstatvfs(&self.lock)
            .is_ok_and(|medium| medium.f_bavail.saturating_mul(medium.f_frsize) < ROOM_BYTES_MIN)
    }

    /// From how many pages in the log on nothing is written before it has begun anew.
    pub(crate) fn log_pages_hard(&self) -> u32 {
        #[cfg(test)]
        if let pages @ 1.. = self.log_pages_hard.load(std::sync::atomic::Ordering::SeqCst) {
            return pages;
        }
        LOG_PAGES_HARD
    }
}

#[cfg(test)]
impl Shared {
    pub(crate) fn limit_pages(&self, read: &Connection) {
        let pages = match self.pages_max.load(std::sync::atomic::Ordering::SeqCst) {
            0 => u32::MAX - 1,
            pages => pages,
        };
        read.pragma(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }
}

/// An open store. Dropping it ends its threads; the folder is free once its parts are dropped, too.
#[derive(Debug)]
pub struct SqliteStore {
    folder: PathBuf,
    truth: Option<SqliteTruth>,
    reads: Arc<SqliteReads>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens the store in `folder`, making both if they are not there; `mode` must be the store's own.
    ///
    /// # Errors
    ///
    /// [`OpenError`], whose text says what to do.
    pub fn open(folder: &Path, mode: Mode) -> Result<Self, OpenError> {
        let (mut truth, shared) = truth_alone(folder, mode, make_durable)?;
        let truth_path = folder.join(TRUTH_FILE);
        let position = store::Truth::position(&mut truth);
        let position = position.map_err(|why| OpenError::damaged(folder, why))?;
        shared.signal.committed(position, 0);

        let read_path = folder.join(READ_FILE);
        let feeder = Feeder::open(&read_path, &truth_path, Arc::clone(&shared));
        let feeder = feeder.map_err(|why| OpenError::unreadable(folder, why))?;
        let checkpointer = truth_checkpointer(&truth_path);
        let checkpointer = checkpointer.map_err(|why| OpenError::of(folder, why))?;
        let paths = (read_path, truth_path);
        let reads = Arc::new(SqliteReads::new(paths, Arc::clone(&shared), truth.keys()));

        let for_checkpoints = Arc::clone(&shared);
        let threads = vec![
            spawn(folder, "feeder", move || feeder.run())?,
            spawn(folder, "checkpoints", move || checkpoint::run(&checkpointer, &for_checkpoints))?,
        ];
        Ok(Self { folder: folder.to_owned(), truth: Some(truth), reads, shared, threads })
    }

    /// The writer, which there is one of: `None` once it was taken.
    pub const fn truth(&mut self) -> Option<SqliteTruth> {
        self.truth.take()
    }

    /// The read model.
    #[must_use]
    pub fn reads(&self) -> Arc<SqliteReads> {
        Arc::clone(&self.reads)
    }

    /// The truth as something to walk through.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when it cannot be opened once more.
    pub fn journal(&self) -> Result<SqliteJournal, OpenError> {
        SqliteJournal::open_read_only(&self.folder)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.shared.signal.stop();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to end.
            let _ = thread.join();
        }
    }
}

fn spawn(
    folder: &Path,
    name: &'static str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|why| OpenError::unreadable(folder, why))
}

/// The lock is the operating system's and ends with the process; the file itself stays.
pub(crate) fn lock(folder: &Path) -> Result<File, OpenError> {
    let file =
        File::options().create(true).truncate(false).write(true).open(folder.join(LOCK_FILE));
    let file = file.map_err(|why| OpenError::unreadable(folder, why))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(why)) => Err(OpenError::unreadable(folder, why)),
    }
}

/// The writer of the store in `folder`, without the threads beside it. `prepare` says how its commits
/// reach the medium.
pub(crate) fn truth_alone(
    folder: &Path,
    mode: Mode,
    prepare: fn(&Connection) -> rusqlite::Result<()>,
) -> Result<(SqliteTruth, Arc<Shared>), OpenError> {
    std::fs::create_dir_all(folder).map_err(|why| OpenError::unreadable(folder, why))?;
    let shared = Arc::new(Shared {
        signal: Signal::default(),
        snapshot: Mutex::default(),
        key_uses: KeyUses::default(),
        #[cfg(test)]
        pages_max: std::sync::atomic::AtomicU32::new(0),
        #[cfg(test)]
        log_pages_hard: std::sync::atomic::AtomicU32::new(0),
        lock: lock(folder)?,
    });
    let connection = open_truth(folder, mode, prepare)?;
    let keys = folder.join(KEYS_FOLDER);
    let truth = SqliteTruth::new(connection, mode, Arc::clone(&shared), &keys);
    Ok((truth.map_err(|why| OpenError::damaged(folder, why))?, shared))
}

fn open_truth(
    folder: &Path,
    mode: Mode,
    prepare: fn(&Connection) -> rusqlite::Result<()>,
) -> Result<Connection, OpenError> {
    let failed = |why: rusqlite::Error| OpenError::of(folder, why);
    let mut connection = truth_writer(&folder.join(TRUTH_FILE)).map_err(failed)?;
    let sql = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
    if tables == 0 {
        connection.pragma_update(None, "application_id", TRUTH_ID).map_err(failed)?;
    }
    check_truth(folder, &connection)?;
    prepare(&connection).map_err(failed)?;
    migrate::run(&mut connection).map_err(|why| OpenError::damaged(folder, why))?;
    let sql = "INSERT INTO store (one, mode) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    connection.execute(sql, [mode.code()]).map_err(failed)?;
    match mode_of(folder, &connection)? {
        Some(is) if is == mode => Ok(connection),
        Some(is) => Err(OpenError::OtherMode { folder: folder.to_owned(), is, asked: mode }),
        None => Err(OpenError::NotAStore { folder: folder.to_owned() }),
    }
}

/// Checks that a file is a truth, and no newer than this program.
pub(crate) fn check_truth(folder: &Path, connection: &Connection) -> Result<(), OpenError> {
    let number = |name| {
        let number = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        number.map_err(|why| OpenError::of(folder, why))
    };
    if number("application_id")? != i64::from(TRUTH_ID) {
        return Err(OpenError::NotAStore { folder: folder.to_owned() });
    }
    let (found, known) = (number("user_version")?, migrate::newest());
    if found > known {
        return Err(OpenError::Newer { folder: folder.to_owned(), found, known });
    }
    Ok(())
}

/// The mode that the store says it is of.
pub(crate) fn mode_of(folder: &Path, connection: &Connection) -> Result<Option<Mode>, OpenError> {
    let sql = "SELECT mode FROM store";
    let mode = connection.query_row(sql, [], |row| row.get::<_, String>(0)).optional();
    let mode = mode.map_err(|why| OpenError::of(folder, why))?;
    Ok(mode.as_deref().and_then(Mode::parse))
}
