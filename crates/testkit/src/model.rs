//! A naive model of the business: what every operation must be answered, and every balance after it.
//!
//! Written from the rules alone: it imports neither the ledger nor the decisions, keeps plain lists,
//! scans them, copies itself before every operation, and has arithmetic of its own. What the product
//! does must agree with it step by step.
//!
//! Start at [`Model::apply`]; bulk requests are taken by [`Model::apply_bulk`].

mod arithmetic;
mod books;
mod bulk;
mod list;
mod manage;
mod pay;
mod rails;
mod refund;

use std::collections::BTreeMap;
use std::sync::Arc;

use books::{Books, Leg};
pub use books::{Counters, Name};
pub use bulk::BulkOutcome;
use list::List;

use crate::operation::{Action, Bulk, Instructed, Money, Operation, Slot, Who};
use crate::stage::{self, ROLES, Role};

/// What an operation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done(Made),
    /// Refused with this code; kept under the key or not.
    Refused(&'static str, Kept),
    /// Answered before: with this.
    Again(Result<Made, &'static str>),
    /// The key was used for something else.
    KeyReused,
}

/// Whether a refusal uses the key up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It does.
    Kept,
    /// The same key may be used again.
    Free,
}

/// What an operation made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Nothing new.
    Nothing,
    /// A customer.
    Customer,
    /// An account.
    Account,
    /// A bank account.
    BankAccount,
    /// A transaction.
    Transaction,
    /// A transaction that expects money, whose reference can be quoted.
    Expected,
    /// A hold and its transaction.
    Hold,
    /// A refund.
    Refund,
}

/// A refusal's code, or what was made.
type Decided = Result<Made, &'static str>;

/// A customer, as far as its own state goes.
#[derive(Debug, Clone)]
struct Customer {
    role: &'static Role,
    status: &'static str,
}

/// An account, as far as its own state goes.
#[derive(Debug, Clone)]
struct Account {
    customer: Slot,
    asset: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone)]
struct BankAccount {
    customer: Slot,
    status: &'static str,
}

/// What a transaction is, and what was counted on it.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// The word of its state.
    pub status: &'static str,
    /// How much was taken and can be refunded.
    pub captured: u128,
    /// How much of that went back.
    pub refunded: u128,
    amount: Money,
    payer: Option<Slot>,
    shares: Vec<Share>,
    fee: u128,
    fee_bearer: crate::operation::Bearer,
    fee_returned: u128,
    /// How much was refunded with its fee.
    fee_returned_for: u128,
    counted_at: i64,
    /// Whether it came from a bank.
    inbound: Inbound,
}

/// Where a transaction's money came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inbound {
    /// From an account.
    No,
    /// From a bank, which has booked it or not.
    Yes { booked: Booked },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Booked {
    Yes,
    No,
}

#[derive(Debug, Clone)]
struct Share {
    account: Slot,
    gross: u128,
    fee: u128,
    returned: u128,
    fee_returned: u128,
}

/// A hold.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The word of its state.
    pub status: &'static str,
    transaction: Slot,
    expires_at: i64,
    reserved: Vec<books::Move>,
}

/// A refund.
#[derive(Debug, Clone)]
pub struct Refund {
    /// The word of its state.
    pub status: &'static str,
    transaction: Slot,
    amount: u128,
    legs: Vec<(Slot, u128)>,
    fee: u128,
    fees: crate::operation::Fees,
}

/// What a rail was told.
#[derive(Debug, Clone)]
struct Instruction {
    state: &'static str,
    booked: Booked,
    returned: Booked,
    moves: Vec<books::Move>,
}

/// What an instruction serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Serves {
    /// A payout, or which attempt at a return.
    Transaction(Slot, usize),
    Refund(Slot),
}

impl Serves {
    const fn of(instructed: Instructed) -> Self {
        match instructed {
            Instructed::Transaction(slot, attempt) => Self::Transaction(slot, attempt),
            Instructed::Refund(slot) => Self::Refund(slot),
        }
    }
}

/// What was used of a capability at a time; less than nothing when it was given back.
#[derive(Debug, Clone)]
struct Used {
    customer: Slot,
    capability: &'static str,
    asset: &'static str,
    at: i64,
    minor: i128,
}

/// The whole business.
#[derive(Debug, Clone)]
pub struct Model {
    now: i64,
    offset: i64,
    customers: Vec<Customer>,
    accounts: Vec<Account>,
    bank_accounts: Vec<BankAccount>,
    transactions: List<Transaction>,
    expected: Vec<Slot>,
    holds: List<Hold>,
    refunds: List<Refund>,
    instructions: Arc<BTreeMap<Serves, Arc<Instruction>>>,
    credits: BTreeMap<u32, Slot>,
    used: Arc<Vec<Used>>,
    books: Books,
    keys: Arc<BTreeMap<u32, (Operation, Decided)>>,
    bulks: BTreeMap<u32, (Bulk, bulk::Whole)>,
}

