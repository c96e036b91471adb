//! The row of a resource in the read model: typed columns to ask about, and its bytes to show it by.
//!
//! Beside it stand what it is of (`links`) and its tags. Start at [`Rows::put`].

use std::collections::{BTreeSet, HashMap};

use ledger::PlatformId;
use money::Amount;
use payments::Resource;
use payments::resources::{
    Account, ApiKey, BankAccount, Customer, Hold, Instruction, InstructionState, Person, Platform,
    Refund, Role, Serves, Transaction, Visible,
};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use store::facts::Facts;
use store::{Fault, codec};

use crate::columns::{While, asset_kind, hi, lo};
use crate::reads::table;

const ACTION: &str = "feed a resource";

type Columns = Vec<(&'static str, Value)>;

/// The rows of one feed; the text of a statement is made once for each.
pub(super) struct Rows<'c> {
    read: &'c Connection,
    upserts: HashMap<&'static str, String>,
    counters: Option<String>,
}

impl<'c> Rows<'c> {
    /// Of a feed that writes through `read`.
    pub(super) fn new(read: &'c Connection) -> Self {
        Self { read, upserts: HashMap::new(), counters: None }
    }

    /// Puts `resource`; what is there already as it is now stays untouched.
    pub(super) fn put(&mut self, platform: PlatformId, resource: &Resource) -> Result<(), Fault> {
        let body = codec::encode("read model", resource)?;
        if let Resource::Instruction(instruction) = resource {
            let columns = columns_of_instruction(instruction, body);
            return self.put_row("instructions", platform, columns);
        }
        let Some(visible) = resource.visible() else { return Ok(()) };
        let before = row_before(self.read, platform, &visible)?;
        if before.as_ref() == Some(&body) {
            return Ok(());
        }
        let before: Option<Resource> =
            before.map(|before| codec::decode("read model", &before)).transpose()?;
        if let (Resource::Account(now), Some(Resource::Account(before))) = (resource, &before)
            && differ_by_legs(now, before)
        {
            return self.put_counters(platform, now, body);
        }
        put_sides(self.read, platform, resource, before.as_ref())?;
        let mut columns = columns_of_visible(&visible, resource, body);
        columns.extend(columns_of(resource));
        self.put_row(table(visible.kind), platform, columns)
    }

    /// What legs change of an account; no index has these columns.
    fn put_counters(
        &mut self,
        platform: PlatformId,
        account: &Account,
        body: Vec<u8>,
    ) -> Result<(), Fault> {
        let mut columns = columns_of_counters(account);
        columns.push(("body", Value::Blob(body)));
        let sql = self.counters.get_or_insert_with(|| counters_sql(&columns));
        let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
        let key = [blob(*platform.as_bytes()), blob(*account.ledger.id.as_bytes())];
        let values = key.into_iter().chain(columns.into_iter().map(|(_, value)| value));
        statement.execute(params_from_iter(values)).to(ACTION)?;
        Ok(())
    }

    /// Upserts by platform and id; the column `id` is among `columns`, which are the same for all
    /// rows of a table.
    fn put_row(
        &mut self,
        table: &'static str,
        platform: PlatformId,
        columns: Columns,
    ) -> Result<(), Fault> {
        let sql = self.upserts.entry(table).or_insert_with(|| upsert_sql(table, &columns));
        let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
        let platform = Value::Blob(platform.as_bytes().to_vec());
        let values = std::iter::once(platform).chain(columns.into_iter().map(|(_, value)| value));
        statement.execute(params_from_iter(values)).to(ACTION)?;
        Ok(())
    }
}

fn counters_sql(columns: &Columns) -> String {
    let sets: Vec<String> =
        (3..).zip(columns).map(|(place, (name, _))| format!("{name} = ?{place}")).collect();
    let sets = sets.join(", ");
    format!("UPDATE accounts SET {sets} WHERE platform_id = ?1 AND id = ?2")
}

