//! Every endpoint of the document: credentials, body size, content type, repeated keys.
//!
//! House rule 18. An endpoint that is missing here does not exist: the list is the document itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::operations;
use super::{Reply, World};
use crate::openapi::document;

/// A path with ids of the right form that name nothing.
pub(super) fn filled(path: &str) -> String {
    let ids = [
        ("{platform_id}", "plt"),
        ("{key_id}", "key"),
        ("{role_id}", "rol"),
        ("{customer_id}", "cus"),
        ("{person_id}", "per"),
        ("{account_id}", "acc"),
        ("{bank_account_id}", "ban"),
        ("{transaction_id}", "txn"),
        ("{hold_id}", "hld"),
        ("{refund_id}", "rfd"),
        ("{event_id}", "evt"),
        ("{audit_record_id}", "aud"),
        ("{payout_id}", "txn"),
        ("{key}", "key"),
    ];
    ids.iter().fold(path.to_owned(), |path, (name, prefix)| {
        path.replace(name, &format!("{prefix}_01h455vb4pex5vsknk084sn02q"))
    })
}

async fn each(world: &World, headers: &[(&str, &str)], body: &str) -> Vec<(String, String)> {
    let mut outcomes = Vec::new();
    for (method, path, _) in operations(&document()) {
        let reply = world.ask((&method, &filled(&path)), headers, body).await;
        outcomes.push((format!("{method} {path}"), reply.outcome()));
    }
    outcomes
}

#[track_caller]
fn all_are(outcomes: Vec<(String, String)>, expected: &str) {
    for (operation, outcome) in outcomes {
        assert_eq!(outcome, expected, "{operation}");
    }
}

/// Goal: nobody gets in without credentials, whatever else is wrong with the request.
#[tokio::test]
async fn missing_credentials() {
    let world = World::new().await;
    all_are(each(&world, &[("authorization", "")], "{").await, "401 credentials_missing");
    let basic = [("authorization", "Basic Zm9vOmJhcg==")];
    all_are(each(&world, &basic, "{").await, "401 credentials_missing");
}

/// Goal: nor with wrong ones. Method: another secret, another id, no key at all.
#[tokio::test]
async fn wrong_credentials() {
    let world = World::new().await;
    let other_secret = format!("Bearer {}{}", &world.token[..world.token.len() - 4], "AAAA");
    let other_id = world.token.replacen("fl_test_0", "fl_test_1", 1);
    let other_id = format!("Bearer {other_id}");
    for header in [other_secret.as_str(), &other_id, "Bearer fl_test_x", "Bearer "] {
        let outcomes = each(&world, &[("authorization", header)], "{").await;
        all_are(outcomes, "401 credentials_invalid");
    }
}

/// The one endpoint that takes larger bodies.
const BULK: &str = "POST /v1/transactions/bulk";

/// Goal: a body above the limit is refused by every endpoint, whoever sends it.
#[tokio::test]
async fn oversized_bodies() {
    let world = World::new().await;
    let body = " ".repeat(crate::limits::BODY_BYTES_MAX + 1);
    let (larger, all): (Vec<_>, Vec<_>) =
        each(&world, &[], &body).await.into_iter().partition(|(operation, _)| operation == BULK);
    all_are(all, "413 body_too_large");
    all_are(larger, "400 idempotency_key_missing");
    let body = " ".repeat(crate::limits::BULK_BYTES_MAX + 1);
    let reply = world.ask(("POST", "/v1/transactions/bulk"), &[], &body).await;
    assert_eq!(reply.outcome(), "413 body_too_large");
}

/// Goal: a key without the scope gets nowhere; the scope is the route's own.
#[tokio::test]
async fn missing_scopes() {
    let world = World::new().await;
    let body = json!({ "name": "narrow", "scopes": ["events:read"] });
    let token = world.post("/v1/keys", &body).await.done().text("/secret");
    let bearer = format!("Bearer {token}");
    for (operation, outcome) in each(&world, &[("authorization", &bearer)], "{").await {
        if operation.starts_with("GET /v1/events") {
            continue;
        }
        assert_eq!(outcome, "403 scope_missing", "{operation}");
    }
}

