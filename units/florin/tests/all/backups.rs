//! Backups: whole while payments run, refused where they are not, and proven when they are restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::crash::{check_answered, payment};
use super::process::{Caller, Folder, Served, last_line, run, yes};

const THREADS: usize = 3;
/// Answers before the backup begins, and again before the next.
const ANSWERS: usize = 60;

/// Goal: what was answered before a backup began is in it, whatever runs meanwhile, and its bank
/// knows what its truth knows. Method: backups under payments from several threads, each restored,
/// proven, asked for every answer, and given new money.
#[test]
fn a_backup_under_load_holds_what_was_answered() {
    let folder = Folder::new("backup");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let (ada, ben) = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
    let (answered, stop) = (Mutex::new(BTreeMap::new()), AtomicBool::new(false));
    let mut backups = Vec::new();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (caller, answered, stop, ada, ben) = (caller.clone(), &answered, &stop, &ada, &ben);
            scope.spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let key = format!("thread-{thread}-number-{number}");
                    let body = payment((ada, ben), &key);
                    let answer = caller.post("/v1/transactions", &key, &body).unwrap();
                    answered.lock().unwrap().insert(key, answer);
                }
            });
        }
        for round in 1..=2 {
            while answered.lock().unwrap().len() < round * ANSWERS {
                thread::yield_now();
            }
            let before = answered.lock().unwrap().clone();
            let name = format!("backup-{round}");
            let manifest = last_line(&yes(&folder, &["backup", &name, "--json"]));
            assert_eq!(manifest["mode"], "test", "{manifest}");
            backups.push((folder.path().join(name), before, manifest));
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert!(server.terminate().success());
    for (backup, before, manifest) in backups {
        assert_eq!(names(&backup), ["manifest.json", "sandbox-bank.ndjson", "truth.db"]);
        let restored = Folder::new("restored");
        let report = last_line(&yes(&restored, &["restore", backup.to_str().unwrap(), "--json"]));
        assert_eq!(report["ok"], true, "{report}");
        assert_eq!(report["as_of_position"], manifest["position"]);
        assert!(report["checked"]["keys"].as_u64().unwrap() >= before.len() as u64);
        let server = Served::start(&restored);
        let caller = Caller::new(&server.url, &key);
        check_answered(&caller, &before);
        caller.account("Eve", Some("7.00"));
        assert!(server.terminate().success());
        assert_eq!(last_line(&yes(&restored, &["verify", "--json"]))["ok"], true);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with a small store and a backup of it.
fn backed_up() -> (Folder, PathBuf) {
    let folder = Folder::new("small");
    assert!(Served::start(&folder).terminate().success());
    let printed = yes(&folder, &["backup", "backup"]);
    assert!(printed.contains("Backed up a test store at position"), "{printed}");
    let backup = folder.path().join("backup");
    (folder, backup)
}

/// Goal: no backup is written over anything, and none is left half. Method: targets that are there,
/// a folder without a store, a target that cannot be made.
#[test]
fn backups_are_new_and_whole_or_not_there() {
    let (folder, backup) = backed_up();
    let before = names(folder.path());
    let check = |arguments: &[&str], expected: &str| {
        let output = run(&folder, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?} does not say `{expected}`: {said}");
        assert_eq!(names(folder.path()), before);
    };
    check(&["backup", "backup"], "is there already");
    check(&["backup", "data"], "is there already");
    check(&["backup", "none/backup"], "cannot write");
    check(&["backup", "other", "--data", "none"], "there is no store in");
    check(&["restore", "none"], "there is no backup in");
    check(&["restore", backup.to_str().unwrap()], "is not empty");
}

/// Goal: a backup that was changed or torn is not restored. Method: each file of it changed in turn;
/// nothing that a server would take for a store is left.
#[test]
fn a_backup_that_changed_is_refused() {
    let (_folder, backup) = backed_up();
    let whole = Folder::new("whole");
    yes(&whole, &["restore", backup.to_str().unwrap()]);
    let manifest: Value =
        serde_json::from_slice(&fs::read(backup.join("manifest.json")).unwrap()).unwrap();
    let check = |name: &str, change: &dyn Fn(&mut Vec<u8>), code: i32, expected: &str| {
        let path = backup.join(name);
        let kept = fs::read(&path).unwrap();
        let mut changed = kept.clone();
        change(&mut changed);
        fs::write(&path, changed).unwrap();
        let target = Folder::new("refused");
        let output = run(&target, &["restore", backup.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{name}: {said}");
        assert!(said.contains(expected), "{name} does not say `{expected}`: {said}");
        fs::write(&path, kept).unwrap();
        target
    };
    let not_it = "is not the file that was backed up";
    for target in [
        check("truth.db", &|bytes| bytes[5_000] ^= 1, 1, not_it),
        check("truth.db", &|bytes| bytes.truncate(bytes.len() - 4_096), 1, not_it),
        check("sandbox-bank.ndjson", &|bytes| bytes.push(b'\n'), 1, not_it),
    ] {
        assert_eq!(names(&target.data()), ["lock"]);
        yes(&target, &["restore", backup.to_str().unwrap()]);
    }
    check("manifest.json", &|bytes| bytes.truncate(40), 1, "is not whole");
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut manifest = manifest.clone();
        edit(&mut manifest);
        serde_json::to_vec(&manifest).unwrap()
    };
    let newer = edited(&|it| it["format"] = json!(2));
    check("manifest.json", &|bytes| *bytes = newer.clone(), 2, "restore it with that version");
    let elsewhere = edited(&|it| it["files"][0]["name"] = json!("../truth.db"));
    check("manifest.json", &|bytes| *bytes = elsewhere.clone(), 1, "that is no backup of a store");
    let position = edited(&|it| it["position"] = json!(1_000_000));
    check("manifest.json", &|bytes| *bytes = position.clone(), 1, "the manifest was changed");
}
