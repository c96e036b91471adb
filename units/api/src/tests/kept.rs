//! Which answers use their idempotency key up: a refusal by the domain does, a malformed request not.
//!
//! The rows walk through the table of codes; a code without a row is named with its reason.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{Reply, World};
use crate::codes::CODES;

/// Nothing that a caller sends ends in these.
const UNREACHED: [&str; 2] = ["amount_below_zero", "no_weights"];
/// About keys themselves, or of requests that have none.
const WITHOUT_KEY: [&str; 5] = [
    "request_malformed",
    "idempotency_key_missing",
    "idempotency_key_invalid",
    "idempotency_key_reused",
    "cursor_invalid",
];

/// A code, and the path and body that end in it.
type Row = (&'static str, String, Value);

/// A code, a path, headers of its own, and a body.
type Sent<'s> = (&'s str, &'s str, Vec<(&'s str, &'s str)>, String);

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": "GBP" })
}

fn is_replayed(headers: &HeaderMap) -> bool {
    headers.contains_key("idempotent-replayed")
}

fn codes_of(status: u16) -> BTreeSet<&'static str> {
    let rows = CODES.iter().filter(|row| row.status == status).map(|row| row.code);
    rows.filter(|code| !UNREACHED.contains(code) && !WITHOUT_KEY.contains(code)).collect()
}

async fn ask(world: &World, key: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {}", world.operator);
    let headers = [
        ("authorization", bearer.as_str()),
        ("florin-platform", world.platform.as_str()),
        ("idempotency-key", key),
        ("content-type", "application/json"),
    ];
    world.ask(("POST", path), &headers, body).await
}

/// A role that is published, and an account of a customer who has it.
async fn account_with(world: &World, role: Value) -> String {
    let role = world.operator_post("/v1/roles", &role).await.done().text("/id");
    let path = format!("/v1/roles/{role}/transitions");
    world.operator_post(&path, &json!({ "to": "published" })).await.done();
    let body = json!({ "kind": "individual", "name": "Other", "role": role });
    let customer = world.post("/v1/customers", &body).await.done().text("/id");
    let body = json!({ "customer": customer, "asset": "GBP" });
    let account = world.post("/v1/accounts", &body).await.done().text("/id");
    world.credit(&account, "10.00").await;
    account
}

fn role(name: &str, capabilities: &[&str], (fees, limits): (Value, Value)) -> Value {
    json!({ "name": name, "kinds": ["individual"], "capabilities": capabilities,
            "fees": fees, "limits": limits })
}

/// The most that an amount can be.
fn most() -> String {
    format!("{}.99", "9".repeat(34))
}

/// Who pays and who is paid.
struct Pair {
    buyer: String,
    seller: String,
}

impl Pair {
    async fn new(world: &World) -> Self {
        let (_, buyer) = world.customer("Ada Buyer").await;
        let (_, seller) = world.customer("Grace Seller").await;
        world.credit(&buyer, "10.00").await;
        Self { buyer, seller }
    }

    fn pays(&self, value: &str) -> Value {
        self.is_paid_by(&self.buyer, value)
    }

    fn is_paid_by(&self, payer: &str, value: &str) -> Value {
        json!({ "kind": "internal", "from_account": payer, "to_account": self.seller,
                "amount": gbp(value) })
    }

    /// One refusal a code of payments between two plain customers.
    fn refusals(&self) -> Vec<Row> {
        let changed = |member: &str, value: Value| {
            let mut body = self.pays("1.00");
            body[member] = value;
            body
        };
        let mut split = changed("split", json!([{ "account": self.seller, "share_ppm": 1 }]));
        split.as_object_mut().unwrap().remove("to_account");
        let mut above = self.pays(&most());
        above["fee_bearer"] = json!("payer");
        let later = "2030-01-01T00:00:00Z";
        let euros = json!({ "value": "1.00", "asset": "EUR" });
        let adjust = json!({ "kind": "adjustment", "account": self.seller, "amount": gbp(&most()),
                             "direction": "credit", "against": "equity:operator" });
        [
            ("value_invalid", changed("effective_at", json!(later))),
            ("asset_mismatch", changed("amount", euros)),
            ("amount_overflow", above),
            ("amount_not_positive", self.pays("0.00")),
            ("split_unbalanced", split),
            ("same_account", changed("to_account", json!(self.buyer))),
            ("insufficient_funds", self.pays("99.00")),
            ("balance_overflow", adjust),
        ]
        .map(|(code, body)| (code, "/v1/transactions".to_owned(), body))
        .to_vec()
    }

    /// One refusal a code of what follows a payment.
    async fn later_refusals(&self, world: &World) -> Vec<Row> {
        let paid = world.post("/v1/transactions", &self.pays("1.00")).await.done().text("/id");
        let hold = json!({ "from_account": self.buyer, "to_account": self.seller,
                           "amount": gbp("1.00"), "expires_at": "2025-06-20T00:00:00Z" });
        let hold = world.post("/v1/holds", &hold).await.done().text("/id");
        let refund = json!({ "transaction": paid, "amount": gbp("2.00") });
        let post = json!({ "to": "posted", "amount": gbp("2.00") });
        let credit = json!({ "amount": gbp("1.00"), "sandbox": { "behaviour": "rejected" } });
        vec![
            ("refund_exceeds_captured", "/v1/refunds".to_owned(), refund),
            ("hold_exceeded", format!("/v1/holds/{hold}/transitions"), post),
            ("bank_refused", "/v1/sandbox/credits".to_owned(), credit),
        ]
    }

