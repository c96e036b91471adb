//! What the ledger accepts, refuses and guarantees. Here stands what the test files share: a few
//! accounts with names, and legs written as text.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "tests count in numbers far from their limits, so that they do not share the code's care"
)]

mod chain;
mod holds;
mod ids;
mod model;
mod properties;
mod refusals;
mod script;
mod views;

use std::collections::BTreeMap;

use money::{AMOUNT_MAX, Amount, Asset};

use crate::{Account, AccountId, Chart, Counters, Direction, Layer, Leg, Standing};

type Accounts = BTreeMap<AccountId, Account>;

fn id(name: &str) -> AccountId {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    AccountId::from_bytes(bytes)
}

/// `text` with every id in it replaced by the name it was made of.
fn named(text: String, names: &[&str]) -> String {
    names.iter().fold(text, |text, name| text.replace(&id(name).to_string(), name))
}

fn asset(code: &str) -> Asset {
    Asset::known(code).unwrap()
}

fn amount(minor: u128, code: &str) -> Amount {
    Amount::new(minor, asset(code)).unwrap()
}

fn account(name: &str, chart: Chart, standing: Standing, counters: Counters) -> Account {
    let (id, asset) = (id(name), asset("GBP"));
    Account { id, asset, chart, standing, credit_limit: 0, counters, version: 7 }
}

/// Legs from lines such as `posted debit ann 10.50 GBP`; the amount may be `max`.
fn legs(text: &str) -> Vec<Leg> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(leg).collect()
}

fn leg(line: &str) -> Leg {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [layer, direction, name, value, code] = words[..] else { panic!("no leg: {line}") };
    let layer = [Layer::Pending, Layer::Released, Layer::Posted]
        .into_iter()
        .find(|candidate| candidate.code() == layer);
    let direction = [Direction::Debit, Direction::Credit]
        .into_iter()
        .find(|candidate| candidate.code() == direction);
    let amount = match value {
        "max" => amount(AMOUNT_MAX, code),
        value => Amount::parse(value, asset(code)).unwrap(),
    };
    Leg { account: id(name), direction: direction.unwrap(), layer: layer.unwrap(), amount }
}
