//! Ids and texts, and values as JSON.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::catalogue::Catalogue;
use crate::datatype::Type;
use crate::value::json::{self, Form};
use crate::value::{Id, Timestamp, Value, length, lower, upper};

const CATALOGUE: &str = r#"
version = 1
[assets]
GBP = 2
JPY = 0
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
status = { type = "enum", values = ["new", "it's"] }
reference = { type = "id:txn" }
"#;

fn catalogue() -> Catalogue {
    Catalogue::read(CATALOGUE).unwrap()
}

/// The type of a field of the catalogue above.
fn field(name: &str) -> Type {
    let catalogue = catalogue();
    let fields = &catalogue.datasets()[0].fields;
    fields.iter().find(|field| &*field.name == name).unwrap().ty
}

const PRICE: Type = Type::Decimal { precision: 12, scale: 2 };

/// Reads JSON as a type and writes it again, as a field's own and as a result.
#[track_caller]
fn check(ty: Type, text: &str, expected: Expect) {
    let catalogue = catalogue();
    let json = serde_json::from_str(text).unwrap();
    let actual = json::read(&json, ty, &catalogue).map(|value| {
        let (mut declared, mut computed) = (String::new(), String::new());
        json::write(&value, Form::Declared(ty), &catalogue, &mut declared);
        json::write(&value, Form::Computed(ty), &catalogue, &mut computed);
        if declared == computed { declared } else { format!("{declared}, computed {computed}") }
    });
    expected.assert_eq(&actual.unwrap_or_else(|error| error.to_string()));
}

/// Goal: the JSON form of each type, and what is refused with which words. Method: a line for each.
#[test]
fn values_as_json() {
    check(Type::Whole, "null", expect!["null"]);
    check(Type::Bool, "true", expect!["true"]);
    check(Type::Whole, r#""-9223372036854775808""#, expect![[r#""-9223372036854775808""#]]);
    check(Type::Whole, "123", expect![[r#""123""#]]);
    check(
        Type::Whole,
        "1.0",
        expect![[r#"write this number as text, as "123": JSON numbers lose digits on their way"#]],
    );
    check(Type::Whole, r#""+1""#, expect![[r#"this must be a whole number: "123""#]]);
    check(PRICE, r#""1.5""#, expect![[r#""1.50", computed "1.5""#]]);
    check(PRICE, "3", expect![[r#""3.00", computed "3""#]]);
    check(
        PRICE,
        "1.5",
        expect![[r#"write this number as text, as "1.50": JSON numbers lose digits on their way"#]],
    );
    check(Type::Float, "-0.0", expect!["0"]);
    check(Type::Float, "1e3", expect!["1000"]);
    check(Type::Text, r#""\u0001\u001f\n\"\\/é\u2028""#, expect![[r#""\u0001\u001f\n\"\\/é ""#]]);
    check(Type::Text, r#""a\u0000""#, expect!["text cannot hold the character U+0000"]);
    check(Type::Text, "1", expect!["this must be text"]);
}

/// Goal: as above, for types that the catalogue describes, times and collections.
#[test]
fn described_values_as_json() {
    check(field("status"), r#""it's""#, expect![[r#""it's""#]]);
    check(field("status"), r#""old""#, expect!["there is no value 'old' here, only 'new', 'it's'"]);
    check(
        field("reference"),
        r#""txn_01h455vb4pex5vsknk084sn02q""#,
        expect![[r#""txn_01h455vb4pex5vsknk084sn02q""#]],
    );
    check(
        field("reference"),
        r#""acc_01h455vb4pex5vsknk084sn02q""#,
        expect!["this is an id of type acc_, the field holds ids of type txn_"],
    );
    check(
        field("reference"),
        r#""txn_81h455vb4pex5vsknk084sn02q""#,
        expect![
            "an id has 26 characters after its underscore, of 0-9 and a-z without i, l, o and u"
        ],
    );
    check(
        Type::Timestamp { precision: 3 },
        r#""2026-01-31T01:00:00.5+01:00""#,
        expect![[r#""2026-01-31T00:00:00.500Z""#]],
    );
    check(
        Type::Timestamp { precision: 0 },
        r#""2026-01-31T00:00:00Z""#,
        expect![[r#""2026-01-31T00:00:00Z""#]],
    );
    check(Type::Date, r#""2026-01-31""#, expect![[r#""2026-01-31""#]]);
    check(
        Type::Money,
        r#"{"asset":"GBP","value":"-12.5"}"#,
        expect![[r#"{"value":"-12.50","asset":"GBP"}"#]],
    );
    check(
        Type::Money,
        r#"{"asset":"JPY","value":12}"#,
        expect![[r#"{"value":"12","asset":"JPY"}"#]],
    );
    check(
        Type::Money,
        r#"{"asset":"JPY","value":"0.5"}"#,
        expect!["JPY has 0 decimals, the amount has more"],
    );
    check(Type::Money, r#"{"asset":"XXX","value":"1"}"#, expect!["there is no asset XXX"]);
    check(
        Type::Money,
        r#""1 GBP""#,
        expect![[r#"this must be an amount: {"value":"12.50","asset":"GBP"}"#]],
    );
    check(Type::TextArray, r#"["b","a","b"]"#, expect![[r#"["b","a","b"]"#]]);
    check(Type::TextMap, r#"{"b":"1","a":"","c":null}"#, expect![[r#"{"a":"","b":"1"}"#]]);
}

proptest! {
    /// Invariant `round_trip`, for texts, whole numbers, ids and times.
    #[test]
    fn round_trip(text in "\\PC*|[\u{1}-\u{ff}]*", whole in any::<i64>(), bits in any::<u128>()) {
        let catalogue = catalogue();
        let at = Timestamp::from_micros(whole / 100).unwrap_or(Timestamp::MAX);
        let values = [
            (Value::text(&text), Type::Text),
            (Value::Whole(whole), Type::Whole),
            (Value::Id(Id::new("txn", bits)), field("reference")),
            (Value::Timestamp(at), Type::Timestamp { precision: 6 }),
            (Value::Array(vec![text.as_str().into()]), Type::TextArray),
            (Value::Map([(text.as_str().into(), text.as_str().into())].into()), Type::TextMap),
        ];
        for (value, ty) in values {
            let mut written = String::new();
            json::write(&value, Form::Declared(ty), &catalogue, &mut written);
            let json: serde_json::Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&json.to_string(), &written, "as serde_json writes it");
            prop_assert_eq!(json::read(&json, ty, &catalogue), Ok(value));
        }
    }
}

/// Goal: only ASCII is folded, and code points are counted. Method: letters that other rules change.
#[test]
fn folds_ascii_alone() {
    assert_eq!(lower("AbÉK\u{212a}İ"), "abÉk\u{212a}İ");
    assert_eq!(upper("abéßı"), "ABéßı");
    assert_eq!(length("a\u{301}👍🏽"), 4);
}
