//! Reads an export as if it were a store of one platform, after every line was seen to be whole.
//!
//! Opening reads the file once and keeps where every thousandth line starts; after that pages are
//! read from the file as they are asked for, so memory does not grow with the history.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use ledger::PlatformId;
use payments::{Key, Resource};
use sha2::{Digest, Sha256};

use super::records::{End, Hash, Header, Record};
use super::{FORMAT, LINE_BYTES_MAX, PAGE, VERSION, record_of};
use crate::fault::Fault;
use crate::mode::Mode;
use crate::rows::{Committed, Head};
use crate::truth::Journal;

/// Every so many lines it is kept where one starts.
const STRIDE: u64 = 1_024;
/// What lines are called in faults.
const TABLE: &str = "the export";

/// Why a file is no export that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// The file cannot be read.
    #[error("the export cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file is something else.
    #[error("the file is no export of Florin")]
    NotAnExport,
    /// A newer program wrote it.
    #[error("the export has version {found} of the format, this program knows {VERSION}")]
    OtherVersion {
        /// Its version.
        found: u32,
    },
    /// A line was changed, lost, moved or cut off.
    #[error("line {line} of the export: {why}")]
    Broken {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// An export whose lines are whole.
#[derive(Debug)]
pub struct Export {
    lines: Lines,
    /// Where every [`STRIDE`]th line starts, from the first.
    starts: Vec<u64>,
    header: Header,
    mode: Mode,
    end: End,
    /// The last resource that was given out, and its line.
    last: Option<(Key, u64)>,
}

/// The file, and where in it the next read is.
#[derive(Debug)]
struct Lines {
    file: BufReader<File>,
    at: u64,
    /// The number of the line that starts there.
    next: u64,
}

impl Export {
    /// Opens the file at `path` and reads all of it once: each line is the one that was written there.
    ///
    /// # Errors
    ///
    /// [`ExportFault`]; `Broken` names the first line that is not.
    pub fn open(path: &Path) -> Result<Self, ExportFault> {
        let file = File::open(path).map_err(ExportFault::Unreadable)?;
        let mut lines = Lines { file: BufReader::new(file), at: 0, next: 1 };
        let (header, mode) = header(&mut lines)?;
        let mut starts = vec![0];
        let (mut hashes, mut seen) = (Sha256::new(), (0, 0));
        loop {
            let (line, at) = (lines.next, lines.at);
            let broken = |why: String| ExportFault::Broken { line, why };
            if (line - 1).is_multiple_of(STRIDE) {
                starts.push(at);
            }
            let text = lines.read().map_err(ExportFault::Unreadable)?;
            if text.is_empty() {
                return Err(broken(cut_off(&header, seen)));
            }
            let (record, hash) = record_of(line, &text).map_err(|why| broken(why.to_owned()))?;
            if record.starts_with(b"{\"end\":") {
                let end = end(record, (&header, seen), hashes.finalize().into());
                let end = end.map_err(broken)?;
                let more = lines.read().map_err(ExportFault::Unreadable)?;
                if !more.is_empty() {
                    let why = "it follows the last line".to_owned();
                    return Err(ExportFault::Broken { line: line + 1, why });
                }
                return Ok(Self { lines, starts, header, mode, end, last: None });
            }
            count(record, &mut seen).map_err(|why| broken(why.to_owned()))?;
            hashes.update(hash);
        }
    }

    /// Whose history it is.
    #[must_use]
    pub const fn platform(&self) -> PlatformId {
        self.header.platform
    }

    /// Whether it is of a test store or a live one.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// How many lines it has.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.end.commands.saturating_add(self.end.resources).saturating_add(2)
    }

    /// The records from the line `first` on, before the line `past`, at most `limit`.
    fn records(
        &mut self,
        (first, past): (u64, u64),
        limit: usize,
    ) -> Result<Vec<(u64, Record)>, Fault> {
        self.seek(first)?;
        let mut found = Vec::new();
        while found.len() < limit && self.lines.next < past {
            let number = self.lines.next;
            let text = self.lines.read().map_err(failed)?;
            let (record, _) = record_of(number, &text).map_err(|why| corrupt(number, why))?;
            let record = serde_json::from_slice(record).map_err(|why| corrupt(number, why))?;
            found.push((number, record));
        }
        Ok(found)
    }

    /// Lets the next read be of the line `number`.
    fn seek(&mut self, number: u64) -> Result<(), Fault> {
        if self.lines.next == number {
            return Ok(());
        }
        let stride = (number - 1) / STRIDE;
        let start = usize::try_from(stride).ok().and_then(|at| self.starts.get(at));
        self.lines.at = start.copied().unwrap_or(0);
        self.lines.next = start.map_or(1, |_| stride * STRIDE + 1);
        self.lines.file.seek(SeekFrom::Start(self.lines.at)).map_err(failed)?;
        while self.lines.next < number {
            if self.lines.read().map_err(failed)?.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// The line of the resource at `key`: a scan, for whoever does not read on from where it was.
    fn line_of(&mut self, key: &Key) -> Result<u64, Fault> {
        let (mut first, past) = self.resource_lines();
        while first < past {
            for (number, record) in self.records((first, past), PAGE)? {
                if matches!(&record, Record::Resource(resource) if resource.key() == *key) {
                    return Ok(number);
                }
                first = number + 1;
            }
        }
        Ok(past)
    }

    /// The first line of a resource, and the one after the last.
    const fn resource_lines(&self) -> (u64, u64) {
        let first = self.end.commands.saturating_add(2);
        (first, first.saturating_add(self.end.resources))
    }
}

impl Journal for Export {
    fn last_position(&mut self) -> Result<u64, Fault> {
        Ok(self.end.commands)
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        if position >= self.end.commands {
            return Ok(Vec::new());
        }
        let (platform, past) = (self.header.platform, self.resource_lines().0);
        let committed = |(number, record): (u64, Record)| match record {
            Record::Command(record) => {
                let committed = record.into_committed(platform, number - 1);
                committed.map_err(|why| corrupt(number, why))
            }
            Record::Header(_) | Record::Resource(_) | Record::End(_) => {
                Err(corrupt(number, "it is no command"))
            }
        };
        self.records((position + 2, past), limit)?.into_iter().map(committed).collect()
    }

    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        let (first, past) = self.resource_lines();
        let first = match (after, &self.last) {
            (None, _) => first,
            (Some((_, key)), Some((last, line))) if key == last => line + 1,
            (Some((_, key)), _) => self.line_of(key)? + 1,
        };
        if first >= past {
            return Ok(Vec::new());
        }
        let records = self.records((first, past), limit)?;
        let mut found = Vec::with_capacity(records.len());
        for (number, record) in records {
            let Record::Resource(resource) = record else {
                return Err(corrupt(number, "it is no resource"));
            };
            self.last = Some((resource.key(), number));
            found.push((self.header.platform, *resource));
        }
        Ok(found)
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        Ok(vec![self.end.head(self.header.platform)])
    }
}

impl Lines {
    /// The next line with its line feed; empty at the end of the file.
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let read = self.file.by_ref().take(most).read_until(b'\n', &mut line)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        self.next += 1;
        Ok(line)
    }
}

