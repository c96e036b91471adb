//! Plays a stream over HTTP and through the model, and compares them after every operation.
//!
//! Same status, same code, same balances and states; a kept answer is given again byte for byte,
//! to one caller after the other and to several at once. Start at [`Player::play`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::audit::Auditor;
use testkit::chance::Chance;
use testkit::generator::TICK;
use testkit::ids::{Ids, key_text};
use testkit::model::{Kept, Made, Model, Outcome};
use testkit::operation::{Action, Instructed, Operation, Says, Who};
use testkit::request::Http;
use testkit::stage::{self, NAME, PLATFORM_ASSETS, ROLES, RoleState};
use unit::clock::Clock as _;

use super::answers::Answers;
use super::snapshot;
use super::world::{Caller, Reply, World};

/// How long what a bank says may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// Callers that send one request at once.
const AT_ONCE: usize = 4;

/// What time does between two operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// It goes on, and the books are looked at after every operation.
    Flows,
    /// It stands, because others use the same clock.
    Stands,
}

/// A request that was answered for good.
struct Sent {
    action: Action,
    request: Http,
    reply: Reply,
}

/// One platform, its stream so far, and its model.
pub(super) struct Player<'w> {
    world: &'w World,
    seed: u64,
    time: Time,
    operator: Caller,
    caller: Caller,
    ids: Ids,
    model: Model,
    auditor: Auditor,
    chance: Chance,
    sent: BTreeMap<String, Sent>,
    credits: BTreeSet<u32>,
    /// What the bank keeps until somebody decides.
    kept_back: Vec<Instructed>,
    decided: u32,
    offset: i64,
    pub(super) answers: Answers,
}

impl<'w> Player<'w> {
    /// Sets the stage: a platform of its own with the roles of every stream.
    pub(super) fn new(world: &'w World, seed: u64, time: Time) -> Self {
        let fees: Vec<Value> = ROLES[0].fees.iter().map(fee).collect();
        let body = json!({ "name": NAME, "assets": PLATFORM_ASSETS, "fees": fees });
        let operator = world.operator.apart();
        let made = operator.post("/v1/platforms", &format!("platform-{seed}"), &body).done();
        let operator = operator.of(text(&made, "/id"));
        let caller = operator.platform_caller(&format!("key-{seed}"));
        let mut ids = Ids::default();
        ids.customers.push(text(&made, "/customer").to_owned());
        ids.roles.push(text(&made, "/default_role").to_owned());
        for asset in PLATFORM_ASSETS {
            let accounts = made["accounts"].as_array().unwrap();
            let account = accounts.iter().find(|account| account["asset"] == asset).unwrap();
            let account = text(account, "/account");
            ids.accounts.push(account.to_owned());
            let account = caller.get(&format!("/v1/accounts/{account}"));
            ids.references.push(text(&account, "/reference").to_owned());
        }
        ids.roles.extend(ROLES[1..].iter().map(|role| make_role(&operator, seed, role)));
        Self {
            world,
            seed,
            time,
            operator,
            caller,
            ids,
            model: Model::new(),
            auditor: Auditor::default(),
            chance: Chance::new(seed),
            sent: BTreeMap::new(),
            credits: BTreeSet::new(),
            kept_back: Vec::new(),
            decided: 0,
            offset: 0,
            answers: Answers::default(),
        }
    }

    /// Plays the whole stream.
    ///
    /// # Panics
    ///
    /// Where the product and the model differ, with the place in the stream and the operation.
    pub(super) fn play(&mut self, stream: &[Operation]) {
        for (place, operation) in stream.iter().enumerate() {
            self.step(&format!("operation {place}, {operation:?}"), operation);
        }
    }

