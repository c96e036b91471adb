//! What cannot be done, what fails, and what is left after it.

use std::fs::{File, read_to_string, write};
use std::path::Path;
use std::sync::atomic::Ordering;

use payments::Resource;
use rusqlite::Connection;
use store::{Fault, Journal, Reads, SaveFault, Truth};

use super::Folder;
use super::batches::{PLATFORM, customer_batch, customer_key};
use crate::open::{READ_FILE, TRUTH_FILE};
use crate::{Mode, SqliteJournal, SqliteStore, SqliteTruth};

fn open(folder: &Folder) -> (SqliteStore, SqliteTruth) {
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let truth = store.truth().unwrap();
    (store, truth)
}

/// Invariant `journal_rows_never_change`. Method: every statement that would, on the writer itself.
#[test]
fn journal_rows_never_change() {
    let folder = Folder::new();
    let (_store, mut truth) = open(&folder);
    truth.save(&customer_batch(1)).unwrap();
    for table in ["commands", "assets", "store"] {
        let column = if table == "store" { "mode" } else { "platform_id" };
        for sql in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} RENAME TO gone"),
        ] {
            let refused = truth.execute(&sql).unwrap_err().to_string();
            assert!(
                refused.contains("authorized") || refused.contains("prohibited"),
                "{sql}: {refused}"
            );
        }
    }
    for sql in [
        "UPDATE sqlite_schema SET sql = sql",
        "PRAGMA writable_schema = 1",
        "CREATE TRIGGER t AFTER INSERT ON heads BEGIN DELETE FROM commands; END",
        "ATTACH ':memory:' AS other",
    ] {
        assert!(truth.execute(sql).is_err(), "{sql}");
    }
    assert_eq!(truth.position().unwrap(), 1);
}

/// Goal: a full disk is refused cleanly, and the store goes on once there is room.
/// Method: a limit on the pages of the file.
#[test]
fn a_full_disk_changes_nothing() {
    let folder = Folder::new();
    let (store, mut truth) = open(&folder);
    truth.save(&customer_batch(1)).unwrap();
    truth.execute("PRAGMA max_page_count = 1").unwrap();
    let mut batch = customer_batch(2);
    batch.commands[0].command.body = vec![0; 1_000_000];
    for _ in 0..2 {
        let refused = truth.save(&batch);
        assert!(matches!(refused, Err(SaveFault::NotSaved(Fault::Full))), "{refused:?}");
        assert_eq!(truth.position().unwrap(), 1);
    }
    truth.execute("PRAGMA max_page_count = 1000000").unwrap();
    truth.save(&batch).unwrap();
    assert!(store.reads().resource(2, PLATFORM, &customer_key(2)).unwrap().is_some());
}

/// Goal: the log of the truth has a bound that a reader who never ends cannot lift; what is refused
/// then changes nothing, and goes through once the reader is gone. Method: a bound of one page, and
/// a reader in a transaction.
#[test]
fn the_log_is_bounded() {
    let folder = Folder::new();
    let (_store, mut truth) = open(&folder);
    truth.save(&customer_batch(1)).unwrap();
    let reader = Connection::open(folder.path().join(TRUTH_FILE)).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM commands").unwrap();
    truth.shared.log_pages_hard.store(1, Ordering::SeqCst);
    let refused = truth.save(&customer_batch(2));
    assert!(matches!(refused, Err(SaveFault::NotSaved(Fault::Full))), "{refused:?}");
    assert_eq!(truth.position().unwrap(), 1);
    reader.execute_batch("COMMIT").unwrap();
    truth.save(&customer_batch(2)).unwrap();
    truth.save(&customer_batch(3)).unwrap();
    assert_eq!(truth.position().unwrap(), 3);
}

