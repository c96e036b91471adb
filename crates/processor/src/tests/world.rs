//! A platform in memory that tests ask for things: one command a step, a clock that only they move.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

use ledger::{AccountId, Entry, PlatformId, Timestamp};
use money::{Amount, Asset, PartsPerMillion};
use payments::bank::BankDetails;
use payments::command::{
    AccountCreate, BankAccountCreate, CreditStep, CustomerCreate, Part, PartSize, Pay, PayOut,
    PlatformCreate, RailNotice, RefundCreate, Transition,
};
use payments::ids::{BankAccountId, CustomerId, HoldId, KeyId};
use payments::meta::Labels;
use payments::resources::{Bearer, CustomerKind, FeeRule, TransactionKind};
use payments::{Actor, Command, Decision, Envelope, Key, OPERATOR, Rejected, Resource, id_text};
use store::{Journal, MemoryStore, Mode as StoreMode, Truth};

use crate::{Answer, Mode, Presented, Presenter, Processor, Request};

/// 2026-11-24T07:00:00Z.
pub(super) const START: i64 = 1_795_503_600_000_000;
pub(super) const SECOND: i64 = 1_000_000;

/// Answers with the id of what was made, or the code of the refusal; a poisoned request is its end.
pub(super) struct Plain;

/// The request id of a command that breaks the presenter.
pub(super) const POISON: &str = "poison";

impl Presenter for Plain {
    fn applied(&self, envelope: &Envelope, decision: &Decision, _: Option<&Entry>) -> Presented {
        assert_ne!(envelope.request_id, POISON, "poisoned, as asked for");
        let shown = decision.answered().and_then(Resource::visible);
        let body = shown.map(|shown| id_text(shown.kind, shown.id)).unwrap_or_default();
        Presented { status: 200, body: body.into_bytes() }
    }

    fn refused(&self, _: &Envelope, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: rejected.code().as_bytes().to_vec() }
    }

    fn refused_for(&self, _: &Envelope, item: usize, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: format!("{} at {item}", rejected.code()).into_bytes() }
    }
}

/// What came of a command: the id of what it made or changed, or the code of its refusal.
pub(super) type Came = Result<String, String>;

/// A platform with its writer.
pub(super) struct World {
    pub(super) processor: Processor<MemoryStore, Plain, ()>,
    pub(super) store: MemoryStore,
    pub(super) platform: PlatformId,
    pub(super) now: i64,
}

pub(super) fn gbp(text: &str) -> Amount {
    amount(text, "GBP")
}

pub(super) fn amount(text: &str, code: &str) -> Amount {
    Amount::parse(text, asset(code)).unwrap()
}

pub(super) fn asset(code: &str) -> Asset {
    Asset::known(code).unwrap()
}

pub(super) fn bank(holder: &str, number: &str) -> BankDetails {
    BankDetails::uk(holder.to_owned(), "20-00-00", number).unwrap()
}

/// The fees of the platform in these tests: internal 1 % and 10p at most 5.00, out 25p, in nothing.
pub(super) fn fees() -> Vec<FeeRule> {
    let rule = |kind, fixed, share, maximum| FeeRule {
        kind,
        fixed: gbp(fixed),
        share: PartsPerMillion::new(share).unwrap(),
        minimum: 0,
        maximum,
    };
    vec![
        rule(TransactionKind::Internal, "0.10", 10_000, Some(500)),
        rule(TransactionKind::OutboundBank, "0.25", 0, None),
    ]
}

pub(super) fn platform_create() -> Command {
    Command::PlatformCreate(PlatformCreate {
        name: "Market".to_owned(),
        assets: vec![asset("GBP")],
        fees: fees(),
        labels: Labels::default(),
    })
}

pub(super) fn envelope(platform: PlatformId, actor: Actor, command: Command) -> Envelope {
    Envelope {
        platform,
        actor,
        address: "127.0.0.1".to_owned(),
        request_id: "req".to_owned(),
        idempotency: None,
        command,
    }
}

