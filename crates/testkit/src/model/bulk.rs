//! The model's bulk requests: each item for itself, or all or none on a copy of the whole business.

use super::{Kept, Made, Model, Outcome};
use crate::operation::{Bulk, Unity};

/// What a bulk request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkOutcome {
    /// What became of the whole.
    pub whole: Outcome,
    /// The place of the item that the whole was refused for, now or before.
    pub refused_for: Option<usize>,
    /// What became of each item; nothing where none was taken up.
    pub items: Vec<Outcome>,
}

impl BulkOutcome {
    const fn none(whole: Outcome, refused_for: Option<usize>) -> Self {
        Self { whole, refused_for, items: Vec::new() }
    }
}

/// What a whole came to: taken up, or refused with a code for an item.
pub(super) type Whole = Result<(), (&'static str, usize)>;

impl Model {
    /// Takes a bulk request at a reading of the server's clock.
    pub fn apply_bulk(&mut self, bulk: &Bulk, now: i64) -> BulkOutcome {
        let whole = match self.bulks.get(&bulk.key) {
            Some((before, _)) if before != bulk => {
                return BulkOutcome::none(Outcome::KeyReused, None);
            }
            Some((_, Err((code, place)))) => {
                return BulkOutcome::none(Outcome::Again(Err(code)), Some(*place));
            }
            Some((_, Ok(()))) => Outcome::Again(Ok(Made::Nothing)),
            None if bulk.unity == Unity::All => return self.apply_all(bulk, now),
            None => Outcome::Done(Made::Nothing),
        };
        self.bulks.insert(bulk.key, (bulk.clone(), Ok(())));
        let items = bulk.items.iter().map(|item| self.apply(item, now)).collect();
        BulkOutcome { whole, refused_for: None, items }
    }

    fn apply_all(&mut self, bulk: &Bulk, now: i64) -> BulkOutcome {
        let (mut next, mut items) = (self.clone(), Vec::new());
        for (place, item) in bulk.items.iter().enumerate() {
            let whole = match next.apply(item, now) {
                done @ Outcome::Done(_) => {
                    items.push(done);
                    continue;
                }
                refused @ Outcome::Refused(code, Kept::Kept) => {
                    self.bulks.insert(bulk.key, (bulk.clone(), Err((code, place))));
                    refused
                }
                // The key stays free.
                refused @ Outcome::Refused(_, Kept::Free) => refused,
                // Done before, by another request than this.
                Outcome::Again(_) | Outcome::KeyReused => Outcome::KeyReused,
            };
            return BulkOutcome::none(whole, Some(place));
        }
        next.bulks.insert(bulk.key, (bulk.clone(), Ok(())));
        *self = next;
        BulkOutcome { whole: Outcome::Done(Made::Nothing), refused_for: None, items }
    }
}
