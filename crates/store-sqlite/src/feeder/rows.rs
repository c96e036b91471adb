//! The row of a resource in the read model: typed columns to ask about, and its bytes to show it by.
//!
//! Beside it stand what it is of (`links`) and its tags. Start at [`Rows::put`].

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use ledger::PlatformId;
use money::Amount;
use payments::Resource;
use payments::resources::{
    Account, ApiKey, BankAccount, Customer, Hold, Instruction, InstructionState, Person, Platform,
    Refund, Role, Serves, Transaction, Visible,
};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params, params_from_iter};
use store::facts::Facts;
use store::{Fault, codec};

use super::history::Numbers;
use crate::columns::{While, asset_kind, hi, lo};
use crate::reads::table;

const ACTION: &str = "feed a resource";

type Columns<'r> = Vec<(&'static str, ToSqlOutput<'r>)>;

/// Whether the read model may have a resource before this feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// It was made by a command of this feed.
    Never,
    /// That must be looked up.
    Perhaps,
}

/// The rows of one feed; each statement is prepared once for all of them.
pub(super) struct Rows<'c> {
    read: &'c Connection,
    statements: HashMap<&'static str, CachedStatement<'c>>,
    links: Vec<Link>,
    numbers: Numbers,
}

/// What something is of: the platform, the kind of what it is, the target, and its own id.
type Link = (PlatformId, &'static str, [u8; 16], [u8; 16]);

impl<'c> Rows<'c> {
    /// Of a feed that writes through `read`.
    pub(super) fn new(read: &'c Connection) -> Self {
        Self { read, statements: HashMap::new(), links: Vec::new(), numbers: Numbers::new() }
    }

    /// Puts `resource`; what is there already as it is now stays untouched.
    pub(super) fn put(
        &mut self,
        platform: PlatformId,
        resource: &Resource,
        seen: Seen,
    ) -> Result<(), Fault> {
        let body = codec::encode("read model", resource)?;
        if let Resource::Instruction(instruction) = resource {
            let columns = columns_of_instruction(instruction, &body);
            return self.put_row("instructions", platform, columns);
        }
        let Some(visible) = resource.visible() else { return Ok(()) };
        if let Resource::Account(account) = resource {
            return self.put_account(platform, account, (resource, &visible, &body));
        }
        let before = match seen {
            Seen::Never => None,
            Seen::Perhaps => row_before(self.read, platform, &visible)?,
        };
        self.put_whole(platform, (resource, &visible, &body), before.map(|(_, before)| before))
    }

    /// Puts an account, and keeps its number.
    fn put_account(
        &mut self,
        platform: PlatformId,
        account: &Account,
        row: (&Resource, &Visible<'_>, &[u8]),
    ) -> Result<(), Fault> {
        let (_, visible, body) = row;
        let of = (platform, account.ledger.id);
        let Some((number, before)) = row_before(self.read, platform, visible)? else {
            self.put_whole(platform, row, None)?;
            self.numbers.insert(of, self.read.last_insert_rowid());
            return Ok(());
        };
        self.numbers.insert(of, number);
        if before != body
            && let Resource::Account(before) = codec::decode("read model", &before)?
            && differ_by_legs(account, &before)
        {
            return self.put_counters(number, account, body);
        }
        self.put_whole(platform, row, Some(before))
    }

    /// Puts a row where there was `before`, with its links and tags.
    fn put_whole(
        &mut self,
        platform: PlatformId,
        (resource, visible, body): (&Resource, &Visible<'_>, &[u8]),
        before: Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        if before.as_deref() == Some(body) {
            return Ok(());
        }
        let before: Option<Resource> =
            before.map(|before| codec::decode("read model", &before)).transpose()?;
        self.put_sides(platform, (resource, visible), before.as_ref())?;
        let mut columns = columns_of_visible(visible, resource, body);
        columns.extend(columns_of(resource));
        self.put_row(table(visible.kind), platform, columns)
    }

    /// What legs change of an account; no index has these columns.
    fn put_counters(&mut self, number: i64, account: &Account, body: &[u8]) -> Result<(), Fault> {
        let mut columns = columns_of_counters(account);
        columns.push(("body", bytes(body)));
        self.execute(("counters", counters_sql), integer(number), columns)
    }

    /// Upserts by platform and id; the column `id` is among `columns`, which are the same for all
    /// rows of a table.
    fn put_row(
        &mut self,
        table: &'static str,
        platform: PlatformId,
        columns: Columns<'_>,
    ) -> Result<(), Fault> {
        self.execute((table, upsert_sql), blob(platform.as_bytes()), columns)
    }

    fn execute(
        &mut self,
        (name, sql): (&'static str, fn(&str, &Columns<'_>) -> String),
        first: ToSqlOutput<'_>,
        columns: Columns<'_>,
    ) -> Result<(), Fault> {
        let statement = match self.statements.entry(name) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                free.insert(self.read.prepare_cached(&sql(name, &columns)).to(ACTION)?)
            }
        };
        let values = std::iter::once(first).chain(columns.into_iter().map(|(_, value)| value));
        statement.execute(params_from_iter(values)).to(ACTION)?;
        Ok(())
    }

    /// Keeps links and tags, and takes away those that were there before and are no more.
    fn put_sides(
        &mut self,
        platform: PlatformId,
        (resource, visible): (&Resource, &Visible<'_>),
        before: Option<&Resource>,
    ) -> Result<(), Fault> {
        let (of, kind, id) = (platform.as_bytes(), visible.kind.code(), visible.id);
        let (links, tags) = (links(resource), &visible.meta.tags);
        if let Some(before) = before {
            let sql = "DELETE FROM links \
                       WHERE platform_id = ?1 AND kind = ?2 AND target = ?3 AND id = ?4";
            let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
            for gone in self::links(before).difference(&links) {
                statement.execute(params![of, kind, gone, id]).to(ACTION)?;
            }
            let sql =
                "DELETE FROM tags WHERE platform_id = ?1 AND kind = ?2 AND tag = ?3 AND id = ?4";
            let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
            for gone in before.visible().iter().flat_map(|it| it.meta.tags.difference(tags)) {
                statement.execute(params![of, kind, gone, id]).to(ACTION)?;
            }
        }
        self.links.extend(links.into_iter().map(|target| (platform, kind, target, id)));
        for tag in tags {
            let sql = "INSERT INTO tags (platform_id, kind, tag, id) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT DO NOTHING";
            let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
            statement.execute(params![of, kind, tag, id]).to(ACTION)?;
        }
        Ok(())
    }

    /// Writes the links, and answers the numbers of the accounts that were put.
    pub(super) fn finish(mut self) -> Result<Numbers, Fault> {
        self.links.sort_unstable();
        let sql = "INSERT INTO links (platform_id, kind, target, id) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO NOTHING";
        let mut statement = self.read.prepare_cached(sql).to(ACTION)?;
        for (platform, kind, target, id) in &self.links {
            statement.execute(params![platform.as_bytes(), kind, target, id]).to(ACTION)?;
        }
        Ok(self.numbers)
    }
}

fn counters_sql(_: &str, columns: &Columns<'_>) -> String {
    let sets: Vec<String> =
        (2..).zip(columns).map(|(place, (name, _))| format!("{name} = ?{place}")).collect();
    format!("UPDATE accounts SET {} WHERE number = ?1", sets.join(", "))
}

fn upsert_sql(table: &str, columns: &Columns<'_>) -> String {
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

/// The number and bytes of a resource's row.
fn row_before(
    read: &Connection,
    platform: PlatformId,
    visible: &Visible<'_>,
) -> Result<Option<(i64, Vec<u8>)>, Fault> {
    let table = table(visible.kind);
    let sql = format!("SELECT rowid, body FROM {table} WHERE platform_id = ?1 AND id = ?2");
    let mut statement = read.prepare_cached(&sql).to(ACTION)?;
    let values = params![platform.as_bytes(), visible.id];
    statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional().to(ACTION)
}

/// Whether two states of an account are the same but for what legs change.
fn differ_by_legs(now: &Account, before: &Account) -> bool {
    let mut moved = before.clone();
    moved.ledger.counters = now.ledger.counters;
    moved.ledger.version = now.ledger.version;
    moved == *now
}

/// What a resource is of: its customer, accounts and transaction.
fn links(resource: &Resource) -> BTreeSet<[u8; 16]> {
    let facts = Facts::of(resource);
    let mut links: BTreeSet<[u8; 16]> = facts.accounts.iter().map(|id| *id.as_bytes()).collect();
    links.extend(facts.customer.map(|id| *id.as_bytes()));
    links.extend(facts.transaction.map(|id| *id.as_bytes()));
    links
}

fn columns_of_visible<'r>(
    visible: &'r Visible<'r>,
    resource: &Resource,
    body: &'r [u8],
) -> Columns<'r> {
    let meta = visible.meta;
    vec![
        ("id", blob(&visible.id)),
        ("version", integer(i64::try_from(meta.version).unwrap_or(i64::MAX))),
        ("status", text(visible.status)),
        ("subtype", Facts::of(resource).subtype.map_or(NULL, text)),
        ("external_id", maybe_text(meta.external_id.as_deref())),
        ("created_at", integer(meta.created_at.micros())),
        ("updated_at", integer(meta.updated_at.micros())),
        ("body", bytes(body)),
    ]
}

