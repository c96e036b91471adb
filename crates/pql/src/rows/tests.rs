//! Data files: what is read, and what is refused with which words.

use expect_test::{Expect, expect};

use crate::catalogue::{Catalogue, DatasetId};
use crate::rows::{Format, infer, read_ndjson};

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

/// The types and rows of a file that has no catalogue.
#[track_caller]
fn infers(format: Format, text: &str, expected: Expect) {
    let actual = match infer(text, format, "payments") {
        Err(error) => error.to_string(),
        Ok(inferred) => {
            let dataset = &inferred.catalogue.datasets()[0];
            let fields = dataset.fields.iter().map(|field| format!("{} {}", field.name, field.ty));
            let rows = inferred.tables.rows(DatasetId(0)).iter().map(|row| format!("{row:?}"));
            fields.chain(rows).map(|line| line + "\n").collect()
        }
    };
    expected.assert_eq(&actual);
}

/// Goal: types are the narrowest that fit. Method: a column for each type, and mixed ones.
#[test]
fn infers_types() {
    infers(
        Format::Csv,
        "\u{feff}id,amount,code,at,day,paid,note\r\n1,12.5,007,2026-01-31T00:00:00.5Z,2026-01-31,true,\"a \"\"b\"\",\nc\"\r\n-2,3,10,2026-01-31T00:00:00Z,,false,\"\"\r\n",
        expect![[r#"
            row_number whole
            id whole
            amount decimal(3,1)
            code text
            at timestamp(1)
            day date
            paid bool
            note text
            [Whole(1), Whole(1), Decimal(12.5), Text("007"), Timestamp(2026-01-31T00:00:00.500000Z), Date(2026-01-31), Bool(true), Text("a \"b\",\nc")]
            [Whole(2), Whole(-2), Decimal(3), Text("10"), Timestamp(2026-01-31T00:00:00.000000Z), Null, Bool(false), Text("")]
        "#]],
    );
    infers(
        Format::Ndjson,
        "{\"a\":1,\"b\":0.1,\"c\":[\"x\"],\"d\":{\"k\":\"v\"},\"e\":1}\n{\"a\":\"12\",\"b\":1e300,\"d\":null,\"e\":\"x\",\"f\":{\"a\":1}}\n",
        expect![[r#"
            row_number whole
            a whole
            b float
            c array<text>
            d map<text>
            e text
            f text
            [Whole(1), Whole(1), Float(0.1), Array(["x"]), Map({"k": "v"}), Text("1"), Null]
            [Whole(2), Whole(12), Float(1e+300), Null, Null, Text("x"), Text("{\"a\":1}")]
        "#]],
    );
    infers(
        Format::Csv,
        "a,b\n1\n",
        expect!["line 2: there are 1 cells here, and 2 names in the first line"],
    );
    infers(
        Format::Csv,
        "a,b\n\"1,2\n",
        expect!["line 2: a quote is not closed before the next comma or line end"],
    );
    infers(
        Format::Csv,
        "a,A\n1,2\n",
        expect![
            "the fields of the file make no data set: datasets.payments.fields: a and A are the same name: case is not told apart"
        ],
    );
}
