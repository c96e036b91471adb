//! The stack around routes: every error is a problem, every limit holds, probes always answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use tokio::sync::Notify;

use super::server::{PATIENCE, Reply, SHORT, Server, Setup, start};
use crate::limits::Limits;
use crate::problems::{rate_limited, retry_later};
use crate::trace::RequestContext;

/// A server whose bodies may have 100 bytes and take so long, and how often its handler ran.
async fn small_bodies(receive_timeout: Duration) -> (Server, Arc<AtomicUsize>) {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let handler = move |body: String| async move {
        count.fetch_add(1, Ordering::SeqCst);
        body.len().to_string()
    };
    let limits = Limits { body_bytes_max: 100, receive_timeout, ..Limits::default() };
    let routes = Router::new().route("/", post(handler));
    (start(routes, Setup { limits, ..Setup::default() }).await, ran)
}

/// Posts to a server of [`small_bodies`]; `rest` is headers after the first, and the body.
async fn post_raw(server: &Server, rest: &str) -> Reply {
    let mut client = server.connect().await;
    client.send(&format!("POST / HTTP/1.1\r\nhost: a\r\n{rest}")).await;
    client.reply().await
}

/// Goal: what the framework answers bare or as text becomes a problem.
#[tokio::test]
async fn the_frameworks_errors_are_problems() {
    let json = post(|Json(_body): Json<serde_json::Value>| async {});
    let conflict = get(|| async { StatusCode::CONFLICT });
    let routes = Router::new().route("/json", json).route("/conflict", conflict);
    let server = start(routes, Setup::default()).await;

    let unknown = server.ask("GET", "/nowhere").await;
    assert_eq!(unknown.problem(), (404, "route_unknown".to_owned()));
    let method = server.ask("DELETE", "/json").await;
    assert_eq!(method.problem(), (405, "method_not_allowed".to_owned()));
    assert_eq!(method.header("allow"), Some("post"));
    let kind = server.ask("POST", "/json").await;
    assert_eq!(kind.problem(), (415, "content_type_unsupported".to_owned()));
    let conflict = server.ask("GET", "/conflict").await;
    assert_eq!(conflict.problem(), (409, "request_refused".to_owned()));
    let probe = server.ask("POST", "/healthz").await;
    assert_eq!(probe.problem(), (405, "method_not_allowed".to_owned()));
    server.end().await;
}

