//! What the language has and SQLite has not: exact division, money, zones, maps, arrays, scope.

use expect_test::{Expect, expect};
use serde_json::json;

use super::Stage;
use crate::value::Value;

const ROWS: &str = r#"
{"id":1,"a":1,"price":"2.00","amount":{"value":"1.50","asset":"GBP"},"tags":["vip","new"],"notes":{"k":"v"},"at":"2026-03-29T00:59:59.999Z","day":"2026-03-29","s":"x","r":"secret"}
{"id":2,"a":3,"price":"-0.05","amount":{"value":"2","asset":"JPY"},"tags":[],"notes":{},"at":"2026-03-29T01:00:00Z","day":"2026-03-30"}
{"id":3,"a":0,"price":"0.00","amount":{"value":"0.50","asset":"GBP"},"tags":["VIP"],"notes":{"k":"","it's":"w"},"at":"2026-03-28T23:59:59.999Z","day":"2026-02-28"}
{"id":4,"parent_id":1}
"#;
const SCOPED: &str = r#"
{"id":1,"owner":"me"}
{"id":2,"owner":"ME"}
{"id":3,"owner":"me"}
"#;

fn shown(value: &Value) -> String {
    if let Some(money) = value.as_money() {
        return format!("{} {}", money.minor, money.asset);
    }
    match (value.number(), value.as_text()) {
        (Some(number), _) => number.trimmed().to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => format!("{value:?}").replace("Timestamp(", "").replace(".000000Z)", ""),
    }
}

/// The rows of an answer, each in brackets, or the message of a refusal.
#[track_caller]
fn check(pql: &str, expected: Expect) {
    let stage = Stage::new(ROWS, SCOPED);
    let actual = match stage.ask(pql, &json!({ "key": "it's", "day": "2026-03-29" })) {
        Err(message) => message,
        Ok(answer) => {
            let rows = answer.rows.iter().map(|row| {
                let values: Vec<String> = row.iter().map(shown).collect();
                format!("[{}]", values.join(" "))
            });
            let rows: Vec<String> = rows.collect();
            rows.join(" ") + if answer.more { " and more" } else { "" }
        }
    };
    expected.assert_eq(&actual);
}

/// Goal: division and rounding are exact. Method: quotients by zero, by three, of halves.
#[test]
fn numbers() {
    check("SELECT a / 3 AS q FROM t", expect!["[0.333333333333] [1] [0] [Null]"]);
    check("SELECT 1 / a AS q FROM t", expect!["[1] [0.333333333333] [Null] [Null]"]);
    check("SELECT price / 0 AS q FROM t WHERE id = 1", expect!["[Null]"]);
    check("SELECT ROUND(price, 1) AS v, CEIL(price) AS c FROM t WHERE id = 2", expect!["[-0.1 0]"]);
    check("SELECT AVG(a) AS m, SUM(a) AS w FROM t", expect!["[1.333333333333 4]"]);
    check(
        "SELECT AVG(a) AS m, SUM(a) AS w, COUNT(a) AS n FROM t WHERE id = 4",
        expect!["[Null Null 0]"],
    );
}

/// Goal: amounts of different assets never mix. Method: comparison, sum, order over two assets.
#[test]
fn money() {
    check("SELECT id FROM t WHERE amount > 1 GBP", expect!["[1]"]);
    check("SELECT id FROM t WHERE NOT amount > 1 GBP", expect!["[3]"]);
    check("SELECT id FROM t WHERE amount IS DISTINCT FROM 1.50 GBP", expect!["[2] [3] [4]"]);
    check("SELECT id FROM t WHERE amount NOT IN (1.50 GBP, 9 JPY)", expect![""]);
    check("SELECT amount + 1 GBP AS x FROM t", expect!["[250 GBP] [Null] [150 GBP] [Null]"]);
    check(
        "SELECT amount * 2 AS x, -amount AS y FROM t WHERE id = 1",
        expect!["[300 GBP -150 GBP]"],
    );
    check(
        "SELECT amount.value AS v, amount.asset AS w FROM t",
        expect!["[1.5 GBP] [2 JPY] [0.5 GBP] [Null Null]"],
    );
    check("SELECT id FROM t ORDER BY amount DESC", expect!["[2] [1] [3] [4]"]);
    check(
        "SELECT amount.asset, SUM(amount) AS w, AVG(amount) AS m FROM t GROUP BY amount.asset",
        expect!["[GBP 200 GBP 100 GBP] [JPY 2 JPY 2 JPY] [Null Null Null]"],
    );
    check("SELECT SUM(amount) AS w FROM t", expect!["Amounts of different assets do not add up."]);
}

