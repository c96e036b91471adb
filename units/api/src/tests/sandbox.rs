//! Sandbox requests under one key: once, alike, and after a restart too.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::World;

fn is_replayed(headers: &HeaderMap) -> bool {
    headers.contains_key("idempotent-replayed")
}

/// Sends the same twice and another body once, before and after a restart of the bank.
async fn check(world: &World, (path, key): (&str, &str), bodies: (&Value, &Value), status: &str) {
    let first = world.post_with(path, key, bodies.0).await;
    assert_eq!(first.outcome(), status, "{path}");
    assert!(!is_replayed(&first.headers), "{path}");
    for _ in 0..2 {
        let again = world.post_with(path, key, bodies.0).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{path}");
        assert!(is_replayed(&again.headers), "{path}");
        let other = world.post_with(path, key, bodies.1).await;
        assert_eq!(other.outcome(), "422 idempotency_key_reused", "{path}");
        world.restart_bank();
    }
}

/// A payout of 10.00 that the bank neither settles nor refuses.
async fn waiting_payout(world: &World, (customer, account): (&str, &str)) -> String {
    let bank =
        json!({ "holder": "Ada Buyer", "sort_code": "040004", "account_number": "12345678" });
    let body = json!({ "customer": customer, "bank": bank });
    let bank_account = world.post("/v1/bank-accounts", &body).await.done().text("/id");
    let body = json!({ "kind": "outbound_bank", "from_account": account,
                       "amount": { "value": "10.00", "asset": "GBP" },
                       "bank_account": bank_account, "sandbox": { "behaviour": "settle_never" } });
    let payout = world.post("/v1/transactions", &body).await.done().text("/id");
    world.post("/v1/sandbox/clock", &json!({ "advance_seconds": 1 })).await.done();
    payout
}

/// Goal: every POST of the sandbox is answered alike after a restart, and has one effect.
/// Method: each of them, done and refused.
#[tokio::test]
async fn answers_outlive_a_restart() {
    let world = World::new().await;
    let (customer, account) = world.customer("Ada Buyer").await;
    let gbp = |value: &str| json!({ "value": value, "asset": "GBP" });
    let credit = |value: &str| json!({ "amount": gbp(value), "account": account });
    let refused = json!({ "amount": gbp("5.00"), "sandbox": { "behaviour": "rejected" } });
    let path = "/v1/sandbox/credits";
    check(&world, (path, "a credit"), (&credit("50.00"), &credit("5.00")), "201").await;
    check(&world, (path, "none"), (&refused, &credit("5.00")), "422 bank_refused").await;
    assert_eq!(world.available(&account).await, "50.00");

    let faults = |seed: u64, late: u32| {
        json!({ "seed": seed, "late_ppm": late, "never_ppm": 0, "twice_ppm": 0,
                "out_of_order_ppm": 0, "returned_ppm": 0, "rejected_ppm": 0, "no_answer_ppm": 0 })
    };
    let path = "/v1/sandbox/faults";
    check(&world, (path, "faults"), (&faults(1, 0), &faults(2, 0)), "200").await;
    let above = faults(1, 1_000_001);
    check(&world, (path, "above"), (&above, &faults(1, 0)), "422 bank_refused").await;
    world.post(path, &faults(3, 0)).await.done();
    world.post_with(path, "faults", &faults(1, 0)).await.done();
    assert_eq!(world.get(path).await.done().body["seed"], 3);

    let payout = waiting_payout(&world, (&customer, &account)).await;
    let path = format!("/v1/sandbox/payouts/{payout}/outcome");
    let (settle, reject) = (json!({ "outcome": "settled" }), json!({ "outcome": "rejected" }));
    check(&world, (&path, "settle"), (&settle, &reject), "200").await;
    world.post("/v1/sandbox/clock", &json!({ "advance_seconds": 1 })).await.done();
    check(&world, (&path, "late"), (&reject, &settle), "409 payout_decided").await;
    let read = world.get(&format!("/v1/transactions/{payout}")).await.done();
    assert_eq!(read.text("/status"), "settled");

    // Its body is always the same: the other request under a key is another path.
    let path = "/v1/sandbox/reset";
    let first = world.post_with(path, "reset", &json!({})).await.done();
    world.restart_bank();
    let again = world.post_with(path, "reset", &json!({})).await.done();
    assert!(
        again.body == first.body && is_replayed(&again.headers) && !is_replayed(&first.headers)
    );
    let other = world.post_with(path, "faults", &json!({})).await;
    assert_eq!(other.outcome(), "422 idempotency_key_reused");
}

