//! The index of keys against a plain map: exact, whatever becomes of its files.

use std::collections::BTreeMap;
use std::fs;

use super::Folder;
use crate::keys::{Damaged, KeyIndex, Sizes};

const SIZES: Sizes = Sizes { tail: 50, fan: 3 };

/// The rows of a table, some with a key: what the truth is to the index.
struct Rows(Vec<Option<u64>>);

impl Rows {
    /// Rows by a simple generator; few different hashes, so that many come again.
    fn new(count: u64) -> Self {
        let hash = |row: u64| (row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7).wrapping_mul(row % 7);
        Self((1..=count).map(|row| (row % 5 != 0).then(|| hash(row / 3))).collect())
    }

    fn keys(&self, first: u64, last: u64) -> Vec<(u64, u64)> {
        let rows = (1..).zip(&self.0).filter(|(row, _)| (first..=last).contains(row));
        rows.filter_map(|(row, hash)| hash.map(|hash| (hash, row))).collect()
    }

    fn last(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap()
    }

    fn open(&self, folder: &Folder) -> KeyIndex {
        let prove = |row: u64| Ok((row <= self.last()).then(|| proof(row)));
        let index = KeyIndex::open(folder.path().to_owned(), SIZES, prove).unwrap();
        while index.covered() < self.last() {
            let (first, last) = (index.covered() + 1, (index.covered() + 10).min(self.last()));
            index.add(&self.keys(first, last), last, proof(last));
        }
        index
    }

    /// Every hash finds exactly its rows, once damaged runs are read again; nothing else finds any.
    #[track_caller]
    fn check(&self, index: &KeyIndex) {
        let mut expected: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (hash, row) in self.keys(1, self.last()) {
            expected.entry(hash).or_default().push(row);
        }
        for (hash, rows) in expected {
            assert_eq!(self.find(index, hash), rows, "{hash}");
        }
        for hash in 1..100 {
            assert!(self.find(index, hash).is_empty(), "{hash}");
        }
    }

    fn find(&self, index: &KeyIndex, hash: u64) -> Vec<u64> {
        loop {
            match index.candidates(hash) {
                Ok(mut rows) => {
                    rows.sort_unstable();
                    rows.dedup();
                    return rows;
                }
                Err(damaged) => {
                    let Damaged { first, last } = damaged;
                    index.replace(damaged, &self.keys(first, last));
                }
            }
        }
    }
}

fn proof(row: u64) -> [u8; 32] {
    let mut proof = [0; 32];
    proof[..8].copy_from_slice(&row.to_be_bytes());
    proof
}

fn files(folder: &Folder) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Goal: no key is lost between tail, runs and merges. Method: every hash, at many lengths, while the
/// worker works, and after the index was closed and opened.
#[test]
fn every_key_is_found() {
    for count in [0, 1, 49, 62, 63, 64, 200, 1_000, 5_000] {
        let (folder, rows) = (Folder::new(), Rows::new(count));
        let index = rows.open(&folder);
        rows.check(&index);
        drop(index);
        rows.check(&rows.open(&folder));
    }
    let (folder, rows) = (Folder::new(), Rows::new(5_000));
    drop(rows.open(&folder));
    let runs = files(&folder).len();
    assert!(runs < 15, "{runs} runs of 5,000 rows: they are merged");
}

/// Goal: a file that is damaged anywhere loses no key. Method: each run in turn, one byte in many
/// places, found when it is opened or when it is read.
#[test]
fn a_damaged_file_loses_no_key() {
    let (folder, rows) = (Folder::new(), Rows::new(3_000));
    drop(rows.open(&folder));
    for file in files(&folder) {
        let length = fs::metadata(&file).map_or(0, |file| usize::try_from(file.len()).unwrap());
        for place in (0..length).step_by(499) {
            let Ok(mut bytes) = fs::read(&file) else { break };
            bytes[place] ^= 0x40;
            fs::write(&file, bytes).unwrap();
            rows.check(&rows.open(&folder));
        }
    }
    rows.check(&rows.open(&folder));
}

/// Goal: what is missing, cut off or another truth's is left out. Method: each of these.
#[test]
fn what_cannot_be_trusted_is_left_out() {
    let (folder, rows) = (Folder::new(), Rows::new(3_000));
    drop(rows.open(&folder));
    let first = files(&folder).remove(0);
    fs::remove_file(&first).unwrap();
    rows.check(&rows.open(&folder));
    for file in files(&folder) {
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    }
    fs::write(folder.path().join("1-9.new"), "unfinished").unwrap();
    rows.check(&rows.open(&folder));
    // A truth that was put back to an earlier state: its runs go, and it goes on without them.
    let earlier = Rows::new(700);
    earlier.check(&earlier.open(&folder));
    rows.check(&rows.open(&folder));
}
