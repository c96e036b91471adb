//! The invariants of the write path over random batches: keys reused, times that jump, two platforms.

use std::collections::BTreeMap;

use ledger::{AccountId, GENESIS, PlatformId, Timestamp};
use payments::{Command, Idempotency, Key, Resource};
use proptest::prelude::*;
use store::{Committed, Journal, MemoryStore};

use super::world::{
    Plain, SECOND, World, caller, came, envelope, operator, pay_one, platform_create,
};
use crate::{Answer, Mode, Processor, Request};

/// One request: which platform, from whom to whom, how much, and perhaps a key.
#[derive(Debug, Clone)]
struct Ask {
    platform: usize,
    from: usize,
    to: usize,
    pence: u32,
    /// Which key, and which body it stands for: the same body for a retry.
    key: Option<(u8, u8)>,
    mode: Mode,
}

/// Batches, each so many seconds after (or before) the last, and whether the process starts anew first.
type Batches = Vec<(i64, bool, Vec<Ask>)>;

fn any_ask() -> impl Strategy<Value = Ask> {
    let mode = prop_oneof![9 => Just(Mode::Apply), 1 => Just(Mode::DryRun)];
    let key = prop::option::weighted(0.8, (0_u8..6, 0_u8..2));
    (0_usize..2, 0_usize..4, 0_usize..4, 0_u32..300, key, mode).prop_map(
        |(platform, from, to, pence, key, mode)| Ask { platform, from, to, pence, key, mode },
    )
}

fn any_batches() -> impl Strategy<Value = Batches> {
    prop::collection::vec(
        (-2_i64..5, prop::bool::weighted(0.1), prop::collection::vec(any_ask(), 1..8)),
        1..12,
    )
}

/// Two platforms with two people each; the fourth account is nobody's.
struct Stage {
    world: World,
    platforms: [(PlatformId, [AccountId; 4]); 2],
}

fn stage() -> Stage {
    let mut world = World::new();
    let nobody = AccountId::from_bytes([7; 16]);
    let platform = |world: &mut World| {
        let people = [world.person("Ann"), world.person("Bob"), world.own_account(), nobody];
        world.fund(people[0], "10.00");
        (world.platform, people)
    };
    let first = platform(&mut world);
    let other = world.asked_by(operator(), platform_create()).unwrap();
    world.platform = other.parse().unwrap();
    let second = platform(&mut world);
    Stage { world, platforms: [first, second] }
}

impl Stage {
    fn request(&self, ask: &Ask) -> Request {
        let (platform, accounts) = &self.platforms[ask.platform];
        // A body is what its fingerprint says: another fingerprint is another amount.
        let body = ask.key.map_or(0, |(_, body)| u32::from(body));
        let value = format!("{}.{:02}", (ask.pence + body) / 100, (ask.pence + body) % 100);
        let pay = pay_one(accounts[ask.from], &value, accounts[ask.to]);
        let mut envelope = envelope(*platform, caller(), Command::Pay(pay));
        envelope.idempotency = ask.key.map(|(key, body)| {
            let mut fingerprint = [body; 32];
            fingerprint[..4].copy_from_slice(&ask.pence.to_be_bytes());
            fingerprint[4] = u8::try_from(ask.from * 4 + ask.to).unwrap();
            Idempotency { scope: *platform, key: format!("key {key}"), fingerprint }
        });
        Request { envelope, mode: ask.mode }
    }
}

/// Plays batches; `look` sees each batch's requests and answers, and the stage before and after.
fn play(
    batches: &Batches,
    mut look: impl FnMut(&[Request], &[Answer], &BTreeMap<(PlatformId, Key), Resource>, &mut Stage),
) -> Stage {
    let mut stage = stage();
    for (seconds, anew, asks) in batches {
        if *anew {
            stage.world.processor = Processor::new(stage.world.store.clone(), Plain, ()).unwrap();
        }
        stage.world.now += seconds * SECOND;
        let requests: Vec<Request> = asks.iter().map(|ask| stage.request(ask)).collect();
        let before = resources(&stage.world.store);
        let now = Timestamp::from_micros(stage.world.now);
        let answers = stage.world.processor.step(&requests, now);
        assert_eq!(answers.len(), requests.len());
        look(&requests, &answers, &before, &mut stage);
    }
    stage
}

fn resources(store: &MemoryStore) -> BTreeMap<(PlatformId, Key), Resource> {
    let all = store.clone().resources_after(None, usize::MAX).unwrap();
    all.into_iter().map(|(platform, it)| ((platform, it.key()), it)).collect()
}

