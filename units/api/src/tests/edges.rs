//! Keys and their life, platforms apart from each other, versions, cursors, and answers after the fact.

use axum::http::header::ETAG;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::World;
use crate::problems::of_fault;

/// Goal: a key stops when it expires, is revoked or is replaced; its secret is never shown again.
#[tokio::test]
async fn the_life_of_a_key() {
    let world = World::new().await;
    let body = json!({ "name": "short", "scopes": ["customers:read"],
                       "expires_at": "2025-06-15T15:07:40Z" });
    let made = world.post("/v1/keys", &body).await.done();
    let bearer = format!("Bearer {}", made.text("/secret"));
    let look = async || {
        world.ask(("GET", "/v1/customers"), &[("authorization", &bearer)], "").await.outcome()
    };
    assert_eq!(look().await, "200");
    world.clock.advance(3_600_000_000);
    assert_eq!(look().await, "401 key_expired");

    let body = json!({ "name": "old", "scopes": ["customers:read"] });
    let old = world.post("/v1/keys", &body).await.done();
    let path = format!("/v1/keys/{}", old.text("/id"));
    let new = world.post(&format!("{path}/rotate"), &json!({ "overlap_seconds": 60 })).await.done();
    for token in [old.text("/secret"), new.text("/secret")] {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(world.ask(("GET", "/v1/customers"), &headers, "").await.outcome(), "200");
    }
    assert_eq!(world.get(&path).await.done().text("/replaced_by"), new.text("/id"));
    assert!(world.get(&path).await.done().body.get("secret").is_none());
    world.clock.advance(61_000_000);
    let bearer = format!("Bearer {}", old.text("/secret"));
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(
        world.ask(("GET", "/v1/customers"), &headers, "").await.outcome(),
        "401 key_expired"
    );

    let path = format!("/v1/keys/{}/transitions", new.text("/id"));
    world.post(&path, &json!({ "to": "revoked" })).await.done();
    let bearer = format!("Bearer {}", new.text("/secret"));
    let headers = [("authorization", bearer.as_str())];
    let outcome = world.ask(("GET", "/v1/customers"), &headers, "").await.outcome();
    assert_eq!(outcome, "401 credentials_invalid");
}

/// Goal: a key tells the minute it last let a request in, and nothing else counts as a use.
/// Method: requests that succeed, that lack a scope, and that name the key in vain.
#[tokio::test]
async fn the_last_use_of_a_key() {
    let world = World::new().await;
    let body = json!({ "name": "seldom", "scopes": ["customers:read"] });
    let made = world.post("/v1/keys", &body).await.done();
    assert!(made.body.get("last_used_at").is_none());
    let path = format!("/v1/keys/{}", made.text("/id"));
    let use_it = async |path: &str, token: &str| {
        let bearer = format!("Bearer {token}");
        world.ask(("GET", path), &[("authorization", &bearer)], "").await.outcome()
    };
    let token = made.text("/secret");
    assert_eq!(use_it("/v1/accounts", &token).await, "403 scope_missing");
    assert_eq!(use_it("/v1/customers", &token[..token.len() - 3]).await, "401 credentials_invalid");
    let read = world.get(&path).await.done();
    assert_eq!(read.body["last_used_at"], Value::Null);
    assert!(read.body.get("last_used_at").is_some());
    world.clock.advance(90_000_000);
    assert_eq!(use_it("/v1/customers", &token).await, "200");
    assert_eq!(world.get(&path).await.done().text("/last_used_at"), "2025-06-15T15:08:00.000000Z");
    let list = world.get("/v1/keys").await.done();
    let listed = list.body["data"].as_array().unwrap().clone();
    let found = listed.iter().find(|key| key["id"] == made.body["id"]).unwrap();
    assert_eq!(found["last_used_at"], "2025-06-15T15:08:00.000000Z");
}

/// Goal: who reads from a full disk is told to come back, and when. Method: the fault of the store.
#[test]
fn a_full_disk_is_no_fault_of_ours() {
    let response = of_fault(&store::Fault::Full).into_response();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(of_fault(&store::Fault::Full).problem.code, "storage_full");
}

