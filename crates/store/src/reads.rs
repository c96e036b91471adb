//! The read port: what lists, histories, balances and workers see, at a commit position they name.
//!
//! Every call takes `at`, the position the reader must see at least. A read model that is not there
//! yet makes the reader wait, one second at most, then answers [`Fault::Behind`].

use std::collections::BTreeMap;

use ledger::{
    AccountId, Chart, Counters, Direction, Entry, Layer, PlatformId, Timestamp, TransactionId,
};
use money::{Amount, Asset};
use payments::audit::{AuditRecord, Touched};
use payments::ids::{AuditId, CustomerId, EventId, KeyId};
use payments::resources::{ApiKey, Instruction};
use payments::{Key, Kind, Resource};

use crate::fault::Fault;
use crate::rows::StoredCommand;

const MINUTE_MICROS: i64 = 60_000_000;

/// The start of the minute that `at` is in: how exactly the use of a key is noted.
#[must_use]
pub const fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(MINUTE_MICROS))
}

/// The read model. Any number of readers at once.
pub trait Reads: Send + Sync {
    /// The last position that the read model holds.
    fn position(&self) -> u64;

    /// One resource of a platform.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn resource(&self, at: u64, platform: PlatformId, key: &Key)
    -> Result<Option<Resource>, Fault>;

    /// An API key, of whichever platform it is (the operator's stand under `OPERATOR`).
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn api_key(&self, at: u64, id: KeyId) -> Result<Option<(PlatformId, ApiKey)>, Fault>;

    /// Notes that an API key was used at `at`, to the minute; cheap enough for every request.
    ///
    /// Kept on the side: no part of the journal, so a read model made anew begins without it.
    fn key_used(&self, id: KeyId, at: Timestamp);

    /// The minute an API key was last used in, as far as it was noted.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn key_last_use(&self, id: KeyId) -> Result<Option<Timestamp>, Fault>;

    /// Resources of one kind, newest first (by id, descending).
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn list(&self, at: u64, query: &ListQuery) -> Result<Page<Resource, [u8; 16]>, Fault>;

    /// The journal entries of a transaction, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn entries_of(
        &self,
        at: u64,
        platform: PlatformId,
        transaction: TransactionId,
    ) -> Result<Vec<Entry>, Fault>;

    /// The legs of an account, newest first, before the leg numbered `before` (its account version).
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn legs_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<AccountLeg, u64>, Fault>;

    /// An account's counters as they stood; `None` before its first leg.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn counters_as_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        as_of: AsOf,
    ) -> Result<Option<Counters>, Fault>;

    /// Events of a platform after the cursor (seq, index within the command), oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn events_after(
        &self,
        at: u64,
        platform: PlatformId,
        after: (u64, u32),
        limit: usize,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault>;

    /// Events of a platform before the cursor, newest first; of one resource if it is named.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn events_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &EventQuery,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault>;

    /// One event.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn event(&self, at: u64, platform: PlatformId, id: EventId) -> Result<Option<EventRow>, Fault>;

    /// Audit records of a platform before `seq`, newest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn audit_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &AuditQuery,
    ) -> Result<Page<AuditRecord, u64>, Fault>;

    /// One audit record.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn audit_record(
        &self,
        at: u64,
        platform: PlatformId,
        id: AuditId,
    ) -> Result<Option<AuditRecord>, Fault>;

    /// The command stored under a key of `scope`.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn command_by_key(
        &self,
        at: u64,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault>;

    /// The sum of every chart and asset, of one platform or of all; with `as_of`, over the accounts
    /// that had a leg by then.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn trial_balance(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        as_of: Option<AsOf>,
    ) -> Result<TrialBalance, Fault>;

    /// Instructions that a rail must be told (again), of all platforms, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn instructions(&self, at: u64, limit: usize) -> Result<Vec<(PlatformId, Instruction)>, Fault>;

    /// What an operator must look at: money in review, and instructions with an unknown outcome,
    /// of one platform or of all, oldest first.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn attention(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault>;
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Of one platform; `None` (operator lists of platforms) is all.
    pub platform: Option<PlatformId>,
    /// Resources of this kind.
    pub kind: Kind,
    /// That pass this.
    pub filter: Filter,
    /// With ids below this one.
    pub before: Option<[u8; 16]>,
    /// At most so many; the page says whether more follow.
    pub limit: usize,
}