/// 20 years of 366 days and 366 days, in seconds.
const CLOCK_MOST: (i64, i64) = (20 * 366 * 86_400, 366 * 86_400);

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

impl Model {
    /// The stage: a platform with its own customer and its accounts.
    #[must_use]
    pub fn new() -> Self {
        let account = |asset| Account { customer: 0, asset, status: "open" };
        Self {
            now: 0,
            offset: 0,
            customers: vec![Customer { role: &ROLES[0], status: "active" }],
            accounts: stage::PLATFORM_ASSETS.map(account).to_vec(),
            bank_accounts: Vec::new(),
            transactions: List::default(),
            expected: Vec::new(),
            holds: List::default(),
            refunds: List::default(),
            instructions: Arc::default(),
            credits: BTreeMap::new(),
            used: Arc::default(),
            books: Books::default(),
            keys: Arc::default(),
            bulks: BTreeMap::new(),
        }
    }

    /// Takes an operation at a reading of the server's clock, in microseconds since 1970.
    pub fn apply(&mut self, operation: &Operation, now: i64) -> Outcome {
        self.now = now;
        if let Some((before, answer)) = operation.key.and_then(|key| self.keys.get(&key)) {
            // Who asks is not a part of the request.
            let same = before.action == operation.action;
            return if same { Outcome::Again(*answer) } else { Outcome::KeyReused };
        }
        // The copy goes without the keys, of which there are many.
        let (keys, bulks) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.bulks));
        let mut next = self.clone();
        let decided = next.decide(operation);
        let free = ["not_found", "operator_required", "version_mismatch"];
        let outcome = match decided {
            Ok(made) => {
                *self = next;
                Outcome::Done(made)
            }
            Err(code) if free.contains(&code) => Outcome::Refused(code, Kept::Free),
            Err(code) => Outcome::Refused(code, Kept::Kept),
        };
        (self.keys, self.bulks) = (keys, bulks);
        if matches!(outcome, Outcome::Refused(_, Kept::Free)) {
            return outcome;
        }
        if let Some(key) = operation.key {
            Arc::make_mut(&mut self.keys).insert(key, (operation.clone(), decided));
        }
        outcome
    }

    /// Ends the holds that ran out by now.
    pub fn expire(&mut self, now: i64) {
        for hold in 0..self.holds.len() {
            self.expire_one(hold, now);
        }
    }

    /// Ends one hold, if it ran out by now.
    pub fn expire_one(&mut self, hold: Slot, now: i64) {
        self.now = now;
        if self.holds[hold].status == "active" && self.holds[hold].expires_at <= self.business() {
            self.release(hold, ("expired", "expired"));
        }
    }

    fn decide(&mut self, operation: &Operation) -> Decided {
        let who = operation.who;
        match &operation.action {
            Action::CreateCustomer { role } => self.create_customer(*role),
            Action::CreateAccount { customer, asset } => self.create_account(*customer, asset),
            Action::CreateBankAccount { customer, holder } => {
                self.create_bank_account(*customer, *holder)
            }
            Action::Credit { number, quotes, amount, step } => {
                self.credit(*number, *quotes, (*amount, *step))
            }
            Action::Expect { payee, amount } => self.expect(*payee, *amount),
            Action::Pay { payer, amount, parts, bearer, hold_seconds } => self.pay(&pay::Payment {
                payer: *payer,
                amount: *amount,
                parts,
                bearer: *bearer,
                hold_seconds: *hold_seconds,
            }),
            Action::PayOut { payer, bank_account, amount, bearer } => {
                self.pay_out((*payer, *bank_account), *amount, *bearer)
            }
            Action::Refund { transaction, amount, paid_by, fees } => {
                self.refund((*transaction, *amount), paid_by.as_deref(), *fees)
            }
            Action::EndHold { hold, to, amount } => self.end_hold(*hold, *to, *amount),
            Action::Charge { account, amount } => self.charge(who, *account, *amount),
            Action::Adjust { account, direction, amount, against } => {
                self.adjust(who, *account, (*direction, *amount), *against)
            }
            Action::MoveAccount { account, to } => self.move_account(who, *account, to),
            Action::MoveCustomer { customer, to } => self.move_customer(who, *customer, to),
            Action::MoveTransaction { transaction, to, account } => {
                self.move_transaction(who, *transaction, (to, *account))
            }
            Action::AdvanceClock { seconds } => self.advance(*seconds),
            Action::RailSays { of, says } => self.rail_says(*of, *says),
        }
    }

    const fn business(&self) -> i64 {
        self.now + self.offset
    }

    /// What an account's counters say; nothing if it never moved.
    #[must_use]
    pub fn counters(&self, name: Name) -> Counters {
        self.books.of(name)
    }

    /// Every account that ever moved.
    pub fn moved(&self) -> impl Iterator<Item = (Name, Counters)> + '_ {
        self.books.0.iter().map(|(name, counters)| (*name, *counters))
    }

    /// The transaction of a slot.
    #[must_use]
    pub fn transaction(&self, slot: Slot) -> Option<&Transaction> {
        self.transactions.get(slot)
    }

    /// The bank accounts of the customer whose account it is.
    #[must_use]
    pub fn bank_accounts_of(&self, account: Slot) -> Vec<Slot> {
        let customer = self.accounts.get(account).map(|account| account.customer);
        let slots = 0..self.bank_accounts.len();
        slots.filter(|slot| Some(self.bank_accounts[*slot].customer) == customer).collect()
    }

    /// Everything that a rail was told.
    #[must_use]
    pub fn instructed(&self) -> Vec<Instructed> {
        let told = self.instructions.keys().map(|serves| match serves {
            Serves::Transaction(slot, attempt) => Instructed::Transaction(*slot, *attempt),
            Serves::Refund(slot) => Instructed::Refund(*slot),
        });
        told.collect()
    }

    /// Whether a rail said that it did not do what it was told.
    #[must_use]
    pub fn has_failed(&self, of: Instructed) -> bool {
        let serves = Serves::of(of);
        self.instructions.get(&serves).is_some_and(|told| told.state == "failed")
    }

    /// The hold of a slot.
    #[must_use]
    pub fn hold(&self, slot: Slot) -> Option<&Hold> {
        self.holds.get(slot)
    }

    /// The refund of a slot.
    #[must_use]
    pub fn refunded(&self, slot: Slot) -> Option<&Refund> {
        self.refunds.get(slot)
    }

    /// The word of an account's state and its asset.
    #[must_use]
    pub fn account(&self, slot: Slot) -> Option<(&'static str, &'static str)> {
        self.accounts.get(slot).map(|account| (account.status, account.asset))
    }

    /// The word of a customer's state.
    #[must_use]
    pub fn customer(&self, slot: Slot) -> Option<&'static str> {
        self.customers.get(slot).map(|customer| customer.status)
    }

    /// How many of each there are to name.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            customers: self.customers.len(),
            accounts: self.accounts.len(),
            bank_accounts: self.bank_accounts.len(),
            transactions: self.transactions.len(),
            expected: self.expected.len(),
            holds: self.holds.len(),
            refunds: self.refunds.len(),
            credits: self.credits.len(),
        }
    }

    /// Writes legs on the books.
    fn write(&mut self, legs: &[Leg]) -> Result<(), &'static str> {
        let accounts = &self.accounts;
        self.books.write(legs, |slot| accounts[slot].status)
    }

    /// Notes what a rail was told.
    fn instruct(&mut self, serves: Serves, moves: Vec<books::Move>) {
        let instruction = Arc::new(Instruction::written(moves));
        Arc::make_mut(&mut self.instructions).insert(serves, instruction);
    }

    /// Adds a transaction; its slot.
    fn add(&mut self, transaction: Transaction) -> Slot {
        self.transactions.push(transaction);
        self.transactions.len() - 1
    }
}

/// How many of each there are to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the count of what it is called")]
pub struct Counts {
    pub customers: usize,
    pub accounts: usize,
    pub bank_accounts: usize,
    pub transactions: usize,
    pub expected: usize,
    pub holds: usize,
    pub refunds: usize,
    pub credits: usize,
}

impl Transaction {
    /// The amount.
    #[must_use]
    pub const fn amount(&self) -> Money {
        self.amount
    }

    fn new(amount: Money, payer: Option<Slot>, at: i64) -> Self {
        Self {
            status: "settled",
            captured: 0,
            refunded: 0,
            amount,
            payer,
            shares: Vec::new(),
            fee: 0,
            fee_bearer: crate::operation::Bearer::Payees,
            fee_returned: 0,
            fee_returned_for: 0,
            counted_at: at,
            inbound: Inbound::No,
        }
    }
}

impl Share {
    const fn new(account: Slot, gross: u128) -> Self {
        Self { account, gross, fee: 0, returned: 0, fee_returned: 0 }
    }
}

/// Whether only the provider may ask.
fn operators_only(who: Who) -> Result<(), &'static str> {
    if who == Who::Caller { Err("operator_required") } else { Ok(()) }
}
