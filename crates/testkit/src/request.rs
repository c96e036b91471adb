//! Operations as HTTP requests: method, path and JSON body, once the slots have ids.
//!
//! Sends nothing. A key that is used again for the same operation must be sent with the same body:
//! a driver keeps the requests it sent by key, because the end of a hold depends on when it is asked.

use serde_json::{Value, json};

use crate::ids::{Ids, key_text};
use crate::operation::*;
use crate::stage::{ASSETS, NAME};

/// A request to the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Always `POST`: streams only make and move things.
    pub method: &'static str,
    /// The path.
    pub path: String,
    /// The body.
    pub body: Value,
    /// With which key it is sent.
    pub who: Who,
    /// The `Idempotency-Key`; a credit has none, and the driver makes one up.
    pub key: Option<String>,
}

/// The decimal string of an amount, with all the decimals of its asset.
#[must_use]
pub fn decimal(money: Money) -> String {
    let scale = ASSETS.iter().find(|(code, _)| *code == money.asset).unwrap().1;
    let digits = format!("{:0width$}", money.minor, width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    if scale == 0 { whole.to_owned() } else { format!("{whole}.{part}") }
}

fn amount(money: Money) -> Value {
    json!({ "value": decimal(money), "asset": money.asset })
}

const fn bearer(of: Bearer) -> &'static str {
    match of {
        Bearer::Payer => "payer",
        Bearer::Payees => "payees",
        Bearer::Platform => "platform",
    }
}

fn transitions(kind: &str, id: &str, body: Value) -> (String, Value) {
    (format!("/v1/{kind}/{id}/transitions"), body)
}

impl Operation {
    /// The request, asked at `business` time in microseconds; `None` for what no request asks.
    #[must_use]
    pub fn request(&self, ids: &Ids, business: i64) -> Option<Http> {
        let (path, body) = match &self.action {
            Action::RailSays { .. } => return None,
            Action::Pay { .. } | Action::PayOut { .. } | Action::Refund { .. } => {
                ids.paying_request(&self.action, business)
            }
            Action::Credit { .. } | Action::Expect { .. } => ids.incoming_request(&self.action),
            Action::CreateCustomer { .. }
            | Action::CreateAccount { .. }
            | Action::CreateBankAccount { .. } => ids.creating_request(&self.action),
            Action::Charge { .. } | Action::Adjust { .. } => ids.correcting_request(&self.action),
            Action::EndHold { .. }
            | Action::MoveAccount { .. }
            | Action::MoveCustomer { .. }
            | Action::MoveTransaction { .. } => ids.moving_request(&self.action),
            Action::AdvanceClock { seconds } => {
                ("/v1/sandbox/clock".to_owned(), json!({ "advance_seconds": seconds }))
            }
        };
        let key = self.key.map(|number| key_text(self.who, number));
        Some(Http { method: "POST", path, body: said(body), who: self.who, key })
    }
}

/// A body without the members that say nothing.
fn said(mut body: Value) -> Value {
    if let Value::Object(members) = &mut body {
        members.retain(|_, value| !value.is_null());
    }
    body
}

impl Ids {
    fn account_text(&self, slot: Slot) -> String {
        Self::text(&self.accounts, "acc", slot)
    }

    fn creating_request(&self, action: &Action) -> (String, Value) {
        match action {
            Action::CreateCustomer { role } => {
                let role = Self::text(&self.roles, "rol", *role);
                let body = json!({ "kind": "individual", "name": NAME, "role": role });
                ("/v1/customers".to_owned(), body)
            }
            Action::CreateAccount { customer, asset } => {
                let customer = Self::text(&self.customers, "cus", *customer);
                let body = json!({ "customer": customer, "asset": asset, "name": "Account" });
                ("/v1/accounts".to_owned(), body)
            }
            Action::CreateBankAccount { customer, holder } => {
                let customer = Self::text(&self.customers, "cus", *customer);
                let holder = if *holder == Holder::Same { NAME } else { "Somebody" };
                let (sort_code, account_number) = ("200000", "12345678");
                let bank = json!({
                    "holder": holder, "sort_code": sort_code, "account_number": account_number
                });
                ("/v1/bank-accounts".to_owned(), json!({ "customer": customer, "bank": bank }))
            }
            other => panic!("makes no party: {other:?}"),
        }
    }

