//! A list whose copies share whatever none of them changed: the model copies itself before every
//! operation, and most of it is history.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::operation::Slot;

/// A list that is cheap to copy.
#[derive(Debug, Clone)]
pub(super) struct List<T>(Arc<Vec<Arc<T>>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Arc::new(Vec::new()))
    }
}

impl<T> List<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        self.0.get(slot).map(|it| &**it)
    }

    pub(super) fn push(&mut self, it: T) {
        Arc::make_mut(&mut self.0).push(Arc::new(it));
    }
}

impl<T> Index<Slot> for List<T> {
    type Output = T;

    fn index(&self, slot: Slot) -> &T {
        &self.0[slot]
    }
}

impl<T: Clone> IndexMut<Slot> for List<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        Arc::make_mut(&mut Arc::make_mut(&mut self.0)[slot])
    }
}
