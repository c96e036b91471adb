//! What the money does: in by bank, split, held, refused, paid out, unknown, refunded.
//!
//! The figures of each step are worked out in its words, and only from those before it.
//! Start at [`play`].

use api::account::Account;
use api::event::{Event, EventList};
use api::hold::Hold;
use api::idempotency::IdempotencyRecord;
use api::refund::Refund;
use api::sandbox::SandboxCredit;
use api::transaction::{Transaction, TransactionList};
use serde_json::{Value, json};

use super::cast::{Member, Stage};
use super::scene::{ASSET, Scene, Teller};
use super::until;
use crate::client::Replay;
use crate::failure::Failure;

/// The key of the split payment, which is sent twice.
const ORDER_KEY: &str = "order-1815";
/// How long the hold may last.
const HOLD_SECONDS: i64 = 7 * 24 * 3600;

/// Moves the money.
///
/// # Errors
///
/// [`Failure`] when a step cannot be taken.
pub(super) fn play(stage: &Stage, teller: &mut Teller<'_>) -> Result<(), Failure> {
    teller.tell(money_in(stage)?)?;
    let order = split_body(stage);
    let (scene, payment) = split(stage, &order)?;
    teller.tell(scene)?;
    teller.tell(retry(stage, &order, &payment)?)?;
    let (scene, hold) = hold(stage)?;
    teller.tell(scene)?;
    teller.tell(refusal(stage)?)?;
    teller.tell(post_in_part(stage, &hold)?)?;
    teller.tell(payout(stage)?)?;
    teller.tell(unknown_payout(stage)?)?;
    teller.tell(refund(stage, &payment)?)
}

fn money_in(stage: &Stage) -> Result<Scene, Failure> {
    let title = "Ada sends 200.00 from her bank";
    let mut scene = Scene::new("money_in", title, "POST /v1/sandbox/credits");
    let body = json!({ "amount": gbp("200.00"), "account": stage.ada.account });
    let credit: SandboxCredit = stage.market.post("/v1/sandbox/credits", &body)?;
    scene.expect("the reference she quotes", &stage.ada.reference, &credit.reference);
    let query = [("account", stage.ada.account.as_str()), ("kind", "inbound_bank")];
    let transaction = until("the money from the bank", || {
        let page: TransactionList = stage.market.get("/v1/transactions", &query)?;
        let arrived = page.data.into_iter().next();
        Ok(arrived.filter(is_booked))
    })?;
    scene.expect("the transaction's status", "settled", &transaction.status);
    scene.say(format!(
        "The bank tells of it, with the reference {}, then books it.",
        credit.reference
    ));
    scene.say("Money in costs nothing: 0.00 + 200.00 = 200.00.");
    let nothing = ("0.00", "0.00");
    scene.balances(stage, [("200.00", "200.00"), nothing, nothing, nothing])?;
    Ok(scene)
}

fn split_body(stage: &Stage) -> Value {
    json!({
        "kind": "internal",
        "from_account": stage.ada.account,
        "amount": gbp("100.00"),
        "reference": "Order 1815",
        "split": [
            { "account": stage.ben.account, "amount": gbp("60.00") },
            { "account": stage.own.account, "share_ppm": 100_000 },
            { "account": stage.clay.account, "remainder": true },
        ],
    })
}

fn split(stage: &Stage, order: &Value) -> Result<(Scene, Transaction), Failure> {
    let title = "Ada pays one order of 100.00 to both sellers, and the market takes its part";
    let mut scene = Scene::new("split_payment", title, "POST /v1/transactions");
    let reply = stage.market.post_keyed("/v1/transactions", ORDER_KEY, order)?;
    let payment: Transaction = reply.read()?;
    scene.expect("the payment's status", "settled", &payment.status);
    scene.expect("the provider's fee", "1.20", &payment.fee.amount.value);
    scene.say("Ben 60.00 + market 10 % = 10.00 + Clay & Co the remainder 30.00 = 100.00.");
    scene.say("The provider's fee: 0.20 + 1 % of 100.00 = 1.20, borne by the payees pro rata:");
    scene.say(
        "Ben 60.00 - 0.72 = 59.28, market 10.00 - 0.12 = 9.88, Clay & Co 30.00 - 0.36 = 29.64.",
    );
    let (ada, ben) = (("100.00", "100.00"), ("59.28", "59.28"));
    scene.balances(stage, [ada, ben, ("29.64", "29.64"), ("9.88", "9.88")])?;
    Ok((scene, payment))
}

