//! Many transactions in one request: each by itself, or all or none; whole answers and minimal ones.

use serde_json::{Value, json};

use super::{Reply, World};

const BULK: &str = "/v1/transactions/bulk";

struct Shop {
    world: World,
    buyer: String,
    seller: String,
}

/// A buyer with 10.00, a seller, and one percent of fee.
async fn shop() -> Shop {
    let world = World::new().await;
    let (_, buyer) = world.customer("Ada Buyer").await;
    let (_, seller) = world.customer("Grace Seller").await;
    world.credit(&buyer, "10.00").await;
    Shop { world, buyer, seller }
}

impl Shop {
    fn pay(&self, value: &str) -> Value {
        json!({ "kind": "internal", "from_account": self.buyer, "to_account": self.seller,
                "amount": { "value": value, "asset": "GBP" } })
    }

    fn item(&self, key: &str, value: &str) -> Value {
        json!({ "idempotency_key": key, "transaction": self.pay(value) })
    }

    fn items(&self, items: &[(&str, &str)]) -> Value {
        let items: Vec<Value> = items.iter().map(|(key, value)| self.item(key, value)).collect();
        json!({ "items": items })
    }

    fn atomic(&self, items: &[(&str, &str)]) -> Value {
        let mut body = self.items(items);
        body["atomic"] = json!(true);
        body
    }

    async fn send(&self, key: &str, body: &Value) -> Reply {
        self.world.post_with(BULK, key, body).await
    }

    async fn minimal(&self, path: &str, key: &str, body: &Value) -> Reply {
        let headers = [
            ("idempotency-key", key),
            ("content-type", "application/json"),
            ("prefer", "respond-async, return=minimal"),
        ];
        self.world.ask(("POST", path), &headers, &body.to_string()).await
    }

    /// The outcome of a key: its status, or `free`.
    async fn under(&self, key: &str) -> String {
        let reply = self.world.get(&format!("/v1/idempotency-keys/{key}")).await;
        if reply.status == 404 { "free".to_owned() } else { reply.body["status"].to_string() }
    }

    async fn left(&self) -> String {
        self.world.available(&self.buyer).await
    }
}

/// Status and code of each result, `again` where it says that it was answered before.
fn results(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:#?}");
    let result = |it: &Value| {
        let code = it.pointer("/problem/code").or_else(|| it.get("code")).and_then(Value::as_str);
        let again = if it["idempotent_replayed"] == true { " again" } else { "" };
        let code = code.map_or_else(String::new, |code| format!(" {code}"));
        format!("{}{code}{again}", it["status"])
    };
    reply.body["results"].as_array().unwrap().iter().map(result).collect()
}

/// Goal: each item is what a request for it alone would be, whatever the others are. Method: good
/// ones, one without money, one without its account, one malformed, one whose key was used.
#[tokio::test]
async fn each_item_stands_for_itself() {
    let shop = shop().await;
    let alone = shop.world.post_with("/v1/transactions", "a", &shop.pay("1.00")).await.done();
    let mut body =
        shop.items(&[("a", "1.00"), ("b", "2.00"), ("c", "99.00"), ("d", "1.00"), ("e", "0.1x")]);
    body["items"][3]["transaction"]["to_account"] = json!("acc_01h455vb4pex5vsknk084sn02q");
    let more = shop.items(&[("a", "1.50"), ("b", "2.00"), ("f", "0.50")]);
    body["items"].as_array_mut().unwrap().extend(more["items"].as_array().unwrap().clone());
    let reply = shop.send("whole", &body).await;
    assert_eq!(
        results(&reply),
        [
            "201 again",
            "201",
            "422 insufficient_funds",
            "404 not_found",
            "400 not_a_decimal",
            "422 idempotency_key_reused",
            "201 again",
            "201"
        ]
    );
    assert_eq!(reply.body["results"][0]["transaction"], alone.body);
    assert_eq!(reply.body["results"][1]["transaction"], reply.body["results"][6]["transaction"]);
    assert!(!reply.headers.contains_key("preference-applied"));
    assert_eq!(shop.left().await, "6.50");

    // What a request for an item alone gets is what the item got; what was not kept is tried again.
    for (key, value, place) in [("b", "2.00", 1), ("f", "0.50", 7)] {
        let again = shop.world.post_with("/v1/transactions", key, &shop.pay(value)).await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.body, reply.body["results"][place]["transaction"]);
    }
    let refused = shop.world.post_with("/v1/transactions", "c", &shop.pay("99.00")).await;
    assert_eq!(refused.body, reply.body["results"][2]["problem"]);
    shop.world.post_with("/v1/transactions", "d", &shop.pay("0.25")).await.done();
    assert_eq!(shop.left().await, "6.25");
}

