//! The invariants of the crate's header, over random streams of operations.
//!
//! Start at [`Operation`] and [`run`].

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Folder, answered, asked, at, credit, found_after_a_crash, payout};
use crate::{
    Answered, Asked, Behaviour, Faults, Instruction, Outcome, Rail, RailEvent, RailEventKind,
    Refused, Request, SandboxBank, Submission,
};

const PLATFORMS: [&str; 2] = ["plt_shop", "plt_ride"];

#[derive(Debug, Clone)]
enum Operation {
    Submit { platform: usize, key: u8, behaviour: Option<Behaviour> },
    Credit { platform: usize, behaviour: Option<Behaviour> },
    Ask { platform: usize, key: u8, wish: Wish },
    Advance { platform: usize, seconds: i64 },
    Decide { platform: usize, key: u8, outcome: Outcome },
    SetFaults { platform: usize, faults: Faults },
    Reset { platform: usize },
    OpenAgain,
}

/// A request with a key, but for a credit's collection account.
#[derive(Debug, Clone)]
enum Wish {
    Credit,
    Other(Request),
}

/// What a stream of operations left behind.
struct Story {
    bank: SandboxBank,
    /// Every answer each key got, in order.
    answers: BTreeMap<u8, Vec<Submission>>,
    folder: Folder,
    /// The answers to each keyed request, in order.
    asked: BTreeMap<(usize, u8), Vec<Answered>>,
}

fn behaviours() -> impl Strategy<Value = Behaviour> {
    prop_oneof![
        Just(Behaviour::SettleAtOnce),
        (0..100_u32).prop_map(|after_seconds| Behaviour::SettleLate { after_seconds }),
        Just(Behaviour::SettleLate { after_seconds: u32::MAX }),
        Just(Behaviour::SettleNever),
        Just(Behaviour::SettleTwice),
        Just(Behaviour::OutOfOrder),
        (0..100_u32).prop_map(|after_seconds| {
            Behaviour::Returned { reason: "closed".to_owned(), after_seconds }
        }),
        Just(Behaviour::Rejected { reason: "closed".to_owned() }),
        Just(Behaviour::NoAnswer),
    ]
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Settle),
        Just(Outcome::Return { reason: "recalled".to_owned() }),
        Just(Outcome::Reject { reason: "unpayable".to_owned() }),
    ]
}

fn wishes() -> impl Strategy<Value = Wish> {
    let decide =
        |(key, outcome): (u8, Outcome)| Request::Decide { payment: format!("key-{key}"), outcome };
    let faults = |late_ppm: u32| Request::SetFaults(Faults { late_ppm, ..Faults::default() });
    prop_oneof![
        Just(Wish::Credit),
        Just(Wish::Other(Request::Reset)),
        (0..8_u8, outcomes()).prop_map(decide).prop_map(Wish::Other),
        (0..2_000_000_u32).prop_map(faults).prop_map(Wish::Other),
    ]
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let platform = || 0..PLATFORMS.len();
    let maybe = || proptest::option::of(behaviours());
    let faults = any::<(u64, [u16; 7])>().prop_map(|(seed, parts)| {
        let [late, never, twice, out_of_order, returned, rejected, no_answer] =
            parts.map(u32::from);
        Faults {
            seed,
            late_ppm: late,
            never_ppm: never,
            twice_ppm: twice,
            out_of_order_ppm: out_of_order,
            returned_ppm: returned,
            rejected_ppm: rejected,
            no_answer_ppm: no_answer,
        }
    });
    let operation = prop_oneof![
        6 => (platform(), 0..8_u8, maybe()).prop_map(|(platform, key, behaviour)| {
            Operation::Submit { platform, key, behaviour }
        }),
        1 => (platform(), maybe()).prop_map(
            |(platform, behaviour)| Operation::Credit { platform, behaviour }
        ),
        4 => (platform(), 0..4_u8, wishes()).prop_map(|(platform, key, wish)| {
            Operation::Ask { platform, key, wish }
        }),
        5 => (platform(), -50..200_i64).prop_map(|(platform, seconds)| {
            Operation::Advance { platform, seconds }
        }),
        3 => (platform(), 0..8_u8, outcomes()).prop_map(|(platform, key, outcome)| {
            Operation::Decide { platform, key, outcome }
        }),
        1 => (platform(), faults).prop_map(|(platform, faults)| {
            Operation::SetFaults { platform, faults }
        }),
        1 => platform().prop_map(|platform| Operation::Reset { platform }),
        1 => Just(Operation::OpenAgain),
    ];
    proptest::collection::vec(operation, 1..40)
}

/// Does all operations, and looks after each what another process would find.
fn run(operations: &[Operation]) -> Story {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let mut answers: BTreeMap<u8, Vec<Submission>> = BTreeMap::new();
    let mut asked: BTreeMap<(usize, u8), Vec<Answered>> = BTreeMap::new();
    for operation in operations {
        match operation.clone() {
            Operation::Submit { platform, key, behaviour } => {
                let platform = PLATFORMS[platform].to_owned();
                let instruction = payout(&format!("key-{key}"), behaviour);
                let answer = bank.submit(&Instruction { platform, ..instruction });
                answers.entry(key).or_default().push(answer);
            }
            Operation::Credit { platform, behaviour } => {
                let request = credit(&mut bank, PLATFORMS[platform], behaviour);
                drop(bank.credit(PLATFORMS[platform], &request));
            }
            Operation::Ask { platform, key, wish } => {
                let answered = ask(&mut bank, (PLATFORMS[platform], key), wish);
                asked.entry((platform, key)).or_default().push(answered);
            }
            Operation::Advance { platform, seconds } => {
                bank.advance(PLATFORMS[platform], at(seconds)).unwrap();
            }
            Operation::Decide { platform, key, outcome } => {
                drop(bank.decide(PLATFORMS[platform], &format!("key-{key}"), outcome));
            }
            Operation::SetFaults { platform, faults } => {
                bank.set_faults(PLATFORMS[platform], faults).unwrap();
            }
            Operation::Reset { platform } => bank.reset(PLATFORMS[platform]).unwrap(),
            Operation::OpenAgain => {
                drop(bank);
                bank = folder.bank();
            }
        }
        assert_eq!(found_after_a_crash(&folder).state, bank.state, "after {operation:?}");
    }
    Story { bank, answers, folder, asked }
}