/// Goal: nobody hands out more than they have. Method: a narrow key asks for wide ones.
#[tokio::test]
async fn keys_do_not_widen() {
    let world = World::new().await;
    let body = json!({ "name": "narrow", "scopes": ["keys:write"] });
    let narrow = world.post("/v1/keys", &body).await.done().text("/secret");
    let wide = world.post("/v1/keys", &json!({ "name": "w", "scopes": ["*"] })).await.done();
    let reply = world.post_as(&narrow, "/v1/keys", &json!({ "name": "n", "scopes": ["*"] })).await;
    assert_eq!(reply.outcome(), "403 scope_missing");
    let path = format!("/v1/keys/{}/rotate", wide.text("/id"));
    assert_eq!(world.post_as(&narrow, &path, &json!({})).await.outcome(), "403 scope_missing");
    let body = json!({ "name": "n", "scopes": ["everything"] });
    assert_eq!(world.post("/v1/keys", &body).await.outcome(), "400 field_invalid /scopes/0");
}

/// Goal: another platform's ids are not there. Method: a second platform looks and pays.
#[tokio::test]
async fn platforms_do_not_see_each_other() {
    let world = World::new().await;
    let (customer, account) = world.customer("Ada").await;
    let body = json!({ "name": "Other", "assets": ["GBP"] });
    let other = world.post_as(&world.operator, "/v1/platforms", &body).await.done().text("/id");
    let (bearer, key) = (format!("Bearer {}", world.operator), world.key());
    let headers = [
        ("authorization", bearer.as_str()),
        ("florin-platform", other.as_str()),
        ("idempotency-key", key.as_str()),
        ("content-type", "application/json"),
    ];
    let body = json!({ "name": "k", "scopes": ["*"] }).to_string();
    let token = world.ask(("POST", "/v1/keys"), &headers, &body).await.done().text("/secret");
    let bearer = format!("Bearer {token}");
    let theirs = [("authorization", bearer.as_str())];
    for path in [
        format!("/v1/customers/{customer}"),
        format!("/v1/accounts/{account}"),
        format!("/v1/accounts/{account}/entries"),
        format!("/v1/platforms/{}", world.platform),
    ] {
        assert_eq!(
            world.ask(("GET", &path), &theirs, "").await.outcome(),
            "404 not_found",
            "{path}"
        );
    }
    let named = [("authorization", bearer.as_str()), ("florin-platform", world.platform.as_str())];
    assert_eq!(world.ask(("GET", "/v1/customers"), &named, "").await.outcome(), "404 not_found");
    let none = [("authorization", bearer.as_str())];
    let list = world.ask(("GET", "/v1/customers"), &none, "").await.done();
    assert!(!list.body.to_string().contains(&customer));
    let reply =
        world.post_as(&token, "/v1/platforms", &json!({ "name": "x", "assets": ["GBP"] })).await;
    assert_eq!(reply.outcome(), "403 operator_required");
    let reply = world
        .post_as(&world.operator, "/v1/customers", &json!({ "kind": "individual", "name": "x" }))
        .await;
    assert_eq!(reply.outcome(), "400 platform_missing");
}

/// Goal: an update needs the version that its caller saw, and only what it names changes.
#[tokio::test]
async fn updates_are_merge_patches_of_a_version() {
    let world = World::new().await;
    let body = json!({ "kind": "individual", "name": "Ada", "email": "ada@example.com",
                       "tags": ["b", "a"], "annotations": { "k": "v", "l": "w" } });
    let made = world.post("/v1/customers", &body).await.done();
    assert_eq!(made.headers[ETAG], "\"1\"");
    let path = format!("/v1/customers/{}", made.text("/id"));
    assert_eq!(made.headers["location"], path.as_str());
    let change = json!({ "email": null, "annotations": { "k": null, "m": "x" } });
    let changed = world.patch(&path, 1, &change).await.done();
    assert_eq!(changed.body["email"], Value::Null);
    assert_eq!(changed.body["annotations"], json!({ "l": "w", "m": "x" }));
    assert_eq!(changed.body["tags"], json!(["a", "b"]));
    assert_eq!(changed.headers[ETAG], "\"2\"");
    assert_eq!(world.patch(&path, 1, &change).await.outcome(), "412 version_mismatch");
    assert_eq!(
        world.patch(&path, 2, &json!({ "name": null })).await.outcome(),
        "400 field_invalid /name"
    );
    assert_eq!(world.get(&path).await.done().headers[ETAG], "\"2\"");
}

