//! Plays a stream through a processor and through the model, and compares them after every batch:
//! the same answers, the same balances, the same states, and whole books.
//!
//! Start at [`play`].

use std::collections::BTreeMap;

use ledger::{Entry, PlatformId, Timestamp};
use money::PartsPerMillion;
use payments::command::{PlatformCreate, RoleCreate, RoleTerms, Transition};
use payments::ids::{KeyId, RoleId};
use payments::meta::Labels;
use payments::resources::{
    Capability, CustomerKind, FeeRule, Limit, LimitWindow, Platform, TransactionKind,
};
use payments::{
    Actor, Command, Decision, Envelope, Idempotency, Key, OPERATOR, Rejected, Resource, id_text,
};
use processor::{Answer, Mode, Presented, Presenter, Processor, Request};
use sha2::{Digest, Sha256};
use store::{Journal, Truth};

use crate::audit::Auditor;
use crate::chance::Chance;
use crate::commands::{amount, asset};
use crate::generator::{START, TICK};
use crate::ids::{Ids, key_text};
use crate::model::{Kept, Model, Name, Outcome};
use crate::operation::{Action, Operation, Who};
use crate::stage::{NAME, PLATFORM_ASSETS, ROLES, RoleState};

/// Answers with the id of what was made, and what else [`Ids::made`] wants; or with the code.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Presenter for Plain {
    fn applied(&self, _: &Envelope, decision: &Decision, _: Option<&Entry>) -> Presented {
        let answered = decision.answered();
        let shown = answered.and_then(Resource::visible);
        let id = shown.map(|shown| id_text(shown.kind, shown.id)).unwrap_or_default();
        let second = match answered {
            Some(Resource::Account(account)) => account.reference.clone(),
            Some(Resource::Hold(hold)) => hold.transaction.to_string(),
            Some(Resource::Transaction(transaction)) => transaction.reference.clone(),
            _ => String::new(),
        };
        Presented { status: 200, body: format!("{id} {second}").into_bytes() }
    }

    fn refused(&self, _: &Envelope, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: rejected.code().as_bytes().to_vec() }
    }

    fn refused_for(&self, _: &Envelope, item: usize, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: format!("{} at {item}", rejected.code()).into_bytes() }
    }
}

/// Plays `stream` on an empty store, in batches of at most `batch_max` drawn from `seed`.
///
/// `store` must be a handle whose clones see the same store.
///
/// # Panics
///
/// Where the product and the model differ, with the place in the stream and the operation.
pub fn play<T: Truth + Journal + Clone>(
    store: T,
    stream: &[Operation],
    seed: u64,
    batch_max: usize,
) {
    let mut player = Player::new(store);
    let mut chance = Chance::new(seed);
    let mut at = 0;
    while at < stream.len() {
        let wanted = 1 + chance.below(batch_max);
        let batch = player.takes(&stream[at..], wanted);
        player.batch(&stream[at..at + batch], at);
        at += batch;
    }
    player.auditor.verify(&mut player.store);
}

struct Player<T> {
    processor: Processor<T, Plain, ()>,
    store: T,
    platform: PlatformId,
    ids: Ids,
    model: Model,
    auditor: Auditor,
    bodies: BTreeMap<String, Vec<u8>>,
    now: i64,
}

impl<T: Truth + Journal + Clone> Player<T> {
    fn new(store: T) -> Self {
        let processor = Processor::new(store.clone(), Plain, ()).unwrap();
        let mut player = Self {
            processor,
            store,
            platform: OPERATOR,
            ids: Ids::default(),
            model: Model::new(),
            auditor: Auditor::default(),
            bodies: BTreeMap::new(),
            now: START - 1_000 * TICK,
        };
        player.set_stage();
        player.now = START;
        player
    }

