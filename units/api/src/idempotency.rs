//! Idempotency keys as the edge sees them: the header, and what a repeated request must match.
//!
//! Whether a key was used is decided by the writer. Start at [`Key::read`] and [`fingerprint`].
//!
//! Source: draft-ietf-httpapi-idempotency-key-header; domain.md, section 6.

use axum::http::HeaderMap;
use ledger::PlatformId;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::limits::IDEMPOTENCY_KEY_MAX;
use crate::problems::{because, problem};

/// The request header.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The answer's header that says it was given before.
pub(crate) const IDEMPOTENT_REPLAYED: &str = "idempotent-replayed";

/// A caller's key: 1 to 255 printable characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) String);

impl Key {
    /// The key in the header, bare or quoted: both forms are the same key.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Err(problem("idempotency_key_missing").into());
        };
        if values.next().is_some() {
            return Err(because("idempotency_key_invalid", "the header was sent more than once"));
        }
        let text = value.to_str().map_err(|_| problem("idempotency_key_invalid"))?;
        Self::parse(text)
    }

    /// The key in a text, bare or quoted.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let key = quoted.filter(|_| text.len() >= 2).unwrap_or(text);
        let printable = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if key.trim().is_empty() || key.len() > IDEMPOTENCY_KEY_MAX || !printable {
            return Err(problem("idempotency_key_invalid").into());
        }
        Ok(Self(key.to_owned()))
    }
}

/// What a request under the same key must match: SHA-256 over method, platform, path and body.
pub(crate) fn fingerprint(
    (method, path): (&str, &str),
    platform: Option<PlatformId>,
    body: &Value,
) -> [u8; 32] {
    let mut text = Vec::with_capacity(512);
    canonical(body, &mut text);
    let platform = platform.map_or_else(String::new, |platform| platform.to_string());
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), platform.as_bytes(), path.as_bytes(), &text] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The same of a request of many: each with its key, and what a request for it alone must match.
pub(crate) fn fingerprint_of_many(
    platform: Option<PlatformId>,
    unity: &str,
    parts: &[(String, [u8; 32])],
) -> [u8; 32] {
    let platform = platform.map_or_else(String::new, |platform| platform.to_string());
    let mut hash = Sha256::new();
    let mut update = |part: &[u8]| {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    };
    update(platform.as_bytes());
    update(unity.as_bytes());
    for (key, fingerprint) in parts {
        update(key.as_bytes());
        update(fingerprint);
    }
    hash.finalize().into()
}

/// JSON without spaces, the members of objects sorted by name.
fn canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
        Value::String(text) => quoted(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                canonical(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.cmp(b.0));
            out.push(b'{');
            for (name, value) in members {
                quoted(name, out);
                out.push(b':');
                canonical(value, out);
                out.push(b',');
            }
            out.push(b'}');
        }
    }
}

/// A text as JSON.
fn quoted(text: &str, out: &mut Vec<u8>) {
    // A text always serialises, and memory always takes it.
    let _ = serde_json::to_writer(out, text);
}
