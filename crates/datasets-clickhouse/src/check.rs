//! ClickHouse's tables against a catalogue: columns, types, keys, rights.
//!
//! ClickHouse enforces no unique key, so its keys are counted.

use std::collections::BTreeMap;

use datasets::{Actual, Fault, Finding, Part, compare, key_columns};
use pql::catalogue::{Catalogue, Dataset, DatasetId, Field, Quoting, StoreId};
use pql::datatype::Type;
use serde_json::Value as Json;

use crate::Clickhouse;

const COLUMNS: &str = "SELECT name, type FROM system.columns WHERE table = {table:String} AND database = \
    if({database:String} = '', currentDatabase(), {database:String})";

/// The setting as the user has it: of the request's own there is none.
const READONLY: &str =
    "SELECT value FROM system.settings WHERE name = 'readonly' FORMAT JSONCompactEachRow";

pub(super) async fn check(
    store: &Clickhouse,
    catalogue: &Catalogue,
    (id, datasets): (StoreId, &[DatasetId]),
) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    let readonly = store.address.post(&[], READONLY.to_owned()).await?.all().await?;
    if text(&readonly) == "0" {
        findings.push(Finding::can_write(catalogue.store(id), "its profile has readonly = 0"));
    }
    for dataset in datasets.iter().map(|id| catalogue.dataset(*id)) {
        findings.extend(check_dataset(store, catalogue, dataset).await?);
    }
    Ok(findings)
}

async fn check_dataset(
    store: &Clickhouse,
    catalogue: &Catalogue,
    dataset: &Dataset,
) -> Result<Vec<Finding>, Fault> {
    let names: Vec<&str> = dataset.source.iter().map(|name| name.name()).collect();
    let (database, table) = match names.as_slice() {
        [database, table] => (*database, *table),
        names => ("", names.last().copied().unwrap_or_default()),
    };
    let parameters = [
        ("param_table".to_owned(), table.to_owned()),
        ("param_database".to_owned(), database.to_owned()),
    ];
    let rows = store.rows(COLUMNS, &parameters).await?.all().await?;
    if rows.is_empty() {
        return Ok(vec![Finding::error(dataset, format!("there is no table {table}"))]);
    }
    let actual: BTreeMap<String, Actual> = rows.iter().filter_map(|row| column(row)).collect();
    let mut findings = compare(catalogue, dataset, &actual, fits);
    if findings.is_empty() && !is_unique(store, dataset).await? {
        findings.push(Finding::error(dataset, format!("the key of {table} is not unique")));
    }
    Ok(findings)
}

async fn is_unique(store: &Clickhouse, dataset: &Dataset) -> Result<bool, Fault> {
    let quote = |name: &str| format!("`{name}`");
    let key: Vec<String> = key_columns(dataset).into_iter().map(quote).collect();
    let source: Vec<&str> =
        dataset.source.iter().map(|name| name.quoted(Quoting::Backtick)).collect();
    let command = format!(
        "SELECT toString(count() = uniqExact({})) FROM {}",
        key.join(","),
        source.join(".")
    );
    Ok(text(&store.rows(&command, &[]).await?.all().await?) == "1")
}

/// The only value.
fn text(rows: &[Vec<Json>]) -> &str {
    rows.first().and_then(|row| row.first()?.as_str()).unwrap_or_default()
}

fn column(row: &[Json]) -> Option<(String, Actual)> {
    let [name, ty] = row else { return None };
    let ty = ty.as_str()?;
    let unwrapped =
        |ty: &str, outer: &str| ty.strip_prefix(outer)?.strip_suffix(')').map(str::to_owned);
    let ty = unwrapped(ty, "LowCardinality(").unwrap_or_else(|| ty.to_owned());
    let inner = unwrapped(&ty, "Nullable(");
    let nullable = inner.is_some();
    let ty = inner.unwrap_or(ty);
    Some((name.as_str()?.to_owned(), Actual { ty, nullable, collation: String::new() }))
}

fn fits(part: Part, field: &Field, actual: &Actual) -> Result<(), String> {
    let ty = actual.ty.replace(", ", ",");
    let ty = ty.as_str();
    let is_whole = || ["Int8", "Int16", "Int32", "Int64"].contains(&ty);
    let (is_right, wanted) = match (part, field.ty) {
        (Part::Asset | Part::Json, _) | (Part::Value, Type::Text | Type::Enum(_)) => {
            (ty == "String", "String".to_owned())
        }
        (Part::Minor | Part::Limb, _) | (Part::Value, Type::Money) => (
            is_whole() || (ty.starts_with("Decimal(") && ty.ends_with(",0)")),
            "Decimal(p, 0)".to_owned(),
        ),
        (Part::Value, Type::Whole | Type::Duration) => (ty == "Int64", "Int64".to_owned()),
        (Part::Value, Type::Decimal { precision, scale }) => (
            ty == format!("Decimal({precision},{scale})"),
            format!("Decimal({precision}, {scale})"),
        ),
        (Part::Value, Type::Float) => (ty == "Float64", "Float64".to_owned()),
        (Part::Value, Type::Bool) => (ty == "Bool", "Bool".to_owned()),
        (Part::Value, Type::Id(_)) => (ty == "UUID", "UUID".to_owned()),
        (Part::Value, Type::Timestamp { precision }) => (
            ty == format!("DateTime64({precision},'UTC')"),
            format!("DateTime64({precision}, 'UTC')"),
        ),
        (Part::Value, Type::Date) => (ty == "Date32" || ty == "Date", "Date32".to_owned()),
        (Part::Value, Type::TextArray) => (ty == "Array(String)", "Array(String)".to_owned()),
        (Part::Value, Type::TextMap) => {
            (ty == "Map(String,String)", "Map(String, String)".to_owned())
        }
    };
    if is_right { Ok(()) } else { Err(wanted) }
}
