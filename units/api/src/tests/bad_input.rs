//! What bad input gets: a problem with a stable code that points at the mistake, and nothing changed.

use serde_json::{Value, json};

use super::World;

/// A good payment of 1.00.
fn payment(buyer: &str, seller: &str) -> Value {
    let amount = json!({ "value": "1.00", "asset": "GBP" });
    json!({ "kind": "internal", "from_account": buyer, "to_account": seller, "amount": amount })
}

/// The same with one member set, or without it.
fn changed(mut body: Value, pointer: &str, value: Option<Value>) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = body.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    body
}

/// Tries a payment with each mistake; no money moves.
async fn refuses(rows: &[(&str, &str, Option<Value>)]) {
    let world = World::new().await;
    let (_, buyer) = world.customer("Ada Buyer").await;
    let (_, seller) = world.customer("Grace Seller").await;
    world.credit(&buyer, "10.00").await;
    for (expected, pointer, value) in rows {
        let body = changed(payment(&buyer, &seller), pointer, value.clone());
        let reply = world.post("/v1/transactions", &body).await;
        assert_eq!(reply.outcome(), *expected, "{body}\n{reply:#?}");
    }
    let body = changed(payment(&buyer, &seller), "/to_account", Some(json!(buyer)));
    assert_eq!(world.post("/v1/transactions", &body).await.outcome(), "422 same_account");
    assert_eq!(world.available(&buyer).await, "10.00");
    assert_eq!(world.available(&seller).await, "0.00");
}

/// The form of an account's id.
const fn buyer_like() -> &'static str {
    "acc_01h455vb4pex5vsknk084sn02q"
}

/// Goal: an array of an object's values is no object, on any route. Method: an empty one and one of the
/// right values, as a body.
#[tokio::test]
async fn arrays_are_no_objects() {
    let world = World::new().await;
    let (customer, _) = world.customer("Ada Buyer").await;
    for path in ["/v1/sandbox/reset", "/v1/sandbox/faults", "/v1/sandbox/clock", "/v1/customers"] {
        for body in [json!([]), json!([1]), json!(["individual", "Ada"])] {
            let reply = world.post(path, &body).await;
            assert_eq!(reply.status, 400, "{path} {body}: {reply:#?}");
        }
    }
    let path = format!("/v1/customers/{customer}");
    for body in [json!([]), json!(["Another Name"])] {
        let reply = world.patch(&path, 1, &body).await;
        assert_eq!(reply.status, 400, "{body}: {reply:#?}");
    }
}

/// Goal: mistakes of form are pointed at.
#[tokio::test]
async fn malformed_payments() {
    refuses(&[
        ("400 field_missing /kind", "/kind", None),
        ("400 field_invalid /kind", "/kind", Some(json!("gift"))),
        ("400 field_unknown /tip", "/tip", Some(json!(1))),
        ("400 field_unknown /amount/currency", "/amount/currency", Some(json!("GBP"))),
        ("400 field_invalid /amount/value", "/amount/value", Some(json!(1.5))),
        ("400 field_invalid /amount/value", "/amount/value", Some(json!(1))),
        ("400 field_invalid /amount", "/amount", Some(json!("1.00 GBP"))),
        ("400 field_invalid /amount", "/amount", Some(json!(["1.00", "GBP"]))),
        ("400 field_invalid /split/0", "/split", Some(json!([[buyer_like(), 1]]))),
        ("400 field_missing /amount", "/amount", None),
        ("400 field_invalid /from_account", "/from_account", Some(json!("acc_1"))),
        (
            "400 field_invalid /from_account",
            "/from_account",
            Some(json!("cus_01h455vb4pex5vsknk084sn02q")),
        ),
        ("400 field_missing /to_account", "/to_account", None),
        ("400 field_invalid /split", "/split", Some(json!([]))),
        ("400 field_invalid /effective_at", "/effective_at", Some(json!("today"))),
    ])
    .await;
}

