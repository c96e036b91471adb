//! A table with every type, in each store's own words, and the catalogue that describes it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use datasets::{Bind, Bound, Column, Statement};
use pql::catalogue::{Catalogue, StoreKind};
use pql::datatype::Type;
use pql::emit::Kept;
use pql::value::json;

use crate::place::Place;

/// Every character that some store, format or client takes for more than a character.
pub const NASTY: &str =
    "O'Hara \"x\" \\N \\t a\tb\nc\r; -- /* ${} %s ? $1 :p `é\u{301}` \u{1F600}\\";

/// The bits of an id.
pub const BITS: u128 = 0x0198_0000_0000_7000_8000_0000_DEAD_BEEF;

/// The catalogue of the table, in the store at `place`.
///
/// # Panics
///
/// If the catalogue is refused.
pub fn catalogue(place: &Place, table: &str) -> Arc<Catalogue> {
    read(&text(place, table))
}

/// A catalogue.
///
/// # Panics
///
/// If it is refused.
pub fn read(text: &str) -> Arc<Catalogue> {
    Arc::new(Catalogue::read(text).unwrap_or_else(|errors| panic!("{errors:?}")))
}

/// The catalogue's text.
pub fn text(place: &Place, table: &str) -> String {
    let (kind, url) = (place.kind.name(), &place.url);
    let precision = if place.kind == StoreKind::Mongodb { 3 } else { 6 };
    let digits = if place.kind == StoreKind::Sqlite { 18 } else { 34 };
    format!(
        r#"
version = 1
[assets]
GBP = 2
ETH = 18
[stores.main]
kind = "{kind}"
url = "{url}"

[datasets.t]
store = "main"
source = "{table}"
key = ["id"]
scope = "owner"
[datasets.t.fields]
id     = {{ type = "whole" }}
owner  = {{ type = "text", binary = {binary} }}
price  = {{ type = "decimal(12,2)", nullable = true }}
amount = {{ type = "money", minor = "amount_minor", asset = "asset", digits = {digits}, nullable = true }}
risk   = {{ type = "float", nullable = true }}
ok     = {{ type = "bool", nullable = true }}
name   = {{ type = "text", nullable = true }}
status = {{ type = "enum", values = ["new", "settled"], nullable = true }}
ref    = {{ type = "id:txn", nullable = true }}
at     = {{ type = "timestamp({precision})", nullable = true }}
day    = {{ type = "date", nullable = true }}
tags   = {{ type = "array<text>"{composite} }}
notes  = {{ type = "map<text>"{composite} }}
[roles.reader.t]
fields = "*"
"#,
        binary = matches!(place.kind, StoreKind::Postgres | StoreKind::Mariadb),
        composite = if place.kind == StoreKind::Clickhouse { "" } else { ", nullable = true" },
    )
}

