//! The evaluator against SQLite's own answers: each query stands beside SQL that was written by
//! hand, and both are asked over rows full of NULLs.

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::json;

use super::Stage;
use crate::value::Value;

const TABLE: &str = "PRAGMA case_sensitive_like = ON;
CREATE TABLE t (id INTEGER PRIMARY KEY, parent_id INTEGER, a INTEGER, b INTEGER, price INTEGER,
s TEXT, r TEXT, flag INTEGER, at INTEGER) STRICT;";

/// Queries of the language, each with SQL that means the same. Prices are kept in hundredths.
const PAIRS: [(&str, &str); 88] = [
    ("SELECT id FROM t WHERE a = b", "SELECT id FROM t WHERE a = b ORDER BY id"),
    ("SELECT id FROM t WHERE a <> b", "SELECT id FROM t WHERE a <> b ORDER BY id"),
    ("SELECT id FROM t WHERE NOT a = b", "SELECT id FROM t WHERE NOT (a = b) ORDER BY id"),
    (
        "SELECT id FROM t WHERE NOT (a < b OR a = 1)",
        "SELECT id FROM t WHERE NOT (a < b OR a = 1) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a = 1 AND b = 2 OR a = 2",
        "SELECT id FROM t WHERE (a = 1 AND b = 2) OR a = 2 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a = 1 AND (b = 2 OR a = 2)",
        "SELECT id FROM t WHERE a = 1 AND (b = 2 OR a = 2) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE NOT a = 1 AND b > 0",
        "SELECT id FROM t WHERE (NOT a = 1) AND b > 0 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a >= 0 AND a <= 2",
        "SELECT id FROM t WHERE a >= 0 AND a <= 2 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a BETWEEN b AND 2",
        "SELECT id FROM t WHERE a BETWEEN b AND 2 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a NOT BETWEEN b AND 2",
        "SELECT id FROM t WHERE a NOT BETWEEN b AND 2 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE NOT a NOT BETWEEN b AND 2",
        "SELECT id FROM t WHERE NOT (a NOT BETWEEN b AND 2) ORDER BY id",
    ),
    ("SELECT id FROM t WHERE a IN (1, 2)", "SELECT id FROM t WHERE a IN (1, 2) ORDER BY id"),
    (
        "SELECT id FROM t WHERE a NOT IN (1, 2)",
        "SELECT id FROM t WHERE a NOT IN (1, 2) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE NOT a IN (1, 2)",
        "SELECT id FROM t WHERE NOT a IN (1, 2) ORDER BY id",
    ),
    ("SELECT id FROM t WHERE a IN ()", "SELECT id FROM t WHERE a IN () ORDER BY id"),
    ("SELECT id FROM t WHERE a NOT IN ()", "SELECT id FROM t WHERE a NOT IN () ORDER BY id"),
    ("SELECT id FROM t WHERE a IN :list", "SELECT id FROM t WHERE a IN (0, 3) ORDER BY id"),
    ("SELECT id FROM t WHERE a IS NULL", "SELECT id FROM t WHERE a IS NULL ORDER BY id"),
    (
        "SELECT id FROM t WHERE a IS NOT NULL AND NOT b IS NULL",
        "SELECT id FROM t WHERE a NOT NULL AND b NOT NULL ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a IS DISTINCT FROM b",
        "SELECT id FROM t WHERE a IS NOT b ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a IS NOT DISTINCT FROM b",
        "SELECT id FROM t WHERE a IS b ORDER BY id",
    ),
    ("SELECT id FROM t WHERE (a = b) IS TRUE", "SELECT id FROM t WHERE (a = b) IS 1 ORDER BY id"),
    (
        "SELECT id FROM t WHERE (a = b) IS NOT TRUE",
        "SELECT id FROM t WHERE (a = b) IS NOT 1 ORDER BY id",
    ),
    ("SELECT id FROM t WHERE (a = b) IS FALSE", "SELECT id FROM t WHERE (a = b) IS 0 ORDER BY id"),
    (
        "SELECT id FROM t WHERE (a = b) IS NOT FALSE",
        "SELECT id FROM t WHERE (a = b) IS NOT 0 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE (a = b) IS UNKNOWN",
        "SELECT id FROM t WHERE (a = b) IS NULL ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE (a = b AND b = 1) IS UNKNOWN",
        "SELECT id FROM t WHERE (a = b AND b = 1) IS NULL ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE (a = b OR b = 1) IS NOT UNKNOWN",
        "SELECT id FROM t WHERE (a = b OR b = 1) IS NOT NULL ORDER BY id",
    ),
    ("SELECT id FROM t WHERE flag", "SELECT id FROM t WHERE flag ORDER BY id"),
    ("SELECT id FROM t WHERE NOT flag", "SELECT id FROM t WHERE NOT flag ORDER BY id"),
    (
        "SELECT id FROM t WHERE flag = FALSE OR a = 1",
        "SELECT id FROM t WHERE flag = 0 OR a = 1 ORDER BY id",
    ),
    ("SELECT id FROM t WHERE s = 'a'", "SELECT id FROM t WHERE s = 'a' ORDER BY id"),
    ("SELECT id FROM t WHERE s < r", "SELECT id FROM t WHERE s < r ORDER BY id"),
    ("SELECT id FROM t WHERE s >= 'a'", "SELECT id FROM t WHERE s >= 'a' ORDER BY id"),
    ("SELECT id FROM t WHERE s LIKE 'a%'", "SELECT id FROM t WHERE s LIKE 'a%' ORDER BY id"),
    ("SELECT id FROM t WHERE s LIKE '_'", "SELECT id FROM t WHERE s LIKE '_' ORDER BY id"),
    (
        "SELECT id FROM t WHERE s NOT LIKE '%b%'",
        "SELECT id FROM t WHERE s NOT LIKE '%b%' ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE s LIKE '%!%%' ESCAPE '!'",
        "SELECT id FROM t WHERE s LIKE '%!%%' ESCAPE '!' ORDER BY id",
    ),
    ("SELECT id FROM t WHERE s LIKE '%\\%'", "SELECT id FROM t WHERE s LIKE '%\\%' ORDER BY id"),
    (
        "SELECT id FROM t WHERE s ILIKE 'A%'",
        "SELECT id FROM t WHERE lower(s) LIKE 'a%' ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE s STARTS WITH 'a'",
        "SELECT id FROM t WHERE substr(s, 1, 1) = 'a' ORDER BY id",
    ),
    ("SELECT id FROM t WHERE s STARTS WITH ''", "SELECT id FROM t WHERE s IS NOT NULL ORDER BY id"),
    (
        "SELECT id FROM t WHERE s ENDS WITH 'b'",
        "SELECT id FROM t WHERE substr(s, -1) = 'b' ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE s CONTAINS '%'",
        "SELECT id FROM t WHERE instr(s, '%') > 0 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE NOT s CONTAINS r",
        "SELECT id FROM t WHERE NOT instr(s, r) > 0 AND r <> '' ORDER BY id",
    ),
    (
        "SELECT id, LENGTH(s), LOWER(s), UPPER(s) FROM t",
        "SELECT id, length(s), lower(s), upper(s) FROM t ORDER BY id",
    ),
    ("SELECT id, CONCAT(s, '-', r) AS c FROM t", "SELECT id, s || '-' || r FROM t ORDER BY id"),
    (
        "SELECT id, COALESCE(a, b, 9) AS c, NULLIF(a, 1) AS n FROM t",
        "SELECT id, coalesce(a, b, 9), nullif(a, 1) FROM t ORDER BY id",
    ),
    (
        "SELECT id, a + b AS p, a - b AS m, a * b AS x, -a AS n FROM t",
        "SELECT id, a + b, a - b, a * b, -a FROM t ORDER BY id",
    ),
    ("SELECT id, 1 + 2 * a - b AS p FROM t", "SELECT id, (1 + (2 * a)) - b FROM t ORDER BY id"),
    ("SELECT id, a DIV b AS d, a MOD b AS m FROM t", "SELECT id, a / b, a % b FROM t ORDER BY id"),
    (
        "SELECT id, 7 DIV a AS d, -7 MOD a AS m FROM t",
        "SELECT id, 7 / a, -7 % a FROM t ORDER BY id",
    ),
    ("SELECT id, ABS(a) AS d FROM t", "SELECT id, abs(a) FROM t ORDER BY id"),
    ("SELECT id FROM t WHERE price > 1.5", "SELECT id FROM t WHERE price > 150 ORDER BY id"),
    ("SELECT id FROM t WHERE price = a", "SELECT id FROM t WHERE price = a * 100 ORDER BY id"),
    (
        "SELECT id FROM t WHERE price * 2 >= b + 0.5",
        "SELECT id FROM t WHERE price * 2 >= b * 100 + 50 ORDER BY id",
    ),
    (
        "SELECT id, FLOOR(price) AS f FROM t",
        "SELECT id, (price - ((price % 100) + 100) % 100) / 100 FROM t ORDER BY id",
    ),
    (
        "SELECT id, ROUND(price, 0) AS f FROM t",
        "SELECT id, (price + (CASE WHEN price < 0 THEN -50 ELSE 50 END)) / 100 FROM t ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE at >= @1970-01-01T00:00:00Z",
        "SELECT id FROM t WHERE at >= 0 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE at < @1970-01-01T00:00:00.0005Z",
        "SELECT id FROM t WHERE at < 500 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE at <= @1970-01-01T00:00:00.0005Z",
        "SELECT id FROM t WHERE at <= 500 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE at > @1970-01-01T00:00:00.0005Z",
        "SELECT id FROM t WHERE at > 500 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE at >= @1970-01-01T00:00:00.0005Z",
        "SELECT id FROM t WHERE at >= 500 ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE a = :absent? OR b = 1",
        "SELECT id FROM t WHERE NULL OR b = 1 ORDER BY id",
    ),
    ("SELECT id FROM t WHERE NOT a = :absent?", "SELECT id FROM t WHERE NOT NULL ORDER BY id"),
    ("SELECT id FROM t WHERE (a = :absent?) IS UNKNOWN", "SELECT id FROM t ORDER BY id"),
    (
        "SELECT id, parent.a FROM t WHERE parent.b > 0",
        "SELECT t.id, p.a FROM t LEFT JOIN t p ON t.parent_id = p.id WHERE p.b > 0 ORDER BY t.id",
    ),
    (
        "SELECT id, parent.parent.a FROM t WHERE parent.b IS NULL",
        "SELECT t.id, q.a FROM t LEFT JOIN t p ON t.parent_id = p.id LEFT JOIN t q ON p.parent_id = q.id WHERE p.b IS NULL ORDER BY t.id",
    ),
    (
        "SELECT id FROM t WHERE EXISTS children",
        "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t c WHERE c.parent_id = t.id) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE EXISTS children (a = 1 OR b = 1)",
        "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t c WHERE c.parent_id = t.id AND (c.a = 1 OR c.b = 1)) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE NOT EXISTS children (a <> 1)",
        "SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM t c WHERE c.parent_id = t.id AND c.a <> 1) ORDER BY id",
    ),
    (
        "SELECT id FROM t WHERE EXISTS children (EXISTS children (a IS NULL))",
        "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t c WHERE c.parent_id = t.id AND EXISTS (SELECT 1 FROM t d WHERE d.parent_id = c.id AND d.a IS NULL)) ORDER BY id",
    ),
    ("SELECT id, a FROM t ORDER BY a", "SELECT id, a FROM t ORDER BY a NULLS LAST, id"),
    ("SELECT id, a FROM t ORDER BY a DESC", "SELECT id, a FROM t ORDER BY a DESC NULLS LAST, id"),
    (
        "SELECT id, a FROM t ORDER BY a NULLS FIRST, b DESC NULLS FIRST",
        "SELECT id, a FROM t ORDER BY a NULLS FIRST, b DESC NULLS FIRST, id",
    ),
    (
        "SELECT id, s FROM t ORDER BY s DESC, a LIMIT 5",
        "SELECT id, s FROM t ORDER BY s DESC NULLS LAST, a NULLS LAST, id LIMIT 5",
    ),
    (
        "SELECT id FROM t ORDER BY parent.a, a + b DESC",
        "SELECT t.id FROM t LEFT JOIN t p ON t.parent_id = p.id ORDER BY p.a NULLS LAST, t.a + t.b DESC NULLS LAST, t.id",
    ),
    (
        "SELECT a, COUNT(*) AS n, COUNT(b) AS m, COUNT(DISTINCT b) AS d FROM t GROUP BY a",
        "SELECT a, count(*), count(b), count(DISTINCT b) FROM t GROUP BY a ORDER BY a NULLS LAST",
    ),
    (
        "SELECT a, SUM(b) AS x, MIN(s) AS y, MAX(s) AS z FROM t GROUP BY a",
        "SELECT a, sum(b), min(s), max(s) FROM t GROUP BY a ORDER BY a NULLS LAST",
    ),
    (
        "SELECT s, a, SUM(price * 100) AS x FROM t GROUP BY s, a",
        "SELECT s, a, sum(price) FROM t GROUP BY s, a ORDER BY s NULLS LAST, a NULLS LAST",
    ),
    (
        "SELECT COUNT(*) AS n, SUM(a) AS x, MIN(a) AS y FROM t WHERE a > 99",
        "SELECT count(*), sum(a), min(a) FROM t WHERE a > 99",
    ),
    (
        "SELECT COUNT(*) FILTER (WHERE a = 1) AS n, SUM(b) FILTER (WHERE NOT a = 1) AS x FROM t",
        "SELECT count(*) FILTER (WHERE a = 1), sum(b) FILTER (WHERE NOT a = 1) FROM t",
    ),
    (
        "SELECT a, COUNT(*) AS n FROM t GROUP BY a HAVING COUNT(*) > 1 AND SUM(b) > 0 ORDER BY n DESC",
        "SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1 AND sum(b) > 0 ORDER BY count(*) DESC, a NULLS LAST",
    ),
    (
        "SELECT a + b AS c, COUNT(*) AS n FROM t GROUP BY a + b ORDER BY COUNT(*), c DESC",
        "SELECT a + b, count(*) FROM t GROUP BY a + b ORDER BY count(*), a + b DESC NULLS LAST",
    ),
    (
        "SELECT SUM(a) - COUNT(*) AS d FROM t HAVING COUNT(*) > 2",
        "SELECT sum(a) - count(*) FROM t HAVING count(*) > 2",
    ),
    (
        "SELECT parent.a AS k, MAX(a) AS m FROM t WHERE flag GROUP BY parent.a",
        "SELECT p.a, max(t.a) FROM t LEFT JOIN t p ON t.parent_id = p.id WHERE t.flag GROUP BY p.a ORDER BY p.a NULLS LAST",
    ),
    (
        "SELECT flag, COUNT(*) AS n FROM t GROUP BY flag",
        "SELECT flag, count(*) FROM t GROUP BY flag ORDER BY flag NULLS LAST",
    ),
    ("a = 1 AND b = 1", "SELECT * FROM t WHERE a = 1 AND b = 1 ORDER BY id"),
];