fn upsert_sql(table: &str, columns: &Columns) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let places: Vec<String> = (2..names.len() + 2).map(|place| format!("?{place}")).collect();
    let sets: Vec<String> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    format!(
        "INSERT INTO {table} (platform_id, {}) VALUES (?1, {}) \
         ON CONFLICT (platform_id, id) DO UPDATE SET {}",
        names.join(", "),
        places.join(", "),
        sets.join(", ")
    )
}

fn row_before(
    read: &Connection,
    platform: PlatformId,
    visible: &Visible<'_>,
) -> Result<Option<Vec<u8>>, Fault> {
    let table = table(visible.kind);
    let sql = format!("SELECT body FROM {table} WHERE platform_id = ?1 AND id = ?2");
    let mut statement = read.prepare_cached(&sql).to(ACTION)?;
    let values = params![platform.as_bytes(), visible.id];
    statement.query_row(values, |row| row.get(0)).optional().to(ACTION)
}

/// Whether two states of an account are the same but for what legs change.
fn differ_by_legs(now: &Account, before: &Account) -> bool {
    let mut moved = before.clone();
    moved.ledger.counters = now.ledger.counters;
    moved.ledger.version = now.ledger.version;
    moved == *now
}

/// Keeps links and tags, and takes away those that were there before and are no more.
fn put_sides(
    read: &Connection,
    platform: PlatformId,
    resource: &Resource,
    before: Option<&Resource>,
) -> Result<(), Fault> {
    let Some(visible) = resource.visible() else { return Ok(()) };
    let (of, kind, id) = (platform.as_bytes(), visible.kind.code(), visible.id);
    let (links, tags) = (links(read, platform, resource)?, &visible.meta.tags);
    if let Some(before) = before {
        let sql =
            "DELETE FROM links WHERE platform_id = ?1 AND kind = ?2 AND target = ?3 AND id = ?4";
        let mut statement = read.prepare_cached(sql).to(ACTION)?;
        for gone in self::links(read, platform, before)?.difference(&links) {
            statement.execute(params![of, kind, gone, id]).to(ACTION)?;
        }
        let sql = "DELETE FROM tags WHERE platform_id = ?1 AND kind = ?2 AND tag = ?3 AND id = ?4";
        let mut statement = read.prepare_cached(sql).to(ACTION)?;
        for gone in before.visible().iter().flat_map(|it| it.meta.tags.difference(tags)) {
            statement.execute(params![of, kind, gone, id]).to(ACTION)?;
        }
    }
    let sql = "INSERT INTO links (platform_id, kind, target, id) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO NOTHING";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for target in &links {
        statement.execute(params![of, kind, target, id]).to(ACTION)?;
    }
    let sql = "INSERT INTO tags (platform_id, kind, tag, id) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO NOTHING";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for tag in tags {
        statement.execute(params![of, kind, tag, id]).to(ACTION)?;
    }
    Ok(())
}

/// What a resource is of: its customer, accounts and transaction, and the customers of the accounts.
fn links(
    read: &Connection,
    platform: PlatformId,
    resource: &Resource,
) -> Result<BTreeSet<[u8; 16]>, Fault> {
    let facts = Facts::of(resource);
    let mut links: BTreeSet<[u8; 16]> = facts.accounts.iter().map(|id| *id.as_bytes()).collect();
    let sql = "SELECT customer_id FROM accounts WHERE platform_id = ?1 AND id = ?2 \
                 AND customer_id IS NOT NULL";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for account in &facts.accounts {
        let values = params![platform.as_bytes(), account.as_bytes()];
        let owner: Option<[u8; 16]> =
            statement.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
        links.extend(owner);
    }
    links.extend(facts.customer.map(|id| *id.as_bytes()));
    links.extend(facts.transaction.map(|id| *id.as_bytes()));
    Ok(links)
}

