//! A platform on its stage: how operations become requests of a processor, and whether a store holds
//! what the model says.
//!
//! Drives nothing by itself: [`play`](crate::play) does, and whoever else has a processor.

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
use processor::{
    Answer, Group, Mode, Observer, Presented, Presenter, Processor, Request, Unity as GroupUnity,
};
use sha2::{Digest, Sha256};
use store::Truth;

use crate::commands::{amount, asset};
use crate::generator::TICK;
use crate::ids::{Ids, bulk_key_text, key_text};
use crate::model::{Model, Name};
use crate::operation::{Bulk, Operation, Unity, Who};
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

/// A platform with the ids of what its stream has made.
#[derive(Debug)]
pub struct Desk {
    /// The platform.
    pub platform: PlatformId,
    /// What the slots stand for.
    pub ids: Ids,
}

impl Desk {
    /// Sets the stage on an empty store; `now` moves on. `truth` is another handle to that store.
    ///
    /// # Panics
    ///
    /// If a command of the stage is refused.
    pub fn set_up<T: Truth, O: Observer>(
        processor: &mut Processor<T, Plain, O>,
        truth: &mut impl Truth,
        now: &mut i64,
    ) -> Self {
        let mut desk = Self { platform: OPERATOR, ids: Ids::default() };
        let mut ask = |desk: &Self, command| {
            *now += TICK;
            let request =
                Request { envelope: desk.envelope(Who::Operator, command), mode: Mode::Apply };
            done(&processor.step(&[request], Timestamp::from_micros(*now)))
        };
        let platform = PlatformCreate {
            name: NAME.to_owned(),
            assets: PLATFORM_ASSETS.map(asset).to_vec(),
            fees: fees(ROLES[0].fees),
            labels: Labels::default(),
        };
        desk.platform = ask(&desk, Command::PlatformCreate(platform)).parse().unwrap();
        let Platform { customer, default_role, accounts, .. } = desk.shown(truth);
        desk.ids.customers.push(customer.to_string());
        desk.ids.roles.push(default_role.to_string());
        for (_, account) in accounts {
            let Some(Resource::Account(found)) = desk.get(truth, Key::Account(account)) else {
                panic!()
            };
            desk.ids.accounts.push(account.to_string());
            desk.ids.references.push(found.reference);
        }
        for role in &ROLES[1..] {
            let id = ask(&desk, role_create(role));
            if role.state == RoleState::Published {
                ask(&desk, publish(id.parse().unwrap()));
            }
            desk.ids.roles.push(id);
        }
        desk
    }

    /// The platform as it is stored.
    ///
    /// # Panics
    ///
    /// If it is not there.
    pub fn shown(&self, truth: &mut impl Truth) -> Platform {
        let Some(Resource::Platform(platform)) = self.get(truth, Key::Platform(self.platform))
        else {
            panic!("the platform is there")
        };
        platform
    }

    fn get(&self, truth: &mut impl Truth, key: Key) -> Option<Resource> {
        truth.load(&[(self.platform, key)]).unwrap().pop().flatten()
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

    /// An operation as a request, asked at `business` time in microseconds.
    #[must_use]
    pub fn request(&self, operation: &Operation, business: i64) -> Request {
        let command = self.ids.command(&operation.action, business);
        let mut envelope = self.envelope(operation.who, command);
        envelope.idempotency = operation.key.map(|number| Idempotency {
            scope: if operation.who == Who::Operator { OPERATOR } else { self.platform },
            key: key_text(operation.who, number),
            fingerprint: Sha256::digest(format!("{:?}", operation.action)).into(),
        });
        Request { envelope, mode: Mode::Apply }
    }

    /// A bulk request of the platform's as a group, asked at `business` time in microseconds.
    #[must_use]
    pub fn group(&self, bulk: &Bulk, business: i64) -> Group {
        let mut envelope = self.envelope(Who::Caller, Command::Bulk { items: bulk.items.len() });
        envelope.idempotency = Some(Idempotency {
            scope: self.platform,
            key: bulk_key_text(bulk.key),
            fingerprint: Sha256::digest(format!("{bulk:?}")).into(),
        });
        Group {
            whole: Request { envelope, mode: Mode::Apply },
            items: bulk.items.iter().map(|item| self.request(item, business)).collect(),
            unity: match bulk.unity {
                Unity::Each => GroupUnity::Each,
                Unity::All => GroupUnity::All,
            },
        }
    }

    /// Compares every balance and every state in a store with the model.
    ///
    /// # Panics
    ///
    /// Where they differ.
    pub fn agrees(&self, truth: &mut impl Truth, model: &Model, when: &str) {
        let counters = |resource: Option<Resource>| match resource {
            Some(Resource::Account(account)) => account.ledger.counters,
            _ => ledger::Counters::default(),
        };
        for slot in 0..self.ids.accounts.len() {
            let found = self.get(truth, Key::Account(self.ids.accounts[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, model.account(slot).unwrap().0, "account {slot} {when}");
            let must = model.counters(Name::Of(slot));
            assert_eq!(plain(counters(found)), must, "account {slot} {when}");
        }
        for (name, must) in model.moved() {
            let Name::Internal(chart, code) = name else { continue };
            let label = format!("{chart}:{code}");
            let id = ledger::AccountId::from_bytes(ledger::ids::derived(self.platform, &label));
            let found = counters(self.get(truth, Key::Account(id)));
            assert_eq!(plain(found), must, "{label} {when}");
        }
        self.states_agree(truth, model, when);
    }

    fn states_agree(&self, truth: &mut impl Truth, model: &Model, when: &str) {
        for slot in 0..self.ids.transactions.len() {
            let id = self.ids.transactions[slot].parse().unwrap();
            let Some(Resource::Transaction(found)) = self.get(truth, Key::Transaction(id)) else {
                panic!("transaction {slot} {when}")
            };
            let must = model.transaction(slot).unwrap();
            use payments::states::Machine;
            let said = (found.status.code(), found.captured, found.refunded);
            assert_eq!(
                said,
                (must.status, must.captured, must.refunded),
                "transaction {slot} {when}"
            );
        }
        for slot in 0..self.ids.holds.len() {
            let found = self.get(truth, Key::Hold(self.ids.holds[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, model.hold(slot).unwrap().status, "hold {slot} {when}");
        }
        for slot in 0..self.ids.refunds.len() {
            let found = self.get(truth, Key::Refund(self.ids.refunds[slot].parse().unwrap()));
            let status = found.as_ref().and_then(Resource::visible).unwrap().status;
            assert_eq!(status, model.refunded(slot).unwrap().status, "refund {slot} {when}");
        }
    }
}

/// The id in the answer to a command of the stage.
fn done(answers: &[Answer]) -> String {
    let [Answer::Kept { presented: Presented { status: 200, body }, .. }] = answers else {
        panic!("the stage is set: {answers:?}");
    };
    let text = String::from_utf8(body.clone()).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

fn role_create(role: &crate::stage::Role) -> Command {
    let terms = RoleTerms {
        kinds: CustomerKind::ALL.to_vec(),
        capabilities: role.capabilities.iter().map(|word| capability(word)).collect(),
        fees: fees(role.fees),
        limits: role.limits.iter().map(limit).collect(),
        review_required: false,
    };
    let (name, labels) = (role.name.to_owned(), Labels::default());
    Command::RoleCreate(RoleCreate { name, terms, labels })
}

fn publish(role: RoleId) -> Command {
    Command::Transition(Transition {
        target: Key::Role(role),
        to: "published".to_owned(),
        expected: None,
        reason_code: None,
        note: None,
        account: None,
        amount: None,
    })
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
