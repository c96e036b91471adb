//! Accounts are as they were saved last, whatever the writer remembers of their rows.

use ledger::{Account as LedgerAccount, AccountId, Chart, Counters, Standing, Timestamp};
use money::Asset;
use payments::meta::{Labels, Meta};
use payments::resources::Account;
use payments::states::AccountStatus;
use payments::{Key, Resource};
use store::{Batch, Mode, Truth};

use super::Folder;
use super::batches::{PLATFORM, customer_batch};
use crate::SqliteStore;

const ID: AccountId = AccountId::from_bytes([7; 16]);

/// A batch at `position` that leaves the account with this name and so much credited.
fn batch(position: u64, name: &str, credits_posted: u128) -> Batch {
    let account = Account {
        ledger: LedgerAccount {
            id: ID,
            asset: Asset::known("GBP").unwrap(),
            chart: Chart::Customer,
            standing: Standing::Open,
            credit_limit: 0,
            counters: Counters { credits_posted, ..Counters::default() },
            version: position,
        },
        meta: Meta::new(Labels::default(), Timestamp::from_micros(0)),
        customer: None,
        name: name.to_owned(),
        status: AccountStatus::Open,
        reference: String::new(),
    };
    let mut batch = customer_batch(position);
    batch.resources = vec![(PLATFORM, Resource::Account(account))];
    batch
}

/// Goal: neither a name that changes and changes back nor a batch that fails leaves the writer with a
/// wrong row in mind. Method: each batch is loaded again; those that fail break a head's constraint.
#[test]
fn accounts_are_as_saved_last() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    let mut truth = store.truth().unwrap();
    let names = ["new", "a", "a", "a", "b", "a", "a", "b", "b", "b"];
    for (position, name) in (1..).zip(names) {
        for failing in [name, "c", "a", "b"] {
            let mut failing = batch(position, failing, 9);
            failing.heads[0].0.clock_offset_micros = -1;
            assert!(truth.save(&failing).is_err());
        }
        let saved = batch(position, name, u128::from(position));
        truth.save(&saved).unwrap();
        let loaded = truth.load(&[(PLATFORM, Key::Account(ID))]).unwrap();
        assert_eq!(loaded, [Some(saved.resources[0].1.clone())], "at {position}");
    }
}