/// Goal: a request that is repeated gets the same answer; one with another body does nothing.
#[tokio::test]
async fn the_whole_has_a_key_of_its_own() {
    let shop = shop().await;
    for atomic in [false, true] {
        let key = |name: &str| format!("{name} {atomic}");
        let (one, two) = (key("one"), key("two"));
        let mut body = shop.items(&[(&one, "1.00"), (&two, "1.00")]);
        body["atomic"] = json!(atomic);
        let first = shop.send(&key("whole"), &body).await;
        let left = shop.left().await;
        let again = shop.send(&key("whole"), &body).await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!((again.status, &again.body), (200, &first.body));
        let mut others = vec![body.clone(); 3];
        others[0]["items"][1]["idempotency_key"] = json!(key("three"));
        others[1]["items"][1]["transaction"]["amount"]["value"] = json!("1.01");
        others[2]["atomic"] = json!(!atomic);
        for other in others {
            let reused = shop.send(&key("whole"), &other).await;
            assert_eq!(reused.outcome(), "422 idempotency_key_reused");
        }
        assert_eq!(shop.left().await, left);
        assert_eq!(shop.under(&key("three").replace(' ', "%20")).await, "free");
    }
}

/// Goal: all or none. Method: good items around one that is refused, malformed, unknown or used; the
/// whole's key keeps the refusal of the domain alone, the items' keys stay free.
#[tokio::test]
async fn atomic_is_all_or_none() {
    let shop = shop().await;
    let made = shop.send("made", &shop.atomic(&[("a", "1.00"), ("b", "2.00")])).await;
    assert_eq!(results(&made), ["201", "201"]);
    assert_eq!(shop.left().await, "7.00");

    let poor = shop.atomic(&[("c", "1.00"), ("d", "6.50"), ("e", "1.00")]);
    let refused = shop.send("poor", &poor).await;
    assert_eq!(refused.outcome(), "422 insufficient_funds /items/1");
    assert_eq!(refused.body["figures"]["available"], "6.00");
    for key in ["c", "d", "e"] {
        assert_eq!(shop.under(key).await, "free");
    }
    assert_eq!(shop.under("poor").await, "422");
    assert_eq!(shop.left().await, "7.00");
    shop.world.credit(&shop.buyer, "3.00").await;
    let again = shop.send("poor", &poor).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, refused.body);
    assert_eq!(shop.left().await, "10.00");

    let mut lost = shop.atomic(&[("c", "1.00"), ("d", "1.00")]);
    lost["items"][1]["transaction"]["to_account"] = json!("acc_01h455vb4pex5vsknk084sn02q");
    let malformed = shop.atomic(&[("c", "1.00"), ("d", "1.x")]);
    let used = shop.atomic(&[("c", "1.00"), ("a", "1.00")]);
    let twice = shop.atomic(&[("c", "1.00"), ("c", "1.00")]);
    for (body, outcome) in [
        (lost, "404 not_found /items/1"),
        (malformed, "400 not_a_decimal /items/1/transaction/amount/value"),
        (used, "422 idempotency_key_reused /items/1"),
        (twice, "422 idempotency_key_reused /items/1"),
    ] {
        assert_eq!(shop.send("free", &body).await.outcome(), outcome);
        assert_eq!(
            (shop.under("free").await, shop.under("c").await),
            ("free".into(), "free".into())
        );
    }
    assert_eq!(shop.left().await, "10.00");
    assert_eq!(results(&shop.send("free", &shop.atomic(&[("c", "1.00")])).await), ["201"]);
}

