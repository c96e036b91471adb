//! A platform on one shelf: every command is decided on it and applied to it, without a store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use ledger::{AccountId, PlatformId, Timestamp, TransactionId};
use money::{Amount, Asset, PartsPerMillion};

use crate::bank::BankDetails;
use crate::command::*;
use crate::ids::{BankAccountId, CustomerId, HoldId, KeyId, RefundId, RoleId};
use crate::meta::Labels;
use crate::resources::*;
use crate::view::{Found, View};
use crate::{Actor, Change, Context, Decision, Key, Rejected, Stop, decide};

/// 2026-11-24T07:00:00Z.
pub(super) const START: i64 = 1_795_503_600_000_000;
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const PLATFORM: PlatformId = PlatformId::from_bytes([9; 16]);

/// A status before and after: `None` if the resource is new.
pub(super) type Step = (Kind, Option<&'static str>, &'static str);

/// Everything of one platform.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) shelf: BTreeMap<Key, Resource>,
    pub(super) at: i64,
    pub(super) sandbox: bool,
    /// Every step of a state machine that was taken.
    pub(super) steps: BTreeSet<Step>,
}

impl View for Desk {
    fn find(&self, key: &Key) -> Found<'_> {
        self.shelf.get(key).map_or(Found::Absent, Found::Present)
    }
}

pub(super) fn asset(code: &str) -> Asset {
    Asset::known(code).unwrap()
}

pub(super) fn gbp(text: &str) -> Amount {
    Amount::parse(text, asset("GBP")).unwrap()
}

pub(super) fn minor(minor: u128) -> Amount {
    Amount::new(minor, asset("GBP")).unwrap()
}

pub(super) fn ppm(parts: u32) -> PartsPerMillion {
    PartsPerMillion::new(parts).unwrap()
}

pub(super) fn operator() -> Actor {
    Actor::Operator(KeyId::from_bytes([1; 16]))
}

pub(super) fn caller() -> Actor {
    Actor::Platform(KeyId::from_bytes([2; 16]))
}

pub(super) fn bank(holder: &str) -> BankDetails {
    BankDetails::uk(holder.to_owned(), "20-00-00", "12345678").unwrap()
}

pub(super) fn fee_rule(kind: TransactionKind, fixed: &str, share: u32) -> FeeRule {
    FeeRule { kind, fixed: gbp(fixed), share: ppm(share), minimum: 0, maximum: None }
}

/// What every role of these tests says unless a test says otherwise.
pub(super) fn terms() -> RoleTerms {
    RoleTerms {
        kinds: CustomerKind::ALL.to_vec(),
        capabilities: Capability::ALL.to_vec(),
        fees: Vec::new(),
        limits: Vec::new(),
        review_required: false,
    }
}

impl Desk {
    /// A platform `Market` in GBP, with these fees in its first role.
    pub(super) fn with_fees(fees: Vec<FeeRule>) -> Self {
        let (shelf, steps) = (BTreeMap::new(), BTreeSet::new());
        let mut desk = Self { shelf, at: START, sandbox: true, steps };
        let create = Command::PlatformCreate(PlatformCreate {
            name: "Market".to_owned(),
            assets: vec![asset("GBP")],
            fees,
            labels: Labels::default(),
        });
        desk.by(operator(), create).unwrap();
        desk
    }

    pub(super) fn new() -> Self {
        Self::with_fees(Vec::new())
    }

    /// Decides without applying.
    pub(super) fn try_by(&self, actor: Actor, command: Command) -> Result<Decision, Rejected> {
        let at = Timestamp::from_micros(self.at);
        let context = Context { view: self, platform: PLATFORM, actor, at, sandbox: self.sandbox };
        let envelope = Envelope {
            platform: PLATFORM,
            actor,
            address: String::new(),
            request_id: String::new(),
            idempotency: None,
            command,
        };
        match decide(&envelope, context) {
            Ok(decision) => Ok(decision),
            Err(Stop::Rejected(why)) => Err(why),
            Err(Stop::Missing(key)) => panic!("a shelf knows what is absent: {key:?}"),
        }
    }

