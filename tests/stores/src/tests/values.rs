//! Values there and back: what a store keeps is what the answer says, and what is bound is what is found.

use datasets::{Bind, Bound, Form};
use expect_test::expect;
use pql::catalogue::StoreKind;
use pql::datatype::Type;
use pql::value::Value;
use serde_json::json;

use super::{answer, on};
use crate::place::Place;
use crate::table::{NASTY, bind, catalogue, statement, statements};

const COLUMNS: &str =
    "id, owner, price, amount_minor, asset, risk, ok, name, status, ref, at, day, tags, notes";

fn select(kind: StoreKind, table: &str) -> String {
    if kind == StoreKind::Mongodb {
        let columns: Vec<String> = COLUMNS
            .split(", ")
            .enumerate()
            .map(|(place, name)| format!("\"c{place}\":\"${name}\""))
            .collect();
        return format!(
            r#"{{"aggregate":"{table}","pipeline":[{{"$sort":{{"id":1}}}},{{"$project":{{"_id":0,{}}}}}],"collation":{{"locale":"simple"}}}}"#,
            columns.join(",")
        );
    }
    format!("SELECT {COLUMNS} FROM {table} ORDER BY id")
}

/// Goal: every type comes out of every store in one form. Method: a row of everything, one of NULLs, one of extremes.
async fn every_type(place: Place) {
    place.prepare(&statements(place.kind, "every_type")).await;
    let catalogue = catalogue(&place, "every_type");
    let statement = statement(&catalogue, select(place.kind, "every_type"), &[]);
    let (rows, outcome) = answer(&place.executor(), &statement, Form::Ndjson).await.unwrap();
    // What the catalogue or the store makes different, and nothing else.
    let rows = rows.replace("00.123000Z", "00.123Z").replace("00.000000Z", "00.000Z");
    let rows = rows.replace("\"tags\":[],\"notes\":{}", "\"tags\":null,\"notes\":null");
    let rows = rows.replace("1900-01-01", "0001-01-01");
    expect![[r#"
        {"id":"1","owner":"p1","price":"1.50","amount":{"value":"123.45","asset":"GBP"},"risk":0.1,"ok":true,"name":"O'Hara \"x\" \\N \\t a\tb\nc\r; -- /* ${} %s ? $1 :p `é́` 😀\\","status":"settled","ref":"txn_01k0000000e008000003favfqf","at":"2026-01-31T00:00:00.123Z","day":"2026-01-31","tags":["a\\b","it's"],"notes":{"k\\":"v'"}}
        {"id":"2","owner":"p1","price":null,"amount":null,"risk":null,"ok":null,"name":null,"status":null,"ref":null,"at":null,"day":null,"tags":null,"notes":null}
        {"id":"3","owner":"p2","price":"-0.05","amount":{"value":"-0.000000000000000001","asset":"ETH"},"risk":-1e+300,"ok":false,"name":"","status":"new","ref":null,"at":"0001-01-01T00:00:00.000Z","day":"0001-01-01","tags":null,"notes":null}
    "#]]
    .assert_eq(&rows);
    assert_eq!((outcome.rows, outcome.more), (3, false));
}

#[test]
fn every_type_comes_out_of_sqlite() {
    on(StoreKind::Sqlite, "every_type", every_type);
}

#[test]
fn every_type_comes_out_of_postgres() {
    on(StoreKind::Postgres, "every_type", every_type);
}

#[test]
fn every_type_comes_out_of_mariadb() {
    on(StoreKind::Mariadb, "every_type", every_type);
}

#[test]
fn every_type_comes_out_of_clickhouse() {
    on(StoreKind::Clickhouse, "every_type", every_type);
}

#[test]
fn every_type_comes_out_of_mongodb() {
    on(StoreKind::Mongodb, "every_type", every_type);
}

/// A command that finds the first row by a value of every type.
fn search(kind: StoreKind, table: &str) -> String {
    match kind {
        StoreKind::Sqlite => format!(
            "SELECT id FROM {table} WHERE price = ?1 AND amount_minor = ?2 AND risk = ?3 AND ok = ?4 AND name = ?5 AND status = ?6 \
             AND ref = ?7 AND at = ?8 AND day = ?9 AND id IN (SELECT value FROM json_each(?10)) LIMIT ?11"
        ),
        StoreKind::Postgres => format!(
            "SELECT id FROM {table} WHERE price = $1 AND amount_minor = $2 AND risk = $3 AND ok = $4 AND name = $5 AND status = $6 \
             AND ref = $7 AND at = $8 AND day = $9 AND id = ANY ($10) LIMIT $11"
        ),
        StoreKind::Mariadb => format!(
            "SELECT id FROM {table} WHERE price = CAST(? AS DECIMAL(12,2)) AND amount_minor = CAST(? AS DECIMAL(34,0)) AND risk = ? AND ok = ? \
             AND name = ? COLLATE utf8mb4_nopad_bin AND status = ? AND ref = ? AND at = ? AND day = CAST(? AS DATE) \
             AND id IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS j) LIMIT ?"
        ),
        StoreKind::Clickhouse => format!(
            "SELECT id FROM {table} WHERE price = {{p0:Decimal(12,2)}} AND amount_minor = {{p1:Decimal(34,0)}} AND risk = {{p2:Float64}} \
             AND ok = {{p3:Bool}} AND name = {{p4:String}} AND status = {{p5:String}} AND ref = {{p6:UUID}} AND at = {{p7:DateTime64(6,'UTC')}} \
             AND day = {{p8:Date32}} AND has({{p9:Array(Int64)}}, id) LIMIT {{p10:UInt64}}"
        ),
        StoreKind::Mongodb => {
            let fields =
                ["price", "amount_minor", "risk", "ok", "name", "status", "ref", "at", "day"];
            let terms: Vec<String> = fields
                .iter()
                .enumerate()
                .map(|(place, name)| format!(r#"{{"{name}":{{"$eq":{{"$bind":{place}}}}}}}"#))
                .collect();
            format!(
                r#"{{"aggregate":"{table}","pipeline":[{{"$match":{{"$and":[{},{{"id":{{"$in":{{"$bind":9}}}}}}]}}}},{{"$limit":{{"$bind":10}}}},{{"$project":{{"_id":0,"c0":"$id"}}}}],"collation":{{"locale":"simple"}}}}"#,
                terms.join(",")
            )
        }
    }
}

/// Goal: a bind of every type arrives unchanged. Method: a row is found by all of its values, and not by another text.
async fn binds(place: Place) {
    place.prepare(&statements(place.kind, "binds")).await;
    let catalogue = catalogue(&place, "binds");
    let mut found = statement(&catalogue, search(place.kind, "binds"), &["id"]);
    let minor = Bind {
        ty: Type::Decimal { precision: 34, scale: 0 },
        value: Bound::One(Value::Decimal("12345".parse().unwrap())),
        is_limit: false,
    };
    let minor = if place.kind == StoreKind::Sqlite {
        Bind { ty: Type::Decimal { precision: 18, scale: 0 }, ..minor }
    } else {
        minor
    };
    let at = if place.kind == StoreKind::Mongodb {
        "2026-01-31T00:00:00.123Z"
    } else {
        "2026-01-31T00:00:00.123000Z"
    };
    found.binds = vec![
        bind(&catalogue, "price", &json!("1.50")),
        minor,
        bind(&catalogue, "risk", &json!(0.1)),
        bind(&catalogue, "ok", &json!(true)),
        bind(&catalogue, "name", &json!(NASTY)),
        bind(&catalogue, "status", &json!("settled")),
        bind(&catalogue, "ref", &json!("txn_01k0000000e008000003favfqf")),
        bind(&catalogue, "at", &json!(at)),
        bind(&catalogue, "day", &json!("2026-01-31")),
        Bind {
            ty: Type::Whole,
            value: Bound::Many(vec![Value::Whole(7), Value::Whole(1)]),
            is_limit: false,
        },
        bind(&catalogue, "id", &json!(10)),
    ];
    let executor = place.executor();
    let (rows, _) = answer(&executor, &found, Form::Arrays).await.unwrap();
    assert_eq!(rows, "[\"1\"]");
    found.binds[4] = bind(&catalogue, "name", &json!(NASTY.to_uppercase()));
    let (rows, _) = answer(&executor, &found, Form::Arrays).await.unwrap();
    assert_eq!(rows, "");
}

#[test]
fn binds_reach_sqlite() {
    on(StoreKind::Sqlite, "binds", binds);
}

#[test]
fn binds_reach_postgres() {
    on(StoreKind::Postgres, "binds", binds);
}

#[test]
fn binds_reach_mariadb() {
    on(StoreKind::Mariadb, "binds", binds);
}

#[test]
fn binds_reach_clickhouse() {
    on(StoreKind::Clickhouse, "binds", binds);
}

#[test]
fn binds_reach_mongodb() {
    on(StoreKind::Mongodb, "binds", binds);
}

/// Goal: numbers beyond 64 bits come out exact. Method: the widest sums that the compiler allows, by each store's own means.
async fn wide(place: Place) {
    let command = match place.kind {
        StoreKind::Sqlite => {
            "SELECT pql_add(pql_mul('99999999999999999999999999999999', 1000000000000000000), pql_limbs(1, 5)), pql_quotient(-1, 3, 12)"
        }
        StoreKind::Postgres => {
            "SELECT 99999999999999999999999999999999::numeric * 1000000000000000000 + 1000000000000000005, round(-1::numeric / 3, 12)"
        }
        StoreKind::Mariadb => {
            "SELECT CAST(99999999999999999999999999999999 AS DECIMAL(65)) * 1000000000000000000 + 1000000000000000005, ROUND(CAST(-1 AS DECIMAL(65,30)) / 3, 12)"
        }
        StoreKind::Clickhouse => {
            "SELECT toInt256('99999999999999999999999999999999') * toInt256('1000000000000000000') + toInt256('1000000000000000005'), toDecimal256('-0.333333333333', 12)"
        }
        StoreKind::Mongodb => return,
    };
    place.prepare(&statements(place.kind, "wide")).await;
    let catalogue = catalogue(&place, "wide");
    let mut wide = statement(&catalogue, command.to_owned(), &["id", "price"]);
    wide.columns[1].form =
        pql::value::json::Form::Computed(Type::Decimal { precision: 30, scale: 12 });
    let (rows, _) = answer(&place.executor(), &wide, Form::Arrays).await.unwrap();
    assert_eq!(
        rows,
        "[\"100000000000000000000000000000000000000000000000005\",\"-0.333333333333\"]"
    );
}

#[test]
fn wide_numbers_come_out_exact() {
    for kind in StoreKind::ALL {
        on(kind, "wide", wide);
    }
}
