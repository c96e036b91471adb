//! SQLite's tables against a catalogue: columns, types, STRICT, keys, collations.

use std::collections::BTreeMap;

use pql::catalogue::{Catalogue, Dataset, DatasetId, Field, StoreId};
use pql::datatype::Type;
use rusqlite::{Connection, OptionalExtension as _};

use crate::schema::{self, Actual, Finding, Part};
use crate::{Fault, expected, key_columns};

pub(super) fn check(
    connection: &Connection,
    catalogue: &Catalogue,
    (_, datasets): (StoreId, &[DatasetId]),
) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    for dataset in datasets.iter().map(|id| catalogue.dataset(*id)) {
        findings.extend(check_dataset(connection, catalogue, dataset).map_err(super::refused)?);
    }
    Ok(findings)
}

fn check_dataset(
    connection: &Connection,
    catalogue: &Catalogue,
    dataset: &Dataset,
) -> rusqlite::Result<Vec<Finding>> {
    let table = dataset.source.last().map_or("", |name| name.name());
    let described = connection
        .query_row("SELECT type, strict FROM pragma_table_list WHERE name = ?1", [table], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
        })
        .optional()?;
    let Some((kind, is_strict)) = described else {
        return Ok(vec![Finding::error(dataset, format!("there is no table {table}"))]);
    };
    let actual = columns(connection, table, &kind)?;
    let mut findings = schema::compare(catalogue, dataset, &actual, fits);
    if kind == "view" {
        let text = format!("{table} is a view: its types and its key cannot be checked");
        findings.push(Finding::warning(dataset, text));
        return Ok(findings);
    }
    if !is_strict {
        let text = format!(
            "table {table} is not STRICT: a column may hold anything, and what it is said to hold cannot be relied on"
        );
        findings.push(Finding::error(dataset, text));
    }
    if !is_unique(connection, table, &key_columns(dataset))? {
        findings
            .push(Finding::error(dataset, format!("no unique index of {table} covers the key")));
    }
    for wanted in
        expected(dataset).iter().filter(|wanted| schema::is_text(wanted.part, wanted.field.ty))
    {
        let name = wanted.column.name();
        let collation = actual.get(name).map_or("BINARY", |column| &column.collation);
        if collation != "BINARY" {
            let text =
                format!("column {name} compares with {collation}, and not by code point (BINARY)");
            findings.push(Finding::error(dataset, text));
        }
    }
    Ok(findings)
}

fn columns(
    connection: &Connection,
    table: &str,
    kind: &str,
) -> rusqlite::Result<BTreeMap<String, Actual>> {
    let is_view = kind == "view";
    let mut statement =
        connection.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([table], |row| {
        let (name, ty) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?);
        let is_rowid = row.get::<_, i64>(3)? > 0 && ty.eq_ignore_ascii_case("INTEGER");
        let nullable = !is_view && !row.get::<_, bool>(2)? && !is_rowid;
        Ok((name, Actual { ty: ty.to_uppercase(), nullable, collation: String::new() }))
    })?;
    let mut columns: BTreeMap<String, Actual> = rows.collect::<rusqlite::Result<_>>()?;
    if !is_view {
        for (name, column) in &mut columns {
            let (_, collation, ..) = connection.column_metadata(None, table, name.as_str())?;
            column.collation =
                collation.map_or_else(String::new, |text| text.to_string_lossy().to_uppercase());
        }
    }
    Ok(columns)
}

/// Whether a unique index, or the rowid, holds nothing but columns of the key.
fn is_unique(connection: &Connection, table: &str, key: &[&str]) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare(
        "SELECT l.name, i.name FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i
         WHERE l.\"unique\" AND NOT l.partial
         UNION ALL SELECT '', name FROM pragma_table_info(?1) WHERE pk > 0",
    )?;
    let mut indexes: BTreeMap<String, bool> = BTreeMap::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let column: Option<String> = row.get(1)?;
        let is_key = column.is_some_and(|column| key.contains(&column.as_str()));
        let all = indexes.entry(row.get(0)?).or_insert(true);
        *all = *all && is_key;
    }
    Ok(indexes.into_values().any(|all| all))
}

fn fits(part: Part, field: &Field, actual: &Actual) -> Result<(), String> {
    let wanted = match (part, field.ty) {
        (Part::Asset | Part::Json, _) => "TEXT",
        (Part::Minor | Part::Limb, _) => "INTEGER",
        (Part::Value, Type::Decimal { precision, .. }) if precision > super::INTEGER_DIGITS => {
            return Err(format!("a decimal of at most {} digits", super::INTEGER_DIGITS));
        }
        (
            Part::Value,
            Type::Whole
            | Type::Decimal { .. }
            | Type::Bool
            | Type::Timestamp { .. }
            | Type::Duration
            | Type::Money,
        ) => "INTEGER",
        (Part::Value, Type::Float) => "REAL",
        (Part::Value, Type::Id(_)) => "BLOB",
        (
            Part::Value,
            Type::Text | Type::Enum(_) | Type::Date | Type::TextArray | Type::TextMap,
        ) => "TEXT",
    };
    let alike =
        actual.ty == wanted || (wanted == "INTEGER" && actual.ty == "INT") || actual.ty.is_empty();
    if alike { Ok(()) } else { Err(wanted.to_owned()) }
}
