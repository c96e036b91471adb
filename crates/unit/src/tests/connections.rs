//! Connections: clear errors when there is none to be had, and limits on slow ones.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::routing::get;

use super::server::{PATIENCE, SHORT, Server, Setup, start};
use crate::limits::ConnectionLimits;
use crate::listener::bind;

const HALF_A_HEAD: &str = "GET / HTTP/1.1\r\nhost: a\r\nx-ha";
const WHOLE_HEAD: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// A server whose connections have the given limits and whose one route answers `bytes` bytes.
async fn limited(connections: ConnectionLimits, bytes: usize) -> Server {
    let routes =
        Router::new().route("/", get(move || async move { Body::from(vec![b'a'; bytes]) }));
    start(routes, Setup { connections, ..Setup::default() }).await
}

/// Waits until the server closes a connection on which `sent` was sent; returns what came back.
async fn check_cut_off(server: &Server, sent: &str) -> String {
    let start = Instant::now();
    let mut client = server.connect().await;
    client.send(sent).await;
    let answer = String::from_utf8(client.rest().await).unwrap();
    assert!((SHORT..PATIENCE / 2).contains(&start.elapsed()), "after {:?}", start.elapsed());
    answer
}

/// Goal: each error of binding is one sentence that names what to change.
#[tokio::test]
async fn binding_fails_with_one_sentence() {
    let taken = bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = bind(&address).await.unwrap_err().to_string();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(error, format!("port {port} of 127.0.0.1 is in use by another process"));
    for address in ["", "8080", "example", "127.0.0.1:99999", "localhost:", "localhost"] {
        let error = bind(address).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("listen address `{address}` is not")), "{error}");
    }
    let error = bind("192.0.2.1:0").await.unwrap_err().to_string();
    assert_eq!(error, "this machine has no address 192.0.2.1");
    assert!(bind("localhost:0").await.is_ok());
}

/// Goal: half a head, none at all, and silence after an answer are all cut off.
#[tokio::test]
async fn slow_heads_are_cut_off() {
    let connections = ConnectionLimits { header_timeout: SHORT, ..ConnectionLimits::default() };
    let server = limited(connections, 3).await;
    assert_eq!(check_cut_off(&server, HALF_A_HEAD).await, "");
    assert_eq!(check_cut_off(&server, "").await, "");
    let answer = check_cut_off(&server, WHOLE_HEAD).await;
    assert!(answer.ends_with("\r\n\r\naaa"), "{answer}");
    server.end().await;
}

/// Goal: heads that are too large or no HTTP are refused, and the connection ends.
#[tokio::test]
async fn impossible_heads_are_refused() {
    let server = limited(ConnectionLimits::default(), 3).await;
    let many = "x: y\r\n".repeat(100);
    let long = "y".repeat(100_000);
    let (many, long) =
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), format!("GET / HTTP/1.1\r\nx: {long}"));
    for (head, status) in [(many, 431), (long, 431), ("not http at all\r\n\r\n".to_owned(), 400)] {
        let mut client = server.connect().await;
        client.send(&head).await;
        assert_eq!(client.reply().await.status(), status);
    }
    server.end().await;
}

/// Goal: a client that does not take its answer loses its connection. Method: an answer larger
/// than the buffers of a socket; the server ends by itself long before its drain would cut it off.
#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let connections = ConnectionLimits { stall_timeout: SHORT, ..ConnectionLimits::default() };
    let server = limited(connections, 64 * 1024 * 1024).await;
    let mut client = server.connect().await;
    client.send(WHOLE_HEAD).await;
    let head = client.head().await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let start = Instant::now();
    assert_eq!(server.end().await.cut_off, 0);
    assert!(start.elapsed() < PATIENCE / 2, "after {:?}", start.elapsed());
    assert!(client.rest().await.len() < 64 * 1024 * 1024);
}

/// Goal: a client that reads at a fair pace gets all of a large answer.
#[tokio::test]
async fn a_client_that_reads_gets_it_all() {
    let connections = ConnectionLimits { stall_timeout: SHORT * 10, ..ConnectionLimits::default() };
    let bytes = 32 * 1024 * 1024;
    let server = limited(connections, bytes).await;
    assert_eq!(server.ask("GET", "/").await.body.len(), bytes);
    server.end().await;
}

/// Goal: above the most connections the next one waits, and is served when one goes.
#[tokio::test]
async fn connections_wait_for_a_place() {
    let connections = ConnectionLimits { connections_max: 1, ..ConnectionLimits::default() };
    let server = limited(connections, 3).await;
    let mut first = server.connect().await;
    first.send(WHOLE_HEAD).await;
    first.head().await;
    let mut second = server.connect().await;
    second.send(WHOLE_HEAD).await;
    let waits = tokio::time::timeout(Duration::from_millis(50), second.head()).await;
    assert!(waits.is_err(), "{waits:?}");
    drop(first);
    assert!(second.head().await.starts_with("http/1.1 200"));
    server.end().await;
}