/// What a kind has of its own.
fn columns_of(resource: &Resource) -> Columns<'_> {
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

fn columns_of_platform(it: &Platform) -> Columns<'_> {
    vec![
        ("name", text(&it.name)),
        ("customer_id", blob(it.customer.as_bytes())),
        ("default_role_id", blob(it.default_role.as_bytes())),
        ("clock_offset", integer(it.clock_offset_micros)),
    ]
}

fn columns_of_key(it: &ApiKey) -> Columns<'_> {
    vec![
        ("name", text(&it.name)),
        ("expires_at", it.expires_at.map_or(NULL, |at| integer(at.micros()))),
        ("replaced_by", maybe_blob(it.replaced_by.as_ref().map(|id| id.as_bytes()))),
    ]
}

fn columns_of_role(it: &Role) -> Columns<'_> {
    vec![
        ("name", text(&it.name)),
        ("revision", integer(i64::from(it.revision))),
        ("review_required", integer(i64::from(it.review_required))),
    ]
}

fn columns_of_customer(it: &Customer) -> Columns<'_> {
    vec![
        ("name", text(&it.name)),
        ("email", maybe_text(it.email.as_deref())),
        ("role_id", blob(it.role.as_bytes())),
        ("accounts_open", integer(i64::from(it.accounts_open))),
        ("is_platform", integer(i64::from(it.is_platform))),
    ]
}

