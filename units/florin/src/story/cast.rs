//! Who takes part: the marketplace, a buyer and two sellers, each onboarded as its kind must be.
//!
//! Start at [`assemble`].

use api::account::Account;
use api::bank_account::BankAccount;
use api::customer::Customer;
use api::key::Key;
use api::person::Person;
use api::platform::Platform;
use api::role::Role;
use serde_json::{Value, json};
use unit::secret::Secret;

use super::scene::{ASSET, Scene, Teller};
use crate::client::{Client, fresh_key};
use crate::failure::Failure;
use crate::server::first_start::usual_fees;

/// Everybody, and the two who ask: the marketplace with its own key, the operator for it.
pub(super) struct Stage {
    pub(super) market: Client,
    pub(super) operator: Client,
    pub(super) own: Member,
    pub(super) ada: Member,
    pub(super) ben: Member,
    pub(super) clay: Member,
}

/// A customer with an account.
#[derive(Debug, Clone, Default)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) account: String,
    /// What a payer quotes.
    pub(super) reference: String,
    /// Where it is paid out to.
    pub(super) bank_account: String,
}

impl Stage {
    /// Buyer, sellers, marketplace: the order of every table.
    pub(super) const fn members(&self) -> [&Member; 4] {
        [&self.ada, &self.ben, &self.clay, &self.own]
    }
}

/// Brings everybody on stage.
///
/// # Errors
///
/// [`Failure`] when somebody cannot be onboarded.
pub(super) fn assemble(root: &Client, teller: &mut Teller<'_>) -> Result<Stage, Failure> {
    let (platform, market) = marketplace(root, teller)?;
    let operator = root.for_platform(&platform.id.0);
    let own = own_member(&market, &platform)?;
    let ada = buyer(&market, teller)?;
    let ben = individual_seller(&market, teller)?;
    let clay = business_seller((&market, &operator), teller)?;
    Ok(Stage { market, operator, own, ada, ben, clay })
}

fn marketplace(root: &Client, teller: &mut Teller<'_>) -> Result<(Platform, Client), Failure> {
    let title = "The marketplace Corner Market joins";
    let mut scene = Scene::new("marketplace", title, "POST /v1/platforms");
    let body = json!({
        "name": "Corner Market",
        "assets": [ASSET],
        "fees": usual_fees(ASSET),
    });
    let platform: Platform = root.post("/v1/platforms", &body)?;
    let key: Key = root
        .for_platform(&platform.id.0)
        .post("/v1/keys", &json!({ "name": "backend", "scopes": ["*"] }))?;
    let secret = key.secret.unwrap_or_default();
    scene.expect("the platform's status", "active", &platform.status);
    scene.say("It has an account of its own for what it earns, and a key of its own.");
    scene.say("The provider charges 0.20 and 1 % of each payment, and 0.30 a payout.");
    let market = Client::new(root.base(), Secret::new(secret))?;
    teller.tell(scene)?;
    Ok((platform, market))
}

fn own_member(market: &Client, platform: &Platform) -> Result<Member, Failure> {
    let account = platform.accounts.first().map(|of| of.account.0.clone()).unwrap_or_default();
    let found: Account = market.get(&format!("/v1/accounts/{account}"), &[])?;
    let reference = found.reference.unwrap_or_default();
    Ok(Member { name: platform.name.clone(), account, reference, bank_account: String::new() })
}

fn buyer(market: &Client, teller: &mut Teller<'_>) -> Result<Member, Failure> {
    let title = "Ada Lovelace, a buyer, opens an account";
    let mut scene = Scene::new("buyer", title, "POST /v1/customers, /v1/accounts");
    let body = json!({ "kind": "individual", "name": "Ada Lovelace", "email": "ada@example.com" });
    let ada: Customer = market.post("/v1/customers", &body)?;
    scene.expect("Ada's status", "active", &ada.status);
    let member = open_account(market, &ada)?;
    scene.say(format!("Whoever pays her from a bank quotes {}.", member.reference));
    teller.tell(scene)?;
    Ok(member)
}