/// Which resources pass; each field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// With this status.
    pub status: Option<String>,
    /// With this external id.
    pub external_id: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// Of this customer (accounts, bank accounts, persons, and transactions of its accounts).
    pub customer: Option<CustomerId>,
    /// That pay from or into this account (transactions, holds, refunds).
    pub account: Option<AccountId>,
    /// Of this transaction (holds, refunds).
    pub transaction: Option<TransactionId>,
    /// Of this type (transactions: `internal` …; customers: `individual` …).
    pub subtype: Option<String>,
    /// Made at or after.
    pub created_from: Option<Timestamp>,
    /// Made before.
    pub created_before: Option<Timestamp>,
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Before this (seq, index).
    pub before: Option<(u64, u32)>,
    /// Of this resource.
    pub resource: Option<(Kind, [u8; 16])>,
    /// Of this type, such as `transaction.settled`.
    pub event_type: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Which audit records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Before this seq.
    pub before: Option<u64>,
    /// That touched this resource.
    pub resource: Option<(Kind, [u8; 16])>,
    /// Of this request.
    pub request_id: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one starts, if there is one.
    pub next: Option<C>,
}

/// Up to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Everything made at or before this instant.
    Time(Timestamp),
    /// Everything up to this seq of its platform.
    Seq(u64),
}

/// A leg as an account's history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLeg {
    /// The platform's number of the command.
    pub seq: u64,
    /// The entry.
    pub entry: ledger::EntryId,
    /// The transaction.
    pub transaction: TransactionId,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it happened.
    pub effective_at: Timestamp,
    /// Which side.
    pub direction: Direction,
    /// Which layer.
    pub layer: Layer,
    /// How much.
    pub amount: Amount,
    /// The counters after it.
    pub after: Counters,
    /// Its number among the account's legs.
    pub version: u64,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// The command's place in the platform's history.
    pub seq: u64,
    /// Its place among the command's events.
    pub index: u32,
    /// When.
    pub created_at: Timestamp,
    /// The request that caused it.
    pub request_id: String,
    /// What changed.
    pub touched: Touched,
    /// What the command was answered: the resource as it was then, if it is the answered one.
    pub answer: Vec<u8>,
}

/// The books in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// The commit position it was made at.
    pub position: u64,
    /// One row a chart and asset, sorted.
    pub rows: Vec<TrialBalanceRow>,
}

/// The sum of all accounts of one chart and asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalanceRow {
    /// Which.
    pub chart: Chart,
    /// In which asset.
    pub asset: Asset,
    /// The sums of the counters, in minor units.
    pub counters: Counters,
    /// How many accounts.
    pub accounts: u64,
}

/// The first `limit` of `rows` as a page; `cursor` says where the next one starts.
pub fn page_of<T, C>(
    mut rows: impl Iterator<Item = T>,
    limit: usize,
    cursor: impl Fn(&T) -> C,
) -> Page<T, C> {
    let items: Vec<T> = rows.by_ref().take(limit).collect();
    let next = rows.next().and_then(|_| items.last().map(cursor));
    Page { items, next }
}

impl TrialBalance {
    /// Adds one account's counters to the row of its chart and asset.
    ///
    /// # Errors
    ///
    /// [`Fault::Corrupt`] when a sum does not fit: more than 300 accounts at the largest amount.
    pub fn add(
        rows: &mut BTreeMap<(Chart, Asset), TrialBalanceRow>,
        (chart, asset): (Chart, Asset),
        of: &Counters,
    ) -> Result<(), Fault> {
        let counters = Counters::default();
        let row = rows.entry((chart, asset)).or_insert(TrialBalanceRow {
            chart,
            asset,
            counters,
            accounts: 0,
        });
        let sum = &mut row.counters;
        for (sum, one) in [
            (&mut sum.debits_pending, of.debits_pending),
            (&mut sum.debits_posted, of.debits_posted),
            (&mut sum.credits_pending, of.credits_pending),
            (&mut sum.credits_posted, of.credits_posted),
        ] {
            *sum = sum.checked_add(one).ok_or_else(|| Fault::Corrupt {
                table: "accounts",
                detail: format!("the sum of {} in {asset} does not fit", chart.code()),
            })?;
        }
        row.accounts += 1;
        Ok(())
    }
}
