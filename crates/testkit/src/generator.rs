//! Streams of operations from a seed: mostly sensible, often hostile.
//!
//! The same account on both sides, nothing and the largest amounts, one more than there is, frozen
//! and closed accounts, things of others that nobody has, keys used again for the same and for
//! something else, what a rail says twice, late, or against all sense. The model is played along, so
//! that a stream knows what there is to name and how much of it.
//!
//! Start at [`stream`]; a driver that knows only later what came of an operation has a [`Generator`].

use crate::chance::Chance;
use crate::model::{Model, Name};
use crate::operation::*;
use crate::stage::{ASSETS, ROLES};

/// What a stream may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything, each word of a rail an operation of its own.
    Processor,
    /// What can be sent over HTTP: credits come booked at once, no rail speaks by itself, and what
    /// the edge refuses before the domain is asked (corrections by callers, a clock that goes back)
    /// is left out.
    Http,
}

/// Where the streams' clock stands first: 2026-11-24T07:00:00Z, in microseconds since 1970.
pub const START: i64 = 1_795_503_600_000_000;

/// The largest count of minor units.
const MOST: u128 = 10_u128.pow(36) - 1;

/// Between two operations, in microseconds. Not a whole number of seconds, so that nothing is due at
/// exactly the time that something is asked.
pub const TICK: i64 = 1_000_003;

/// The stream of a seed, `length` operations after a first few that set a scene.
#[must_use]
pub fn stream(seed: u64, length: usize, scope: Scope) -> Vec<Operation> {
    let mut generator = Generator::new(seed, scope);
    let mut now = START;
    for place in 0..length + scene().len() {
        let operation = match scene().into_iter().nth(place) {
            Some(action) => generator.named(Who::Operator, action),
            None => generator.draw(),
        };
        now += TICK;
        generator.model.apply(&operation, now);
        generator.model.expire(now);
    }
    generator.made
}

/// Customers of each role with an account in pounds, a yen account, and a bank account.
#[must_use]
pub fn scene() -> Vec<Action> {
    let customer = |role| Action::CreateCustomer { role };
    let account = |customer, asset| Action::CreateAccount { customer, asset };
    let give = |account, asset| Action::Adjust {
        account,
        direction: Direction::Gives,
        amount: Money { minor: 20_000, asset },
        against: Against::Equity,
    };
    vec![
        customer(0),
        customer(1),
        customer(2),
        account(1, "GBP"),
        account(2, "GBP"),
        account(3, "GBP"),
        account(1, "JPY"),
        Action::CreateBankAccount { customer: 1, holder: Holder::Same },
        Action::CreateBankAccount { customer: 2, holder: Holder::Same },
        give(2, "GBP"),
        give(3, "GBP"),
        give(5, "JPY"),
    ]
}

/// Draws operations one by one, each from what the model knows by then.
#[derive(Debug)]
pub struct Generator {
    /// What is there to name: whoever draws applies what came of an operation.
    pub model: Model,
    chance: Chance,
    scope: Scope,
    made: Vec<Operation>,
    keys: u32,
    credits: u32,
}

impl Generator {
    /// The draws of a seed, before the scene is set.
    #[must_use]
    pub fn new(seed: u64, scope: Scope) -> Self {
        let (chance, model) = (Chance::new(seed), Model::new());
        Self { model, chance, scope, made: Vec::new(), keys: 0, credits: 0 }
    }

    /// An operation with a key of its own; rails have none.
    pub fn named(&mut self, who: Who, action: Action) -> Operation {
        self.keys += 1;
        let key = (who != Who::Rail).then_some(self.keys);
        self.keep(Operation { who, key, action })
    }

    fn keep(&mut self, operation: Operation) -> Operation {
        self.made.push(operation.clone());
        operation
    }

    /// The next operation.
    pub fn draw(&mut self) -> Operation {
        if self.chance.percent(5) {
            return self.again();
        }
        let (who, action) = self.action();
        // Now and then somebody asks who may not.
        let who = match who {
            Who::Operator if self.is_asked_by_callers(&action) => Who::Caller,
            Who::Caller if self.chance.percent(3) => Who::Operator,
            who => who,
        };
        self.named(who, action)
    }

    fn is_asked_by_callers(&mut self, action: &Action) -> bool {
        let is_correction = matches!(action, Action::Charge { .. } | Action::Adjust { .. });
        self.chance.percent(10) && !(is_correction && self.scope == Scope::Http)
    }