/// Goal: amounts that cannot be read are mistakes of form too.
#[tokio::test]
async fn unreadable_amounts() {
    let huge = format!("1{}", "0".repeat(36));
    refuses(&[
        ("400 asset_unknown /amount/asset", "/amount/asset", Some(json!("XYZ"))),
        ("400 too_many_decimals /amount/value", "/amount/value", Some(json!("1.001"))),
        ("400 not_a_decimal /amount/value", "/amount/value", Some(json!("-1"))),
        ("400 not_a_decimal /amount/value", "/amount/value", Some(json!("1e3"))),
        ("400 not_a_decimal /amount/value", "/amount/value", Some(json!("01"))),
        ("400 field_invalid /amount/value", "/amount/value", Some(json!(huge))),
    ])
    .await;
}

/// Goal: what is well formed and makes no sense is refused by its code.
#[tokio::test]
async fn senseless_payments() {
    refuses(&[
        ("422 amount_not_positive", "/amount/value", Some(json!("0.00"))),
        ("404 not_found", "/from_account", Some(json!("acc_01h455vb4pex5vsknk084sn02q"))),
        ("422 value_invalid /effective_at", "/effective_at", Some(json!("2030-01-01T00:00:00Z"))),
        ("422 insufficient_funds", "/amount/value", Some(json!("99.00"))),
        ("422 asset_mismatch", "/amount/asset", Some(json!("EUR"))),
    ])
    .await;
}

/// Goal: splits name their mistakes by place.
#[tokio::test]
async fn mistakes_in_splits() {
    let world = World::new().await;
    let (_, buyer) = world.customer("Ada Buyer").await;
    let (_, seller) = world.customer("Grace Seller").await;
    world.credit(&buyer, "10.00").await;
    let rows = [
        ("400 field_invalid /split/0", json!([{ "account": seller }])),
        (
            "400 field_invalid /split/0",
            json!([{ "account": seller, "share_ppm": 1, "remainder": true }]),
        ),
        (
            "400 field_invalid /split/0/share_ppm",
            json!([{ "account": seller, "share_ppm": 1_000_001 }]),
        ),
        ("400 field_invalid /split/0/share_ppm", json!([{ "account": seller, "share_ppm": -1 }])),
        ("400 field_unknown /split/0/percent", json!([{ "account": seller, "percent": 1 }])),
        ("422 split_unbalanced", json!([{ "account": seller, "share_ppm": 500_000 }])),
        (
            "422 split_unbalanced",
            json!([{ "account": seller, "amount": { "value": "0.50", "asset": "GBP" } }]),
        ),
    ];
    for (expected, split) in rows {
        let body = changed(payment(&buyer, &seller), "/to_account", None);
        let body = changed(body, "/split", Some(split.clone()));
        let reply = world.post("/v1/transactions", &body).await;
        assert_eq!(reply.outcome(), expected, "{split}\n{reply:#?}");
    }
}

/// Goal: bank details are pointed at where they stand. Method: the same mistakes at two routes.
#[tokio::test]
async fn mistakes_in_bank_details() {
    let world = World::new().await;
    let (customer, _) = world.customer("Ada Buyer").await;
    let uk = |sort_code: &str, number: &str| json!({ "holder": "Ada Buyer", "sort_code": sort_code, "account_number": number });
    let rows = [
        ("", json!({ "holder": "Ada Buyer" })),
        ("/sort_code", uk("04000", "12345678")),
        ("/account_number", uk("040004", "1234567x")),
        ("/holder", json!({ "holder": "", "iban": "GB82WEST12345698765432" })),
        ("/iban", json!({ "holder": "Ada Buyer", "iban": "GB82WEST12345698765431" })),
    ];
    for (place, details) in rows {
        let body = json!({ "customer": customer, "bank": details });
        let reply = world.post("/v1/bank-accounts", &body).await;
        assert_eq!(reply.outcome(), format!("400 field_invalid /bank{place}"), "{details}");
        let amount = json!({ "value": "1.00", "asset": "GBP" });
        let body = json!({ "amount": amount, "payer": details });
        let reply = world.post("/v1/sandbox/credits", &body).await;
        assert_eq!(reply.outcome(), format!("400 field_invalid /payer{place}"), "{details}");
    }
}