/// Goal: readers are told that the disk is full, also when only the read model has no room, and are
/// answered once there is. Method: a limit on the pages of the read model, then none.
#[test]
fn a_read_model_without_room_says_so() {
    let folder = Folder::new();
    let (store, mut truth) = open(&folder);
    let reads = store.reads();
    truth.save(&customer_batch(1)).unwrap();
    assert!(reads.resource(1, PLATFORM, &customer_key(1)).unwrap().is_some());
    truth.shared.pages_max.store(1, Ordering::SeqCst);
    let mut batch = customer_batch(2);
    for (_, resource) in &mut batch.resources {
        if let Resource::Customer(customer) = resource {
            customer.name = "x".repeat(1_000_000);
        }
    }
    truth.save(&batch).unwrap();
    let read = || reads.resource(2, PLATFORM, &customer_key(2));
    for _ in 0..2 {
        let refused = read();
        assert!(matches!(refused, Err(Fault::Full)), "{:?}", refused.map(|found| found.is_some()));
    }
    assert!(reads.resource(1, PLATFORM, &customer_key(1)).unwrap().is_some());
    truth.shared.pages_max.store(0, Ordering::SeqCst);
    // The feeder tries again by itself; each try of a reader waits for it.
    let found = (0..10).find_map(|_| read().ok());
    assert!(found.is_some_and(|found| found.is_some()));
}

/// Goal: after a COMMIT that failed in another way, the writer does nothing more.
/// Method: a hook that makes COMMIT fail.
#[test]
fn a_failed_commit_is_an_unknown_outcome() {
    let folder = Folder::new();
    let (store, mut truth) = open(&folder);
    truth.fail_commits();
    assert!(matches!(truth.save(&customer_batch(1)), Err(SaveFault::OutcomeUnknown { .. })));
    assert!(matches!(truth.save(&customer_batch(1)), Err(SaveFault::NotSaved(_))));
    drop((truth, store));
    let (_store, mut truth) = open(&folder);
    truth.save(&customer_batch(1)).unwrap();
}

/// Invariant `one_batch_all_or_nothing`. Method: a batch whose last row is refused, then a sound one.
#[test]
fn one_batch_all_or_nothing() {
    let folder = Folder::new();
    let (store, mut truth) = open(&folder);
    let mut batch = customer_batch(1);
    batch.heads[0].0.clock_offset_micros = -1;
    assert!(matches!(truth.save(&batch), Err(SaveFault::NotSaved(Fault::Failed { .. }))));
    assert_eq!(truth.position().unwrap(), 0);
    assert_eq!(truth.load(&[(PLATFORM, customer_key(1))]).unwrap(), [None]);
    assert_eq!(truth.command_by_key(PLATFORM, "key 1").unwrap(), None);
    truth.save(&customer_batch(1)).unwrap();
    assert_eq!(store.journal().unwrap().last_position().unwrap(), 1);
}

/// Goal: a transaction that a fault left open is taken back, and saving goes on. Method: one is left open.
#[test]
fn a_transaction_left_open_is_taken_back() {
    let folder = Folder::new();
    let (_store, mut truth) = open(&folder);
    truth.save(&customer_batch(1)).unwrap();
    truth.execute("BEGIN; UPDATE heads SET clock_offset = 7").unwrap();
    truth.save(&customer_batch(2)).unwrap();
    assert_eq!(truth.position().unwrap(), 2);
    assert_eq!(truth.head(PLATFORM).unwrap().unwrap().clock_offset_micros, 0);
}

