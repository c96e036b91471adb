//! Finds a resource of the truth by its key.

use ledger::PlatformId;
use money::Asset;
use payments::ids::CustomerId;
use payments::resources::{Capability, Name};
use payments::{Key, Kind, NameKind, Resource};
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::de::DeserializeOwned;
use store::{Fault, codec};

use super::{INSTRUCTION, with_counters};
use crate::columns::{While, name_kind};

const ACTION: &str = "load a resource";

/// A resource that may be there.
pub(crate) type Found = Result<Option<Resource>, Fault>;

/// The resource at `key`; all but the name of a transaction, which needs an index.
pub(crate) fn find(connection: &Connection, platform: PlatformId, key: &Key) -> Found {
    let other = |kind: &str, id: &[u8; 16]| find_other(connection, platform, kind, id);
    match key {
        Key::Platform(id) => other(Kind::Platform.code(), id.as_bytes()),
        Key::ApiKey(id) => other(Kind::ApiKey.code(), id.as_bytes()),
        Key::Role(id) => other(Kind::Role.code(), id.as_bytes()),
        Key::Customer(id) => other(Kind::Customer.code(), id.as_bytes()),
        Key::Person(id) => other(Kind::Person.code(), id.as_bytes()),
        Key::BankAccount(id) => other(Kind::BankAccount.code(), id.as_bytes()),
        Key::Refund(id) => other(Kind::Refund.code(), id.as_bytes()),
        Key::Instruction(id) => other(INSTRUCTION, id),
        Key::Account(id) => find_account(connection, platform, id.as_bytes()),
        Key::Transaction(id) => {
            let sql = "SELECT body FROM transactions WHERE id = ?1 AND platform_id = ?2";
            let values = params![id.as_bytes(), platform.as_bytes()];
            Ok(body(connection, "transactions", sql, values)?.map(Resource::Transaction))
        }
        Key::Hold(id) => {
            let sql = "SELECT body FROM holds WHERE id = ?1 AND platform_id = ?2";
            let values = params![id.as_bytes(), platform.as_bytes()];
            Ok(body(connection, "holds", sql, values)?.map(Resource::Hold))
        }
        Key::Window(customer, capability, asset) => {
            find_window(connection, platform, (*customer, *capability, *asset))
        }
        Key::Name(kind, text) => find_name(connection, platform, *kind, text),
    }
}

fn body<T: DeserializeOwned>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let mut rows = statement.query(values).to(ACTION)?;
    let Some(row) = rows.next().to(ACTION)? else { return Ok(None) };
    let bytes = row.get_ref(0).to(ACTION)?.as_blob().unwrap_or_default();
    codec::decode(table, bytes).map(Some)
}

fn find_other(connection: &Connection, platform: PlatformId, kind: &str, id: &[u8; 16]) -> Found {
    let sql = "SELECT body FROM resources WHERE kind = ?1 AND id = ?2 AND platform_id = ?3";
    body(connection, "resources", sql, params![kind, id, platform.as_bytes()])
}

fn find_account(connection: &Connection, platform: PlatformId, id: &[u8; 16]) -> Found {
    let sql = "SELECT body, legs, debits_pending_hi, debits_pending_lo, debits_posted_hi, \
                 debits_posted_lo, credits_pending_hi, credits_pending_lo, credits_posted_hi, \
                 credits_posted_lo \
               FROM accounts JOIN counters USING (number) WHERE id = ?1 AND platform_id = ?2";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let mut rows = statement.query(params![id, platform.as_bytes()]).to(ACTION)?;
    let Some(row) = rows.next().to(ACTION)? else { return Ok(None) };
    let bytes = row.get_ref(0).to(ACTION)?.as_blob().unwrap_or_default();
    with_counters(bytes, row, 1).map(Some)
}

fn find_window(
    connection: &Connection,
    platform: PlatformId,
    (customer, capability, asset): (CustomerId, Capability, Asset),
) -> Found {
    let sql = "SELECT body FROM windows WHERE customer_id = ?1 AND capability = ?2 \
                 AND asset = ?3 AND platform_id = ?4";
    let values = params![customer.as_bytes(), capability.code(), asset.code(), platform.as_bytes()];
    Ok(body(connection, "windows", sql, values)?.map(Resource::Window))
}

fn find_name(connection: &Connection, platform: PlatformId, kind: NameKind, text: &str) -> Found {
    let sql = "SELECT target FROM names WHERE platform_id = ?1 AND kind = ?2 AND text = ?3";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let values = params![platform.as_bytes(), name_kind(kind), text];
    let target: Option<[u8; 16]> =
        statement.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
    Ok(target.map(|target| Resource::Name(Name { kind, text: text.to_owned(), target })))
}

/// The name of a transaction in row `number`, with whose it is.
pub(crate) fn transaction_name(
    connection: &Connection,
    number: u64,
) -> Result<Option<(PlatformId, Name)>, Fault> {
    let sql = "SELECT platform_id, text, target FROM transaction_names WHERE number = ?1";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let kind = NameKind::ExternalId(Kind::Transaction);
    let found = statement.query_row(params![number], |row| {
        let name = Name { kind, text: row.get(1)?, target: row.get(2)? };
        Ok((PlatformId::from_bytes(row.get(0)?), name))
    });
    found.optional().to(ACTION)
}