    /// Decides and applies, a second after the last.
    pub(super) fn by(&mut self, actor: Actor, command: Command) -> Result<Decision, Rejected> {
        self.at += SECOND;
        let decision = self.try_by(actor, command)?;
        for Change { before, after } in &decision.changes {
            assert_eq!(
                before.as_ref(),
                self.shelf.get(&after.key()),
                "a change starts from what was"
            );
            if let Some(now) = after.visible() {
                let was = before.as_ref().and_then(Resource::visible).map(|was| was.status);
                if was != Some(now.status) {
                    self.steps.insert((now.kind, was, now.status));
                }
            }
            self.shelf.insert(after.key(), after.clone());
        }
        Ok(decision)
    }

    pub(super) fn ask(&mut self, command: Command) -> Result<Decision, Rejected> {
        self.by(caller(), command)
    }

    /// Asks as the operator, expects it to be done, and says what the answer shows.
    #[track_caller]
    pub(super) fn done(&mut self, command: Command) -> Key {
        self.by(operator(), command).unwrap().answer
    }

    pub(super) fn get(&self, key: &Key) -> &Resource {
        &self.shelf[key]
    }

    pub(super) fn status(&self, key: &Key) -> &'static str {
        self.get(key).visible().unwrap().status
    }

    #[track_caller]
    pub(super) fn role(&mut self, name: &str, terms: RoleTerms) -> RoleId {
        let create = RoleCreate { name: name.to_owned(), terms, labels: Labels::default() };
        let key = self.done(Command::RoleCreate(create));
        self.done(Command::Transition(to(&key, "published")));
        let Key::Role(id) = key else { panic!() };
        id
    }

    #[track_caller]
    pub(super) fn customer(&mut self, name: &str, role: Option<RoleId>) -> CustomerId {
        self.customer_of(CustomerKind::Individual, name, role)
    }

    #[track_caller]
    pub(super) fn customer_of(
        &mut self,
        kind: CustomerKind,
        name: &str,
        role: Option<RoleId>,
    ) -> CustomerId {
        let (name, labels) = (name.to_owned(), Labels::default());
        let create = CustomerCreate { kind, name, email: None, role, labels };
        let Key::Customer(id) = self.done(Command::CustomerCreate(create)) else { panic!() };
        id
    }

    #[track_caller]
    pub(super) fn account_in(&mut self, customer: CustomerId, code: &str) -> AccountId {
        let (asset, name) = (asset(code), code.to_owned());
        let create = AccountCreate { customer, asset, name, labels: Labels::default() };
        let Key::Account(id) = self.done(Command::AccountCreate(create)) else { panic!() };
        id
    }

    /// A customer with an account in GBP.
    #[track_caller]
    pub(super) fn person(&mut self, name: &str) -> AccountId {
        let customer = self.customer(name, None);
        self.account_in(customer, "GBP")
    }

    #[track_caller]
    pub(super) fn bank_account(&mut self, customer: CustomerId, holder: &str) -> BankAccountId {
        let (details, labels) = (bank(holder), Labels::default());
        let create = BankAccountCreate { customer, details, labels };
        let Key::BankAccount(id) = self.done(Command::BankAccountCreate(create)) else { panic!() };
        id
    }

    /// Puts money on an account out of the operator's own.
    #[track_caller]
    pub(super) fn give(&mut self, account: AccountId, amount: Amount) {
        self.give_against(ledger::Chart::OperatorEquity, account, amount);
    }

    #[track_caller]
    pub(super) fn give_against(
        &mut self,
        against: ledger::Chart,
        account: AccountId,
        amount: Amount,
    ) {
        let adjust = Adjust {
            account,
            direction: ledger::Direction::Credit,
            amount,
            against,
            reference: String::new(),
            description: None,
            effective_at: None,
            labels: Labels::default(),
        };
        self.done(Command::Adjust(adjust));
    }

    #[track_caller]
    pub(super) fn paid(&mut self, command: Pay) -> TransactionId {
        let Key::Transaction(id) = self.done(Command::Pay(command)) else { panic!() };
        id
    }

    /// Holds until an hour from now.
    #[track_caller]
    pub(super) fn held(&mut self, mut command: Pay) -> HoldId {
        command.hold_until = Some(Timestamp::from_micros(self.business() + 3_600 * SECOND));
        let Key::Hold(id) = self.done(Command::Pay(command)) else { panic!() };
        id
    }

    #[track_caller]
    pub(super) fn credited(
        &mut self,
        bank_id: &str,
        reference: &str,
        value: &str,
    ) -> TransactionId {
        let notice = self.credit(bank_id, reference, value, CreditStep::Booked);
        let Key::Transaction(id) = self.done(notice) else { panic!() };
        id
    }

    pub(super) fn credit(
        &self,
        bank_id: &str,
        reference: &str,
        value: &str,
        step: CreditStep,
    ) -> Command {
        Command::RailNotice(RailNotice::Credit {
            bank_id: bank_id.to_owned(),
            amount: gbp(value),
            reference: reference.to_owned(),
            payer: bank("Some Payer"),
            step,
        })
    }

    #[track_caller]
    pub(super) fn refunded(&mut self, command: RefundCreate) -> RefundId {
        let Key::Refund(id) = self.done(Command::Refund(command)) else { panic!() };
        id
    }

    /// The platform's business time.
    pub(super) fn business(&self) -> i64 {
        let Resource::Platform(platform) = self.get(&Key::Platform(PLATFORM)) else { panic!() };
        self.at + platform.clock_offset_micros
    }

    pub(super) fn own_account(&self) -> AccountId {
        let Resource::Platform(platform) = self.get(&Key::Platform(PLATFORM)) else { panic!() };
        platform.account(asset("GBP")).unwrap()
    }

    pub(super) fn account(&self, id: AccountId) -> &Account {
        let Resource::Account(account) = self.get(&Key::Account(id)) else { panic!() };
        account
    }

    pub(super) fn transaction(&self, id: TransactionId) -> &Transaction {
        let Resource::Transaction(found) = self.get(&Key::Transaction(id)) else { panic!() };
        found
    }

    pub(super) fn refund(&self, id: RefundId) -> &Refund {
        let Resource::Refund(found) = self.get(&Key::Refund(id)) else { panic!() };
        found
    }

    /// Every account, the internal ones too.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.shelf.values().filter_map(|resource| {
            if let Resource::Account(account) = resource { Some(account) } else { None }
        })
    }

    pub(super) fn hold(&self, id: HoldId) -> &Hold {
        let Resource::Hold(found) = self.get(&Key::Hold(id)) else { panic!() };
        found
    }
}

