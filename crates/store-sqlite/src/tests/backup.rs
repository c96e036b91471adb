//! Copies of the truth beside its writer, and that they make no writer wait.

use store::{Journal, Truth};

use super::Folder;
use super::batches::customer_batch;
use crate::backup::LogIndex;
use crate::open::TRUTH_FILE;
use crate::{CopyFault, Mode, SqliteJournal, SqliteStore};

/// Goal: a copy is the truth as it was at the first page, and is given up before the log is too long.
/// Method: commits between the pages of a copy, with a bound on the log that holds and one that does not.
#[test]
fn a_copy_sees_one_moment_and_makes_no_writer_wait() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut truth = store.truth().unwrap();
    let mut last = 0;
    let mut save = |truth: &mut dyn Truth| {
        last += 1;
        truth.save(&customer_batch(last)).unwrap();
    };
    // More pages than are copied in one step.
    let filler = rusqlite::Connection::open(folder.path().join(TRUTH_FILE)).unwrap();
    let sql = "CREATE TABLE filler (bytes); INSERT INTO filler VALUES (zeroblob(9000000))";
    filler.execute_batch(sql).unwrap();
    drop(filler);
    save(&mut truth);
    let mut journal = store.journal().unwrap();
    assert!(LogIndex::open(&journal.connection).pages() > 0);

    let copies = Folder::new();
    std::fs::create_dir_all(copies.path()).unwrap();
    let file = copies.path().join("truth.db");
    let position = journal.copy_to(&file, &mut |_, _| save(&mut truth)).unwrap();
    assert_eq!(position, 1);
    let mut copy = SqliteJournal::open_read_only(copies.path()).unwrap();
    assert_eq!(copy.last_position().unwrap(), 1);
    assert!(journal.last_position().unwrap() > 1);

    let file = copies.path().join("given-up");
    let busy = journal.copy_within(0, &file, &mut |_, _| save(&mut truth));
    assert!(matches!(busy, Err(CopyFault::TooBusy)), "{busy:?}");
    let quiet = journal.copy_within(0, &copies.path().join("quiet"), &mut |_, _| {});
    assert_eq!(quiet.unwrap(), journal.last_position().unwrap());
}

/// Goal: the snapshot of a copy is held to its end, also against other processes. Method: the locks of
/// this process on the log's index, as the system lists them, between the pages of a copy.
#[test]
fn a_copy_keeps_its_locks() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    store.truth().unwrap().save(&customer_batch(1)).unwrap();
    let index = folder.path().join(format!("{TRUTH_FILE}-shm"));
    let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(index).unwrap());
    let locks = || {
        let (process, file) = (format!(" {} ", std::process::id()), format!(":{inode} "));
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        all.lines().filter(|line| line.contains(&process) && line.contains(&file)).count()
    };
    let mut journal = store.journal().unwrap();
    let before = locks();
    assert!(before > 0);
    let copies = Folder::new();
    std::fs::create_dir_all(copies.path()).unwrap();
    let mut steps = 0;
    let copied = journal.copy_to(&copies.path().join("truth.db"), &mut |_, _| {
        steps += 1;
        assert!(locks() >= before, "locks were lost");
    });
    assert_eq!(copied.unwrap(), 1);
    assert!(steps > 0 && locks() >= before);
}