fn ask(bank: &mut SandboxBank, (platform, key): (&str, u8), wish: Wish) -> Answered {
    let fingerprint = format!("{wish:?}").replace(' ', "").chars().take(64).collect();
    let request = match wish {
        Wish::Credit => Request::Credit(Box::new(credit(bank, platform, None))),
        Wish::Other(request) => request,
    };
    let asked = Asked { scope: platform.to_owned(), fingerprint, ..asked(&key.to_string()) };
    bank.ask(platform, &asked, &request).unwrap()
}

/// What happened to one payout: each event id once, in order of its first delivery.
fn happened(events: &[RailEvent], wanted: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let of_key = events.iter().filter(|event| match &event.kind {
        RailEventKind::PayoutSettled { key, .. }
        | RailEventKind::PayoutBooked { key, .. }
        | RailEventKind::PayoutRejected { key, .. }
        | RailEventKind::PayoutReturned { key, .. } => key == wanted,
        RailEventKind::CreditNotified(_) | RailEventKind::CreditBooked(_) => false,
    });
    let first = of_key.filter(|event| seen.insert(event.id.clone()));
    first.map(|event| event.id.rsplit('-').next().unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant `replays_to_the_same_state`: checked by [`run`] after every operation, and here
    /// for the events as they are told.
    #[test]
    fn replays_to_the_same_state(operations in operations()) {
        let mut story = run(&operations);
        let mut found = found_after_a_crash(&story.folder);
        prop_assert_eq!(found.events(0, 10_000).unwrap(), story.bank.events(0, 10_000).unwrap());
    }

    /// Invariant `settles_once`: one settlement, one booking, one return a key; never settled and
    /// rejected; returned only after settled. Two deliveries of one id say the same.
    #[test]
    fn settles_once(operations in operations()) {
        let mut story = run(&operations);
        let events = story.bank.events(0, 10_000).unwrap();
        for key in story.answers.keys() {
            let what = happened(&events, &format!("key-{key}"));
            let expected: [&[&str]; 6] = [
                &[],
                &["settled", "booked"],
                &["booked", "settled"],
                &["settled", "booked", "returned"],
                &["booked", "settled", "returned"],
                &["rejected"],
            ];
            prop_assert!(expected.iter().any(|expected| what == *expected), "{:?}", what);
        }
        let mut by_id = BTreeMap::new();
        for event in &events {
            let first = by_id.entry(event.id.as_str()).or_insert(event);
            prop_assert_eq!((&first.kind, first.at_micros), (&event.kind, event.at_micros));
        }
    }

    /// Invariant `answers_stand`: after an answer, the same key never gets another one; a key whose
    /// platform changed gets none. What was rejected at once causes no event.
    #[test]
    fn answers_stand(operations in operations()) {
        let mut story = run(&operations);
        let events = story.bank.events(0, 10_000).unwrap();
        for (key, answers) in &story.answers {
            let given: BTreeSet<String> = answers
                .iter()
                .filter(|answer| **answer != Submission::NoAnswer)
                .map(answered)
                .collect();
            prop_assert!(given.len() <= 1, "{:?}", given);
            if given.iter().any(|answer| answer.starts_with("rejected")) {
                let what = happened(&events, &format!("key-{key}"));
                prop_assert!(what.is_empty());
            }
        }
    }

    /// Invariant `asked_twice_done_once`: a key has one answer that is not the first again, and
    /// every answer again is that one; refusals that may pass come before it.
    #[test]
    fn asked_twice_done_once(operations in operations()) {
        let story = run(&operations);
        for answers in story.asked.values() {
            let passing = |it: &&Answered| {
                it.outcome.as_ref().is_err_and(|why| why.is_retryable() || *why == Refused::KeyReused)
            };
            let mut kept = answers.iter().filter(|it| !passing(it));
            if let Some(first) = kept.next() {
                prop_assert!(!first.again);
                prop_assert!(kept.all(|it| it.again && it.outcome == first.outcome));
            }
        }
    }

    /// Invariant `numbers_have_no_gaps`: 1, 2, 3 in any pages; times of a platform never go back.
    #[test]
    fn numbers_have_no_gaps(operations in operations(), page in 1..7_usize) {
        let mut story = run(&operations);
        let mut clocks = BTreeMap::new();
        let mut after = 0;
        loop {
            let events = story.bank.events(after, page).unwrap();
            if events.is_empty() {
                break;
            }
            for event in events {
                prop_assert_eq!(event.number, after + 1);
                after = event.number;
                let clock = clocks.entry(event.platform).or_insert(i64::MIN);
                prop_assert!(*clock <= event.at_micros);
                *clock = event.at_micros;
            }
        }
        prop_assert_eq!(story.bank.last_number(), after);
    }
}
