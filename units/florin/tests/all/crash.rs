//! SIGKILL under load: what was answered is there after it, exactly once, and the books are proven.
//!
//! One store lives through all rounds. After each kill what is new is read once from the truth, and
//! the invariants are derived from it (`Auditor`), and `florin verify --incremental` proves what came
//! since the round before; the whole proof comes at the end. Start at [`Shop::round`].

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::Journal as _;
use store_sqlite::SqliteJournal;
use testkit::audit::Auditor;
use testkit::chance::Chance;

use super::process::{Caller, Folder, Seed, Served, is_slow, last_line, yes};

const THREADS: usize = 4;
/// Rounds; more with SLOW_TESTS.
const ROUNDS: usize = 5;
const SLOW_ROUNDS: usize = 50;
/// In every so many rounds the proof comes before the start, with the read model; else beside the server.
const STOPPED_EVERY: usize = 5;
/// At most so many answers before the kill, and so much time after the last of them.
const ANSWERS_MAX: usize = 300;
const MICROS_MAX: usize = 3_000;
/// Payments of a round that the read model is asked for, and that are sent again.
const ASKED: usize = 5;
/// What the payer has first, in pence, what each payment takes, and what is left of it after the fee.
const HELD: u64 = 10_000_000;
const PAID: u64 = 50;
const RECEIVED: u64 = 30;

/// What was answered under a key.
pub(crate) type Answered = BTreeMap<String, (u16, Value)>;

/// What became of the requests of a load.
pub(crate) struct Load {
    pub(crate) answered: Answered,
    /// Those that got no whole answer.
    pub(crate) unanswered: Vec<String>,
}

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
) -> Load {
    let (sender, receiver) = mpsc::channel();
    let (from, to) = (accounts.0.to_owned(), accounts.1.to_owned());
    let pay = |thread: usize| {
        let (caller, sender, from, to) = (caller.clone(), sender.clone(), from.clone(), to.clone());
        thread::spawn(move || {
            for number in 0.. {
                let key = format!("round-{round}-thread-{thread}-number-{number}");
                let Some(answer) =
                    caller.post("/v1/transactions", &key, &payment((&from, &to), &key))
                else {
                    return Some(key);
                };
                if answer.0 != 503 && sender.send((key, answer)).is_err() {
                    return None;
                }
            }
            None
        })
    };
    let threads: Vec<_> = (0..THREADS).map(pay).collect();
    drop(sender);
    let mut answered: Answered = receiver.iter().take(answers).collect();
    end();
    answered.extend(receiver.iter());
    let unanswered = threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
    Load { answered, unanswered }
}