fn columns_of_person(it: &Person) -> Columns<'_> {
    vec![("customer_id", blob(it.customer.as_bytes())), ("name", text(&it.name))]
}

fn columns_of_account(it: &Account) -> Columns<'_> {
    let ledger = &it.ledger;
    let mut columns = vec![
        ("customer_id", maybe_blob(it.customer.as_ref().map(|id| id.as_bytes()))),
        ("name", text(&it.name)),
        ("reference", text(&it.reference)),
        ("chart", text(ledger.chart.code())),
        ("asset", text(ledger.asset.code())),
        ("asset_scale", integer(i64::from(ledger.asset.scale()))),
        ("asset_kind", text(asset_kind(ledger.asset))),
        ("credit_limit_hi", integer(hi(ledger.credit_limit))),
        ("credit_limit_lo", integer(lo(ledger.credit_limit))),
    ];
    columns.extend(columns_of_counters(it));
    columns
}

fn columns_of_counters(it: &Account) -> Columns<'_> {
    let (ledger, counters) = (&it.ledger, &it.ledger.counters);
    vec![
        ("legs", integer(i64::try_from(ledger.version).unwrap_or(i64::MAX))),
        ("debits_pending_hi", integer(hi(counters.debits_pending))),
        ("debits_pending_lo", integer(lo(counters.debits_pending))),
        ("debits_posted_hi", integer(hi(counters.debits_posted))),
        ("debits_posted_lo", integer(lo(counters.debits_posted))),
        ("credits_pending_hi", integer(hi(counters.credits_pending))),
        ("credits_pending_lo", integer(lo(counters.credits_pending))),
        ("credits_posted_hi", integer(hi(counters.credits_posted))),
        ("credits_posted_lo", integer(lo(counters.credits_posted))),
    ]
}

