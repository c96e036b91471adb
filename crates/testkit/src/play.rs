//! Plays a stream through a processor and through the model, and compares them after every batch:
//! the same answers, the same balances, the same states, and whole books.
//!
//! Start at [`play`].

use std::collections::{BTreeMap, BTreeSet};

use ledger::Timestamp;
use processor::{Answer, Processor, Request};
use store::{Journal, Truth};

use crate::audit::Auditor;
use crate::chance::Chance;
use crate::desk::{Desk, Plain};
use crate::generator::{START, TICK};
use crate::ids::key_text;
use crate::model::{BulkOutcome, Kept, Model, Outcome};
use crate::operation::{Action, Bulk, Operation, Unity, Who};

/// One batch in so many is a bulk request.
const BULK_IN: usize = 3;

/// Plays `stream` on an empty store, in batches of at most `batch_max` drawn from `seed`; where that is
/// more than one, some of them as bulk requests. Answers what became of these, in words.
///
/// `store` must be a handle whose clones see the same store.
///
/// # Panics
///
/// Where the product and the model differ, with the place in the stream and the operation.
pub fn play<T: Truth + Journal + Clone>(
    store: T,
    stream: &[Operation],
    seed: u64,
    batch_max: usize,
) -> BTreeSet<String> {
    let mut player = Player::new(store);
    let mut chance = Chance::new(seed);
    let mut at = 0;
    while at < stream.len() {
        let wanted = 1 + chance.below(batch_max);
        let batch = player.takes(&stream[at..], wanted);
        let several = &stream[at..at + batch];
        let bulk = (batch_max > 1 && chance.below(BULK_IN) == 0)
            .then(|| player.bulk(&mut chance, several))
            .flatten();
        at += match bulk {
            Some(bulk) => player.ask_bulk(&bulk, at),
            None => player.batch(several, at),
        };
    }
    player.auditor.verify(&mut player.store);
    player.wholes
}

struct Player<T> {
    processor: Processor<T, Plain, ()>,
    store: T,
    desk: Desk,
    model: Model,
    auditor: Auditor,
    bodies: BTreeMap<String, Vec<u8>>,
    now: i64,
    /// Every bulk request so far.
    bulks: Vec<Bulk>,
    /// What became of them.
    wholes: BTreeSet<String>,
}

impl<T: Truth + Journal + Clone> Player<T> {
    fn new(mut store: T) -> Self {
        let mut processor = Processor::new(store.clone(), Plain, ()).unwrap();
        let mut before = START - 1_000 * TICK;
        let desk = Desk::set_up(&mut processor, &mut store, &mut before);
        Self {
            processor,
            store,
            desk,
            model: Model::new(),
            auditor: Auditor::default(),
            bodies: BTreeMap::new(),
            now: START,
            bulks: Vec::new(),
            wholes: BTreeSet::new(),
        }
    }

    /// How many of the operations that come can be asked at once: none that names what another of
    /// them makes, and none after the clock was moved.
    fn takes(&self, coming: &[Operation], wanted: usize) -> usize {
        let mut count = 0;
        for operation in coming.iter().take(wanted) {
            if count > 0 && !self.desk.ids.knows(&operation.action) {
                break;
            }
            count += 1;
            if matches!(operation.action, Action::AdvanceClock { .. }) {
                break;
            }
        }
        count
    }

    /// A bulk request of what callers ask first among `several`, or, now and then, one from before: the
    /// same, or something else under its key. `None` where it would name what is not there yet.
    fn bulk(&mut self, chance: &mut Chance, several: &[Operation]) -> Option<Bulk> {
        let bulk = if !self.bulks.is_empty() && chance.percent(20) {
            let mut before = chance.one(&self.bulks).clone();
            if chance.percent(20) {
                before.items.reverse();
            }
            before
        } else {
            let fits = |it: &&Operation| {
                it.who == Who::Caller && !matches!(it.action, Action::AdvanceClock { .. })
            };
            let items = several.iter().take_while(fits).cloned().collect();
            let key = u32::try_from(self.bulks.len()).unwrap();
            let unity = *chance.one(&[Unity::Each, Unity::All]);
            let bulk = Bulk { key, unity, items };
            self.bulks.push(bulk.clone());
            bulk
        };
        let knows = |it: &Operation| self.desk.ids.knows(&it.action);
        (!bulk.items.is_empty() && bulk.items.iter().all(knows)).then_some(bulk)
    }