    fn incoming_request(&self, action: &Action) -> (String, Value) {
        match action {
            Action::Credit { quotes, amount: money, .. } => {
                let reference = match quotes {
                    Quotes::Account(slot) => self.references.get(*slot),
                    Quotes::Expected(slot) => self.expected.get(*slot),
                    Quotes::Nothing => None,
                };
                let reference = reference.map_or("who knows", String::as_str);
                let body = json!({ "amount": amount(*money), "reference": reference });
                ("/v1/sandbox/credits".to_owned(), body)
            }
            Action::Expect { payee, amount: money } => {
                let body = json!({
                    "kind": "inbound_bank",
                    "to_account": self.account_text(*payee),
                    "amount": amount(*money),
                });
                ("/v1/transactions".to_owned(), body)
            }
            other => panic!("nothing comes in: {other:?}"),
        }
    }

    fn paying_request(&self, action: &Action, business: i64) -> (String, Value) {
        match action {
            Action::Pay { payer, amount: money, parts, bearer: by, hold_seconds } => {
                let split: Vec<Value> =
                    parts.iter().map(|part| self.part_body(part, money.asset)).collect();
                let mut body = json!({
                    "from_account": self.account_text(*payer),
                    "amount": amount(*money),
                    "split": split,
                    "fee_bearer": bearer(*by),
                    "reference": "Order",
                });
                let Some(seconds) = hold_seconds else {
                    body["kind"] = json!("internal");
                    return ("/v1/transactions".to_owned(), body);
                };
                let until = business + seconds * 1_000_000;
                let until = jiff::Timestamp::from_microsecond(until).unwrap();
                body["expires_at"] = json!(until.to_string());
                ("/v1/holds".to_owned(), body)
            }
            Action::PayOut { payer, bank_account, amount: money, bearer: by } => {
                let body = json!({
                    "kind": "outbound_bank",
                    "from_account": self.account_text(*payer),
                    "bank_account": Self::text(&self.bank_accounts, "ban", *bank_account),
                    "amount": amount(*money),
                    "fee_bearer": bearer(*by),
                    "reference": "Order",
                });
                ("/v1/transactions".to_owned(), body)
            }
            Action::Refund { transaction, amount: money, paid_by, fees } => {
                let part = |(account, money): &(Slot, Money)| json!({ "account": self.account_text(*account), "amount": amount(*money) });
                let paid_by =
                    paid_by.as_ref().map(|parts| parts.iter().map(part).collect::<Vec<_>>());
                let body = json!({
                    "transaction": Self::text(&self.transactions, "txn", *transaction),
                    "amount": money.map(amount),
                    "paid_by": paid_by,
                    "refund_fees": *fees == Fees::Returned,
                });
                ("/v1/refunds".to_owned(), body)
            }
            other => panic!("no payment: {other:?}"),
        }
    }

    fn part_body(&self, (account, size): &(Slot, Size), asset: &'static str) -> Value {
        let account = self.account_text(*account);
        match size {
            Size::Fixed(minor) => {
                json!({ "account": account, "amount": amount(Money { minor: *minor, asset }) })
            }
            Size::Share(share) => json!({ "account": account, "share_ppm": share }),
            Size::Remainder => json!({ "account": account, "remainder": true }),
        }
    }

    fn correcting_request(&self, action: &Action) -> (String, Value) {
        let body = match action {
            Action::Charge { account, amount: money } => json!({
                "kind": "fee",
                "from_account": self.account_text(*account),
                "amount": amount(*money),
            }),
            Action::Adjust { account, direction, amount: money, against } => json!({
                "kind": "adjustment",
                "account": self.account_text(*account),
                "direction": match direction {
                    Direction::Gives => "credit",
                    Direction::Takes => "debit",
                },
                "amount": amount(*money),
                "against": match against {
                    Against::Fees => "income:fees",
                    Against::Loss => "expense:loss",
                    Against::Equity => "equity:operator",
                },
            }),
            other => panic!("no correction: {other:?}"),
        };
        ("/v1/transactions".to_owned(), body)
    }

    fn moving_request(&self, action: &Action) -> (String, Value) {
        match action {
            Action::EndHold { hold, to, amount: money } => {
                let to = if *to == HoldEnd::Posted { "posted" } else { "voided" };
                let id = Self::text(&self.holds, "hld", *hold);
                transitions("holds", &id, json!({ "to": to, "amount": money.map(amount) }))
            }
            Action::MoveAccount { account, to } => {
                transitions("accounts", &self.account_text(*account), json!({ "to": to }))
            }
            Action::MoveCustomer { customer, to } => {
                let id = Self::text(&self.customers, "cus", *customer);
                transitions("customers", &id, json!({ "to": to }))
            }
            Action::MoveTransaction { transaction, to, account } => {
                let id = Self::text(&self.transactions, "txn", *transaction);
                let account = account.map(|slot| self.account_text(slot));
                transitions("transactions", &id, json!({ "to": to, "account": account }))
            }
            other => panic!("no transition: {other:?}"),
        }
    }
}