    fn set_stage(&mut self) {
        let platform = self.set_up(Command::PlatformCreate(PlatformCreate {
            name: NAME.to_owned(),
            assets: PLATFORM_ASSETS.map(asset).to_vec(),
            fees: fees(ROLES[0].fees),
            labels: Labels::default(),
        }));
        self.platform = platform.parse().unwrap();
        let Platform { customer, default_role, accounts, .. } = self.stage_platform();
        self.ids.customers.push(customer.to_string());
        self.ids.roles.push(default_role.to_string());
        for (_, account) in accounts {
            let Some(Resource::Account(found)) = self.get(Key::Account(account)) else { panic!() };
            self.ids.accounts.push(account.to_string());
            self.ids.references.push(found.reference);
        }
        for role in &ROLES[1..] {
            let terms = RoleTerms {
                kinds: CustomerKind::ALL.to_vec(),
                capabilities: role.capabilities.iter().map(|word| capability(word)).collect(),
                fees: fees(role.fees),
                limits: role.limits.iter().map(limit).collect(),
                review_required: false,
            };
            let (name, labels) = (role.name.to_owned(), Labels::default());
            let id = self.set_up(Command::RoleCreate(RoleCreate { name, terms, labels }));
            if role.state == RoleState::Published {
                let id: RoleId = id.parse().unwrap();
                self.set_up(Command::Transition(Transition {
                    target: Key::Role(id),
                    to: "published".to_owned(),
                    expected: None,
                    reason_code: None,
                    note: None,
                    account: None,
                    amount: None,
                }));
            }
            self.ids.roles.push(id);
        }
    }

    /// Does something that no stream does; the id in the answer.
    fn set_up(&mut self, command: Command) -> String {
        self.now += TICK;
        let envelope = self.envelope(Who::Operator, command);
        let request = Request { envelope, mode: Mode::Apply };
        let answers = self.processor.step(&[request], Timestamp::from_micros(self.now));
        let [Answer::Kept { presented: Presented { status: 200, body }, .. }] = &answers[..] else {
            panic!("the stage is set: {answers:?}");
        };
        let text = String::from_utf8(body.clone()).unwrap();
        text.split(' ').next().unwrap().to_owned()
    }

    fn stage_platform(&mut self) -> Platform {
        let Some(Resource::Platform(platform)) = self.get(Key::Platform(self.platform)) else {
            panic!("the platform is there")
        };
        platform
    }

    fn get(&mut self, key: Key) -> Option<Resource> {
        self.store.load(&[(self.platform, key)]).unwrap().pop().flatten()
    }

    fn envelope(&self, who: Who, command: Command) -> Envelope {
        let actor = match who {
            Who::Caller => Actor::Platform(KeyId::from_bytes([1; 16])),
            Who::Operator => Actor::Operator(KeyId::from_bytes([2; 16])),
            Who::Rail => Actor::Rail,
        };
        Envelope {
            platform: self.platform,
            actor,
            address: "127.0.0.1".to_owned(),
            request_id: "stream".to_owned(),
            idempotency: None,
            command,
        }
    }

    fn request(&self, operation: &Operation, business: i64) -> Request {
        let command = self.ids.command(&operation.action, business);
        let mut envelope = self.envelope(operation.who, command);
        envelope.idempotency = operation.key.map(|number| Idempotency {
            scope: if operation.who == Who::Operator { OPERATOR } else { self.platform },
            key: key_text(operation.who, number),
            fingerprint: Sha256::digest(format!("{:?}", operation.action)).into(),
        });
        Request { envelope, mode: Mode::Apply }
    }

    /// How many of the operations that come can be asked at once: none that names what another of
    /// them makes, and none after the clock was moved.
    fn takes(&self, coming: &[Operation], wanted: usize) -> usize {
        let mut count = 0;
        for operation in coming.iter().take(wanted) {
            if count > 0 && !self.ids.knows(&operation.action) {
                break;
            }
            count += 1;
            if matches!(operation.action, Action::AdvanceClock { .. }) {
                break;
            }
        }
        count
    }

    fn batch(&mut self, operations: &[Operation], at: usize) {
        self.now += TICK * i64::try_from(operations.len()).unwrap();
        let business = self.now + self.stage_platform().clock_offset_micros;
        let requests: Vec<Request> =
            operations.iter().map(|operation| self.request(operation, business)).collect();
        let now = Timestamp::from_micros(self.now);
        let answers = self.processor.step(&requests, now);
        for (place, (operation, answer)) in (at..).zip(operations.iter().zip(answers)) {
            let expected = self.model.apply(operation, self.now);
            self.compare(
                &format!("operation {place}, {operation:?}"),
                expected,
                operation,
                &answer,
            );
        }
        let due = self.processor.due(now).unwrap();
        self.processor.step(&due, now);
        self.model.expire(self.now);
        self.compare_balances(&format!("after operation {}", at + operations.len() - 1));
        self.auditor.look(&mut self.store);
    }

