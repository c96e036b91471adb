//! PostgreSQL's tables against a catalogue: columns, types, keys, collations, rights.

use std::collections::{BTreeMap, BTreeSet};

use pql::catalogue::{Catalogue, Dataset, DatasetId, Field, Quoting, StoreId};
use pql::datatype::Type;
use tokio_postgres::Client;

use super::refused;
use crate::schema::{self, Actual, Finding, Part};
use crate::{Fault, expected, key_columns};

/// Collations that order text by its code points.
const BINARY: [&str; 5] = ["C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic"];

/// What stands for a collation under which different texts may be equal.
const LOOSE: &str = "nondeterministic";

const TABLE: &str = "SELECT c.oid, c.relkind::text, has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'), \
    has_table_privilege(c.oid, 'SELECT') FROM pg_class c WHERE c.oid = to_regclass($1)";

const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, \
    CASE WHEN l.oid IS NULL THEN '' WHEN NOT l.collisdeterministic THEN 'nondeterministic' \
    WHEN l.collname = 'default' THEN (SELECT CASE WHEN datlocprovider = 'c' THEN datcollate ELSE 'icu' END \
    FROM pg_database WHERE datname = current_database()) \
    WHEN l.collprovider = 'c' THEN l.collcollate ELSE l.collname::text END \
    FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation \
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped";

const UNIQUE: &str = "SELECT i.indexrelid, a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid \
    AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) WHERE i.indrelid = $1 AND i.indisunique \
    AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL";

const SUPERUSER: &str = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";

pub(super) async fn check(
    client: &Client,
    catalogue: &Catalogue,
    (store, datasets): (StoreId, &[DatasetId]),
) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    let superuser = client.query_opt(SUPERUSER, &[]).await.map_err(|error| refused(&error))?;
    let mut can_write = superuser.is_some_and(|row| row.get(0)).then(|| "a superuser".to_owned());
    for dataset in datasets.iter().map(|id| catalogue.dataset(*id)) {
        let source = source(dataset);
        let row = client.query_opt(TABLE, &[&source]).await.map_err(|error| refused(&error))?;
        let Some(row) = row else {
            findings.push(Finding::error(dataset, format!("there is no table {source}")));
            continue;
        };
        if row.get(2) {
            can_write.get_or_insert_with(|| format!("to {source}"));
        }
        if !row.get::<_, bool>(3) {
            findings
                .push(Finding::error(dataset, format!("the role may not select from {source}")));
        }
        let (oid, kind): (u32, String) = (row.get(0), row.get(1));
        findings.extend(check_table(client, catalogue, dataset, (oid, &kind)).await?);
    }
    findings.extend(can_write.map(|why| Finding::can_write(catalogue.store(store), &why)));
    Ok(findings)
}

async fn check_table(
    client: &Client,
    catalogue: &Catalogue,
    dataset: &Dataset,
    (oid, kind): (u32, &str),
) -> Result<Vec<Finding>, Fault> {
    // Ordinary and partitioned tables have constraints, views have none.
    let is_table = matches!(kind, "r" | "p");
    let rows = client.query(COLUMNS, &[&oid]).await.map_err(|error| refused(&error))?;
    let actual: BTreeMap<String, Actual> = rows
        .iter()
        .map(|row| {
            let nullable = is_table && row.get::<_, bool>(2);
            (row.get(0), Actual { ty: row.get(1), nullable, collation: row.get(3) })
        })
        .collect();
    let mut findings = schema::compare(catalogue, dataset, &actual, fits);
    findings.extend(collations(dataset, &actual));
    if !is_table {
        let text = format!(
            "{} is no table: its key and what may be NULL cannot be checked",
            source(dataset)
        );
        findings.push(Finding::warning(dataset, text));
    } else if !is_unique(client, oid, &key_columns(dataset)).await? {
        let text = format!("no unique index of {} covers the key", source(dataset));
        findings.push(Finding::error(dataset, text));
    }
    Ok(findings)
}

