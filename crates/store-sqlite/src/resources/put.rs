//! Puts a resource into its table, new or changed.

use ledger::PlatformId;
use payments::resources::{Account, Hold, Instruction, Name, Transaction, Window};
use payments::states::Machine;
use payments::{Kind, NameKind, Resource};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use store::check::broken;
use store::{Fault, codec};

use super::known::{AccountRow, KnownAccounts, Place};
use super::{INSTRUCTION, bare};
use crate::columns::{While, asset_kind, hi, lo, name_kind};

const ACTION: &str = "save a resource";

/// Puts each of `resources`; all but names of transactions, which are [`put_transaction_name`]'s.
/// Returns the rows of accounts to remember once this is committed.
pub(crate) fn put_all(
    connection: &Connection,
    resources: &[(PlatformId, Resource)],
    known: &mut KnownAccounts,
) -> Result<Vec<(Place, AccountRow)>, Fault> {
    let mut accounts = Accounts {
        find: connection.prepare_cached(FIND_ACCOUNT).to(ACTION)?,
        put_counters: connection.prepare_cached(PUT_COUNTERS).to(ACTION)?,
        known,
        found: Vec::new(),
    };
    for (platform, resource) in resources {
        put(connection, &mut accounts, *platform, resource)?;
    }
    Ok(accounts.found)
}

/// What putting many accounts takes.
struct Accounts<'a> {
    find: CachedStatement<'a>,
    put_counters: CachedStatement<'a>,
    known: &'a mut KnownAccounts,
    found: Vec<(Place, AccountRow)>,
}

fn put(
    connection: &Connection,
    accounts: &mut Accounts<'_>,
    platform: PlatformId,
    resource: &Resource,
) -> Result<(), Fault> {
    match resource {
        Resource::Account(it) => put_account(connection, accounts, platform, it),
        Resource::Transaction(it) => put_transaction(connection, platform, it),
        Resource::Hold(it) => put_hold(connection, platform, it),
        Resource::Window(it) => put_window(connection, platform, it),
        Resource::Name(it) => put_name(connection, platform, it),
        Resource::Instruction(Instruction { id, .. }) => {
            put_other(connection, platform, (INSTRUCTION, *id), resource)
        }
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Refund(_) => match resource.visible() {
            Some(it) => put_other(connection, platform, (it.kind.code(), it.id), resource),
            None => Ok(()),
        },
    }
}

fn put_other(
    connection: &Connection,
    platform: PlatformId,
    (kind, id): (&str, [u8; 16]),
    resource: &Resource,
) -> Result<(), Fault> {
    let body = codec::encode("resources", resource)?;
    let sql = "INSERT INTO resources (kind, id, platform_id, body) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (kind, id, platform_id) DO UPDATE SET body = excluded.body";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    statement.execute(params![kind, id, platform.as_bytes(), body]).to(ACTION)?;
    Ok(())
}

const FIND_ACCOUNT: &str =
    "SELECT number FROM accounts WHERE id = ?1 AND platform_id = ?2 AND body = ?3";
const PUT_COUNTERS: &str = "UPDATE counters SET legs = ?2, debits_pending_hi = ?3, \
      debits_pending_lo = ?4, debits_posted_hi = ?5, debits_posted_lo = ?6, \
      credits_pending_hi = ?7, credits_pending_lo = ?8, credits_posted_hi = ?9, \
      credits_posted_lo = ?10 \
    WHERE number = ?1";

/// Changes the account, or makes it. Nearly always its counters alone change: then its own row, which
/// is longer, stays as it is.
fn put_account(
    connection: &Connection,
    accounts: &mut Accounts<'_>,
    platform: PlatformId,
    account: &Account,
) -> Result<(), Fault> {
    let ledger = &account.ledger;
    let place = (platform, ledger.id);
    let body = codec::encode("accounts", &bare(account))?;
    if let Some(number) = accounts.known.number(place, &body) {
        return accounts.put_counters(number, ledger);
    }
    let values = params![ledger.id.as_bytes(), platform.as_bytes(), body];
    let number = accounts.find.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
    if let Some(number) = number {
        accounts.found.push((place, (number, body)));
        return accounts.put_counters(number, ledger);
    }
    accounts.known.forget(place);
    put_body(connection, platform, account, &body)?;
    put_counters_and_limit(connection, platform, ledger)
}

impl Accounts<'_> {
    fn put_counters(&mut self, number: i64, ledger: &ledger::Account) -> Result<(), Fault> {
        let counters = &ledger.counters;
        let changed = self.put_counters.execute(params![
            number,
            ledger.version,
            hi(counters.debits_pending),
            lo(counters.debits_pending),
            hi(counters.debits_posted),
            lo(counters.debits_posted),
            hi(counters.credits_pending),
            lo(counters.credits_pending),
            hi(counters.credits_posted),
            lo(counters.credits_posted),
        ]);
        if changed.to(ACTION)? == 1 { Ok(()) } else { Err(broken("an account has counters")) }
    }
}

