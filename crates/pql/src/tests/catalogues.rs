//! The catalogue: what it refuses, each with its place.

use expect_test::{Expect, expect};

use super::compile::CATALOGUE;
use crate::catalogue::Catalogue;

#[track_caller]
fn check(from: &str, to: &str, expected: Expect) {
    assert!(CATALOGUE.contains(from), "the test changes something");
    let shown = match Catalogue::read(&CATALOGUE.replacen(from, to, 1)) {
        Ok(_) => "accepted".to_owned(),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    };
    expected.assert_eq(&shown);
}

/// Goal: nothing ambiguous, nothing that a store cannot keep. Method: a change a line.
#[test]
fn mistakes_are_told_with_their_place() {
    check(
        "large = true",
        "big = true",
        expect![
            "line 20: unknown field `big`, expected one of `store`, `source`, `key`, `scope`, `rows_default`, `rows_max`, `large`, `limits`, `fields`, `relations`"
        ],
    );
    check(
        "GBP = 2",
        "DAY = 2",
        expect!["assets.DAY: is a word of the language, so money in it could not be read"],
    );
    check(
        "GBP = 2",
        "gbp = 2",
        expect!["assets.gbp: a code is upper-case letters, digits and underscores"],
    );
    check(
        "flag = {",
        "A = {",
        expect![[r#"
            datasets.t.fields: a and A are the same name: case is not told apart
            roles.reader.t: flag is no field"#]],
    );
    check(
        "flag = {",
        "u = {",
        expect![[r#"
        datasets.t.fields.u: is also the name of a data set, by which outer fields are written
        roles.reader.t: flag is no field"#]],
    );
    check(
        "parent = { to",
        "a = { to",
        expect!["datasets.t.relations.a: is also the name of a field"],
    );
}

/// Goal: a data set is one that its store can keep and queries can name. Method: a change a line.
#[test]
fn data_sets_fit_their_store() {
    check(
        "scope = \"owner\"",
        "scope = \"nobody\"",
        expect![[r#"datasets.t.scope: nobody is no field; shared reference data says "none""#]],
    );
    check(
        "key = [\"id\"]",
        "key = [\"a\"]",
        expect![[r#"
        datasets.t.key: a cannot be a key: it may be NULL, or has no equality
        datasets.t.relations.parent: is to-one, so its fields there are the other data set's key"#]],
    );
    check("\"postgres\"", "\"sqlite\"", expect!["accepted"]);
    check("\"postgres\"", "\"mongodb\"", expect!["accepted"]);
    check(
        "timestamp(3)",
        "timestamp(9)",
        expect![
            "datasets.t.fields.at: there is no type timestamp(9): whole, decimal(p,s), float, bool, text, enum, id:prefix, timestamp(p), date, money, array<text> and map<text> are"
        ],
    );
    check(
        "decimal(12,2)",
        "decimal(2,12)",
        expect![
            "datasets.t.fields.price: there is no type decimal(2,12): whole, decimal(p,s), float, bool, text, enum, id:prefix, timestamp(p), date, money, array<text> and map<text> are"
        ],
    );
    check(
        "column = \"payload\"",
        "column = \"pay\\\"load\"",
        expect![
            "datasets.t.fields.city: the name of a column has no quotes, backticks, backslashes and control characters"
        ],
    );
    check(
        "mask = [\"iban\"]",
        "mask = [\"secret\"]",
        expect!["roles.reader.t: secret is masked, but not among the fields"],
    );
    check(
        "on = { parent_id = \"id\" }",
        "on = { name = \"id\" }",
        expect!["datasets.t.relations.parent: name and id have different types, or no equality"],
    );
    check(
        "store = \"main\"",
        "store = \"other\"",
        expect!["datasets.t: store other is not in [stores]"],
    );
}
