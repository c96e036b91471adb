//! A group in a batch: each for itself, or all on a copy that is thrown away where one is refused.

use ledger::PlatformId;
use payments::{Rejected, Resource};
use store::{Fault, Head, Truth};

use super::{Keys, Outcome, Places, Taken, Working};
use crate::answer::{Answer, Presenter};
use crate::cache::Map;
use crate::group::{Group, Unity};
use crate::metrics::Observer;
use crate::step::Request;

/// What a batch was before a group: what it is again if the group is refused.
struct Before {
    taken: usize,
    commands: usize,
    heads_order: usize,
    keys: Keys,
    changed: Vec<(PlatformId, Resource)>,
    places: Places,
    heads: Map<PlatformId, (Head, u64)>,
}

impl<T: Truth, P: Presenter, O: Observer> Working<'_, T, P, O> {
    /// Takes the next group of the batch; answers the place of the item it was refused for.
    pub(crate) fn take_group(
        &mut self,
        group: &Group,
        taken: &mut Taken,
    ) -> Result<Option<usize>, Fault> {
        let before = match group.unity {
            Unity::Each => None,
            Unity::All => Some(self.before(taken)),
        };
        let place = taken.len();
        self.take(&group.whole, taken)?;
        if !goes_on(taken, place) {
            return Ok(None);
        }
        let first = taken.get(place).is_some_and(|(_, outcome)| matches!(outcome, Outcome::New(_)));
        match before {
            // Repeated: its items are known by their keys.
            Some(before) if first => self.take_all(group, before, taken),
            _ => {
                for item in &group.items {
                    self.take(item, taken)?;
                }
                Ok(None)
            }
        }
    }

    fn take_all(
        &mut self,
        group: &Group,
        before: Before,
        taken: &mut Taken,
    ) -> Result<Option<usize>, Fault> {
        for (place, item) in group.items.iter().enumerate() {
            self.take(item, taken)?;
            if matches!(taken.last(), Some((_, Outcome::New(_)))) {
                continue;
            }
            let Some((_, came)) = taken.pop() else { return Ok(None) };
            self.back_to(before, taken);
            let refused = match came {
                Outcome::Refused(_, rejected) => {
                    self.refuse_whole(&group.whole, place, rejected, taken)?
                }
                // What it came to is not kept, so the whole's key stays free too.
                Outcome::Other(answer, word) => Outcome::Other(answer, word),
                // It was made already, by another request than this.
                Outcome::New(_) | Outcome::Replay(_) | Outcome::SameAs(_) => {
                    Outcome::Other(Answer::KeyReused, "idempotency_key_reused")
                }
            };
            taken.push((group.whole.envelope.command.code(), refused));
            return Ok(Some(place));
        }
        Ok(None)
    }

    /// Refuses a whole for one of its items, and keeps that under the whole's key.
    fn refuse_whole(
        &mut self,
        whole: &Request,
        item: usize,
        rejected: Rejected,
        taken: &Taken,
    ) -> Result<Outcome, Fault> {
        let envelope = &whole.envelope;
        let (head, at) = self.next(envelope.platform)?;
        let presented = self.processor.presenter.refused_for(envelope, item, &rejected);
        let outcome = self.refuse(envelope, (presented, rejected), head, at);
        self.remember_key(envelope, taken.len());
        Ok(outcome)
    }

    fn before(&self, taken: &Taken) -> Before {
        Before {
            taken: taken.len(),
            commands: self.commands.len(),
            heads_order: self.heads_order.len(),
            keys: self.keys.clone(),
            changed: self.changed.clone(),
            places: self.places.clone(),
            heads: self.heads.clone(),
        }
    }

    fn back_to(&mut self, before: Before, taken: &mut Taken) {
        taken.truncate(before.taken);
        self.commands.truncate(before.commands);
        self.heads_order.truncate(before.heads_order);
        (self.changed, self.places) = (before.changed, before.places);
        (self.keys, self.heads) = (before.keys, before.heads);
    }
}

/// Whether the outcome at `place` lets the items go on that came with it.
fn goes_on(taken: &Taken, place: usize) -> bool {
    match taken.get(place).map(|(_, outcome)| outcome) {
        Some(Outcome::New(presented) | Outcome::Replay(presented)) => presented.status < 400,
        Some(Outcome::SameAs(first)) if *first < place => goes_on(taken, *first),
        Some(Outcome::SameAs(_) | Outcome::Refused(..) | Outcome::Other(..)) | None => false,
    }
}
