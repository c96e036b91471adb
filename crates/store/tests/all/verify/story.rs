//! A history of two platforms in which every kind of transaction ends in every way it can.
//!
//! Driven through the processor, so that `verify` meets rows as they are written.

use ledger::{AccountId, Chart, Direction, PlatformId, Timestamp, TransactionId};
use money::{Amount, Asset, PartsPerMillion};
use payments::bank::BankDetails;
use payments::command::{
    AccountCreate, Adjust, BankAccountCreate, Charge, CreditStep, CustomerCreate, Expect,
    FeeReturn, Part, PartSize, Pay, PayOut, PlatformCreate, RailAnswer, RailNotice, RefundCreate,
    Transition, Update,
};
use payments::ids::{BankAccountId, CustomerId, HoldId, KeyId, RefundId};
use payments::meta::{Labels, LabelsPatch};
use payments::resources::{Attempt, Bearer, CustomerKind, FeeRule, Kind, TransactionKind};
use payments::{
    Actor, Command, Decision, Envelope, Idempotency, Key, OPERATOR, Rejected, Resource,
};
use processor::{Answer, Presented, Presenter, Processor, Request};
use store::{Journal, MemoryStore, Mode, Truth};

const DAY_MICROS: i64 = 86_400_000_000;
const START_MICROS: i64 = 1_700_000_000_000_000;

/// The least that can be answered.
pub(super) struct Plain;

impl Presenter for Plain {
    fn applied(&self, _: &Envelope, decision: &Decision, _: Option<&ledger::Entry>) -> Presented {
        Presented { status: 201, body: format!("{:?}", decision.answer).into_bytes() }
    }

    fn refused(&self, _: &Envelope, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: rejected.code().as_bytes().to_vec() }
    }

    fn refused_for(&self, _: &Envelope, item: usize, rejected: &Rejected) -> Presented {
        Presented { status: 422, body: format!("{} at {item}", rejected.code()).into_bytes() }
    }
}

/// A store and who writes to it.
pub(super) struct Story {
    pub(super) store: MemoryStore,
    processor: Processor<MemoryStore, Plain, ()>,
    pub(super) platform: PlatformId,
    keys: u64,
    now: i64,
}

/// The accounts of one platform's people.
pub(super) struct Cast {
    pub(super) buyer: AccountId,
    pub(super) seller: AccountId,
    pub(super) other: AccountId,
    pub(super) bank_account: BankAccountId,
}

pub(super) fn gbp(minor: u128) -> Amount {
    Amount::new(minor, Asset::known("GBP").unwrap()).unwrap()
}

fn payer() -> BankDetails {
    BankDetails::uk("A Payer".to_owned(), "200000", "12345678").unwrap()
}

impl Story {
    /// An empty store.
    pub(super) fn new() -> Self {
        let store = MemoryStore::new(Mode::Test);
        let processor = Processor::new(store.clone(), Plain, ()).unwrap();
        Self { store, processor, platform: OPERATOR, keys: 0, now: START_MICROS }
    }

    /// Everything that can happen, on two platforms.
    pub(super) fn whole() -> Self {
        let mut story = Self::new();
        for name in ["First", "Second"] {
            story.open_platform(name);
            let cast = story.cast();
            story.money_in(&cast);
            story.payments(&cast);
            story.holds(&cast);
            story.payouts(&cast);
            story.refunds(&cast);
            story.odds_and_ends(&cast);
        }
        story
    }

    fn send(&mut self, command: Command) -> Answer {
        let actor = match &command {
            Command::RailAnswer { .. } | Command::RailNotice(_) => Actor::Rail,
            Command::HoldExpire { .. } => Actor::Writer,
            _ => Actor::Operator(KeyId::from_bytes([7; 16])),
        };
        self.keys += 1;
        self.now += 1_000;
        let idempotency = (actor != Actor::Writer).then(|| Idempotency {
            scope: self.platform,
            key: format!("key-{}", self.keys),
            fingerprint: [1; 32],
        });
        let envelope = Envelope {
            platform: self.platform,
            actor,
            address: "127.0.0.1".to_owned(),
            request_id: format!("req-{}", self.keys),
            idempotency,
            command,
        };
        let request = Request { envelope, mode: processor::Mode::Apply };
        let now = Timestamp::from_micros(self.now);
        self.processor.step(&[request], now).remove(0)
    }

