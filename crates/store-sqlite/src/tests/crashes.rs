//! What is left after a crash: the files as they stood at some moment, opened again.

use std::fs;
use std::path::Path;

use store::{Journal, Reads, Truth};

use super::Folder;
use super::batches::{PLATFORM, customer_batch, customer_key};
use crate::checkpoint::begin_anew;
use crate::connection::truth_checkpointer;
use crate::open::TRUTH_FILE;
use crate::{Mode, SqliteStore};

const LOG_FILE: &str = "truth.db-wal";

/// Copies a store that is open, as a crash of the process would leave it.
fn crashed(from: &Path) -> Folder {
    let to = Folder::new();
    fs::create_dir_all(to.path()).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let is_shared_memory = file.path().to_string_lossy().ends_with("-shm");
        if file.file_type().unwrap().is_file() && !is_shared_memory {
            fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
        }
    }
    to
}

/// Opens what a crash left: the first batches are whole, nothing is there of the others, and the
/// next one can be saved. Returns how many are there.
#[track_caller]
fn check(folder: &Folder, last: u64) -> u64 {
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut truth = store.truth().unwrap();
    let position = truth.position().unwrap();
    for at in 1..=last {
        let expected = at <= position;
        let found = truth.load(&[(PLATFORM, customer_key(at))]).unwrap();
        assert_eq!(found[0].is_some(), expected, "{at} of {position}");
        let found = truth.command_by_key(PLATFORM, &format!("key {at}")).unwrap();
        assert_eq!(found.is_some(), expected, "{at} of {position}");
        let found = store.reads().resource(position, PLATFORM, &customer_key(at)).unwrap();
        assert_eq!(found.is_some(), expected, "{at} of {position}");
    }
    let head = truth.head(PLATFORM).unwrap().map_or(0, |head| head.seq);
    assert_eq!(head, position);
    truth.save(&customer_batch(position + 1)).unwrap();
    assert_eq!(store.journal().unwrap().last_position().unwrap(), position + 1);
    position
}

/// Invariant `any_crash_leaves_a_prefix_of_the_batches`. Method: a log cut off at many lengths, and
/// one with a byte changed, beside a read model that may be ahead of it.
#[test]
fn any_crash_leaves_a_prefix_of_the_batches() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut truth = store.truth().unwrap();
    for position in 1..=20 {
        truth.save(&customer_batch(position)).unwrap();
    }
    store.reads().resource(20, PLATFORM, &customer_key(20)).unwrap();
    let length = fs::metadata(folder.path().join(LOG_FILE)).unwrap().len();
    assert_eq!(check(&crashed(folder.path()), 20), 20);
    let mut seen = 20;
    for tenth in (0..10).rev() {
        let left = crashed(folder.path());
        let log = fs::File::options().write(true).open(left.path().join(LOG_FILE)).unwrap();
        log.set_len(length * tenth / 10 + 7).unwrap();
        drop(log);
        let position = check(&left, 20);
        assert!(position <= seen, "a shorter log has no more batches");
        seen = position;
    }
    let left = crashed(folder.path());
    let mut log = fs::read(left.path().join(LOG_FILE)).unwrap();
    let middle = log.len() / 2;
    log[middle] ^= 1;
    fs::write(left.path().join(LOG_FILE), log).unwrap();
    assert!(check(&left, 20) < 20, "what comes after damage in the log was not committed");
}

/// Goal: the log of the truth stays bounded. Method: a checkpoint, and how long the log is after it.
#[test]
fn the_log_begins_anew() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut truth = store.truth().unwrap();
    let checkpointer = truth_checkpointer(&folder.path().join(TRUTH_FILE)).unwrap();
    let mut longest = 0;
    for position in 1..=30 {
        truth.save(&customer_batch(position)).unwrap();
        store.reads().resource(position, PLATFORM, &customer_key(position)).unwrap();
        if position % 10 == 0 {
            assert!(begin_anew(&checkpointer, &truth.shared));
            let length = fs::metadata(folder.path().join(LOG_FILE)).unwrap().len();
            assert!(longest == 0 || length <= longest, "the log is written over");
            longest = length;
        }
    }
}

/// Goal: every commit waits for the medium, for no test can pull the plug. Method: the writer's
/// connection says how it commits.
#[test]
fn every_commit_is_forced_onto_the_medium() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let truth = store.truth().unwrap();
    let says =
        |what| truth.connection.pragma_query_value(None, what, |row| row.get::<_, String>(0));
    assert_eq!(says("journal_mode").unwrap(), "wal");
    let full = truth.connection.pragma_query_value(None, "synchronous", |row| row.get(0));
    assert_eq!(full, Ok(2), "FULL");
}
