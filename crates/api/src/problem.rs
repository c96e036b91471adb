//! The one shape of every error on the wire: RFC 9457 with the members that Florin adds.
//!
//! Not where refusals are turned into errors: each unit's `problems.rs` does that, and the crate
//! `unit` makes an HTTP response of a [`Problem`].
//!
//! Invariants: `status` is 400 to 599; `type` always ends in the code; a member without a value
//! is left out rather than sent as null or as an empty list.
//!
//! Start at [`Problem::new`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a [`Problem`]. Source: RFC 9457, section 3.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Where the codes are explained, relative to the address of the API.
const REFERENCE: &str = "/reference/errors#";

/// An error as callers see it: what happened, whether to try again, and what would help.
///
/// Source: RFC 9457; `code`, `category` and the members after them are extensions of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Where the code is explained, as a reference relative to the address of the API.
    #[serde(rename = "type")]
    #[schema(example = "/reference/errors#insufficient_funds")]
    pub type_uri: String,
    /// What the code means, in a few words that are the same for every occurrence.
    #[schema(example = "The account cannot cover the amount")]
    pub title: String,
    /// The HTTP status of the answer; inside a bulk answer, the status of this item alone.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
    /// What happened this time, in one sentence for people. Never parse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A reference to the very resource or occurrence this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The stable name of what went wrong: never renamed, never used twice.
    #[schema(example = "insufficient_funds")]
    pub code: String,
    /// The kind of thing that went wrong, for callers that do not know the code.
    #[schema(example = "funds")]
    pub category: String,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// What is wrong with single fields of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What the customer must provide or do before this can succeed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Where the resource can go from its present status.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub available_transitions: Vec<String>,
    /// The figures behind a refusal: `available`, `needed`, `limit`, `used`, `resets_at`.
    /// Amounts are decimals with all places of their asset, times are RFC 3339 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<BTreeMap<String, String>>,
}

/// What is wrong with one field of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field, as a JSON Pointer into the body (RFC 6901); a query parameter as `?name`, a
    /// header as its name.
    #[schema(example = "/amount/value")]
    pub pointer: String,
    /// The stable name of what is wrong with it.
    #[schema(example = "not_a_decimal")]
    pub code: String,
    /// What is wrong with it, in one sentence for people.
    pub detail: String,
}

/// The kind of thing that went wrong; on the wire its lower-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// The request itself cannot be understood: body, headers, path, size.
    Request,
    /// It is not known who asks.
    Authentication,
    /// Who asks may not do this.
    Permission,
    /// What is asked for does not exist, or not for this caller.
    NotFound,
    /// The resource is not in a state that allows it, or changed meanwhile.
    State,
    /// The idempotency key was used for something else.
    Idempotency,
    /// A rule, a limit or a due-diligence requirement forbids it.
    Rule,
    /// The money is not there.
    Funds,
    /// Too much is asked at once: slow down and try again.
    Capacity,
    /// Something failed on this side.
    Internal,
}

impl Category {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::State => "state",
            Self::Idempotency => "idempotency",
            Self::Rule => "rule",
            Self::Funds => "funds",
            Self::Capacity => "capacity",
            Self::Internal => "internal",
        }
    }
}

impl Problem {
    /// A problem that is not retryable and says no more than its code; the methods below add.
    ///
    /// # Panics
    ///
    /// If `status` is not 400 to 599, or `code` is not made of `a-z`, `0-9` and `_`: both are
    /// fixed in the source, so a mistake there is a bug.
    pub fn new(status: u16, code: &str, category: Category, title: &str) -> Self {
        assert!((400..=599).contains(&status), "status {status} is no error");
        assert!(is_code(code), "`{code}` is not a code");
        Self {
            type_uri: format!("{REFERENCE}{code}"),
            title: title.to_owned(),
            status,
            detail: None,
            instance: None,
            code: code.to_owned(),
            category: category.as_str().to_owned(),
            retryable: false,
            errors: Vec::new(),
            requirements: Vec::new(),
            available_transitions: Vec::new(),
            figures: None,
        }
    }

    /// Says that the very same request may succeed later.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Says what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the resource or occurrence this is about.
    #[must_use]
    pub fn instance(mut self, instance: impl Into<String>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Adds what is wrong with one field.
    #[must_use]
    pub fn field(
        mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let (pointer, code, detail) = (pointer.into(), code.into(), detail.into());
        self.errors.push(FieldError { pointer, code, detail });
        self
    }

    /// Adds what the customer must provide or do first.
    #[must_use]
    pub fn requirement(mut self, requirement: impl Into<String>) -> Self {
        self.requirements.push(requirement.into());
        self
    }

    /// Adds a transition that the resource's present status allows.
    #[must_use]
    pub fn available_transition(mut self, transition: impl Into<String>) -> Self {
        self.available_transitions.push(transition.into());
        self
    }

    /// Adds a figure: `available`, `needed`, `limit`, `used` or `resets_at`.
    #[must_use]
    pub fn figure(mut self, name: &str, value: impl Into<String>) -> Self {
        let figures = self.figures.get_or_insert_with(BTreeMap::new);
        figures.insert(name.to_owned(), value.into());
        self
    }

    /// The JSON of this problem, as it stands in a body.
    pub fn to_json(&self) -> Vec<u8> {
        // Strings, numbers and string-keyed maps always serialise; the fallback is unreachable.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Whether `code` may stand in the reference of errors.
fn is_code(code: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !code.is_empty() && code.bytes().all(allowed)
}

#[cfg(test)]
#[path = "tests/problem.rs"]
mod tests;
