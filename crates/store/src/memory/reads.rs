//! The in-memory store as the read model: scans over what was saved, in the words of the port.

use std::collections::BTreeMap;

use ledger::{AccountId, Counters, Entry, LegAfter, PlatformId, Timestamp, TransactionId};
use payments::audit::AuditRecord;
use payments::ids::{AuditId, EventId, KeyId};
use payments::resources::{ApiKey, Instruction};
use payments::{Key, Resource};

use super::{MemoryStore, State};
use crate::facts::Waiting;
use crate::fault::Fault;
use crate::reads::{
    AccountLeg, AsOf, AuditQuery, EventQuery, EventRow, ListQuery, Page, Reads, TrialBalance,
    minute_of, page_of,
};
use crate::rows::{Committed, StoredCommand};

impl Reads for MemoryStore {
    fn position(&self) -> u64 {
        self.lock().position()
    }

    fn resource(
        &self,
        at: u64,
        platform: PlatformId,
        key: &Key,
    ) -> Result<Option<Resource>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        Ok(state.resources.get(&(platform, key.clone())).cloned())
    }

    fn api_key(&self, at: u64, id: KeyId) -> Result<Option<(PlatformId, ApiKey)>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        Ok(state.resources.iter().find_map(|((platform, _), resource)| {
            let Resource::ApiKey(key) = resource else { return None };
            (key.id == id).then(|| (*platform, key.clone()))
        }))
    }

    fn key_used(&self, id: KeyId, at: Timestamp) {
        let mut state = self.lock();
        let last = state.key_uses.entry(id).or_insert(minute_of(at));
        *last = minute_of(at).max(*last);
    }

    fn key_last_use(&self, id: KeyId) -> Result<Option<Timestamp>, Fault> {
        Ok(self.lock().key_uses.get(&id).copied())
    }

    fn list(&self, at: u64, query: &ListQuery) -> Result<Page<Resource, [u8; 16]>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut found: Vec<([u8; 16], Resource)> = Vec::new();
        for ((platform, _), resource) in &state.resources {
            let Some(visible) = resource.visible() else { continue };
            if visible.kind != query.kind
                || query.platform.is_some_and(|wanted| wanted != *platform)
                || query.before.is_some_and(|before| visible.id >= before)
            {
                continue;
            }
            let owner = |account| state.owner(*platform, account);
            if query.filter.passes(resource, owner) {
                found.push((visible.id, resource.clone()));
            }
        }
        found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        let page = page_of(found.into_iter(), query.limit, |(id, _)| *id);
        Ok(Page { items: page.items.into_iter().map(|(_, it)| it).collect(), next: page.next })
    }

    fn entries_of(
        &self,
        at: u64,
        platform: PlatformId,
        transaction: TransactionId,
    ) -> Result<Vec<Entry>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let entries = state.history(platform).filter_map(|committed| committed.entry.clone());
        Ok(entries.filter(|entry| entry.transaction == transaction).collect())
    }

    fn legs_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<AccountLeg, u64>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut legs = state.legs_of(account);
        legs.reverse();
        legs.retain(|leg| before.is_none_or(|before| leg.version < before));
        Ok(page_of(legs.into_iter(), limit, |leg| leg.version))
    }

    fn counters_as_of(
        &self,
        at: u64,
        account: (PlatformId, AccountId),
        as_of: AsOf,
    ) -> Result<Option<Counters>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        Ok(state.counters_as_of(account, as_of))
    }

    fn events_after(
        &self,
        at: u64,
        platform: PlatformId,
        after: (u64, u32),
        limit: usize,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let events = state.history(platform).flat_map(events_of);
        let later = events.filter(|event| (event.seq, event.index) > after);
        Ok(page_of(later, limit, |event| (event.seq, event.index)))
    }

    fn events_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &EventQuery,
    ) -> Result<Page<EventRow, (u64, u32)>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let events = state.history(platform).rev().flat_map(|committed| {
            let mut events = events_of(committed);
            events.reverse();
            events
        });
        let wanted = events.filter(|event| {
            let touched = &event.touched;
            query.before.is_none_or(|before| (event.seq, event.index) < before)
                && query.resource.is_none_or(|resource| resource == (touched.kind, touched.id))
                && query.event_type.as_ref().is_none_or(|wanted| *wanted == touched.event_type())
        });
        Ok(page_of(wanted, query.limit, |event| (event.seq, event.index)))
    }

    fn event(&self, at: u64, platform: PlatformId, id: EventId) -> Result<Option<EventRow>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut events = state.history(platform).flat_map(events_of);
        Ok(events.find(|event| event.touched.event == id))
    }

    fn audit_before(
        &self,
        at: u64,
        platform: PlatformId,
        query: &AuditQuery,
    ) -> Result<Page<AuditRecord, u64>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let records = state.history(platform).rev().map(|committed| &committed.audit);
        let wanted = records.filter(|audit| {
            let touches =
                |wanted| audit.touched.iter().any(|touched| (touched.kind, touched.id) == wanted);
            query.before.is_none_or(|before| audit.seq < before)
                && query.resource.is_none_or(touches)
                && query.request_id.as_ref().is_none_or(|wanted| *wanted == audit.request_id)
        });
        Ok(page_of(wanted.cloned(), query.limit, |audit| audit.seq))
    }

    fn audit_record(
        &self,
        at: u64,
        platform: PlatformId,
        id: AuditId,
    ) -> Result<Option<AuditRecord>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut records = state.history(platform).map(|committed| &committed.audit);
        Ok(records.find(|audit| audit.id == id).cloned())
    }

    fn command_by_key(
        &self,
        at: u64,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        Ok(state.command_by_key(scope, key))
    }

    fn trial_balance(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        as_of: Option<AsOf>,
    ) -> Result<TrialBalance, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut rows = BTreeMap::new();
        for ((of, _), resource) in &state.resources {
            let Resource::Account(account) = resource else { continue };
            if platform.is_some_and(|wanted| wanted != *of) {
                continue;
            }
            let account_at = &account.ledger;
            let counters = match as_of {
                None => Some(account_at.counters),
                Some(as_of) => state.counters_as_of((*of, account_at.id), as_of),
            };
            if let Some(counters) = counters {
                TrialBalance::add(&mut rows, (account_at.chart, account_at.asset), &counters)?;
            }
        }
        Ok(TrialBalance { position: state.position(), rows: rows.into_values().collect() })
    }

    fn instructions(&self, at: u64, limit: usize) -> Result<Vec<(PlatformId, Instruction)>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut found: Vec<(PlatformId, Instruction)> = Vec::new();
        for ((platform, _), resource) in &state.resources {
            if let Resource::Instruction(it) = resource
                && Waiting::on(resource).for_rail
            {
                found.push((*platform, it.clone()));
            }
        }
        found.sort_by_key(|(platform, it)| (it.id, *platform));
        found.truncate(limit);
        Ok(found)
    }

    fn attention(
        &self,
        at: u64,
        platform: Option<PlatformId>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let of_platform = |of: &PlatformId| platform.is_none_or(|wanted| wanted == *of);
        let mut found: Vec<([u8; 16], PlatformId, Key, Resource)> = Vec::new();
        for ((of, key), it) in &state.resources {
            let internal = if let Resource::Instruction(it) = it { Some(it.id) } else { None };
            let id = it.visible().map(|visible| visible.id).or(internal);
            if let Some(id) = id
                && of_platform(of)
                && Waiting::on(it).for_operator
            {
                found.push((id, *of, key.clone(), it.clone()));
            }
        }
        found.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        Ok(found.into_iter().take(limit).map(|(_, of, _, it)| (of, it)).collect())
    }
}

