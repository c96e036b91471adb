//! A real server on a free port, and a client that writes raw bytes: no test here by itself.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::drain::{Drain, DrainTimes};
use crate::health::{self, Readiness, State};
use crate::http;
use crate::limits::{ConnectionLimits, Limits};
use crate::listener::{Served, bind, serve};
use crate::metrics::Metrics;

/// No test waits longer than this for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// A limit that a test means to reach.
pub(super) const SHORT: Duration = Duration::from_millis(200);

/// What differs between the servers of the tests.
#[derive(Default)]
pub(super) struct Setup {
    pub(super) limits: Limits,
    pub(super) connections: ConnectionLimits,
    pub(super) announce: Duration,
    pub(super) finish: Option<Duration>,
}

/// A running server.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) drain: Drain,
    pub(super) metrics: Arc<Metrics>,
    pub(super) task: JoinHandle<Served>,
}

/// Serves `routes` in the whole stack.
pub(super) async fn start(routes: Router, setup: Setup) -> Server {
    let metrics = Arc::new(Metrics::new());
    let readiness = Readiness::new();
    readiness.set(State::Ready);
    let finish = setup.finish.unwrap_or(PATIENCE);
    let times = DrainTimes { announce: setup.announce, finish };
    let drain = Drain::new(readiness.clone(), times);
    let probes = health::probes(readiness).merge(health::metrics(Arc::clone(&metrics)));
    let router = http::layer(routes, probes, setup.limits, Arc::clone(&metrics));
    let listener = bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(serve(listener, router, setup.connections, drain.clone()));
    Server { address, drain, metrics, task }
}

impl Server {
    /// A connection of its own.
    pub(super) async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap() }
    }

    /// One request without a body on a connection of its own.
    pub(super) async fn ask(&self, method: &str, path: &str) -> Reply {
        let mut client = self.connect().await;
        client
            .send(&format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
            .await;
        client.reply().await
    }

    /// Ends the server; all that it still has to do is done when this returns.
    pub(super) async fn end(self) -> Served {
        self.drain.begin();
        timeout(PATIENCE, self.task).await.unwrap().unwrap()
    }
}

/// One connection.
pub(super) struct Client {
    stream: TcpStream,
}

/// What came back until the server closed.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) head: String,
    pub(super) body: String,
}

impl Client {
    /// Sends `text` as it is; the server may have closed meanwhile.
    pub(super) async fn send(&mut self, text: &str) {
        let _ = self.try_send(text).await;
    }

    /// Sends `text` as it is.
    pub(super) async fn try_send(&mut self, text: &str) -> io::Result<()> {
        timeout(PATIENCE, self.stream.write_all(text.as_bytes())).await.unwrap()
    }

    /// Everything until the server closes or resets.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut bytes)).await.unwrap();
        bytes
    }

    /// The answer, on a connection that the server closes after it.
    pub(super) async fn reply(&mut self) -> Reply {
        let text = String::from_utf8(self.rest().await).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Reply { head: head.to_lowercase(), body: body.to_owned() }
    }

    /// The head of an answer, on a connection that stays.
    pub(super) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, self.stream.read_u8()).await.unwrap().unwrap());
        }
        String::from_utf8(head).unwrap().to_lowercase()
    }
}

impl Reply {
    /// The status, nought if there was no answer.
    pub(super) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The header `name`.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Status and code of a problem document, which must be one.
    #[track_caller]
    pub(super) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem: api::problem::Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.status, self.status());
        assert!(self.header("x-request-id").is_some(), "{self:?}");
        (problem.status, problem.code)
    }
}