/// Every answered command is there, once, with the answer it got.
#[track_caller]
pub(crate) fn check_answered<'a>(
    caller: &Caller,
    answered: impl IntoIterator<Item = (&'a String, &'a (u16, Value))>,
) {
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

/// What came since the last proof is proven.
#[track_caller]
fn check_recent(folder: &Folder) {
    let report = last_line(&yes(folder, &["verify", "--incremental", "--json"]));
    assert_eq!(report["ok"], true, "{report}");
    assert_ne!(report["since_position"], 0, "a whole proof: {report}");
}

/// The books of a folder are proven, the read model's rows too.
#[track_caller]
pub(crate) fn check_proven(folder: &Folder) {
    let report = last_line(&yes(folder, &["verify", "--json"]));
    assert_eq!(report["ok"], true, "{report}");
}

/// What the truth keeps under the callers' keys, read on from where the last look ended.
#[derive(Default)]
pub(crate) struct Kept {
    position: u64,
    pub(crate) answers: Answered,
    auditor: Auditor,
}

impl Kept {
    /// Reads what is new; every key stands once.
    #[track_caller]
    pub(crate) fn look(&mut self, data: &Path) {
        let mut journal = SqliteJournal::open_read_only(data).unwrap();
        for committed in journal.commands_after(self.position, usize::MAX).unwrap() {
            self.position = committed.position;
            let command = committed.command;
            let Some(caller) = command.idempotency else { continue };
            if command.status == 201 && caller.key.contains("-number-") {
                assert!(committed.entry.is_some(), "{}: paid, and no money moved", caller.key);
            }
            let body = serde_json::from_slice(&command.body).unwrap();
            let before = self.answers.insert(caller.key.clone(), (command.status, body));
            assert_eq!(before, None, "{} was done twice", caller.key);
        }
        self.auditor.look(&mut journal);
    }

    /// What was answered is what is kept.
    #[track_caller]
    pub(crate) fn check(&self, answered: &Answered) {
        for (key, answer) in answered {
            assert_eq!(self.answers.get(key), Some(answer), "{key}");
        }
    }

    /// How many payments of a load there are.
    pub(crate) fn payments(&self) -> usize {
        self.answers.keys().filter(|key| key.contains("-number-")).count()
    }
}

/// Two accounts in a store that is killed again and again.
struct Shop {
    folder: Folder,
    key: String,
    ada: String,
    ben: String,
    kept: Kept,
    /// Answered since the last look.
    told: Answered,
    chance: Chance,
}

impl Shop {
    fn open(seed: &Seed) -> (Self, Served) {
        let folder = Folder::new("crash");
        let server = Served::start(&folder);
        let key = server.key.clone().unwrap();
        let caller = Caller::new(&server.url, &key);
        let (ada, ben) = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
        check_proven(&folder);
        let (kept, told, chance) = (Kept::default(), Answered::new(), Chance::new(seed.0));
        (Self { folder, key, ada, ben, kept, told, chance }, server)
    }

    /// Kills the server under load, maybe tears the read model, starts it again, and looks.
    fn round(&mut self, server: Served, round: usize) -> Served {
        let caller = Caller::new(&server.url, &self.key);
        let answers = self.chance.below(ANSWERS_MAX);
        let after = Duration::from_micros(self.chance.below(MICROS_MAX).try_into().unwrap());
        let loaded = load(&caller, (&self.ada, &self.ben), (round, answers), || {
            let answered = Instant::now();
            while answered.elapsed() < after {
                thread::yield_now();
            }
            server.kill();
        });
        let asked: Vec<String> = loaded.answered.keys().rev().take(ASKED).cloned().collect();
        self.told.extend(loaded.answered);
        let torn = tear(&self.folder.data(), &mut self.chance);
        let stopped = round % STOPPED_EVERY == STOPPED_EVERY - 1;
        if stopped {
            check_recent(&self.folder);
        }
        let server = Served::start(&self.folder);
        let caller = Caller::new(&server.url, &self.key);
        self.look();
        self.send_again(&caller, loaded.unanswered.into_iter().chain(asked.clone()));
        self.look();
        check_answered(&caller, asked.iter().map(|key| (key, &self.kept.answers[key])));
        self.check_balances(&caller, torn);
        if !stopped {
            check_recent(&self.folder);
        }
        server
    }

    #[track_caller]
    fn look(&mut self) {
        self.kept.look(&self.folder.data());
        self.kept.check(&std::mem::take(&mut self.told));
    }

    /// A retry gets the one answer: the kept one, or that of a command that was not there at all.
    fn send_again(&mut self, caller: &Caller, keys: impl Iterator<Item = String>) {
        for key in keys {
            let body = payment((&self.ada, &self.ben), &key);
            let answer = caller.post("/v1/transactions", &key, &body).unwrap();
            if let Some(kept) = self.kept.answers.get(&key) {
                assert_eq!(&answer, kept, "{key}");
            }
            assert_eq!(answer.0, 201, "{key}: {}", answer.1);
            self.told.insert(key, answer);
        }
    }

    /// The read model has every payment.
    fn check_balances(&self, caller: &Caller, torn: &str) {
        let payments = u64::try_from(self.kept.payments()).unwrap();
        let pounds = |minor: u64| format!("{}.{:02}", minor / 100, minor % 100);
        let shown = (caller.available(&self.ada), caller.available(&self.ben));
        let whole = (pounds(HELD - PAID * payments), pounds(RECEIVED * payments));
        assert_eq!(shown, whole, "the read model: {torn}");
    }
}

/// Does to the read model what a machine that loses its power may do, in two rounds of three.
fn tear(data: &Path, chance: &mut Chance) -> &'static str {
    let open = |name: &str| {
        let file = File::options().read(true).write(true).open(data.join(name)).unwrap();
        let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
        (file, length)
    };
    match chance.below(6) {
        0 => {
            let (file, length) = open("read.db");
            file.set_len(chance.below(length + 1).try_into().unwrap()).unwrap();
            "cut off"
        }
        1 => {
            let (file, length) = open("read.db");
            let page = chance.below(length.div_ceil(4096).max(1)) * 4096;
            file.write_all_at(&[0; 512], page.try_into().unwrap()).unwrap();
            "the beginning of a page lost"
        }
        2 => {
            let (file, length) = open("read.db-wal");
            file.set_len(chance.below(length + 1).try_into().unwrap()).unwrap();
            "its log cut off"
        }
        3 => {
            let (file, length) = open("read.db-wal");
            let at = u64::try_from(chance.below(length.max(1))).unwrap();
            let mut byte = [0];
            if file.read_exact_at(&mut byte, at).is_ok() {
                file.write_all_at(&[!byte[0]], at).unwrap();
            }
            "a byte of its log flipped"
        }
        _ => "whole",
    }
}

/// Goal: an answer survives any crash, exactly once, and a retry gets it; a command without an answer
/// is there wholly or not at all; the read model is whole, also when it was torn. Method: SIGKILL at
/// moments by chance in the middle of payments from several threads, again and again on one store.
#[test]
fn sigkill_under_load_loses_no_answer() {
    let seed = Seed::asked_or_new();
    let rounds = if is_slow() { SLOW_ROUNDS } else { ROUNDS };
    let (mut shop, mut server) = Shop::open(&seed);
    for round in 0..rounds {
        server = shop.round(server, round);
    }
    assert!(server.terminate().success());
    check_proven(&shop.folder);
}