    fn step(&mut self, what: &str, operation: &Operation) {
        if self.time == Time::Flows {
            self.world.clock.advance(TICK);
        }
        let now = self.world.clock.now_micros();
        self.model.expire(now);
        let told = self.model.instructed();
        let behaviour = if let Action::Credit { number, .. } = &operation.action {
            self.credit(what, (operation, *number), now);
            None
        } else {
            self.command(what, operation, now)
        };
        if self.chance.percent(15) {
            self.decide(what, now);
        }
        let new: Vec<Instructed> =
            self.model.instructed().into_iter().filter(|of| !told.contains(of)).collect();
        for of in new {
            self.bank_says(of, behaviour.as_deref().unwrap_or("settle_at_once"), now);
        }
        self.model.expire(now);
        self.compare(what);
        if self.time == Time::Flows {
            self.auditor.look(&mut self.world.journal());
        }
    }

    /// What the bank will say by itself of what it was told.
    fn bank_says(&mut self, of: Instructed, behaviour: &str, now: i64) {
        use Says::{Accepted, Booked, Failed, NoAnswer, Rejected, Returned, Settled};
        if behaviour == "settle_never" {
            self.kept_back.push(of);
        }
        let all: &[Says] = match behaviour {
            "settle_at_once" => &[Accepted, Settled, Booked],
            "settle_twice" => &[Accepted, Settled, Booked, Settled, Booked],
            "settle_never" => &[Accepted],
            "out_of_order" => &[Accepted, Booked, Settled],
            "returned" => &[Accepted, Settled, Booked, Returned],
            "rejected" => &[Rejected],
            "no_answer" => &[NoAnswer, Settled, Booked],
            "decided settled" => &[Settled, Booked],
            "decided returned" => &[Settled, Booked, Returned],
            "decided rejected" => &[Failed],
            other => panic!("no such behaviour: {other}"),
        };
        for says in all {
            let action = Action::RailSays { of, says: *says };
            self.model.apply(&Operation { who: Who::Rail, key: None, action }, now);
        }
    }

    /// Decides by hand what becomes of something that the bank keeps back.
    fn decide(&mut self, what: &str, now: i64) {
        let Some(of) = self.kept_back.pop() else { return };
        let id = match of {
            Instructed::Transaction(slot, _) => &self.ids.transactions[slot],
            Instructed::Refund(slot) => &self.ids.refunds[slot],
        };
        self.decided += 1;
        let key = format!("decided-{}", self.decided);
        let outcome = *self.chance.one(&["settled", "returned", "rejected"]);
        let path = format!("/v1/sandbox/payouts/{id}/outcome");
        let reply = until(what, || {
            let reply = self.caller.post(&path, &key, &json!({ "outcome": outcome }));
            // The bank may not have been told yet.
            (reply.status != 404).then_some(reply)
        });
        self.answers.add(&path, &reply);
        assert_eq!(reply.outcome(), "200", "{outcome}: {reply:?} at {what}");
        self.bank_says(of, &format!("decided {outcome}"), now);
    }

    fn who(&self, who: Who) -> &Caller {
        match who {
            Who::Operator => &self.operator,
            Who::Caller | Who::Rail => &self.caller,
        }
    }

    /// Money comes: what the bank takes in is never refused, and the bank tells of it once.
    fn credit(&mut self, what: &str, (operation, number): (&Operation, u32), now: i64) {
        let key = format!("credit-{number}");
        if !self.credits.insert(number) {
            let Sent { request, reply, .. } = &self.sent[&key];
            let again = self.caller.post(&request.path, &key, &request.body);
            assert!(again.replayed && again.text == reply.text, "{again:?} at {what}");
            return;
        }
        let mut request = operation.request(&self.ids, now + self.offset).unwrap();
        let behaviour = self.chance.one(&["settle_at_once", "settle_twice", "out_of_order"]);
        request.body["sandbox"] = json!({ "behaviour": behaviour });
        let reply = self.caller.post(&request.path, &key, &request.body);
        self.answers.add(&request.path, &reply);
        if reply.text.contains("minor units of one asset") {
            // More than the bank ever takes in for a platform: it never reaches the books.
            assert_eq!(reply.outcome(), "422 bank_refused", "{reply:?} at {what}");
            self.sent.insert(key, Sent { action: operation.action.clone(), request, reply });
            return;
        }
        assert_eq!(reply.outcome(), "201", "{reply:?} at {what}");
        let outcome = self.model.apply(operation, now);
        let sent = Sent { action: operation.action.clone(), request, reply };
        self.sent.insert(key, sent);
        if let Outcome::Done(made @ Made::Transaction) = outcome {
            let known: BTreeSet<String> = self.ids.transactions.iter().cloned().collect();
            let caller = &self.caller;
            let id = until(what, || {
                let newest = caller.get("/v1/transactions?limit=1");
                let id = newest.pointer("/data/0/id")?.as_str()?.to_owned();
                (!known.contains(&id)).then_some(id)
            });
            self.ids.made(made, &id, None);
        }
    }

