//! Many callers at once: one key, one account, or each its own.

use std::sync::Barrier;

use serde_json::{Value, json};
use testkit::chance::Chance;

use super::world::{Caller, Reply, World};

const CONNECTIONS: usize = 64;
/// What every payer has first, in pence.
const HELD: u128 = 10_000;

/// A platform without fees: its caller.
pub(super) fn platform(world: &World) -> Caller {
    let body = json!({ "name": "Market", "assets": ["GBP"] });
    let made = world.operator.post("/v1/platforms", "market", &body).done();
    world.operator.of(made["id"].as_str().unwrap()).platform_caller("key")
}

/// A customer's account with so much in it.
pub(super) fn account(caller: &Caller, name: &str, minor: u128) -> String {
    let body = json!({ "kind": "individual", "name": name });
    let customer = caller.post("/v1/customers", &format!("customer-{name}"), &body).done();
    let body = json!({ "customer": customer["id"], "asset": "GBP" });
    let account = caller.post("/v1/accounts", &format!("account-{name}"), &body).done();
    let id = account["id"].as_str().unwrap().to_owned();
    if minor > 0 {
        let body = json!({ "amount": pounds(minor), "account": id });
        caller.post("/v1/sandbox/credits", &format!("credit-{name}"), &body).done();
        while available(caller, &id) != minor {}
    }
    id
}

fn pounds(minor: u128) -> Value {
    json!({ "value": format!("{}.{:02}", minor / 100, minor % 100), "asset": "GBP" })
}

pub(super) fn available(caller: &Caller, account: &str) -> u128 {
    let account = caller.get(&format!("/v1/accounts/{account}"));
    account["balance"]["available"]["value"].as_str().unwrap().replace('.', "").parse().unwrap()
}

/// A payment; as a hold it only reserves.
pub(super) fn payment((from, to): (&str, &str), minor: u128) -> Value {
    json!({ "kind": "internal", "from_account": from, "to_account": to, "amount": pounds(minor) })
}

pub(super) fn hold((from, to): (&str, &str), minor: u128) -> Value {
    let until = "2026-11-25T07:00:00Z";
    json!({ "from_account": from, "to_account": to, "amount": pounds(minor), "expires_at": until })
}

/// Sends every body from a connection of its own, all at the same time, under one key.
fn at_once(caller: &Caller, (path, key): (&str, &str), bodies: &[Value]) -> Vec<Reply> {
    let (start, callers) = (Barrier::new(bodies.len()), bodies.iter().map(|_| caller.apart()));
    std::thread::scope(|scope| {
        let send = |(caller, body): (Caller, _)| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                caller.post(path, key, body)
            })
        };
        let all: Vec<_> = callers.zip(bodies).map(send).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// All were told the same, one of them first.
#[track_caller]
fn check_one_answer(replies: &[Reply], status: u16) {
    assert!(replies.iter().all(|reply| reply.status == status), "{replies:#?}");
    assert!(replies.iter().all(|reply| reply.text == replies[0].text), "{replies:#?}");
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1, "{replies:#?}");
}

/// Goal: one key has one effect and one answer, whoever asks at once. Method: each kind of request
/// that moves money, and one that is refused, from 64 connections; then every row there is.
#[test]
fn one_key_from_many_connections_has_one_effect() {
    let world = World::start("one-key");
    let caller = platform(&world);
    let (ada, ben) = (account(&caller, "Ada", HELD), account(&caller, "Ben", 0));
    let many = |path: &str, key: &str, body: Value| {
        at_once(&caller, (path, key), &vec![body; CONNECTIONS])
    };
    check_one_answer(&many("/v1/transactions", "pay", payment((&ada, &ben), 1_000)), 201);
    check_one_answer(&many("/v1/holds", "hold", hold((&ada, &ben), 300)), 201);
    check_one_answer(&many("/v1/transactions", "much", payment((&ada, &ben), HELD)), 422);
    let credit = json!({ "amount": pounds(70), "account": ada });
    check_one_answer(&many("/v1/sandbox/credits", "credit", credit), 201);
    while available(&caller, &ada) < HELD - 1_000 - 300 + 70 {}
    let payments = caller.list("/v1/transactions");
    let refund = json!({ "transaction": payments[1]["id"], "amount": pounds(400) });
    check_one_answer(&many("/v1/refunds", "refund", refund), 201);
    assert_eq!(available(&caller, &ada), HELD - 1_000 - 300 + 70 + 400);
    assert_eq!(available(&caller, &ben), 600);
    // Two credits, the payment, and the transaction of the hold.
    assert_eq!(caller.list("/v1/transactions").len(), 4);
    assert_eq!((caller.list("/v1/holds").len(), caller.list("/v1/refunds").len()), (1, 1));
    world.prove();
}