impl State {
    pub(super) fn reached(&self, needed: u64) -> Result<(), Fault> {
        let at = self.position();
        if at < needed { Err(Fault::Behind { at, needed }) } else { Ok(()) }
    }

    fn owner(&self, platform: PlatformId, account: AccountId) -> Option<payments::ids::CustomerId> {
        let found = self.resources.get(&(platform, Key::Account(account)))?;
        if let Resource::Account(account) = found { account.customer } else { None }
    }

    /// The legs of an account, oldest first.
    fn legs_of(&self, (platform, account): (PlatformId, AccountId)) -> Vec<AccountLeg> {
        let entries = self.history(platform).filter_map(|committed| committed.entry.as_ref());
        let legs = entries.flat_map(|entry| entry.legs.iter().map(move |leg| (entry, leg)));
        let of_account = legs.filter(|(_, leg)| leg.leg.account == account);
        of_account.map(|(entry, leg)| account_leg(entry, leg)).collect()
    }

    fn counters_as_of(&self, account: (PlatformId, AccountId), as_of: AsOf) -> Option<Counters> {
        let mut legs = self.legs_of(account);
        legs.retain(|leg| match as_of {
            AsOf::Time(time) => leg.created_at <= time,
            AsOf::Seq(seq) => leg.seq <= seq,
        });
        legs.last().map(|leg| leg.after)
    }
}

const fn account_leg(entry: &Entry, written: &LegAfter) -> AccountLeg {
    AccountLeg {
        seq: entry.seq,
        entry: entry.id,
        transaction: entry.transaction,
        created_at: entry.created_at,
        effective_at: entry.effective_at,
        direction: written.leg.direction,
        layer: written.leg.layer,
        amount: written.leg.amount,
        after: written.after,
        version: written.version,
    }
}

fn events_of(committed: &Committed) -> Vec<EventRow> {
    let (audit, body) = (&committed.audit, &committed.command.body);
    let rows = (0..).zip(&audit.touched).map(|(index, touched)| EventRow {
        seq: audit.seq,
        index,
        created_at: audit.created_at,
        request_id: audit.request_id.clone(),
        touched: touched.clone(),
        answer: body.clone(),
    });
    rows.collect()
}
