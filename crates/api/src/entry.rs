//! The journal on the wire: legs, entries, and an account's history.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::{Amount, Balance};
use crate::id::{AccountId, EntryId, Timestamp, TransactionId};

/// One side of one account in a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Leg {
    /// The account.
    pub account: AccountId,
    /// The account's place in the chart of accounts.
    #[schema(example = "liability:customer")]
    pub chart: String,
    /// Which side of the account.
    pub direction: Direction,
    /// Which counters, and how.
    pub layer: Layer,
    /// How much.
    pub amount: Amount,
    /// What the account holds after it; null for internal accounts.
    pub balance_after: Option<Balance>,
}

/// A side of an account. A customer's account grows by credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The left side: assets and expenses grow.
    Debit,
    /// The right side: liabilities, income and equity grow.
    Credit,
}

/// Which counters a leg changes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Reserves.
    Pending,
    /// Takes back what was reserved.
    Released,
    /// Moves.
    Posted,
}

/// A journal entry: legs that were written together, chained by hash to the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The platform's number of the command that wrote it.
    pub seq: u64,
    /// The transaction it belongs to.
    pub transaction: TransactionId,
    /// Which of the transaction's entries it is, from 1.
    pub transition_no: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it happened in the world.
    pub effective_at: Timestamp,
    /// What it changed: debits equal credits per asset and layer.
    pub legs: Vec<Leg>,
    /// The hash of the platform's entry before, in hexadecimal.
    pub prev_hash: String,
    /// The hash of this entry, in hexadecimal.
    pub hash: String,
}

/// The journal entries of a transaction, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryList {
    /// All of them.
    pub data: Vec<Entry>,
    /// Always null: a transaction has few entries.
    pub next_cursor: Option<String>,
}

/// One leg in the history of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountEntry {
    /// The journal entry.
    pub entry: EntryId,
    /// The transaction.
    pub transaction: TransactionId,
    /// The platform's number of the command that wrote it.
    pub seq: u64,
    /// Its number among the account's legs, from 1.
    pub number: u64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it happened in the world.
    pub effective_at: Timestamp,
    /// Which side of the account.
    pub direction: Direction,
    /// Which counters, and how.
    pub layer: Layer,
    /// How much.
    pub amount: Amount,
    /// What the account holds after it.
    pub balance_after: Balance,
}

page!(
    /// A page of the history of an account, newest first.
    pub struct AccountEntryList of AccountEntry
);
