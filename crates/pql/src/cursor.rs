//! Cursors: where a page ended, so that the next one begins behind it.
//!
//! Opaque and signed: a caller can neither read meaning into one nor make one. Bound to the query,
//! its parameters, the role and the scope; carries the query's NOW. Not a server's state: all is in
//! the text.

mod code;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::catalogue::Catalogue;
use crate::typed::{Constant, From, Typed};
use crate::value::json::{self, Form};
use crate::value::{Timestamp, Value};

/// The version of the format, its first byte.
const VERSION: u8 = 1;

/// The longest cursor, in bytes of its text.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// The secret that cursors are signed with.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("[secret]")
    }
}

impl CursorKey {
    /// A key of 32 bytes, from chance or from configuration.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// A cursor whose signature is right.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) now: Timestamp,
    pub(crate) keys: Vec<Json>,
    pub(crate) binding: [u8; 32],
}

/// What binds a cursor to its query: the shape, its values, who asks.
pub(crate) fn binding(typed: &Typed, role: &str, scope: Option<&str>) -> [u8; 32] {
    use std::fmt::Write as _;
    let shape = typed.shape();
    let mut text = format!("{role}\0{scope:?}\0");
    // The Debug form of one version of this program is one text for one query.
    let _ = write!(
        text,
        "{:?}{:?}{:?}{:?}{:?}{:?}",
        shape.conditions, shape.scans, shape.columns, shape.filter, shape.order, shape.lists
    );
    for node in &shape.values {
        let _ = write!(text, "{:?}{:?}", node.kind, node.ty);
    }
    for (slot, constant) in shape.slots.iter().zip(&typed.constants) {
        let is_page = matches!(slot.from, From::Limit | From::Cursor);
        if !is_page {
            let _ = write!(text, "{slot:?}{}", constant_text(constant));
        }
    }
    Sha256::digest(text.as_bytes()).into()
}

fn constant_text(constant: &Constant) -> String {
    format!("{constant:?}")
}

/// The cursor behind a row, whose values of the order's keys are given.
pub(crate) fn seal(
    key: &CursorKey,
    (now, binding): (Timestamp, [u8; 32]),
    values: &[(Value, Form)],
    catalogue: &Catalogue,
) -> String {
    let mut body = vec![VERSION];
    body.extend(now.micros().to_be_bytes());
    body.extend(binding);
    let mut list = String::from("[");
    for (index, (value, form)) in values.iter().enumerate() {
        if index > 0 {
            list.push(',');
        }
        json::write(value, *form, catalogue, &mut list);
    }
    list.push(']');
    body.extend(list.as_bytes());
    let mac = code::hmac(&key.0, &body);
    body.extend(mac);
    code::encode(&body)
}

/// What a cursor says, if we wrote it.
pub(crate) fn open(key: &CursorKey, text: &str) -> Option<Opened> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let bytes = code::decode(text)?;
    let (body, mac) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
    if !code::same(mac, &code::hmac(&key.0, body)) {
        return None;
    }
    let (version, rest) = body.split_first()?;
    let (micros, rest) = rest.split_first_chunk::<8>()?;
    let (binding, json) = rest.split_first_chunk::<32>()?;
    let now = Timestamp::from_micros(i64::from_be_bytes(*micros))?;
    let keys = serde_json::from_slice(json).ok()?;
    (*version == VERSION).then_some(Opened { now, keys, binding: *binding })
}