async fn is_unique(client: &Client, oid: u32, key: &[&str]) -> Result<bool, Fault> {
    let rows = client.query(UNIQUE, &[&oid]).await.map_err(|error| refused(&error))?;
    let mut indexes: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        indexes.entry(row.get(0)).or_default().insert(row.get(1));
    }
    let is_key =
        |columns: &BTreeSet<String>| columns.iter().all(|column| key.contains(&column.as_str()));
    Ok(indexes.values().any(is_key))
}

fn collations(dataset: &Dataset, actual: &BTreeMap<String, Actual>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wanted in
        expected(dataset).iter().filter(|wanted| schema::is_text(wanted.part, wanted.field.ty))
    {
        let name = wanted.column.name();
        let Some(column) = actual.get(name) else { continue };
        let collation = column.collation.as_str();
        if collation == LOOSE {
            let text = format!(
                "column {name} has a nondeterministic collation: different texts would be equal"
            );
            findings.push(Finding::error(dataset, text));
        } else if wanted.field.binary && !BINARY.contains(&collation) {
            let text = format!(
                "field {} claims binary = true, but column {name} has the collation {collation}; declare it COLLATE \"C\"",
                wanted.field.name
            );
            findings.push(Finding::error(dataset, text));
        }
    }
    findings
}

fn source(dataset: &Dataset) -> String {
    let names: Vec<&str> = dataset.source.iter().map(|name| name.quoted(Quoting::Double)).collect();
    names.join(".")
}

fn fits(part: Part, field: &Field, actual: &Actual) -> Result<(), String> {
    let ty = actual.ty.as_str();
    let is_text = || ty == "text" || ty.starts_with("character varying");
    let is_wide = || ty == "bigint" || ty == "integer" || ty == "smallint";
    let is_numeric = || ty == "numeric" || ty.starts_with("numeric(");
    let (is_right, wanted) = match (part, field.ty) {
        (Part::Asset, _) => (is_text() || ty.starts_with("character("), "text".to_owned()),
        (Part::Json, _) => (ty == "jsonb" || ty == "json", "jsonb".to_owned()),
        (Part::Minor | Part::Limb, _) | (Part::Value, Type::Money) => {
            (is_wide() || (is_numeric() && !has_decimals(ty)), "numeric(p,0)".to_owned())
        }
        (Part::Value, Type::Whole | Type::Duration) => (is_wide(), "bigint".to_owned()),
        (Part::Value, Type::Decimal { precision, scale }) => {
            let wanted = format!("numeric({precision},{scale})");
            (ty == wanted, wanted)
        }
        (Part::Value, Type::Float) => (ty == "double precision", "double precision".to_owned()),
        (Part::Value, Type::Bool) => (ty == "boolean", "boolean".to_owned()),
        (Part::Value, Type::Text | Type::Enum(_)) => (is_text(), "text".to_owned()),
        (Part::Value, Type::Id(_)) => (ty == "uuid", "uuid".to_owned()),
        (Part::Value, Type::Timestamp { precision: 6 }) => {
            let right = ["timestamp with time zone", "timestamp(6) with time zone"].contains(&ty);
            (right, "timestamptz(6)".to_owned())
        }
        (Part::Value, Type::Timestamp { precision }) => (
            ty == format!("timestamp({precision}) with time zone"),
            format!("timestamptz({precision})"),
        ),
        (Part::Value, Type::Date) => (ty == "date", "date".to_owned()),
        (Part::Value, Type::TextArray) => (ty == "text[]", "text[]".to_owned()),
        (Part::Value, Type::TextMap) => (ty == "jsonb", "jsonb".to_owned()),
    };
    if is_right { Ok(()) } else { Err(wanted) }
}

/// Whether a numeric may have digits behind its point.
fn has_decimals(ty: &str) -> bool {
    !ty.ends_with(",0)")
}