/// Goal: pages follow one another without loss, newest first, and cursors belong to their list.
#[tokio::test]
async fn pages_follow_one_another() {
    let world = World::new().await;
    let mut made = Vec::new();
    for number in 0..5 {
        let body =
            json!({ "kind": "individual", "name": "C", "tags": [format!("t{}", number % 2)] });
        made.push(world.post("/v1/customers", &body).await.done().text("/id"));
    }
    let mut seen = Vec::new();
    let mut path = "/v1/customers?limit=2&kind=individual".to_owned();
    let first = world.get(&path).await.done().text("/next_cursor");
    loop {
        let page = world.get(&path).await.done();
        let rows = page.body["data"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/customers?limit=2&kind=individual&cursor={cursor}");
    }
    made.reverse();
    assert_eq!(seen, made);
    let tagged = world.get("/v1/customers?tag=t1").await.done();
    assert_eq!(tagged.body["data"].as_array().unwrap().len(), 2);
    for path in [
        "/v1/accounts?cursor=",
        "/v1/customers?cursor=",
        "/v1/customers?tag=t1&kind=individual&cursor=",
    ] {
        assert_eq!(
            world.get(&format!("{path}{first}")).await.outcome(),
            "400 cursor_invalid",
            "{path}"
        );
    }
    let mut forged = first.into_bytes();
    forged[3] ^= 1;
    let forged = String::from_utf8(forged).unwrap();
    let path = format!("/v1/customers?limit=2&kind=individual&cursor={forged}");
    assert_eq!(world.get(&path).await.outcome(), "400 cursor_invalid");
}

/// Goal: after a lost answer one can ask; a request leads to its record; events tell it in order.
#[tokio::test]
async fn what_happened_can_be_asked() {
    let world = World::new().await;
    let body = json!({ "kind": "individual", "name": "Ada" });
    let made = world.post_with("/v1/customers", "\"lost\"", &body).await.done();
    let kept = world.get("/v1/idempotency-keys/lost").await.done();
    assert_eq!(
        (kept.body["status"].clone(), kept.body["body"].clone()),
        (json!(201), made.body.clone())
    );
    let request = made.headers["x-request-id"].to_str().unwrap();
    let records = world.get(&format!("/v1/audit-records?request_id={request}")).await.done();
    assert_eq!(records.text("/data/0/command"), "customer.create");
    assert_eq!(records.text("/data/0/changes/0/id"), made.text("/id"));
    let record =
        world.get(&format!("/v1/audit-records/{}", records.text("/data/0/id"))).await.done();
    assert_eq!(record.body, records.body["data"][0]);
    let events = world.get(&format!("/v1/events?resource={}", made.text("/id"))).await.done();
    assert_eq!(events.text("/data/0/type"), "customer.created");
    assert_eq!(events.body["data"][0]["data"], made.body);
    let mut after = "start".to_owned();
    let mut types = Vec::new();
    loop {
        let page = world.get(&format!("/v1/events?after={after}&limit=3")).await.done();
        let rows = page.body["data"].as_array().unwrap().clone();
        let Some(last) = rows.last() else { break };
        after = last["id"].as_str().unwrap().to_owned();
        types.extend(rows.iter().map(|row| row["type"].as_str().unwrap().to_owned()));
    }
    assert_eq!(types.last().map(String::as_str), Some("customer.created"));
    assert!(types.contains(&"platform.created".to_owned()), "{types:?}");
}

/// Goal: the same key twice at once has one effect. Method: forty at the same time.
#[tokio::test]
async fn the_same_key_at_once() {
    let world = World::new().await;
    let body = json!({ "kind": "individual", "name": "Ada" });
    let one = async || {
        let reply = world.post_with("/v1/customers", "same", &body).await.done();
        (reply.text("/id"), reply.headers.contains_key("idempotent-replayed"))
    };
    let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7];
    assert!(all.iter().all(|(id, _)| *id == all[0].0), "{all:?}");
    assert_eq!(all.iter().filter(|(_, replayed)| !replayed).count(), 1, "{all:?}");
}

/// Goal: probes, the document and its pages answer without credentials and without the network.
#[tokio::test]
async fn pages_need_no_credentials() {
    let world = World::new().await;
    let none = [("authorization", "")];
    for (path, status, contains) in [
        ("/healthz", 200, "ok"),
        ("/metrics", 200, "queue_depth"),
        ("/openapi.json", 200, "createTransaction"),
        ("/reference/", 200, "swagger"),
        ("/reference/errors", 200, "insufficient_funds"),
    ] {
        let reply = world.ask(("GET", path), &none, "").await;
        assert_eq!(reply.status, status, "{path}: {reply:?}");
        assert!(reply.body.to_string().to_lowercase().contains(&contains.to_lowercase()), "{path}");
    }
    let reply = world.ask(("GET", "/readyz"), &none, "").await;
    assert_eq!(reply.outcome(), "503 not_ready");
}

