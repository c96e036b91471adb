//! A clock of the server that jumps: the history's times only grow, and money moves as ever.

use jiff::Timestamp;
use testkit::audit::Auditor;
use testkit::chance::Chance;
use unit::clock::Clock as _;

use super::contention::{account, available, payment, platform};
use super::world::World;
use crate::process::Seed;

const JUMPS: u128 = 100;
/// The furthest jump, in microseconds: thirty years.
const FURTHEST: u128 = 30 * 365 * 86_400 * 1_000_000;
/// What the payer has first, in pence.
const HELD: u128 = 10_000;

/// Goal: `created_at` only grows, whatever the server's clock does. Method: a payment after each jump,
/// back and forth by chance, on the whole product; then every time in the truth, the times on the wire
/// and the proof.
#[test]
fn a_clock_that_jumps_leaves_times_in_order() {
    let seed = Seed::asked_or_new();
    let mut chance = Chance::new(seed.0);
    let world = World::start("jumps");
    let caller = platform(&world);
    let (ada, ben) = (account(&caller, "Ada", HELD), account(&caller, "Ben", 0));
    let mut told: Vec<Timestamp> = Vec::new();
    for number in 0..JUMPS {
        let reach = 1 << chance.below(50);
        let jump = i64::try_from(chance.between(0, reach.min(FURTHEST))).unwrap();
        let back = world.clock.now_micros() - jump;
        let forth = world.clock.now_micros() + jump;
        world.clock.set(if chance.percent(50) && back > 0 { back } else { forth });
        let body = payment((&ada, &ben), 1);
        let paid = caller.post("/v1/transactions", &format!("jump-{number}"), &body).done();
        told.push(paid["created_at"].as_str().unwrap().parse().unwrap());
    }
    assert!(told.is_sorted_by(|one, next| one < next), "{told:?}");
    assert_eq!((available(&caller, &ada), available(&caller, &ben)), (HELD - JUMPS, JUMPS));
    Auditor::default().look(&mut world.journal());
    world.prove();
}
