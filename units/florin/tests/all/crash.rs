//! SIGKILL under load: what was answered is there after it, exactly once, and the books are proven.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use super::process::{Caller, Folder, Served, last_line, yes};

const THREADS: usize = 4;
/// Answers before the kill; more with SLOW_TESTS.
const ANSWERS: usize = 150;

/// What was answered under a key.
type Answered = BTreeMap<String, (u16, Value)>;

/// A payment of 0.50 whose external id is its key.
pub(crate) fn payment((from, to): (&str, &str), key: &str) -> Value {
    json!({
        "kind": "internal",
        "from_account": from,
        "to_account": to,
        "amount": { "value": "0.50", "asset": "GBP" },
        "external_id": key,
    })
}

/// Pays from several threads until the server goes away; calls `end` after so many answers.
pub(crate) fn load(
    caller: &Caller,
    accounts: (&str, &str),
    (round, answers): (usize, usize),
    end: impl FnOnce(),
) -> Answered {
    let (sender, receiver) = mpsc::channel();
    let (from, to) = (accounts.0.to_owned(), accounts.1.to_owned());
    let pay = |thread: usize| {
        let (caller, sender, from, to) = (caller.clone(), sender.clone(), from.clone(), to.clone());
        thread::spawn(move || {
            for number in 0.. {
                let key = format!("round-{round}-thread-{thread}-number-{number}");
                let answer = caller.post("/v1/transactions", &key, &payment((&from, &to), &key));
                let Some((status, body)) = answer else { return };
                if status != 503 && sender.send((key, (status, body))).is_err() {
                    return;
                }
            }
        })
    };
    let threads: Vec<_> = (0..THREADS).map(pay).collect();
    drop(sender);
    let mut answered: Answered = receiver.iter().take(answers).collect();
    end();
    answered.extend(receiver.iter());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    answered
}

/// Every answered command is there, once, with the answer it got.
#[track_caller]
pub(crate) fn check_answered(caller: &Caller, answered: &Answered) {
    for (key, (status, body)) in answered {
        assert_eq!(*status, 201, "{key}: {body}");
        let (_, record) = caller.get(&format!("/v1/idempotency-keys/{key}")).unwrap();
        assert_eq!((&record["status"], &record["body"]), (&json!(status), body), "{key}");
        let (_, list) = caller.get(&format!("/v1/transactions?external_id={key}")).unwrap();
        let ids: Vec<&Value> =
            list["data"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(ids, [&body["id"]], "{key}");
    }
}

/// Goal: an answer survives any crash, exactly once. Method: SIGKILL in the middle of payments from
/// several threads, again and again; then each key's answer, each payment's row, and the proof.
#[test]
fn sigkill_under_load_loses_no_answer() {
    let slow = std::env::var_os("SLOW_TESTS").is_some();
    let (rounds, answers) = if slow { (4, 4 * ANSWERS) } else { (2, ANSWERS) };
    let folder = Folder::new("crash");
    let mut server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let (ada, ben) = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
    let mut all = Answered::new();
    for round in 0..rounds {
        let caller = Caller::new(&server.url, &key);
        all.extend(load(&caller, (&ada, &ben), (round, answers), || server.kill()));
        let report = last_line(&yes(&folder, &["verify", "--json"]));
        assert_eq!(report["ok"], true, "round {round}: {report}");
        server = Served::start(&folder);
    }
    check_answered(&Caller::new(&server.url, &key), &all);
    assert!(server.terminate().success());
}
