//! The rows of the read model, walked through: the same as the model's, each column of each.

use store::read_rows::{ReadCursor, ReadPart};
use store::{Journal, MemoryStore, ReadRows};
use testkit::conformance::{Ports, agree};

use super::Folder;
use crate::{Mode, SqliteStore};

/// Every row of a part in words, sorted: stores have orders of their own.
fn rows(reads: &dyn ReadRows, part: ReadPart, limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut after: Option<ReadCursor> = None;
    loop {
        let mut each = |row: &store::ReadRow<'_>| found.push(format!("{row:?}"));
        after = reads.rows_after(0, (part, after.as_ref()), limit, &mut each).unwrap();
        if after.is_none() {
            found.sort();
            return found;
        }
    }
}

/// Goal: a walk shows every row once, as it is, however long its pages are; a column that is changed
/// shows. Method: a history by chance in both stores; then one statement of SQL after the other.
#[test]
fn rows_are_those_of_the_model() {
    let (folder, mut model) = (Folder::new(), MemoryStore::new(Mode::Test));
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let (mut truth, reads, mut journal) =
        (store.truth().unwrap(), store.reads(), store.journal().unwrap());
    let (model_reads, mut model_journal) = (model.clone(), model.clone());
    let mut first = Ports { truth: &mut model, reads: &model_reads, journal: &mut model_journal };
    let mut second = Ports { truth: &mut truth, reads: &*reads, journal: &mut journal };
    agree(&mut first, &mut second, 11, 100).unwrap();
    let at = journal.last_position().unwrap();
    reads.rows_after(at, (ReadPart::Commands, None), 1, &mut |_| {}).unwrap();
    for part in ReadPart::all() {
        let expected = rows(&model_reads, part, 7);
        for limit in [3, 10_000] {
            assert_eq!(rows(&*reads, part, limit), expected, "{part:?}, {limit} at a time");
        }
    }
    drop((truth, store));
    let read = rusqlite::Connection::open(folder.path().join("read.db")).unwrap();
    for (part, sql) in [
        (
            ReadPart::Legs,
            "UPDATE legs SET amount_lo = amount_lo + 1 WHERE (account, version) = (1, 1)",
        ),
        (
            ReadPart::Legs,
            "UPDATE legs SET credits_posted_hi = -1 WHERE (account, version) = (1, 1)",
        ),
        (ReadPart::Commands, "UPDATE history SET events = 77 WHERE position = 3"),
        (ReadPart::Commands, "DELETE FROM history WHERE position = 4"),
        (
            ReadPart::Requests,
            "DELETE FROM requests WHERE (platform_id, request_id, seq) = \
               (SELECT platform_id, request_id, seq FROM requests LIMIT 1)",
        ),
        (
            ReadPart::EventsOfResources,
            "DELETE FROM events_of_resources WHERE (platform_id, seq, place) = \
               (SELECT platform_id, seq, 0 FROM history WHERE events = 1 LIMIT 1)",
        ),
        (
            ReadPart::EventsOfTypes,
            "UPDATE events_of_types SET type = 'x' WHERE (platform_id, seq, place) = \
               (SELECT platform_id, seq, 0 FROM history WHERE events = 1 LIMIT 1)",
        ),
        (
            ReadPart::Resources(payments::Kind::Transaction),
            "UPDATE transactions SET status = 'x' WHERE rowid = (SELECT min(rowid) FROM transactions)",
        ),
    ] {
        let before = rows(&*reads, part, 100);
        assert_eq!(read.execute(sql, []).unwrap(), 1, "{sql}");
        assert_ne!(rows(&*reads, part, 100), before, "{sql}");
    }
}
