//! A sorted run in a file: pairs of hash and number in blocks, each with a checksum.
//!
//! A header, the blocks, then the filter and the first hash of each block, which are kept in memory:
//! a look-up that the filter lets through reads one block. Nothing is forced onto the medium, so
//! whatever is read is checked.

use std::fs::File;
use std::io::{BufWriter, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::filter::Filter;
use super::{Proof, Tail, name_of};

const MAGIC: &[u8; 8] = b"FLRNKEY1";
const HEADER_BYTES: u64 = 128;
const BLOCK_BYTES: usize = 4_096;
/// Pairs of a block; what is left of it is its checksum and eight bytes of nothing.
const BLOCK_PAIRS: usize = (BLOCK_BYTES - 16) / 16;

/// A hash and the number of a row.
pub(super) type Pair = (u64, u64);

/// A run. The file stays readable while this is held, even when it is removed from its folder.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) proof: Proof,
    pub(super) count: usize,
    file: File,
    path: PathBuf,
    filter: Filter,
    /// The first hash of each block.
    fences: Vec<u64>,
}

impl Run {
    /// Writes a full tail.
    pub(super) fn of_tail(folder: &Path, tail: &Tail) -> Result<Self> {
        let numbers = tail.numbers.iter().map(|(hash, number)| (*hash, *number));
        let mut pairs: Vec<Pair> = numbers.chain(tail.others.iter().copied()).collect();
        pairs.sort_unstable();
        let count = pairs.len();
        write(folder, (tail.first, tail.last, tail.proof), count, pairs.into_iter())
    }

    /// Writes neighbouring runs as one; `None` if a block of them cannot be read.
    pub(super) fn merged(folder: &Path, runs: &[Arc<Self>]) -> Result<Option<Self>> {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Ok(None) };
        let mut unread = false;
        let mut inputs: Vec<_> = runs.iter().map(|run| run.pairs().peekable()).collect();
        let smallest = std::iter::from_fn(|| {
            let mut least: Option<(Pair, usize)> = None;
            for (place, input) in inputs.iter_mut().enumerate() {
                let Some(head) = input.peek() else { continue };
                let Some(pair) = head else {
                    unread = true;
                    return None;
                };
                if least.is_none_or(|(least, _)| *pair < least) {
                    least = Some((*pair, place));
                }
            }
            let (pair, place) = least?;
            inputs.get_mut(place)?.next();
            Some(pair)
        });
        let count = runs.iter().map(|run| run.count).sum();
        let merged = write(folder, (first.first, last.last, last.proof), count, smallest)?;
        if unread {
            merged.remove();
            return Ok(None);
        }
        Ok(Some(merged))
    }

    /// Opens a file; `None` if it is no run, or not a whole one.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let mut header = [0; 128];
        file.read_exact_at(&mut header, 0).ok()?;
        let number = |at: usize| {
            let bytes = header.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_be_bytes(bytes))
        };
        let (first, last, count, words) = (number(8)?, number(16)?, number(24)?, number(32)?);
        let count = usize::try_from(count).ok()?;
        let blocks = count.div_ceil(BLOCK_PAIRS);
        let after = HEADER_BYTES + u64::try_from(blocks * BLOCK_BYTES).ok()?;
        let numbers = usize::try_from(words).ok()?.checked_add(blocks)?;
        if file.metadata().ok()?.len() != after + u64::try_from(numbers * 8).ok()? {
            return None;
        }
        let mut rest = vec![0; numbers * 8];
        file.read_exact_at(&mut rest, after).ok()?;
        let (said, check) = header.split_at(96);
        if said.get(..8)? != MAGIC || check != digest(said, &rest) {
            return None;
        }
        let mut rest = rest.as_chunks::<8>().0.iter().map(|bytes| u64::from_be_bytes(*bytes));
        let filter = Filter::of(rest.by_ref().take(numbers - blocks).collect())?;
        let (fences, proof) = (rest.collect(), said.get(40..72)?.try_into().ok()?);
        Some(Self { first, last, proof, count, file, path: path.to_owned(), filter, fences })
    }

    /// Takes the file out of its folder. A file that stays is left out or replaced at the next start.
    pub(super) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    pub(super) fn may_have(&self, hash: u64) -> bool {
        self.filter.may_have(hash)
    }

    /// The numbers of a hash; `None` if a block is damaged.
    pub(super) fn find(&self, hash: u64) -> Option<Vec<u64>> {
        let mut numbers = Vec::new();
        // The block before the first that begins at the hash or after it may end with it, too.
        let start = self.fences.partition_point(|fence| *fence < hash).saturating_sub(1);
        for block in start..self.fences.len() {
            if self.fences.get(block).is_some_and(|fence| *fence > hash) {
                break;
            }
            let pairs = self.block(block)?;
            numbers.extend(pairs.iter().filter(|pair| pair.0 == hash).map(|pair| pair.1));
        }
        Some(numbers)
    }

    /// Every pair in order; a `None` where a block is damaged.
    fn pairs(&self) -> impl Iterator<Item = Option<Pair>> {
        let blocks = (0..self.fences.len()).map(|block| self.block(block));
        blocks.flat_map(|pairs| match pairs {
            Some(pairs) => pairs.into_iter().map(Some).collect(),
            None => vec![None],
        })
    }

    fn block(&self, block: usize) -> Option<Vec<Pair>> {
        let mut bytes = [0; BLOCK_BYTES];
        let at = HEADER_BYTES + u64::try_from(block * BLOCK_BYTES).ok()?;
        self.file.read_exact_at(&mut bytes, at).ok()?;
        let (content, check) = bytes.split_at(BLOCK_BYTES - 8);
        if check != checksum(block, content) {
            return None;
        }
        let pairs = BLOCK_PAIRS.min(self.count.checked_sub(block * BLOCK_PAIRS)?);
        let pairs = content.as_chunks::<16>().0.iter().take(pairs).map(|pair| {
            let pair = u128::from_be_bytes(*pair);
            let low = u64::try_from(pair & u128::from(u64::MAX)).ok()?;
            Some((u64::try_from(pair >> 64).ok()?, low))
        });
        pairs.collect()
    }
}