    fn compare(&mut self, what: &str, expected: Outcome, operation: &Operation, answer: &Answer) {
        let (body, said) = match answer {
            Answer::Kept { presented, replayed, .. } => {
                let body = String::from_utf8(presented.body.clone()).unwrap();
                let done = presented.status == 200;
                let word = if done { "done".to_owned() } else { body.clone() };
                (body, if *replayed { format!("again {word}") } else { word })
            }
            Answer::Refused(rejected) => (String::new(), format!("{} (free)", rejected.code())),
            other => (String::new(), format!("{other:?}")),
        };
        let must = match expected {
            Outcome::Done(_) => "done".to_owned(),
            Outcome::Refused(code, Kept::Kept) => code.to_owned(),
            Outcome::Refused(code, Kept::Free) => format!("{code} (free)"),
            Outcome::Again(Ok(_)) => "again done".to_owned(),
            Outcome::Again(Err(code)) => format!("again {code}"),
            Outcome::KeyReused => "KeyReused".to_owned(),
        };
        assert_eq!(said, must, "answer and model differ at {what}");
        if let Outcome::Done(made) = expected {
            let (id, second) = body.split_once(' ').unwrap();
            self.ids.made(made, id, Some(second));
        }
        if let (Answer::Kept { presented, .. }, Some(number)) = (answer, operation.key) {
            let key = key_text(operation.who, number);
            let first = self.bodies.entry(key).or_insert_with(|| presented.body.clone());
            assert_eq!(*first, presented.body, "a replay is the first answer: {what}");
        }
    }

    fn compare_balances(&mut self, when: &str) {
        let counters = |resource: Option<Resource>| match resource {
            Some(Resource::Account(account)) => account.ledger.counters,
            _ => ledger::Counters::default(),
        };
        for slot in 0..self.ids.accounts.len() {
            let found = self.get(Key::Account(self.ids.accounts[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, self.model.account(slot).unwrap().0, "account {slot} {when}");
            let must = self.model.counters(Name::Of(slot));
            assert_eq!(plain(counters(found)), must, "account {slot} {when}");
        }
        for (name, must) in self.model.moved().collect::<Vec<_>>() {
            let Name::Internal(chart, code) = name else { continue };
            let label = format!("{chart}:{code}");
            let id = ledger::AccountId::from_bytes(ledger::ids::derived(self.platform, &label));
            let found = counters(self.get(Key::Account(id)));
            assert_eq!(plain(found), must, "{label} {when}");
        }
        self.compare_states(when);
    }

    fn compare_states(&mut self, when: &str) {
        for slot in 0..self.ids.transactions.len() {
            let id = self.ids.transactions[slot].parse().unwrap();
            let Some(Resource::Transaction(found)) = self.get(Key::Transaction(id)) else {
                panic!("transaction {slot} {when}")
            };
            let must = self.model.transaction(slot).unwrap();
            use payments::states::Machine;
            let said = (found.status.code(), found.captured, found.refunded);
            assert_eq!(
                said,
                (must.status, must.captured, must.refunded),
                "transaction {slot} {when}"
            );
        }
        for slot in 0..self.ids.holds.len() {
            let found = self.get(Key::Hold(self.ids.holds[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, self.model.hold(slot).unwrap().status, "hold {slot} {when}");
        }
        for slot in 0..self.ids.refunds.len() {
            let found = self.get(Key::Refund(self.ids.refunds[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, self.model.refunded(slot).unwrap().status, "refund {slot} {when}");
        }
    }
}

const fn plain(of: ledger::Counters) -> crate::model::Counters {
    let ledger::Counters { debits_pending, debits_posted, credits_pending, credits_posted } = of;
    crate::model::Counters { debits_pending, debits_posted, credits_pending, credits_posted }
}

fn capability(word: &str) -> Capability {
    Capability::parse(word).unwrap()
}

fn fees(rules: &[crate::stage::FeeRule]) -> Vec<FeeRule> {
    let rule = |rule: &crate::stage::FeeRule| FeeRule {
        kind: TransactionKind::parse(rule.kind).unwrap(),
        fixed: amount(crate::operation::Money { minor: rule.fixed, asset: rule.asset }),
        share: PartsPerMillion::new(rule.share).unwrap(),
        minimum: rule.minimum,
        maximum: rule.maximum,
    };
    rules.iter().map(rule).collect()
}

fn limit(of: &crate::stage::Limit) -> Limit {
    Limit {
        capability: capability(of.capability),
        window: LimitWindow::parse(of.window).unwrap(),
        maximum: amount(of.maximum),
    }
}