fn retry(stage: &Stage, order: &Value, payment: &Transaction) -> Result<Scene, Failure> {
    let title = "The answer got lost, so the market sends the same order with the same key again";
    let request = "POST /v1/transactions, GET /v1/idempotency-keys/{key}";
    let mut scene = Scene::new("retry", title, request);
    let reply = stage.market.post_keyed("/v1/transactions", ORDER_KEY, order)?;
    let replayed = if reply.replay == Replay::Again { "replayed" } else { "done again" };
    scene.expect("the second request", "replayed", replayed);
    let again: Transaction = reply.read()?;
    scene.expect("the payment answered", &payment.id.0, &again.id.0);
    let path = format!("/v1/idempotency-keys/{ORDER_KEY}");
    let record: IdempotencyRecord = stage.market.get(&path, &[])?;
    scene.expect("the status kept under the key", "201", &record.status.to_string());
    scene.say(format!("It gets the first answer, replayed: {}. Nothing moves.", payment.id.0));
    let (ada, ben) = (("100.00", "100.00"), ("59.28", "59.28"));
    scene.balances(stage, [ada, ben, ("29.64", "29.64"), ("9.88", "9.88")])?;
    Ok(scene)
}

fn hold(stage: &Stage) -> Result<(Scene, Hold), Failure> {
    let title = "Ada orders a vase of at most 50.00 to measure: the money is held for Clay & Co";
    let mut scene = Scene::new("hold", title, "POST /v1/holds");
    let body = json!({
        "from_account": stage.ada.account,
        "to_account": stage.clay.account,
        "amount": gbp("50.00"),
        "expires_at": later(stage)?,
        "reference": "Order 1816",
    });
    let hold: Hold = stage.market.post("/v1/holds", &body)?;
    scene.expect("the hold's status", "active", &hold.status);
    scene.say("She holds 100.00 still, and may spend 100.00 - 50.00 = 50.00.");
    let (ada, ben) = (("100.00", "50.00"), ("59.28", "59.28"));
    scene.balances(stage, [ada, ben, ("29.64", "29.64"), ("9.88", "9.88")])?;
    Ok((scene, hold))
}

fn refusal(stage: &Stage) -> Result<Scene, Failure> {
    let title = "Ada tries to pay Ben 75.00 and is refused";
    let mut scene = Scene::new("refusal", title, "POST /v1/transactions");
    let body = json!({
        "kind": "internal",
        "from_account": stage.ada.account,
        "to_account": stage.ben.account,
        "amount": gbp("75.00"),
    });
    let reply = stage.market.post_keyed("/v1/transactions", "order-1817", &body)?;
    scene.expect("the HTTP status", "422", &reply.status.to_string());
    let problem = reply.problem();
    let code = problem.as_ref().map_or("none", |problem| problem.code.as_str());
    scene.expect("the code", "insufficient_funds", code);
    let figures = problem.as_ref().and_then(|problem| problem.figures.clone()).unwrap_or_default();
    let figure = |name: &str| figures.get(name).cloned().unwrap_or_default();
    let (available, needed) = (figure("available"), figure("needed"));
    scene.expect("the figure `available`", "50.00", available.trim_end_matches(" GBP"));
    scene.expect("the figure `needed`", "75.00", needed.trim_end_matches(" GBP"));
    scene.say(format!("{code}: available {available}, needed {needed}. Nothing moves."));
    let (ada, ben) = (("100.00", "50.00"), ("59.28", "59.28"));
    scene.balances(stage, [ada, ben, ("29.64", "29.64"), ("9.88", "9.88")])?;
    Ok(scene)
}

fn post_in_part(stage: &Stage, hold: &Hold) -> Result<Scene, Failure> {
    let title = "The vase costs 40.00: so much of the hold is posted, the rest is released";
    let mut scene =
        Scene::new("hold_posted_in_part", title, "POST /v1/holds/{hold_id}/transitions");
    let path = format!("/v1/holds/{}/transitions", hold.id.0);
    let body = json!({ "to": "posted", "amount": gbp("40.00") });
    let hold: Hold = stage.market.post(&path, &body)?;
    scene.expect("the hold's status", "posted", &hold.status);
    scene.expect("what was posted", "40.00", &hold.posted.value);
    scene.say("Ada 100.00 - 40.00 = 60.00. The fee was held, too: 0.20 + 1 % of 50.00 = 0.70;");
    scene.say("40 of 50 parts of it are 0.56, so Clay & Co gets 40.00 - 0.56 = 39.44.");
    let (ada, ben) = (("60.00", "60.00"), ("59.28", "59.28"));
    scene.balances(stage, [ada, ben, ("69.08", "69.08"), ("9.88", "9.88")])?;
    Ok(scene)
}

fn payout(stage: &Stage) -> Result<Scene, Failure> {
    let title = "Ben is paid out 50.00 to his bank";
    let mut scene = Scene::new("payout", title, "POST /v1/transactions");
    let payout: Transaction = stage.market.post("/v1/transactions", &out(&stage.ben, "50.00"))?;
    scene.expect("the payout's first status", "submitted", &payout.status);
    let payout = settled(stage, &payout)?;
    scene.expect("the payout's status", "settled", &payout.status);
    scene.say("Reserved first, then settled by the bank: 59.28 - 50.00 - 0.30 fee = 8.98.");
    let (ada, ben) = (("60.00", "60.00"), ("8.98", "8.98"));
    scene.balances(stage, [ada, ben, ("69.08", "69.08"), ("9.88", "9.88")])?;
    Ok(scene)
}