/// Goal: days are those of the zone. Method: the morning the clocks go forward in London.
#[test]
fn zones() {
    check("SELECT id FROM t WHERE at ON DAY @2026-03-29 TZ 'Europe/London'", expect!["[1] [2]"]);
    check("SELECT id FROM t WHERE at ON DAY :day TZ 'America/New_York'", expect![""]);
    check("SELECT id FROM t WHERE at ON WEEK @2026-03-23", expect!["[1] [2] [3]"]);
    check("SELECT id FROM t WHERE day ON MONTH @2026-02-01", expect!["[3]"]);
    let range = "at >= @2026-03-28T00:00:00Z AND at < @2026-03-30T00:00:00Z";
    check(
        &format!(
            "SELECT DAY(at TZ 'Asia/Kolkata') AS d, COUNT(*) AS n FROM t WHERE {range} GROUP BY DAY(at TZ 'Asia/Kolkata')"
        ),
        expect!["[2026-03-28T18:30:00 3]"],
    );
    check(
        &format!("SELECT HOUR(at) AS d, COUNT(*) AS n FROM t WHERE {range} GROUP BY HOUR(at)"),
        expect!["[2026-03-28T23:00:00 1] [2026-03-29T00:00:00 1] [2026-03-29T01:00:00 1]"],
    );
    check("SELECT id FROM t WHERE at < NOW() - 30m", expect!["[1] [3]"]);
}

/// Goal: arrays and maps. Method: present, empty and NULL ones.
#[test]
fn arrays_and_maps() {
    check("SELECT id FROM t WHERE ANY tags = 'vip'", expect!["[1]"]);
    check("SELECT id FROM t WHERE NOT ANY tags = 'vip'", expect!["[2] [3]"]);
    check("SELECT id FROM t WHERE ANY tags NOT ILIKE 'vip'", expect!["[1]"]);
    check("SELECT id FROM t WHERE (ANY tags = 'x') IS UNKNOWN", expect!["[4]"]);
    check(
        "SELECT id, notes['k'] AS k, notes[:key] AS i FROM t",
        expect!["[1 v Null] [2 Null Null] [3  w] [4 Null Null]"],
    );
}

/// Goal: only rows in scope are reached. Method: a relation to a scoped data set, both ways.
#[test]
fn scope() {
    check("SELECT id FROM scoped", expect!["[1] [3]"]);
    check("SELECT id, mine.owner AS o FROM t", expect!["[1 me] [2 Null] [3 me] [4 Null]"]);
    check("SELECT id FROM t WHERE NOT EXISTS all_mine", expect!["[2] [4]"]);
    check("SELECT id FROM t WHERE EXISTS all_mine (owner ILIKE 'me')", expect!["[1] [3]"]);
    check("SELECT id, r FROM t WHERE id IN (1, 4)", expect!["[1 [masked]] [4 [masked]]"]);
}

/// Goal: pages. Method: fewer rows than there are, and none.
#[test]
fn limits() {
    check("SELECT id FROM t LIMIT 2", expect!["[1] [2] and more"]);
    check("SELECT id FROM t LIMIT 4", expect!["[1] [2] [3] [4]"]);
    check("SELECT COUNT(*) AS n FROM t HAVING COUNT(*) > 9", expect![""]);
    let answer =
        Stage::new(ROWS, SCOPED).ask("SELECT s FROM t ORDER BY a DESC LIMIT 1", &json!({}));
    let answer = answer.unwrap();
    assert_eq!(answer.count, 4);
    assert_eq!(answer.last, Some(vec![Value::Whole(3), Value::Whole(2)]));
}