/// Goal: of two requests under one key, one is done and the other refused. Method: half of 64
/// connections send one body, half another.
#[test]
fn one_key_with_two_bodies_does_one_of_them() {
    let world = World::start("two-bodies");
    let caller = platform(&world);
    let (ada, ben) = (account(&caller, "Ada", HELD), account(&caller, "Ben", 0));
    let bodies = [payment((&ada, &ben), 100), payment((&ada, &ben), 200)];
    let bodies: Vec<Value> = bodies.iter().cycle().take(CONNECTIONS).cloned().collect();
    let replies = at_once(&caller, ("/v1/transactions", "key"), &bodies);
    let (done, refused): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.status == 201);
    check_one_answer(&done, 201);
    assert_eq!((done.len(), refused.len()), (CONNECTIONS / 2, CONNECTIONS / 2));
    let reused = super::answers::wire("idempotency_key_reused");
    assert!(refused.iter().all(|reply| reply.outcome() == reused), "{refused:#?}");
    assert_eq!(done[0].body()["amount"], pounds(available(&caller, &ben)));
    world.prove();
}

/// Goal: payments that together exceed a balance never overdraw it, and none is refused that it
/// would have covered. Method: eight callers pay and hold from one account all at once.
#[test]
fn payments_that_conflict_never_overdraw() {
    let world = World::start("conflict");
    let caller = platform(&world);
    let (ada, ben) = (account(&caller, "Ada", HELD), account(&caller, "Ben", 0));
    let (ada, ben) = (ada.as_str(), ben.as_str());
    let pay = |caller: Caller, number: u64| {
        let mut chance = Chance::new(number);
        let mut all = Vec::new();
        for place in 0..12 {
            let minor = chance.between(1, 600);
            let key = format!("caller-{number}-payment-{place}");
            let reply = match chance.percent(30) {
                true => caller.post("/v1/holds", &key, &hold((ada, ben), minor)),
                false => caller.post("/v1/transactions", &key, &payment((ada, ben), minor)),
            };
            all.push((minor, reply));
        }
        all
    };
    let all: Vec<(u128, Reply)> = std::thread::scope(|scope| {
        let callers = (0..8).map(|number| (number, caller.apart()));
        let threads = callers.map(|(number, caller)| scope.spawn(move || pay(caller, number)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let (done, refused): (Vec<_>, Vec<_>) = all.iter().partition(|(_, it)| it.status == 201);
    let spent: u128 = done.iter().map(|(minor, _)| *minor).sum();
    let asked: u128 = all.iter().map(|(minor, _)| *minor).sum();
    assert!(asked > HELD && spent <= HELD, "{spent} of {asked} were spent, {HELD} were there");
    let left = available(&caller, ada);
    assert_eq!(left, HELD - spent);
    let insufficient = super::answers::wire("insufficient_funds");
    for (minor, reply) in refused {
        assert_eq!(reply.outcome(), insufficient, "{reply:?}");
        assert!(*minor > left, "{minor} was refused, and {left} are left");
    }
    world.prove();
}

/// Goal: callers that share nothing do not disturb one another, and each reads what it wrote.
/// Method: each pays between its own two accounts and knows the outcome and both balances.
#[test]
fn callers_with_accounts_of_their_own_do_not_meet() {
    let world = World::start("apart");
    let caller = platform(&world);
    let live = |caller: Caller, number: u64| {
        let mut chance = Chance::new(number);
        let names = [format!("Ada-{number}"), format!("Ben-{number}")];
        let accounts = [account(&caller, &names[0], HELD), account(&caller, &names[1], 0)];
        let mut held = [HELD, 0];
        for place in 0..25 {
            let (from, minor) = (chance.below(2), chance.between(1, 7_000));
            let body = payment((&accounts[from], &accounts[1 - from]), minor);
            let reply = caller.post("/v1/transactions", &format!("{number}-{place}"), &body);
            if minor <= held[from] {
                assert_eq!(reply.outcome(), "201", "caller {number}, payment {place}: {reply:?}");
                (held[from], held[1 - from]) = (held[from] - minor, held[1 - from] + minor);
            } else {
                assert_eq!(reply.outcome(), super::answers::wire("insufficient_funds"));
            }
            let found = [0, 1].map(|at| available(&caller, &accounts[at]));
            assert_eq!(found, held, "caller {number} after payment {place}");
        }
    };
    std::thread::scope(|scope| {
        let live = &live;
        for number in 0..6 {
            let caller = caller.apart();
            scope.spawn(move || live(caller, number));
        }
    });
    world.prove();
}
