//! The bank worker: every way the sandbox bank can act, and what it comes to.

use std::time::{Duration, Instant};

use money::{Amount, Asset};
use payments::command::{CreditStep, RailNotice};
use rails::{BankDetails, CreditFacts, RailEvent, RailEventKind};
use serde_json::{Value, json};

use super::World;
use super::troubled::Trouble;
use crate::notices::notice;
use crate::sandbox::from_rail;

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": "GBP" })
}

/// A payout of 10.00 out of 50.00, to a bank that acts so.
async fn payout(world: &World, behaviour: Value) -> (String, String) {
    let (customer, account) = world.customer("Ada Buyer").await;
    world.credit(&account, "50.00").await;
    let bank =
        json!({ "holder": "Ada Buyer", "sort_code": "040004", "account_number": "12345678" });
    let body = json!({ "customer": customer, "bank": bank });
    let bank_account = world.post("/v1/bank-accounts", &body).await.done().text("/id");
    let body = json!({ "kind": "outbound_bank", "from_account": account, "amount": gbp("10.00"),
                       "bank_account": bank_account, "sandbox": behaviour });
    let payout = world.post("/v1/transactions", &body).await.done().text("/id");
    (payout, account)
}

/// Moves the clock on, so that the worker and the bank have looked.
async fn later(world: &World, seconds: u64) {
    for advance in [seconds, 1, 1] {
        let body = json!({ "advance_seconds": advance });
        world.post("/v1/sandbox/clock", &body).await.done();
    }
}

/// Goal: each behaviour ends where it should, and money is where it belongs.
#[tokio::test]
async fn every_behaviour_of_payouts() {
    let rows = [
        (json!({ "behaviour": "settle_at_once" }), 1, "settled", "40.00"),
        (json!({ "behaviour": "settle_late", "after_seconds": 60 }), 1, "submitted", "40.00"),
        (json!({ "behaviour": "settle_late", "after_seconds": 60 }), 120, "settled", "40.00"),
        (json!({ "behaviour": "settle_never" }), 9_999, "submitted", "40.00"),
        (json!({ "behaviour": "settle_twice" }), 1, "settled", "40.00"),
        (json!({ "behaviour": "out_of_order" }), 1, "settled", "40.00"),
        (json!({ "behaviour": "returned", "reason": "account_closed" }), 60, "returned", "50.00"),
        (json!({ "behaviour": "rejected" }), 1, "failed", "50.00"),
        (json!({ "behaviour": "no_answer" }), 1, "settled", "40.00"),
    ];
    for (behaviour, seconds, status, available) in rows {
        let world = World::new().await;
        let (payout, account) = payout(&world, behaviour.clone()).await;
        later(&world, seconds).await;
        let read = world.get(&format!("/v1/transactions/{payout}")).await.done();
        assert_eq!(read.text("/status"), status, "{behaviour}: {read:#?}");
        assert_eq!(world.available(&account).await, available, "{behaviour}");
    }
}

/// Goal: credits arrive however the bank tells of them, once.
#[tokio::test]
async fn every_behaviour_of_credits() {
    let rows = [
        (json!({ "behaviour": "settle_at_once" }), 1, "5.00"),
        (json!({ "behaviour": "settle_late", "after_seconds": 60 }), 1, "0.00"),
        (json!({ "behaviour": "settle_late", "after_seconds": 60 }), 120, "5.00"),
        (json!({ "behaviour": "settle_never" }), 9_999, "0.00"),
        (json!({ "behaviour": "settle_twice" }), 1, "5.00"),
        (json!({ "behaviour": "out_of_order" }), 1, "5.00"),
    ];
    for (behaviour, seconds, available) in rows {
        let world = World::new().await;
        let (_, account) = world.customer("Ada Buyer").await;
        let body = json!({ "amount": gbp("5.00"), "account": account, "sandbox": behaviour });
        world.post("/v1/sandbox/credits", &body).await.done();
        later(&world, seconds).await;
        assert_eq!(world.available(&account).await, available, "{behaviour}");
        let books = world.get("/v1/trial-balance").await.done();
        for row in books.body["rows"].as_array().unwrap() {
            if row["chart"] == "asset:clearing:bank" {
                assert_eq!(row["balance"]["value"], "0.00", "{behaviour}: {books:#?}");
            }
        }
    }
}