/// Puts the row that entries leave as it is. That an account keeps its chart and asset, the WHERE sees
/// to: the row is not found then, and its key is taken.
fn put_body(
    connection: &Connection,
    platform: PlatformId,
    account: &Account,
    body: &[u8],
) -> Result<(), Fault> {
    let ledger = &account.ledger;
    let values = params![
        ledger.id.as_bytes(),
        platform.as_bytes(),
        ledger.chart.code(),
        ledger.asset.code(),
        ledger.asset.scale(),
        asset_kind(ledger.asset),
        body,
    ];
    let sql = "UPDATE accounts SET body = ?7 WHERE id = ?1 AND platform_id = ?2 AND chart = ?3 \
                 AND asset = ?4 AND asset_scale = ?5 AND asset_kind = ?6";
    if connection.prepare_cached(sql).to(ACTION)?.execute(values).to(ACTION)? == 1 {
        return Ok(());
    }
    put_asset(connection, platform, account)?;
    let sql = "INSERT INTO accounts (id, platform_id, chart, asset, asset_scale, asset_kind, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql).to(ACTION)?.execute(values).to(ACTION)?;
    Ok(())
}

/// Puts all that constraints use of an account whose row is there, at once: a limit may only go down
/// together with what uses it.
fn put_counters_and_limit(
    connection: &Connection,
    platform: PlatformId,
    ledger: &ledger::Account,
) -> Result<(), Fault> {
    let counters = &ledger.counters;
    let sql = "INSERT INTO counters (number, liability, legs, debits_pending_hi, \
                 debits_pending_lo, debits_posted_hi, debits_posted_lo, credits_pending_hi, \
                 credits_pending_lo, credits_posted_hi, credits_posted_lo, credit_limit_hi, \
                 credit_limit_lo) \
               SELECT number, chart >= 'liability:' AND chart < 'liability;', ?3, ?4, ?5, ?6, ?7, \
                 ?8, ?9, ?10, ?11, ?12, ?13 \
               FROM accounts WHERE id = ?1 AND platform_id = ?2 \
               ON CONFLICT (number) DO UPDATE SET legs = excluded.legs, \
                 debits_pending_hi = excluded.debits_pending_hi, \
                 debits_pending_lo = excluded.debits_pending_lo, \
                 debits_posted_hi = excluded.debits_posted_hi, \
                 debits_posted_lo = excluded.debits_posted_lo, \
                 credits_pending_hi = excluded.credits_pending_hi, \
                 credits_pending_lo = excluded.credits_pending_lo, \
                 credits_posted_hi = excluded.credits_posted_hi, \
                 credits_posted_lo = excluded.credits_posted_lo, \
                 credit_limit_hi = excluded.credit_limit_hi, \
                 credit_limit_lo = excluded.credit_limit_lo";
    let values = params![
        ledger.id.as_bytes(),
        platform.as_bytes(),
        ledger.version,
        hi(counters.debits_pending),
        lo(counters.debits_pending),
        hi(counters.debits_posted),
        lo(counters.debits_posted),
        hi(counters.credits_pending),
        lo(counters.credits_pending),
        hi(counters.credits_posted),
        lo(counters.credits_posted),
        hi(ledger.credit_limit),
        lo(ledger.credit_limit),
    ];
    connection.prepare_cached(sql).to(ACTION)?.execute(values).to(ACTION)?;
    Ok(())
}

/// Invariant 10: a code that the platform counts in already stays as it is, and an account in
/// another asset of that code has nothing to refer to.
fn put_asset(
    connection: &Connection,
    platform: PlatformId,
    account: &Account,
) -> Result<(), Fault> {
    let asset = account.ledger.asset;
    let sql = "INSERT INTO assets (platform_id, code, scale, kind) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO NOTHING";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let values = params![platform.as_bytes(), asset.code(), asset.scale(), asset_kind(asset)];
    statement.execute(values).to(ACTION)?;
    Ok(())
}

