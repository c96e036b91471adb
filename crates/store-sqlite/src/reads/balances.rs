//! What accounts hold, now and as of any time: legs, counters, the trial balance.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ledger::{
    AccountId, Chart, Counters, Direction, EntryId, Layer, LegAfter, PlatformId, Timestamp,
    TransactionId,
};
use money::{Amount, Asset};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{AccountLeg, AsOf, Fault, Page, TrialBalance, page_of};

use super::ACTION;
use super::query::{Query, id, number};
use crate::columns::{self, While, asset, minor};
use crate::journal_rows::{ENTRY_COLUMNS, entry};

const COUNTERS: &str = "l.debits_pending_hi, l.debits_pending_lo, l.debits_posted_hi, \
     l.debits_posted_lo, l.credits_pending_hi, l.credits_pending_lo, l.credits_posted_hi, \
     l.credits_posted_lo";

/// The legs of an account, newest first.
pub(super) fn legs_of(
    connection: &Connection,
    (platform, account): (PlatformId, AccountId),
    before: Option<u64>,
    limit: usize,
) -> Result<Page<AccountLeg, u64>, Fault> {
    let select = format!(
        "SELECT {COUNTERS}, a.asset, a.asset_scale, a.asset_kind, l.direction, l.layer, \
           l.amount_hi, l.amount_lo, l.seq, l.entry_id, l.transaction_id, l.created_at, \
           l.effective_at, l.version FROM main.accounts a CROSS JOIN main.legs l \
           ON l.account = a.number"
    );
    let of = [id(platform.as_bytes()), id(account.as_bytes())];
    let query = Query::new(select)
        .with("a.platform_id = ? AND a.id = ?", of)
        .maybe("l.version < ?", before.map(number));
    let order = ("ORDER BY l.version DESC", limit.saturating_add(1));
    let rows = query.run(connection, order, leg)?;
    Ok(page_of(rows.into_iter(), limit, |leg| leg.version))
}

fn leg(row: &Row<'_>) -> Result<AccountLeg, Fault> {
    let asset = asset_from(row, 8)?;
    let (direction, layer) = side(row, 11)?;
    let amount = Amount::new(halves(row, 13).to(ACTION)?, asset);
    let amount = amount.map_err(|why| corrupt(why.to_string()))?;
    let read = |row: &Row<'_>| {
        Ok(AccountLeg {
            seq: row.get(15)?,
            entry: EntryId::from_bytes(row.get(16)?),
            transaction: TransactionId::from_bytes(row.get(17)?),
            created_at: Timestamp::from_micros(row.get(18)?),
            effective_at: Timestamp::from_micros(row.get(19)?),
            direction,
            layer,
            amount,
            after: counters(row, 0)?,
            version: row.get(20)?,
        })
    };
    read(row).to(ACTION)
}

/// An account's counters as of a time or seq.
pub(super) fn counters_as_of(
    connection: &Connection,
    account: (PlatformId, AccountId),
    as_of: AsOf,
) -> Result<Option<Counters>, Fault> {
    let until = last_seq(connection, account.0, as_of)?;
    let sql = "SELECT number FROM main.accounts WHERE platform_id = ?1 AND id = ?2";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let of = params![account.0.as_bytes(), account.1.as_bytes()];
    let account: Option<i64> = statement.query_row(of, |row| row.get(0)).optional().to(ACTION)?;
    let Some(account) = account else { return Ok(None) };
    let sql = "SELECT coalesce(max(version), 0) FROM main.legs WHERE account = ?1";
    let mut newest = connection.prepare_cached(sql).to(ACTION)?;
    let newest = newest.query_row([account], |row| row.get(0)).to(ACTION)?;
    let sql = "SELECT seq FROM main.legs WHERE account = ?1 AND version = ?2";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let version = last_where(newest, |version| {
        let seq: u64 =
            statement.query_row(params![account, version], |row| row.get(0)).to(ACTION)?;
        Ok(seq <= until)
    })?;
    let sql = format!("SELECT {COUNTERS} FROM main.legs l WHERE l.account = ?1 AND l.version = ?2");
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    statement.query_row(params![account, version], |row| counters(row, 0)).optional().to(ACTION)
}

