//! When API keys were last used: at once, after a restart, and after the read model is gone.

use ledger::Timestamp;
use payments::ids::KeyId;
use rusqlite::Connection;
use store::{Reads, Truth};

use super::Folder;
use super::batches::{PLATFORM, customer_batch, customer_key};
use crate::key_uses::KeyUses;
use crate::limits::KEY_USES_MAX;
use crate::open::READ_FILE;
use crate::{Mode, SqliteStore};

const MINUTE: i64 = 60_000_000;

fn key(number: usize) -> KeyId {
    KeyId::from_bytes(u128::try_from(number).unwrap().to_be_bytes())
}

const fn at(minutes: i64, micros: i64) -> Timestamp {
    Timestamp::from_micros(minutes * MINUTE + micros)
}

fn last_use(store: &SqliteStore, number: usize) -> Option<i64> {
    let last = store.reads().key_last_use(key(number)).unwrap();
    last.map(|last| last.micros())
}

/// Goal: the latest minute is told, kept by a restart, and lost with the read model.
/// Method: uses out of order, with a commit, with none, and with the file deleted.
#[test]
fn the_last_use_is_kept_with_the_read_model() {
    let folder = Folder::new();
    let open = || SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut store = open();
    assert_eq!(last_use(&store, 1), None);
    for (minutes, micros) in [(7, 5), (9, MINUTE - 1), (8, 0)] {
        store.reads().key_used(key(1), at(minutes, micros));
    }
    assert_eq!(last_use(&store, 1), Some(9 * MINUTE));
    let mut truth = store.truth().unwrap();
    truth.save(&customer_batch(1)).unwrap();
    assert!(store.reads().resource(1, PLATFORM, &customer_key(1)).unwrap().is_some());
    assert_eq!(written(&folder), 1);
    store.reads().key_used(key(1), at(10, 0));
    store.reads().key_used(key(2), at(3, 0));
    drop((truth, store));

    let store = open();
    assert_eq!((last_use(&store, 1), last_use(&store, 2)), (Some(10 * MINUTE), Some(3 * MINUTE)));
    store.reads().key_used(key(2), at(2, 0));
    assert_eq!(last_use(&store, 2), Some(3 * MINUTE));
    drop(store);
    std::fs::remove_file(folder.path().join(READ_FILE)).unwrap();
    assert_eq!(last_use(&open(), 1), None);
}

fn written(folder: &Folder) -> u64 {
    let read = Connection::open(folder.path().join(READ_FILE)).unwrap();
    read.query_row("SELECT count(*) FROM key_uses", [], |row| row.get(0)).unwrap()
}

/// Goal: a use is written once a minute, and none is lost to a transaction that failed.
/// Method: what stands to be written, step by step.
#[test]
fn a_use_is_written_once_a_minute() {
    let uses = KeyUses::default();
    uses.note(key(1), at(1, 0));
    let first = uses.unwritten();
    assert_eq!(first, [(key(1), at(1, 0))]);
    assert_eq!(uses.unwritten(), first, "nothing was written yet");
    uses.written(&first);
    uses.note(key(1), at(1, 0));
    assert_eq!(uses.unwritten(), []);
    uses.note(key(1), at(2, 0));
    uses.written(&first);
    assert_eq!(uses.unwritten(), [(key(1), at(2, 0))]);
}

/// Goal: memory has a bound. Method: a key more than fit, before and after the others are written.
#[test]
fn uses_in_memory_have_a_bound() {
    let uses = KeyUses::default();
    for number in 0..=KEY_USES_MAX {
        uses.note(key(number), at(1, 0));
    }
    assert_eq!(uses.noted(key(KEY_USES_MAX)), None);
    uses.note(key(0), at(2, 0));
    assert_eq!(uses.noted(key(0)), Some(at(2, 0)));
    uses.written(&uses.unwritten());
    uses.note(key(KEY_USES_MAX), at(1, 0));
    assert_eq!(uses.noted(key(KEY_USES_MAX)), Some(at(1, 0)));
}
