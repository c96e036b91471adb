//! The read model can be thrown away at any time: it is made again from the truth.

use super::process::{Caller, Folder, Served, last_line, yes};

const LISTS: [&str; 6] = [
    "/v1/customers?limit=100",
    "/v1/accounts?limit=100",
    "/v1/transactions?limit=100",
    "/v1/events?limit=100",
    "/v1/audit-records?limit=100",
    "/v1/trial-balance",
];

/// Goal: deleting `read.db` loses nothing. Method: what lists say before and after.
#[test]
fn deleting_the_read_model_loses_nothing() {
    let folder = Folder::new("read-model");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let (ada, ben) = (caller.account("Ada", Some("50.00")), caller.account("Ben", None));
    for number in 0..20 {
        let body = super::crash::payment((&ada, &ben), &format!("order-{number}"));
        caller.made("/v1/transactions", &format!("order-{number}"), &body);
    }
    let lists = |server: &Served| {
        let caller = Caller::new(&server.url, &key);
        LISTS.map(|path| caller.get(path).unwrap())
    };
    let before = lists(&server);
    assert!(server.terminate().success());
    for name in ["read.db", "read.db-wal", "read.db-shm"] {
        std::fs::remove_file(folder.data().join(name)).ok();
    }
    let server = Served::start(&folder);
    assert_eq!(lists(&server), before);
    assert!(server.terminate().success());
    assert_eq!(last_line(&yes(&folder, &["verify", "--json"]))["ok"], true);
}
