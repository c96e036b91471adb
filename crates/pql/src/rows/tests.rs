//! Data files: what is read, and what is refused with which words.

use expect_test::{Expect, expect};

use crate::catalogue::{Catalogue, DatasetId};
use crate::rows::read_ndjson;

const CATALOGUE: &str = r#"
version = 1
[stores.main]
kind = "sqlite"
url = "sqlite::memory:"
[datasets.t]
store = "main"
source = "t"
key = ["id"]
scope = "none"
[datasets.t.fields]
id = { type = "whole" }
price = { type = "decimal(5,2)", nullable = true }
at = { type = "timestamp(3)", nullable = true }
"#;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let rows = read_ndjson(text, DatasetId(0), &catalogue);
    expected.assert_eq(&match rows {
        Ok(rows) => rows.iter().map(|row| format!("{row:?}\n")).collect(),
        Err(error) => error.to_string(),
    });
}

/// Goal: each rule of data files. Method: a file for each.
#[test]
fn reads_rows_by_name() {
    check(
        "{\"id\":\"1\",\"price\":\"1.5\"}\n\n{\"price\":null,\"id\":2}\n",
        expect![[r#"
        [Whole(1), Decimal(1.5), Null]
        [Whole(2), Null, Null]
    "#]],
    );
    check("{\"id\":\"1\"}\n[]", expect!["line 2: this is no JSON object"]);
    check("{\"id\":\"1\",\"x\":1}", expect!["line 1: there is no field x"]);
    check(
        "{\"price\":\"1\"}",
        expect!["line 1: id: the field is never NULL, and has no value here"],
    );
    check("{\"id\":true}", expect![[r#"line 1: id: this must be a whole number: "123""#]]);
    check(
        "{\"id\":1,\"price\":\"1.555\"}",
        expect!["line 1: price: the value has more digits than the field keeps"],
    );
    check(
        "{\"id\":1,\"price\":\"1234\"}",
        expect!["line 1: price: the value has more digits than the field keeps"],
    );
    check(
        "{\"id\":1,\"price\":\"1.500\"}",
        expect![[r#"
        [Whole(1), Decimal(1.500), Null]
    "#]],
    );
    check(
        "{\"id\":1,\"at\":\"2026-01-31T00:00:00.1234Z\"}",
        expect!["line 1: at: the value has more digits than the field keeps"],
    );
}