/// Goal: every event of a credit tells all of it, so that none needs another to be understood.
/// Method: the notice and the booking of one credit, as the domain gets them.
#[test]
fn each_event_of_a_credit_is_read_alone() {
    let account = |number: &str| BankDetails::Uk {
        holder: "Ada".to_owned(),
        sort_code: "040004".to_owned(),
        account_number: number.to_owned(),
    };
    let facts = CreditFacts {
        bank_id: "sbc-1".to_owned(),
        collection_account: account("00000001"),
        amount: Amount::new(500, Asset::known("GBP").unwrap()).unwrap(),
        reference: "order 9".to_owned(),
        payer: account("00000002"),
    };
    let booked = RailEventKind::CreditBooked(facts.clone());
    for (kind, step) in [
        (RailEventKind::CreditNotified(facts.clone()), CreditStep::Notified),
        (booked, CreditStep::Booked),
    ] {
        let (platform, id) = (String::new(), String::new());
        let event = RailEvent { number: 1, platform, id, at_micros: 0, kind };
        let expected = RailNotice::Credit {
            bank_id: facts.bank_id.clone(),
            amount: facts.amount,
            reference: facts.reference.clone(),
            payer: from_rail(&facts.payer),
            step,
        };
        assert_eq!(notice(&event), expected);
    }
}

/// Goal: a payout nobody decides can be decided by hand, once.
#[tokio::test]
async fn payouts_are_decided_by_hand() {
    let world = World::new().await;
    let (payout, account) = payout(&world, json!({ "behaviour": "settle_never" })).await;
    later(&world, 1).await;
    let path = format!("/v1/sandbox/payouts/{payout}/outcome");
    let body = json!({ "outcome": "rejected", "reason": "wrong_number" });
    world.post(&path, &body).await.done();
    later(&world, 1).await;
    let read = world.get(&format!("/v1/transactions/{payout}")).await.done();
    assert_eq!(
        (read.text("/status"), read.text("/status_reason")),
        ("failed".into(), "wrong_number".into())
    );
    assert_eq!(world.available(&account).await, "50.00");
    let reply = world.post(&path, &json!({ "outcome": "settled" })).await;
    assert_eq!(reply.outcome(), "409 payout_decided");
    let unknown = "/v1/sandbox/payouts/txn_01h455vb4pex5vsknk084sn02q/outcome";
    assert_eq!(
        world.post(unknown, &json!({ "outcome": "settled" })).await.outcome(),
        "404 not_found"
    );
}