/// Goal: how long each stage of a command took is shown. Method: a command, then the figures.
#[tokio::test]
async fn every_stage_is_shown() {
    let world = World::new().await;
    world.customer("Ada Buyer").await;
    let shown = world.ask(("GET", "/metrics"), &[], "").await.body.to_string();
    for stage in ["parse", "queue", "load", "decide", "save", "fsync", "answer"] {
        let line = format!("command_stage_duration_seconds_count{{stage=\\\"{stage}\\\"}} ");
        let (_, count) = shown.split_once(&line).expect(stage);
        assert!(!count.starts_with('0'), "{stage}");
    }
}

/// Goal: a key has one effect, on whichever route. Method: a sandbox key used for a customer, and
/// asked for.
#[tokio::test]
async fn one_key_over_all_routes() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let credit = json!({ "amount": { "value": "5.00", "asset": "GBP" }, "account": account });
    world.post_with("/v1/sandbox/credits", "one", &credit).await.done();
    let customer = json!({ "kind": "individual", "name": "Ben" });
    let reused = world.post_with("/v1/customers", "one", &customer).await;
    assert_eq!(reused.outcome(), "422 idempotency_key_reused");
    let known = world.get("/v1/idempotency-keys/one").await.done();
    assert_eq!(known.body["status"], 201);
    let last = world.get("/v1/audit-records?limit=100").await.done();
    let records = last.body["data"].as_array().unwrap();
    let record = records.iter().find(|it| it["seq"] == known.body["seq"]).unwrap();
    assert_eq!(record["command"], "sandbox.credit");
}

/// Goal: a typing error in a filter is not an empty list. Method: words that no resource can have.
#[tokio::test]
async fn filters_know_their_words() {
    let world = World::new().await;
    for path in [
        "/v1/transactions?status=setled",
        "/v1/transactions?kind=wire",
        "/v1/customers?kind=person",
        "/v1/accounts?chart=assets",
        "/v1/holds?status=settled",
    ] {
        let outcome = world.get(path).await.outcome();
        assert!(outcome.starts_with("400 parameter_invalid ?"), "{path}: {outcome}");
    }
    let charts = |reply: &super::Reply| -> std::collections::BTreeSet<String> {
        let rows = reply.body["data"].as_array().unwrap().iter();
        rows.map(|row| row["chart"].as_str().unwrap().to_owned()).collect()
    };
    let (_, account) = world.customer("Ada Buyer").await;
    let credit = json!({ "amount": { "value": "5.00", "asset": "GBP" }, "account": account });
    world.post("/v1/sandbox/credits", &credit).await.done();
    let own = charts(&world.get("/v1/accounts").await.done());
    assert_eq!(own, ["liability:customer".to_owned()].into());
    let internal = charts(&world.get("/v1/accounts?chart=asset:safeguarding").await.done());
    assert_eq!(internal, ["asset:safeguarding".to_owned()].into());
}

/// Goal: a role is changed by a merge patch. Method: one term is said, the others stay.
#[tokio::test]
async fn a_role_keeps_what_a_patch_leaves_out() {
    let world = World::new().await;
    let terms = json!({ "name": "Reviewed", "kinds": ["individual"],
                        "capabilities": ["hold_funds"], "review_required": false });
    let role = world.operator_post("/v1/roles", &terms).await.done();
    let path = format!("/v1/roles/{}", role.text("/id"));
    let token = world.operator.clone();
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("florin-platform", world.platform.clone()),
        ("if-match", "\"1\"".to_owned()),
        ("content-type", "application/merge-patch+json".to_owned()),
    ];
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let patch = json!({ "review_required": true }).to_string();
    let changed = world.ask(("PATCH", &path), &headers, &patch).await.done();
    assert_eq!(changed.body["review_required"], true);
    assert_eq!(changed.body["kinds"], json!(["individual"]));
    assert_eq!(changed.body["capabilities"], json!(["hold_funds"]));
}

/// Goal: what was told of a moment stays true. Method: as of now, then a payment at the same reading
/// of the clock, then as of that moment again.
#[tokio::test]
async fn a_moment_that_was_told_of_is_closed() {
    let world = World::new().await;
    let (_, account) = world.customer("Ada Buyer").await;
    let now = world.get(&format!("/v1/accounts/{account}")).await.done();
    let now = now.text("/created_at");
    let path = format!("/v1/accounts/{account}/balance?as_of={now}");
    let before = world.get(&path).await;
    if before.status == 400 {
        // The moment lies a little ahead of the clock that tests hold still.
        world.clock.advance(1_000_000);
    }
    let before = world.get(&path).await.done();
    let credit = json!({ "amount": { "value": "5.00", "asset": "GBP" }, "account": account });
    world.post("/v1/sandbox/credits", &credit).await.done();
    assert_eq!(world.get(&path).await.done().body, before.body);
    let above = world.get(&format!("/v1/accounts/{account}/balance?as_of_seq=100000")).await;
    assert_eq!(above.outcome(), "400 parameter_invalid ?as_of_seq");
}