/// Goal: broken bodies are told apart. Method: each to one endpoint.
#[tokio::test]
async fn broken_bodies() {
    let world = World::new().await;
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let bottomless = "[".repeat(100_000);
    let rows = [
        ("400 json_malformed", ""),
        ("400 json_malformed", "{"),
        ("400 json_malformed", "{}{}"),
        ("400 json_malformed", r#"{"name":"a","name":"b"}"#),
        ("400 json_malformed", "{\"name\":\"\u{1}\"}"),
        ("400 json_malformed", bottomless.as_str()),
        ("400 json_too_deep", deep.as_str()),
        ("400 field_invalid /", "[]"),
        ("400 field_invalid /", "null"),
        ("400 field_invalid /", "7"),
        ("400 field_missing /kind", "{}"),
        ("400 field_invalid /kind", r#"{"kind":"robot","name":"a"}"#),
        ("400 field_invalid /name", r#"{"kind":"individual","name":7}"#),
        ("422 value_invalid /name", r#"{"kind":"individual","name":""}"#),
        ("422 value_invalid /email", r#"{"kind":"individual","name":"a","email":"b"}"#),
        ("400 field_invalid /tags", r#"{"kind":"individual","name":"a","tags":"b"}"#),
    ];
    for (expected, body) in rows {
        let (key, json) = (world.key(), ("content-type", "application/json"));
        let headers = [("idempotency-key", key.as_str()), json];
        let reply = world.ask(("POST", "/v1/customers"), &headers, body).await;
        assert_eq!(reply.outcome(), expected, "{}", &body[..body.len().min(60)]);
    }
}

/// Goal: keys, versions and parameters of the wrong form are refused by name.
#[tokio::test]
async fn wrong_headers_and_parameters() {
    let world = World::new().await;
    let long = "k".repeat(256);
    let body = r#"{"kind":"individual","name":"a"}"#;
    for key in ["\"\"", long.as_str(), "caf\u{e9}"] {
        let headers = [("idempotency-key", key), ("content-type", "application/json")];
        let reply = world.ask(("POST", "/v1/customers"), &headers, body).await;
        assert_eq!(reply.outcome(), "400 idempotency_key_invalid", "{key}");
    }
    let (customer, _) = world.customer("Ada").await;
    let path = format!("/v1/customers/{customer}");
    for version in ["1", "*", "\"one\"", "W/\"1\""] {
        let headers = [("if-match", version), ("content-type", "application/json")];
        let reply = world.ask(("PATCH", &path), &headers, "{}").await;
        assert_eq!(reply.outcome(), "400 if_match_invalid", "{version}");
    }
    let rows = [
        ("400 parameter_invalid ?limit", "/v1/customers?limit=0"),
        ("400 parameter_invalid ?limit", "/v1/customers?limit=101"),
        ("400 parameter_invalid ?limit", "/v1/customers?limit=many"),
        ("400 parameter_invalid ?limit", "/v1/customers?limit=1&limit=2"),
        ("400 parameter_unknown ?colour", "/v1/customers?colour=red"),
        ("400 parameter_unknown ?account", "/v1/customers?account=acc_01h455vb4pex5vsknk084sn02q"),
        ("400 parameter_invalid ?created_from", "/v1/customers?created_from=today"),
        ("400 parameter_invalid ?customer", "/v1/accounts?customer=acc_01h455vb4pex5vsknk084sn02q"),
        ("400 cursor_invalid", "/v1/customers?cursor=AAAA"),
        ("400 cursor_invalid", "/v1/customers?cursor=%20"),
        ("404 not_found", "/v1/customers/1"),
        ("404 not_found", "/v1/customers/acc_01h455vb4pex5vsknk084sn02q"),
        ("404 not_found", "/v1/customers/cus_01h455vb4pex5vsknk084sn02q"),
        ("404 route_unknown", "/v1/nowhere"),
        ("404 route_unknown", "/v2/customers"),
        ("400 parameter_invalid ?as_of", "/v1/trial-balance?as_of=2100-01-01T00:00:00Z"),
        ("400 parameter_invalid ?after", "/v1/events?after=1"),
        ("404 not_found", "/v1/events?after=evt_01h455vb4pex5vsknk084sn02q"),
        ("404 not_found", "/v1/idempotency-keys/never-used"),
    ];
    for (expected, path) in rows {
        assert_eq!(world.get(path).await.outcome(), expected, "{path}");
    }
    let reply = world.ask(("DELETE", "/v1/customers"), &[], "").await;
    assert_eq!(reply.outcome(), "405 method_not_allowed");
}
