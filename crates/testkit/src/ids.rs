//! What the slots of a stream stand for once it is played: ids as texts, in the order they were made.

use crate::model::Made;
use crate::operation::{Action, Instructed, NOBODY, Quotes, Slot, Who};

/// The ids of one played stream.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    /// The roles of the stage.
    pub roles: Vec<String>,
    /// Customers.
    pub customers: Vec<String>,
    /// Accounts.
    pub accounts: Vec<String>,
    /// What payers quote to pay into accounts, by account slot.
    pub references: Vec<String>,
    /// Bank accounts.
    pub bank_accounts: Vec<String>,
    /// Transactions.
    pub transactions: Vec<String>,
    /// What payers quote for expected money, by its slot.
    pub expected: Vec<String>,
    /// Holds.
    pub holds: Vec<String>,
    /// Refunds.
    pub refunds: Vec<String>,
}

impl Ids {
    /// The id at a slot; past the end, an id of the same type that nobody has.
    #[must_use]
    pub fn text(list: &[String], prefix: &str, slot: Slot) -> String {
        list.get(slot).cloned().unwrap_or_else(|| unknown(prefix, slot))
    }

    /// Remembers what an operation made: its id, and for some the id of its transaction or its
    /// reference.
    ///
    /// # Panics
    ///
    /// If an account, a hold or expected money has no `second` text.
    pub fn made(&mut self, made: Made, id: &str, second: Option<&str>) {
        let id = id.to_owned();
        match made {
            Made::Nothing => {}
            Made::Customer => self.customers.push(id),
            Made::Account => {
                self.accounts.push(id);
                self.references.push(second.unwrap().to_owned());
            }
            Made::BankAccount => self.bank_accounts.push(id),
            Made::Transaction => self.transactions.push(id),
            Made::Expected => {
                self.transactions.push(id);
                self.expected.push(second.unwrap().to_owned());
            }
            Made::Hold => {
                self.holds.push(id);
                self.transactions.push(second.unwrap().to_owned());
            }
            Made::Refund => self.refunds.push(id),
        }
    }
}

/// A well-formed id that nobody has.
fn unknown(prefix: &str, slot: Slot) -> String {
    let digits = slot.to_string();
    format!("{prefix}_{}{digits}", "0".repeat(26 - digits.len()))
}

/// The key that an operation is sent with: the keys of callers and of the operator are apart.
#[must_use]
pub fn key_text(who: Who, number: u32) -> String {
    match who {
        Who::Caller => format!("caller-{number}"),
        Who::Operator => format!("operator-{number}"),
        Who::Rail => format!("rail-{number}"),
    }
}

/// The key that a bulk request is sent with.
#[must_use]
pub fn bulk_key_text(number: u32) -> String {
    format!("bulk-{number}")
}

impl Ids {
    /// Whether everything that an action names is there, or will never be.
    #[must_use]
    pub fn knows(&self, action: &Action) -> bool {
        let here = |list: &[String], slot: &Slot| *slot >= NOBODY || *slot < list.len();
        let account = |slot: &Slot| here(&self.accounts, slot);
        match action {
            Action::CreateCustomer { .. } | Action::AdvanceClock { .. } => true,
            Action::CreateAccount { customer, .. }
            | Action::CreateBankAccount { customer, .. }
            | Action::MoveCustomer { customer, .. } => here(&self.customers, customer),
            Action::Credit { quotes, .. } => match quotes {
                Quotes::Account(slot) => account(slot),
                Quotes::Expected(slot) => here(&self.expected, slot),
                Quotes::Nothing => true,
            },
            Action::Expect { payee, .. } => account(payee),
            Action::Pay { payer, parts, .. } => {
                account(payer) && parts.iter().all(|(slot, _)| account(slot))
            }
            Action::PayOut { payer, bank_account, .. } => {
                account(payer) && here(&self.bank_accounts, bank_account)
            }
            Action::Refund { transaction, paid_by, .. } => {
                here(&self.transactions, transaction)
                    && paid_by.iter().flatten().all(|(slot, _)| account(slot))
            }
            Action::EndHold { hold, .. } => here(&self.holds, hold),
            Action::Charge { account: slot, .. }
            | Action::Adjust { account: slot, .. }
            | Action::MoveAccount { account: slot, .. } => account(slot),
            Action::MoveTransaction { transaction, account: to, .. } => {
                here(&self.transactions, transaction) && to.as_ref().is_none_or(account)
            }
            Action::RailSays { of, .. } => match of {
                Instructed::Transaction(slot, _) => here(&self.transactions, slot),
                Instructed::Refund(slot) => here(&self.refunds, slot),
            },
        }
    }
}