/// Goal: unallocated money whose return comes back is returned again, as a new request to the bank,
/// until it arrives. Method: a bank that waits, and decides three attempts by hand.
#[tokio::test]
async fn money_is_returned_until_it_arrives() {
    let world = World::new().await;
    let payer = json!({ "holder": "X", "sort_code": "040004", "account_number": "10000001" });
    let body = json!({ "amount": gbp("5.00"), "reference": "nobody", "payer": payer });
    world.post("/v1/sandbox/credits", &body).await.done();
    later(&world, 1).await;
    let stray = world.get("/v1/transactions?limit=1").await.done().text("/data/0/id");
    let path = format!("/v1/transactions/{stray}");
    let mut bank_ids = std::collections::BTreeSet::new();
    for (outcome, status, reason) in [
        ("returned", "in_review", json!("account_closed")),
        ("rejected", "in_review", json!("rejected_by_bank")),
        ("settled", "returned", Value::Null),
    ] {
        let back = json!({ "to": "returned" });
        let steps = format!("{path}/transitions");
        world.operator_post(&steps, &back).await.done();
        assert_eq!(world.operator_post(&steps, &back).await.outcome(), "409 transition_blocked");
        later(&world, 1).await;
        let decide = format!("/v1/sandbox/payouts/{stray}/outcome");
        let decided = world.post(&decide, &json!({ "outcome": outcome })).await.done();
        assert_eq!(decided.text("/id"), stray);
        assert!(bank_ids.insert(decided.text("/bank_id")), "{outcome}: {bank_ids:?}");
        later(&world, 1).await;
        let read = world.get(&path).await.done();
        let stands = (read.text("/status"), &read.body["status_reason"]);
        assert_eq!(stands, (status.to_owned(), &reason), "{outcome}");
    }
    let books = world.get("/v1/trial-balance").await.done();
    let rows = books.body["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["balance"]["value"] == "0.00"), "{books:#?}");
}

/// Goal: a collection account that is not the platform's gets nothing.
#[tokio::test]
async fn credits_need_the_platforms_own_account() {
    let world = World::new().await;
    let elsewhere = json!({ "holder": "X", "sort_code": "999999", "account_number": "99999999" });
    let body = json!({ "amount": gbp("5.00"), "collection_account": elsewhere });
    let reply = world.post("/v1/sandbox/credits", &body).await;
    assert_eq!(reply.outcome(), "422 bank_refused");
    let body = json!({ "amount": gbp("5.00"), "sandbox": { "behaviour": "rejected" } });
    assert_eq!(world.post("/v1/sandbox/credits", &body).await.outcome(), "422 bank_refused");
}

/// Goal: the bank cannot bring in more than a ledger counts. Method: a cent above its cap, at once and
/// after a credit.
#[tokio::test]
async fn credits_have_a_cap() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let cap = format!("1{}.00", "0".repeat(33));
    for (value, expected) in [
        (cap.replace(".00", ".01"), "422 bank_refused"),
        (cap.clone(), "201"),
        ("0.01".to_owned(), "422 bank_refused"),
    ] {
        let body = json!({ "amount": gbp(&value), "account": account });
        let reply = world.post("/v1/sandbox/credits", &body).await;
        assert_eq!(reply.outcome(), expected, "{value}");
        if expected != "201" {
            assert!(reply.text("/detail").contains("takes in at most"), "{reply:?}");
        }
    }
    assert_eq!(world.available(&account).await, cap);
}

/// Waits for what the worker does by itself: nothing is asked that would wake it.
async fn until(world: &World, (path, pointer): (&str, &str), expected: &str) {
    let ends = Instant::now() + Duration::from_secs(20);
    loop {
        let found = world.get(path).await.done().text(pointer);
        if found == expected {
            return;
        }
        assert!(Instant::now() < ends, "{path}: {found}, not {expected}");
        tokio::task::yield_now().await;
    }
}

/// Goal: an event that fails by itself holds up no other, and is told again. Method: the writer
/// panics over the events of one credit; others before and after it; then a restart without trouble.
#[tokio::test]
async fn an_event_that_fails_is_put_aside() {
    let mut world = World::new().await;
    let (_, poisoned) = world.customer("Ada Buyer").await;
    let (_, other) = world.customer("Ben Buyer").await;
    world.credit(&poisoned, "1.00").await;
    assert_eq!(world.available(&poisoned).await, "1.00");
    let reference = world.get(&format!("/v1/accounts/{poisoned}")).await.done().text("/reference");
    world.troubles.set(Trouble::Poison(reference));
    world.credit(&poisoned, "5.00").await;
    world.troubles.met(2).await;
    for _ in 0..2 {
        world.credit(&other, "7.00").await;
    }
    let balance = |account: &str| format!("/v1/accounts/{account}/balance");
    until(&world, (&balance(&other), "/balance/available/value"), "14.00").await;
    assert_eq!(world.available(&poisoned).await, "1.00");

    world.troubles.set(Trouble::None);
    world.restart().await;
    until(&world, (&balance(&poisoned), "/balance/available/value"), "6.00").await;
    world.credit(&other, "1.00").await;
    until(&world, (&balance(&other), "/balance/available/value"), "15.00").await;
    assert_eq!(world.available(&poisoned).await, "6.00");
}

/// Goal: a read that fails is tried again, without anybody asking. Method: what the worker reads
/// fails, at least twice, while a payout waits or a platform is new; then it does not, and nothing
/// is written in between.
#[tokio::test]
async fn a_failed_read_of_the_store_is_tried_again() {
    let world = World::new().await;
    world.troubles.set(Trouble::NoInstructions);
    let (waiting, _) = payout(&world, json!({ "behaviour": "settle_at_once" })).await;
    world.troubles.set(Trouble::NoInstructions);
    world.troubles.met(2).await;
    let path = format!("/v1/transactions/{waiting}");
    assert_eq!(world.get(&path).await.done().text("/bank/outcome"), "waiting");
    world.troubles.set(Trouble::None);
    until(&world, (&path, "/status"), "settled").await;

    let mut world = World::new().await;
    world.troubles.set(Trouble::NoPlatforms);
    let body = json!({ "name": "New", "assets": ["GBP"] });
    world.platform =
        world.post_as(&world.operator, "/v1/platforms", &body).await.done().text("/id");
    let body = json!({ "name": "backend", "scopes": ["*"] });
    world.token = world.operator_post("/v1/keys", &body).await.done().text("/secret");
    let (_, account) = world.customer("Ada Buyer").await;
    world.credit(&account, "5.00").await;
    world.troubles.set(Trouble::NoPlatforms);
    world.troubles.met(2).await;
    assert_eq!(world.available(&account).await, "0.00");
    world.troubles.set(Trouble::None);
    let path = format!("/v1/accounts/{account}/balance");
    until(&world, (&path, "/balance/available/value"), "5.00").await;
}

/// Goal: how far the worker got is only a cache. Method: it is lost, unreadable, behind, and ahead of
/// the bank; each time one more credit arrives, and none twice.
#[tokio::test]
async fn a_lost_place_does_no_harm() {
    let mut world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let place = world.parts.folder.join("told");
    for (number, kept) in ["", "seven", "0", "999999"].into_iter().enumerate() {
        world.app.end_worker();
        std::fs::write(&place, kept).unwrap();
        world.restart().await;
        world.credit(&account, "5.00").await;
        let path = format!("/v1/accounts/{account}/balance");
        let expected = format!("{}.00", 5 * (number + 1));
        until(&world, (&path, "/balance/available/value"), &expected).await;
    }
    world.app.end_worker();
    std::fs::remove_file(&place).unwrap();
    world.restart().await;
    later(&world, 1).await;
    assert_eq!(world.available(&account).await, "20.00");
}