/// Goal: whatever is asked of the bank is a command with its number and its record, found by the
/// request. Method: each of them, done and refused; the key tells the same.
#[tokio::test]
async fn what_the_bank_is_asked_leaves_a_record() {
    let world = World::new().await;
    let (customer, account) = world.customer("Ada Buyer").await;
    let gbp = json!({ "value": "20.00", "asset": "GBP" });
    let credit = json!({ "amount": gbp, "account": account });
    let refused = json!({ "amount": gbp, "sandbox": { "behaviour": "rejected" } });
    world.post("/v1/sandbox/credits", &credit).await.done();
    let payout = waiting_payout(&world, (&customer, &account)).await;
    let outcome = format!("/v1/sandbox/payouts/{payout}/outcome");
    let settled = json!({ "outcome": "settled" });
    let rows = [
        ("/v1/sandbox/credits", &credit, "sandbox.credit", "applied"),
        ("/v1/sandbox/credits", &refused, "sandbox.credit", "bank_refused"),
        (&outcome, &settled, "sandbox.outcome", "applied"),
        ("/v1/sandbox/faults", &json!({ "seed": 1 }), "sandbox.faults", "applied"),
        ("/v1/sandbox/reset", &json!({}), "sandbox.reset", "applied"),
    ];
    for (path, body, command, outcome) in rows {
        let key = world.key();
        let reply = world.post_with(path, &key, body).await;
        let request = reply.headers["x-request-id"].to_str().unwrap().to_owned();
        let path = format!("/v1/audit-records?request_id={request}");
        let found = world.get(&path).await.done();
        let record = &found.body["data"][0];
        assert_eq!((&record["command"], &record["outcome"]), (&json!(command), &json!(outcome)));
        let kept = world.get(&format!("/v1/idempotency-keys/{key}")).await.done();
        assert_eq!((&kept.body["seq"], &kept.body["body"]), (&record["seq"], &reply.body));
        assert_eq!(kept.body["status"], reply.status);
    }
}

/// Goal: an answer that the process did not live to keep is kept by the next request. Method: the bank
/// is asked as the edge asks it, without a command; then the same request comes again, and another.
#[tokio::test]
async fn an_answer_is_kept_after_all() {
    let world = World::new().await;
    let (path, key, body) = ("/v1/sandbox/reset", "lost", json!({}));
    let platform: ledger::PlatformId = world.platform.parse().unwrap();
    let route = ("POST", path);
    let fingerprint = crate::idempotency::fingerprint(route, Some(platform), &body);
    let asked = rails::Asked {
        scope: world.platform.clone(),
        key: key.to_owned(),
        fingerprint: crate::render::hex(&fingerprint),
    };
    world.with_bank(|bank| bank.ask(&world.platform, &asked, &rails::Request::Reset).unwrap());
    let gone = world.get("/v1/idempotency-keys/lost").await;
    assert_eq!(gone.outcome(), "404 not_found");
    let other = world.post_with("/v1/sandbox/faults", key, &json!({ "seed": 1 })).await;
    assert_eq!(other.outcome(), "422 idempotency_key_reused");
    let first = world.post_with(path, key, &body).await.done();
    let again = world.post_with(path, key, &body).await.done();
    assert!(!is_replayed(&first.headers) && is_replayed(&again.headers));
    assert_eq!(first.body, again.body);
}

/// Goal: a platform that is suspended asks nothing of the bank either. Method: its own key, then the
/// operator's.
#[tokio::test]
async fn a_suspended_platform_asks_nothing() {
    let world = World::new().await;
    let path = format!("/v1/platforms/{}/transitions", world.platform);
    world.operator_post(&path, &json!({ "to": "suspended" })).await.done();
    let (faults, path) = (json!({ "seed": 7, "late_ppm": 1 }), "/v1/sandbox/faults");
    assert_eq!(world.post(path, &faults).await.outcome(), "409 platform_suspended");
    assert_eq!(world.get(path).await.done().body["seed"], 0);
    world.operator_post(path, &faults).await.done();
    assert_eq!(world.get(path).await.done().body["seed"], 7);
}

/// Goal: a key that a sandbox request and another one use at the same time has one effect. Method: a
/// credit and a new customer under each of many keys, both sent at once, in either order.
#[tokio::test]
async fn one_key_for_the_bank_and_for_the_writer() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let amount = json!({ "value": "1.00", "asset": "GBP" });
    let credit = json!({ "amount": amount, "account": account });
    let customer = json!({ "kind": "individual", "name": "Somebody" });
    let mut credits = 0_u32;
    for round in 0..40 {
        let key = format!("both-{round}");
        let credited = world.post_with("/v1/sandbox/credits", &key, &credit);
        let made = world.post_with("/v1/customers", &key, &customer);
        let (credited, made) = if round % 2 == 0 {
            tokio::join!(credited, made)
        } else {
            let (made, credited) = tokio::join!(made, credited);
            (credited, made)
        };
        let outcomes = (credited.status, made.status);
        assert!(matches!(outcomes, (201, 422) | (422, 201)), "{outcomes:?}");
        credits += u32::from(credited.status == 201);
    }
    world.post("/v1/sandbox/clock", &json!({ "advance_seconds": 1 })).await.done();
    assert_eq!(world.available(&account).await, format!("{credits}.00"));
}
