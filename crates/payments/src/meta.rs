//! What every resource carries: version, times, external id, tags, annotations, and the reason of its status.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{
    ANNOTATION_KEY_BYTES_MAX, ANNOTATION_VALUE_BYTES_MAX, ANNOTATIONS_MAX, EXTERNAL_ID_BYTES_MAX,
    TAG_BYTES_MAX, TAGS_MAX,
};
use crate::rejected::Rejected;

/// Carried by every resource that a caller can see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Counts the changes of this resource, from 1; the ETag.
    pub version: u64,
    /// When it was made, by the server's clock.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The caller's own id, unique per platform and kind.
    pub external_id: Option<String>,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// The caller's own facts.
    pub annotations: BTreeMap<String, String>,
    /// Why it has its status, if somebody said.
    pub status_reason: Option<String>,
}

/// What a caller may say of these when it makes a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// The caller's own id.
    pub external_id: Option<String>,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// The caller's own facts.
    pub annotations: BTreeMap<String, String>,
}

/// How an update changes them: a merge patch of RFC 7396.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsPatch {
    /// Replaces the whole set; `Some(None)` empties it.
    pub tags: Option<Option<BTreeSet<String>>>,
    /// Merged key by key; a `None` value removes the key.
    pub annotations: Option<Option<BTreeMap<String, Option<String>>>>,
}

impl Meta {
    /// The first version, made at `at`.
    #[must_use]
    pub fn new(labels: Labels, at: Timestamp) -> Self {
        Self {
            version: 1,
            created_at: at,
            updated_at: at,
            external_id: labels.external_id,
            tags: labels.tags,
            annotations: labels.annotations,
            status_reason: None,
        }
    }

    /// Counts one change, made at `at`.
    pub fn touch(&mut self, at: Timestamp) {
        self.version = self.version.saturating_add(1);
        self.updated_at = at;
    }

    /// Applies a patch.
    ///
    /// # Errors
    ///
    /// [`Rejected::ValueInvalid`] when a bound of `limits` is passed.
    pub fn patch(&mut self, patch: LabelsPatch) -> Result<(), Rejected> {
        if let Some(tags) = patch.tags {
            self.tags = tags.unwrap_or_default();
        }
        match patch.annotations {
            None => {}
            Some(None) => self.annotations.clear(),
            Some(Some(changes)) => {
                for (key, value) in changes {
                    match value {
                        Some(value) => self.annotations.insert(key, value),
                        None => self.annotations.remove(&key),
                    };
                }
            }
        }
        check(&self.tags, &self.annotations)
    }
}

impl Labels {
    /// Checks every bound.
    ///
    /// # Errors
    ///
    /// [`Rejected::ValueInvalid`] with the pointer of the first that is passed.
    pub fn check(&self) -> Result<(), Rejected> {
        if let Some(external_id) = &self.external_id {
            text("/external_id", external_id, EXTERNAL_ID_BYTES_MAX)?;
        }
        check(&self.tags, &self.annotations)
    }
}

fn check(tags: &BTreeSet<String>, annotations: &BTreeMap<String, String>) -> Result<(), Rejected> {
    if tags.len() > TAGS_MAX {
        return Err(Rejected::invalid("/tags", format!("at most {TAGS_MAX} tags")));
    }
    for tag in tags {
        text("/tags", tag, TAG_BYTES_MAX)?;
    }
    if annotations.len() > ANNOTATIONS_MAX {
        let detail = format!("at most {ANNOTATIONS_MAX} annotations");
        return Err(Rejected::invalid("/annotations", detail));
    }
    for (key, value) in annotations {
        text("/annotations", key, ANNOTATION_KEY_BYTES_MAX)?;
        if value.len() > ANNOTATION_VALUE_BYTES_MAX {
            let detail = format!("a value has at most {ANNOTATION_VALUE_BYTES_MAX} bytes");
            return Err(Rejected::invalid("/annotations", detail));
        }
        clean("/annotations", value)?;
    }
    Ok(())
}

/// Checks a text that must say something: 1 to `bytes_max` bytes, no control characters.
///
/// # Errors
///
/// [`Rejected::ValueInvalid`] at `pointer`.
pub fn text(pointer: &'static str, value: &str, bytes_max: usize) -> Result<(), Rejected> {
    if value.trim().is_empty() {
        return Err(Rejected::invalid(pointer, "must not be empty".to_owned()));
    }
    if value.len() > bytes_max {
        return Err(Rejected::invalid(pointer, format!("at most {bytes_max} bytes")));
    }
    clean(pointer, value)
}

fn clean(pointer: &'static str, value: &str) -> Result<(), Rejected> {
    if value.chars().any(char::is_control) {
        return Err(Rejected::invalid(pointer, "no control characters".to_owned()));
    }
    Ok(())
}
