//! Names that are looked up in any case, without copying the one that is looked up.
//!
//! Not interning: a query's names are looked up once each, where they stand.

use std::cmp::Ordering;

/// Two names that differ at most by case.
pub(crate) type Alike = (Box<str>, Box<str>);

/// Names with their places in a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Sorted by length, then by their lower-case bytes.
    sorted: Vec<(Box<str>, u32)>,
}

impl Names {
    /// The places of `names` in their order, and two that differ at most by case, if two do.
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> (Self, Option<Alike>) {
        let mut sorted: Vec<(Box<str>, u32)> =
            names.zip(0u32..).map(|(name, place)| (name.into(), place)).collect();
        sorted.sort_by(|(a, _), (b, _)| order(a, b));
        let alike = sorted.windows(2).find(|pair| order(&pair[0].0, &pair[1].0).is_eq());
        let alike = alike.map(|pair| (pair[0].0.clone(), pair[1].0.clone()));
        (Self { sorted }, alike)
    }

    /// The place of a name.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        let found = self.sorted.binary_search_by(|(entry, _)| order(entry, name)).ok()?;
        Some(self.sorted[found].1)
    }
}

fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| {
        let (a, b) = (a.bytes(), b.bytes());
        a.map(|byte| byte.to_ascii_lowercase()).cmp(b.map(|byte| byte.to_ascii_lowercase()))
    })
}
