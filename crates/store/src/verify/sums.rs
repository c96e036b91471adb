//! Sums that must cancel: what commands say of a subject, less what rows say, in memory of fixed size.
//!
//! Each statement is hashed (`print`), times its weight (a count, or minor units), and added to the
//! sum of its subject's group, modulo 2^128. Commands and rows agree only if every sum is zero: a
//! single wrong statement leaves a multiple of its hash, which is zero by chance once in 2^64 or so.
//! States and entry numbers are added where they are reached and taken off where the next one leads
//! on, so a path from 1 to n without gaps, each step once, leaves just its end.
//!
//! Against accidents and wrong programs, not against a forger who chooses rows: those are for the
//! hash chains. Which row is wrong the sums do not know; `closer` looks at the groups that are not zero.

use std::collections::BTreeSet;
use std::hash::Hash;

use super::item::{Item, Side, Subject};
use super::print::Print;

/// Takes statements.
pub(super) trait Sink: Send {
    /// Takes one statement, `weight` times.
    fn add(&mut self, side: Side, subject: Subject, item: &Item<'_>, weight: i128);
}

/// How many groups subjects fall into: one mebibyte of sums.
const GROUPS: u64 = 65_536;

/// The sums of all groups.
pub(super) struct Sums {
    of_group: Vec<u128>,
}

impl Default for Sums {
    fn default() -> Self {
        Self { of_group: (0..GROUPS).map(|_| 0).collect() }
    }
}

impl Sums {
    /// Adds what was added elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        for (sum, more) in self.of_group.iter_mut().zip(&other.of_group) {
            *sum = sum.wrapping_add(*more);
        }
    }

    /// The groups that do not cancel.
    pub(super) fn unequal(&self) -> BTreeSet<usize> {
        let unequal = self.of_group.iter().enumerate().filter(|(_, sum)| **sum != 0);
        unequal.map(|(group, _)| group).collect()
    }
}

impl Sink for Sums {
    fn add(&mut self, side: Side, subject: Subject, item: &Item<'_>, weight: i128) {
        if weight == 0 {
            return;
        }
        let mut print = start(subject);
        let group = group_of(&print);
        item.hash(&mut print);
        let term = print.both().wrapping_mul(weight.cast_unsigned());
        if let Some(sum) = self.of_group.get_mut(group) {
            *sum = match side {
                Side::Derived => sum.wrapping_add(term),
                Side::Stored => sum.wrapping_sub(term),
            };
        }
    }
}

/// The group that a subject falls into.
pub(super) fn group(subject: Subject) -> usize {
    group_of(&start(subject))
}

fn start(subject: Subject) -> Print {
    let mut print = Print::default();
    subject.hash(&mut print);
    print
}

fn group_of(started: &Print) -> usize {
    usize::try_from(started.both() % u128::from(GROUPS)).unwrap_or(0)
}
