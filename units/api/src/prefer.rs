//! What a caller prefers to get back: the whole resource, or as little as will do.
//!
//! Source: RFC 7240, sections 2 and 4.2. Other preferences are ignored, as it asks.

use axum::http::HeaderMap;

/// The request header.
const PREFER: &str = "prefer";
/// The answer's header that says what was done about it.
pub(crate) const PREFERENCE_APPLIED: &str = "preference-applied";
/// What it says.
pub(crate) const RETURN_MINIMAL: &str = "return=minimal";

/// How much of what was made is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// All of it.
    Whole,
    /// Its id, its status and its version.
    Minimal,
}

impl Return {
    /// What the headers ask for: the first preference of this name counts.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok());
        let mut preferences = lines.flat_map(|line| line.split(','));
        let said = preferences.find_map(|preference| {
            let (name, value) = preference.split(';').next()?.split_once('=')?;
            name.trim().eq_ignore_ascii_case("return").then(|| value.trim().trim_matches('"'))
        });
        match said {
            Some("minimal") => Self::Minimal,
            Some(_) | None => Self::Whole,
        }
    }
}