fn commands(store: &MemoryStore) -> Vec<Committed> {
    store.clone().commands_after(0, usize::MAX).unwrap()
}

proptest! {
    /// Invariant `one_key_one_effect`: whatever the batches, a key is stored once; who asks with the
    /// same request gets the stored answer, who asks with another is told so.
    #[test]
    fn one_key_one_effect(batches in any_batches()) {
        let mut told: BTreeMap<(PlatformId, String), ([u8; 32], Vec<u8>)> = BTreeMap::new();
        let stage = play(&batches, |requests, answers, _, _| {
            for (request, answer) in requests.iter().zip(answers) {
                let Some(used) = &request.envelope.idempotency else { continue };
                if request.mode == Mode::DryRun {
                    assert!(matches!(answer, Answer::Dry(_) | Answer::Refused(_)));
                    continue;
                }
                let at = (used.scope, used.key.clone());
                match (told.get(&at), answer) {
                    (None, Answer::Kept { presented, replayed: false, .. }) => {
                        told.insert(at, (used.fingerprint, presented.body.clone()));
                    }
                    (None, Answer::Refused(_)) => {}
                    (Some((first, body)), Answer::Kept { presented, replayed: true, .. }) => {
                        assert_eq!((first, body), (&used.fingerprint, &presented.body));
                    }
                    (Some((first, _)), Answer::KeyReused) => assert_ne!(*first, used.fingerprint),
                    (told, answer) => panic!("{at:?} was told {told:?}, now {answer:?}"),
                }
            }
        });
        let stored = commands(&stage.world.store);
        let keys = stored.iter().filter_map(|it| it.command.idempotency.clone());
        let mut seen: Vec<_> = keys.map(|used| (used.scope, used.key)).collect();
        let count = seen.len();
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), count);
        prop_assert_eq!(seen.len(), told.len());
    }

    /// Invariant `a_refusal_changes_nothing`: the resources are those that the applied commands
    /// changed, and a refused command's record has neither entry nor event.
    #[test]
    fn a_refusal_changes_nothing(batches in any_batches()) {
        let stage = play(&batches, |_, answers, before, stage| {
            let applied = |answer: &Answer| {
                matches!(answer, Answer::Kept { replayed: false, .. }) && came(answer).is_ok()
            };
            if !answers.iter().any(applied) {
                assert_eq!(&resources(&stage.world.store), before);
            }
        });
        for committed in commands(&stage.world.store) {
            let applied = committed.audit.outcome == "applied";
            prop_assert!(applied || committed.entry.is_none());
            prop_assert!(applied || committed.audit.touched.is_empty());
            prop_assert!(applied || committed.audit.before_hash == committed.audit.after_hash);
        }
    }

    /// Invariant `order_is_the_journal`: positions and seqs without a gap, times and ids that only
    /// grow, and two whole chains for each platform, whatever the clock does.
    #[test]
    fn order_is_the_journal(batches in any_batches()) {
        let stage = play(&batches, |_, _, _, _| {});
        let mut ends: BTreeMap<PlatformId, (u64, Timestamp, [u8; 32], [u8; 32])> = BTreeMap::new();
        for (position, committed) in (1..).zip(commands(&stage.world.store)) {
            let Committed { command, audit, entry, .. } = &committed;
            let first = (0, Timestamp::from_micros(0), GENESIS, GENESIS);
            let (seq, at, audits, entries) = ends.entry(command.platform).or_insert(first);
            prop_assert_eq!(committed.position, position);
            prop_assert_eq!((command.seq, audit.seq), (*seq + 1, *seq + 1));
            prop_assert!(command.created_at > *at);
            prop_assert_eq!(audit.created_at, command.created_at);
            prop_assert_eq!((audit.prev_hash, audit.hash), (*audits, audit.digest()));
            (*seq, *at, *audits) = (command.seq, command.created_at, audit.hash);
            if let Some(entry) = entry {
                prop_assert_eq!((entry.seq, entry.created_at), (*seq, *at));
                prop_assert_eq!((entry.prev_hash, entry.hash), (*entries, entry.digest()));
                *entries = entry.hash;
            }
        }
        for head in stage.world.store.clone().heads().unwrap() {
            let (seq, at, audit_hash, entry_hash) = ends[&head.platform];
            prop_assert_eq!((head.seq, head.created_at), (seq, at));
            prop_assert_eq!((head.audit_hash, head.entry_hash), (audit_hash, entry_hash));
        }
    }
}