    /// An earlier key again: for the same, or for something else.
    fn again(&mut self) -> Operation {
        let mut before = self.chance.one(&self.made).clone();
        if before.who != Who::Rail && self.chance.percent(30) {
            let (who, action) = self.action();
            if who == before.who {
                before.action = action;
            }
        }
        self.keep(before)
    }

    fn action(&mut self) -> (Who, Action) {
        let rails = if self.scope == Scope::Processor { 14 } else { 0 };
        match self.chance.below(86 + rails) {
            0..25 => (Who::Caller, self.pay()),
            25..33 => (Who::Caller, self.end_hold()),
            33..45 => (Who::Caller, self.refund()),
            45..54 => (Who::Rail, self.credit()),
            54..61 => (Who::Caller, self.pay_out()),
            61..64 => (Who::Caller, self.expect()),
            64..69 => (Who::Operator, self.correct()),
            69..73 => self.move_account(),
            73..75 => self.move_customer(),
            75..79 => self.move_transaction(),
            79..82 => (Who::Caller, self.advance()),
            82..86 => (Who::Caller, self.create()),
            _ => (Who::Rail, self.rail_says()),
        }
    }

    /// A slot among `count`, later ones more often; sometimes nobody's.
    fn slot(&mut self, count: usize) -> Slot {
        if count == 0 || self.chance.percent(2) {
            return NOBODY + self.chance.below(3);
        }
        if self.chance.percent(30) { count - 1 } else { self.chance.below(count) }
    }

    /// One of `some`, or of all there might be where none is.
    fn some(&mut self, some: &[Slot], count: usize) -> Slot {
        if some.is_empty() || self.chance.percent(8) {
            return self.slot(count);
        }
        *self.chance.one(some)
    }

    fn account(&mut self) -> Slot {
        self.slot(self.model.counts().accounts)
    }

    fn accounts(&self, is_right: impl Fn(Slot) -> bool) -> Vec<Slot> {
        (0..self.model.counts().accounts).filter(|slot| is_right(*slot)).collect()
    }

    /// Somebody who has money.
    fn payer(&mut self) -> Slot {
        let rich = |slot| self.model.counters(Name::Of(slot)).available() > 0;
        let rich = self.accounts(rich);
        self.some(&rich, self.model.counts().accounts)
    }

    /// Somebody with an account in `asset`.
    fn payee(&mut self, asset: &str) -> Slot {
        let right = |slot| self.model.account(slot).is_some_and(|(_, held)| held == asset);
        let right = self.accounts(right);
        self.some(&right, self.model.counts().accounts)
    }