pub(super) fn operator() -> Actor {
    Actor::Operator(KeyId::from_bytes([1; 16]))
}

pub(super) fn caller() -> Actor {
    Actor::Platform(KeyId::from_bytes([2; 16]))
}

/// What an answer says in one word.
pub(super) fn came(answer: &Answer) -> Came {
    match answer {
        Answer::Kept { presented, .. } | Answer::Dry(presented) => {
            let body = String::from_utf8(presented.body.clone()).unwrap();
            if presented.status == 200 { Ok(body) } else { Err(body) }
        }
        Answer::Refused(rejected) => Err(format!("{} (not kept)", rejected.code())),
        Answer::KeyReused => Err("key_reused".to_owned()),
        Answer::Failed(failure) => Err(format!("{failure:?}")),
    }
}

impl World {
    /// An empty store with one platform, `Market`.
    pub(super) fn new() -> Self {
        let store = MemoryStore::new(StoreMode::Test);
        let processor = Processor::new(store.clone(), Plain, ()).unwrap();
        let mut world = Self { processor, store, platform: OPERATOR, now: START };
        let made = world.asked_by(operator(), platform_create());
        world.platform = made.unwrap().parse().unwrap();
        world
    }

    /// One request alone in a batch, a second after the last.
    pub(super) fn step(&mut self, request: Request) -> Answer {
        self.now += SECOND;
        let now = Timestamp::from_micros(self.now);
        self.processor.step(&[request], now).pop().unwrap()
    }

    pub(super) fn asked_by(&mut self, actor: Actor, command: Command) -> Came {
        let envelope = envelope(self.platform, actor, command);
        came(&self.step(Request { envelope, mode: Mode::Apply }))
    }

    pub(super) fn ask(&mut self, command: Command) -> Came {
        self.asked_by(caller(), command)
    }

    /// Asks, expects it to be done, and reads the id in the answer.
    pub(super) fn made<T: FromStr<Err: Debug>>(&mut self, command: Command) -> T {
        self.ask(command).unwrap().parse().unwrap()
    }

    pub(super) fn notice(&mut self, notice: RailNotice) -> Came {
        self.asked_by(Actor::Rail, Command::RailNotice(notice))
    }

    /// Runs what became due.
    pub(super) fn tick(&mut self) -> usize {
        let now = Timestamp::from_micros(self.now);
        let due = self.processor.due(now).unwrap();
        self.processor.step(&due, now).len()
    }

    pub(super) fn get(&self, key: Key) -> Resource {
        let mut store = self.store.clone();
        store.load(&[(self.platform, key)]).unwrap().pop().flatten().unwrap()
    }

