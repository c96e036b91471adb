//! Plays a stream through a processor and through the model, and compares them after every batch:
//! the same answers, the same balances, the same states, and whole books.
//!
//! Start at [`play`].

use std::collections::BTreeMap;

use ledger::Timestamp;
use processor::{Answer, Processor, Request};
use store::{Journal, Truth};

use crate::audit::Auditor;
use crate::chance::Chance;
use crate::desk::{Desk, Plain};
use crate::generator::{START, TICK};
use crate::ids::key_text;
use crate::model::{Kept, Model, Outcome};
use crate::operation::{Action, Operation};

/// Plays `stream` on an empty store, in batches of at most `batch_max` drawn from `seed`.
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
) {
    let mut player = Player::new(store);
    let mut chance = Chance::new(seed);
    let mut at = 0;
    while at < stream.len() {
        let wanted = 1 + chance.below(batch_max);
        let batch = player.takes(&stream[at..], wanted);
        player.batch(&stream[at..at + batch], at);
        at += batch;
    }
    player.auditor.verify(&mut player.store);
}

struct Player<T> {
    processor: Processor<T, Plain, ()>,
    store: T,
    desk: Desk,
    model: Model,
    auditor: Auditor,
    bodies: BTreeMap<String, Vec<u8>>,
    now: i64,
}

impl<T: Truth + Journal + Clone> Player<T> {
    fn new(mut store: T) -> Self {
        let mut processor = Processor::new(store.clone(), Plain, ()).unwrap();
        let mut before = START - 1_000 * TICK;
        let desk = Desk::set_up(&mut processor, &mut store, &mut before);
        let (model, auditor, bodies) = (Model::new(), Auditor::default(), BTreeMap::new());
        Self { processor, store, desk, model, auditor, bodies, now: START }
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

    fn batch(&mut self, operations: &[Operation], at: usize) {
        self.now += TICK * i64::try_from(operations.len()).unwrap();
        let business = self.now + self.desk.shown(&mut self.store).clock_offset_micros;
        let requests: Vec<Request> =
            operations.iter().map(|operation| self.desk.request(operation, business)).collect();
        let now = Timestamp::from_micros(self.now);
        let answers = self.processor.step(&requests, now);
        for (place, (operation, answer)) in (at..).zip(operations.iter().zip(answers)) {
            let expected = self.model.apply(operation, self.now);
            self.compare(
                &format!("operation {place}, {operation:?}"),
                expected,
                operation,
                &answer,
            );
        }
        let due = self.processor.due(now).unwrap();
        self.processor.step(&due, now);
        self.model.expire(self.now);
        let when = format!("after operation {}", at + operations.len() - 1);
        self.desk.agrees(&mut self.store, &self.model, &when);
        self.auditor.look(&mut self.store);
    }

    fn compare(&mut self, what: &str, expected: Outcome, operation: &Operation, answer: &Answer) {
        let (body, said) = match answer {
            Answer::Kept { presented, replayed, .. } => {
                let body = String::from_utf8(presented.body.clone()).unwrap();
                let done = presented.status == 200;
                let word = if done { "done".to_owned() } else { body.clone() };
                (body, if *replayed { format!("again {word}") } else { word })
            }
            Answer::Refused(rejected) => (String::new(), format!("{} (free)", rejected.code())),
            other => (String::new(), format!("{other:?}")),
        };
        let must = match expected {
            Outcome::Done(_) => "done".to_owned(),
            Outcome::Refused(code, Kept::Kept) => code.to_owned(),
            Outcome::Refused(code, Kept::Free) => format!("{code} (free)"),
            Outcome::Again(Ok(_)) => "again done".to_owned(),
            Outcome::Again(Err(code)) => format!("again {code}"),
            Outcome::KeyReused => "KeyReused".to_owned(),
        };
        assert_eq!(said, must, "answer and model differ at {what}");
        if let Outcome::Done(made) = expected {
            let (id, second) = body.split_once(' ').unwrap();
            self.desk.ids.made(made, id, Some(second));
        }
        if let (Answer::Kept { presented, .. }, Some(number)) = (answer, operation.key) {
            let key = key_text(operation.who, number);
            let first = self.bodies.entry(key).or_insert_with(|| presented.body.clone());
            assert_eq!(*first, presented.body, "a replay is the first answer: {what}");
        }
    }
}
