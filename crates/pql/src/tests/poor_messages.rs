//! Messages that are not yet good enough: they say what is wrong, but not yet what was meant.
//!
//! A row that becomes good moves to `messages.rs`; a message somebody disliked begins here.

use std::fmt::Write as _;

use expect_test::expect_file;

use crate::tests::messages::{shown, tell};

/// A text, and what is missing in what is told of it.
const POOR: &[(&str, &str)] = &[
    ("at > @01/02/2026", "whether the day or the month stands first is anybody's guess"),
    ("DATE(at) = @2026-01-31", "the correction would be at ON DAY @2026-01-31"),
    ("CASE WHEN a = 1 THEN 2 END = 2", "the correction would be a = 1, if it is simple"),
    (
        "EXISTS (SELECT 1 FROM refunds WHERE amount > 1.00 GBP)",
        "the correction would be EXISTS refunds (amount > 1.00 GBP)",
    ),
    (
        "a = 1 b = 2",
        "The word that is missing is AND far more often than OR; no correction is offered yet.",
    ),
    ("amount > $12.50", "The dollar is mostly USD, but there are others."),
];

/// Goal: a list to work off.
#[test]
fn are_to_become_better() {
    let mut told = String::new();
    for (text, missing) in POOR {
        let _ = writeln!(told, "{}\n{}    missing: {missing}\n", shown(text), tell(text));
    }
    expect_file!["poor_messages.txt"].assert_eq(&told);
}