    /// Asks all at once, and answers how many they are.
    fn batch(&mut self, operations: &[Operation], at: usize) -> usize {
        let business = self.tick(operations.len());
        let requests: Vec<Request> =
            operations.iter().map(|operation| self.desk.request(operation, business)).collect();
        let answers = self.processor.step(&requests, Timestamp::from_micros(self.now));
        for (place, (operation, answer)) in (at..).zip(operations.iter().zip(answers)) {
            let expected = self.model.apply(operation, self.now);
            let what = format!("operation {place}, {operation:?}");
            self.compare(&what, expected, operation, &answer);
        }
        self.look(&format!("after operation {}", at + operations.len() - 1));
        operations.len()
    }

    /// Asks a bulk request, and answers how many of the stream's operations it is done with: where the
    /// whole was refused, its items are asked again, for their keys are free; one from before has none.
    fn ask_bulk(&mut self, bulk: &Bulk, at: usize) -> usize {
        let business = self.tick(bulk.items.len());
        let group = self.desk.group(bulk, business);
        let answer = self.processor.step_group(&group, Timestamp::from_micros(self.now));
        let BulkOutcome { whole, refused_for, items } = self.model.apply_bulk(bulk, self.now);
        let what = format!("operation {at}, {bulk:?}");
        let mut must = must(whole);
        if let (Some(place), Outcome::Refused(_, Kept::Kept) | Outcome::Again(_)) =
            (refused_for, whole)
        {
            must.push_str(&format!(" at {place}"));
        }
        assert_eq!(said(&answer.whole), must, "whole and model differ at {what}");
        let guilty = refused_for.filter(|_| !matches!(whole, Outcome::Again(_)));
        assert_eq!(answer.guilty, guilty, "who is guilty of {what}");
        assert_eq!(answer.items.len(), items.len(), "the items of {what}");
        for ((item, expected), answer) in bulk.items.iter().zip(items).zip(&answer.items) {
            self.compare(&what, expected, item, answer);
        }
        self.look(&format!("after {what}"));
        let word = must.split(" at ").next().unwrap_or_default();
        self.wholes.insert(format!("{:?} {word}", bulk.unity));
        let is_next = self.bulks.last() == Some(bulk) && matches!(whole, Outcome::Done(_));
        if is_next { bulk.items.len() } else { 0 }
    }

    /// So many operations later; the platform's time then.
    fn tick(&mut self, operations: usize) -> i64 {
        self.now += TICK * i64::try_from(operations).unwrap();
        self.now + self.desk.shown(&mut self.store).clock_offset_micros
    }

    /// Does what is due, and compares everything.
    fn look(&mut self, when: &str) {
        let now = Timestamp::from_micros(self.now);
        let due = self.processor.due(now).unwrap();
        self.processor.step(&due, now);
        self.model.expire(self.now);
        self.desk.agrees(&mut self.store, &self.model, when);
        self.auditor.look(&mut self.store);
    }

    fn compare(&mut self, what: &str, expected: Outcome, operation: &Operation, answer: &Answer) {
        assert_eq!(said(answer), must(expected), "answer and model differ at {what}");
        let Answer::Kept { presented, .. } = answer else { return };
        if let Outcome::Done(made) = expected {
            let body = String::from_utf8(presented.body.clone()).unwrap();
            let (id, second) = body.split_once(' ').unwrap();
            self.desk.ids.made(made, id, Some(second));
        }
        if let Some(number) = operation.key {
            let key = key_text(operation.who, number);
            let first = self.bodies.entry(key).or_insert_with(|| presented.body.clone());
            assert_eq!(*first, presented.body, "a replay is the first answer: {what}");
        }
    }
}

/// What was answered, in words.
fn said(answer: &Answer) -> String {
    match answer {
        Answer::Kept { presented, replayed, .. } => {
            let body = String::from_utf8(presented.body.clone()).unwrap();
            let word = if presented.status == 200 { "done".to_owned() } else { body };
            if *replayed { format!("again {word}") } else { word }
        }
        Answer::Refused(rejected) => format!("{} (free)", rejected.code()),
        other => format!("{other:?}"),
    }
}

/// What must be answered, in the same words.
fn must(expected: Outcome) -> String {
    match expected {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Refused(code, Kept::Kept) => code.to_owned(),
        Outcome::Refused(code, Kept::Free) => format!("{code} (free)"),
        Outcome::Again(Ok(_)) => "again done".to_owned(),
        Outcome::Again(Err(code)) => format!("again {code}"),
        Outcome::KeyReused => "KeyReused".to_owned(),
    }
}
