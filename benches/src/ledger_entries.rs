//! `ledger`: entries of two legs, decided, chained and saved, over many accounts.
//!
//! Each entry is a command of its own with its audit record: the decision of `ledger`, both hash
//! chains, counters, constraints and the sync to the medium are in the time. Compared with bare
//! inserts of rows of the same size, in batches of the same size, as durable, in the same run.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use ledger::{
    Account as LedgerAccount, AccountId, Chart, Counters, Direction, Entry, EntryId, Layer, Leg,
    PlatformId, Standing, Timestamp, TransactionId,
};
use money::{Amount, Asset};
use payments::audit::AuditRecord;
use payments::ids::AuditId;
use payments::meta::{Labels, Meta};
use payments::resources::Account;
use payments::states::AccountStatus;
use payments::{Actor, Resource, mint_at};
use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{Batch, Committed, Head, Mode, StoredCommand, Truth};
use store_sqlite::SqliteStore;

use crate::machine::{Machine, thread_nanos};
use crate::report::rate;
use crate::scratch::Scratch;

/// Entries of one commit.
const BATCH: u64 = 8_000;
/// Accounts that entries are between.
const ACCOUNTS: u64 = 10_000;
/// A point of the curve is over so many entries.
const POINT: u64 = 500_000;
/// The bound is measured over at most so many rows.
const BOUND_MAX: u64 = 2_000_000;
/// 2026-01-01T00:00:00Z, in microseconds.
const START: i64 = 1_767_225_600_000_000;

/// Measures `entries` entries.
///
/// # Errors
///
/// When the store fails.
pub(crate) fn run(entries: u64) -> Result<Value> {
    let scratch = Scratch::new("ledger")?;
    let before = Machine::read(&[]);
    let mut bench = Bench::new(scratch.path())?;
    let mut curve = Vec::new();
    let (mut done, mut took) = (0, Duration::ZERO);
    let ran = thread_nanos();
    while done < entries {
        let point = POINT.min(entries - done);
        let started = Instant::now();
        let mut left = point;
        while left > 0 {
            let batch = BATCH.min(left);
            bench.batch(batch)?;
            left -= batch;
        }
        took += started.elapsed();
        done += point;
        let per_second = rate(point, started.elapsed());
        eprintln!("ledger: {done} entries, {per_second} a second");
        curve.push(json!({ "entries": done, "per_second": per_second }));
    }
    let ran = thread_nanos() - ran;
    drop(bench);
    let row = row_bytes(&scratch.path().join("truth.db"), done)?;
    let bound_rows = entries.min(BOUND_MAX);
    let bound = bound(&scratch.path().join("bound.db"), bound_rows, row)?;
    let (per_second, bound_per_second) = (rate(done, took), rate(bound_rows, bound));
    let mut figures = json!({
        "bench": "ledger",
        "entries": done,
        "accounts": ACCOUNTS,
        "mean_batch": BATCH.min(entries),
        "per_second": per_second,
        "bound_per_second": bound_per_second,
        "percent_of_bound": per_second * 100 / bound_per_second.max(1),
        "bytes_an_entry": row,
        "writer_cpu_nanos_an_entry": ran / done.max(1),
        "curve": curve,
    });
    crate::report::merge(&mut figures, before.since(&Machine::read(&[])));
    Ok(figures)
}

struct Bench {
    _store: SqliteStore,
    truth: store_sqlite::SqliteTruth,
    platform: PlatformId,
    accounts: Vec<Account>,
    head: Head,
    position: u64,
    chance: u64,
    asset: Asset,
}

impl Bench {
    fn new(folder: &Path) -> Result<Self> {
        let mut store = SqliteStore::open(folder, Mode::Test)?;
        let truth = store.truth().context("the store has a writer")?;
        let at = Timestamp::from_micros(START);
        let platform = PlatformId::from_bytes(mint_at(payments::OPERATOR, at, 0));
        let asset = Asset::known("GBP").context("pounds are known")?;
        let accounts = (0..ACCOUNTS).map(|index| account(index, asset, at)).collect();
        let head = Head::genesis(platform);
        Ok(Self { _store: store, truth, platform, accounts, head, position: 0, chance: 1, asset })
    }

    /// Decides and saves so many entries in one commit.
    fn batch(&mut self, entries: u64) -> Result<()> {
        let before = self.head.seq;
        let mut changed = vec![false; self.accounts.len()];
        let mut commands = Vec::new();
        for _ in 0..entries {
            commands.push(self.entry(&mut changed)?);
        }
        let accounts = self.accounts.iter().zip(changed).filter(|(_, changed)| *changed);
        let resources =
            accounts.map(|(it, _)| (self.platform, Resource::Account(it.clone()))).collect();
        let heads = vec![(self.head.clone(), before)];
        self.truth.save(&Batch { commands, resources, heads })?;
        Ok(())
    }

