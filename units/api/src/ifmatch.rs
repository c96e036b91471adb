//! Versions in headers: `If-Match` in requests, `ETag` in answers.

use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderValue};

use crate::failure::Failure;
use crate::problems::problem;

/// The version that a change must name.
pub(crate) fn required(headers: &HeaderMap) -> Result<u64, Failure> {
    optional(headers)?.ok_or_else(|| problem("version_required").into())
}

/// The version that a request may name.
pub(crate) fn optional(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let version = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or_else(|| problem("if_match_invalid").into())
}

/// The header that names a version.
pub(crate) fn etag(version: u64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{version}\"")).ok()
}