/// The last of a platform's commands that counts: `created_at` increases with `seq`.
pub(super) fn last_seq(
    connection: &Connection,
    platform: PlatformId,
    as_of: AsOf,
) -> Result<u64, Fault> {
    let time = match as_of {
        AsOf::Seq(seq) => return Ok(seq),
        AsOf::Time(time) => time.micros(),
    };
    let sql = "SELECT coalesce(max(seq), 0) FROM main.history WHERE platform_id = ?1";
    let mut newest = connection.prepare_cached(sql).to(ACTION)?;
    let newest = newest.query_row([platform.as_bytes()], |row| row.get(0)).to(ACTION)?;
    let sql = "SELECT created_at FROM main.history WHERE platform_id = ?1 AND seq = ?2";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    last_where(newest, |seq| {
        let values = params![platform.as_bytes(), seq];
        let created_at: i64 = statement.query_row(values, |row| row.get(0)).to(ACTION)?;
        Ok(created_at <= time)
    })
}

/// The last number from 1 to `end` for which something holds that holds up to there; 0 if for none.
fn last_where(end: u64, mut holds: impl FnMut(u64) -> Result<bool, Fault>) -> Result<u64, Fault> {
    let (mut below, mut above) = (0, end.saturating_add(1));
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if holds(middle)? {
            below = middle;
        } else {
            above = middle;
        }
    }
    Ok(below)
}

/// What each account held before its first leg after `as_of`; `None` if that leg is its very first.
/// An account that is not in it holds what it held then.
type Undone = BTreeMap<(PlatformId, [u8; 16]), Option<Counters>>;

/// The sum of every chart and asset: as accounts are now, with what came later undone.
pub(super) fn trial_balance(
    connection: &Connection,
    platform: Option<PlatformId>,
    as_of: Option<AsOf>,
) -> Result<TrialBalance, Fault> {
    let position = connection.query_row("SELECT position FROM main.fed", [], |row| row.get(0));
    let position: u64 = position.to(ACTION)?;
    let undone = match as_of {
        None => Undone::new(),
        Some(as_of) => undo(connection, (platform, as_of), position)?,
    };
    let select = format!(
        "SELECT {COUNTERS}, l.asset, l.asset_scale, l.asset_kind, l.chart, l.platform_id, l.id, \
           l.legs FROM main.accounts l"
    );
    let of = platform.map(|of| id(of.as_bytes()));
    let mut rows = BTreeMap::new();
    Query::new(select).maybe("l.platform_id = ?", of).run(connection, ("", usize::MAX), |row| {
        let account = (PlatformId::from_bytes(row.get(12).to(ACTION)?), row.get(13).to(ACTION)?);
        let legs: u64 = row.get(14).to(ACTION)?;
        let now = (as_of.is_none() || legs > 0).then(|| counters(row, 0)).transpose().to(ACTION)?;
        let Some(counters) = undone.get(&account).copied().unwrap_or(now) else { return Ok(()) };
        TrialBalance::add(&mut rows, (chart(row)?, asset_from(row, 8)?), &counters)
    })?;
    Ok(TrialBalance { position, rows: rows.into_values().collect() })
}