fn columns_of_bank_account(it: &BankAccount) -> Columns<'_> {
    vec![("customer_id", blob(it.customer.as_bytes())), ("name_check", text(it.name_check.code()))]
}

fn columns_of_transaction(it: &Transaction) -> Columns<'_> {
    let mut columns = vec![
        ("payer_id", maybe_blob(it.payer.as_ref().map(|id| id.as_bytes()))),
        ("fee_hi", integer(hi(it.fee.minor))),
        ("fee_lo", integer(lo(it.fee.minor))),
        ("fee_bearer", text(it.fee.bearer.code())),
        ("captured_hi", integer(hi(it.captured))),
        ("captured_lo", integer(lo(it.captured))),
        ("refunded_hi", integer(hi(it.refunded))),
        ("refunded_lo", integer(lo(it.refunded))),
        ("reference", text(&it.reference)),
        ("description", maybe_text(it.description.as_deref())),
        ("hold_id", maybe_blob(it.hold.as_ref().map(|id| id.as_bytes()))),
        ("rail_outcome", maybe_text(it.rail.as_ref().map(|rail| rail.outcome.code()))),
        ("effective_at", integer(it.effective_at.micros())),
        ("value_date", integer(i64::from(it.value_date))),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_hold(it: &Hold) -> Columns<'_> {
    let mut columns = vec![
        ("transaction_id", blob(it.transaction.as_bytes())),
        ("posted_hi", integer(hi(it.posted))),
        ("posted_lo", integer(lo(it.posted))),
        ("expires_at", integer(it.expires_at.micros())),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_refund(it: &Refund) -> Columns<'_> {
    let mut columns = vec![
        ("transaction_id", blob(it.transaction.as_bytes())),
        ("fee_returned_hi", integer(hi(it.fee_returned))),
        ("fee_returned_lo", integer(lo(it.fee_returned))),
        ("reason", maybe_text(it.reason.as_deref())),
        ("rail_outcome", maybe_text(it.rail.as_ref().map(|rail| rail.outcome.code()))),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_instruction<'r>(it: &'r Instruction, body: &'r [u8]) -> Columns<'r> {
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
        ("id", blob(&it.id)),
        ("serves", text(serves)),
        ("state", text(state)),
        ("reference", text(&it.reference)),
        ("bank_id", maybe_text(it.bank_id.as_deref())),
        ("body", bytes(body)),
    ];
    columns.extend(columns_of_amount(it.amount));
    columns
}

fn columns_of_amount(amount: Amount) -> Columns<'static> {
    vec![
        ("asset", ToSqlOutput::Owned(Value::Text(amount.asset().code().to_owned()))),
        ("asset_scale", integer(i64::from(amount.asset().scale()))),
        ("amount_hi", integer(hi(amount.minor()))),
        ("amount_lo", integer(lo(amount.minor()))),
    ]
}

const NULL: ToSqlOutput<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

const fn bytes(bytes: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Blob(bytes))
}

const fn blob(id: &[u8; 16]) -> ToSqlOutput<'_> {
    bytes(id)
}

fn maybe_blob(id: Option<&[u8; 16]>) -> ToSqlOutput<'_> {
    id.map_or(NULL, blob)
}

const fn integer(number: i64) -> ToSqlOutput<'static> {
    ToSqlOutput::Borrowed(ValueRef::Integer(number))
}

const fn text(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

fn maybe_text(words: Option<&str>) -> ToSqlOutput<'_> {
    words.map_or(NULL, text)
}