/// Goal: every POST needs a key, every PATCH a version, each a body of JSON of the right type.
#[tokio::test]
async fn what_changes_needs_its_headers() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.operator);
    let who = [("authorization", bearer.as_str()), ("florin-platform", world.platform.as_str())];
    let json = ("content-type", "application/json");
    let (key, version) = (("idempotency-key", "k"), ("if-match", "\"1\""));
    let with = |more: &[(&'static str, &'static str)]| {
        let mut headers: Vec<(&str, &str)> = who.to_vec();
        headers.extend_from_slice(more);
        headers
    };
    for (method, path, _) in operations(&document()) {
        if method == "GET" {
            continue;
        }
        let (target, missing) = (
            filled(&path),
            match method.as_str() {
                "POST" => "400 idempotency_key_missing",
                _ => "428 version_required",
            },
        );
        let ask = async |headers: &[(&str, &str)], body: &str| {
            world.ask((&method, &target), headers, body).await.outcome()
        };
        let operation = format!("{method} {path}");
        assert_eq!(ask(&with(&[json]), "{}").await, missing, "{operation}");
        let text = with(&[key, version, ("content-type", "text/plain")]);
        assert_eq!(ask(&text, "{}").await, "415 content_type_unsupported", "{operation}");
        assert_eq!(
            ask(&with(&[key, version]), "{}").await,
            "415 content_type_unsupported",
            "{operation}"
        );
        let right = with(&[key, version, json]);
        assert_eq!(ask(&right, "{").await, "400 json_malformed", "{operation}");
        let unknown = ask(&right, r#"{"surprise":1}"#).await;
        let missing_kind =
            operation == "POST /v1/transactions" && unknown == "400 field_missing /kind";
        assert!(unknown == "400 field_unknown /surprise" || missing_kind, "{operation}: {unknown}");
    }
}

/// Goal: each POST that succeeds answers the same again under the same key, and says so; another
/// body under it is refused. Method: one good request an endpoint; the document says if one is missing.
#[tokio::test]
async fn repeated_keys_get_the_first_answer() {
    let world = World::new().await;
    let cast = Cast::new(&world).await;
    let mut missing: BTreeSet<String> = operations(&document())
        .into_iter()
        .filter(|(method, _, _)| method == "POST")
        .map(|(_, path, _)| path)
        .collect();
    for (pattern, path, body) in cast.requests().into_iter().chain(cast.endings()) {
        assert!(missing.remove(pattern), "{pattern}");
        let key = world.key();
        let first = ask(&world, (pattern, &path), &key, &body).await;
        assert!(first.status < 300, "{pattern}: {first:#?}");
        assert!(!first.headers.contains_key("idempotent-replayed"), "{pattern}");
        let again = ask(&world, (pattern, &path), &key, &body).await;
        assert_eq!(again.status, first.status, "{pattern}");
        assert_eq!(again.headers["idempotent-replayed"], "true", "{pattern}");
        assert_eq!(without_secret(&again), without_secret(&first), "{pattern}");
        assert!(again.body.get("secret").is_none(), "{pattern}");
        let spaced = serde_json::to_string_pretty(&body).unwrap();
        assert_eq!(text(&world, (pattern, &path), &key, &spaced).await.status, first.status);
        let mut other = body.clone();
        other["reason_code"] = json!("other");
        if pattern.ends_with("/transitions") {
            let reused = ask(&world, (pattern, &path), &key, &other).await;
            assert_eq!(reused.outcome(), "422 idempotency_key_reused", "{pattern}");
        }
    }
    assert!(missing.is_empty(), "not tried: {missing:?}");
}

fn without_secret(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("secret");
    }
    body
}

async fn ask(world: &World, route: (&str, &str), key: &str, body: &Value) -> Reply {
    text(world, route, key, &body.to_string()).await
}

async fn text(world: &World, (pattern, path): (&str, &str), key: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {}", world.operator);
    let mut headers = vec![
        ("authorization", bearer.as_str()),
        ("idempotency-key", key),
        ("content-type", "application/json"),
    ];
    if !pattern.starts_with("/v1/platforms") {
        headers.push(("florin-platform", &world.platform));
    }
    world.ask(("POST", path), &headers, body).await
}

/// What the requests below need to be there.
struct Cast {
    platform: String,
    key: String,
    draft: String,
    business: String,
    person: String,
    buyer: String,
    seller: String,
    customer: String,
    bank_account: String,
    expected: String,
    hold: String,
    payout: String,
    paid: String,
}

