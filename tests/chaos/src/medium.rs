//! What survives the process: a store in memory, or the files of one on SQLite; and how it is opened,
//! walked through, harmed by a crash and proven.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};
use store::{
    Batch, Committed, Due, Fault, Head, Journal, MemoryStore, Mode, SaveFault, StoredCommand, Truth,
};
use store_sqlite::{SqliteJournal, SqliteStore, SqliteTruth};

use crate::faults::Kind;

/// An open store.
pub(crate) enum Backend {
    /// In memory.
    Memory(MemoryStore),
    /// On SQLite, in this folder.
    Sqlite(Box<SqliteTruth>, PathBuf),
}

/// What a crash does to the log of the truth, in what the last COMMIT wrote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Harm {
    pub(crate) kind: Kind,
    /// Where the log ended before.
    pub(crate) from: u64,
    /// Where it ends.
    pub(crate) to: u64,
    /// Which byte of it.
    pub(crate) place: u64,
}

/// What there is of a store while no process has it open.
pub(crate) enum Medium {
    Memory(MemoryStore),
    Folder(Folder),
}

/// A folder that is gone when the simulation ends.
pub(crate) struct Folder {
    root: PathBuf,
    /// Counts the crashes: each leaves its files in a folder of its own.
    generation: u32,
}

const FILE: &str = "truth.db";
const LOG: &str = "truth.db-wal";
const SHARED_MEMORY: &str = "truth.db-shm";
/// Bytes before the first frame of a log, and before the page of each frame.
const LOG_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;
const PAGE: u64 = 4_096;

impl Folder {
    /// A new one: in memory where the system has such a folder, since nothing here must last.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let root = parent.join(format!("florin-chaos-{}-{count}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root, generation: 0 }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn now(&self) -> PathBuf {
        self.root.join(self.generation.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Medium {
    /// Opens the store.
    pub(crate) fn open(&self) -> Backend {
        match self {
            Self::Memory(store) => Backend::Memory(store.clone()),
            Self::Folder(folder) => {
                let now = folder.now();
                let truth = SqliteTruth::open_simulated(&now, Mode::Test).unwrap();
                Backend::Sqlite(Box::new(truth), now)
            }
        }
    }

    /// The files as the process leaves them that has them open, harmed or not; the store must be
    /// opened from there.
    pub(crate) fn crash(&mut self, harm: Option<Harm>) {
        let Self::Folder(folder) = self else { return };
        let from = folder.now();
        folder.generation += 1;
        let to = folder.now();
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(&from).unwrap() {
            let file = file.unwrap();
            let name = file.file_name();
            let is_left = !name.to_string_lossy().ends_with("-shm");
            if is_left && file.file_type().unwrap().is_file() {
                fs::copy(file.path(), to.join(name)).unwrap();
            }
        }
        if let Some(harm) = harm {
            harm.on(&to);
        }
    }

    /// Removes what the last crash was copied from, once nothing has it open.
    pub(crate) fn forget_before(&self) {
        let Self::Folder(folder) = self else { return };
        if let Some(before) = folder.generation.checked_sub(1) {
            let _ = fs::remove_dir_all(folder.root.join(before.to_string()));
        }
    }

    /// The truth to walk through, while it is open.
    pub(crate) fn journal(&self) -> Walk {
        match self {
            Self::Memory(store) => Walk::Memory(store.clone()),
            Self::Folder(folder) => {
                Walk::Sqlite(Box::new(SqliteJournal::open_read_only(&folder.now()).unwrap()))
            }
        }
    }

    /// Derives every invariant again, and compares the read model: of SQLite, which nobody may have
    /// open meanwhile, the one that is fed from the truth now.
    pub(crate) fn prove(&self) {
        let report = match self {
            Self::Memory(store) => {
                store::verify(&mut store.clone(), Some(store), &mut |_| {}).unwrap()
            }
            Self::Folder(folder) => {
                let store = SqliteStore::open(&folder.now(), Mode::Test).unwrap();
                let mut journal = store.journal().unwrap();
                store::verify(&mut journal, Some(&*store.reads()), &mut |_| {}).unwrap()
            }
        };
        assert!(report.differences.is_empty(), "the proof fails: {:#?}", report.differences);
    }
}

/// No store, while one in files is closed.
pub(crate) fn closed() -> Backend {
    Backend::Memory(MemoryStore::new(Mode::Test))
}

impl Harm {
    fn on(self, folder: &Path) {
        let Self { kind, from, to, place } = self;
        let log = folder.join(LOG);
        let within = from + place % (to - from);
        let cut = |length| {
            fs::File::options().write(true).open(&log).unwrap().set_len(length).unwrap();
        };
        match kind {
            Kind::LogFlipped => {
                let mut bytes = fs::read(&log).unwrap();
                bytes[usize::try_from(within).unwrap()] ^= 1 << (place % 8);
                fs::write(log, bytes).unwrap();
            }
            Kind::PageTorn => tear_page(folder, to, place),
            // Whole frames are missing, the one with the commit among them.
            Kind::LogShort => {
                let (start, frame) = (from.max(LOG_HEADER), FRAME_HEADER + PAGE);
                cut(start + place % ((to - start) / frame) * frame);
            }
            _ => cut(within),
        }
    }
}

/// Spoils half of a page in the file that the log holds as well: a checkpoint did not get further. The
/// first page is left alone, for a write of it is never torn where the header stands.
fn tear_page(folder: &Path, log_end: u64, place: u64) {
    let log = fs::read(folder.join(LOG)).unwrap();
    let frame = usize::try_from(FRAME_HEADER + PAGE).unwrap();
    let [start, end] = [LOG_HEADER, log_end].map(|at| usize::try_from(at).unwrap());
    let mut frames = log[start..end].chunks_exact(frame);
    let place = usize::try_from(place).unwrap_or(usize::MAX) % frames.len();
    let header = frames.nth(place).unwrap();
    let page = u64::from(u32::from_be_bytes(header[..4].try_into().unwrap()));
    let path = folder.join(FILE);
    let at = (page - 1) * PAGE;
    if page > 1 && at + PAGE <= fs::metadata(&path).unwrap().len() {
        let mut file = fs::File::options().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(at + PAGE / 2)).unwrap();
        file.write_all(&[0x5a; 2_048]).unwrap();
    }
}

impl Backend {
    /// Where the log of the truth ends, by the index that its readers share; `None` in memory.
    pub(crate) fn log_end(&self) -> Option<u64> {
        let Self::Sqlite(_, folder) = self else { return None };
        let index = fs::read(folder.join(SHARED_MEMORY)).ok()?;
        let frames = u32::from_ne_bytes(index.get(16..20)?.try_into().unwrap());
        let header = if frames == 0 { 0 } else { LOG_HEADER };
        Some(header + u64::from(frames) * (FRAME_HEADER + PAGE))
    }

