//! What is logged about requests, and what never is.
//!
//! Each test listens on its own thread only, where its whole server runs too.

use std::io;
use std::panic;
use std::sync::{Arc, Mutex, Once};

use axum::Router;
use axum::routing::post;
use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::server::{Setup, start};
use crate::telemetry::{self, TelemetryError};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'writer> MakeWriter<'writer> for Lines {
    type Writer = Self;

    fn make_writer(&'writer self) -> Self {
        self.clone()
    }
}

impl Lines {
    /// Collects what this thread logs while the guard lives.
    fn listen(level: &str) -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = telemetry::subscriber(level, lines.clone()).unwrap();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of one target, each of which must be a JSON object.
    fn of(&self, target: &str) -> Vec<Value> {
        let lines: Vec<Value> =
            self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.into_iter().filter(|line| line["target"] == target).collect()
    }
}

/// Goal: one access line a request, with its ids, and nothing that the caller wrote elsewhere.
#[tokio::test]
async fn a_request_is_one_line_without_what_it_carried() {
    let (lines, _guard) = Lines::listen("debug");
    let routes = Router::new().route("/v1/things/{id}", post(|body: String| async move { body }));
    let server = start(routes, Setup::default()).await;
    let mut client = server.connect().await;
    let head = "POST /v1/things/7?card=QUERYSECRET HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
        authorization: Bearer HEADERSECRET\r\nx-request-id: mine-1\r\n\
        traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
        content-length: 10\r\n\r\nBODYSECRET";
    client.send(head).await;
    let reply = client.reply().await;
    assert_eq!(reply.header("x-request-id"), Some("mine-1"));
    assert_eq!(reply.body, "BODYSECRET");
    server.end().await;

    let access = lines.of("access");
    assert_eq!(access.len(), 1, "{access:?}");
    let line = &access[0];
    assert_eq!((&line["method"], &line["status"]), (&"POST".into(), &200.into()));
    assert_eq!(line["route"], "/v1/things/{id}");
    assert_eq!(line["peer"], "127.0.0.1");
    assert!(line["duration_us"].is_u64());
    assert_eq!(line["span"]["request_id"], "mine-1");
    assert_eq!(line["span"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(!lines.text().contains("SECRET"), "{}", lines.text());
}

/// A handler with a bug.
async fn broken() -> &'static str {
    panic!("the inside story")
}

/// Goal: a panic is logged once, with the request's id; the caller learns nothing of it.
#[tokio::test]
async fn a_panic_is_logged_once_and_told_to_nobody() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            telemetry::log_panic(info);
            before(info);
        }));
    });
    let (lines, _guard) = Lines::listen("info");
    let server = start(Router::new().route("/broken", post(broken)), Setup::default()).await;
    let reply = server.ask("POST", "/broken").await;
    assert_eq!(reply.problem(), (500, "internal".to_owned()));
    assert!(!reply.body.contains("inside story"), "{reply:?}");
    assert!(server.metrics.render().contains("http_panics_total 1"));
    server.end().await;

    assert_eq!(lines.text().matches("inside story").count(), 1, "{}", lines.text());
    let logged = lines.of("panic");
    assert_eq!(logged[0]["level"], "ERROR");
    assert_eq!(logged[0]["message"], "the inside story");
    assert_eq!(logged[0]["span"]["request_id"], reply.header("x-request-id").unwrap());
    assert_eq!(lines.of("access")[0]["status"], 500);
}

/// Goal: the level is honoured by target, and a wrong one is a sentence.
#[tokio::test]
async fn the_level_is_by_target() {
    let (lines, _guard) = Lines::listen("info,access=warn");
    let server = start(Router::new(), Setup::default()).await;
    assert_eq!(server.ask("GET", "/nowhere").await.status(), 404);
    server.end().await;
    assert!(lines.of("access").is_empty());

    let error = telemetry::subscriber("info,access=loud", io::sink).err().unwrap();
    assert!(matches!(error, TelemetryError::LevelInvalid { .. }));
    assert!(error.to_string().contains("`info,access=loud`"), "{error}");
}
