//! Values made by chance, as their JSON: few enough that rows often hold the same, nasty enough that
//! a mistake shows.

use serde_json::{Map, Value as Json, json};
use testkit::chance::Chance;

use crate::schema::{ASSETS, Dataset, ENUM, Field, KEY, Kind, OWNER, Schema};

/// Whose rows there are.
pub(crate) const OWNERS: [&str; 3] = ["me", "ME", "o'ther"];

/// Texts that some database reads, folds, pads, escapes or sorts in its own way.
pub(crate) const TEXTS: [&str; 44] = [
    "",
    " ",
    "a",
    "A",
    "b",
    "abc",
    "ABC",
    "abc ",
    " abc",
    "É",
    "é",
    "e\u{301}",
    "ß",
    "straße",
    "STRASSE",
    "\u{212a}",
    "K",
    "k",
    "50%",
    "a_c",
    "a*b",
    "a?b",
    "a[b",
    "a]b",
    "a!b",
    "a\\b",
    "a'b",
    "a\"b",
    "--",
    "'; DROP TABLE t; --",
    "\t",
    "line\nend",
    "\\N",
    "{p0:String}",
    "$1",
    "?1",
    ":x",
    "NULL",
    "0",
    "1abc",
    "👍🏽",
    "\u{202e}x",
    "\u{1}\u{7f}",
    "\u{ffff}",
];
/// Keys that maps have, and that queries ask for.
pub(crate) const KEYS: [&str; 6] = ["k", "order_id", "a.b", "$x", "it's", ""];
const WHOLES: [i64; 17] = [
    0,
    1,
    -1,
    2,
    3,
    7,
    10,
    -10,
    100,
    101,
    12_345,
    -99_999,
    1 << 53,
    (1 << 53) + 1,
    4_000_000_000,
    i64::MAX,
    i64::MIN,
];
const FLOATS: [&str; 9] =
    ["0", "-0.0", "1.5", "0.1", "0.3", "0.30000000000000004", "-2e-9", "1e300", "12"];
/// Ends of days, months and years, and changes of clocks, in London and elsewhere.
const INSTANTS: [&str; 14] = [
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59.999Z",
    "2026-03-29T00:59:59.999Z",
    "2026-03-29T01:00:00Z",
    "2026-03-29T01:30:00.5Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-10-25T01:00:00Z",
    "2026-06-30T23:00:00Z",
    "2026-06-30T23:30:00Z",
    "2024-02-29T12:00:00.123Z",
    "1999-12-31T23:59:59Z",
];
const DATES: [&str; 6] =
    ["2026-01-01", "2025-12-31", "2026-03-29", "2024-02-29", "1970-01-01", "0001-01-01"];

/// A value of a kind, as a parameter or a data file has it; never null.
pub(crate) fn by_chance(kind: &Kind, chance: &mut Chance) -> Json {
    match kind {
        Kind::Whole => json!(whole(chance).to_string()),
        Kind::Decimal { precision, scale } => json!(decimal(*precision, *scale, chance)),
        Kind::Float => chance.one(&FLOATS).parse().unwrap(),
        Kind::Bool => json!(chance.percent(50)),
        Kind::Text => json!(chance.one(&TEXTS)),
        Kind::Enum => json!(chance.one(&ENUM)),
        Kind::Id { prefix } => {
            let last = char::from(b'0' + chance.below(6) as u8);
            let first = chance.one(&['0', '7']);
            json!(format!("{prefix}_{first}1h455vb4pex5vsknk084sn02{last}"))
        }
        Kind::Timestamp { precision } => json!(instant(*precision, chance)),
        Kind::Date => json!(chance.one(&DATES)),
        Kind::Money { digits } => {
            let (asset, decimals) = *chance.one(&ASSETS);
            json!({ "value": decimal(*digits, decimals, chance), "asset": asset })
        }
        Kind::Array => {
            let length = chance.below(4);
            (0..length).map(|_| *chance.one(&TEXTS)).collect()
        }
        Kind::Map => {
            let length = chance.below(4);
            let entries = (0..length).map(|_| (*chance.one(&KEYS), *chance.one(&TEXTS)));
            entries.map(|(key, text)| (key.to_owned(), json!(text))).collect::<Map<_, _>>().into()
        }
    }
}

/// The rows of each data set as a data file.
pub(crate) fn files(schema: &Schema, chance: &mut Chance) -> Vec<String> {
    let count = 1 + chance.below(24);
    let keys: Vec<Vec<Json>> = schema.datasets.iter().map(|set| keys(set, count, chance)).collect();
    let each = schema.datasets.iter().enumerate();
    each.map(|(place, dataset)| {
        let rows = keys[place].iter().map(|key| row(dataset, key, &keys[1 - place], chance));
        rows.map(|row| row.to_string() + "\n").collect()
    })
    .collect()
}

fn keys(dataset: &Dataset, count: usize, chance: &mut Chance) -> Vec<Json> {
    let kind = &dataset.fields[0].kind;
    let mut keys: Vec<Json> = (0..count).map(|_| by_chance(kind, chance)).collect();
    keys.sort_by_key(Json::to_string);
    keys.dedup();
    keys
}

fn row(dataset: &Dataset, key: &Json, others: &[Json], chance: &mut Chance) -> Json {
    let mut row = Map::new();
    for field in &dataset.fields {
        let value = match field.name.as_str() {
            KEY => key.clone(),
            OWNER => json!(if chance.percent(70) { OWNERS[0] } else { *chance.one(&OWNERS) }),
            "parent_id" if chance.percent(70) => chance.one(others).clone(),
            _ => value(field, chance),
        };
        row.insert(field.name.clone(), value);
    }
    row.into()
}

fn value(field: &Field, chance: &mut Chance) -> Json {
    if field.nullable && chance.percent(30) { Json::Null } else { by_chance(&field.kind, chance) }
}

fn whole(chance: &mut Chance) -> i64 {
    if chance.percent(50) { chance.below(12) as i64 - 4 } else { *chance.one(&WHOLES) }
}

/// A decimal of at most this many digits, those of the scale at the end; sometimes all nines.
pub(crate) fn decimal(precision: u8, scale: u8, chance: &mut Chance) -> String {
    let length = 1 + chance.below(precision.into());
    let digits = match chance.below(6) {
        0 => "9".repeat(precision.into()),
        1 => "0".to_owned(),
        2 | 3 => chance.below(10).to_string(),
        _ => (0..length).map(|_| char::from(b'0' + chance.below(10) as u8)).collect(),
    };
    let scale = usize::from(scale);
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if chance.percent(30) { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn instant(precision: u8, chance: &mut Chance) -> String {
    let text = *chance.one(&INSTANTS);
    match (precision, text.split_once('.')) {
        (0, Some((seconds, _))) => format!("{seconds}Z"),
        _ => text.to_owned(),
    }
}