fn unknown_payout(stage: &Stage) -> Result<Scene, Failure> {
    let title = "Clay & Co is paid out 20.00, and the bank does not answer";
    let mut scene = Scene::new("payout_with_unknown_outcome", title, "POST /v1/transactions");
    let mut body = out(&stage.clay, "20.00");
    body["sandbox"] = json!({ "behaviour": "no_answer" });
    let payout: Transaction = stage.market.post("/v1/transactions", &body)?;
    let payout = settled(stage, &payout)?;
    scene.expect("the payout's status", "settled", &payout.status);
    let outcomes = outcomes(stage, &payout)?;
    let unknown = outcomes.iter().any(|outcome| outcome == "unknown");
    scene.expect(
        "an unknown outcome on the way",
        "seen",
        if unknown { "seen" } else { "not seen" },
    );
    scene.say(
        "No answer is neither success nor failure: the outcome is unknown and the money stays",
    );
    scene.say("reserved until there is evidence; whatever is sent again has the same key.");
    scene.say(format!("What was known of it: {}.", outcomes.join(" → ")));
    scene.say("Clay & Co 69.08 - 20.00 - 0.30 fee = 48.78: paid once.");
    let (ada, ben) = (("60.00", "60.00"), ("8.98", "8.98"));
    scene.balances(stage, [ada, ben, ("48.78", "48.78"), ("9.88", "9.88")])?;
    Ok(scene)
}

fn refund(stage: &Stage, payment: &Transaction) -> Result<Scene, Failure> {
    let title = "A bowl was chipped: 10.00 of the first order go back to Ada";
    let mut scene = Scene::new("partial_refund", title, "POST /v1/refunds");
    let body = json!({
        "transaction": payment.id.0,
        "amount": gbp("10.00"),
        "reason": "Chipped on arrival",
    });
    let refund: Refund = stage.market.post("/v1/refunds", &body)?;
    scene.expect("the refund's status", "settled", &refund.status);
    let path = format!("/v1/transactions/{}", payment.id.0);
    let payment: Transaction = stage.market.get(&path, &[])?;
    scene.expect("what was refunded of the order", "10.00", &payment.refunded.value);
    scene.say(
        "Pro rata, as 60 : 10 : 30 of 100: Ben 8.98 - 6.00 = 2.98, market 9.88 - 1.00 = 8.88,",
    );
    scene.say(
        "Clay & Co 48.78 - 3.00 = 45.78; Ada 60.00 + 10.00 = 70.00. The provider keeps its fee.",
    );
    let (ada, ben) = (("70.00", "70.00"), ("2.98", "2.98"));
    scene.balances(stage, [ada, ben, ("45.78", "45.78"), ("8.88", "8.88")])?;
    Ok(scene)
}

/// A payout's body.
fn out(member: &Member, amount: &str) -> Value {
    json!({
        "kind": "outbound_bank",
        "from_account": member.account,
        "bank_account": member.bank_account,
        "amount": gbp(amount),
        "reference": "Corner Market payout",
    })
}

/// A payout once the bank has settled and booked it.
fn settled(stage: &Stage, payout: &Transaction) -> Result<Transaction, Failure> {
    let path = format!("/v1/transactions/{}", payout.id.0);
    until("the bank to settle a payout", || {
        let transaction: Transaction = stage.market.get(&path, &[])?;
        Ok(Some(transaction).filter(is_booked))
    })
}

fn is_booked(transaction: &Transaction) -> bool {
    let booked = transaction.bank.as_ref().is_some_and(|bank| bank.booked);
    transaction.status == "settled" && booked
}

/// What was known of a payout's outcome, from its events, oldest first.
fn outcomes(stage: &Stage, payout: &Transaction) -> Result<Vec<String>, Failure> {
    let query = [("resource", payout.id.0.as_str()), ("limit", "100")];
    let page: EventList = stage.market.get("/v1/events", &query)?;
    let outcome = |event: &Event| {
        let data = event.data.as_ref()?;
        data["bank"]["outcome"].as_str().map(str::to_owned)
    };
    let mut outcomes: Vec<String> = page.data.iter().rev().filter_map(outcome).collect();
    outcomes.dedup();
    Ok(outcomes)
}

/// An instant in a week, by the platform's business time.
fn later(stage: &Stage) -> Result<String, Failure> {
    let account: Account = stage.market.get(&format!("/v1/accounts/{}", stage.ada.account), &[])?;
    let unreadable =
        |error: jiff::Error| Failure::of("the server's time is not understood", &error);
    let opened: jiff::Timestamp = account.created_at.0.parse().map_err(unreadable)?;
    let later = opened.checked_add(jiff::SignedDuration::from_secs(HOLD_SECONDS));
    Ok(later.map_err(unreadable)?.to_string())
}

fn gbp(value: &str) -> Value {
    json!({ "value": value, "asset": ASSET })
}
