//! Operations as commands of the processor, once the slots have ids.

use std::fmt::Debug;
use std::str::FromStr;

use ledger::{AccountId, Chart, Timestamp};
use money::{Amount, Asset, PartsPerMillion};
use payments::Key;
use payments::bank::BankDetails;
use payments::command::{
    AccountCreate, Adjust, BankAccountCreate, Charge, Command, CreditStep, CustomerCreate, Expect,
    FeeReturn, Part, PartSize, Pay, PayOut, RailAnswer, RailNotice, RefundCreate, Transition,
};
use payments::ids::RefundId;
use payments::meta::Labels;
use payments::resources::{Attempt, Bearer as FeeBearer, CustomerKind};

use crate::ids::Ids;
use crate::operation::*;
use crate::stage::NAME;

/// The asset of a code of the stage.
pub(crate) fn asset(code: &str) -> Asset {
    Asset::known(code).unwrap()
}

pub(crate) fn amount(money: Money) -> Amount {
    Amount::new(money.minor, asset(money.asset)).unwrap()
}

fn id<T: FromStr<Err: Debug>>(list: &[String], prefix: &str, slot: Slot) -> T {
    Ids::text(list, prefix, slot).parse().unwrap()
}

const fn bearer(of: Bearer) -> FeeBearer {
    match of {
        Bearer::Payer => FeeBearer::Payer,
        Bearer::Payees => FeeBearer::Payees,
        Bearer::Platform => FeeBearer::Platform,
    }
}

fn bank(holder: &str) -> BankDetails {
    BankDetails::uk(holder.to_owned(), "200000", "12345678").unwrap()
}

impl Ids {
    fn account(&self, slot: Slot) -> AccountId {
        id(&self.accounts, "acc", slot)
    }

    /// The command of an action, asked at `business` time in microseconds.
    ///
    /// # Panics
    ///
    /// If an amount is above what amounts may be.
    #[must_use]
    pub fn command(&self, action: &Action, business: i64) -> Command {
        let labels = Labels::default();
        match action {
            Action::CreateCustomer { role } => Command::CustomerCreate(CustomerCreate {
                kind: CustomerKind::Individual,
                name: NAME.to_owned(),
                email: None,
                role: Some(id(&self.roles, "rol", *role)),
                labels,
            }),
            Action::CreateAccount { customer, asset: code } => {
                Command::AccountCreate(AccountCreate {
                    customer: id(&self.customers, "cus", *customer),
                    asset: asset(code),
                    name: "Account".to_owned(),
                    labels,
                })
            }
            Action::CreateBankAccount { customer, holder } => {
                let holder = if *holder == Holder::Same { NAME } else { "Somebody" };
                let customer = id(&self.customers, "cus", *customer);
                let details = bank(holder);
                Command::BankAccountCreate(BankAccountCreate { customer, details, labels })
            }
            Action::Credit { .. } | Action::RailSays { .. } => self.told(action),
            Action::Expect { payee, amount: money } => Command::Expect(Expect {
                payee: self.account(*payee),
                amount: amount(*money),
                reference: None,
                description: None,
                labels,
            }),
            Action::Pay { .. } | Action::PayOut { .. } | Action::Refund { .. } => {
                self.paying(action, business)
            }
            Action::Charge { .. } | Action::Adjust { .. } => self.correcting(action),
            Action::EndHold { .. }
            | Action::MoveAccount { .. }
            | Action::MoveCustomer { .. }
            | Action::MoveTransaction { .. } => self.moving(action),
            Action::AdvanceClock { seconds } => {
                Command::ClockAdvance { micros: seconds.saturating_mul(1_000_000) }
            }
        }
    }

    fn paying(&self, action: &Action, business: i64) -> Command {
        let (reference, description, labels) = ("Order".to_owned(), None, Labels::default());
        match action {
            Action::Pay { payer, amount: money, parts, bearer: by, hold_seconds } => {
                let until = |seconds: &i64| Timestamp::from_micros(business + seconds * 1_000_000);
                Command::Pay(Pay {
                    payer: self.account(*payer),
                    amount: amount(*money),
                    parts: parts.iter().map(|part| self.part(part, money.asset)).collect(),
                    bearer: bearer(*by),
                    reference,
                    description,
                    effective_at: None,
                    hold_until: hold_seconds.as_ref().map(until),
                    labels,
                })
            }
            Action::PayOut { payer, bank_account, amount: money, bearer: by } => {
                Command::PayOut(PayOut {
                    payer: self.account(*payer),
                    amount: amount(*money),
                    bank_account: id(&self.bank_accounts, "ban", *bank_account),
                    bearer: bearer(*by),
                    reference,
                    description,
                    behaviour: None,
                    labels,
                })
            }
            Action::Refund { transaction, amount: money, paid_by, fees } => {
                let leg =
                    |(account, money): &(Slot, Money)| (self.account(*account), amount(*money));
                let legs = |legs: &Vec<(Slot, Money)>| legs.iter().map(leg).collect();
                let fees =
                    if *fees == Fees::Returned { FeeReturn::Returned } else { FeeReturn::Kept };
                Command::Refund(RefundCreate {
                    transaction: id(&self.transactions, "txn", *transaction),
                    amount: money.map(amount),
                    legs: paid_by.as_ref().map(legs),
                    fees,
                    reason: None,
                    behaviour: None,
                    labels,
                })
            }
            other => panic!("no payment: {other:?}"),
        }
    }

