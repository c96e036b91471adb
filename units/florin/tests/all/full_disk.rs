//! A full disk: payments are refused cleanly, reads go on, and all goes on once there is room.

use std::fs::{File, copy, remove_file};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::crash::{Answered, Kept, check_answered, check_proven, payment};
use super::process::{Caller, Folder, Served};

const MEBIBYTES: u32 = 24;
/// Payments before the disk is full, and those that are refused then.
const PAID: usize = 20;
const REFUSED: usize = 20;
/// So many payments find the disk full, at the latest; and so many tries find room again.
const TRIES_MAX: usize = 20_000;

/// Takes all the room there is.
fn fill(ballast: &Path) {
    let mut file = File::create(ballast).unwrap();
    for length in [65_536, 4_096, 1] {
        let why = loop {
            if let Err(why) = file.write_all(&vec![0; length]) {
                break why;
            }
        };
        assert_eq!(why.kind(), ErrorKind::StorageFull, "{why}");
    }
}

/// Goal: without room nothing is lost or half done, and nothing need be started again. Method: a small
/// disk of its own and a file that takes all its room, for a while.
#[test]
fn a_full_disk_is_refused_and_gone_on_from() {
    let folder = Folder::on_a_small_disk("full", MEBIBYTES);
    let server = Served::start(&folder);
    let caller = Caller::new(&server.url, server.key.as_ref().unwrap());
    let (ada, ben) = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
    let pay = |number: usize| {
        let key = format!("disk-number-{number}");
        let answer = caller.post_or_later("/v1/transactions", &key, &payment((&ada, &ben), &key));
        (key, answer.unwrap())
    };
    let mut answered = Answered::new();
    let mut number = 0;
    for _ in 0..PAID {
        let (key, (answer, _)) = pay(number);
        answered.insert(key, answer);
        number += 1;
    }
    let ballast = folder.data_seen().join("ballast");
    fill(&ballast);
    let mut refused = 0;
    while refused < REFUSED {
        assert!(number < TRIES_MAX, "the disk is never full");
        let (key, (answer, later)) = pay(number);
        number += 1;
        if answer.0 == 201 {
            answered.insert(key, answer);
            continue;
        }
        let said = (answer.0, answer.1["code"].as_str(), later.is_some());
        assert_eq!(said, (503, Some("storage_full"), true), "{}", answer.1);
        refused += 1;
    }
    check_reads(&caller, &ada);
    check_answered(&caller, answered.iter().take(PAID));

    remove_file(&ballast).unwrap();
    for number in 0..number {
        let answer = (0..TRIES_MAX).map(|_| pay(number)).find(|(_, (answer, _))| answer.0 != 503);
        let (key, (answer, _)) = answer.expect("there is room again");
        if let Some(before) = answered.insert(key, answer.clone()) {
            assert_eq!(before, answer);
        }
    }
    check_answered(&caller, answered.iter().rev().take(PAID));
    assert!(server.terminate().success());
    check_proven(&folder);
    // SQLite would look for the file where the disk is not mounted, so a copy is read.
    for name in ["truth.db", "truth.db-wal"] {
        let _ = copy(folder.data_seen().join(name), folder.path().join(name));
    }
    let mut kept = Kept::default();
    kept.look(folder.path());
    kept.check(&answered);
}

/// Reads are answered.
#[track_caller]
fn check_reads(caller: &Caller, account: &str) {
    let account = format!("/v1/accounts/{account}");
    let lists = ["/v1/transactions?limit=100", "/v1/events?limit=100", "/v1/trial-balance"];
    for path in lists.into_iter().chain([account.as_str()]) {
        let (status, body) = caller.get(path).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
    }
}