fn columns_of_visible(visible: &Visible<'_>, resource: &Resource, body: Vec<u8>) -> Columns {
    let meta = visible.meta;
    vec![
        ("id", blob(visible.id)),
        ("version", Value::Integer(i64::try_from(meta.version).unwrap_or(i64::MAX))),
        ("status", text(visible.status)),
        ("subtype", Facts::of(resource).subtype.map_or(Value::Null, text)),
        ("external_id", maybe_text(meta.external_id.as_deref())),
        ("created_at", Value::Integer(meta.created_at.micros())),
        ("updated_at", Value::Integer(meta.updated_at.micros())),
        ("body", Value::Blob(body)),
    ]
}

/// What a kind has of its own.
fn columns_of(resource: &Resource) -> Columns {
    match resource {
        Resource::Platform(it) => columns_of_platform(it),
        Resource::ApiKey(it) => columns_of_key(it),
        Resource::Role(it) => columns_of_role(it),
        Resource::Customer(it) => columns_of_customer(it),
        Resource::Person(it) => columns_of_person(it),
        Resource::Account(it) => columns_of_account(it),
        Resource::BankAccount(it) => columns_of_bank_account(it),
        Resource::Transaction(it) => columns_of_transaction(it),
        Resource::Hold(it) => columns_of_hold(it),
        Resource::Refund(it) => columns_of_refund(it),
        Resource::Instruction(_) | Resource::Window(_) | Resource::Name(_) => Vec::new(),
    }
}

fn columns_of_platform(it: &Platform) -> Columns {
    vec![
        ("name", text(&it.name)),
        ("customer_id", blob(*it.customer.as_bytes())),
        ("default_role_id", blob(*it.default_role.as_bytes())),
        ("clock_offset", Value::Integer(it.clock_offset_micros)),
    ]
}

fn columns_of_key(it: &ApiKey) -> Columns {
    vec![
        ("name", text(&it.name)),
        ("expires_at", it.expires_at.map_or(Value::Null, |at| Value::Integer(at.micros()))),
        ("replaced_by", maybe_blob(it.replaced_by.map(|id| *id.as_bytes()))),
    ]
}

fn columns_of_role(it: &Role) -> Columns {
    vec![
        ("name", text(&it.name)),
        ("revision", Value::Integer(i64::from(it.revision))),
        ("review_required", Value::Integer(i64::from(it.review_required))),
    ]
}

fn columns_of_customer(it: &Customer) -> Columns {
    vec![
        ("name", text(&it.name)),
        ("email", maybe_text(it.email.as_deref())),
        ("role_id", blob(*it.role.as_bytes())),
        ("accounts_open", Value::Integer(i64::from(it.accounts_open))),
        ("is_platform", Value::Integer(i64::from(it.is_platform))),
    ]
}

fn columns_of_person(it: &Person) -> Columns {
    vec![("customer_id", blob(*it.customer.as_bytes())), ("name", text(&it.name))]
}

fn columns_of_account(it: &Account) -> Columns {
    let ledger = &it.ledger;
    let mut columns = vec![
        ("customer_id", maybe_blob(it.customer.map(|id| *id.as_bytes()))),
        ("name", text(&it.name)),
        ("reference", text(&it.reference)),
        ("chart", text(ledger.chart.code())),
        ("asset", text(ledger.asset.code())),
        ("asset_scale", Value::Integer(i64::from(ledger.asset.scale()))),
        ("asset_kind", text(asset_kind(ledger.asset))),
        ("credit_limit_hi", Value::Integer(hi(ledger.credit_limit))),
        ("credit_limit_lo", Value::Integer(lo(ledger.credit_limit))),
    ];
    columns.extend(columns_of_counters(it));
    columns
}

