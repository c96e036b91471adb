//! The second look: the statements of a few groups, kept one by one, to say which of them disagree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::item::{Aspect, Item, Side, Subject};
use super::report::Difference;
use super::sums::{Sink, group};
use crate::read_rows::ReadPart;

/// What each side says, by statement.
type Statements = BTreeMap<(Aspect, String), Said>;

/// How often, or how many minor units, each side says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Said {
    derived: i128,
    stored: i128,
}

/// The statements of the groups that did not cancel.
pub(super) struct Closer<'g> {
    groups: &'g BTreeSet<usize>,
    of: HashMap<Subject, Statements>,
}

impl Sink for Closer<'_> {
    fn add(&mut self, side: Side, subject: Subject, item: &Item<'_>, weight: i128) {
        if weight == 0 || !self.groups.contains(&group(subject)) {
            return;
        }
        let statement = (item.aspect(), item.to_string());
        let said = self.of.entry(subject).or_default().entry(statement).or_default();
        let sum = match side {
            Side::Derived => &mut said.derived,
            Side::Stored => &mut said.stored,
        };
        *sum = sum.wrapping_add(weight);
    }
}

impl<'g> Closer<'g> {
    pub(super) fn new(groups: &'g BTreeSet<usize>) -> Self {
        Self { groups, of: HashMap::new() }
    }

    /// Every subject and aspect on which both sides disagree, in order.
    pub(super) fn differences(self) -> Vec<(Subject, Difference)> {
        let mut subjects: Vec<_> = self.of.into_iter().collect();
        subjects.sort_unstable_by_key(|(subject, _)| *subject);
        let mut differences = Vec::new();
        for (subject, statements) in subjects {
            let mut by_aspect: BTreeMap<Aspect, Vec<(String, Said)>> = BTreeMap::new();
            for ((aspect, words), said) in statements {
                if said.derived != said.stored {
                    by_aspect.entry(aspect).or_default().push((words, said));
                }
            }
            for (aspect, said) in by_aspect {
                differences.push((subject, difference(subject, aspect, &said)));
            }
        }
        differences
    }
}

fn difference(subject: Subject, aspect: Aspect, said: &[(String, Said)]) -> Difference {
    let (expected, found) = match aspect {
        Aspect::States(_) => paths(said, ("the events lead to", "no event leads to")),
        Aspect::Transitions => paths(said, ("the journal ends with", "the journal lacks")),
        Aspect::Captured
        | Aspect::Refunded
        | Aspect::Pending
        | Aspect::HoldPosted
        | Aspect::Clearing(_)
        | Aspect::InFlight(_)
        | Aspect::Booked(_) => {
            let side = |of: fn(&Said) -> i128| {
                let parts = said.iter().map(|(words, said)| format!("{} {words}", of(said)));
                parts.collect::<Vec<_>>().join(", ")
            };
            (side(|said| said.derived), side(|said| said.stored))
        }
        Aspect::Read(_) => {
            let side = |more: fn(&Said) -> bool| {
                let parts = said.iter().filter(|(_, said)| more(said));
                list(parts.map(|(words, _)| words.clone()))
            };
            (side(|said| said.derived > said.stored), side(|said| said.stored > said.derived))
        }
    };
    let row = match (aspect, said.first()) {
        // Ids of different kinds may be the same: which it is, only the statements know.
        (Aspect::Read(ReadPart::EventsOfResources), Some((words, _))) => {
            format!("read model: {words}")
        }
        _ => aspect.row(subject),
    };
    Difference::new((aspect.invariant(), subject.platform), row, expected, found)
}

/// A path that does not lead to where its row stands: where it ends or breaks, and what the row says.
fn paths(said: &[(String, Said)], (ends, breaks): (&str, &str)) -> (String, String) {
    let expected = said.iter().filter_map(|(words, said)| {
        match (said.derived > said.stored, said.derived < 0) {
            (true, _) => Some(format!("{ends} {words}")),
            (false, true) => Some(format!("{breaks} {words}")),
            (false, false) => None,
        }
    });
    let found = said.iter().filter(|(_, said)| said.stored != 0);
    (list(expected), list(found.map(|(words, _)| format!("the row has {words}"))))
}

/// Texts in a row, or that there is none.
fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() { "nothing".to_owned() } else { texts.join("; ") }
}
