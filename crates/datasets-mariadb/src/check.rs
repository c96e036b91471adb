//! MariaDB's tables against a catalogue: columns, types, keys, collations, rights.

use std::collections::BTreeMap;

use datasets::{Actual, Finding, Part, compare, expected, key_columns};
use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use pql::catalogue::{Catalogue, Dataset, DatasetId, Field, StoreId};
use pql::datatype::Type;

/// The collation that tells all texts apart and orders them by code point.
const BINARY: &str = "utf8mb4_nopad_bin";

/// Rights that write nothing.
const READS: [&str; 6] =
    ["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "SLAVE MONITOR"];

const COLUMNS: &str = "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'YES', IFNULL(COLLATION_NAME, ''), \
    IFNULL(CHARACTER_SET_NAME, '') FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = IFNULL(?, DATABASE()) AND TABLE_NAME = ?";

const UNIQUE: &str = "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART IS NULL FROM information_schema.STATISTICS \
    WHERE TABLE_SCHEMA = IFNULL(?, DATABASE()) AND TABLE_NAME = ? AND NON_UNIQUE = 0";

const KIND: &str = "SELECT TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = IFNULL(?, DATABASE()) AND TABLE_NAME = ?";

pub(super) async fn check(
    connection: &mut Conn,
    catalogue: &Catalogue,
    (store, datasets): (StoreId, &[DatasetId]),
) -> mysql_async::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let grants: Vec<String> = connection.query("SHOW GRANTS FOR CURRENT_USER").await?;
    if let Some(right) = grants.iter().find_map(|grant| writing(grant)) {
        findings.push(Finding::can_write(catalogue.store(store), &right));
    }
    for dataset in datasets.iter().map(|id| catalogue.dataset(*id)) {
        findings.extend(check_dataset(connection, catalogue, dataset).await?);
    }
    Ok(findings)
}

/// The first right of a grant that can write.
fn writing(grant: &str) -> Option<String> {
    let rights = grant.strip_prefix("GRANT ")?;
    let rights = rights.split_once(" ON ").map_or(rights, |(rights, _)| rights);
    let rights = rights.split(',').map(str::trim);
    // Rights on columns, `SELECT (a, b)`, leave pieces behind, which are no words of GRANT.
    let name = |right: &str| right.split_once(" (").map_or(right, |(name, _)| name).to_owned();
    rights.map(name).find(|right| {
        !READS.contains(&right.as_str()) && !right.starts_with('`') && !right.ends_with(')')
    })
}

async fn check_dataset(
    connection: &mut Conn,
    catalogue: &Catalogue,
    dataset: &Dataset,
) -> mysql_async::Result<Vec<Finding>> {
    let names: Vec<&str> = dataset.source.iter().map(|name| name.name()).collect();
    let (schema, table) = match names.as_slice() {
        [schema, table] => (Some(*schema), *table),
        names => (None, names.last().copied().unwrap_or_default()),
    };
    let kind: Option<String> = connection.exec_first(KIND, (schema, table)).await?;
    let Some(kind) = kind else {
        return Ok(vec![Finding::error(
            dataset,
            format!("there is no table {table} that the role may read"),
        )]);
    };
    let rows: Vec<(String, String, bool, String, String)> =
        connection.exec(COLUMNS, (schema, table)).await?;
    let charsets: BTreeMap<String, String> =
        rows.iter().map(|row| (row.0.clone(), row.4.clone())).collect();
    let column = |(name, ty, nullable, collation, _)| (name, Actual { ty, nullable, collation });
    let actual: BTreeMap<String, Actual> = rows.into_iter().map(column).collect();
    let mut findings = compare(catalogue, dataset, &actual, fits);
    findings.extend(collations(dataset, &actual, &charsets));
    if kind != "BASE TABLE" {
        findings.push(Finding::warning(
            dataset,
            format!("{table} is no table: its key cannot be checked"),
        ));
        return Ok(findings);
    }
    let rows: Vec<(String, String, bool)> = connection.exec(UNIQUE, (schema, table)).await?;
    let key = key_columns(dataset);
    let mut indexes: BTreeMap<String, bool> = BTreeMap::new();
    for (index, column, is_whole) in rows {
        let all = indexes.entry(index).or_insert(true);
        *all = *all && is_whole && key.contains(&column.as_str());
    }
    if !indexes.into_values().any(|all| all) {
        findings
            .push(Finding::error(dataset, format!("no unique index of {table} covers the key")));
    }
    Ok(findings)
}

fn collations(
    dataset: &Dataset,
    actual: &BTreeMap<String, Actual>,
    charsets: &BTreeMap<String, String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wanted in expected(dataset) {
        let name = wanted.column.name();
        let is_text =
            wanted.part == Part::Asset || matches!(wanted.field.ty, Type::Text | Type::Enum(_));
        let (Some(column), true) = (actual.get(name), is_text && wanted.part != Part::Json) else {
            continue;
        };
        let charset = charsets.get(name).map_or("", String::as_str);
        if charset != "utf8mb4" && !charset.is_empty() {
            let text =
                format!("column {name} has the character set {charset}; it should be utf8mb4");
            findings.push(Finding::error(dataset, text));
        }
        if wanted.field.binary && column.collation != BINARY {
            let (field, collation) = (&wanted.field.name, &column.collation);
            let text = format!(
                "field {field} claims binary = true, but column {name} has the collation {collation}; declare it COLLATE {BINARY}"
            );
            findings.push(Finding::error(dataset, text));
        }
    }
    findings
}

fn fits(part: Part, field: &Field, actual: &Actual) -> Result<(), String> {
    let ty = actual.ty.as_str();
    let is_text =
        || ["varchar(", "char("].iter().any(|start| ty.starts_with(start)) || ty.ends_with("text");
    let is_whole = || {
        ["bigint(", "int(", "mediumint(", "smallint(", "tinyint("]
            .iter()
            .any(|start| ty.starts_with(start))
            && !ty.ends_with("unsigned")
    };
    let (is_right, wanted) = match (part, field.ty) {
        (Part::Asset, _) | (Part::Value, Type::Text | Type::Enum(_)) => {
            (is_text() || ty.starts_with("enum("), "VARCHAR or TEXT".to_owned())
        }
        (Part::Json, _) | (Part::Value, Type::TextArray | Type::TextMap) => {
            (ty == "longtext", "JSON".to_owned())
        }
        (Part::Minor | Part::Limb, _) | (Part::Value, Type::Money) => (
            is_whole() || (ty.starts_with("decimal(") && ty.ends_with(",0)")),
            "DECIMAL(p,0)".to_owned(),
        ),
        (Part::Value, Type::Whole | Type::Duration) => (is_whole(), "BIGINT".to_owned()),
        (Part::Value, Type::Decimal { precision, scale }) => {
            let wanted = format!("decimal({precision},{scale})");
            (ty == wanted, wanted)
        }
        (Part::Value, Type::Float) => (ty == "double", "DOUBLE".to_owned()),
        (Part::Value, Type::Bool) => (ty == "tinyint(1)", "BOOLEAN".to_owned()),
        (Part::Value, Type::Id(_)) => (ty == "binary(16)", "BINARY(16)".to_owned()),
        (Part::Value, Type::Timestamp { precision: 0 }) => {
            (ty == "datetime", "DATETIME".to_owned())
        }
        (Part::Value, Type::Timestamp { precision }) => {
            (ty == format!("datetime({precision})"), format!("DATETIME({precision})"))
        }
        (Part::Value, Type::Date) => (ty == "date", "DATE".to_owned()),
    };
    if is_right { Ok(()) } else { Err(wanted) }
}
