//! SIGTERM: requests in flight are answered, then the process ends with 0.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::crash::{check_answered, load};
use super::process::{Caller, Folder, Served, last_line, yes};

/// Goal: an end under load is no loss. Method: SIGTERM in the middle of payments from several
/// threads; then each answer is there, and the books are proven.
#[test]
fn sigterm_under_load() {
    let folder = Folder::new("drain");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let (ada, ben) = (caller.account("Ada", Some("100000.00")), caller.account("Ben", None));
    let answered = load(&caller, (&ada, &ben), (0, 100), || server.signal("-TERM")).answered;
    assert!(server.wait().success());
    assert_eq!(last_line(&yes(&folder, &["verify", "--json"]))["ok"], true);
    let server = Served::start(&folder);
    check_answered(&Caller::new(&server.url, &key), &answered);
}

/// Goal: who has begun to ask is answered. Method: half a request, SIGTERM, the other half.
#[test]
fn a_request_in_flight_is_answered() {
    let folder = Folder::new("flight");
    let server = Served::start(&folder);
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let body = r#"{"kind": "individual", "name": "Ada Lovelace"}"#;
    let head = format!(
        "POST /v1/customers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Idempotency-Key: half\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        server.key.as_ref().unwrap(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&interim));
    server.signal("-INT");
    let log = folder.path().join("log");
    while !std::fs::read_to_string(&log).unwrap().contains("finishing what is in flight") {}
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.wait().success());
}