fn put_transaction(
    connection: &Connection,
    platform: PlatformId,
    transaction: &Transaction,
) -> Result<(), Fault> {
    let sql = "INSERT INTO transactions \
                 (id, platform_id, captured_hi, captured_lo, refunded_hi, refunded_lo, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
               ON CONFLICT (id, platform_id) DO UPDATE SET \
                 captured_hi = excluded.captured_hi, captured_lo = excluded.captured_lo, \
                 refunded_hi = excluded.refunded_hi, refunded_lo = excluded.refunded_lo, \
                 body = excluded.body";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    statement
        .execute(params![
            transaction.id.as_bytes(),
            platform.as_bytes(),
            hi(transaction.captured),
            lo(transaction.captured),
            hi(transaction.refunded),
            lo(transaction.refunded),
            codec::encode("transactions", transaction)?,
        ])
        .to(ACTION)?;
    Ok(())
}

/// Invariant 5: a hold that is resolved stays so; the guard makes the upsert touch no row.
fn put_hold(connection: &Connection, platform: PlatformId, hold: &Hold) -> Result<(), Fault> {
    let sql = "INSERT INTO holds \
                 (id, platform_id, status, amount_hi, amount_lo, posted_hi, posted_lo, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
               ON CONFLICT (id, platform_id) DO UPDATE SET status = excluded.status, \
                 amount_hi = excluded.amount_hi, amount_lo = excluded.amount_lo, \
                 posted_hi = excluded.posted_hi, posted_lo = excluded.posted_lo, \
                 body = excluded.body \
               WHERE status = 'active' OR (status, posted_hi, posted_lo) \
                 = (excluded.status, excluded.posted_hi, excluded.posted_lo)";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let changed = statement
        .execute(params![
            hold.id.as_bytes(),
            platform.as_bytes(),
            hold.status.code(),
            hi(hold.amount.minor()),
            lo(hold.amount.minor()),
            hi(hold.posted),
            lo(hold.posted),
            codec::encode("holds", hold)?,
        ])
        .to(ACTION)?;
    if changed != 1 {
        return Err(broken("a hold resolves once"));
    }
    put_due(connection, platform, &Resource::Hold(hold.clone()))
}

/// Keeps when the writer must look at a resource again; of the kinds that may be due.
fn put_due(
    connection: &Connection,
    platform: PlatformId,
    resource: &Resource,
) -> Result<(), Fault> {
    let Some(it) = resource.visible() else { return Ok(()) };
    let (kind, id) = (it.kind.code(), it.id);
    if let Some(due_at) = resource.due_at() {
        let sql = "INSERT INTO due (platform_id, kind, id, due_at) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (platform_id, kind, id) DO UPDATE SET due_at = excluded.due_at";
        let mut statement = connection.prepare_cached(sql).to(ACTION)?;
        statement.execute(params![platform.as_bytes(), kind, id, due_at.micros()]).to(ACTION)?;
    } else {
        let sql = "DELETE FROM due WHERE platform_id = ?1 AND kind = ?2 AND id = ?3";
        let mut statement = connection.prepare_cached(sql).to(ACTION)?;
        statement.execute(params![platform.as_bytes(), kind, id]).to(ACTION)?;
    }
    Ok(())
}

fn put_window(connection: &Connection, platform: PlatformId, window: &Window) -> Result<(), Fault> {
    let sql = "INSERT INTO windows (customer_id, capability, asset, platform_id, body) \
               VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (customer_id, capability, asset, platform_id) \
               DO UPDATE SET body = excluded.body";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    statement
        .execute(params![
            window.customer.as_bytes(),
            window.capability.code(),
            window.asset.code(),
            platform.as_bytes(),
            codec::encode("windows", window)?,
        ])
        .to(ACTION)?;
    Ok(())
}

fn put_name(connection: &Connection, platform: PlatformId, name: &Name) -> Result<(), Fault> {
    if name.kind == NameKind::ExternalId(Kind::Transaction) {
        return Ok(());
    }
    let sql = "INSERT INTO names (platform_id, kind, text, target) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (platform_id, kind, text) DO UPDATE SET target = excluded.target";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let values = params![platform.as_bytes(), name_kind(name.kind), name.text, name.target];
    statement.execute(values).to(ACTION)?;
    Ok(())
}

/// Puts the name of a transaction: over the row `known`, or as a new one, whose number it returns.
pub(crate) fn put_transaction_name(
    connection: &Connection,
    platform: PlatformId,
    name: &Name,
    known: Option<u64>,
) -> Result<Option<u64>, Fault> {
    if let Some(number) = known {
        let sql = "UPDATE transaction_names SET target = ?2 WHERE number = ?1";
        let mut statement = connection.prepare_cached(sql).to(ACTION)?;
        statement.execute(params![number, name.target]).to(ACTION)?;
        return Ok(None);
    }
    let sql = "INSERT INTO transaction_names (platform_id, text, target) VALUES (?1, ?2, ?3)";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    statement.execute(params![platform.as_bytes(), name.text, name.target]).to(ACTION)?;
    Ok(u64::try_from(connection.last_insert_rowid()).ok())
}
