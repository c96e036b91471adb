//! The code map, and how a stale file is told.

use expect_test::{Expect, expect};

use super::tidy::Parts;
use crate::codegen::{code_map, difference};

/// Goal: the map's rows and their order. Method: a header over two lines, with a bar in it.
#[test]
fn the_code_map_is_made_of_the_headers() {
    let mut parts = Parts::good();
    let header =
        "//! Exact amounts: what | is\n//! money? Not this sentence.\n//!\n//! Nor this.\n";
    parts.write("crates/money/src/lib.rs", header);
    let map = code_map::generate(&parts.repository()).expect("a map");
    expect![[r#"
        a
        <!-- code map -->
        | folder | what it is |
        |---|---|
        | `crates/money` | Exact amounts: what \| is money? |
        | `crates/ledger` | A header that says what this is for. |
        | `crates/store-sqlite` | A header that says what this is for. |
        | `crates/testkit` | A header that says what this is for. |
        | `units/api` | A header that says what this is for. |
        | `units/florin` | A header that says what this is for. |
        <!-- /code map -->
        b
    "#]]
    .assert_eq(&map);
}

/// Goal: a document without its markers is told. Method: one of them is missing.
#[test]
fn the_code_map_needs_its_markers() {
    let mut parts = Parts::good();
    parts.write("ARCHITECTURE.md", "<!-- code map -->\n");
    let error = code_map::generate(&parts.repository()).expect_err("no end");
    expect!["ARCHITECTURE.md has no line `<!-- /code map -->`"].assert_eq(&format!("{error:#}"));
}

#[track_caller]
fn check(actual: &str, expected: &str, told: Expect) {
    told.assert_eq(&format!("{:?}", difference(actual, expected)));
}

/// Goal: the first line that differs. Method: none, one in the middle, one too few.
#[test]
fn a_difference_names_its_first_line() {
    check("a\nb\n", "a\nb\n", expect!["None"]);
    check("a\nb\n", "a\nc\n", expect![[r#"Some("2: is `b`, should be `c`")"#]]);
    check("", "a\n", expect![[r#"Some("1: is the end of the file, should be `a`")"#]]);
    check("a", "a\n", expect![[r#"Some("2: differs in its last line break")"#]]);
}
