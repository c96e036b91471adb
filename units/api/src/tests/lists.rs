//! Lists tell of each resource what reading it alone does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Reply, World};

/// What blocks the steps of the resources of [`every_block`], with the ids left out.
const BLOCKS: [&str; 9] = [
    "it has open accounts",
    "it is being returned",
    "its role does not grant that",
    "operator_required",
    "person.add",
    "person.verify",
    "the balance is not zero",
    "the customer is a draft",
    "the customer is in review",
];

/// The lists, and where one of each is read.
const LISTS: [(&str, &str); 10] = [
    ("/v1/platforms", "/v1/platforms"),
    ("/v1/keys", "/v1/keys"),
    ("/v1/roles", "/v1/roles"),
    ("/v1/customers", "/v1/customers"),
    ("/v1/customers/{customer}/persons", "/v1/persons"),
    ("/v1/accounts", "/v1/accounts"),
    ("/v1/bank-accounts", "/v1/bank-accounts"),
    ("/v1/transactions", "/v1/transactions"),
    ("/v1/holds", "/v1/holds"),
    ("/v1/refunds", "/v1/refunds"),
];

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": "GBP" })
}

fn to(to: &str) -> Value {
    json!({ "to": to })
}

fn bank(holder: &str, account_number: &str) -> Value {
    json!({ "holder": holder, "sort_code": "040004", "account_number": account_number })
}

/// A role for companies whose persons are looked at; published.
async fn reviewed(world: &World, name: &str, capabilities: &[&str]) -> String {
    let terms = json!({ "name": name, "kinds": ["incorporated_business", "individual"],
                        "capabilities": capabilities, "review_required": true });
    let role = world.operator_post("/v1/roles", &terms).await.done().text("/id");
    world.operator_post(&format!("/v1/roles/{role}/transitions"), &to("published")).await.done();
    role
}

/// A company that was handed in, with so many persons, the first of them verified.
async fn company(world: &World, role: &str, persons: usize) -> String {
    let body = json!({ "kind": "incorporated_business", "name": "Clay Ltd", "role": role });
    let company = world.post("/v1/customers", &body).await.done().text("/id");
    let path = format!("/v1/customers/{company}");
    for number in 0..persons {
        let body = json!({ "name": "Grace Hopper", "roles": ["director"] });
        let person = world.post(&format!("{path}/persons"), &body).await.done().text("/id");
        if number == 0 {
            let path = format!("/v1/persons/{person}/transitions");
            world.operator_post(&path, &to("verified")).await.done();
        }
    }
    world.post(&format!("{path}/transitions"), &to("in_review")).await.done();
    company
}

/// Money of nobody's from a payer with this account number, on its way back.
async fn returned(world: &World, account_number: &str) {
    let credit = json!({ "amount": gbp("3.00"), "reference": "whose is it",
                         "payer": bank("Some Payer", account_number) });
    world.post("/v1/sandbox/credits", &credit).await.done();
    let list = world.get("/v1/transactions?status=in_review&limit=1").await.done();
    let path = format!("/v1/transactions/{}/transitions", list.text("/data/0/id"));
    world.operator_post(&path, &to("returned")).await.done();
}

