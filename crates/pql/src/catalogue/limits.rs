//! Limits of a query that a catalogue may set: by data set and by role, the smaller wins.
//!
//! Not the limits of the language itself, which are in `crate::limits` and hold always.

use serde::Deserialize;

use crate::limits::{DEPTH_MAX, LIST_ITEMS_MAX, TERMS_MAX};

/// Data sets in one query, if the catalogue says nothing.
const DATASETS_MAX: u32 = 8;

/// Time for a query in milliseconds, if the catalogue says nothing.
const DEADLINE_MS: u32 = 5_000;

/// The limits of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nesting: brackets, NOT, calls, EXISTS.
    pub depth: u32,
    /// Terms: comparisons and their like.
    pub terms: u32,
    /// Items of an IN list.
    pub list_items: u32,
    /// Data sets read.
    pub datasets: u32,
    /// Time to answer in, in milliseconds.
    pub deadline_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: DEPTH_MAX,
            terms: TERMS_MAX,
            list_items: LIST_ITEMS_MAX,
            datasets: DATASETS_MAX,
            deadline_ms: DEADLINE_MS,
        }
    }
}

impl Limits {
    /// Those of a data set: what the language allows, or less; time and data sets as it says.
    pub(crate) fn declared(file: &FileLimits) -> Self {
        let most = Self::default();
        let datasets = file.datasets.unwrap_or(most.datasets);
        let deadline_ms = file.deadline_ms.unwrap_or(most.deadline_ms);
        Self { datasets, deadline_ms, ..most.smaller(file) }
    }

    /// The smaller of each.
    pub(crate) fn smaller(self, other: &FileLimits) -> Self {
        let smaller = |ours: u32, theirs: Option<u32>| theirs.map_or(ours, |other| other.min(ours));
        Self {
            depth: smaller(self.depth, other.depth),
            terms: smaller(self.terms, other.terms),
            list_items: smaller(self.list_items, other.list_items),
            datasets: smaller(self.datasets, other.datasets),
            deadline_ms: smaller(self.deadline_ms, other.deadline_ms),
        }
    }
}

/// Limits as the file writes them.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileLimits {
    pub(crate) depth: Option<u32>,
    pub(crate) terms: Option<u32>,
    pub(crate) list_items: Option<u32>,
    pub(crate) datasets: Option<u32>,
    pub(crate) deadline_ms: Option<u32>,
}
