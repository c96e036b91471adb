//! Messages that are not yet good enough: they say what is wrong, but not yet what was meant.
//!
//! A row that becomes good moves to `messages.rs`; a message somebody disliked begins here.

use std::fmt::Write as _;

use expect_test::expect_file;

use crate::tests::messages::tell;

/// A text, and what is missing in what is told of it.
const POOR: &[(&str, &str)] = &[
    (
        "a = 1 b = 2",
        "The word that is missing is AND far more often than OR; no correction is offered yet.",
    ),
    ("SELECT COUNT(a = 1) FROM t", "The correction would be COUNT(*) FILTER (WHERE a = 1)."),
    ("SELECT a FROM t LIMIT 5 ORDER BY a", "The correction would move the clause."),
    ("amount > $12.50", "The dollar is mostly USD, but there are others."),
    ("at > @31.01.2026", "A date in another order is not read at all."),
    ("status IN ('new' 'settled')", "Two texts side by side in a list lack a comma."),
];

/// Goal: a list to work off.
#[test]
fn are_to_become_better() {
    let mut told = String::new();
    for (text, missing) in POOR {
        let _ = writeln!(told, "{}\n{}    missing: {missing}\n", text.escape_debug(), tell(text));
    }
    expect_file!["poor_messages.txt"].assert_eq(&told);
}