fn checksum(block: usize, content: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(block.to_be_bytes()).chain_update(content).finalize();
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

fn digest(said: &[u8], rest: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(said).chain_update(rest).finalize().into()
}

/// Writes sorted pairs under another name first, so that a run in its place is a whole one.
fn write(
    folder: &Path,
    (first, last, proof): (u64, u64, Proof),
    count: usize,
    mut pairs: impl Iterator<Item = Pair>,
) -> Result<Run> {
    let path = name_of(folder, first, last);
    let unfinished = path.with_extension("new");
    let mut out = BufWriter::new(File::create(&unfinished)?);
    out.write_all(&[0; 128])?;
    let (mut filter, mut fences) = (Filter::new(count), Vec::new());
    loop {
        let block: Vec<Pair> = pairs.by_ref().take(BLOCK_PAIRS).collect();
        let Some((fence, _)) = block.first() else { break };
        let mut bytes = Vec::with_capacity(BLOCK_BYTES);
        for (hash, number) in &block {
            filter.add(*hash);
            bytes.extend_from_slice(&hash.to_be_bytes());
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.resize(BLOCK_BYTES - 8, 0);
        out.write_all(&bytes)?;
        out.write_all(&checksum(fences.len(), &bytes))?;
        fences.push(*fence);
    }
    let numbers = filter.words().iter().chain(&fences);
    let rest: Vec<u8> = numbers.flat_map(|number| number.to_be_bytes()).collect();
    out.write_all(&rest)?;

    let mut said = Vec::with_capacity(96);
    said.extend_from_slice(MAGIC);
    for number in [first, last, as_u64(count), as_u64(filter.words().len())] {
        said.extend_from_slice(&number.to_be_bytes());
    }
    said.extend_from_slice(&proof);
    said.resize(96, 0);
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&said)?;
    out.write_all(&digest(&said, &rest))?;
    out.flush()?;
    drop(out);
    std::fs::rename(&unfinished, &path)?;
    let file = File::open(&path)?;
    Ok(Run { first, last, proof, count, file, path, filter, fences })
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
