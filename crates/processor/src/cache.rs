//! What the writer remembers of committed rows, so that hot accounts are not loaded again.
//!
//! A cache only: filled from the store and from what was committed, dropped on any fault, bounded.
//! Two generations: what is used moves to the young one; when that is full it becomes the old one.

use std::collections::HashMap;
use std::hash::Hash;

/// A map with a hasher that is as hard to foresee as the standard one, and faster.
pub(crate) type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A bounded map that forgets what was not used lately.
pub(crate) struct Generations<K, V> {
    young: Map<K, V>,
    old: Map<K, V>,
    half: usize,
}

impl<K: Hash + Eq + Clone, V> Generations<K, V> {
    /// Remembers at most `most` entries.
    pub(crate) fn new(most: usize) -> Self {
        Self { young: Map::default(), old: Map::default(), half: most / 2 }
    }

    /// What is remembered of `key`, without counting as a use.
    pub(crate) fn peek(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Remembers, as used just now.
    pub(crate) fn put(&mut self, key: K, value: V) {
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    /// Ages the map; between commits, so that nothing in use is forgotten.
    pub(crate) fn age(&mut self) {
        if self.young.len() > self.half {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
    }

    /// Counts a use: an old entry becomes young.
    pub(crate) fn touch(&mut self, key: &K) {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.young.insert(key, value);
        }
    }

    /// Forgets one.
    pub(crate) fn forget(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
