//! The port itself: each call waits for its position, then asks the module that knows.

use ledger::{AccountId, Counters, Entry, PlatformId, Timestamp, TransactionId};
use payments::audit::AuditRecord;
use payments::ids::{AuditId, EventId, KeyId};
use payments::resources::{ApiKey, Instruction};
use payments::{Key, Resource};
use store::read_rows::EachRow;
use store::{
    AccountLeg, AsOf, AuditQuery, EventQuery, EventRow, Fault, ListQuery, Page, ReadCursor,
    ReadPart, ReadRows, Reads, StoredCommand, TrialBalance, minute_of,
};

use crate::key_uses;

use super::{SqliteReads, balances, history, list, rows};

impl Reads for SqliteReads {
    fn position(&self) -> u64 {
        self.shared.signal.fed_position()
    }

    fn resource(
        &self,
        at: u64,
        platform: PlatformId,
        key: &Key,
    ) -> Result<Option<Resource>, Fault> {
        self.at(at, |connection| list::resource(connection, platform, key))
    }

    fn api_key(&self, at: u64, id: KeyId) -> Result<Option<(PlatformId, ApiKey)>, Fault> {
        self.at(at, |connection| list::api_key(connection, id))
    }

    fn key_used(&self, id: KeyId, at: Timestamp) {
        self.shared.key_uses.note(id, minute_of(at));
    }

    fn key_last_use(&self, id: KeyId) -> Result<Option<Timestamp>, Fault> {
        let unwritten = self.shared.key_uses.noted(id);
        let written = self.at(0, |connection| key_uses::written(connection, id))?;
        Ok(unwritten.max(written))
    }

    fn list(&self, at: u64, query: &ListQuery) -> Result<Page<Resource, [u8; 16]>, Fault> {
        self.at(at, |connection| list::list(connection, query))
    }

    fn entries_of(
        &self,
        at: u64,
        platform: PlatformId,
        transaction: TransactionId,
    ) -> Result<Vec<Entry>, Fault> {
        self.at(at, |connection| history::entries_of(connection, platform, transaction))
    }

    fn legs_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<AccountLeg, u64>, Fault> {
        self.at(at, |connection| balances::legs_of(connection, account, before, limit))
    }

    fn counters_as_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        as_of: AsOf,
    ) -> Result<Option<Counters>, Fault> {
        self.at(at, |connection| balances::counters_as_of(connection, account, as_of))
    }

    fn events_after(
        &self,
        at: u64,
        platform: PlatformId,
        after: (u64, u32),
        limit: usize,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        self.at(at, |connection| history::events_after(connection, platform, after, limit))
    }

    fn events_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &EventQuery,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        self.at(at, |connection| history::events_before(connection, platform, query))
    }

    fn event(&self, at: u64, platform: PlatformId, id: EventId) -> Result<Option<EventRow>, Fault> {
        self.at(at, |connection| history::event(connection, platform, id))
    }

    fn audit_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &AuditQuery,
    ) -> Result<Page<AuditRecord, u64>, Fault> {
        self.at(at, |connection| history::audit_before(connection, platform, query))
    }

    fn audit_record(
        &self,
        at: u64,
        platform: PlatformId,
        id: AuditId,
    ) -> Result<Option<AuditRecord>, Fault> {
        self.at(at, |connection| history::audit_record(connection, platform, id))
    }

    fn command_by_key(
        &self,
        at: u64,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        self.at(at, |connection| history::command_by_key(connection, &self.keys, (scope, key)))
    }

    fn trial_balance(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        as_of: Option<AsOf>,
    ) -> Result<TrialBalance, Fault> {
        self.at(at, |connection| balances::trial_balance(connection, platform, as_of))
    }

    fn instructions(&self, at: u64, limit: usize) -> Result<Vec<(PlatformId, Instruction)>, Fault> {
        self.at(at, |connection| list::instructions(connection, limit))
    }

    fn attention(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        self.at(at, |connection| list::attention(connection, platform, limit))
    }
}

impl ReadRows for SqliteReads {
    fn rows_after(
        &self,
        at: u64,
        from: (ReadPart, Option<&ReadCursor>),
        limit: usize,
        each: &mut EachRow<'_>,
    ) -> Result<Option<ReadCursor>, Fault> {
        self.at(at, |connection| rows::after(connection, from, limit, each))
    }
}
