//! A full disk: payments are refused cleanly, reads go on, and all goes on once there is room.

use std::fs::{File, copy, remove_file, write};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde_json::Value;

use super::crash::{Answered, Kept, check_answered, check_proven, payment};
use super::process::{Caller, Folder, Served};

/// How large the disk is. The store writes nothing with less room than 64 of them.
const MEBIBYTES: u32 = 80;
/// What stands in the way at first.
const BALLAST: usize = 12 * 1024 * 1024;
/// Payments that are looked at one by one, and those that are refused.
const ASKED: usize = 20;
const REFUSED: usize = 20;
/// So many payments find the disk full, at the latest; and so many tries find room again.
const TRIES_MAX: usize = 20_000;

/// Payments that are sent whether there is room or not.
struct Payments {
    caller: Caller,
    accounts: (String, String),
    sent: usize,
    answered: Answered,
}

impl Payments {
    fn send(&self, number: usize) -> (String, (u16, Value), Option<u32>) {
        let key = format!("disk-number-{number}");
        let body = payment((&self.accounts.0, &self.accounts.1), &key);
        let (answer, later) = self.caller.post_or_later("/v1/transactions", &key, &body).unwrap();
        (key, answer, later)
    }

    /// Sends new ones until so many were refused.
    fn send_until_refused(&mut self) {
        let mut refused = 0;
        while refused < REFUSED {
            assert!(self.sent < TRIES_MAX, "the disk is never full");
            let (key, answer, later) = self.send(self.sent);
            self.sent += 1;
            if answer.0 == 201 {
                self.answered.insert(key, answer);
                continue;
            }
            let said = (answer.0, answer.1["code"].as_str(), later.is_some());
            assert_eq!(said, (503, Some("storage_full"), true), "{}", answer.1);
            refused += 1;
        }
    }

    /// Sends all of them again until they are made: what was answered stays.
    fn send_again(&mut self) {
        for number in 0..self.sent {
            let mut tries = (0..TRIES_MAX).map(|_| self.send(number));
            let answer = tries.find(|(_, answer, _)| answer.0 != 503);
            let (key, answer, _) = answer.expect("there is room again");
            assert_eq!(answer.0, 201, "{key}: {}", answer.1);
            if let Some(before) = self.answered.insert(key, answer.clone()) {
                assert_eq!(before, answer);
            }
        }
    }

    /// Reads are answered, up to the last payment.
    #[track_caller]
    fn check_reads(&self) {
        let account = format!("/v1/accounts/{}", self.accounts.0);
        let lists = ["/v1/transactions?limit=100", "/v1/events?limit=100", "/v1/trial-balance"];
        for path in lists.into_iter().chain([account.as_str()]) {
            let (status, body) = self.caller.get(path).unwrap();
            assert_eq!(status, 200, "{path}: {body}");
        }
        check_answered(&self.caller, self.answered.iter().take(ASKED));
    }
}

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

/// Goal: without room nothing is lost or half done, reads go on, and nothing need be started again.
/// Method: a small disk of its own that payments fill, then another's file to the last byte; then the
/// files that stood in the way are removed.
#[test]
fn a_full_disk_is_refused_and_gone_on_from() {
    let folder = Folder::on_a_small_disk("full", MEBIBYTES);
    let (ballast, more) = (folder.data_seen().join("ballast"), folder.data_seen().join("more"));
    write(&ballast, vec![0; BALLAST]).unwrap();
    let server = Served::start(&folder);
    let caller = Caller::new(&server.url, server.key.as_ref().unwrap());
    let accounts = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
    let mut payments = Payments { caller, accounts, sent: 0, answered: Answered::new() };

    payments.send_until_refused();
    assert!(payments.answered.len() >= ASKED, "{} were made", payments.answered.len());
    payments.check_reads();
    fill(&more);
    payments.send_until_refused();
    payments.check_reads();

    remove_file(&ballast).unwrap();
    remove_file(&more).unwrap();
    payments.send_again();
    payments.check_reads();
    assert!(server.terminate().success());
    check_proven(&folder);
    // SQLite would look for the file where the disk is not mounted, so a copy is read.
    for name in ["truth.db", "truth.db-wal"] {
        let _ = copy(folder.data_seen().join(name), folder.path().join(name));
    }
    let mut kept = Kept::default();
    kept.look(folder.path());
    kept.check(&payments.answered);
    assert_eq!(kept.payments(), payments.sent);
}