    fn part(&self, (account, size): &(Slot, Size), code: &'static str) -> Part {
        let size = match size {
            Size::Fixed(minor) => PartSize::Fixed(amount(Money { minor: *minor, asset: code })),
            Size::Share(share) => PartSize::Share(PartsPerMillion::new(*share).unwrap()),
            Size::Remainder => PartSize::Remainder,
        };
        Part { account: self.account(*account), size }
    }

    fn correcting(&self, action: &Action) -> Command {
        let (reference, description, labels) = (String::new(), None, Labels::default());
        match action {
            Action::Charge { account, amount: money } => Command::Charge(Charge {
                account: self.account(*account),
                amount: amount(*money),
                reference,
                description,
                labels,
            }),
            Action::Adjust { account, direction, amount: money, against } => {
                let direction = match direction {
                    Direction::Gives => ledger::Direction::Credit,
                    Direction::Takes => ledger::Direction::Debit,
                };
                let against = match against {
                    Against::Fees => Chart::Fees,
                    Against::Loss => Chart::Loss,
                    Against::Equity => Chart::OperatorEquity,
                };
                Command::Adjust(Adjust {
                    account: self.account(*account),
                    direction,
                    amount: amount(*money),
                    against,
                    reference,
                    description,
                    effective_at: None,
                    labels,
                })
            }
            other => panic!("no correction: {other:?}"),
        }
    }

    fn moving(&self, action: &Action) -> Command {
        let (target, to) = match action {
            Action::EndHold { hold, to: HoldEnd::Posted, .. } => {
                (Key::Hold(id(&self.holds, "hld", *hold)), "posted")
            }
            Action::EndHold { hold, to: HoldEnd::Voided, .. } => {
                (Key::Hold(id(&self.holds, "hld", *hold)), "voided")
            }
            Action::MoveAccount { account, to } => (Key::Account(self.account(*account)), *to),
            Action::MoveCustomer { customer, to } => {
                (Key::Customer(id(&self.customers, "cus", *customer)), *to)
            }
            Action::MoveTransaction { transaction, to, .. } => {
                (Key::Transaction(id(&self.transactions, "txn", *transaction)), *to)
            }
            other => panic!("no transition: {other:?}"),
        };
        let account = match action {
            Action::MoveTransaction { account, .. } => account.map(|slot| self.account(slot)),
            _ => None,
        };
        let posted = match action {
            Action::EndHold { amount: money, .. } => money.map(amount),
            _ => None,
        };
        Command::Transition(Transition {
            target,
            to: to.to_owned(),
            expected: None,
            reason_code: None,
            note: None,
            account,
            amount: posted,
        })
    }

    fn told(&self, action: &Action) -> Command {
        match action {
            Action::Credit { number, quotes, amount: money, step } => {
                let reference = match quotes {
                    Quotes::Account(slot) => self.references.get(*slot),
                    Quotes::Expected(slot) => self.expected.get(*slot),
                    Quotes::Nothing => None,
                };
                Command::RailNotice(RailNotice::Credit {
                    bank_id: format!("credit-{number}"),
                    amount: amount(*money),
                    reference: reference.cloned().unwrap_or_else(|| "who knows".to_owned()),
                    payer: bank("Some Payer"),
                    step: match step {
                        Step::Notified => CreditStep::Notified,
                        Step::Booked => CreditStep::Booked,
                    },
                })
            }
            Action::RailSays { of, says } => {
                let attempt = match of {
                    Instructed::Transaction(slot, number) => {
                        let id: ledger::TransactionId = id(&self.transactions, "txn", *slot);
                        Attempt { id: *id.as_bytes(), number: *number }
                    }
                    Instructed::Refund(slot) => {
                        let id: RefundId = id(&self.refunds, "rfd", *slot);
                        Attempt::first(*id.as_bytes())
                    }
                };
                said(attempt, *says)
            }
            other => panic!("no rail says: {other:?}"),
        }
    }
}

fn said(attempt: Attempt, says: Says) -> Command {
    let (reason, bank_id) = ("because".to_owned(), "bank-1".to_owned());
    let answer = |answer| Command::RailAnswer { attempt, answer };
    match says {
        Says::NoAnswer => answer(RailAnswer::NoAnswer),
        Says::Accepted => answer(RailAnswer::Accepted { bank_id }),
        Says::Rejected => answer(RailAnswer::Rejected { reason }),
        Says::Settled => Command::RailNotice(RailNotice::Settled { attempt, bank_id }),
        Says::Booked => Command::RailNotice(RailNotice::Booked { attempt }),
        Says::Failed => Command::RailNotice(RailNotice::Failed { attempt, reason }),
        Says::Returned => Command::RailNotice(RailNotice::Returned { attempt, reason }),
    }
}
