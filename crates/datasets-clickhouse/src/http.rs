//! ClickHouse's HTTP interface: one request a connection, its rows as they come.

use std::fmt::Write as _;

use datasets::Fault;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A row longer than this is not ours, in bytes.
const ROW_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An error longer than this is cut, in bytes.
const ERROR_BYTES_MAX: usize = 2_000;

/// Codes of ClickHouse: too long by its own clock, and cancelled.
const CANCELLED: [&str; 2] = ["159", "394"];

/// Where a server is, and who asks.
#[derive(Debug, Clone)]
pub(super) struct Address {
    host: String,
    user: Option<(String, String)>,
    database: Option<String>,
}

/// The rows of an answer. Dropping them closes the connection.
#[derive(Debug)]
pub(super) struct Rows {
    body: Incoming,
    buffer: Vec<u8>,
    read: usize,
    connection: JoinHandle<()>,
}

impl Address {
    /// Reads `http://user:password@host:port/?database=name`.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (authority, query) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.split_once(':').unwrap_or((user, ""))), host),
            None => (None, authority),
        };
        let database = query
            .trim_start_matches('?')
            .split('&')
            .find_map(|pair| pair.strip_prefix("database="));
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:8123") };
        Some(Self {
            host,
            user: user.map(|(name, password)| (decoded(name), decoded(password))),
            database: database.map(decoded),
        })
    }

    /// Sends a command with its settings and parameters.
    pub(super) async fn post(
        &self,
        pairs: &[(String, String)],
        command: String,
    ) -> Result<Rows, Fault> {
        let stream = TcpStream::connect(&self.host).await.map_err(|error| unreachable(&error))?;
        let shaken =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
        let (mut sender, connection) = shaken;
        let connection = tokio::spawn(async move {
            // What goes wrong is told by the body.
            let _ = connection.await;
        });
        let database = self.database.iter().map(|name| ("database", name.as_str()));
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(target(database.chain(pairs)))
            .header(header::HOST, &self.host);
        if let Some((name, password)) = &self.user {
            request =
                request.header("X-ClickHouse-User", name).header("X-ClickHouse-Key", password);
        }
        let request =
            request.body(Full::new(Bytes::from(command))).map_err(|error| unreachable(&error))?;
        let answer = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
        let (head, body) = answer.into_parts();
        let mut rows = Rows { body, buffer: Vec::new(), read: 0, connection };
        if head.status == StatusCode::OK {
            return Ok(rows);
        }
        let code =
            head.headers.get("X-ClickHouse-Exception-Code").and_then(|code| code.to_str().ok());
        let code = code.map_or_else(|| head.status.as_str().to_owned(), str::to_owned);
        while rows.buffer.len() < ERROR_BYTES_MAX && rows.fill().await? {}
        Err(refused(&code, &rows.buffer))
    }
}

impl Rows {
    /// The next row.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Json>>, Fault> {
        loop {
            let rest = self.buffer.get(self.read..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest.get(..end).unwrap_or_default();
                let row = serde_json::from_slice(line).map_err(|_| late(line));
                self.read = self.read.saturating_add(end).saturating_add(1);
                return row.map(Some);
            }
            if rest.len() > ROW_BYTES_MAX {
                return Err(Fault::Refused {
                    code: "row".to_owned(),
                    detail: "a row is too long".to_owned(),
                });
            }
            self.buffer.drain(..self.read);
            self.read = 0;
            if !self.fill().await? {
                let rest = std::mem::take(&mut self.buffer);
                return if rest.is_empty() { Ok(None) } else { Err(late(&rest)) };
            }
        }
    }

    /// All rows, of a command of ours that has few.
    pub(super) async fn all(mut self) -> Result<Vec<Vec<Json>>, Fault> {
        let mut rows = Vec::new();
        while let Some(row) = self.next().await? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// Reads on; `false` at the end.
    async fn fill(&mut self) -> Result<bool, Fault> {
        let Some(frame) = self.body.frame().await else { return Ok(false) };
        // A body that breaks off has the reason at its end.
        let frame = frame.map_err(|error| {
            if self.buffer.is_empty() { unreachable(&error) } else { late(&self.buffer) }
        })?;
        if let Ok(data) = frame.into_data() {
            self.buffer.extend_from_slice(&data);
        }
        Ok(true)
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// What is no row is an error that came after the first rows.
fn late(text: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(text);
    let from = text.find("Code: ").unwrap_or(0);
    let text = text.get(from..).unwrap_or_default();
    let code = text.strip_prefix("Code: ").and_then(|rest| rest.split_once('.'));
    refused(code.map_or("broken", |(code, _)| code), text.as_bytes())
}

fn refused(code: &str, text: &[u8]) -> Fault {
    if CANCELLED.contains(&code) {
        return Fault::Cancelled;
    }
    let text = text.get(..text.len().min(ERROR_BYTES_MAX)).unwrap_or_default();
    Fault::Refused {
        code: code.to_owned(),
        detail: String::from_utf8_lossy(text).trim().to_owned(),
    }
}

fn unreachable(error: &impl ToString) -> Fault {
    Fault::Unreachable { detail: error.to_string() }
}

/// The path with its query.
fn target<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut target = String::from("/");
    for (place, (name, value)) in pairs.enumerate() {
        target.push(if place == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                target.push(char::from(byte));
            } else {
                // Writing to a String does not fail.
                let _ = write!(target, "%{byte:02X}");
            }
        }
    }
    target
}

/// Text of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