    pub(super) fn status(&self, key: Key) -> &'static str {
        self.get(key).visible().unwrap().status
    }

    pub(super) fn customer(&mut self, name: &str) -> CustomerId {
        self.made(Command::CustomerCreate(CustomerCreate {
            kind: CustomerKind::Individual,
            name: name.to_owned(),
            email: None,
            role: None,
            labels: Labels::default(),
        }))
    }

    pub(super) fn account_of(&mut self, customer: CustomerId, name: &str) -> AccountId {
        self.made(Command::AccountCreate(AccountCreate {
            customer,
            asset: asset("GBP"),
            name: name.to_owned(),
            labels: Labels::default(),
        }))
    }

    /// A customer with an account of the same name.
    pub(super) fn person(&mut self, name: &str) -> AccountId {
        let customer = self.customer(name);
        self.account_of(customer, name)
    }

    pub(super) fn bank_account(&mut self, customer: CustomerId, holder: &str) -> BankAccountId {
        self.made(Command::BankAccountCreate(BankAccountCreate {
            customer,
            details: bank(holder, "12345678"),
            labels: Labels::default(),
        }))
    }

    pub(super) fn own_account(&self) -> AccountId {
        let Resource::Platform(platform) = self.get(Key::Platform(self.platform)) else { panic!() };
        platform.account(asset("GBP")).unwrap()
    }

    pub(super) fn account(&self, id: AccountId) -> payments::resources::Account {
        let Resource::Account(account) = self.get(Key::Account(id)) else { panic!() };
        account
    }

    pub(super) fn transaction(
        &self,
        id: ledger::TransactionId,
    ) -> payments::resources::Transaction {
        let Resource::Transaction(found) = self.get(Key::Transaction(id)) else { panic!() };
        found
    }

    /// Money from a bank for an account, told of once at `step`.
    pub(super) fn credit(
        &mut self,
        bank_id: &str,
        reference: &str,
        value: &str,
        step: CreditStep,
    ) -> Came {
        self.notice(RailNotice::Credit {
            bank_id: bank_id.to_owned(),
            amount: gbp(value),
            reference: reference.to_owned(),
            payer: bank("Some Payer", "87654321"),
            step,
        })
    }

    /// Puts money on an account from a bank, notified and booked.
    pub(super) fn fund(&mut self, account: AccountId, value: &str) -> ledger::TransactionId {
        let reference = self.account(account).reference;
        let bank_id = format!("fund-{}", self.now);
        let id = self.credit(&bank_id, &reference, value, CreditStep::Notified).unwrap();
        self.credit(&bank_id, &reference, value, CreditStep::Booked).unwrap();
        id.parse().unwrap()
    }

    /// Every account that ever moved: its name, balance, and what is available and pending where
    /// that differs.
    pub(super) fn books(&self) -> String {
        let mut lines = BTreeMap::new();
        for (_, resource) in self.store.clone().resources_after(None, 100_000).unwrap() {
            let Resource::Account(account) = resource else { continue };
            let ledger = &account.ledger;
            if ledger.version == 0 {
                continue;
            }
            let mut line = ledger.balance().decimal();
            if ledger.chart.is_liability() && ledger.available() != ledger.balance() {
                line.push_str(&format!(", available {}", ledger.available().decimal()));
            }
            for (word, pending) in [("in", ledger.pending_in()), ("out", ledger.pending_out())] {
                if pending.decimal() != "0.00" {
                    line.push_str(&format!(", pending {word} {}", pending.decimal()));
                }
            }
            lines.insert(account.name, line);
        }
        lines.into_iter().map(|(name, line)| format!("{name}: {line}\n")).collect()
    }
}

/// A payment to one or several payees.
pub(super) fn pay(payer: AccountId, value: &str, parts: Vec<(AccountId, PartSize)>) -> Pay {
    Pay {
        payer,
        amount: gbp(value),
        parts: parts.into_iter().map(|(account, size)| Part { account, size }).collect(),
        bearer: Bearer::Payees,
        reference: "Order 1".to_owned(),
        description: None,
        effective_at: None,
        hold_until: None,
        labels: Labels::default(),
    }
}

/// A payment to one payee.
pub(super) fn pay_one(payer: AccountId, value: &str, payee: AccountId) -> Pay {
    pay(payer, value, vec![(payee, PartSize::Remainder)])
}

pub(super) fn pay_out(payer: AccountId, value: &str, bank_account: BankAccountId) -> PayOut {
    PayOut {
        payer,
        amount: gbp(value),
        bank_account,
        bearer: Bearer::Payer,
        reference: "Payout".to_owned(),
        description: None,
        behaviour: None,
        labels: Labels::default(),
    }
}

pub(super) fn refund(transaction: ledger::TransactionId, value: Option<&str>) -> RefundCreate {
    RefundCreate {
        transaction,
        amount: value.map(gbp),
        legs: None,
        fees: payments::command::FeeReturn::Kept,
        reason: None,
        behaviour: None,
        labels: Labels::default(),
    }
}

pub(super) fn to(target: Key, to: &str) -> Transition {
    Transition {
        target,
        to: to.to_owned(),
        expected: None,
        reason_code: None,
        note: None,
        account: None,
        amount: None,
    }
}

/// The transaction of a hold.
pub(super) fn of_hold(world: &World, id: HoldId) -> ledger::TransactionId {
    let Resource::Hold(hold) = world.get(Key::Hold(id)) else { panic!() };
    hold.transaction
}
