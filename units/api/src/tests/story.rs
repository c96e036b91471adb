//! The marketplace's story through the API: money in, split, paid out, refunded, and it adds up.

use serde_json::{Value, json};

use super::World;

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": "GBP" })
}

/// Goal: the whole path works end to end. Method: the story of the README, balances by hand.
#[tokio::test]
async fn a_payment_goes_through() {
    let world = World::new().await;
    let (_, buyer) = world.customer("Ada Buyer").await;
    let (seller_one, one) = world.customer("Grace Seller").await;
    let (_, two) = world.customer("Jean Seller").await;
    world.credit(&buyer, "100.00").await;
    assert_eq!(world.available(&buyer).await, "100.00");

    let platform = world.get(&format!("/v1/platforms/{}", world.platform)).await.done();
    let own = platform.text("/accounts/0/account");
    let split = json!([
        { "account": one, "amount": gbp("60.00") },
        { "account": own, "share_ppm": 100_000 },
        { "account": two, "remainder": true },
    ]);
    let body = json!({ "kind": "internal", "from_account": buyer, "amount": gbp("100.00"),
                       "split": split, "fee_bearer": "payees", "reference": "Order 1815" });
    let (to, json) = (("POST", "/v1/transactions?dry_run=true"), body.to_string());
    let dry = world.ask(to, &[("content-type", "application/json")], &json).await;
    assert_eq!(dry.done().text("/status"), "settled");
    assert_eq!(world.available(&buyer).await, "100.00");

    let paid = world.post("/v1/transactions", &body).await.done();
    assert_eq!(paid.status, 201);
    assert_eq!(paid.text("/fee/amount/value"), "1.00");
    assert_eq!(paid.body["legs"].as_array().unwrap().len(), 5);
    assert_eq!(world.available(&buyer).await, "0.00");
    assert_eq!(world.available(&one).await, "59.40");
    assert_eq!(world.available(&two).await, "29.70");
    assert_eq!(world.available(&own).await, "9.90");

    let bank =
        json!({ "holder": "Grace Seller", "sort_code": "04-00-04", "account_number": "12345678" });
    let body = json!({ "customer": seller_one, "bank": bank });
    let bank_account = world.post("/v1/bank-accounts", &body).await.done();
    assert_eq!(bank_account.text("/status"), "verified");
    let body = json!({ "kind": "outbound_bank", "from_account": one, "amount": gbp("20.00"),
                       "bank_account": bank_account.text("/id"), "reference": "Payout 7" });
    let payout = world.post("/v1/transactions", &body).await.done();
    assert_eq!(payout.text("/status"), "submitted");
    let transaction = paid.text("/id");
    let body = json!({ "transaction": transaction, "amount": gbp("10.00") });
    let refund = world.post("/v1/refunds", &body).await.done();
    assert_eq!(refund.text("/status"), "settled");
    assert_eq!(world.available(&buyer).await, "10.00");
    settled(&world, &payout.text("/id")).await;
    assert_eq!(world.available(&one).await, "33.40");
    balanced(&world).await;
}

/// Waits until the worker has carried a payout through, at most for a few passes of it.
async fn settled(world: &World, payout: &str) {
    for _ in 0..50 {
        // Any request that waits for the worker will do.
        let body = json!({ "advance_seconds": 1 });
        world.post("/v1/sandbox/clock", &body).await.done();
        let read = world.get(&format!("/v1/transactions/{payout}")).await.done();
        if read.text("/status") == "settled" && read.body["bank"]["booked"] == true {
            return;
        }
    }
    panic!("the payout did not settle");
}

async fn balanced(world: &World) {
    let books = world.get("/v1/trial-balance").await.done();
    for total in books.body["totals"].as_array().unwrap() {
        assert_eq!(total["balanced"], true, "{books:#?}");
    }
    for row in books.body["rows"].as_array().unwrap() {
        if row["chart"] == "asset:clearing:bank" {
            assert_eq!(row["balance"]["value"], "0.00", "{books:#?}");
        }
    }
}

/// Goal: expected money shows what to tell the payer, and is matched by it.
#[tokio::test]
async fn expected_money_is_matched_by_its_reference() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let body = json!({ "kind": "inbound_bank", "to_account": account, "amount": gbp("25.00") });
    let expected = world.post("/v1/transactions", &body).await.done();
    assert_eq!(expected.text("/status"), "created");
    let pay_to = expected.body["pay_to"].clone();
    assert!(pay_to["account_number"].is_string(), "{expected:#?}");
    let body = json!({ "amount": gbp("25.00"), "reference": expected.text("/reference"),
                       "collection_account": pay_to });
    world.post("/v1/sandbox/credits", &body).await.done();
    let path = format!("/v1/transactions/{}", expected.text("/id"));
    assert_eq!(world.get(&path).await.done().text("/status"), "settled");
    assert_eq!(world.available(&account).await, "25.00");
}

/// Goal: money nobody expects waits in the operator's queue, and can be assigned from there.
#[tokio::test]
async fn unallocated_money_waits_for_an_operator() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let body = json!({ "amount": gbp("5.00"), "reference": "who knows" });
    world.post("/v1/sandbox/credits", &body).await.done();
    let queue = world.operator_get("/v1/operator/queue").await.done();
    assert_eq!(queue.text("/data/0/kind"), "unallocated_money");
    assert_eq!(queue.text("/data/0/reason"), "reference_unknown");
    let path = format!("/v1/transactions/{}/transitions", queue.text("/data/0/resource"));
    let body = json!({ "to": "settled", "account": account });
    world.operator_post(&path, &body).await.done();
    assert_eq!(world.available(&account).await, "5.00");
    assert_eq!(world.operator_get("/v1/operator/queue").await.done().body["data"], json!([]));
}

/// Goal: a hold reserves, posts in part, and gives the rest back.
#[tokio::test]
async fn holds_post_in_part() {
    let world = World::new().await;
    let (_, buyer) = world.customer("Ada Buyer").await;
    let (_, seller) = world.customer("Grace Seller").await;
    world.credit(&buyer, "50.00").await;
    let expires_at = "2025-06-20T00:00:00Z";
    let body = json!({ "from_account": buyer, "to_account": seller, "amount": gbp("40.00"),
                       "expires_at": expires_at });
    let hold = world.post("/v1/holds", &body).await.done();
    assert_eq!(world.available(&buyer).await, "10.00");
    let path = format!("/v1/holds/{}/transitions", hold.text("/id"));
    let body = json!({ "to": "posted", "amount": gbp("15.00") });
    let posted = world.post(&path, &body).await.done();
    assert_eq!(posted.text("/posted/value"), "15.00");
    assert_eq!(world.available(&buyer).await, "35.00");
    assert_eq!(world.available(&seller).await, "14.85");
    assert_eq!(
        world.post(&path, &json!({ "to": "voided" })).await.outcome(),
        "409 transition_not_allowed"
    );
}