/// A row: its parent, two whole numbers, a price in hundredths, two texts, a flag, milliseconds.
type Drawn = (
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<bool>,
    Option<i64>,
);

fn drawn() -> impl Strategy<Value = Drawn> {
    let small = || proptest::option::weighted(0.7, -2_i64..4);
    let text = || proptest::option::weighted(0.7, "[abAé%_\\\\ ]{0,3}");
    let price = proptest::option::weighted(0.7, prop_oneof![-300_i64..300, Just(150), Just(100)]);
    let flag = proptest::option::weighted(0.7, any::<bool>());
    let at = proptest::option::weighted(0.7, -2_i64..3);
    let parent = proptest::option::weighted(0.7, 0_i64..12);
    (parent, small(), small(), price, text(), text(), flag, at)
}

fn line(id: usize, row: &Drawn) -> String {
    let (parent, a, b, price, s, r, flag, at) = row;
    let price = price.map(|price| {
        let sign = if price < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", price.abs() / 100, price.abs() % 100)
    });
    let at = at.map(|at| match at {
        0.. => format!("1970-01-01T00:00:00.{at:03}Z"),
        _ => format!("1969-12-31T23:59:59.{:03}Z", 1000 + at),
    });
    json!({ "id": id, "parent_id": parent, "a": a, "b": b, "price": price, "s": s, "r": r, "flag": flag, "at": at })
        .to_string()
}