fn header(lines: &mut Lines) -> Result<(Header, Mode), ExportFault> {
    let text = lines.read().map_err(ExportFault::Unreadable)?;
    if !text.starts_with(super::LINE_START) {
        return Err(ExportFault::NotAnExport);
    }
    let broken = |why: String| ExportFault::Broken { line: 1, why };
    let (record, _) = record_of(1, &text).map_err(|why| broken(why.to_owned()))?;
    let Ok(Record::Header(header)) = serde_json::from_slice(record) else {
        return Err(ExportFault::NotAnExport);
    };
    if header.format != FORMAT {
        return Err(ExportFault::NotAnExport);
    }
    if header.version != VERSION {
        return Err(ExportFault::OtherVersion { found: header.version });
    }
    let mode =
        Mode::parse(&header.mode).ok_or_else(|| broken(format!("`{}` is no mode", header.mode)))?;
    Ok((header, mode))
}

/// Counts a line between the first and the last: commands, then resources.
fn count(record: &[u8], (commands, resources): &mut (u64, u64)) -> Result<(), &'static str> {
    if record.starts_with(b"{\"command\":") {
        *commands += 1;
        if *resources > 0 { Err("a command stands after a resource") } else { Ok(()) }
    } else if record.starts_with(b"{\"resource\":") {
        *resources += 1;
        Ok(())
    } else {
        Err("it is neither a command nor a resource")
    }
}

/// The last line, if it fits what stands before it.
fn end(
    record: &[u8],
    (header, (commands, resources)): (&Header, (u64, u64)),
    hashes: [u8; 32],
) -> Result<End, String> {
    let end = match serde_json::from_slice(record) {
        Ok(Record::End(end)) => end,
        Ok(Record::Header(_) | Record::Command(_) | Record::Resource(_)) => {
            return Err("it is no last line".to_owned());
        }
        Err(why) => return Err(why.to_string()),
    };
    if (end.commands, end.resources) != (commands, resources) || header.seq != commands {
        return Err(format!(
            "it counts {} commands and {} resources, the first line {} commands; there are \
             {commands} and {resources}",
            end.commands, end.resources, header.seq
        ));
    }
    if end.lines_sha256 != Hash(hashes) {
        return Err("its hash is not that of the lines before it".to_owned());
    }
    Ok(end)
}

fn cut_off(header: &Header, (commands, resources): (u64, u64)) -> String {
    format!(
        "the file ends before its last line: it has {commands} of {} commands and {resources} \
         resources",
        header.seq
    )
}

fn corrupt(line: u64, why: impl ToString) -> Fault {
    Fault::Corrupt { table: TABLE, detail: format!("line {line}: {}", why.to_string()) }
}

fn failed(source: io::Error) -> Fault {
    Fault::Failed { action: "read the export", source: Box::new(source) }
}
