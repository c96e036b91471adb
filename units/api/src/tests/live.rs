//! A store of real money: no sandbox bank in it, and nothing pretends that there is one.

use serde_json::json;

use super::World;
use super::coverage::filled;
use super::document::operations;
use crate::openapi::document;

/// Goal: no payout leaves a live store by way of the sandbox bank. Method: one that all else allows,
/// for real and to see; then the money is where it was, and there is no transaction.
#[tokio::test]
async fn payouts_have_no_rail() {
    let world = World::live().await;
    let (customer, account) = world.customer("Ada Buyer").await;
    let gbp = |value: &str| json!({ "value": value, "asset": "GBP" });
    let body = json!({ "kind": "adjustment", "account": account, "direction": "credit",
                       "amount": gbp("50.00"), "against": "equity:operator" });
    world.operator_post("/v1/transactions", &body).await.done();
    let bank =
        json!({ "holder": "Ada Buyer", "sort_code": "040004", "account_number": "12345678" });
    let body = json!({ "customer": customer, "bank": bank });
    let bank_account = world.post("/v1/bank-accounts", &body).await.done().text("/id");
    let body = json!({ "kind": "outbound_bank", "from_account": account, "amount": gbp("10.00"),
                       "bank_account": bank_account, "external_id": "payout-1" });
    for path in ["/v1/transactions?dry_run=true", "/v1/transactions"] {
        assert_eq!(world.post(path, &body).await.outcome(), "409 rail_unavailable", "{path}");
    }
    assert_eq!(world.available(&account).await, "50.00");
    let list = world.get("/v1/transactions?external_id=payout-1").await.done();
    assert_eq!(list.body["data"], json!([]));
}

/// Goal: every operation of the sandbox is refused. Method: those of the document, as the platform
/// and as the operator; each with a body that a test store takes.
#[tokio::test]
async fn there_is_no_sandbox() {
    let world = World::live().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let body = |path: &str| match path {
        "/v1/sandbox/credits" => {
            json!({ "amount": { "value": "5.00", "asset": "GBP" }, "account": account })
        }
        "/v1/sandbox/clock" => json!({ "advance_seconds": 1 }),
        "/v1/sandbox/payouts/{payout_id}/outcome" => json!({ "outcome": "settled" }),
        "/v1/sandbox/faults" => {
            json!({ "seed": 1, "late_ppm": 0, "never_ppm": 0, "twice_ppm": 0,
                    "out_of_order_ppm": 0, "returned_ppm": 0, "rejected_ppm": 0,
                    "no_answer_ppm": 0 })
        }
        _ => json!({}),
    };
    let mut refused = 0;
    for (method, path, _) in operations(&document()) {
        if !path.starts_with("/v1/sandbox") {
            continue;
        }
        let target = filled(&path);
        let outcomes = match method.as_str() {
            "GET" => [world.get(&target).await, world.operator_get(&target).await],
            _ => [
                world.post(&target, &body(&path)).await,
                world.operator_post(&target, &body(&path)).await,
            ],
        };
        for outcome in outcomes.map(|reply| reply.outcome()) {
            assert_eq!(outcome, "409 not_a_sandbox", "{method} {path}");
        }
        refused += 1;
    }
    assert!(refused >= 7, "only {refused} operations of the sandbox");
    assert_eq!(world.available(&account).await, "0.00");
}