    /// Sends a command that must be applied; answers the id of the first resource of `kind` it touched.
    pub(super) fn apply(&mut self, command: Command, kind: Kind) -> [u8; 16] {
        let answer = self.send(command);
        let audit = self.last_audit();
        assert_eq!(audit.outcome, "applied", "{answer:?}");
        let touched = audit.touched.iter().find(|touched| touched.kind == kind);
        touched.map_or([0; 16], |touched| touched.id)
    }

    /// Sends a command that must be refused for good with this code.
    fn refuse(&mut self, command: Command, code: &str) {
        let answer = self.send(command);
        assert_eq!(self.last_audit().outcome, code, "{answer:?}");
    }

    fn last_audit(&mut self) -> payments::audit::AuditRecord {
        let last = self.store.last_position().unwrap();
        self.store.commands_after(last - 1, 1).unwrap().remove(0).audit
    }

    pub(super) fn load(&mut self, key: Key) -> Resource {
        self.store.load(&[(self.platform, key)]).unwrap().remove(0).unwrap()
    }

    pub(super) fn open_platform(&mut self, name: &str) {
        self.platform = OPERATOR;
        let fee = |kind, fixed, share| FeeRule {
            kind,
            fixed: gbp(fixed),
            share: PartsPerMillion::new(share).unwrap(),
            minimum: 0,
            maximum: None,
        };
        let create = PlatformCreate {
            name: name.to_owned(),
            assets: vec![Asset::known("GBP").unwrap()],
            fees: vec![
                fee(TransactionKind::Internal, 10, 15_000),
                fee(TransactionKind::OutboundBank, 25, 0),
                fee(TransactionKind::InboundBank, 0, 1_000),
            ],
            labels: Labels::default(),
        };
        self.apply(Command::PlatformCreate(create), Kind::Platform);
        self.platform = self.last_audit().platform;
    }

    pub(super) fn cast(&mut self) -> Cast {
        let (_, buyer) = self.person("Buyer");
        let (customer, seller) = self.person("Seller");
        let (_, other) = self.person("Other");
        let create = BankAccountCreate { customer, details: payer(), labels: Labels::default() };
        let id = self.apply(Command::BankAccountCreate(create), Kind::BankAccount);
        let bank_account = BankAccountId::from_bytes(id);
        if let Resource::BankAccount(it) = self.load(Key::BankAccount(bank_account))
            && it.status == payments::states::BankAccountStatus::Unverified
        {
            self.step(Key::BankAccount(bank_account), "verified");
        }
        Cast { buyer, seller, other, bank_account }
    }

    pub(super) fn person(&mut self, name: &str) -> (CustomerId, AccountId) {
        let create = CustomerCreate {
            kind: CustomerKind::Individual,
            name: name.to_owned(),
            email: None,
            role: None,
            labels: Labels::default(),
        };
        let customer = self.apply(Command::CustomerCreate(create), Kind::Customer);
        let customer = CustomerId::from_bytes(customer);
        let create = AccountCreate {
            customer,
            asset: Asset::known("GBP").unwrap(),
            name: format!("{name}'s"),
            labels: Labels::default(),
        };
        let account = self.apply(Command::AccountCreate(create), Kind::Account);
        (customer, AccountId::from_bytes(account))
    }

