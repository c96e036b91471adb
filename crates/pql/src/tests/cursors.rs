//! Cursors: signed, bound to their query, and right where a key is NULL.

use serde_json::json;

use super::compile::{CATALOGUE, caller};
use crate::catalogue::{Catalogue, StoreKind};
use crate::value::{Timestamp, Value};
use crate::{Caller, CursorKey, Params, compile};

const FIRST: &str = "SELECT id FROM t WHERE a > :x AND at < NOW() ORDER BY closed_at DESC";

fn cursor(key: &CursorKey, values: &[Value]) -> String {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let params = json!({ "x": 5 });
    let params = Params::new(params.as_object());
    let caller = Caller { params, cursor_key: Some(key), ..caller(&catalogue) };
    let compiled = compile(FIRST, &caller).unwrap();
    compiled.cursor(key, values, &catalogue).unwrap()
}

fn next(text: &str, cursor: &str, key: &CursorKey, scope: &str, x: i64) -> Result<String, String> {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let params = json!({ "x": x, "cursor": cursor });
    let params = Params::new(params.as_object());
    let later = Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
    let caller = Caller {
        params,
        cursor_key: Some(key),
        scope: Some(scope),
        now: later,
        kind: Some(StoreKind::Postgres),
        ..caller(&catalogue)
    };
    match compile(text, &caller) {
        Ok(compiled) => {
            assert_ne!(compiled.now(), later, "the clock of the first page goes on");
            Ok(compiled.emission.command.into_text())
        }
        Err(refused) => Err(refused.list()[0].code.name().to_owned()),
    }
}

/// Goal: a cursor continues its own query and nothing else. Method: one cursor, changed queries,
/// values, scopes, keys and letters.
#[test]
fn a_cursor_continues_its_own_query_alone() {
    let key = CursorKey::new([7; 32]);
    let at = Timestamp::parse("2026-01-01T00:00:00.123Z").unwrap();
    let text = format!("{FIRST} LIMIT 7 AFTER :cursor");
    let with_value = cursor(&key, &[Value::Timestamp(at), Value::Whole(5)]);
    let with_null = cursor(&key, &[Value::Null, Value::Whole(5)]);
    let one = next(&text, &with_value, &key, "p1", 5).unwrap();
    let other = next(&text, &with_null, &key, "p1", 5).unwrap();
    assert_eq!(one, other, "whether a key is NULL does not show in the command");
    assert!(one.contains("IS NULL"), "{one}");

    let refused = Err("E-CURSOR".to_owned());
    assert_eq!(next(&text, &with_value, &key, "p2", 5), refused, "another scope");
    assert_eq!(next(&text, &with_value, &key, "p1", 6), refused, "another parameter");
    let another = CursorKey::new([8; 32]);
    assert_eq!(next(&text, &with_value, &another, "p1", 5), refused, "another key");
    let changed = text.replace("DESC", "ASC");
    assert_eq!(next(&changed, &with_value, &key, "p1", 5), refused, "another order");
    for place in [0, 10, with_value.len() - 1] {
        let mut forged = with_value.clone();
        let letter = if forged.as_bytes()[place] == b'A' { "B" } else { "A" };
        forged.replace_range(place..=place, letter);
        assert_eq!(next(&text, &forged, &key, "p1", 5), refused, "a forged letter at {place}");
    }
}

/// Goal: pages of keys that are never NULL are index ranges. Method: the command says so.
#[test]
fn a_key_that_is_never_null_is_a_range() {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let key = CursorKey::new([7; 32]);
    let first = "SELECT id FROM t ORDER BY at, id";
    let caller = Caller { cursor_key: Some(&key), ..caller(&catalogue) };
    let compiled = compile(first, &caller).unwrap();
    let at = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let values = [Value::Timestamp(at), Value::Whole(5)];
    let cursor = compiled.cursor(&key, &values, &catalogue).unwrap();
    let text = format!("{first} AFTER '{cursor}'");
    let ranges = [
        (StoreKind::Sqlite, "(t0.\"at\", t0.\"id\") > (?2, ?3)"),
        (StoreKind::Postgres, "(t0.\"at\", t0.\"id\") > ($2::timestamptz, $3::bigint)"),
        (StoreKind::Mariadb, "(t0.`at` >= ? AND (t0.`at` > ? OR (t0.`at` = ? AND (t0.`id` > ?))))"),
    ];
    for (kind, range) in ranges {
        let caller = Caller { kind: Some(kind), ..caller };
        let command = compile(&text, &caller).unwrap().emission.command.into_text();
        assert!(command.contains(range), "{command}");
    }
}
