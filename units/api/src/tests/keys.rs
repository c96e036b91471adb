//! Keys of callers who hang up, and of those who guess. The life of a key is in `edges`.

use axum::http::header::RETRY_AFTER;
use serde_json::{Value, json};

use super::troubled::Trouble;
use super::{Reply, World};
use crate::limits::GUESSES;

const HERE: [u8; 4] = [192, 0, 2, 1];
const ELSEWHERE: [u8; 4] = [192, 0, 2, 2];

/// A new key of the platform: its path and its token.
async fn key(world: &World) -> (String, String) {
    let body = json!({ "name": "another", "scopes": ["*"] });
    let made = world.post("/v1/keys", &body).await.done();
    (format!("/v1/keys/{}", made.text("/id")), made.text("/secret"))
}

/// Goal: what stops a key does so from the next request on, also when whoever asked for it hung up.
/// Method: the key is used; it is stopped by a caller who goes away while the writer saves; it is
/// used again once the writer has answered the next command.
#[tokio::test]
async fn a_key_stops_though_nobody_hears_the_answer() {
    let revoke = ("transitions", json!({ "to": "revoked" }), "401 credentials_invalid");
    let rotate = ("rotate", json!({ "overlap_seconds": 0 }), "401 key_expired");
    for (route, body, expected) in [revoke, rotate] {
        let world = World::new().await;
        let (path, token) = key(&world).await;
        assert_eq!(world.look(&token, HERE).await.outcome(), "200", "{route}");
        world.troubles.set(Trouble::Stuck);
        let path = format!("{path}/{route}");
        tokio::select! {
            reply = world.post(&path, &body) => panic!("answered while nothing is saved: {reply:?}"),
            () = world.troubles.met(1) => {}
        }
        world.troubles.set(Trouble::None);
        let customer = json!({ "kind": "individual", "name": "Ada" });
        world.post("/v1/customers", &customer).await.done();
        world.clock.advance(1_000_000);
        assert_eq!(world.look(&token, HERE).await.outcome(), expected, "{route}");
    }
}

/// Goal: who guesses is slowed, and nobody else. Method: wrong secrets, unknown keys, and keys that
/// are right, from one address until it is told to wait, from another, and after the wait.
#[tokio::test]
async fn guessing_keys_is_slowed() {
    let world = World::new().await;
    let (_, fresh) = key(&world).await;
    let wrong_secret = format!("{}AAAA", &world.token[..world.token.len() - 4]);
    let unknown_key = world.token.replacen("fl_test_0", "fl_test_1", 1);
    assert_eq!(world.look(&world.token, HERE).await.outcome(), "200");

    let guess = async |number: u32| {
        let token = if number.is_multiple_of(2) { &wrong_secret } else { &unknown_key };
        world.look(token, HERE).await
    };
    let mut guesses = 0;
    let slowed = loop {
        let reply = guess(guesses).await;
        if reply.status == 429 {
            break reply;
        }
        assert_eq!(reply.outcome(), "401 credentials_invalid");
        guesses += 1;
        assert!(guesses <= GUESSES.burst, "nobody slows this");
    };
    assert!(guesses >= GUESSES.burst / 2 - 1, "a guess costs two looks at most: {guesses}");
    assert_eq!(slowed.outcome(), "429 rate_limited");
    assert_eq!(slowed.headers[RETRY_AFTER], "1");

    // A key that is known to be right is not hurt, nor is anybody else; a right guess is none.
    assert_eq!(world.look(&world.token, HERE).await.outcome(), "200");
    assert_eq!(world.look(&fresh, ELSEWHERE).await.outcome(), "200");
    assert_eq!(world.look(&wrong_secret, ELSEWHERE).await.outcome(), "401 credentials_invalid");
    let (_, unseen) = key(&world).await;
    assert_eq!(world.look(&unseen, HERE).await.outcome(), "429 rate_limited");

    world.clock.advance(1_000_000);
    assert_eq!(world.look(&unseen, HERE).await.outcome(), "200");
    assert_eq!(guess(0).await.outcome(), "401 credentials_invalid");
}

/// Goal: using a bank account under another name than the customer's is the provider's word alone,
/// and on record. Method: a holder with no name in common, verified by the platform, then by the
/// operator; what each is shown before.
#[tokio::test]
async fn a_payee_of_another_name_is_verified_by_an_operator() {
    let world = World::new().await;
    let (customer, _) = world.customer("Ada Buyer").await;
    let bank =
        json!({ "holder": "Charles Babbage", "sort_code": "040004", "account_number": "12345678" });
    let body = json!({ "customer": customer, "bank": bank });
    let made = world.post("/v1/bank-accounts", &body).await.done();
    let shown = (made.text("/name_check"), made.text("/status"));
    assert_eq!(shown, ("no_match".to_owned(), "unverified".to_owned()));
    let path = format!("/v1/bank-accounts/{}", made.text("/id"));
    let blocks = |reply: &Reply| {
        let steps = reply.body["available_transitions"].as_array().unwrap();
        steps.iter().find(|step| step["to"] == "verified").unwrap()["blocked_by"].clone()
    };
    assert_eq!(blocks(&made), json!(["operator_required"]));
    assert_eq!(blocks(&world.operator_get(&path).await.done()), json!([]));

    let step = format!("{path}/transitions");
    let verify = json!({ "to": "verified", "note": "a maiden name, seen on the certificate" });
    assert_eq!(world.post(&step, &verify).await.outcome(), "403 operator_required");
    assert_eq!(world.get(&path).await.done().text("/status"), "unverified");
    let verified = world.operator_post(&step, &verify).await.done();
    let shown = (verified.text("/name_check"), verified.text("/status"));
    assert_eq!(shown, ("no_match".to_owned(), "verified".to_owned()));
    assert_eq!(verified.text("/status_reason"), "a maiden name, seen on the certificate");

    let path = format!("/v1/audit-records?resource={}", made.text("/id"));
    let records = world.get(&path).await.done();
    let actor = records.text("/data/0/actor");
    assert!(actor.starts_with("operator"), "{actor}");
    let change = &records.body["data"][0]["changes"][0];
    let expected = (&json!("unverified"), &Value::from("verified"));
    assert_eq!((&change["status_before"], &change["status"]), expected);
}