    fn transition(target: Key, to: &str) -> Transition {
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

    pub(super) fn step(&mut self, target: Key, to: &str) {
        self.apply(Command::Transition(Self::transition(target, to)), Kind::Account);
    }

    /// A credit from the bank; `reference` decides where it goes.
    fn credit(&mut self, bank_id: &str, reference: &str, step: CreditStep) -> TransactionId {
        let notice = RailNotice::Credit {
            bank_id: format!("{bank_id}-{}", self.platform),
            amount: gbp(100_000),
            reference: reference.to_owned(),
            payer: payer(),
            step,
        };
        let id = self.apply(Command::RailNotice(notice), Kind::Transaction);
        TransactionId::from_bytes(id)
    }

    fn reference(&mut self, account: AccountId) -> String {
        match self.load(Key::Account(account)) {
            Resource::Account(account) => account.reference,
            other => panic!("not an account: {other:?}"),
        }
    }

    /// A booked credit onto an account.
    pub(super) fn fund(&mut self, bank_id: &str, account: AccountId) -> TransactionId {
        let reference = self.reference(account);
        let id = self.credit(bank_id, &reference, CreditStep::Notified);
        self.credit(bank_id, &reference, CreditStep::Booked);
        id
    }

    fn money_in(&mut self, cast: &Cast) {
        self.fund("in-1", cast.buyer);
        let buyer = self.reference(cast.buyer);
        self.credit("in-2", &buyer, CreditStep::Booked);
        self.credit("in-2", &buyer, CreditStep::Notified);
        self.credit("in-3", &buyer, CreditStep::Notified);
        let expect = Expect {
            payee: cast.seller,
            amount: gbp(100_000),
            reference: Some("ORDER 1".to_owned()),
            description: None,
            labels: Labels::default(),
        };
        self.apply(Command::Expect(expect.clone()), Kind::Transaction);
        self.credit("in-4", "order 1", CreditStep::Notified);
        let expect = Expect { reference: None, ..expect };
        let expected = self.apply(Command::Expect(expect.clone()), Kind::Transaction);
        self.step(Key::Transaction(TransactionId::from_bytes(expected)), "cancelled");
        self.apply(Command::Expect(expect), Kind::Transaction);
        let stray = self.credit("in-5", "nobody", CreditStep::Notified);
        self.assign(stray, cast.seller);
        self.credit("in-5", "nobody", CreditStep::Booked);
        self.credit("in-6", "nobody", CreditStep::Notified);
        self.money_back(cast);
    }

    /// Unallocated money sent back: gone, failed, come back, and on its way; and some again and again,
    /// the first attempt booked last.
    fn money_back(&mut self, cast: &Cast) {
        let ends = [Some("settled"), Some("failed"), Some("returned"), Some("at once"), None];
        for (number, end) in (7..).zip(ends) {
            let bank_id = format!("in-{number}");
            let stray = self.credit(&bank_id, "nobody", CreditStep::Notified);
            self.credit(&bank_id, "nobody", CreditStep::Booked);
            self.step(Key::Transaction(stray), "returned");
            self.rail_ends(Attempt::first(*stray.as_bytes()), end);
            if matches!(end, Some("returned" | "failed")) {
                self.assign(stray, cast.seller);
            }
        }
        let stray = self.credit("in-12", "nobody", CreditStep::Notified);
        self.credit("in-12", "nobody", CreditStep::Booked);
        let first = Attempt::first(*stray.as_bytes());
        for (number, end) in (1..).zip(["at once unbooked", "failed", "settled"]) {
            self.step(Key::Transaction(stray), "returned");
            self.rail_ends(Attempt { number, ..first }, Some(end));
        }
        self.notice(RailNotice::Booked { attempt: first });
    }

    fn assign(&mut self, stray: TransactionId, account: AccountId) {
        let transition = Transition {
            account: Some(account),
            ..Self::transition(Key::Transaction(stray), "settled")
        };
        self.apply(Command::Transition(transition), Kind::Transaction);
    }

    fn notice(&mut self, notice: RailNotice) {
        self.apply(Command::RailNotice(notice), Kind::Transaction);
    }

    /// What a rail says of an instruction until its end.
    fn rail_ends(&mut self, attempt: Attempt, end: Option<&str>) {
        let (bank_id, reason) = ("out".to_owned(), "no such account".to_owned());
        let answer = |answer| Command::RailAnswer { attempt, answer };
        self.apply(answer(RailAnswer::NoAnswer), Kind::Transaction);
        self.apply(answer(RailAnswer::NoAnswer), Kind::Transaction);
        if end == Some("rejected") {
            self.apply(answer(RailAnswer::Rejected { reason }), Kind::Transaction);
            return;
        }
        let accepted = RailAnswer::Accepted { bank_id: bank_id.clone() };
        self.apply(answer(accepted), Kind::Transaction);
        match end {
            Some("settled") => {
                self.notice(RailNotice::Settled { attempt, bank_id: bank_id.clone() });
                self.notice(RailNotice::Settled { attempt, bank_id });
                self.notice(RailNotice::Booked { attempt });
                self.notice(RailNotice::Booked { attempt });
            }
            Some("unbooked") => self.notice(RailNotice::Settled { attempt, bank_id }),
            Some("booked first") => {
                self.notice(RailNotice::Booked { attempt });
                self.notice(RailNotice::Settled { attempt, bank_id });
            }
            Some("failed") => self.notice(RailNotice::Failed { attempt, reason }),
            Some("returned") => {
                self.notice(RailNotice::Settled { attempt, bank_id });
                self.notice(RailNotice::Booked { attempt });
                self.notice(RailNotice::Returned { attempt, reason: reason.clone() });
                self.notice(RailNotice::Returned { attempt, reason });
            }
            Some("at once unbooked") => self.notice(RailNotice::Returned { attempt, reason }),
            Some("at once") => {
                self.notice(RailNotice::Returned { attempt, reason });
                self.notice(RailNotice::Booked { attempt });
            }
            Some(_) | None => {}
        }
    }

    pub(super) fn pay(&self, cast: &Cast, bearer: Bearer) -> Pay {
        let part = |account, size| Part { account, size };
        Pay {
            payer: cast.buyer,
            amount: gbp(1_001),
            parts: vec![
                part(cast.seller, PartSize::Share(PartsPerMillion::new(700_000).unwrap())),
                part(cast.other, PartSize::Remainder),
            ],
            bearer,
            reference: "order".to_owned(),
            description: None,
            effective_at: None,
            hold_until: None,
            labels: Labels::default(),
        }
    }

    fn payments(&mut self, cast: &Cast) {
        let own = self.own_account();
        self.fund("in-own", own);
        for bearer in Bearer::ALL {
            let pay = self.pay(cast, *bearer);
            self.apply(Command::Pay(pay), Kind::Transaction);
        }
        let much = Pay { amount: gbp(900_000_000), ..self.pay(cast, Bearer::Payer) };
        self.refuse(Command::Pay(much), "insufficient_funds");
        let alone = Pay { parts: Vec::new(), ..self.pay(cast, Bearer::Payer) };
        self.refuse(Command::Pay(alone), "value_invalid");
    }

    fn own_account(&mut self) -> AccountId {
        match self.load(Key::Platform(self.platform)) {
            Resource::Platform(platform) => platform.accounts[0].1,
            other => panic!("not a platform: {other:?}"),
        }
    }

    fn hold(&mut self, cast: &Cast, bearer: Bearer) -> HoldId {
        let Resource::Platform(platform) = self.load(Key::Platform(self.platform)) else {
            panic!("no platform")
        };
        let until = self.now + platform.clock_offset_micros + DAY_MICROS;
        let hold_until = Some(Timestamp::from_micros(until));
        let pay = Pay { hold_until, ..self.pay(cast, bearer) };
        HoldId::from_bytes(self.apply(Command::Pay(pay), Kind::Hold))
    }

    /// A hold, by its key.
    pub(super) fn hold_key(&mut self, cast: &Cast) -> Key {
        Key::Hold(self.hold(cast, Bearer::Payer))
    }

    fn holds(&mut self, cast: &Cast) {
        for bearer in Bearer::ALL {
            for amount in [None, Some(gbp(333)), Some(gbp(1))] {
                let hold = self.hold(cast, *bearer);
                let transition =
                    Transition { amount, ..Self::transition(Key::Hold(hold), "posted") };
                self.apply(Command::Transition(transition), Kind::Hold);
            }
        }
        let voided = self.hold(cast, Bearer::Payer);
        self.step(Key::Hold(voided), "voided");
        let expired = self.hold(cast, Bearer::Payees);
        self.apply(Command::ClockAdvance { micros: 2 * DAY_MICROS }, Kind::Platform);
        self.apply(Command::HoldExpire { hold: expired }, Kind::Hold);
        self.apply(Command::HoldExpire { hold: expired }, Kind::Hold);
        self.hold(cast, Bearer::Platform);
    }

    pub(super) fn pay_out(&mut self, cast: &Cast, bearer: Bearer) -> TransactionId {
        let pay_out = PayOut {
            payer: cast.seller,
            amount: gbp(2_000),
            bank_account: cast.bank_account,
            bearer,
            reference: "payout".to_owned(),
            description: None,
            behaviour: None,
            labels: Labels::default(),
        };
        let id = self.apply(Command::PayOut(pay_out), Kind::Transaction);
        TransactionId::from_bytes(id)
    }

    fn payouts(&mut self, cast: &Cast) {
        let ends = [
            "settled",
            "unbooked",
            "booked first",
            "failed",
            "rejected",
            "returned",
            "at once",
            "accepted",
        ];
        for bearer in [Bearer::Payer, Bearer::Platform] {
            for end in ends {
                let payout = self.pay_out(cast, bearer);
                self.rail_ends(Attempt::first(*payout.as_bytes()), Some(end));
            }
            self.pay_out(cast, bearer);
        }
    }

    fn refund(&mut self, transaction: TransactionId, fees: FeeReturn) -> RefundId {
        let create = RefundCreate {
            transaction,
            amount: Some(gbp(77)),
            legs: None,
            fees,
            reason: None,
            behaviour: None,
            labels: Labels::default(),
        };
        RefundId::from_bytes(self.apply(Command::Refund(create), Kind::Refund))
    }

    fn refunds(&mut self, cast: &Cast) {
        for bearer in Bearer::ALL {
            let pay = self.pay(cast, *bearer);
            let paid = self.apply(Command::Pay(pay), Kind::Transaction);
            let paid = TransactionId::from_bytes(paid);
            self.refund(paid, FeeReturn::Kept);
            self.refund(paid, FeeReturn::Returned);
            let rest = RefundCreate {
                transaction: paid,
                amount: None,
                legs: None,
                fees: FeeReturn::Returned,
                reason: None,
                behaviour: None,
                labels: Labels::default(),
            };
            self.apply(Command::Refund(rest.clone()), Kind::Refund);
            self.refuse(Command::Refund(rest), "refund_exceeds_captured");
        }
        let came = self.fund("in-r", cast.seller);
        let ends = ["settled", "unbooked", "booked first", "failed", "rejected", "returned"];
        for end in ends.into_iter().chain(["at once", "accepted"]) {
            for fees in [FeeReturn::Kept, FeeReturn::Returned] {
                let refund = self.refund(came, fees);
                self.rail_ends(Attempt::first(*refund.as_bytes()), Some(end));
            }
        }
        self.refund(came, FeeReturn::Returned);
    }

    fn odds_and_ends(&mut self, cast: &Cast) {
        let words = ("for this".to_owned(), Labels::default());
        let charge = Charge {
            account: cast.seller,
            amount: gbp(5),
            reference: words.0.clone(),
            description: None,
            labels: words.1.clone(),
        };
        self.apply(Command::Charge(charge), Kind::Transaction);
        for direction in [Direction::Credit, Direction::Debit] {
            for against in [Chart::Loss, Chart::OperatorEquity, Chart::Fees] {
                let adjust = Adjust {
                    account: cast.seller,
                    direction,
                    amount: gbp(9),
                    against,
                    reference: words.0.clone(),
                    description: None,
                    effective_at: None,
                    labels: words.1.clone(),
                };
                self.apply(Command::Adjust(adjust), Kind::Transaction);
            }
        }
        self.closed_account(cast);
        let update = Update {
            target: Key::Account(cast.other),
            expected: 1,
            labels: LabelsPatch::default(),
            fields: payments::command::FieldsPatch {
                name: Some("Renamed".to_owned()),
                ..payments::command::FieldsPatch::default()
            },
        };
        self.apply(Command::Update(update), Kind::Account);
    }

    /// A payout that comes back to an account that takes nothing in any more, then is assigned.
    fn closed_account(&mut self, cast: &Cast) {
        let payout = self.pay_out(cast, Bearer::Payer);
        let attempt = Attempt::first(*payout.as_bytes());
        self.notice(RailNotice::Settled { attempt, bank_id: "out".to_owned() });
        self.notice(RailNotice::Booked { attempt });
        self.step(Key::Account(cast.seller), "frozen");
        self.notice(RailNotice::Returned { attempt, reason: "closed".to_owned() });
        let audit = self.last_audit();
        let of_stray = |touched: &&payments::audit::Touched| {
            touched.kind == Kind::Transaction && touched.id != attempt.id
        };
        let stray = audit.touched.iter().find(of_stray).unwrap().id;
        self.assign(TransactionId::from_bytes(stray), cast.buyer);
        self.step(Key::Account(cast.seller), "open");
    }
}
