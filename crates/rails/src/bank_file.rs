//! The sandbox bank's file: one JSON object a line, appended and synced before anybody is answered.
//!
//! Not a database: read once from the start, then only written. Every line but the first carries a
//! checksum over its number and its record, so a line that was torn, changed, lost or moved is seen.
//! Invariants: a line that was answered is never dropped; a last line that was not written whole is.
//!
//! Start at [`BankFile::open`].

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::limits::{FILE_BYTES_MAX, RECORD_BYTES_MAX};
use crate::record::Record;
use crate::state::Misfit;
use crate::{OpenFault, RailFault};

/// The first line: what the file is, and its version.
const FIRST_LINE: &[u8] = b"{\"florin_sandbox_bank\":1}\n";

const CHECK_START: &[u8] = b"{\"check\":\"";
const CHECK_DIGITS: usize = 16;
const RECORD_START: &[u8] = b"\",\"record\":";
const LINE_END: &[u8] = b"}\n";

/// The open file, ready for the next line.
#[derive(Debug)]
pub(crate) struct BankFile {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    lines: u64,
    torn_bytes: u64,
    stopped: bool,
}

impl BankFile {
    /// Opens or creates the file, gives every record to `take` in order, and drops a torn last line.
    ///
    /// # Errors
    ///
    /// The [`OpenFault`] that holds; only a torn last line is ever removed from the file.
    pub(crate) fn open(
        path: &Path,
        mut take: impl FnMut(Record) -> Result<(), Misfit>,
    ) -> Result<Self, OpenFault> {
        let opening = Opening { path };
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = opening.storage("open", file)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenFault::InUse { path: path.to_owned() });
            }
            Err(TryLockError::Error(source)) => return opening.storage("lock", Err(source)),
        }
        let found = opening.storage("read", file.metadata())?.len();
        let bytes = opening.first_line(&file)?;
        let mut bank_file = Self { file, bytes, lines: 1, torn_bytes: 0, stopped: false };
        bank_file.replay(&opening, &mut take)?;
        if bank_file.bytes < found {
            bank_file.torn_bytes = found - bank_file.bytes;
            opening.storage("repair", bank_file.file.set_len(bank_file.bytes))?;
            opening.storage("repair", bank_file.file.sync_data())?;
        }
        Ok(bank_file)
    }

    /// Bytes of a torn last line that were dropped when the file was opened.
    pub(crate) const fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// Whether nothing is written any more.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Appends `record` and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// [`RailFault`]: whether the line is on disk is open only after `OutcomeUnknown`.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), RailFault> {
        if self.stopped {
            return Err(RailFault::Stopped);
        }
        let json = serde_json::to_vec(record)
            .map_err(|error| RailFault::NotWritten { source: error.into() })?;
        let line = line(self.lines + 1, &json);
        let bytes = self.bytes.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        if line.len() > RECORD_BYTES_MAX || bytes > FILE_BYTES_MAX {
            return Err(RailFault::FileFull);
        }
        if let Err(source) = self.write(&line) {
            if self.file.set_len(self.bytes).is_err() {
                self.stopped = true;
                return Err(RailFault::OutcomeUnknown { source });
            }
            return Err(RailFault::NotWritten { source });
        }
        if let Err(source) = self.file.sync_data() {
            self.stopped = true;
            return Err(RailFault::OutcomeUnknown { source });
        }
        self.bytes = bytes;
        self.lines += 1;
        Ok(())
    }

    /// Stops all writing: what is on disk and what is in memory may have parted.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.bytes))?;
        self.file.write_all(line)
    }

    /// Reads every whole line after the first; counts them, and their bytes.
    fn replay(
        &mut self,
        opening: &Opening<'_>,
        take: &mut impl FnMut(Record) -> Result<(), Misfit>,
    ) -> Result<(), OpenFault> {
        let mut reader = BufReader::new(&self.file);
        opening.storage("read", reader.seek(SeekFrom::Start(self.bytes)))?;
        let mut line = Vec::new();
        loop {
            line.clear();
            let number = self.lines + 1;
            let unreadable = |why| opening.unreadable(number, why);
            let at_most = u64::try_from(RECORD_BYTES_MAX).unwrap_or(u64::MAX);
            let read = reader.by_ref().take(at_most).read_until(b'\n', &mut line);
            let length = opening.storage("read", read)?;
            let is_last = opening.storage("read", reader.fill_buf())?.is_empty();
            let Some(json) = checked(number, &line) else {
                if is_last && is_one_line(&line) {
                    return Ok(());
                }
                return Err(unreadable("does not match its checksum"));
            };
            let record = serde_json::from_slice(json)
                .map_err(|_| unreadable("holds a record this version does not know"))?;
            take(record).map_err(|misfit| unreadable(misfit.why))?;
            self.bytes += u64::try_from(length).unwrap_or(u64::MAX);
            self.lines = number;
        }
    }
}

/// The path of the file that is being opened, for messages.
struct Opening<'a> {
    path: &'a Path,
}

impl Opening<'_> {
    fn storage<T>(&self, doing: &'static str, result: io::Result<T>) -> Result<T, OpenFault> {
        result.map_err(|source| OpenFault::Storage { doing, path: self.path.to_owned(), source })
    }

    fn unreadable(&self, line: u64, why: &'static str) -> OpenFault {
        OpenFault::Unreadable { path: self.path.to_owned(), line, why }
    }

    /// Reads the first line, or writes it where the file is new or was torn while it was new.
    /// Returns the length of the first line.
    fn first_line(&self, mut file: &File) -> Result<u64, OpenFault> {
        let length = u64::try_from(FIRST_LINE.len()).unwrap_or(u64::MAX);
        let mut start = Vec::new();
        self.storage("read", file.take(length).read_to_end(&mut start))?;
        if start == FIRST_LINE {
            return Ok(length);
        }
        if !FIRST_LINE.starts_with(&start) {
            return Err(OpenFault::NotABank { path: self.path.to_owned() });
        }
        self.storage("write", file.seek(SeekFrom::Start(0)))?;
        self.storage("write", file.write_all(FIRST_LINE))?;
        self.storage("write", file.sync_all())?;
        self.storage("write", sync_folder(self.path))?;
        Ok(length)
    }
}

/// Makes the file's name durable, not only its bytes.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    File::open(folder)?.sync_all()
}

/// The line `number` of the file, with its line feed, around a record's JSON.
pub(crate) fn line(number: u64, json: &[u8]) -> Vec<u8> {
    let check = format!("{:016x}", checksum(number, json));
    [CHECK_START, check.as_bytes(), RECORD_START, json, LINE_END].concat()
}

/// The record's JSON in the line `number`; None unless the line is whole.
fn checked(number: u64, line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(CHECK_START)?.strip_suffix(LINE_END)?;
    let (check, rest) = line.split_at_checked(CHECK_DIGITS)?;
    let json = rest.strip_prefix(RECORD_START)?;
    let expected = format!("{:016x}", checksum(number, json));
    (check == expected.as_bytes()).then_some(json)
}

/// Whether these bytes can be what is left of a single write, and not of two lines grown together.
/// The start of a line cannot occur in a record: JSON escapes the quotes of its texts.
fn is_one_line(bytes: &[u8]) -> bool {
    bytes.windows(CHECK_START.len()).skip(1).all(|window| window != CHECK_START)
}

/// FNV-1a, 64 bits, over the line's number (little-endian) and the record.
///
/// Source: draft-eastlake-fnv-17, section 2.
fn checksum(number: u64, json: &[u8]) -> u64 {
    let bytes = number.to_le_bytes();
    bytes.iter().chain(json).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
