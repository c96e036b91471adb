//! Resources as they are: one, lists of one kind, and what waits for a worker or an operator.

use ledger::PlatformId;
use payments::ids::{CustomerId, KeyId};
use payments::resources::{ApiKey, Instruction, Name, TransactionKind};
use payments::states::{Machine, TransactionStatus};
use payments::{Key, Kind, NameKind, Resource};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Fault, ListQuery, Page, codec, page_of};

use super::query::{Query, id, text};
use super::{ACTION, table};
use crate::columns::While;
use crate::resources::{as_transaction_name, find};

/// One resource. Names and windows are in the truth only; a transaction's name, in neither.
pub(super) fn resource(
    connection: &Connection,
    platform: PlatformId,
    key: &Key,
) -> Result<Option<Resource>, Fault> {
    let visible = |kind, id: &[u8; 16]| by_id(connection, table(kind), platform, id);
    match key {
        Key::Platform(id) => visible(Kind::Platform, id.as_bytes()),
        Key::ApiKey(id) => visible(Kind::ApiKey, id.as_bytes()),
        Key::Role(id) => visible(Kind::Role, id.as_bytes()),
        Key::Customer(id) => visible(Kind::Customer, id.as_bytes()),
        Key::Person(id) => visible(Kind::Person, id.as_bytes()),
        Key::Account(id) => visible(Kind::Account, id.as_bytes()),
        Key::BankAccount(id) => visible(Kind::BankAccount, id.as_bytes()),
        Key::Transaction(id) => visible(Kind::Transaction, id.as_bytes()),
        Key::Hold(id) => visible(Kind::Hold, id.as_bytes()),
        Key::Refund(id) => visible(Kind::Refund, id.as_bytes()),
        Key::Instruction(id) => by_id(connection, "instructions", platform, id),
        Key::Window(..) | Key::Name(..) => match as_transaction_name(key) {
            Some(text) => name_of_transaction(connection, platform, text),
            None => find(connection, platform, key),
        },
    }
}

fn by_id(
    connection: &Connection,
    table: &str,
    platform: PlatformId,
    id: &[u8; 16],
) -> Result<Option<Resource>, Fault> {
    let sql = format!("SELECT body FROM main.{table} WHERE platform_id = ?1 AND id = ?2");
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let mut rows = statement.query(params![platform.as_bytes(), id]).to(ACTION)?;
    rows.next().to(ACTION)?.map(|row| body(row, 0)).transpose()
}

fn name_of_transaction(
    connection: &Connection,
    platform: PlatformId,
    text: &str,
) -> Result<Option<Resource>, Fault> {
    let sql = "SELECT id FROM main.transactions WHERE platform_id = ?1 AND external_id = ?2";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let values = params![platform.as_bytes(), text];
    let target: Option<[u8; 16]> =
        statement.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
    let kind = NameKind::ExternalId(Kind::Transaction);
    Ok(target.map(|target| Resource::Name(Name { kind, text: text.to_owned(), target })))
}

/// An API key of whichever platform.
pub(super) fn api_key(
    connection: &Connection,
    id: KeyId,
) -> Result<Option<(PlatformId, ApiKey)>, Fault> {
    let sql = "SELECT body, platform_id FROM main.api_keys WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let mut rows = statement.query([id.as_bytes()]).to(ACTION)?;
    let Some(row) = rows.next().to(ACTION)? else { return Ok(None) };
    let Resource::ApiKey(key) = body(row, 0)? else { return Ok(None) };
    Ok(Some((platform_of(row, 1)?, key)))
}