fn insert(connection: &Connection, id: usize, row: &Drawn) {
    let (parent, a, b, price, s, r, flag, at) = row;
    let at = at.map(|at| at * 1000);
    let values = rusqlite::params![id as i64, parent, a, b, price, s, r, flag, at];
    connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values).unwrap();
}

fn of_sqlite(connection: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => "NULL".to_owned(),
                    ValueRef::Integer(whole) => whole.to_string(),
                    ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                    ValueRef::Real(_) | ValueRef::Blob(_) => unreachable!("no such column"),
                })
            })
            .collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A value of the evaluator as SQLite shows it.
fn shown(value: &Value) -> String {
    if let Value::Bool(truth) = value {
        return u8::from(*truth).to_string();
    }
    match (value.number(), value.as_text()) {
        (Some(number), _) => number.trimmed().to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => "NULL".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Invariant `agrees_with_sqlite`: every pair gives the same rows in the same order.
    #[test]
    fn agrees_with_sqlite(drawn in proptest::collection::vec(drawn(), 0..24)) {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let mut file = String::new();
        for (id, row) in drawn.iter().enumerate() {
            insert(&connection, id, row);
            file += &(line(id, row) + "\n");
        }
        let stage = Stage::new(&file, "");
        for (pql, sql) in PAIRS {
            let answer = match stage.ask(pql, &json!({ "list": ["0", "3"], "absent": null })) {
                Ok(answer) => answer,
                Err(message) => return Err(TestCaseError::fail(format!("{pql}: {message}"))),
            };
            // A bare condition selects all fields; SQLite's table ends where texts and times begin.
            let width = if pql.starts_with("SELECT") { usize::MAX } else { 4 };
            let cut = |row: Vec<String>| row.into_iter().take(width).collect::<Vec<_>>();
            let ours: Vec<_> = answer.rows.iter().map(|row| cut(row.iter().take(width).map(shown).collect())).collect();
            let theirs: Vec<_> = of_sqlite(&connection, sql).into_iter().map(cut).collect();
            prop_assert_eq!(ours, theirs, "{}\n{}\n{}", pql, sql, file);
        }
    }
}