fn undo(
    connection: &Connection,
    (platform, as_of): (Option<PlatformId>, AsOf),
    position: u64,
) -> Result<Undone, Fault> {
    let sql = "SELECT DISTINCT platform_id FROM main.accounts";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let platforms = statement.query_map([], |row| row.get(0)).to(ACTION)?;
    let platforms: Vec<[u8; 16]> = platforms.collect::<Result<_, _>>().to(ACTION)?;
    let platforms = platforms.into_iter().map(PlatformId::from_bytes);
    let (mut ends, mut start) = (BTreeMap::new(), None);
    for of in platforms.filter(|of| platform.is_none_or(|wanted| wanted == *of)) {
        let end = last_seq(connection, of, as_of)?;
        ends.insert(of, end);
        let sql = "SELECT position FROM main.history \
                   WHERE platform_id = ?1 AND seq > ?2 ORDER BY seq LIMIT 1";
        let mut statement = connection.prepare_cached(sql).to(ACTION)?;
        let values = params![of.as_bytes(), columns::number(end)];
        let first: Option<u64> =
            statement.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
        start = start.into_iter().chain(first).min();
    }
    let mut undone = Undone::new();
    let Some(start) = start else { return Ok(undone) };
    let sql = format!(
        "SELECT {ENTRY_COLUMNS} FROM truth.commands c WHERE c.position BETWEEN ?1 AND ?2 \
         ORDER BY c.position"
    );
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let mut rows = statement.query(params![start, position]).to(ACTION)?;
    while let Some(row) = rows.next().to(ACTION)? {
        let Some(ledger::Entry { platform, seq, legs, .. }) = entry(row, 0)? else { continue };
        if ends.get(&platform).is_some_and(|end| seq > *end) {
            for written in &legs {
                let account = (platform, *written.leg.account.as_bytes());
                if let Entry::Vacant(first) = undone.entry(account) {
                    first.insert(before_leg(written)?);
                }
            }
        }
    }
    Ok(undone)
}

/// What an account held before a leg.
fn before_leg(LegAfter { leg, after, version }: &LegAfter) -> Result<Option<Counters>, Fault> {
    if *version <= 1 {
        return Ok(None);
    }
    let (mut before, minor) = (*after, leg.amount.minor());
    let counter = match (leg.direction, leg.layer) {
        (Direction::Debit, Layer::Pending | Layer::Released) => &mut before.debits_pending,
        (Direction::Debit, Layer::Posted) => &mut before.debits_posted,
        (Direction::Credit, Layer::Pending | Layer::Released) => &mut before.credits_pending,
        (Direction::Credit, Layer::Posted) => &mut before.credits_posted,
    };
    let undone = match leg.layer {
        Layer::Pending | Layer::Posted => counter.checked_sub(minor),
        Layer::Released => counter.checked_add(minor),
    };
    *counter = undone.ok_or_else(|| corrupt("its counters are not those after it".to_owned()))?;
    Ok(Some(before))
}

fn corrupt(detail: String) -> Fault {
    Fault::Corrupt { table: "legs", detail }
}

fn side(row: &Row<'_>, first: usize) -> Result<(Direction, Layer), Fault> {
    let (direction, layer): (String, String) =
        (row.get(first).to(ACTION)?, row.get(first + 1).to(ACTION)?);
    let directions = [Direction::Debit, Direction::Credit];
    let direction = directions.into_iter().find(|it| it.code() == direction);
    let layers = [Layer::Pending, Layer::Released, Layer::Posted];
    let layer = layers.into_iter().find(|it| it.code() == layer);
    direction.zip(layer).ok_or_else(|| corrupt("it has no such direction or layer".to_owned()))
}

fn chart(row: &Row<'_>) -> Result<Chart, Fault> {
    let code: String = row.get(11).to(ACTION)?;
    let detail = || format!("{code} is not in the chart");
    Chart::parse(&code).ok_or_else(|| Fault::Corrupt { table: "accounts", detail: detail() })
}

fn asset_from(row: &Row<'_>, first: usize) -> Result<Asset, Fault> {
    let (code, kind): (String, String) =
        (row.get(first).to(ACTION)?, row.get(first + 2).to(ACTION)?);
    asset(&code, row.get(first + 1).to(ACTION)?, &kind)
}

fn halves(row: &Row<'_>, first: usize) -> rusqlite::Result<u128> {
    Ok(minor(row.get(first)?, row.get(first + 1)?))
}

fn counters(row: &Row<'_>, first: usize) -> rusqlite::Result<Counters> {
    Ok(Counters {
        debits_pending: halves(row, first)?,
        debits_posted: halves(row, first + 2)?,
        credits_pending: halves(row, first + 4)?,
        credits_posted: halves(row, first + 6)?,
    })
}