/// Goal: a key ends with the key that made it at the latest. Method: an expiry said and left out.
#[tokio::test]
async fn a_key_does_not_outlive_its_maker() {
    let world = World::new().await;
    let ends = "2025-07-01T00:00:00Z";
    let body = json!({ "name": "short", "scopes": ["*"], "expires_at": ends });
    let short = world.post("/v1/keys", &body).await.done().text("/secret");
    let bearer = format!("Bearer {short}");
    let make = |body: serde_json::Value, key: &'static str| {
        let bearer = bearer.clone();
        let world = &world;
        async move {
            let headers = [
                ("authorization", bearer.as_str()),
                ("idempotency-key", key),
                ("content-type", "application/json"),
            ];
            world.ask(("POST", "/v1/keys"), &headers, &body.to_string()).await
        }
    };
    let longer = json!({ "name": "x", "scopes": ["*"], "expires_at": "2035-07-01T00:00:00Z" });
    assert_eq!(make(longer, "a").await.outcome(), "400 field_invalid /expires_at");
    let silent = make(json!({ "name": "x", "scopes": ["*"] }), "b").await.done();
    assert_eq!(silent.text("/expires_at").get(..19), ends.get(..19));
}

/// Goal: a step says what blocks it, also where that lies elsewhere. Method: a company under review
/// without persons, then with one; its account.
#[tokio::test]
async fn steps_say_what_blocks_them() {
    let world = World::new().await;
    let terms = json!({ "name": "Reviewed", "kinds": ["incorporated_business"],
                        "capabilities": ["hold_funds"], "review_required": true });
    let role = world.operator_post("/v1/roles", &terms).await.done().text("/id");
    let to = |to: &str| json!({ "to": to });
    world.operator_post(&format!("/v1/roles/{role}/transitions"), &to("published")).await.done();
    let company = json!({ "kind": "incorporated_business", "name": "Clay Ltd", "role": role });
    let customer = world.post("/v1/customers", &company).await.done().text("/id");
    let path = format!("/v1/customers/{customer}");
    let blocks = |reply: &super::Reply, to: &str| -> Vec<String> {
        let steps = reply.body["available_transitions"].as_array().unwrap();
        let step = steps.iter().find(|step| step["to"] == to).unwrap();
        let by = step["blocked_by"].as_array().unwrap().iter();
        by.map(|by| by.as_str().unwrap().to_owned()).collect()
    };
    let handed_in = world.post(&format!("{path}/transitions"), &to("in_review")).await.done();
    assert_eq!(blocks(&handed_in, "active"), ["operator_required", "person.add"]);
    let person = json!({ "name": "Grace Hopper", "roles": ["director"] });
    let person = world.post(&format!("{path}/persons"), &person).await.done().text("/id");
    let needs = format!("person.verify:{person}");
    assert_eq!(blocks(&world.get(&path).await.done(), "active"), ["operator_required", &needs]);
    world.operator_post(&format!("/v1/persons/{person}/transitions"), &to("verified")).await.done();
    assert_eq!(blocks(&world.operator_get(&path).await.done(), "active"), [""; 0]);
    let account = json!({ "customer": customer, "asset": "GBP" });
    let account = world.post("/v1/accounts", &account).await.done();
    assert_eq!(blocks(&account, "open"), ["the customer is in review"]);
}

/// Goal: a request leads to its record, in whichever history it stands. Method: the request that
/// made the platform, asked for by the operator who names none.
#[tokio::test]
async fn a_request_leads_to_its_record() {
    let world = World::new().await;
    let body = json!({ "name": "Second", "assets": ["GBP"] });
    let made = world.post_as(&world.operator, "/v1/platforms", &body).await.done();
    let request = made.headers["x-request-id"].to_str().unwrap().to_owned();
    let path = format!("/v1/audit-records?request_id={request}");
    let bearer = format!("Bearer {}", world.operator);
    let found = world.ask(("GET", &path), &[("authorization", &bearer)], "").await.done();
    assert_eq!(found.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(found.text("/data/0/command"), "platform.create");
}
