//! Writes one platform's history out of a store that does not move meanwhile.
//!
//! One pass over the commands and one over the resources of the whole store, a page at a time.

use std::io::Write;

use ledger::PlatformId;
use sha2::{Digest, Sha256};

use super::records::{CommandRecord, End, Header, Record};
use super::{FORMAT, LINE_END, LINE_START, PAGE, RECORD_START, VERSION, hash_of};
use crate::fault::Fault;
use crate::hex::hex;
use crate::mode::Mode;
use crate::rows::Head;
use crate::truth::Journal;

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// The store has no history of this platform, or it is the operator's own.
    #[error("there is no platform {platform} in this store")]
    NoPlatform {
        /// Which.
        platform: PlatformId,
    },
    /// A stored answer is no text, or a row is not whole; `verify` says more.
    #[error("the command seq {seq} cannot be written: {why}")]
    NotWritable {
        /// Which.
        seq: u64,
        /// Why.
        why: String,
    },
    /// The store moved while it was read, or does not hold what its heads say.
    #[error("the store holds {found} commands of the platform, its head says {expected}")]
    NotWhole {
        /// As the head says.
        expected: u64,
        /// What was read.
        found: u64,
    },
    /// The store failed.
    #[error("the store cannot be read")]
    Store(#[source] Fault),
    /// The output failed.
    #[error("the export cannot be written")]
    Output(#[source] std::io::Error),
}

impl WriteFault {
    /// Whether the very same export may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::NoPlatform { .. } | Self::NotWritable { .. } | Self::NotWhole { .. } => false,
            Self::Store(_) | Self::Output(_) => true,
        }
    }
}

/// Writes the history of `platform` from `journal` to `out`; returns where it ends.
///
/// The store must not move meanwhile: it is closed to others, or a copy. `progress` is told how many
/// lines were written, after every page.
///
/// # Errors
///
/// [`WriteFault`]; what was written then has no last line, so nobody takes it for whole.
pub fn write(
    journal: &mut dyn Journal,
    (platform, mode): (PlatformId, Mode),
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<Head, WriteFault> {
    let heads = journal.heads().map_err(WriteFault::Store)?;
    let head = heads.into_iter().find(|head| head.platform == platform);
    let head = head.filter(|_| platform != payments::OPERATOR);
    let head = head.ok_or(WriteFault::NoPlatform { platform })?;
    let position = journal.last_position().map_err(WriteFault::Store)?;
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        platform,
        mode: mode.code().to_owned(),
        position,
        seq: head.seq,
    };
    let mut lines = Lines { out, number: 0, hashes: Sha256::new() };
    lines.write(head.seq, &Record::Header(header))?;
    lines.hashes = Sha256::new();
    let commands = commands(journal, &head, &mut lines, progress)?;
    let resources = resources(journal, &head, &mut lines, progress)?;
    let end = End::of(&head, (commands, resources), lines.hashes.clone().finalize().into());
    lines.write(head.seq, &Record::End(end))?;
    lines.out.flush().map_err(WriteFault::Output)?;
    Ok(head)
}

fn commands(
    journal: &mut dyn Journal,
    head: &Head,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, WriteFault> {
    let (mut after, mut found) = (0, 0);
    loop {
        let page = journal.commands_after(after, PAGE).map_err(WriteFault::Store)?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for committed in page.into_iter().filter(|it| it.command.platform == head.platform) {
            let seq = committed.command.seq;
            let record = CommandRecord::of(committed);
            let why = || "its answer is no text".to_owned();
            let record = record.ok_or_else(|| WriteFault::NotWritable { seq, why: why() })?;
            lines.write(seq, &Record::Command(Box::new(record)))?;
            found += 1;
        }
        progress(lines.number);
    }
    if found != head.seq {
        return Err(WriteFault::NotWhole { expected: head.seq, found });
    }
    Ok(found)
}

fn resources(
    journal: &mut dyn Journal,
    head: &Head,
    lines: &mut Lines<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, WriteFault> {
    let (mut after, mut found) = (None, 0);
    loop {
        let page = journal.resources_after(after.as_ref(), PAGE).map_err(WriteFault::Store)?;
        let Some((platform, last)) = page.last() else { return Ok(found) };
        after = Some((*platform, last.key()));
        for (_, resource) in page.into_iter().filter(|(of, _)| *of == head.platform) {
            lines.write(head.seq, &Record::Resource(Box::new(resource)))?;
            found += 1;
        }
        progress(lines.number);
    }
}

/// The lines written so far.
struct Lines<'o> {
    out: &'o mut dyn Write,
    number: u64,
    hashes: Sha256,
}

impl Lines<'_> {
    fn write(&mut self, seq: u64, record: &Record) -> Result<(), WriteFault> {
        let record = serde_json::to_vec(record)
            .map_err(|why| WriteFault::NotWritable { seq, why: why.to_string() })?;
        self.number += 1;
        let hash = hash_of(self.number, &record);
        self.hashes.update(hash);
        for part in [LINE_START, hex(&hash).as_bytes(), RECORD_START, &record, LINE_END] {
            self.out.write_all(part).map_err(WriteFault::Output)?;
        }
        Ok(())
    }
}
