//! The oracle: it follows the journal with the naive model, and knows which answers are allowed.
//!
//! Every stored command must be one that was asked for, stored once, and come to what the model comes
//! to at that time; every answer must be what the journal or the model says; every failure must have
//! been injected. After a crash the history must end where the fault layer knows that it does: what
//! was promised is there, and a save that nobody heard of is wholly there or not at all.
//!
//! A difference ends the simulation by a panic that says what was expected and what was found.

use std::collections::BTreeMap;

use processor::{Answer, Failure, Presented, Request};
use sha2::{Digest, Sha256};
use store::{Committed, Journal};
use testkit::audit::Auditor;
use testkit::desk::Desk;
use testkit::generator::{Generator, scene};
use testkit::model::{Kept, Outcome};
use testkit::operation::{Action, Instructed, Operation, Says, Slot, Who};

use crate::faults::Kind;
use crate::medium::Walk;
use crate::weather::{Fate, Weather};

/// Whose request it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A caller's or the worker's.
    Operation(Operation),
    /// The writer's own: a hold ran out.
    Due(Slot),
}

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) asked: Asked,
    /// With a request id of its own, by which it is found in the journal.
    pub(crate) request: Request,
}

/// What is known of the history so far.
pub(crate) struct Oracle {
    /// Draws, and holds the model.
    pub(crate) generator: Generator,
    pub(crate) desk: Desk,
    /// The last position that was followed, and its record's hash.
    position: u64,
    hash: [u8; 32],
    /// The time of the platform's last command.
    pub(crate) last: i64,
    /// The stored answers by the numbers of their keys.
    bodies: BTreeMap<u32, Vec<u8>>,
    auditor: Auditor,
    /// Everything that was seen, so that two runs of a seed can be compared.
    pub(crate) trace: Sha256,
}

impl Oracle {
    /// Begins where the stage is set.
    pub(crate) fn new(generator: Generator, desk: Desk, journal: &mut Walk) -> Self {
        let mut oracle = Self {
            generator,
            desk,
            position: 0,
            hash: [0; 32],
            last: 0,
            bodies: BTreeMap::new(),
            auditor: Auditor::default(),
            trace: Sha256::new(),
        };
        for committed in journal.commands_after(0, usize::MAX).unwrap() {
            oracle.note(&committed);
        }
        oracle
    }

    /// The operations that set the scene.
    pub(crate) fn scene(&mut self) -> Vec<Operation> {
        scene().into_iter().map(|action| self.generator.named(Who::Operator, action)).collect()
    }

    fn note(&mut self, committed: &Committed) {
        self.position = committed.position;
        self.hash = committed.audit.hash;
        self.last = committed.command.created_at.micros();
        self.trace.update(committed.audit.hash);
    }

    /// The time that a command gets which is asked at `now`.
    pub(crate) fn at(&self, now: i64) -> i64 {
        now.max(self.last + 1)
    }

    /// The place where the history must end after the process ended, and that nothing before it
    /// changed.
    pub(crate) fn check_end(&self, journal: &mut Walk, weather: &Weather) {
        let found = journal.last_position().unwrap();
        let promised = weather.promised;
        let allowed = match weather.in_flight {
            None | Some((_, Fate::Lost)) => vec![promised],
            Some((to, Fate::Kept)) => vec![to],
            Some((to, Fate::Open)) => vec![promised, to],
        };
        assert!(
            allowed.contains(&found),
            "the history ends at {found}, allowed are {allowed:?}: {:?}",
            weather.in_flight
        );
        let before = self.position.saturating_sub(1);
        let known = journal.commands_after(before, 1).unwrap();
        assert_eq!(known[0].audit.hash, self.hash, "what was followed is as it was");
    }

    /// Follows what came of the requests of one batch, asked at `now`; without answers, nobody heard.
    pub(crate) fn follow(
        &mut self,
        journal: &mut Walk,
        sent: &[Sent],
        answers: Option<&[Answer]>,
        now: i64,
    ) {
        let stored = journal.commands_after(self.position, usize::MAX).unwrap();
        let last = stored.last().map_or(self.position, |committed| committed.position);
        let mut stored = stored.into_iter().peekable();
        for (place, one) in sent.iter().enumerate() {
            let id = &one.request.envelope.request_id;
            let mine = stored.next_if(|committed| committed.audit.request_id == *id);
            let answer = answers.map(|answers| &answers[place]);
            self.trace.update(format!("{answer:?}"));
            if let Some(committed) = &mine {
                self.stored(one, committed, now);
            }
            match answer {
                None | Some(Answer::Failed(Failure::OutcomeUnknown)) => {}
                Some(answer) => self.heard(one, answer, (mine.as_ref(), last), now),
            }
        }
        let more: Vec<Committed> = stored.collect();
        assert!(more.is_empty(), "stored, and not asked for: {more:#?}");
    }

