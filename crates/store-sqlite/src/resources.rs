//! Resources in the tables of the truth: how each kind is put, found and walked through.
//!
//! A row is the resource as bytes, and beside it the columns that constraints use. Counters stand
//! in columns only, so that there is one truth of them.
//!
//! Start at [`put_all`] and [`find`].

mod find;
mod known;
mod put;
mod walk;

pub(crate) use find::{find, transaction_name};
pub(crate) use known::KnownAccounts;
pub(crate) use put::{put_all, put_transaction_name};
pub(crate) use walk::{Cursor, after};

use ledger::Counters;
use payments::ids::CustomerId;
use payments::meta::Meta;
use payments::resources::Account;
use payments::states::AccountStatus;
use payments::{Key, Kind, NameKind, Resource};
use rusqlite::Row;
use serde::Serialize;
use store::{Fault, codec};

use crate::columns::minor;

/// What `resources.kind` says of an instruction; the other kinds say their own code.
pub(crate) const INSTRUCTION: &str = "instruction";

/// The name of a transaction that a key stands for, which only the writer's index finds.
pub(crate) fn as_transaction_name(key: &Key) -> Option<&str> {
    if let Key::Name(NameKind::ExternalId(Kind::Transaction), text) = key {
        Some(text)
    } else {
        None
    }
}

/// An account as its bytes say it: what columns say over again is nought there.
#[derive(Serialize)]
struct Bare<'a> {
    ledger: ledger::Account,
    meta: &'a Meta,
    customer: Option<CustomerId>,
    name: &'a str,
    status: AccountStatus,
    reference: &'a str,
}

fn bare(account: &Account) -> Bare<'_> {
    let Account { ledger, meta, customer, name, status, reference } = account;
    let mut ledger = ledger.clone();
    (ledger.counters, ledger.version) = (Counters::default(), 0);
    Bare { ledger, meta, customer: *customer, name, status: *status, reference }
}

/// An account of its bytes and the nine columns that follow them, from `first` on.
fn with_counters(bytes: &[u8], row: &Row<'_>, first: usize) -> Result<Resource, Fault> {
    let mut account: Account = codec::decode("accounts", bytes)?;
    let corrupt =
        |why: rusqlite::Error| Fault::Corrupt { table: "accounts", detail: why.to_string() };
    let halves = |at: usize| -> Result<u128, Fault> {
        Ok(minor(row.get(first + at).map_err(corrupt)?, row.get(first + at + 1).map_err(corrupt)?))
    };
    account.ledger.counters = Counters {
        debits_pending: halves(1)?,
        debits_posted: halves(3)?,
        credits_pending: halves(5)?,
        credits_posted: halves(7)?,
    };
    account.ledger.version = row.get(first).map_err(corrupt)?;
    Ok(Resource::Account(account))
}
