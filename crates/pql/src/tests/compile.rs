//! From text to command: one line of a query, one block of what it becomes on each store.

use expect_test::{Expect, expect, expect_file};
use serde_json::json;

use crate::catalogue::{Catalogue, StoreKind};
use crate::lex::Origin;
use crate::value::Timestamp;
use crate::{Caller, Params, compile};

pub(super) const CATALOGUE: &str = include_str!("catalogue.toml");

pub(super) fn caller(catalogue: &Catalogue) -> Caller<'_> {
    Caller {
        catalogue,
        role: catalogue.role_named("reader").unwrap(),
        scope: Some("p1"),
        dataset: catalogue.dataset_named("t"),
        kind: None,
        params: Params::NONE,
        now: Timestamp::parse("2026-05-17T12:34:56.789Z").unwrap(),
        cursor_key: None,
        origin: Origin::Api,
    }
}

pub(super) fn shown(text: &str, params: &serde_json::Value, kind: StoreKind) -> String {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let params = Params::new(params.as_object());
    let caller = Caller { kind: Some(kind), params, ..caller(&catalogue) };
    match compile(text, &caller) {
        Err(refused) => refused.to_string(),
        Ok(compiled) => {
            let mut out = compiled.emission.command.text().to_owned();
            for bind in &compiled.binds {
                out.push_str("\n  ");
                out.push_str(&bind.ty.name(&catalogue));
                out.push(' ');
                bind.write(&catalogue, &mut out);
            }
            for warning in &compiled.warnings {
                out.push_str("\n  ");
                out.push_str(warning.code.name());
            }
            out
        }
    }
}

#[track_caller]
fn check(text: &str, params: serde_json::Value, kind: StoreKind, expected: Expect) {
    expected.assert_eq(&shown(text, &params, kind));
}

/// Goal: the walking path. Method: a query of every clause on SQLite and PostgreSQL.
#[test]
fn compiles_every_clause() {
    let text = "SELECT id, a, at FROM t WHERE status = 'settled' AND a IN (1, 2) AND (a >= 10 OR f > 1.5e0) \
                AND at < NOW() - 7d AND city IS NULL ORDER BY at DESC LIMIT 50";
    check(
        text,
        json!({}),
        StoreKind::Sqlite,
        expect![[r#"
            SELECT t0."id" AS c0, t0."a" AS c1, t0."at" AS c2 FROM "t" AS t0 WHERE t0."owner" = ?1 AND t0."status" = ?2 AND t0."a" IN (?3, ?4) AND (t0."a" >= ?5 OR CASE WHEN abs(t0."f") <= 1.7976931348623157e308 THEN t0."f" END > ?6) AND t0."at" < ?7 AND (CASE WHEN json_valid(t0."payload") AND json_type(t0."payload", '$.address.city') = 'text' THEN json_extract(t0."payload", '$.address.city') END IS NULL) ORDER BY t0."at" DESC, t0."id" LIMIT ?8
              text "p1"
              enum "settled"
              whole "1"
              whole "2"
              whole "10"
              float 1.5
              timestamp(3) "2026-05-10T12:34:56.789Z"
              whole "50""#]],
    );
    check(
        text,
        json!({}),
        StoreKind::Postgres,
        expect![[r#"
            SELECT t0."id" AS c0, t0."a" AS c1, t0."at" AS c2 FROM "t" AS t0 WHERE t0."owner" = $1::text AND t0."status" = $2::text AND t0."a" IN ($3::bigint, $4::bigint) AND (t0."a" >= $5::bigint OR NULLIF(NULLIF(NULLIF(t0."f", 'NaN'::float8), 'Infinity'::float8), '-Infinity'::float8) > $6::float8) AND t0."at" < $7::timestamptz AND (CASE WHEN jsonb_typeof(t0."payload"::jsonb #> '{address,city}') = 'string' THEN (t0."payload"::jsonb #>> '{address,city}') END IS NULL) ORDER BY t0."at" DESC, t0."id" LIMIT $8::bigint
              text "p1"
              enum "settled"
              whole "1"
              whole "2"
              whole "10"
              float 1.5
              timestamp(3) "2026-05-10T12:34:56.789Z"
              whole "50""#]],
    );
}

/// Goal: a change of any emission shows in review. Method: a file of queries, a file a store.
#[test]
fn emissions_are_as_they_were() {
    let params = json!({
        "k": "key", "x": 5, "xs": ["1", 2], "since": "2026-01-01T00:00:00Z",
    });
    let goldens = [
        (StoreKind::Sqlite, expect_file!["golden/sqlite.txt"]),
        (StoreKind::Postgres, expect_file!["golden/postgres.txt"]),
        (StoreKind::Mariadb, expect_file!["golden/mariadb.txt"]),
        (StoreKind::Clickhouse, expect_file!["golden/clickhouse.txt"]),
        (StoreKind::Mongodb, expect_file!["golden/mongodb.txt"]),
    ];
    for (kind, golden) in goldens {
        let mut out = String::new();
        for query in include_str!("queries.txt").lines() {
            out.push_str(&format!("-- {query}\n{}\n\n", shown(query, &params, kind)));
        }
        golden.assert_eq(&out);
    }
}

/// Goal: messages that a customer understands. Method: a mistake a line; the answer, its place
/// marked, its hint, and the corrected text. Those we dislike are in `poor_messages.rs`.
#[test]
fn mistakes_are_explained() {
    let params = json!({ "text": "five", "nulls": [1, null] });
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let key = crate::CursorKey::new([7; 32]);
    let params = Params::new(params.as_object());
    let caller = Caller { params, cursor_key: Some(&key), ..caller(&catalogue) };
    let mut out = String::new();
    for query in include_str!("mistakes.txt").lines() {
        out.push_str(&format!("-- {query}\n"));
        let Err(refused) = compile(query, &caller) else {
            out.push_str("accepted\n");
            continue;
        };
        for diagnostic in refused.list() {
            let place = diagnostic.span.of(query);
            out.push_str(&format!("{} [{place}] {}\n", diagnostic.code.name(), diagnostic.message));
            out.extend(diagnostic.hint.iter().map(|hint| format!("  hint: {hint}\n")));
            out.extend(diagnostic.fix(query).map(|fix| format!("  fix: {fix}\n")));
        }
    }
    expect_file!["golden/mistakes.txt"].assert_eq(&out);
}