type Harm = (&'static str, fn(&Path));

/// Goal: everything is there again, whatever became of the read model while the store was closed.
/// Method: each way to harm it, then the same questions.
#[test]
fn a_read_model_is_made_anew() {
    let harms: [Harm; 6] = [
        ("nothing", |_| {}),
        ("deleted", |file| std::fs::remove_file(file).unwrap()),
        ("not a database", |file| write(file, "no database").unwrap()),
        ("cut off", |file| {
            File::options().write(true).open(file).unwrap().set_len(5_000).unwrap();
        }),
        ("of another version", |file| {
            Connection::open(file).unwrap().pragma_update(None, "user_version", 0).unwrap();
        }),
        ("of another truth", |file| {
            let sql = "UPDATE fed SET audit_hash = zeroblob(32)";
            Connection::open(file).unwrap().execute(sql, []).unwrap();
        }),
    ];
    let folder = Folder::new();
    let mut last = 0;
    for (harm, harm_it) in harms {
        let (store, mut truth) = open(&folder);
        for position in 1..=last {
            let found = store.reads().resource(last, PLATFORM, &customer_key(position));
            assert!(found.unwrap().is_some(), "{harm}: {position} of {last}");
        }
        truth.save(&customer_batch(last + 1)).unwrap();
        last += 1;
        assert!(truth.command_by_key(PLATFORM, "key 1").unwrap().is_some());
        drop((truth, store));
        harm_it(&folder.path().join(READ_FILE));
    }
    let (store, _truth) = open(&folder);
    assert!(store.reads().resource(last, PLATFORM, &customer_key(last)).unwrap().is_some());
}

/// Goal: a reader that asks for what is not there is told so. Method: a position nobody committed.
#[test]
fn a_reader_does_not_wait_for_ever() {
    let folder = Folder::new();
    let (store, _truth) = open(&folder);
    let behind = store.reads().resource(1, PLATFORM, &customer_key(1));
    assert!(matches!(behind, Err(Fault::Behind { at: 0, needed: 1 })), "{behind:?}");
}

/// Goal: a walk sees what another connection commits. Method: a journal opened before the commit.
#[test]
fn a_journal_reads_while_the_store_is_open() {
    let folder = Folder::new();
    let (_store, mut truth) = open(&folder);
    let mut journal = SqliteJournal::open_read_only(folder.path()).unwrap();
    assert_eq!(journal.mode(), Mode::Test);
    for position in 1..=3 {
        truth.save(&customer_batch(position)).unwrap();
        assert_eq!(journal.last_position().unwrap(), position);
    }
    assert_eq!(
        journal.commands_after(1, 10).unwrap(),
        [2, 3].map(|at| customer_batch(at).commands.remove(0))
    );
}

#[track_caller]
fn check_refused(folder: &Folder, mode: Mode, expected: &str) {
    let refused = SqliteStore::open(folder.path(), mode).unwrap_err().to_string();
    assert_eq!(refused.replace(&folder.path().display().to_string(), "FOLDER"), expected);
}

/// Goal: whoever starts on a wrong folder reads in one sentence what to do. Method: each wrong folder.
#[test]
fn a_wrong_folder_is_refused_in_one_sentence() {
    const IN_USE: &str = "the data folder FOLDER is in use: \
        stop the process that has it open, or name another folder";
    const OTHER_MODE: &str = "the store in FOLDER is a test store, not a live store: \
        start in test mode, or name another folder";
    const NEWER: &str = "the store in FOLDER was made by a newer version of Florin \
        (schema 99, this one knows 1): use that version";
    const NO_STORE: &str = "the data folder FOLDER holds no store of Florin: \
        name the folder of a store, or an empty one";
    const UNUSABLE: &str = "the data folder FOLDER cannot be used: \
        make it readable and writable for this user, or name another one";

    let folder = Folder::new();
    let opened = open(&folder);
    check_refused(&folder, Mode::Test, IN_USE);
    drop(opened);
    check_refused(&folder, Mode::Live, OTHER_MODE);

    let truth = folder.path().join(TRUTH_FILE);
    let set = |name, value: i32| {
        Connection::open(&truth).unwrap().pragma_update(None, name, value).unwrap();
    };
    set("user_version", 99);
    check_refused(&folder, Mode::Test, NEWER);
    set("application_id", 0);
    check_refused(&folder, Mode::Test, NO_STORE);
    std::fs::remove_file(&truth).unwrap();
    write(&truth, "this is not a database, and long enough to be told from an empty file").unwrap();
    check_refused(&folder, Mode::Test, NO_STORE);
    assert!(read_to_string(&truth).unwrap().starts_with("this is"), "it is left as it was");

    let folder = Folder::new();
    write(folder.path(), "a file").unwrap();
    check_refused(&folder, Mode::Test, UNUSABLE);
    std::fs::remove_file(folder.path()).unwrap();
}