/// A page of one kind, newest first. Where the query names what the resources are of, that index
/// leads, in the same order; everything else is looked at row by row.
pub(super) fn list(
    connection: &Connection,
    wanted: &ListQuery,
) -> Result<Page<Resource, [u8; 16]>, Fault> {
    let filter = &wanted.filter;
    let account = filter.account.map(|id| *id.as_bytes());
    let target = filter.transaction.map(|id| *id.as_bytes()).or(account);
    let leading = match (wanted.platform, target, filter.customer) {
        (None, _, _) | (_, None, None) => vec![None],
        (Some(_), Some(target), _) => vec![Some(target)],
        (Some(_), None, Some(of)) if !moves_money(wanted.kind) => vec![Some(*of.as_bytes())],
        (Some(platform), None, Some(of)) => accounts_of(connection, platform, of)?,
    };
    let mut rows = Vec::new();
    for leading in &leading {
        rows.extend(newest(connection, wanted, leading.as_ref())?);
    }
    if leading.len() > 1 {
        // What is of two accounts of one customer comes with both.
        rows.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
        rows.dedup_by_key(|(id, _)| *id);
    }
    let page = page_of(rows.into_iter(), wanted.limit, |(id, _)| *id);
    let items = page.items.into_iter().map(|(_, body)| decoded(&body)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// Whether resources of a kind are of accounts, and through them of customers.
const fn moves_money(kind: Kind) -> bool {
    match kind {
        Kind::Transaction | Kind::Hold | Kind::Refund => true,
        Kind::Platform
        | Kind::ApiKey
        | Kind::Role
        | Kind::Customer
        | Kind::Person
        | Kind::Account
        | Kind::BankAccount => false,
    }
}

fn accounts_of(
    connection: &Connection,
    platform: PlatformId,
    customer: CustomerId,
) -> Result<Vec<Option<[u8; 16]>>, Fault> {
    let sql = "SELECT id FROM main.links WHERE platform_id = ?1 AND kind = ?2 AND target = ?3";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let of = params![platform.as_bytes(), Kind::Account.code(), customer.as_bytes()];
    let rows = statement.query_map(of, |row| row.get(0)).to(ACTION)?;
    rows.map(|id| id.map(Some).to(ACTION)).collect()
}

/// The id and bytes of a resource.
type Found = ([u8; 16], Vec<u8>);

/// The newest that pass, and one more than a page has; `leading` is what they are of, if that is known.
fn newest(
    connection: &Connection,
    wanted: &ListQuery,
    leading: Option<&[u8; 16]>,
) -> Result<Vec<Found>, Fault> {
    let kind = || text(wanted.kind.code());
    let (table, of) = (table(wanted.kind), wanted.platform.map(|of| id(of.as_bytes())));
    let query = match leading {
        Some(target) => Query::new(format!(
            "SELECT r.id, r.body FROM main.links l CROSS JOIN main.{table} r \
             ON r.platform_id = l.platform_id AND r.id = l.id"
        ))
        .with("l.kind = ? AND l.target = ?", [kind(), id(target)])
        .maybe("l.platform_id = ?", of)
        .maybe("l.id < ?", wanted.before.as_ref().map(id)),
        None => Query::new(format!("SELECT r.id, r.body FROM main.{table} r"))
            .maybe("r.platform_id = ?", of)
            .maybe("r.id < ?", wanted.before.as_ref().map(id)),
    };
    let query = narrowed(query, wanted, leading);
    let order = if leading.is_some() { "ORDER BY l.id DESC" } else { "ORDER BY r.id DESC" };
    query.run(connection, (order, wanted.limit.saturating_add(1)), |row| {
        Ok((row.get(0).to(ACTION)?, row.get(1).to(ACTION)?))
    })
}

/// With the conditions of the filter, but for what leads.
fn narrowed(mut query: Query, wanted: &ListQuery, leading: Option<&[u8; 16]>) -> Query {
    let (filter, kind) = (&wanted.filter, || text(wanted.kind.code()));
    let direct = filter.customer.filter(|_| !moves_money(wanted.kind));
    let targets = [
        filter.transaction.map(|id| *id.as_bytes()),
        filter.account.map(|id| *id.as_bytes()),
        direct.map(|id| *id.as_bytes()),
    ];
    for target in targets.iter().flatten().filter(|target| Some(*target) != leading) {
        let condition = "EXISTS (SELECT 1 FROM main.links k WHERE k.platform_id = r.platform_id \
                           AND k.kind = ? AND k.target = ? AND k.id = r.id)";
        query = query.with(condition, [kind(), id(target)]);
    }
    if let Some(customer) = filter.customer.filter(|_| moves_money(wanted.kind)) {
        let condition = "EXISTS (SELECT 1 FROM main.links o CROSS JOIN main.links k \
                           ON k.platform_id = o.platform_id AND k.kind = ? AND k.target = o.id \
                             AND k.id = r.id \
                           WHERE o.platform_id = r.platform_id AND o.kind = ? AND o.target = ?)";
        let values = [kind(), text(Kind::Account.code()), id(customer.as_bytes())];
        query = query.with(condition, values);
    }
    if let Some(tag) = &filter.tag {
        let condition = "EXISTS (SELECT 1 FROM main.tags t WHERE t.platform_id = r.platform_id \
                           AND t.kind = ? AND t.tag = ? AND t.id = r.id)";
        query = query.with(condition, [kind(), text(tag)]);
    }
    // What an index leaves out it can only be asked for where the query says so, too.
    if wanted.kind == Kind::Transaction {
        if filter.status.as_deref().is_some_and(|it| it != TransactionStatus::Settled.code()) {
            query = query.with("r.status <> 'settled'", []);
        }
        if filter.subtype.as_deref().is_some_and(|it| it != TransactionKind::Internal.code()) {
            query = query.with("r.subtype <> 'internal'", []);
        }
    }
    let micros = |at: ledger::Timestamp| Value::Integer(at.micros());
    query
        .maybe("r.status = ?", filter.status.as_deref().map(text))
        .maybe("r.external_id = ?", filter.external_id.as_deref().map(text))
        .maybe("r.subtype = ?", filter.subtype.as_deref().map(text))
        .maybe("r.created_at >= ?", filter.created_from.map(micros))
        .maybe("r.created_at < ?", filter.created_before.map(micros))
}

/// What a rail must be told, oldest first.
pub(super) fn instructions(
    connection: &Connection,
    limit: usize,
) -> Result<Vec<(PlatformId, Instruction)>, Fault> {
    let select = "SELECT platform_id, body FROM main.instructions";
    let rows = Query::new(select).with("state IN ('written', 'unknown')", []).run(
        connection,
        ("ORDER BY id, platform_id", limit),
        with_platform,
    )?;
    let instruction = |(platform, resource)| {
        if let Resource::Instruction(it) = resource { Some((platform, it)) } else { None }
    };
    Ok(rows.into_iter().filter_map(instruction).collect())
}

/// What an operator must look at, oldest first; a transaction before the instruction that serves it.
pub(super) fn attention(
    connection: &Connection,
    platform: Option<PlatformId>,
    limit: usize,
) -> Result<Vec<(PlatformId, Resource)>, Fault> {
    let mut found = Vec::new();
    for (rank, select, condition) in [
        (0, "SELECT platform_id, body, id FROM main.transactions", "status = 'in_review'"),
        (1, "SELECT platform_id, body, id FROM main.instructions", "state = 'unknown'"),
    ] {
        let of = platform.map(|of| id(of.as_bytes()));
        let query = Query::new(select).with(condition, []).maybe("platform_id = ?", of);
        let rows = query.run(connection, ("ORDER BY id, platform_id", limit), |row| {
            let (platform, resource) = with_platform(row)?;
            let id: [u8; 16] = row.get(2).to(ACTION)?;
            Ok(((id, platform, rank), resource))
        })?;
        found.extend(rows);
    }
    found.sort_by_key(|(order, _)| *order);
    let rows = found.into_iter().take(limit);
    Ok(rows.map(|((_, platform, _), resource)| (platform, resource)).collect())
}

fn with_platform(row: &Row<'_>) -> Result<(PlatformId, Resource), Fault> {
    Ok((platform_of(row, 0)?, body(row, 1)?))
}

fn platform_of(row: &Row<'_>, column: usize) -> Result<PlatformId, Fault> {
    row.get(column).map(PlatformId::from_bytes).to(ACTION)
}

fn body(row: &Row<'_>, column: usize) -> Result<Resource, Fault> {
    decoded(row.get_ref(column).to(ACTION)?.as_blob().unwrap_or_default())
}

fn decoded(body: &[u8]) -> Result<Resource, Fault> {
    codec::decode("read model", body)
}