    /// A stored command: the model comes to the same, and had not been asked before.
    fn stored(&mut self, one: &Sent, committed: &Committed, now: i64) {
        let at = committed.command.created_at.micros();
        assert_eq!(at, self.at(now), "the time of {one:?}");
        self.note(committed);
        let command = &committed.command;
        let operation = match &one.asked {
            Asked::Operation(operation) => operation,
            Asked::Due(hold) => {
                assert_eq!(committed.audit.outcome, "applied", "{one:?}");
                return self.generator.model.expire_one(*hold, at);
            }
        };
        let expected = self.generator.model.apply(operation, at);
        let body = String::from_utf8(command.body.clone()).unwrap();
        let found = (committed.audit.outcome.as_str(), command.status);
        match expected {
            Outcome::Done(made) => {
                assert_eq!(found, ("applied", 200), "the model does {operation:?}");
                let (id, second) = body.split_once(' ').unwrap();
                self.desk.ids.made(made, id, Some(second));
            }
            Outcome::Refused(code, Kept::Kept) => {
                assert_eq!(found, (code, 422), "the model refuses {operation:?}");
            }
            other => panic!("stored as {found:?}, where the model says {other:?}: {operation:?}"),
        }
        if let Some(key) = operation.key {
            let before = self.bodies.insert(key, command.body.clone());
            assert_eq!(before, None, "done under this key before: {operation:?}");
        }
    }

    /// An answer that was given: it is the stored one, or what the model says of what is not stored.
    fn heard(
        &mut self,
        one: &Sent,
        answer: &Answer,
        (mine, last): (Option<&Committed>, u64),
        now: i64,
    ) {
        let body_of = |committed: &Committed| Presented {
            status: committed.command.status,
            body: committed.command.body.clone(),
        };
        if let Answer::Kept { presented, replayed: false, position } = answer {
            let Some(committed) = mine else {
                panic!("answered, and not stored: {answer:?} to {one:?}")
            };
            assert_eq!(*presented, body_of(committed), "the answer is the stored one");
            let within = (committed.position..=last).contains(position);
            assert!(within, "{position} is where {} can be read", committed.position);
            return;
        }
        assert!(mine.is_none(), "stored, and answered {answer:?} to {one:?}");
        let (
            Asked::Operation(operation),
            Answer::Kept { .. } | Answer::Refused(_) | Answer::KeyReused,
        ) = (&one.asked, answer)
        else {
            assert!(matches!(answer, Answer::Failed(_)), "{answer:?} to {one:?}");
            return;
        };
        let at = self.at(now);
        let expected = match self.generator.model.apply(operation, at) {
            Outcome::Again(Ok(_)) => "again, done".to_owned(),
            Outcome::Again(Err(code)) => format!("again, {code}"),
            Outcome::Refused(code, Kept::Free) => format!("{code}, free"),
            Outcome::KeyReused => "key reused".to_owned(),
            other => format!("{other:?}, and stored"),
        };
        let found = match answer {
            Answer::Kept { presented, .. } => {
                let before = operation.key.and_then(|key| self.bodies.get(&key));
                assert_eq!(before, Some(&presented.body), "a replay of {operation:?}");
                let body = String::from_utf8(presented.body.clone()).unwrap();
                format!("again, {}", if presented.status == 200 { "done" } else { &body })
            }
            Answer::Refused(rejected) => format!("{}, free", rejected.code()),
            _ => "key reused".to_owned(),
        };
        assert_eq!(found, expected, "the answer to {operation:?}");
    }

    /// Whether the model would take it that a rail has done what it was told.
    pub(crate) fn could_settle(&self, of: Instructed) -> bool {
        let action = Action::RailSays { of, says: Says::Settled };
        let operation = Operation { who: Who::Rail, key: None, action };
        let said = self.generator.model.clone().apply(&operation, self.last + 1);
        said != Outcome::Refused("balance_overflow", Kept::Kept)
    }

    /// Compares every balance and state, and derives the books from the rows.
    pub(crate) fn look(&mut self, truth: &mut impl store::Truth, journal: &mut Walk, when: &str) {
        self.desk.agrees(truth, &self.generator.model, when);
        self.auditor.look(journal);
    }
}

/// Every failure must have a cause that was injected in this step, and only the guilty fail.
pub(crate) fn classify(answers: &[Answer], weather: &Weather) {
    if let Some(fault) = &weather.unexplained {
        panic!("the store failed by itself: {fault}");
    }
    let count = |failure| {
        let fails = |answer: &&Answer| matches!(answer, Answer::Failed(of) if *of == failure);
        answers.iter().filter(fails).count()
    };
    let struck = |kinds: &[Kind]| weather.struck.iter().filter(|it| kinds.contains(it)).count();
    let causes = [
        (Failure::StorageFull, struck(&[Kind::DiskFull])),
        (
            Failure::OutcomeUnknown,
            struck(&[
                Kind::CommitLost,
                Kind::CommitAnswerLost,
                Kind::SaveInterrupted,
                Kind::CommitFails,
            ]),
        ),
    ];
    for (failure, causes) in causes {
        let failures = count(failure);
        assert!(failures == 0 || causes > 0, "{failures} × {failure:?}, and nothing caused it");
    }
    let poison = struck(&[
        Kind::LookupFails,
        Kind::LookupLost,
        Kind::LookupCorrupt,
        Kind::LookupPanics,
        Kind::SaveFails,
        Kind::SaveInterrupted,
    ]);
    // The first in a batch of several is only run again one by one.
    let guilty = if answers.len() > 1 { poison.saturating_sub(1) } else { poison };
    let failures = count(Failure::Internal);
    assert!(failures <= guilty, "{failures} failed, {guilty} are guilty: {:?}", weather.struck);
    let unknown = count(Failure::OutcomeUnknown);
    let stopping = count(Failure::Stopping);
    assert!(stopping == 0 || unknown > 0, "{stopping} × Stopping, and nothing stopped");
}