fn columns_of_counters(it: &Account) -> Columns {
    let (ledger, counters) = (&it.ledger, &it.ledger.counters);
    vec![
        ("legs", Value::Integer(i64::try_from(ledger.version).unwrap_or(i64::MAX))),
        ("debits_pending_hi", Value::Integer(hi(counters.debits_pending))),
        ("debits_pending_lo", Value::Integer(lo(counters.debits_pending))),
        ("debits_posted_hi", Value::Integer(hi(counters.debits_posted))),
        ("debits_posted_lo", Value::Integer(lo(counters.debits_posted))),
        ("credits_pending_hi", Value::Integer(hi(counters.credits_pending))),
        ("credits_pending_lo", Value::Integer(lo(counters.credits_pending))),
        ("credits_posted_hi", Value::Integer(hi(counters.credits_posted))),
        ("credits_posted_lo", Value::Integer(lo(counters.credits_posted))),
    ]
}

fn columns_of_bank_account(it: &BankAccount) -> Columns {
    vec![("customer_id", blob(*it.customer.as_bytes())), ("name_check", text(it.name_check.code()))]
}

fn columns_of_transaction(it: &Transaction) -> Columns {
    let mut columns = vec![
        ("payer_id", maybe_blob(it.payer.map(|id| *id.as_bytes()))),
        ("fee_hi", Value::Integer(hi(it.fee.minor))),
        ("fee_lo", Value::Integer(lo(it.fee.minor))),
        ("fee_bearer", text(it.fee.bearer.code())),
        ("captured_hi", Value::Integer(hi(it.captured))),
        ("captured_lo", Value::Integer(lo(it.captured))),
        ("refunded_hi", Value::Integer(hi(it.refunded))),
        ("refunded_lo", Value::Integer(lo(it.refunded))),
        ("reference", text(&it.reference)),
        ("description", maybe_text(it.description.as_deref())),
        ("hold_id", maybe_blob(it.hold.map(|id| *id.as_bytes()))),
        ("rail_outcome", maybe_text(it.rail.as_ref().map(|rail| rail.outcome.code()))),
        ("effective_at", Value::Integer(it.effective_at.micros())),
        ("value_date", Value::Integer(i64::from(it.value_date))),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_hold(it: &Hold) -> Columns {
    let mut columns = vec![
        ("transaction_id", blob(*it.transaction.as_bytes())),
        ("posted_hi", Value::Integer(hi(it.posted))),
        ("posted_lo", Value::Integer(lo(it.posted))),
        ("expires_at", Value::Integer(it.expires_at.micros())),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_refund(it: &Refund) -> Columns {
    let mut columns = vec![
        ("transaction_id", blob(*it.transaction.as_bytes())),
        ("fee_returned_hi", Value::Integer(hi(it.fee_returned))),
        ("fee_returned_lo", Value::Integer(lo(it.fee_returned))),
        ("reason", maybe_text(it.reason.as_deref())),
        ("rail_outcome", maybe_text(it.rail.as_ref().map(|rail| rail.outcome.code()))),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_instruction(it: &Instruction, body: Vec<u8>) -> Columns {
    let serves = match it.serves {
        Serves::Payout(_) => "payout",
        Serves::Refund(_) => "refund",
        Serves::Return(_) => "return",
    };
    let state = match it.state {
        InstructionState::Written => "written",
        InstructionState::Unknown => "unknown",
        InstructionState::Accepted => "accepted",
        InstructionState::Done => "done",
    };
    let mut columns = vec![
        ("id", blob(it.id)),
        ("serves", text(serves)),
        ("state", text(state)),
        ("reference", text(&it.reference)),
        ("bank_id", maybe_text(it.bank_id.as_deref())),
        ("body", Value::Blob(body)),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_amount(amount: Amount) -> Columns {
    vec![
        ("asset", text(amount.asset().code())),
        ("asset_scale", Value::Integer(i64::from(amount.asset().scale()))),
        ("amount_hi", Value::Integer(hi(amount.minor()))),
        ("amount_lo", Value::Integer(lo(amount.minor()))),
    ]
}

fn blob(bytes: [u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

fn maybe_blob(bytes: Option<[u8; 16]>) -> Value {
    bytes.map_or(Value::Null, blob)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn maybe_text(words: Option<&str>) -> Value {
    words.map_or(Value::Null, text)
}