    fn asset_of(&mut self, account: Slot) -> &'static str {
        let held = self.model.account(account).map_or("GBP", |(_, asset)| asset);
        if self.chance.percent(2) { self.chance.one(&ASSETS).0 } else { held }
    }

    /// An amount for `account` to pay: small, what it has, a bit more, nothing, or far too much.
    fn amount(&mut self, account: Slot) -> Money {
        let asset = self.asset_of(account);
        let has = self.model.counters(Name::Of(account)).available();
        let has = u128::try_from(has).unwrap_or(0);
        let minor = match self.chance.below(100) {
            0..55 => self.chance.between(1, 2_000),
            55..77 => self.chance.between(0, has.min(20_000)),
            77..80 => has.min(MOST),
            80..84 => (has + 1).min(MOST),
            84..95 => self.chance.between(1, 12),
            95..97 => 0,
            97..98 => MOST,
            98..99 => MOST - self.chance.between(0, 30_000),
            _ => self.chance.between(0, MOST),
        };
        Money { minor, asset }
    }

    fn bearer(&mut self) -> Bearer {
        *self.chance.one(&[Bearer::Payees, Bearer::Payees, Bearer::Payer, Bearer::Platform])
    }

    fn pay(&mut self) -> Action {
        let payer = self.payer();
        let amount = self.amount(payer);
        let hold_seconds = self.chance.percent(35).then(|| match self.chance.below(20) {
            0 => 0,
            1 => -5,
            2 => 91 * 86_400,
            _ => i64::try_from(self.chance.between(1, 4_000)).unwrap(),
        });
        let parts = self.parts(payer, amount);
        Action::Pay { payer, amount, parts, bearer: self.bearer(), hold_seconds }
    }

    fn parts(&mut self, payer: Slot, whole: Money) -> Vec<(Slot, Size)> {
        let count = *self.chance.one(&[1, 1, 1, 2, 2, 3, 4]);
        let mut parts: Vec<(Slot, Size)> = Vec::new();
        for _ in 0..6 {
            if parts.len() == count {
                break;
            }
            let account = self.payee(whole.asset);
            let odd = account == payer || parts.iter().any(|(before, _)| *before == account);
            if odd && !self.chance.percent(4) {
                continue;
            }
            let size = match self.chance.below(3) {
                0 => Size::Fixed(self.chance.between(0, whole.minor / 3 + 1)),
                1 => Size::Share(u32::try_from(self.chance.between(0, 400_000)).unwrap()),
                _ => Size::Share(333_333),
            };
            parts.push((account, size));
        }
        if !self.chance.percent(4)
            && let Some(last) = parts.last_mut()
        {
            last.1 = Size::Remainder;
        }
        parts
    }

    fn end_hold(&mut self) -> Action {
        let count = self.model.counts().holds;
        let active = |slot: &Slot| self.model.hold(*slot).is_some_and(|it| it.status == "active");
        let active: Vec<Slot> = (0..count).filter(active).collect();
        if active.is_empty() && self.chance.percent(85) {
            return self.pay();
        }
        let hold = self.some(&active, count);
        let to = if self.chance.percent(70) { HoldEnd::Posted } else { HoldEnd::Voided };
        let amount = self.chance.percent(50).then(|| Money {
            minor: self.chance.between(0, 1_500),
            asset: if self.chance.percent(3) { "JPY" } else { "GBP" },
        });
        Action::EndHold { hold, to, amount: amount.filter(|_| to == HoldEnd::Posted) }
    }

    fn refund(&mut self) -> Action {
        let count = self.model.counts().transactions;
        let refundable =
            |slot: &Slot| self.model.transaction(*slot).is_some_and(|it| it.captured > it.refunded);
        let refundable: Vec<Slot> = (0..count).filter(refundable).collect();
        let transaction = self.some(&refundable, count);
        let known = self.model.transaction(transaction).cloned();
        let asset = known.as_ref().map_or("GBP", |known| known.amount().asset);
        let left = known.as_ref().map_or(0, |known| known.captured - known.refunded);
        let minor = match self.chance.below(10) {
            0..6 => self.chance.between(1, left / 2 + 1),
            6..8 => left,
            8 => (left + 1).min(MOST),
            _ => self.chance.between(0, 3_000),
        };
        let amount = self.chance.percent(85).then_some(Money { minor, asset });
        let paid_by = self.chance.percent(20).then(|| {
            let own = usize::from(asset == "JPY");
            let second = Money { minor: self.chance.between(0, minor), asset };
            let first = Money { minor: minor - second.minor, asset };
            match self.chance.below(4) {
                0 => vec![(own, Money { minor, asset })],
                1 => vec![(self.payee(asset), Money { minor, asset })],
                2 if self.chance.percent(20) => Vec::new(),
                _ => vec![(self.payee(asset), first), (self.payee(asset), second)],
            }
        });
        let fees = if self.chance.percent(40) { Fees::Returned } else { Fees::Kept };
        Action::Refund { transaction, amount, paid_by, fees }
    }

    fn credit(&mut self) -> Action {
        let again = self.scope == Scope::Processor && self.chance.percent(35) && self.credits > 0;
        if !again {
            self.credits += 1;
        }
        let number = match again {
            true => u32::try_from(self.chance.between(1, u128::from(self.credits))).unwrap(),
            false => self.credits,
        };
        let account = self.account();
        let expected = self.model.counts().expected;
        let quotes = match self.chance.below(10) {
            0..6 => Quotes::Account(account),
            6..8 if expected > 0 => Quotes::Expected(self.chance.below(expected)),
            _ => Quotes::Nothing,
        };
        let minor = match self.chance.below(20) {
            0 => MOST,
            1..11 => self.chance.between(1, 9_000),
            // Few round amounts, so that expected money comes as it was expected.
            _ => 500 * self.chance.between(1, 3),
        };
        let asset = self.asset_of(account);
        let booked = self.scope == Scope::Http || self.chance.percent(50);
        let step = if booked { Step::Booked } else { Step::Notified };
        Action::Credit { number, quotes, amount: Money { minor, asset }, step }
    }

    fn pay_out(&mut self) -> Action {
        let payer = self.payer();
        let theirs = self.model.bank_accounts_of(payer);
        let bank_account = self.some(&theirs, self.model.counts().bank_accounts);
        let bearer = match self.bearer() {
            Bearer::Payees if self.chance.percent(92) => Bearer::Payer,
            bearer => bearer,
        };
        Action::PayOut { payer, bank_account, amount: self.amount(payer), bearer }
    }

    fn expect(&mut self) -> Action {
        let payee = self.account();
        let minor = if self.chance.percent(4) { 0 } else { 500 * self.chance.between(1, 3) };
        Action::Expect { payee, amount: Money { minor, asset: self.asset_of(payee) } }
    }

    fn correct(&mut self) -> Action {
        let account = self.account();
        let amount = self.amount(account);
        if self.chance.percent(25) {
            return Action::Charge { account, amount };
        }
        let direction = if self.chance.percent(60) { Direction::Gives } else { Direction::Takes };
        let against = *self.chance.one(&[Against::Fees, Against::Loss, Against::Equity]);
        Action::Adjust { account, direction, amount, against }
    }

    fn move_account(&mut self) -> (Who, Action) {
        let account = self.account();
        let status = self.model.account(account).map_or("open", |(status, _)| status);
        let words: &[&str] = match status {
            _ if self.chance.percent(10) => &["open", "frozen", "closing", "closed", "pending"],
            "open" => &["frozen_in", "frozen_out", "frozen", "closing"],
            "closing" => &["open", "closed", "closed"],
            _ => &["open", "open", "open", "frozen_in", "frozen_out"],
        };
        let to = *self.chance.one(words);
        (Who::Operator, Action::MoveAccount { account, to })
    }

    fn move_customer(&mut self) -> (Who, Action) {
        let customer = self.slot(self.model.counts().customers);
        let words = ["active", "active", "active", "restricted", "suspended", "closed", "draft"];
        let to = *self.chance.one(&words);
        (Who::Operator, Action::MoveCustomer { customer, to })
    }

    fn move_transaction(&mut self) -> (Who, Action) {
        let waits =
            |slot: &Slot| self.model.transaction(*slot).is_some_and(|it| it.status == "in_review");
        let waiting: Vec<Slot> = (0..self.model.counts().transactions).filter(waits).collect();
        let told = self.model.instructed();
        let was_tried = |slot: &Slot| told.contains(&Instructed::Transaction(*slot, 1));
        let back: Vec<Slot> = waiting.iter().copied().filter(was_tried).collect();
        if !back.is_empty() && self.chance.percent(60) {
            let transaction = *self.chance.one(&back);
            return (
                Who::Operator,
                Action::MoveTransaction { transaction, to: "returned", account: None },
            );
        }
        let transaction = if waiting.is_empty() || self.chance.percent(20) {
            self.slot(self.model.counts().transactions)
        } else {
            *self.chance.one(&waiting)
        };
        let to = *self.chance.one(&["settled", "settled", "returned", "cancelled"]);
        let account = self.chance.percent(90).then(|| self.account());
        (Who::Operator, Action::MoveTransaction { transaction, to, account })
    }

    fn advance(&mut self) -> Action {
        let seconds = match self.chance.below(12) {
            0 => 0,
            1 if self.scope == Scope::Processor => -1,
            2 => 367 * 86_400,
            3 => 31 * 86_400,
            4 => 366 * 86_400,
            5..8 => 86_400,
            _ => i64::try_from(self.chance.between(1, 4_000)).unwrap(),
        };
        Action::AdvanceClock { seconds }
    }

    fn create(&mut self) -> Action {
        let customers = self.model.counts().customers;
        match self.chance.below(4) {
            0 => Action::CreateCustomer { role: self.chance.below(ROLES.len() + 1) },
            1 => {
                let holder = if self.chance.percent(70) { Holder::Same } else { Holder::Other };
                Action::CreateBankAccount { customer: self.slot(customers), holder }
            }
            _ => {
                let asset = self.chance.one(&["GBP", "GBP", "GBP", "JPY", "BTC"]);
                Action::CreateAccount { customer: self.slot(customers), asset }
            }
        }
    }

    fn rail_says(&mut self) -> Action {
        let told = self.model.instructed();
        let of = if told.is_empty() || self.chance.percent(3) {
            let slot = self.slot(self.model.counts().transactions);
            Instructed::Transaction(slot, 1)
        } else {
            *self.chance.one(&told)
        };
        let says = [
            Says::NoAnswer,
            Says::Accepted,
            Says::Rejected,
            Says::Settled,
            Says::Settled,
            Says::Booked,
            Says::Booked,
            Says::Failed,
            Says::Returned,
        ];
        let mut says = *self.chance.one(&says);
        // A bank that books what it said it did not send is not wrong about us, but about itself.
        if says == Says::Booked && self.model.has_failed(of) {
            says = Says::Settled;
        }
        Action::RailSays { of, says }
    }
}