/// What makes the table, and fills it with a row full of everything, one of NULLs and one of extremes.
///
/// # Panics
///
/// Never: text is written to a String.
pub fn statements(kind: StoreKind, table: &str) -> Vec<String> {
    let name = hex(NASTY.as_bytes());
    match kind {
        StoreKind::Sqlite => vec![format!(
            "CREATE TABLE {table} (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, price INTEGER, amount_minor INTEGER, asset TEXT, \
             risk REAL, ok INTEGER, name TEXT, status TEXT, ref BLOB, at INTEGER, day TEXT, tags TEXT, notes TEXT) STRICT; \
             INSERT INTO {table} VALUES (1, 'p1', 150, 12345, 'GBP', 0.1, 1, CAST(X'{name}' AS TEXT), 'settled', X'{BITS:032X}', \
             1769817600123000, '2026-01-31', '[\"a\\\\b\",\"it''s\"]', '{{\"k\\\\\":\"v''\"}}'), \
             (2, 'p1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
             (3, 'p2', -5, -1, 'ETH', -1e300, 0, '', 'new', NULL, -62135596800000000, '0001-01-01', '[]', '{{}}')"
        )],
        StoreKind::Postgres => vec![
            format!("DROP TABLE IF EXISTS {table}"),
            format!(
                "CREATE TABLE {table} (id bigint PRIMARY KEY, owner text COLLATE \"C\" NOT NULL, price numeric(12,2), amount_minor numeric(34,0), asset text, \
                 risk double precision, ok boolean, name text, status text, ref uuid, at timestamptz(6), day date, tags text[], notes jsonb)"
            ),
            format!(
                "INSERT INTO {table} VALUES (1, 'p1', 1.5, 12345, 'GBP', 0.1, true, convert_from('\\x{name}', 'UTF8'), 'settled', \
                 '{BITS:032x}', '2026-01-31T00:00:00.123Z', '2026-01-31', ARRAY['a\\b', 'it''s'], '{{\"k\\\\\": \"v''\"}}'), \
                 (2, 'p1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
                 (3, 'p2', -0.05, -1, 'ETH', -1e300, false, '', 'new', NULL, '0001-01-01T00:00:00Z', '0001-01-01', '{{}}', '{{}}')"
            ),
        ],
        StoreKind::Mariadb => vec![
            format!("DROP TABLE IF EXISTS {table}"),
            format!(
                "CREATE TABLE {table} (id BIGINT PRIMARY KEY, owner VARCHAR(40) COLLATE utf8mb4_nopad_bin NOT NULL, price DECIMAL(12,2), \
                 amount_minor DECIMAL(34,0), asset VARCHAR(20), risk DOUBLE, ok BOOLEAN, name TEXT, status VARCHAR(20), ref BINARY(16), \
                 at DATETIME(6), day DATE, tags JSON, notes JSON) CHARACTER SET utf8mb4"
            ),
            format!(
                "INSERT INTO {table} VALUES (1, 'p1', 1.5, 12345, 'GBP', 0.1, true, CONVERT(X'{name}' USING utf8mb4), 'settled', X'{BITS:032X}', \
                 '2026-01-31 00:00:00.123', '2026-01-31', CONVERT(X'{tags}' USING utf8mb4), CONVERT(X'{notes}' USING utf8mb4)), \
                 (2, 'p1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
                 (3, 'p2', -0.05, -1, 'ETH', -1e300, false, '', 'new', NULL, '0001-01-01 00:00:00', '0001-01-01', '[]', '{{}}')",
                tags = hex(br#"["a\\b","it's"]"#),
                notes = hex(br#"{"k\\":"v'"}"#),
            ),
        ],
        StoreKind::Clickhouse => vec![
            format!("DROP TABLE IF EXISTS {table}"),
            format!(
                "CREATE TABLE {table} (id Int64, owner String, price Nullable(Decimal(12,2)), amount_minor Nullable(Decimal(34,0)), asset Nullable(String), \
                 risk Nullable(Float64), ok Nullable(Bool), name Nullable(String), status Nullable(String), ref Nullable(UUID), \
                 at Nullable(DateTime64(6,'UTC')), day Nullable(Date32), tags Array(String), notes Map(String,String)) ENGINE = MergeTree ORDER BY id"
            ),
            format!(
                "INSERT INTO {table} SELECT 1, 'p1', toDecimal64('1.5', 2), 12345, 'GBP', 0.1, true, unhex('{name}'), 'settled', \
                 toUUID('{uuid}'), toDateTime64('2026-01-31 00:00:00.123', 6, 'UTC'), toDate32('2026-01-31'), \
                 [unhex('{a}'), unhex('{b}')], map(unhex('{key}'), unhex('{value}'))",
                uuid = uuid(),
                a = hex(b"a\\b"),
                b = hex(b"it's"),
                key = hex(b"k\\"),
                value = hex(b"v'"),
            ),
            format!("INSERT INTO {table} (id, owner) VALUES (2, 'p1')"),
            format!(
                "INSERT INTO {table} SELECT 3, 'p2', toDecimal64('-0.05', 2), -1, 'ETH', -1e300, false, '', 'new', NULL, \
                 toDateTime64('1900-01-01 00:00:00', 6, 'UTC'), toDate32('1900-01-01'), [], map()"
            ),
        ],
        StoreKind::Mongodb => mongodb_statements(table),
    }
}

fn mongodb_statements(table: &str) -> Vec<String> {
    let name = serde_json::Value::from(NASTY);
    vec![
        format!("{{\"drop\": \"{table}\"}}"),
        format!(
            r#"{{"insert": "{table}", "documents": [
            {{"id": {{"$numberLong": "1"}}, "owner": "p1", "price": {{"$numberDecimal": "1.50"}}, "amount_minor": {{"$numberDecimal": "12345"}},
              "asset": "GBP", "risk": 0.1, "ok": true, "name": {name}, "status": "settled", "ref": {{"$uuid": "{uuid}"}},
              "at": {{"$date": "2026-01-31T00:00:00.123Z"}}, "day": "2026-01-31", "tags": ["a\\b", "it's"], "notes": {{"k\\": "v'"}}}},
            {{"id": {{"$numberLong": "2"}}, "owner": "p1", "price": null}},
            {{"id": {{"$numberLong": "3"}}, "owner": "p2", "price": {{"$numberDecimal": "-0.05"}}, "amount_minor": {{"$numberDecimal": "-1"}},
              "asset": "ETH", "risk": -1e300, "ok": false, "name": "", "status": "new", "ref": null,
              "at": {{"$date": {{"$numberLong": "-62135596800000"}}}}, "day": "0001-01-01", "tags": [], "notes": {{}}}}]}}"#,
            uuid = uuid(),
        ),
        format!(
            r#"{{"createIndexes": "{table}", "indexes": [{{"key": {{"id": 1}}, "name": "key", "unique": true}}]}}"#
        ),
    ]
}

/// A command, with all fields of the catalogue's only data set as its columns.
pub fn statement(catalogue: &Arc<Catalogue>, command: String, fields: &[&str]) -> Statement {
    let dataset = &catalogue.datasets()[0];
    let all =
        dataset.fields.iter().filter(|field| fields.is_empty() || fields.contains(&&*field.name));
    let mut columns: Vec<Column> = Vec::new();
    for field in all {
        let first = columns
            .last()
            .map_or(0, |last| last.first + if last.ty() == Type::Money { 2 } else { 1 });
        let form = json::Form::Declared(field.ty);
        columns.push(Column { name: field.name.clone(), form, kept: Kept::Field, first });
    }
    Statement {
        command: command.into(),
        binds: Vec::new(),
        shown: columns.len(),
        columns,
        rows_max: 1_000_000,
        deadline: Duration::from_secs(60),
        catalogue: Arc::clone(catalogue),
    }
}

/// A bind of the type of a field, its value as JSON.
///
/// # Panics
///
/// If the field cannot hold it.
pub fn bind(catalogue: &Catalogue, field: &str, value: &serde_json::Value) -> Bind {
    let dataset = &catalogue.datasets()[0];
    let ty = dataset.field(dataset.field_named(field).unwrap()).ty;
    Bind { ty, value: Bound::One(json::read(value, ty, catalogue).unwrap()), is_limit: false }
}

/// Bytes as digits of two.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02X}");
        digits
    })
}

/// The id as stores write it.
pub fn uuid() -> String {
    let digits = format!("{BITS:032x}");
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| &digits[from..to]).join("-")
}