    /// Saves a batch while `is_now` may let any statement fail.
    pub(crate) fn save_interrupted(
        &mut self,
        batch: &Batch,
        is_now: impl FnMut() -> bool + Send + 'static,
    ) -> Result<(), SaveFault> {
        let Self::Sqlite(truth, _) = self else { return self.save(batch) };
        truth.interrupt(Some(is_now)).unwrap();
        let saved = truth.save(batch);
        truth.interrupt(None::<fn() -> bool>).unwrap();
        saved
    }

    /// Saves a batch, but its COMMIT fails.
    pub(crate) fn save_without_commit(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        let Self::Sqlite(truth, _) = self else { return self.save(batch) };
        truth.interrupt_commit(Some(|| true)).unwrap();
        let saved = truth.save(batch);
        truth.interrupt_commit(None::<fn() -> bool>).unwrap();
        saved
    }
}

macro_rules! of {
    ($self:expr, $truth:ident => $call:expr) => {
        match $self {
            Self::Memory($truth) => $call,
            Self::Sqlite($truth, ..) => $call,
        }
    };
}

impl Truth for Backend {
    fn is_sandbox(&self) -> bool {
        of!(self, truth => truth.is_sandbox())
    }

    fn position(&mut self) -> Result<u64, Fault> {
        of!(self, truth => truth.position())
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        of!(self, truth => truth.head(platform))
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        of!(self, truth => truth.latest())
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        of!(self, truth => truth.load(keys))
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        of!(self, truth => truth.command_by_key(scope, key))
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        of!(self, truth => truth.due(now, limit))
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        of!(self, truth => truth.save(batch))
    }
}

/// A walk through either truth.
pub(crate) enum Walk {
    Memory(MemoryStore),
    Sqlite(Box<SqliteJournal>),
}

impl Journal for Walk {
    fn last_position(&mut self) -> Result<u64, Fault> {
        of!(self, truth => truth.last_position())
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        of!(self, truth => truth.commands_after(position, limit))
    }

    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        of!(self, truth => truth.resources_after(after, limit))
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        of!(self, truth => truth.heads())
    }
}
