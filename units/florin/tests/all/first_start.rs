//! The first start, and the ones after it: keys shown once, files that keep to themselves.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::process::{Caller, Folder, Served, yes};

/// Goal: a first start is all one needs. Method: the printed key makes a customer at the printed
/// address; a second start shows no key, and the old one works.
#[test]
fn the_sandbox_key_is_shown_once_and_works() {
    let folder = Folder::new("first");
    let server = Served::start(&folder);
    let key = server.key.clone().expect("the first start shows a key");
    assert_eq!(server.printed.matches("fl_test_").count(), 2, "once, and in the first request");
    assert!(server.printed.contains(&format!("curl {}/v1/customers", server.url)));
    assert!(server.printed.contains(&format!("{}/reference/", server.url)));
    let caller = Caller::new(&server.url, &key);
    let body = json!({ "kind": "individual", "name": "Ada Lovelace" });
    caller.made("/v1/customers", "first-customer", &body);
    assert!(server.terminate().success());

    let server = Served::start(&folder);
    assert_eq!(server.key, None, "{}", server.printed);
    assert!(server.printed.contains("operator-key')\""), "{}", server.printed);
    let (status, customers) = Caller::new(&server.url, &key).get("/v1/customers").unwrap();
    assert_eq!((status, customers["data"][0]["name"].as_str()), (200, Some("Ada Lovelace")));
}

/// Goal: what is secret is the owner's alone, and what is announced ends with the server.
#[test]
fn files_of_the_folder() {
    let folder = Folder::new("files");
    let server = Served::start(&folder);
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.data().join(name)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("operator-key"), 0o600);
    assert_eq!(mode("."), 0o700);
    let announced = std::fs::read(folder.data().join("server.json")).unwrap();
    let announced: serde_json::Value = serde_json::from_slice(&announced).unwrap();
    assert_eq!(announced["url"], server.url.as_str());
    assert!(server.terminate().success());
    assert!(!folder.data().join("server.json").exists());
}

/// Goal: a first start that was cut short is finished by the next. Method: the operator key cannot
/// be kept, since something stands in its way, until that is removed.
#[test]
fn a_first_start_that_was_cut_short() {
    let folder = Folder::new("short");
    let obstacle = folder.data().join("operator-key.new");
    std::fs::create_dir_all(obstacle.join("in the way")).unwrap();
    let output = super::process::run(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("operator-key") && said.contains("make room"), "{said}");
    std::fs::remove_dir_all(obstacle).unwrap();
    let server = Served::start(&folder);
    assert!(server.key.is_some(), "{}", server.printed);
}

/// Goal: nothing of a secret is logged. Method: search the log for keys and their secrets.
#[test]
fn secrets_are_not_logged() {
    let folder = Folder::new("secrets");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    Caller::new(&server.url, &key).get("/v1/customers").unwrap();
    yes(&folder, &["keys", "create", "--name", "another"]);
    assert!(server.terminate().success());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("/v1/customers"), "{log}");
    assert!(!log.contains("fl_test_"), "{log}");
    assert!(!log.contains(key.rsplit('_').next().unwrap()), "{log}");
}