    /// Asks, compares the answer, and asks again; how the bank was told to behave.
    fn command(&mut self, what: &str, operation: &Operation, now: i64) -> Option<String> {
        // The keys of operators are one set over all platforms.
        let key = key_text(operation.who, operation.key.unwrap());
        let key = format!("{}-{key}", self.seed);
        let known = self.sent.get(&key).filter(|sent| sent.action == operation.action);
        let known = known.map(|sent| sent.request.clone());
        let request = known.unwrap_or_else(|| self.make(operation, now + self.offset));
        let behaviour = request.body.pointer("/sandbox/behaviour");
        let behaviour = behaviour.and_then(Value::as_str).map(str::to_owned);
        let replies = self.ask(operation.who, &key, &request);
        let outcome = self.model.apply(operation, now);
        for reply in &replies {
            self.answers.add(&request.path, reply);
            assert_eq!(reply.outcome(), self.must(&outcome, &key, &request), "{reply:?} at {what}");
        }
        self.check_replies(what, &outcome, (&key, &replies));
        if let (Outcome::Done(_), Action::AdvanceClock { seconds }) = (outcome, &operation.action) {
            self.offset += seconds * 1_000_000;
        }
        if matches!(outcome, Outcome::Done(_) | Outcome::Refused(_, Kept::Kept)) {
            let reply = Reply { replayed: true, ..replies[0].clone() };
            let (action, who) = (operation.action.clone(), operation.who);
            self.sent.insert(key.clone(), Sent { action, request, reply });
            self.ask_again(what, who, &key);
        }
        behaviour
    }

    /// The request, told how the bank should behave where that may be said.
    fn make(&mut self, operation: &Operation, business: i64) -> Http {
        let mut request = operation.request(&self.ids, business).unwrap();
        let behaviours = [
            "settle_at_once",
            "settle_twice",
            "settle_never",
            "out_of_order",
            "returned",
            "rejected",
            "no_answer",
        ];
        if matches!(operation.action, Action::PayOut { .. } | Action::Refund { .. }) {
            let behaviour = *self.chance.one(&behaviours);
            request.body["sandbox"] = json!({ "behaviour": behaviour });
            if behaviour == "returned" {
                request.body["sandbox"]["after_seconds"] = json!(0);
            }
        }
        request
    }

