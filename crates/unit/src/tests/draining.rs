//! The end of a process: requests in flight are answered, the rest is told to go elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::server::{Client, PATIENCE, SHORT, Server, Setup, start};
use crate::drain::{Drain, DrainTimes};
use crate::health::{Readiness, State};

const HEAD: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// A server, a request that its handler has begun, and what lets the handler go on.
async fn in_flight(setup: Setup) -> (Server, Client, Arc<Notify>) {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enters, leaves) = (Arc::clone(&entered), Arc::clone(&leave));
    let handler = move || async move {
        enters.notify_one();
        leaves.notified().await;
        "done"
    };
    let server = start(Router::new().route("/", get(handler)), setup).await;
    let mut client = server.connect().await;
    client.send(HEAD).await;
    timeout(PATIENCE, entered.notified()).await.unwrap();
    (server, client, leave)
}

/// Goal: a request in flight is answered, an idle connection ends, a new one is refused.
#[tokio::test]
async fn requests_in_flight_are_answered() {
    let (server, mut busy, leave) = in_flight(Setup::default()).await;
    let mut idle = server.connect().await;
    idle.send("GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(idle.head().await.starts_with("http/1.1 200"));
    server.drain.begin();
    assert!(idle.rest().await.ends_with(b"}"));
    assert!(TcpStream::connect(server.address).await.is_err());
    leave.notify_one();
    let reply = busy.reply().await;
    assert_eq!((reply.status(), reply.body.as_str()), (200, "done"));
    assert_eq!(reply.header("connection"), Some("close"));
    assert_eq!(server.end().await.cut_off, 0);
}

/// Goal: while the end is announced, requests are answered and the readiness probe says no.
#[tokio::test]
async fn the_end_is_announced() {
    let setup = Setup { announce: PATIENCE, ..Setup::default() };
    let (server, mut busy, leave) = in_flight(setup).await;
    assert_eq!(server.ask("GET", "/readyz").await.body, r#"{"status":"ready"}"#);
    server.drain.begin();
    let unready = server.ask("GET", "/readyz").await;
    assert_eq!(unready.problem(), (503, "not_ready".to_owned()));
    assert!(unready.body.contains("draining"), "{unready:?}");
    assert_eq!(server.ask("GET", "/healthz").await.status(), 200);
    leave.notify_one();
    assert!(busy.head().await.starts_with("http/1.1 200"));
    server.drain.hurry();
    server.end().await;
}

/// Goal: what does not finish in time is cut off, and counted.
#[tokio::test]
async fn what_does_not_finish_is_cut_off() {
    let setup = Setup { finish: Some(SHORT), ..Setup::default() };
    let (server, mut busy, _leave) = in_flight(setup).await;
    let start = Instant::now();
    assert_eq!(server.end().await.cut_off, 1);
    assert!((SHORT..PATIENCE / 2).contains(&start.elapsed()), "after {:?}", start.elapsed());
    assert_eq!(busy.reply().await.status(), 0);
}

/// Goal: half a head does not hold up the end for longer than a head may take.
#[tokio::test]
async fn half_a_head_does_not_hold_up_the_end() {
    let mut setup = Setup::default();
    setup.connections.header_timeout = SHORT;
    let server = start(Router::new(), setup).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nx-ha").await;
    server.ask("GET", "/healthz").await;
    let start = Instant::now();
    assert_eq!(server.end().await.cut_off, 0);
    assert!(start.elapsed() < PATIENCE / 2, "after {:?}", start.elapsed());
    assert_eq!(client.reply().await.status(), 0);
}

/// Goal: the first SIGTERM drains, the second ends at once. Method: real signals to ourselves.
#[tokio::test]
async fn signals_drain_and_hurry() {
    let readiness = Readiness::new();
    readiness.set(State::Ready);
    let times = DrainTimes { announce: Duration::ZERO, finish: PATIENCE * 10 };
    let drain = Drain::new(readiness.clone(), times);
    drain.on_signals().unwrap();
    terminate_ourselves();
    timeout(PATIENCE, drain.begun()).await.unwrap();
    timeout(PATIENCE, drain.closing()).await.unwrap();
    assert_eq!(readiness.state(), State::Draining);
    terminate_ourselves();
    timeout(PATIENCE, drain.cut_off()).await.unwrap();
}

/// Sends SIGTERM to this process, which only [`signals_drain_and_hurry`] may do: it has taken
/// charge of the signal before.
fn terminate_ourselves() {
    let kill = format!("kill -TERM {}", std::process::id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// Goal: an end is never taken back. Method: everything that could.
#[test]
fn an_end_is_never_taken_back() {
    let readiness = Readiness::new();
    assert_eq!(readiness.state(), State::Starting);
    readiness.set(State::Ready);
    readiness.set(State::Failing);
    assert_eq!(readiness.state(), State::Failing);
    readiness.set(State::Draining);
    for state in [State::Ready, State::Failing, State::Starting] {
        readiness.set(state);
        assert_eq!(readiness.state(), State::Draining);
    }
}
