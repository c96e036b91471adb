//! Faults by chance: the draws are those of the seed, as often as asked, for ever the same.

use std::collections::BTreeMap;

use expect_test::expect;

use super::{Folder, PLATFORM, credit, payout};
use crate::behaviour::splitmix64;
use crate::{Faults, Rail};

const EACH: Faults = Faults {
    seed: 42,
    late_ppm: 100_000,
    never_ppm: 50_000,
    twice_ppm: 100_000,
    out_of_order_ppm: 100_000,
    returned_ppm: 100_000,
    rejected_ppm: 50_000,
    no_answer_ppm: 100_000,
};

/// Goal: the generator is the published one. Method: its first numbers for seed 1234567.
#[test]
fn splitmix64_gives_the_published_numbers() {
    let numbers = [0, 1, 2, 3, 4].map(|position| splitmix64(1_234_567, position));
    let published = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    assert_eq!(numbers, published);
}

/// Goal: each fault about as often as asked. Method: count 100,000 draws.
#[test]
fn faults_come_as_often_as_asked() {
    let mut counts = BTreeMap::new();
    for drawn_before in 0..100_000 {
        *counts.entry(EACH.draw(drawn_before).name()).or_insert(0_u32) += 1;
    }
    let lines: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    expect![[r#"
        no_answer 10042
        out_of_order 10065
        rejected 5005
        returned 10029
        settle_at_once 39894
        settle_late 10066
        settle_never 4951
        settle_twice 9948"#]]
    .assert_eq(&lines.join("\n"));
}

/// Goal: none at zero, always at a million, whatever the seed. Method: the edges.
#[test]
fn zero_is_never_and_a_million_is_always() {
    for seed in 0..1_000 {
        let never = Faults { seed, ..Faults::default() };
        let always = Faults { no_answer_ppm: 1_000_000, ..never };
        assert_eq!(never.draw(seed).name(), "settle_at_once");
        assert_eq!(always.draw(seed).name(), "no_answer");
    }
}

/// Goal: the same seed gives the same faults, also when the bank was opened again in between; a
/// credit never gets a fault of payouts. Method: the behaviours in order, with and without.
#[test]
fn draws_follow_the_recorded_seed() {
    let names = |reopens: &[u32]| {
        let folder = Folder::new();
        let mut bank = folder.bank();
        bank.set_faults(PLATFORM, EACH).unwrap();
        let request = credit(&mut bank, PLATFORM, None);
        let mut names = Vec::new();
        for number in 0..8 {
            if reopens.contains(&number) {
                drop(bank);
                bank = folder.bank();
            }
            let key = format!("key-{number}");
            bank.submit(&payout(&key, None));
            let bank_id = bank.credit(PLATFORM, &request).unwrap();
            names.push(bank.outcome(&key).unwrap().behaviour.name());
            let behaviour = bank.outcome(&bank_id).unwrap().behaviour;
            assert!(behaviour.is_for_credits());
            names.push(behaviour.name());
        }
        names.join("\n")
    };
    let drawn = names(&[]);
    assert_eq!(names(&[1, 2, 5]), drawn);
    expect![[r#"
        settle_at_once
        settle_twice
        out_of_order
        out_of_order
        settle_late
        settle_at_once
        settle_twice
        settle_at_once
        out_of_order
        settle_at_once
        settle_twice
        settle_at_once
        no_answer
        settle_at_once
        settle_at_once
        settle_twice"#]]
    .assert_eq(&drawn);
}

/// Goal: setting faults starts the draws again, also after a reset. Method: the same faults thrice,
/// and each time the first draws of the seed.
#[test]
fn setting_faults_starts_the_draws_again() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let drawn = |bank: &mut crate::SandboxBank, round: &str| {
        bank.set_faults(PLATFORM, EACH).unwrap();
        for number in 0..5 {
            let key = format!("{round}-{number}");
            bank.submit(&payout(&key, None));
            assert_eq!(bank.outcome(&key).unwrap().behaviour, EACH.draw(number));
        }
    };
    drawn(&mut bank, "first");
    drawn(&mut bank, "second");
    bank.reset(PLATFORM).unwrap();
    drawn(&mut bank, "third");
}