    /// Sends it, now and then from several connections at once.
    fn ask(&mut self, who: Who, key: &str, request: &Http) -> Vec<Reply> {
        let count = if self.chance.percent(12) { AT_ONCE } else { 1 };
        let caller = self.who(who);
        let one = || caller.post(&request.path, key, &request.body);
        if count == 1 {
            return vec![one()];
        }
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..count).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        })
    }

    fn must(&self, outcome: &Outcome, key: &str, request: &Http) -> String {
        match outcome {
            Outcome::Done(_) => {
                let moves = request.path.ends_with("/transitions");
                let moves = moves || request.path == "/v1/sandbox/clock";
                if moves { "200".to_owned() } else { "201".to_owned() }
            }
            Outcome::Refused(code, _) => super::answers::wire(code),
            Outcome::Again(_) => self.sent[key].reply.outcome(),
            Outcome::KeyReused => super::answers::wire("idempotency_key_reused"),
        }
    }

    /// One of those that asked at once was first; all others were told the same, again.
    fn check_replies(&mut self, what: &str, outcome: &Outcome, (key, all): (&str, &[Reply])) {
        let first = all.iter().filter(|reply| !reply.replayed).count();
        let same = all.iter().all(|reply| reply.text == all[0].text);
        match outcome {
            Outcome::Done(_) | Outcome::Refused(_, Kept::Kept) => {
                assert!(first == 1 && same, "one effect and one answer: {all:?} at {what}");
            }
            Outcome::Again(_) => {
                let reply = &self.sent[key].reply;
                assert!(all.iter().all(|one| one == reply), "{all:?}, {reply:?} at {what}");
            }
            Outcome::Refused(_, Kept::Free) | Outcome::KeyReused => {
                assert_eq!(first, all.len(), "nothing was kept: {all:?} at {what}");
            }
        }
        if let Outcome::Done(made) = outcome {
            let body = all[0].body();
            let second = match made {
                Made::Account | Made::Expected => body["reference"].as_str(),
                Made::Hold => body["transaction"].as_str(),
                Made::Nothing
                | Made::Customer
                | Made::BankAccount
                | Made::Transaction
                | Made::Refund => None,
            };
            self.ids.made(*made, body["id"].as_str().unwrap_or_default(), second);
        }
    }

    /// Sends a key again: with the same body, and with another.
    fn ask_again(&mut self, what: &str, who: Who, key: &str) {
        let (same, other) = (self.chance.percent(25), self.chance.percent(10));
        let Sent { request, reply, .. } = &self.sent[key];
        if same {
            let again = self.who(who).post(&request.path, key, &request.body);
            assert_eq!(again, *reply, "again at {what}");
        }
        if other {
            let (path, body) = another(request);
            let reused = self.who(who).post(path, key, &body);
            let outcome = super::answers::wire("idempotency_key_reused");
            assert_eq!(reused.outcome(), outcome, "another body at {what}");
        }
    }

    /// Everything that can be read agrees with the model, as soon as the bank has said it.
    fn compare(&self, what: &str) {
        let expected = snapshot::expected(&self.model, &self.ids);
        let started = Instant::now();
        loop {
            let found = snapshot::found(&self.caller, &self.ids);
            if found == expected {
                return;
            }
            let late = started.elapsed() > PATIENCE;
            assert!(!late, "{}\nafter {what}", snapshot::difference(&expected, &found));
            std::thread::yield_now();
        }
    }
}

/// Another request for the same key: the same but for its reference, or for another thing.
fn another(request: &Http) -> (&str, Value) {
    let mut body = request.body.clone();
    match body.get_mut("reference") {
        Some(reference) => {
            *reference = json!("Another");
            (&request.path, body)
        }
        None => ("/v1/customers", json!({ "kind": "individual", "name": "Another" })),
    }
}

/// Asks until there is an answer.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "nothing came at {what}");
        std::thread::yield_now();
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

fn amount(minor: u128, asset: &'static str) -> Value {
    let money = testkit::operation::Money { minor, asset };
    json!({ "value": testkit::request::decimal(money), "asset": asset })
}

fn fee(rule: &stage::FeeRule) -> Value {
    json!({
        "kind": rule.kind,
        "fixed": amount(rule.fixed, rule.asset),
        "parts_per_million": rule.share,
        "minimum": amount(rule.minimum, rule.asset),
        "maximum": rule.maximum.map(|maximum| amount(maximum, rule.asset)),
    })
}

fn make_role(operator: &Caller, seed: u64, role: &stage::Role) -> String {
    let limit = |limit: &stage::Limit| {
        json!({
            "capability": limit.capability,
            "window": limit.window,
            "maximum": amount(limit.maximum.minor, limit.maximum.asset),
        })
    };
    let body = json!({
        "name": role.name,
        "kinds": ["individual", "sole_trader", "organisation", "incorporated_business"],
        "capabilities": role.capabilities,
        "fees": role.fees.iter().map(fee).collect::<Vec<_>>(),
        "limits": role.limits.iter().map(limit).collect::<Vec<_>>(),
        "review_required": false,
    });
    let key = format!("role-{seed}-{}", role.name);
    let made = operator.post("/v1/roles", &key, &body).done();
    let id = text(&made, "/id").to_owned();
    if role.state == RoleState::Published {
        let path = format!("/v1/roles/{id}/transitions");
        operator.post(&path, &format!("publish-{id}"), &json!({ "to": "published" })).done();
    }
    id
}