/// Goal: errors that are documents of their own stay; answers are neither stored nor guessed at.
#[tokio::test]
async fn pages_stay_as_they_are() {
    let page = || async { (StatusCode::NOT_FOUND, Html("<p>gone</p>")).into_response() };
    let limited = || async { retry_later(&rate_limited(), SHORT) };
    let routes = Router::new().route("/page", get(page)).route("/limited", get(limited));
    let server = start(routes, Setup::default()).await;

    let page = server.ask("GET", "/page").await;
    assert_eq!((page.status(), page.body.as_str()), (404, "<p>gone</p>"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let limited = server.ask("GET", "/limited").await;
    assert_eq!(limited.problem(), (429, "rate_limited".to_owned()));
    assert_eq!(limited.header("retry-after"), Some("1"));
    server.end().await;
}

/// Goal: a body too large never reaches the handler. Method: declared, in chunks, and the largest
/// that is allowed.
#[tokio::test]
async fn a_body_too_large_is_refused() {
    let (server, ran) = small_bodies(PATIENCE).await;
    let (fits, over) = ("a".repeat(100), "a".repeat(101));
    let close = "connection: close\r\n";

    let declared = post_raw(&server, &format!("content-length: 101\r\n\r\n{over}")).await;
    assert_eq!(declared.problem(), (413, "body_too_large".to_owned()));
    assert!(declared.body.contains("at most 100 bytes"), "{declared:?}");
    let chunks = format!("transfer-encoding: chunked\r\n\r\n65\r\n{over}\r\n0\r\n\r\n");
    assert_eq!(post_raw(&server, &chunks).await.problem(), (413, "body_too_large".to_owned()));
    assert_eq!(ran.load(Ordering::SeqCst), 0);

    let declared = post_raw(&server, &format!("{close}content-length: 100\r\n\r\n{fits}")).await;
    assert_eq!((declared.status(), declared.body.as_str()), (200, "100"));
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    server.end().await;
}

/// Goal: a client that first writes all of an oversized body can do so, and then gets to read why
/// it was refused. Method: more bytes than the buffers of a socket hold.
#[tokio::test]
async fn a_refused_writer_gets_to_read_why() {
    let (server, _ran) = small_bodies(PATIENCE).await;
    let body = "a".repeat(16 * 1024 * 1024);
    let head = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
    let mut client = server.connect().await;
    client.try_send(&(head + &body)).await.unwrap();
    assert_eq!(client.reply().await.problem(), (413, "body_too_large".to_owned()));
    drop(client);
    server.end().await;
}

/// Goal: a body that does not arrive in time, or is framed wrongly, is refused unhandled.
#[tokio::test]
async fn a_body_that_does_not_arrive_is_refused() {
    let (server, ran) = small_bodies(SHORT).await;
    let slow = post_raw(&server, "content-length: 50\r\n\r\nhalf of it").await;
    assert_eq!(slow.problem(), (408, "request_timeout".to_owned()));
    let broken = post_raw(&server, "transfer-encoding: chunked\r\n\r\nnot a length\r\n").await;
    assert_eq!(broken.problem(), (400, "request_malformed".to_owned()));
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    server.end().await;
}

/// Goal: a handler that takes too long is cut off, and a change is said to be unknown.
#[tokio::test]
async fn a_slow_handler_is_cut_off() {
    let never = || std::future::pending::<()>();
    let limits = Limits { answer_timeout: SHORT, ..Limits::default() };
    let routes = Router::new().route("/", get(never).post(never));
    let server = start(routes, Setup { limits, ..Setup::default() }).await;

    let read = server.ask("GET", "/").await;
    assert_eq!(read.problem(), (503, "overloaded".to_owned()));
    let change = server.ask("POST", "/").await;
    assert_eq!(change.problem(), (503, "outcome_unknown".to_owned()));
    assert_eq!(change.header("retry-after"), Some("1"));
    server.end().await;
}

/// Goal: above the places in flight requests are turned away, while probes still answer.
#[tokio::test]
async fn too_many_in_flight_are_turned_away() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enters, leaves) = (Arc::clone(&entered), Arc::clone(&leave));
    let handler = move || async move {
        enters.notify_one();
        leaves.notified().await;
    };
    let limits = Limits { in_flight_max: 1, ..Limits::default() };
    let routes = Router::new().route("/", get(handler));
    let server = start(routes, Setup { limits, ..Setup::default() }).await;

    let mut first = server.connect().await;
    first.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    tokio::time::timeout(PATIENCE, entered.notified()).await.unwrap();
    let second = server.ask("GET", "/").await;
    assert_eq!(second.problem(), (503, "overloaded".to_owned()));
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(server.ask("GET", "/healthz").await.body, r#"{"status":"ok"}"#);
    leave.notify_one();
    assert_eq!(first.reply().await.status(), 200);
    server.end().await;
}

/// Goal: handlers know their request's id, and the figures know the route's pattern.
#[tokio::test]
async fn handlers_and_figures_know_the_request() {
    let handler = |context: Option<RequestContext>| async move {
        context.map(|context| context.request_id.to_string()).unwrap_or_default()
    };
    let nested = Router::new().route("/things/{id}", get(handler));
    let server = start(Router::new().nest("/v1", nested), Setup::default()).await;
    let reply = server.ask("GET", "/v1/things/7").await;
    assert_eq!(reply.header("x-request-id"), Some(reply.body.as_str()));
    server.ask("BREW", "/etc/passwd").await;
    let figures = server.ask("GET", "/metrics").await;
    let kind = figures.header("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let lines = [
        r#"http_requests_total{route="/v1/things/{id}",method="GET",status="200"} 1"#,
        r#"http_requests_total{route="unmatched",method="other",status="404"} 1"#,
    ];
    for line in lines {
        assert!(figures.body.contains(line), "no `{line}` in\n{}", figures.body);
    }
    server.end().await;
}

/// Goal: a caller that leaves is counted too. Method: it leaves while its handler waits.
#[tokio::test]
async fn a_caller_that_leaves_is_counted() {
    let entered = Arc::new(Notify::new());
    let enters = Arc::clone(&entered);
    let handler = move || async move {
        enters.notify_one();
        std::future::pending::<()>().await;
    };
    let server = start(Router::new().route("/", get(handler)), Setup::default()).await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    tokio::time::timeout(PATIENCE, entered.notified()).await.unwrap();
    drop(client);
    let metrics = Arc::clone(&server.metrics);
    assert_eq!(server.end().await.cut_off, 0);
    let line = r#"http_requests_total{route="/",method="GET",status="499"} 1"#;
    assert!(metrics.render().contains(line), "{}", metrics.render());
}

/// Goal: `Retry-After` never asks to come back too early. Method: around whole seconds.
#[test]
fn retry_after_is_rounded_up() {
    let seconds = |millis| {
        let response = retry_later(&rate_limited(), Duration::from_millis(millis));
        response.headers()["retry-after"].to_str().unwrap().to_owned()
    };
    assert_eq!([0, 1, 1_000, 1_001].map(seconds), ["1", "1", "1", "2"]);
}
