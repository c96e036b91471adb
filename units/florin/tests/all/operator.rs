//! Commands that speak HTTP: to the server that has the folder, to a named one, or to their own.

use super::process::{Caller, Folder, Served, last_line, run, yes};

/// Goal: one answer, whoever gives it. Method: the same commands beside a server, at its address,
/// and on the stopped folder.
#[test]
fn the_same_answer_with_and_without_a_server() {
    let folder = Folder::new("same");
    let server = Served::start(&folder);
    let (url, key) = (server.url.clone(), server.key.clone().unwrap());
    Caller::new(&url, &key).account("Ada", Some("12.34"));
    let ask = || {
        let books = yes(&folder, &["trial-balance", "--json"]);
        let platforms = yes(&folder, &["platforms", "list", "--json"]);
        (books, platforms, yes(&folder, &["keys", "list", "--json"]))
    };
    let beside = ask();
    let of_platform = yes(&folder, &["trial-balance", "--json", "--url", &url, "--key", &key]);
    assert_eq!(last_line(&of_platform)["rows"], last_line(&beside.0)["rows"]);
    assert!(beside.0.contains("12.34"), "{}", beside.0);
    assert!(server.terminate().success());
    assert_eq!(ask(), beside);
}

/// Goal: platforms and keys are made, used, rotated and revoked. Method: by the command line alone.
#[test]
fn the_life_of_a_key() {
    let folder = Folder::new("life");
    let server = Served::start(&folder);
    let fee = "internal:0.20:10000";
    let create = ["platforms", "create", "Rides", "--asset", "USD", "--fee", fee, "--json"];
    let platform = last_line(&yes(&folder, &create));
    let id = platform["id"].as_str().unwrap();
    let arguments = ["keys", "create", "--platform", "Rides", "--scope", "customers:read"];
    let printed = yes(&folder, &arguments);
    let token = printed.lines().next().unwrap();
    let status = |token: &str, path: &str| Caller::new(&server.url, token).get(path).unwrap().0;
    assert_eq!(status(token, "/v1/customers"), 200);
    assert_eq!(status(token, "/v1/accounts"), 403);

    let keys = last_line(&yes(&folder, &["keys", "list", "--platform", id, "--json"]));
    let key = keys["id"].as_str().unwrap();
    let rotate = ["keys", "rotate", key, "--overlap-seconds", "0", "--platform", id, "--json"];
    let rotated = last_line(&yes(&folder, &rotate));
    let new = rotated["secret"].as_str().unwrap();
    assert_eq!((status(token, "/v1/customers"), status(new, "/v1/customers")), (401, 200));
    let key = rotated["id"].as_str().unwrap();
    yes(&folder, &["keys", "revoke", key, "--platform", id]);
    assert_eq!(status(new, "/v1/customers"), 401);

    let output = run(&folder, &["keys", "revoke", key, "--platform", id]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(&folder, &["keys", "list"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("name a platform with --platform: Rides"), "{said}");
}

/// Goal: a replaced operator key stops working. Method: replace it on the stopped folder.
#[test]
fn an_operator_key_is_replaced() {
    let folder = Folder::new("replaced");
    assert!(Served::start(&folder).terminate().success());
    let old = folder.operator_key();
    yes(&folder, &["keys", "create", "--operator"]);
    let new = folder.operator_key();
    assert_ne!(old, new);
    let server = Served::start(&folder);
    let status = |key: &str| Caller::new(&server.url, key).get("/v1/platforms").unwrap().0;
    assert_eq!((status(&old), status(&new)), (401, 200));
}

/// Goal: followers miss nothing and see nothing twice. Method: follow all, then from the middle.
#[test]
fn events_are_followed_from_where_one_left_off() {
    let folder = Folder::new("listen");
    let server = Served::start(&folder);
    let caller = Caller::new(&server.url, server.key.as_ref().unwrap());
    caller.account("Ada", None);
    let all = yes(&folder, &["listen", "--from-start", "--until-quiet", "--json"]);
    let ids: Vec<String> =
        all.lines().map(|line| last_line(line)["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.len() > 5, "{all}");
    let middle = ids.len() / 2;
    let rest = ["listen", "--until-quiet", "--json", "--after", &ids[middle]];
    let rest = yes(&folder, &rest);
    assert_eq!(all.lines().skip(middle + 1).collect::<Vec<_>>(), rest.lines().collect::<Vec<_>>());
    assert!(yes(&folder, &["listen", "--from-start", "--until-quiet"]).contains("new, active"));
    let output = run(&folder, &["listen", "--after", "evt_00000000000000000000000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Goal: a moment's books never change. Method: the books as of a moment before a credit.
#[test]
fn books_as_of_a_moment() {
    let folder = Folder::new("as-of");
    let server = Served::start(&folder);
    let caller = Caller::new(&server.url, server.key.as_ref().unwrap());
    let account = caller.account("Ada", Some("1.00"));
    let (_, account) = caller.get(&format!("/v1/accounts/{account}")).unwrap();
    let opened = account["created_at"].as_str().unwrap();
    let before = last_line(&yes(&folder, &["trial-balance", "--as-of", opened, "--json"]));
    assert!(!before.to_string().contains("1.00"), "{before}");
    assert!(yes(&folder, &["trial-balance"]).contains("1.00"));
}
