//! Exports: one platform's history, moved whole between stores, and refused where it is not whole.

mod hashes;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::process::{Caller, Folder, Served, last_line, run, yes};

/// A folder with the demonstration's store: holds, payouts, refunds; and its platform.
fn marketplace() -> (Folder, String) {
    let folder = Folder::new("marketplace");
    yes(&folder, &["demo", "--data", folder.data().to_str().unwrap()]);
    let platform = last_line(&yes(&folder, &["platforms", "list", "--json"]));
    let id = platform["id"].as_str().unwrap().to_owned();
    (folder, id)
}

/// Exports into a new file, which is returned.
fn export(folder: &Folder, platform: &str, name: &str) -> String {
    yes(folder, &["export", "--platform", platform, "--output", name]);
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn without_header(export: &str) -> &str {
    export.split_once('\n').unwrap().1
}

#[track_caller]
fn refused(folder: &Folder, arguments: &[&str], expected: &[&str]) {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    for words in expected {
        assert!(said.contains(words), "{arguments:?} does not say `{words}`: {said}");
    }
}

/// Goal: a platform moves whole: the same history, the same answers to the same keys, found by the
/// same texts, and it goes on. Method: export beside a server and without one, import into a new
/// store and into one with a platform of its own, export again.
#[test]
fn a_platform_moves_with_its_history_whole() {
    let (folder, platform) = marketplace();
    let secret = yes(&folder, &["keys", "create", "--platform", &platform, "--name", "moves"]);
    let secret = secret.lines().next().unwrap().to_owned();
    let server = Served::start(&folder);
    let caller = Caller::new(&server.url, &secret);
    let customer = json!({ "kind": "individual", "name": "Ada", "external_id": "ada-1" });
    let ada = caller.made("/v1/customers", "key-of-ada", &customer);
    let lists = |caller: &Caller| {
        ["customers", "accounts", "transactions", "events", "audit-records"]
            .map(|list| caller.get(&format!("/v1/{list}?limit=100")).unwrap())
    };
    let before = lists(&caller);
    let beside = export(&folder, &platform, "beside.ndjson");
    let output = run(&folder, &["import", "beside.ndjson"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is in use"), "{said}");
    assert!(server.terminate().success());
    let alone = yes(&folder, &["export", "--platform", &platform]);
    assert_eq!(without_header(&beside), without_header(&alone));
    let report = last_line(&yes(&folder, &["verify", "--export", "beside.ndjson", "--json"]));
    assert_eq!(report["ok"], true, "{report}");

    let file = folder.path().join("beside.ndjson");
    let file = file.to_str().unwrap();
    let (new, other) = (Folder::new("new"), Folder::new("other"));
    assert!(Served::start(&other).terminate().success());
    for target in [&new, &other] {
        let imported = last_line(&yes(target, &["import", file, "--json"]));
        assert_eq!(imported["platform"], platform.as_str(), "{imported}");
        assert_eq!(last_line(&yes(target, &["verify", "--json"]))["ok"], true);
        assert_eq!(without_header(&export(target, &platform, "again")), without_header(&beside));
        refused(target, &["import", file], &["has the platform", "nothing was imported"]);
    }
    let listed = yes(&other, &["platforms", "list", "--json"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");

    let server = Served::start(&other);
    let caller = Caller::new(&server.url, &secret);
    assert_eq!(lists(&caller), before);
    assert_eq!(caller.made("/v1/customers", "key-of-ada", &customer), ada);
    let (status, taken) = caller.post("/v1/customers", "another-key", &customer).unwrap();
    assert_eq!((status, &taken["code"]), (409, &json!("external_id_taken")), "{taken}");
    let (_, found) = caller.get("/v1/customers?external_id=ada-1").unwrap();
    assert_eq!(found["data"][0]["id"], ada["id"]);
    pays_on(&caller);
    assert!(server.terminate().success());
    assert_eq!(last_line(&yes(&other, &["verify", "--json"]))["ok"], true);
}

/// Somebody of the platform pays somebody new.
fn pays_on(caller: &Caller) {
    let (_, accounts) = caller.get("/v1/accounts?limit=100").unwrap();
    let new = caller.account("Eve", None);
    let pays = |account: &Value| {
        let from = account["id"].as_str().unwrap();
        let body = super::crash::payment((from, &new), &format!("{from}-pays-on"));
        caller.post("/v1/transactions", &format!("{from}-pays-on"), &body).unwrap().0 == 201
    };
    assert!(accounts["data"].as_array().unwrap().iter().any(pays), "{accounts}");
}

/// Goal: play money and real money never meet. Method: each into a store of the other.
#[test]
fn exports_stay_in_their_mode() {
    let (test, live) = (Folder::new("test"), Folder::new("live"));
    assert!(Served::start(&test).terminate().success());
    assert!(Served::start_with(&live, &["--live"]).terminate().success());
    yes(&live, &["platforms", "create", "Real", "--asset", "GBP"]);
    let exported = |folder: &Folder| {
        let platform = last_line(&yes(folder, &["platforms", "list", "--json"]));
        export(folder, platform["id"].as_str().unwrap(), "export");
        folder.path().join("export")
    };
    let (of_test, of_live) = (exported(&test), exported(&live));
    let into = |folder: &Folder, file: &Path, expected: &[&str]| {
        refused(folder, &["import", file.to_str().unwrap()], expected);
    };
    into(&test, &of_live, &["the export is of a live store", "is a test store"]);
    into(&live, &of_test, &["the export is of a test store", "is a live store"]);
    assert_eq!(last_line(&yes(&test, &["verify", "--json"]))["ok"], true);
}

/// Goal: one key has one effect in a store. Method: the operator makes a platform under the same key
/// in two stores, and one of them is to be moved to the other.
#[test]
fn a_key_of_the_operator_is_not_taken_twice() {
    let (here, there) = (Folder::new("here"), Folder::new("there"));
    let body = json!({ "name": "Rides", "assets": ["GBP"], "fees": [] });
    for folder in [&here, &there] {
        let server = Served::start(folder);
        let operator = Caller::new(&server.url, &folder.operator_key());
        operator.made("/v1/platforms", "the-same-key", &body);
        assert!(server.terminate().success());
    }
    let listed = yes(&here, &["platforms", "list", "--json"]);
    let rides = listed.lines().map(last_line).find(|it| it["name"] == "Rides").unwrap();
    export(&here, rides["id"].as_str().unwrap(), "rides");
    let file = here.path().join("rides");
    let expected = ["the-same-key", "is used in this store already", "nothing was imported"];
    refused(&there, &["import", file.to_str().unwrap()], &expected);
    assert_eq!(yes(&there, &["platforms", "list", "--json"]).lines().count(), 2);
    assert_eq!(last_line(&yes(&there, &["verify", "--json"]))["ok"], true);
}

/// Goal: a line that is not the one that was written is named, and nothing of it gets in. Method: an
/// export changed in every way that a transfer or an editor may change it.
#[test]
fn an_export_that_changed_is_refused_with_its_line() {
    let (folder, platform) = marketplace();
    let whole = export(&folder, &platform, "whole");
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let last = lines.len();
    let check = |lines: &[String], line: usize, expected: &str| {
        fs::write(folder.path().join("changed"), lines.concat()).unwrap();
        let named = format!("line {line} of the export");
        let report = run(&folder, &["verify", "--export", "changed", "--json"]);
        assert_eq!(report.status.code(), Some(1), "{named}: {expected}");
        let report = last_line(&String::from_utf8(report.stdout).unwrap());
        assert_eq!(
            (&report["ok"], &report["differences"][0]["row"]),
            (&json!(false), &json!(named))
        );
        refused(&folder, &["import", "changed", "--data", "new"], &[&named, expected]);
        assert!(!folder.path().join("new").exists(), "{named}");
    };
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let without = |line: usize| [own(&lines[..line - 1]), own(&lines[line..])].concat();
    let changed = |line: usize, from: &str, to: &str| {
        let mut changed = own(&lines);
        assert!(lines[line - 1].contains(from), "{}", lines[line - 1]);
        changed[line - 1] = lines[line - 1].replacen(from, to, 1);
        changed
    };
    let moved = "its hash is not that of this line";
    check(&changed(1, "\"test\"", "\"live\""), 1, moved);
    check(&changed(7, "applied", "refused"), 7, moved);
    check(&changed(last - 3, "\"text\":\"", "\"text\":\"x"), last - 3, moved);
    check(&without(9), 9, moved);
    check(&without(last - 1), last - 1, moved);
    let mut swapped = own(&lines);
    swapped.swap(10, 11);
    check(&swapped, 11, moved);
    check(&own(&lines[..last - 1]), last, "the file ends before its last line");
    check(&own(&lines[..20]), 21, "the file ends before its last line");
    let mut torn = own(&lines[..20]);
    torn.push(lines[20][..100].to_owned());
    check(&torn, 21, "it is not whole");
    check(&[own(&lines), own(&lines[last - 1..])].concat(), last + 1, "follows the last line");

    for (name, text) in [("empty", ""), ("other", "{\"a\":1}\n")] {
        fs::write(folder.path().join(name), text).unwrap();
        let output = run(&folder, &["verify", "--export", name]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("is no export of Florin"), "{said}");
    }
}

/// Goal: lines that were made to fit again are found by what they say. Method: change a record, then
/// hash its line and the last line anew.
#[test]
fn an_export_that_was_forged_does_not_verify() {
    let (folder, platform) = marketplace();
    let whole = export(&folder, &platform, "whole");
    let records = hashes::records(&whole);
    let check = |change: &dyn Fn(&mut Vec<String>), invariant: u64| {
        let mut forged = records.clone();
        change(&mut forged);
        fs::write(folder.path().join("forged"), sealed(forged)).unwrap();
        let report = run(&folder, &["verify", "--export", "forged", "--json"]);
        let report = last_line(&String::from_utf8(report.stdout).unwrap());
        let found = report["differences"].as_array().unwrap();
        assert!(found.iter().any(|it| it["invariant"] == invariant), "{invariant}: {report}");
        refused(&folder, &["import", "forged", "--data", "new"], &["nothing was imported"]);
        assert!(!folder.path().join("new").exists());
    };
    let place = |of: &str| records.iter().position(|record| record.contains(of)).unwrap();
    let entry = place("\"entry\":{");
    check(&|all| all[entry] = all[entry].replacen("\"minor\":", "\"minor\":1", 1), 2);
    check(&|all| all[entry] = all[entry].replacen("\"answer\":\"{", "\"answer\":\"{ ", 1), 9);
    let account = place("\"resource\":{\"Account\"");
    check(&|all| all[account] = all[account].replacen("_posted\":", "_posted\":1", 1), 3);
    let customer = place("\"resource\":{\"Customer\"");
    check(&|all| all[customer] = all[customer].replacen("\"version\":", "\"version\":1", 1), 15);
}

/// An export of these records, whose hashes fit.
fn sealed(mut records: Vec<String>) -> String {
    let last = records.len() - 1;
    let mut all = Sha256::new();
    for (number, record) in (1_u64..).zip(&records).skip(1).take(last - 1) {
        all.update(hashes::line(number, record));
    }
    let mut end: Value = serde_json::from_str(&records[last]).unwrap();
    end["end"]["lines_sha256"] = json!(format!("{:x}", all.finalize()));
    // The members in the order of an export, which readers do not rely on.
    records[last] = end.to_string();
    let line = |(number, record): (u64, &String)| {
        let hash = hashes::hex(&hashes::line(number, record));
        format!("{{\"sha256\":\"{hash}\",\"record\":{record}}}\n")
    };
    (1..).zip(&records).map(line).collect()
}