impl Cast {
    async fn new(world: &World) -> Self {
        let made = async |path: &str, body: Value| {
            world.operator_post(path, &body).await.done().text("/id")
        };
        let (customer, buyer) = world.customer("Ada Buyer").await;
        let (_, seller) = world.customer("Grace Seller").await;
        world.credit(&buyer, "500.00").await;
        let business =
            made("/v1/customers", json!({ "kind": "incorporated_business", "name": "B" })).await;
        let people = format!("/v1/customers/{business}/persons");
        let person = made(&people, json!({ "name": "P", "roles": ["owner"] })).await;
        let bank =
            json!({ "holder": "Ada Buyer", "sort_code": "040004", "account_number": "12345678" });
        let bank_account =
            made("/v1/bank-accounts", json!({ "customer": customer, "bank": bank })).await;
        let role = json!({ "name": "R", "kinds": ["individual"], "capabilities": ["hold_funds"] });
        let expected =
            json!({ "kind": "inbound_bank", "to_account": buyer, "amount": gbp("7.00") });
        let hold = json!({ "from_account": buyer, "to_account": seller, "amount": gbp("1.00"),
                           "expires_at": "2025-06-20T00:00:00Z" });
        let payout = json!({ "kind": "outbound_bank", "from_account": buyer, "amount": gbp("2.00"),
                             "bank_account": bank_account, "sandbox": { "behaviour": "settle_never" } });
        let pay = json!({ "kind": "internal", "from_account": buyer, "to_account": seller,
                          "amount": gbp("3.00") });
        Self {
            platform: world.platform.clone(),
            key: made("/v1/keys", json!({ "name": "k", "scopes": ["*"] })).await,
            draft: made("/v1/roles", role).await,
            person,
            expected: made("/v1/transactions", expected).await,
            hold: made("/v1/holds", hold).await,
            payout: made("/v1/transactions", payout).await,
            paid: made("/v1/transactions", pay).await,
            business,
            buyer,
            seller,
            customer,
            bank_account,
        }
    }

    /// One good request an endpoint: pattern, path, body.
    fn requests(&self) -> Vec<Tried> {
        let bank = json!({ "holder": "X", "sort_code": "040004", "account_number": "12345678" });
        let (name, scopes) = ("k", ["*"]);
        vec![
            at("/v1/platforms", json!({ "name": "Second", "assets": ["GBP"] })),
            at("/v1/keys", json!({ "name": name, "scopes": scopes })),
            at("/v1/roles", json!({ "name": "S", "kinds": ["individual"], "capabilities": [] })),
            at("/v1/customers", json!({ "kind": "individual", "name": "C" })),
            of(
                "/v1/customers/{customer_id}/persons",
                &self.business,
                json!({ "name": "Q", "roles": ["director"] }),
            ),
            at("/v1/accounts", json!({ "customer": self.customer, "asset": "EUR" })),
            at("/v1/bank-accounts", json!({ "customer": self.customer, "bank": bank })),
            at(
                "/v1/transactions",
                json!({ "kind": "internal", "from_account": self.buyer,
                        "to_account": self.seller, "amount": gbp("1.00") }),
            ),
            at(
                "/v1/transactions/bulk",
                json!({ "items": [{ "idempotency_key": "of the item", "transaction": {
                    "kind": "internal", "from_account": self.buyer,
                    "to_account": self.seller, "amount": gbp("1.00") } }] }),
            ),
            at(
                "/v1/holds",
                json!({ "from_account": self.buyer, "to_account": self.seller,
                        "amount": gbp("1.00"), "expires_at": "2025-06-20T00:00:00Z" }),
            ),
            at("/v1/refunds", json!({ "transaction": self.paid, "amount": gbp("1.00") })),
            at("/v1/sandbox/credits", json!({ "account": self.buyer, "amount": gbp("1.00") })),
            at("/v1/sandbox/clock", json!({ "advance_seconds": 60 })),
            of(
                "/v1/sandbox/payouts/{payout_id}/outcome",
                &self.payout,
                json!({ "outcome": "settled" }),
            ),
            at("/v1/sandbox/faults", json!({ "seed": 1, "late_ppm": 5 })),
            at("/v1/sandbox/reset", json!({})),
        ]
    }

    /// The same for what ends things, so after the rest.
    fn endings(&self) -> Vec<Tried> {
        let to = |to: &str| json!({ "to": to });
        vec![
            of("/v1/keys/{key_id}/rotate", &self.key, json!({})),
            of("/v1/keys/{key_id}/transitions", &self.key, to("revoked")),
            of("/v1/roles/{role_id}/transitions", &self.draft, to("published")),
            of("/v1/persons/{person_id}/transitions", &self.person, to("verified")),
            of("/v1/transactions/{transaction_id}/transitions", &self.expected, to("cancelled")),
            of("/v1/holds/{hold_id}/transitions", &self.hold, to("voided")),
            of(
                "/v1/bank-accounts/{bank_account_id}/transitions",
                &self.bank_account,
                to("disabled"),
            ),
            of("/v1/accounts/{account_id}/transitions", &self.buyer, to("frozen")),
            of("/v1/customers/{customer_id}/transitions", &self.business, to("restricted")),
            of("/v1/platforms/{platform_id}/transitions", &self.platform, to("suspended")),
        ]
    }
}

/// The pattern of an endpoint, its path, a good body.
type Tried = (&'static str, String, Value);

fn at(path: &'static str, body: Value) -> Tried {
    (path, path.to_owned(), body)
}

/// With the one id that the path has.
fn of(path: &'static str, id: &str, body: Value) -> Tried {
    let (before, rest) = path.split_once('{').unwrap();
    let (_, after) = rest.split_once('}').unwrap();
    (path, format!("{before}{id}{after}"), body)
}

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": "GBP" })
}