/// A platform with every kind of block; returns a company with persons.
async fn every_block(world: &World) -> String {
    let (customer, account) = world.customer("Ada Buyer").await;
    let (_, seller) = world.customer("Ben Seller").await;
    world.credit(&account, "50.00").await;
    let pay = json!({ "kind": "internal", "from_account": account, "to_account": seller,
                      "amount": gbp("10.00") });
    let paid = world.post("/v1/transactions", &pay).await.done().text("/id");
    let refund = json!({ "transaction": paid, "amount": gbp("1.00") });
    world.post("/v1/refunds", &refund).await.done();
    let hold = json!({ "from_account": account, "to_account": seller, "amount": gbp("1.00"),
                       "expires_at": "2025-07-01T00:00:00Z" });
    world.post("/v1/holds", &hold).await.done();
    let expect = json!({ "kind": "inbound_bank", "to_account": seller, "amount": gbp("1.00") });
    world.post("/v1/transactions", &expect).await.done();
    for (holder, number) in [("Charles Babbage", "12345678"), ("Ada Buyer", "12345679")] {
        let body = json!({ "customer": customer, "bank": bank(holder, number) });
        world.post("/v1/bank-accounts", &body).await.done();
    }
    for path in [account, seller].map(|account| format!("/v1/accounts/{account}/transitions")) {
        world.post(&path, &to("closing")).await.done();
    }
    returned(world, rails::MAGIC_RETURNED).await;
    let body = json!({ "advance_seconds": rails::RETURN_SECONDS });
    world.post("/v1/sandbox/clock", &body).await.done();
    world.post("/v1/sandbox/clock", &json!({ "advance_seconds": 1 })).await.done();
    returned(world, rails::MAGIC_LATE).await;
    let terms = json!({ "name": "Draft", "kinds": ["individual"], "capabilities": [],
                        "review_required": false });
    world.operator_post("/v1/roles", &terms).await.done();

    let role = reviewed(world, "Reviewed", &["hold_funds"]).await;
    let bare = reviewed(world, "Bare", &["receive_bank"]).await;
    let (alone, many) = (company(world, &role, 0).await, company(world, &role, 3).await);
    let body = json!({ "kind": "individual", "name": "Carl", "role": bare });
    let granted_nothing = world.post("/v1/customers", &body).await.done().text("/id");
    let body = json!({ "kind": "individual", "name": "Dora", "role": role });
    let draft = world.post("/v1/customers", &body).await.done().text("/id");
    for customer in [&alone, &many, &granted_nothing, &draft] {
        let body = json!({ "customer": customer, "asset": "GBP" });
        world.post("/v1/accounts", &body).await.done();
    }
    many
}

/// What a row says blocks its steps, with the ids left out.
fn blocks_of(row: &Value) -> BTreeSet<String> {
    let steps = row["available_transitions"].as_array().unwrap().iter();
    let words = steps.flat_map(|step| step["blocked_by"].as_array().unwrap());
    words.map(|word| word.as_str().unwrap().split(":per_").next().unwrap().to_owned()).collect()
}

/// Every row of a list against the same read alone; adds what blocks their steps, and says how many
/// there were.
async fn check(
    viewer: impl AsyncFn(&str) -> Reply,
    (list, one): (&str, &str),
    blocks: &mut BTreeSet<String>,
) -> usize {
    let listed = viewer(&format!("{list}?limit=100")).await.done();
    let rows = listed.body["data"].as_array().unwrap();
    for row in rows {
        let path = format!("{one}/{}", row["id"].as_str().unwrap());
        let alone = viewer(&path).await.done();
        assert_eq!(row["available_transitions"], alone.body["available_transitions"], "{path}");
        blocks.extend(blocks_of(row));
    }
    rows.len()
}

/// Goal: a list says of each step what blocks it, wherever that lies, as reading one does. Method: a
/// platform with every kind of block, all lists and each of their rows, as the platform and as the
/// operator.
#[tokio::test]
async fn lists_say_what_blocks_steps() {
    let world = World::new().await;
    let company = every_block(&world).await;
    let (mut platforms, mut operators) = (BTreeSet::new(), BTreeSet::new());
    for (list, one) in LISTS {
        let list = list.replace("{customer}", &company);
        let operator = async |path: &str| world.operator_get(path).await;
        let rows = check(operator, (&list, one), &mut operators).await;
        assert!(rows > 0, "nothing in {list}");
        // A list of platforms is the operator's alone.
        if list != "/v1/platforms" {
            let platform = async |path: &str| world.get(path).await;
            assert_eq!(check(platform, (&list, one), &mut platforms).await, rows, "{list}");
        }
    }
    let all: BTreeSet<String> = BLOCKS.map(str::to_owned).into();
    assert_eq!(platforms, all);
    let all = all.into_iter().filter(|word| word != "operator_required").collect();
    assert_eq!(operators, all);
}
