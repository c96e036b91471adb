//! Walks through every resource of the truth, table by table, in the order of rows.

use ledger::PlatformId;
use payments::resources::Name;
use payments::{Key, Kind, NameKind, Resource};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Fault, codec};

use super::{INSTRUCTION, with_counters};
use crate::columns::{While, name_kind, parse_name_kind, rows_max};

const ACTION: &str = "walk through the resources";

/// Where a walk is: a table, and the row that was last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    table: usize,
    row: i64,
}

struct Table {
    sql: &'static str,
    read: fn(&Row<'_>) -> Result<(PlatformId, Resource), Fault>,
}

const TABLES: &[Table] = &[
    Table {
        sql: "SELECT rowid, platform_id, body FROM resources \
              WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        read: |row| Ok((platform(row)?, codec::decode("resources", blob(row)?)?)),
    },
    Table {
        sql: "SELECT number, platform_id, body, legs, debits_pending_hi, debits_pending_lo, \
                debits_posted_hi, debits_posted_lo, credits_pending_hi, credits_pending_lo, \
                credits_posted_hi, credits_posted_lo \
              FROM accounts JOIN counters USING (number) \
              WHERE number > ?1 ORDER BY number LIMIT ?2",
        read: |row| Ok((platform(row)?, with_counters(blob(row)?, row, 3)?)),
    },
    Table {
        sql: "SELECT rowid, platform_id, body FROM transactions \
              WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        read: |row| {
            let transaction = codec::decode("transactions", blob(row)?)?;
            Ok((platform(row)?, Resource::Transaction(transaction)))
        },
    },
    Table {
        sql: "SELECT rowid, platform_id, body FROM holds WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        read: |row| Ok((platform(row)?, Resource::Hold(codec::decode("holds", blob(row)?)?))),
    },
    Table {
        sql: "SELECT rowid, platform_id, body FROM windows \
              WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        read: |row| Ok((platform(row)?, Resource::Window(codec::decode("windows", blob(row)?)?))),
    },
    Table {
        sql: "SELECT rowid, platform_id, text, target, kind FROM names \
              WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        read: |row| {
            let kind: String = row.get(4).to(ACTION)?;
            name(row, parse_name_kind(&kind)?)
        },
    },
    Table {
        sql: "SELECT number, platform_id, text, target FROM transaction_names \
              WHERE number > ?1 ORDER BY number LIMIT ?2",
        read: |row| name(row, NameKind::ExternalId(Kind::Transaction)),
    },
];

fn platform(row: &Row<'_>) -> Result<PlatformId, Fault> {
    row.get(1).map(PlatformId::from_bytes).to(ACTION)
}

fn blob<'row>(row: &'row Row<'_>) -> Result<&'row [u8], Fault> {
    Ok(row.get_ref(2).to(ACTION)?.as_blob().unwrap_or_default())
}

fn name(row: &Row<'_>, kind: NameKind) -> Result<(PlatformId, Resource), Fault> {
    let name = Name { kind, text: row.get(2).to(ACTION)?, target: row.get(3).to(ACTION)? };
    Ok((platform(row)?, Resource::Name(name)))
}

/// The next resources after `cursor`, at most `limit`, and where the walk is then.
pub(crate) fn after(
    connection: &Connection,
    mut cursor: Cursor,
    limit: usize,
) -> Result<(Vec<(PlatformId, Resource)>, Cursor), Fault> {
    let mut found = Vec::new();
    while let Some(table) = TABLES.get(cursor.table)
        && found.len() < limit
    {
        let mut statement = connection.prepare_cached(table.sql).to(ACTION)?;
        let left = rows_max(limit - found.len());
        let mut rows = statement.query(params![cursor.row, left]).to(ACTION)?;
        let before = found.len();
        while let Some(row) = rows.next().to(ACTION)? {
            cursor.row = row.get(0).to(ACTION)?;
            found.push((table.read)(row)?);
        }
        if found.len() == before {
            cursor = Cursor { table: cursor.table + 1, row: 0 };
        }
    }
    Ok((found, cursor))
}

impl Cursor {
    /// Where the walk is when the resource at `key` was last; a scan for names of transactions.
    pub(crate) fn at(
        connection: &Connection,
        platform: PlatformId,
        key: &Key,
    ) -> Result<Self, Fault> {
        let of = platform.as_bytes();
        let other = |kind: &str, id: &[u8; 16]| {
            let sql =
                "SELECT rowid FROM resources WHERE kind = ?1 AND id = ?2 AND platform_id = ?3";
            connection.query_row(sql, params![kind, id, of], |row| row.get(0))
        };
        let by_id = |sql: &str, id: &[u8; 16]| {
            connection.query_row(sql, params![id, of], |row| row.get::<_, i64>(0))
        };
        let (table, row) = match key {
            Key::Platform(id) => (0, other(Kind::Platform.code(), id.as_bytes())),
            Key::ApiKey(id) => (0, other(Kind::ApiKey.code(), id.as_bytes())),
            Key::Role(id) => (0, other(Kind::Role.code(), id.as_bytes())),
            Key::Customer(id) => (0, other(Kind::Customer.code(), id.as_bytes())),
            Key::Person(id) => (0, other(Kind::Person.code(), id.as_bytes())),
            Key::BankAccount(id) => (0, other(Kind::BankAccount.code(), id.as_bytes())),
            Key::Refund(id) => (0, other(Kind::Refund.code(), id.as_bytes())),
            Key::Instruction(id) => (0, other(INSTRUCTION, id)),
            Key::Account(id) => {
                let sql = "SELECT number FROM accounts WHERE id = ?1 AND platform_id = ?2";
                (1, by_id(sql, id.as_bytes()))
            }
            Key::Transaction(id) => {
                let sql = "SELECT rowid FROM transactions WHERE id = ?1 AND platform_id = ?2";
                (2, by_id(sql, id.as_bytes()))
            }
            Key::Hold(id) => {
                let sql = "SELECT rowid FROM holds WHERE id = ?1 AND platform_id = ?2";
                (3, by_id(sql, id.as_bytes()))
            }
            Key::Window(customer, capability, asset) => {
                let sql = "SELECT rowid FROM windows WHERE customer_id = ?1 AND capability = ?2 \
                             AND asset = ?3 AND platform_id = ?4";
                let values = params![customer.as_bytes(), capability.code(), asset.code(), of];
                (4, connection.query_row(sql, values, |row| row.get(0)))
            }
            Key::Name(NameKind::ExternalId(Kind::Transaction), text) => {
                let sql =
                    "SELECT number FROM transaction_names WHERE platform_id = ?1 AND text = ?2";
                (6, connection.query_row(sql, params![of, text], |row| row.get(0)))
            }
            Key::Name(kind, text) => {
                let sql =
                    "SELECT rowid FROM names WHERE platform_id = ?1 AND kind = ?2 AND text = ?3";
                (
                    5,
                    connection
                        .query_row(sql, params![of, name_kind(*kind), text], |row| row.get(0)),
                )
            }
        };
        let row = row.optional().to(ACTION)?;
        Ok(Self { table, row: row.unwrap_or(0) })
    }
}
