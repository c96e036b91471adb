//! Who belongs to which request: W3C trace context and request ids.
//!
//! No spans are exported here. Invariants: a trace id and a span id are never all zero; a request
//! id is safe to echo in a header and to log. Start at [`RequestContext`].
//!
//! Source: W3C Trace Context, section 3.2 (`traceparent`).

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::time::Instant;

use axum::extract::OptionalFromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;

use crate::chance::{Fault, random_bytes};
use crate::clock::{Clock as _, SystemClock};
use crate::limits::REQUEST_ID_CHARS_MAX;

/// The request header that carries a [`TraceContext`].
pub const TRACEPARENT: &str = "traceparent";
/// The header that carries a [`RequestId`], in requests and in every answer.
pub const X_REQUEST_ID: &str = "x-request-id";

/// Characters of a `traceparent` of version 00.
const TRACEPARENT_LENGTH: usize = 55;
/// Crockford's base 32 in lower case.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many bits of a request id are the milliseconds of its time.
const TIME_BITS: u32 = 48;
/// Characters of 128 bits in base 32.
const BASE32_LENGTH: usize = 26;

/// What the stack knows about the request being handled. Take it as an `Option` in a handler:
/// a router without [`crate::http::layer`] has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestContext {
    /// The id that the caller chose, or one of ours.
    pub request_id: RequestId,
    /// The caller's trace with a span of ours, or a trace of ours.
    pub trace: TraceContext,
    /// When its head was there.
    pub received_at: Instant,
}

impl<S: Sync> OptionalFromRequestParts<S> for RequestContext {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _state: &S,
    ) -> impl Future<Output = Result<Option<Self>, Infallible>> {
        let context: Ready<_> = ready(Ok(parts.extensions.get().cloned()));
        context
    }
}

/// The name of one request in logs and answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// The id in `header` if it is 1 to 128 printable ASCII characters.
    pub fn accept(header: Option<&HeaderValue>) -> Option<Self> {
        let text = header?.to_str().ok()?;
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let fits = (1..=REQUEST_ID_CHARS_MAX).contains(&text.len());
        (fits && printable).then(|| Self(text.to_owned()))
    }

    /// A new id: `req_` and 26 characters, the first nine of the time, so that an index over ids grows
    /// at its end; the others of chance.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no randomness.
    pub fn mint() -> Result<Self, Fault> {
        let chance = u128::from_be_bytes(random_bytes()?) >> TIME_BITS;
        let millis = u128::from(SystemClock.now_micros().unsigned_abs() / 1_000);
        let bits = (millis << (u128::BITS - TIME_BITS)) | chance;
        let digit = |place: usize| {
            let shift = 5 * (BASE32_LENGTH - 1 - place);
            let index = usize::try_from((bits >> shift) & 31).unwrap_or(0);
            char::from(BASE32[index])
        };
        let digits: String = (0..BASE32_LENGTH).map(digit).collect();
        Ok(Self(format!("req_{digits}")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where a request stands in a trace that may span many processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    sampled: Sampling,
}

/// Whether the caller records its part of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// It does.
    Recorded,
    /// It may not.
    NotRecorded,
}

impl TraceContext {
    /// Reads a `traceparent`; one that breaks the rules is as good as none.
    ///
    /// Versions above 00 are read as 00, whatever follows, as the standard asks.
    pub fn parse(header: &str) -> Option<Self> {
        let (head, rest) = header.split_at_checked(TRACEPARENT_LENGTH)?;
        let mut parts = head.split('-');
        let version = parts.next().and_then(hex::<1>)?;
        let trace_id = parts.next().and_then(hex::<16>)?;
        let span_id = parts.next().and_then(hex::<8>)?;
        let flags = parts.next().and_then(hex::<1>)?;
        let known = version == [0] && rest.is_empty();
        let later = version != [0] && (rest.is_empty() || rest.starts_with('-'));
        let allowed = version != [0xff] && (known || later) && parts.next().is_none();
        if !allowed || trace_id == [0; 16] || span_id == [0; 8] {
            return None;
        }
        let recorded = flags[0] & 1 == 1;
        let sampled = if recorded { Sampling::Recorded } else { Sampling::NotRecorded };
        Some(Self { trace_id, span_id, sampled })
    }

    /// The start of a new trace.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no randomness.
    pub fn mint() -> Result<Self, Fault> {
        let sampled = Sampling::NotRecorded;
        Ok(Self {
            trace_id: non_zero(random_bytes()?),
            span_id: non_zero(random_bytes()?),
            sampled,
        })
    }

    /// A new span in the same trace.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no randomness.
    pub fn child(&self) -> Result<Self, Fault> {
        Ok(Self { span_id: non_zero(random_bytes()?), ..*self })
    }

    /// The id of the trace: 32 hexadecimal characters.
    pub fn trace_id(&self) -> String {
        to_hex(&self.trace_id)
    }

    /// The id of the span: 16 hexadecimal characters.
    pub fn span_id(&self) -> String {
        to_hex(&self.span_id)
    }

    /// Whether the trace is recorded.
    pub const fn sampling(&self) -> Sampling {
        self.sampled
    }

    /// The header to send on, version 00.
    pub fn to_header(&self) -> String {
        let flags = match self.sampled {
            Sampling::Recorded => "01",
            Sampling::NotRecorded => "00",
        };
        format!("00-{}-{}-{flags}", self.trace_id(), self.span_id())
    }
}

/// `bytes`, or the smallest that is not all zero in the one case in 2^64 that they are.
fn non_zero<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    if bytes == [0; N] {
        bytes[N - 1] = 1;
    }
    bytes
}

/// `N` bytes from exactly twice as many lower-case hexadecimal characters.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

/// The value of a lower-case hexadecimal character.
fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Lower-case hexadecimal characters of `bytes`.
fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