    /// One refusal a code of roles.
    async fn refusals_by_roles(&self, world: &World) -> Vec<Row> {
        let fees = json!([{ "kind": "internal", "fixed": gbp("5.00"), "parts_per_million": 0 }]);
        let limits =
            json!([{ "capability": "send_internal", "window": "day", "maximum": gbp("1.00") }]);
        let sends = ["hold_funds", "receive_bank", "send_internal"];
        let mute = role("Mute", &sends[..2], (json!([]), json!([])));
        let mute = account_with(world, mute).await;
        let dear = account_with(world, role("Dear", &sends, (fees, json!([])))).await;
        let tight = account_with(world, role("Tight", &sends, (json!([]), limits))).await;
        let draft = role("Draft", &sends, (json!([]), json!([])));
        let draft = world.operator_post("/v1/roles", &draft).await.done().text("/id");
        let mut borne = self.is_paid_by(&dear, "1.00");
        borne["fee_bearer"] = json!("payees");
        let customer = json!({ "kind": "individual", "name": "C", "role": draft });
        let path = || "/v1/transactions".to_owned();
        vec![
            ("capability_missing", path(), self.is_paid_by(&mute, "1.00")),
            ("fee_exceeds_amount", path(), borne),
            ("limit_exceeded", path(), self.is_paid_by(&tight, "2.00")),
            ("role_not_usable", "/v1/customers".to_owned(), customer),
        ]
    }
}

/// Goal: a refusal by the domain uses its key up, whatever its code. Method: one of each, sent twice.
#[tokio::test]
async fn refusals_use_their_key_up() {
    let world = World::new().await;
    let pair = Pair::new(&world).await;
    let mut rows = pair.refusals_by_roles(&world).await;
    rows.extend(pair.later_refusals(&world).await);
    rows.extend(pair.refusals());
    let mut missing = codes_of(422);
    for (code, path, body) in rows {
        let (key, body) = (world.key(), body.to_string());
        let first = ask(&world, &key, &path, &body).await;
        assert!(first.outcome().starts_with(&format!("422 {code}")), "{code}: {first:#?}");
        assert!(!is_replayed(&first.headers), "{code}");
        let again = ask(&world, &key, &path, &body).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{code}");
        assert!(is_replayed(&again.headers), "{code}");
        let kept = format!("/v1/idempotency-keys/{key}");
        let bearer = format!("Bearer {}", world.operator);
        let kept = world.ask(("GET", &kept), &[("authorization", &bearer)], "").await.done();
        assert_eq!(kept.body["body"], first.body, "{code}");
        missing.remove(code);
    }
    assert!(missing.is_empty(), "not tried: {missing:?}");
}

/// Goal: what is malformed leaves its key free. Method: one of each code, then a good request under
/// the same key.
#[tokio::test]
async fn malformed_requests_leave_their_key_free() {
    let world = World::new().await;
    let path = "/v1/customers";
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let customer = |more: &str| format!(r#"{{"kind":"individual","name":"A"{more}}}"#);
    let charge = |value: &str, asset: &str| {
        let amount = json!({ "value": value, "asset": asset });
        let account = "acc_01h455vb4pex5vsknk084sn02q";
        json!({ "kind": "fee", "from_account": account, "amount": amount }).to_string()
    };
    let (platform, json) = (world.platform.as_str(), ("content-type", "application/json"));
    let named = ("florin-platform", platform);
    let rows: Vec<Sent<'_>> = vec![
        ("platform_missing", path, vec![], customer("")),
        ("platform_header_invalid", path, vec![("florin-platform", "x")], customer("")),
        ("if_match_invalid", path, vec![named, ("if-match", "x")], customer("")),
        ("parameter_unknown", "/v1/customers?x=1", vec![named], customer("")),
        ("parameter_invalid", "/v1/transactions?dry_run=x", vec![named], customer("")),
        ("json_malformed", path, vec![named], "{".to_owned()),
        ("json_too_deep", path, vec![named], deep),
        ("field_unknown", path, vec![named], customer(r#","x":1"#)),
        ("field_missing", path, vec![named], "{}".to_owned()),
        ("field_invalid", path, vec![named], customer(r#","tags":1"#)),
        ("asset_unknown", "/v1/transactions", vec![named], charge("1", "XYZ")),
        ("not_a_decimal", "/v1/transactions", vec![named], charge("-1", "GBP")),
        ("too_many_decimals", "/v1/transactions", vec![named], charge("1.001", "GBP")),
    ];
    let mut missing = codes_of(400);
    let bearer = format!("Bearer {}", world.operator);
    for (code, path, headers, body) in rows {
        let key = world.key();
        let mut all = vec![("authorization", bearer.as_str()), ("idempotency-key", &key), json];
        all.extend(headers);
        let reply = world.ask(("POST", path), &all, &body).await;
        assert!(reply.outcome().starts_with(&format!("400 {code}")), "{code}: {reply:#?}");
        let good = ask(&world, &key, "/v1/customers", &customer("")).await;
        assert_eq!(good.outcome(), "201", "{code}");
        assert!(!is_replayed(&good.headers), "{code}");
        missing.remove(code);
    }
    assert!(missing.is_empty(), "not tried: {missing:?}");
}
