//! How a resource, an audit record and legs are kept: one format byte, then postcard.
//!
//! The byte says which shape follows, so that a later version can still read an old row.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// The format written now.
pub const FORMAT: u8 = 1;

/// Room for the bytes of most values.
const BYTES_USUAL: usize = 256;

/// The bytes of a value.
///
/// # Errors
///
/// [`Fault::Corrupt`] if the value cannot be written; no value of ours is such.
pub fn encode<T: Serialize>(table: &'static str, value: &T) -> Result<Vec<u8>, Fault> {
    encode_into(table, value, Vec::with_capacity(BYTES_USUAL))
}

/// The same in `buffer`, whatever it held.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_into<T: Serialize>(
    table: &'static str,
    value: &T,
    mut buffer: Vec<u8>,
) -> Result<Vec<u8>, Fault> {
    buffer.clear();
    buffer.push(FORMAT);
    postcard::to_extend(value, buffer)
        .map_err(|why| Fault::Corrupt { table, detail: why.to_string() })
}

/// The value of bytes that [`encode`] made.
///
/// # Errors
///
/// [`Fault::Corrupt`] for another format, or bytes that are no such value.
pub fn decode<T: DeserializeOwned>(table: &'static str, bytes: &[u8]) -> Result<T, Fault> {
    let corrupt = |detail| Fault::Corrupt { table, detail };
    match bytes.split_first() {
        Some((&FORMAT, rest)) => postcard::from_bytes(rest).map_err(|why| corrupt(why.to_string())),
        Some((other, _)) => Err(corrupt(format!("format {other} is not known"))),
        None => Err(corrupt("it is empty".to_owned())),
    }
}