    fn entry(&mut self, changed: &mut [bool]) -> Result<Committed> {
        let from = self.draw();
        let to = (from + 1 + self.draw() % (ACCOUNTS as usize - 1)) % ACCOUNTS as usize;
        let amount = Amount::new(u128::from(self.chance % 10_000) + 1, self.asset)?;
        let legs = [(from, Direction::Debit), (to, Direction::Credit)].map(|(at, direction)| Leg {
            account: self.accounts[at].ledger.id,
            direction,
            layer: Layer::Posted,
            amount,
        });
        let pair: BTreeMap<AccountId, LedgerAccount> = [from, to]
            .map(|at| (self.accounts[at].ledger.id, self.accounts[at].ledger.clone()))
            .into();
        let applied = ledger::apply(&pair, &legs).map_err(anyhow::Error::from)?;
        for account in applied.accounts {
            let at = if account.id == self.accounts[from].ledger.id { from } else { to };
            self.accounts[at].ledger = account;
            changed[at] = true;
        }
        Ok(self.commit(applied.legs))
    }

    fn commit(&mut self, legs: Vec<ledger::LegAfter>) -> Committed {
        self.head.seq += 1;
        self.position += 1;
        let at = Timestamp::from_micros(START + i64::try_from(self.head.seq).unwrap_or_default());
        let (platform, seq) = (self.platform, self.head.seq);
        let transaction = TransactionId::from_bytes(mint_at(platform, at, 1));
        let entry = Entry {
            platform,
            seq,
            id: EntryId::from_bytes(mint_at(platform, at, 0)),
            transaction,
            transition_no: 0,
            created_at: at,
            effective_at: at,
            legs,
            prev_hash: self.head.entry_hash,
            hash: ledger::GENESIS,
        }
        .sealed();
        let body = format!("{{\"id\":\"{transaction}\"}}").into_bytes();
        let nothing = Sha256::digest([]).into();
        let mut audit = AuditRecord {
            id: AuditId::from_bytes(mint_at(platform, at, 0)),
            platform,
            seq,
            created_at: at,
            actor: Actor::Writer,
            address: String::new(),
            request_id: String::new(),
            command: "payment.create".to_owned(),
            outcome: "applied".to_owned(),
            touched: Vec::new(),
            before_hash: nothing,
            after_hash: nothing,
            answer_hash: Sha256::digest(&body).into(),
            prev_hash: self.head.audit_hash,
            hash: ledger::GENESIS,
        };
        audit.hash = audit.digest();
        self.head.created_at = at;
        self.head.entry_hash = entry.hash;
        self.head.audit_hash = audit.hash;
        let command =
            StoredCommand { platform, seq, created_at: at, idempotency: None, status: 201, body };
        Committed { position: self.position, command, audit, entry: Some(entry) }
    }

    /// The place of an account, the same each run.
    fn draw(&mut self) -> usize {
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.chance >> 33) % ACCOUNTS).unwrap_or_default()
    }
}

fn account(index: u64, asset: Asset, at: Timestamp) -> Account {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&index.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    Account {
        ledger: LedgerAccount {
            id: AccountId::from_bytes(id),
            asset,
            chart: Chart::Customer,
            standing: Standing::Open,
            credit_limit: 1_000_000_000_000,
            counters: Counters::default(),
            version: 0,
        },
        meta: Meta::new(Labels::default(), at),
        customer: None,
        name: "Account".to_owned(),
        status: AccountStatus::Open,
        reference: String::new(),
    }
}

/// How many bytes of the file an entry takes, with all that is written for it.
fn row_bytes(path: &Path, entries: u64) -> Result<u64> {
    let connection = Connection::open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let bytes = std::fs::metadata(path)?.len();
    Ok(bytes / entries.max(1))
}

/// How long bare inserts of so many rows of so many bytes take.
fn bound(path: &Path, rows: u64, bytes: u64) -> Result<Duration> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection
        .execute_batch("CREATE TABLE rows (position INTEGER PRIMARY KEY, body BLOB) STRICT")?;
    let body = vec![7_u8; usize::try_from(bytes)?];
    let started = Instant::now();
    let mut done = 0;
    while done < rows {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO rows VALUES (?1, ?2)")?;
            for position in done..(done + BATCH).min(rows) {
                insert.execute(rusqlite::params![position, body])?;
            }
        }
        transaction.commit()?;
        done = (done + BATCH).min(rows);
    }
    Ok(started.elapsed())
}
