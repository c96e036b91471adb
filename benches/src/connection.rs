//! One kept connection to a server: a request out, an answer in, as little work as can be.

use std::str::from_utf8;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer longer than this is none of the server's.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The status and body of an answer.
pub(crate) struct Received {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// A POST with its headers.
pub(crate) fn post(path: &str, token: &str, key: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Prefer: return=minimal\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A GET.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When nobody listens.
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and receives its answer.
    ///
    /// # Errors
    ///
    /// When the connection ends, or says what is no answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Received> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end else { continue };
            let head = from_utf8(&self.buffer[..end])?;
            let status = head.get(9..12).context("an answer has a status")?.parse()?;
            let length = head.lines().find_map(content_length).unwrap_or_default();
            let (from, to) = (end + 4, end + 4 + length);
            if to > ANSWER_BYTES_MAX {
                bail!("an answer of {length} bytes");
            }
            while self.buffer.len() < to {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    bail!("the server closed the connection");
                }
            }
            return Ok(Received { status, body: self.buffer[from..to].to_vec() });
        }
    }
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
}