/// Goal: what is asked for minimally is answered and kept minimally, alone and among many.
#[tokio::test]
async fn a_minimal_answer_is_what_is_kept() {
    let shop = shop().await;
    let reply = shop.minimal(BULK, "whole", &shop.items(&[("a", "1.00"), ("b", "99.00")])).await;
    assert_eq!(results(&reply), ["201", "422 insufficient_funds"]);
    assert_eq!(reply.headers["preference-applied"], "return=minimal");
    let id = reply.text("/results/0/id");
    let minimal = json!({ "id": id, "status": "settled", "version": 1 });
    assert_eq!(reply.body["results"][0], json!({ "status": 201, "id": id }));
    let alone = shop.world.post_with("/v1/transactions", "a", &shop.pay("1.00")).await;
    assert_eq!((alone.status, &alone.body), (201, &minimal));
    assert_eq!(alone.headers["etag"], "\"1\"");
    assert_eq!(alone.headers["location"].to_str().unwrap(), format!("/v1/transactions/{id}"));
    let whole = shop.send("other", &shop.items(&[("a", "1.00")])).await;
    assert_eq!(whole.body["results"][0]["transaction"], minimal);

    let single = shop.minimal("/v1/transactions", "c", &shop.pay("1.00")).await.done();
    assert_eq!(single.headers["preference-applied"], "return=minimal");
    assert_eq!(single.body.as_object().unwrap().len(), 3);
    let events = shop.world.get("/v1/events?type=transaction.settled").await.done();
    assert_eq!(events.body["data"][0]["resource"]["id"], single.body["id"]);
    assert_eq!(events.body["data"][0]["data"], Value::Null);
}

/// Goal: what is wrong with the form of the whole is refused as a whole. Method: a row a mistake.
#[tokio::test]
async fn the_form_of_the_whole() {
    let shop = shop().await;
    let item = shop.item("a", "1.00");
    let with = |name: &str, value: Value| {
        let mut item = item.clone();
        item[name] = value;
        json!({ "items": [item] })
    };
    let rows = [
        (json!([]), "400 field_invalid /"),
        (json!({}), "400 field_missing /items"),
        (json!({ "items": {} }), "400 field_invalid /items"),
        (json!({ "items": [] }), "400 field_invalid /items"),
        (json!({ "items": vec![item.clone(); 1_001] }), "400 field_invalid /items"),
        (json!({ "items": [item], "atomic": "yes" }), "400 field_invalid /atomic"),
        (json!({ "items": [1] }), "400 field_invalid /items/0"),
        (json!({ "items": [{}] }), "400 field_missing /items/0/idempotency_key"),
        (
            json!({ "items": [{ "idempotency_key": "a" }] }),
            "400 field_missing /items/0/transaction",
        ),
        (with("idempotency_key", json!(1)), "400 field_invalid /items/0/idempotency_key"),
        (with("idempotency_key", json!("")), "400 field_invalid /items/0/idempotency_key"),
        (with("note", json!(1)), "400 field_unknown /items/0/note"),
    ];
    for (body, outcome) in rows {
        assert_eq!(shop.send("whole", &body).await.outcome(), outcome, "{body:.80}");
    }
    let keys: Vec<String> = (0..1_000).map(|number| format!("{number}")).collect();
    let many: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "0.01")).collect();
    assert_eq!(results(&shop.send("whole", &shop.items(&many)).await), vec!["201"; 1_000]);
    assert_eq!(shop.left().await, "0.00");
}