fn individual_seller(market: &Client, teller: &mut Teller<'_>) -> Result<Member, Failure> {
    let title = "Ben Carver, who sells bowls, opens an account and names his bank account";
    let request = "POST /v1/customers, /v1/accounts, /v1/bank-accounts";
    let mut scene = Scene::new("individual_seller", title, request);
    let ben: Customer =
        market.post("/v1/customers", &json!({ "kind": "individual", "name": "Ben Carver" }))?;
    let mut member = open_account(market, &ben)?;
    let bank_account = add_bank_account(market, &ben, "12345678")?;
    scene.expect("Ben's bank account's status", "verified", &bank_account.status);
    scene.say("The bank account's holder has his name, so it is verified at once.");
    member.bank_account = bank_account.id.0;
    teller.tell(scene)?;
    Ok(member)
}

fn business_seller(
    (market, operator): (&Client, &Client),
    teller: &mut Teller<'_>,
) -> Result<Member, Failure> {
    let title = "Clay & Co Ltd, a company, is reviewed before it may sell";
    let request = "POST /v1/roles, /v1/customers, …/persons, …/transitions";
    let mut scene = Scene::new("business_seller", title, request);
    let role = reviewed_role(operator)?;
    let body =
        json!({ "kind": "incorporated_business", "name": "Clay & Co Ltd", "role": role.id.0 });
    let clay: Customer = market.post("/v1/customers", &body)?;
    scene.expect("Clay & Co's status", "draft", &clay.status);
    let path = format!("/v1/customers/{}/persons", clay.id.0);
    let body = json!({ "name": "Grace Hopper", "roles": ["director"] });
    let grace: Person = market.post(&path, &body)?;
    let review = format!("/v1/customers/{}/transitions", clay.id.0);
    let _: Customer = market.post(&review, &json!({ "to": "in_review" }))?;
    scene.say("Its role asks for a review: it is a draft, gets a director, and is handed in.");

    let early = operator.post_keyed(&review, &fresh_key()?, &json!({ "to": "active" }))?;
    let problem = early.problem();
    let code = problem.as_ref().map_or("none", |problem| problem.code.as_str());
    scene.expect("the answer to a review too early", "transition_blocked", code);
    scene.say(format!("An operator who activates it now is refused: {code}."));

    let verify = format!("/v1/persons/{}/transitions", grace.id.0);
    let note = json!({ "to": "verified", "note": "passport seen" });
    let grace: Person = operator.post(&verify, &note)?;
    scene.expect("Grace Hopper's status", "verified", &grace.status);
    let clay: Customer = operator.post(&review, &json!({ "to": "active" }))?;
    scene.expect("Clay & Co's status", "active", &clay.status);
    scene.say("Once Grace Hopper, its director, is verified, it becomes active.");

    let mut member = open_account(market, &clay)?;
    member.bank_account = add_bank_account(market, &clay, "87654321")?.id.0;
    teller.tell(scene)?;
    Ok(member)
}

/// A role as the first one, but with a review.
fn reviewed_role(operator: &Client) -> Result<Role, Failure> {
    let body = json!({
        "name": "Reviewed seller",
        "kinds": ["incorporated_business"],
        "capabilities": ["hold_funds", "receive_bank", "send_internal", "send_bank"],
        "fees": usual_fees(ASSET),
        "review_required": true,
    });
    let draft: Role = operator.post("/v1/roles", &body)?;
    let publish = format!("/v1/roles/{}/transitions", draft.id.0);
    operator.post(&publish, &json!({ "to": "published" }))
}

fn open_account(market: &Client, customer: &Customer) -> Result<Member, Failure> {
    let body: Value = json!({ "customer": customer.id.0, "asset": ASSET });
    let account: Account = market.post("/v1/accounts", &body)?;
    Ok(Member {
        name: customer.name.clone(),
        account: account.id.0,
        reference: account.reference.unwrap_or_default(),
        bank_account: String::new(),
    })
}

fn add_bank_account(
    market: &Client,
    customer: &Customer,
    account_number: &str,
) -> Result<BankAccount, Failure> {
    let bank = json!({
        "holder": customer.name,
        "sort_code": "040004",
        "account_number": account_number,
    });
    market.post("/v1/bank-accounts", &json!({ "customer": customer.id.0, "bank": bank }))
}
