//! How much and how long: the limits of requests and of connections, with sensible values.
//!
//! Not the limits on money. Their relations are asserted at compile time, at the end.
//! Start at [`Limits`] and [`ConnectionLimits`].

use std::time::Duration;

/// Bytes of a body, unless a unit says otherwise.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Characters of a caller's `X-Request-Id`.
pub const REQUEST_ID_CHARS_MAX: usize = 128;
/// Bytes a connection may buffer; also bounds the head of a request.
pub(crate) const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Headers of a request.
pub(crate) const HEADERS_MAX: usize = 64;
/// Bytes that a client must take in one [`ConnectionLimits::stall_timeout`], once it lags behind.
pub(crate) const STALL_BYTES_MIN: usize = 16 * 1024;
/// How long a closing connection still takes what the client is sending, so that the client gets
/// to read the answer that made us close.
pub(crate) const LINGER: Duration = Duration::from_secs(2);
/// How many bytes it takes in that time.
pub(crate) const LINGER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Connections that wait in the system's queue to be accepted; the system may allow fewer.
pub(crate) const ACCEPT_QUEUE_MAX: u32 = 4_096;
/// The wait after the system refused to accept a connection (too many open files).
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Limits of one request in [`crate::http::layer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body; more is answered with 413.
    pub body_bytes_max: usize,
    /// The routes, by their patterns, whose bodies may have more bytes, and how many.
    pub larger_bodies: &'static [(&'static str, usize)],
    /// Requests between having been received and being answered; more are answered with 503.
    pub in_flight_max: usize,
    /// How long a client may take to send its body before it is answered with 408.
    pub receive_timeout: Duration,
    /// How long the handler may take before the caller is answered with 503.
    pub answer_timeout: Duration,
}

impl Limits {
    /// Bytes of a body that is sent to `route`, if it is one.
    pub(crate) fn body_bytes_max(&self, route: Option<&str>) -> usize {
        let larger = self.larger_bodies.iter().find(|(of, _)| Some(*of) == route);
        larger.map_or(self.body_bytes_max, |(_, bytes)| *bytes)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: BODY_BYTES_MAX,
            larger_bodies: &[],
            in_flight_max: 1_024,
            receive_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(30),
        }
    }
}

/// Limits of one listener's connections in [`crate::listener::serve`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Open connections; more wait in the system's queue. The default stays below the 1,024 open
    /// files that many systems allow a process, leaving room for the stores.
    pub connections_max: usize,
    /// How long a client may take to send the head of a request, and to stay idle between two.
    pub header_timeout: Duration,
    /// How long a client that does not take its answer is waited for.
    pub stall_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections_max: 900,
            header_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_secs(15),
        }
    }
}

/// The least that the HTTP library accepts as a buffer.
const BUFFER_BYTES_LEAST: usize = 8_192;

const _: () = assert!(BUFFER_BYTES_MAX >= BUFFER_BYTES_LEAST);
const _: () = assert!(STALL_BYTES_MIN <= BUFFER_BYTES_MAX);
const _: () = assert!(BODY_BYTES_MAX <= LINGER_BYTES_MAX);