/// A payment of GBP to payees.
pub(super) fn pay(payer: AccountId, amount: Amount, parts: &[(AccountId, PartSize)]) -> Pay {
    Pay {
        payer,
        amount,
        parts: parts
            .iter()
            .map(|(account, size)| Part { account: *account, size: *size })
            .collect(),
        bearer: Bearer::Payees,
        reference: String::new(),
        description: None,
        effective_at: None,
        hold_until: None,
        labels: Labels::default(),
    }
}

/// A payment of GBP to one payee.
pub(super) fn pay_one(payer: AccountId, value: &str, payee: AccountId) -> Pay {
    pay(payer, gbp(value), &[(payee, PartSize::Remainder)])
}

pub(super) fn pay_out(payer: AccountId, value: &str, bank_account: BankAccountId) -> PayOut {
    PayOut {
        payer,
        amount: gbp(value),
        bank_account,
        bearer: Bearer::Payer,
        reference: String::new(),
        description: None,
        behaviour: None,
        labels: Labels::default(),
    }
}

pub(super) fn refund(transaction: TransactionId, amount: Option<Amount>) -> RefundCreate {
    RefundCreate {
        transaction,
        amount,
        legs: None,
        fees: FeeReturn::Kept,
        reason: None,
        behaviour: None,
        labels: Labels::default(),
    }
}

pub(super) fn to(target: &Key, to: &str) -> Transition {
    Transition {
        target: target.clone(),
        to: to.to_owned(),
        expected: None,
        reason_code: None,
        note: None,
        account: None,
        amount: None,
    }
}

/// The code that something was refused with.
#[track_caller]
pub(super) fn code<T: Debug>(result: Result<T, Rejected>) -> &'static str {
    result.unwrap_err().code()
}
