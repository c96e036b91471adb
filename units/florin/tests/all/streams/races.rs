//! Two callers move one resource over HTTP at the same time: exactly one of them does.

use std::sync::Barrier;

use serde_json::{Value, json};

use super::contention::{account, available, hold, payment, platform};
use super::world::{Caller, Reply, World};

/// Each pair is raced so many times.
const ROUNDS: usize = 5;
/// What the payer has first, in pence.
const HELD: u128 = 100_000;

/// Sends two requests from connections of their own at the same time, each under its own key.
fn both(callers: [Caller; 2], path: &str, key: &str, bodies: [&Value; 2]) -> [Reply; 2] {
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        let [one, other] = [0, 1].map(|at| {
            let (start, caller, body) = (&start, &callers[at], bodies[at]);
            scope.spawn(move || {
                start.wait();
                caller.post(path, &format!("{key}-{at}"), body)
            })
        });
        [one.join().unwrap(), other.join().unwrap()]
    })
}

/// The place of the one that won; the other was refused with one of `codes`.
#[track_caller]
fn winner(replies: &[Reply; 2], codes: &[&str]) -> usize {
    let won: Vec<usize> = (0..2).filter(|at| replies[*at].status < 300).collect();
    let [won] = won[..] else { panic!("{replies:#?}") };
    let refused = replies[1 - won].outcome();
    let expected: Vec<String> = codes.iter().map(|code| super::answers::wire(code)).collect();
    assert!(expected.contains(&refused), "{refused}, not one of {expected:?}");
    won
}

fn id(reply: &Reply) -> String {
    reply.done()["id"].as_str().unwrap().to_owned()
}

/// Goal: of two transitions of one resource exactly one is taken, whoever asks. Method: five pairs, each
/// a few times, from two connections; then every row there is.
#[test]
fn of_two_transitions_over_http_exactly_one_wins() {
    let world = World::start("races");
    let caller = platform(&world);
    let (ada, ben) = (account(&caller, "Ada", HELD), account(&caller, "Ben", 0));
    let callers = || [caller.apart(), caller.apart()];
    let [posted, part, voided] = [
        json!({ "to": "posted" }),
        json!({ "to": "posted", "amount": { "value": "1.00", "asset": "GBP" } }),
        json!({ "to": "voided" }),
    ];
    for round in 0..ROUNDS {
        for (name, bodies) in [("ends", [&posted, &voided]), ("posts", [&posted, &part])] {
            let key = format!("hold-{name}-{round}");
            let made = caller.post("/v1/holds", &key, &hold((&ada, &ben), 300));
            let path = format!("/v1/holds/{}/transitions", id(&made));
            let before = available(&caller, &ben);
            let replies = both(callers(), &path, &key, bodies);
            let won = winner(&replies, &["transition_not_allowed"]);
            let paid = match (name, won) {
                (_, 0) => 300,
                ("ends", _) => 0,
                (_, _) => 100,
            };
            assert_eq!(available(&caller, &ben) - before, paid, "{replies:#?}");
        }
        let key = format!("refund-{round}");
        let made =
            caller.post("/v1/transactions", &format!("{key}-of"), &payment((&ada, &ben), 500));
        let refund = json!({ "transaction": id(&made) });
        let before = available(&caller, &ada);
        let replies = both(callers(), "/v1/refunds", &key, [&refund, &refund]);
        winner(&replies, &["refund_exceeds_captured"]);
        assert_eq!(available(&caller, &ada), before + 500, "{replies:#?}");

        let key = format!("account-{round}");
        let other = account(&caller, &key, 0);
        let path = format!("/v1/accounts/{other}/transitions");
        let bodies = [&json!({ "to": "frozen" }), &json!({ "to": "closing" })];
        let replies = both(callers(), &path, &key, bodies);
        let won = winner(&replies, &["transition_not_allowed", "operator_required"]);
        let status = caller.get(&format!("/v1/accounts/{other}"))["status"].clone();
        assert_eq!(status, ["frozen", "closing"][won], "{replies:#?}");

        let key = format!("expected-{round}");
        let body = json!({ "kind": "inbound_bank", "to_account": ben, "amount":
            { "value": "1.00", "asset": "GBP" } });
        let made = caller.post("/v1/transactions", &key, &body);
        let path = format!("/v1/transactions/{}/transitions", id(&made));
        let cancelled = json!({ "to": "cancelled" });
        let replies = both(callers(), &path, &format!("{key}-end"), [&cancelled, &cancelled]);
        winner(&replies, &["transition_not_allowed"]);
    }
    world.prove();
}
