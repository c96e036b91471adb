//! One platform's whole history as lines of JSON: written from a store, read back, checked line by line.
//!
//! Not a backup, which is all of a store: an export moves one platform, or lets somebody else prove
//! its books. Every line has a hash of its own, so a line that was changed, lost or moved is named;
//! what the lines say is for [`verify`](crate::verify::verify), which takes an [`Export`] as it takes
//! a store. The format is described in docs/export.md.
//!
//! Start at [`write`] and [`Export::open`].

mod read;
mod records;
mod write;

pub use read::{Export, ExportFault};
pub use write::{WriteFault, write};

use sha2::{Digest, Sha256};

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;
/// What the first line says it is.
const FORMAT: &str = "florin-export";
/// The longest line that is read: far above the largest entry with the largest answer.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How many commands or resources are read from a store at once.
const PAGE: usize = 2_000;

const LINE_START: &[u8] = b"{\"sha256\":\"";
const HASH_DIGITS: usize = 64;
const RECORD_START: &[u8] = b"\",\"record\":";
const LINE_END: &[u8] = b"}\n";

/// The hash of the line `number`, counted from 1: over that number (u64, big-endian) and the record.
fn hash_of(number: u64, record: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(number.to_be_bytes()).chain_update(record).finalize().into()
}

/// The record of a line and the line's hash; why not, if it is not the line `number`.
fn record_of(number: u64, line: &[u8]) -> Result<(&[u8], [u8; 32]), &'static str> {
    const CUT: &str = "it is not whole";
    let line = line.strip_suffix(LINE_END).ok_or(CUT)?;
    let line = line.strip_prefix(LINE_START).ok_or("it is no line of an export")?;
    let (digits, rest) = line.split_at_checked(HASH_DIGITS).ok_or(CUT)?;
    let record = rest.strip_prefix(RECORD_START).ok_or("it is no line of an export")?;
    let hash = hash_of(number, record);
    if digits != crate::hex::hex(&hash).as_bytes() {
        return Err(
            "its hash is not that of this line: it was changed, or lines are missing or moved",
        );
    }
    Ok((record, hash))
}
