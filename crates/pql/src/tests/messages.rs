//! The most likely mistakes, each with what a customer reads: a sentence, a hint, the corrected text.
//!
//! What is told stands in `messages.txt`; read it as a customer would. What is not yet good enough stands in
//! `poor_messages.rs`.

use std::fmt::Write as _;

use expect_test::expect_file;

use crate::lex::Origin;

/// Mistakes by what they are about.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "Operators of other languages",
        &[
            "status == 'settled'",
            "a = 1 && b = 2",
            "a = 1 || b = 2",
            "!paid",
            "a % 2 = 0",
            "a <=> b",
            "a => 5",
            "name ~ '^x'",
            "a = b::text",
            "a ** 2 = 4",
            "status = 'new' | 'settled'",
        ],
    ),
    (
        "Texts in wrong quotes, and quotes in texts",
        &[
            "status = ‘settled’",
            "status = “settled”",
            "name LIKE \"Bob%\"",
            "name = 'O'Brien'",
            "name = 'O\\'Brien'",
            "name = 'Bob",
            "`status` = 'new'",
            "status = \"\"",
            "'status' IS NULL",
        ],
    ),
    (
        "Characters that look like others, or like nothing",
        &[
            "status\u{A0}= 'new'",
            "status = 'ne\u{202E}w'",
            "status = 'n\0w'",
            "größe = 5",
            "amount ≥ 5",
            "a − b = 1",
            "\u{FEFF}a = 1",
        ],
    ),
    (
        "Numbers",
        &[
            "rate = .5",
            "rate = 5.",
            "rate = +5",
            "amount > 12.50GBP",
            "amount > 12.50 gbp",
            "amount > £12.50",
            "a = 1_000_000",
            "a = 5--3",
            "a = 9223372036854775808",
            "a = 0xFF",
            "a = 1.2.3",
        ],
    ),
    (
        "Dates, instants and durations",
        &[
            "at > @2026-01-31T09:30:00",
            "at > @2026-01-31 09:30:00",
            "at > @2026-1-3",
            "at > @2026-02-30",
            "at > @'2026-01-31'",
            "at > DATE '2026-01-31'",
            "at > NOW() - INTERVAL '7 days'",
            "at > NOW() - 7 days",
            "at > NOW() - 7days",
            "at > NOW() - 1month",
            "at ON '2026-01-31'",
            "at > @now",
            "at > @31.01.2026",
            "at > @1/31/2026",
            "at > @2026-01-31T09:30:00.1234567890Z",
        ],
    ),
    (
        "NULL",
        &[
            "a = NULL",
            "a <> NULL",
            "a != NULL",
            "a NOT NULL",
            "a ISNULL",
            "a IS EMPTY",
            "a IN (1, NULL)",
            "a > NULL",
            "COALESCE(a, NULL) = 1",
            "(a = 1) IS NULL",
        ],
    ),
    (
        "Conditions that SQL or English allow",
        &[
            "1 < a < 5",
            "a = 1 = b",
            "a = NOT b",
            "a NOT = 5",
            "a IS 5",
            "a IS NOT 5",
            "paid IS TRUE",
            "a = 1, b = 2",
            "a = 1 AND AND b = 2",
            "a =",
            "AND a = 1",
            "WHERE a = 1",
            "a BETWEEN 1, 5",
            "a BETWEEN 1 TO 5",
            "a = 5 6",
        ],
    ),
    (
        "What stands after IN",
        &[
            "status IN 'new'",
            "status IN ('new' 'settled')",
            "status IN ['new', 'settled']",
            "status IN ('new', 'settled',)",
            "status IN :statuses?, a = 1",
            "a IN (:x?)",
            "id IN (SELECT id FROM t)",
        ],
    ),
    ("Brackets", &["(a = 1 AND b = 2", "a = 1)", "()", "notes['k' = 'x'", "notes[5] = 'x'"]),
    (
        "Patterns",
        &[
            "name STARTS 'Bob'",
            "name LIKE other",
            "name REGEXP '^x'",
            "name startswith 'Bob'",
            "ANY(tags) = 'vip'",
            "'vip' = ANY(tags)",
            "ANY tags IS NULL",
        ],
    ),
    (
        "SELECT and FROM",
        &[
            "SELECT * FROM t",
            "SELECT DISTINCT a, b FROM t WHERE c = 1",
            "SELECT a, FROM t",
            "SELECT a b FROM t",
            "SELECT TOP 10 a FROM t",
            "SELECT a",
            "SELECT a FROM t x WHERE a = 1",
            "SELECT a FROM t, u",
            "SELECT a FROM t JOIN u ON t.id = u.id",
            "SELECT a FROM (SELECT a FROM t)",
            "SELECT a FROM s.t",
            "SELECT CASE WHEN a THEN 1 END FROM t",
            "SELECT a AS order FROM t",
        ],
    ),
    (
        "Clauses",
        &[
            "SELECT a FROM t LIMIT 10, 20",
            "SELECT a FROM t LIMIT 10 OFFSET 20",
            "SELECT a FROM t LIMIT ALL",
            "SELECT a FROM t LIMIT -1",
            "SELECT a FROM t ORDER BY 1",
            "SELECT a FROM t GROUP a",
            "SELECT a FROM t LIMIT 5 ORDER BY a WHERE b = 1",
            "SELECT a FROM t WHERE a = 1 WHERE b = 2",
            "SELECT a FROM t UNION SELECT a FROM u",
            "a = 1 ORDER BY a",
            "SELECT a FROM t ORDER BY a NULLS",
            "FROM t SELECT a",
        ],
    ),
    (
        "Functions",
        &[
            "SELECT COUNT() FROM t",
            "SELECT COUNT(a = 1 AND b) FROM t",
            "SELECT COUNT(DISTINCT *) FROM t",
            "SELECT SUM(*) FROM t",
            "SELECT SUM(DISTINCT a) FROM t",
            "SELECT CUONT(*) FROM t",
            "IFNULL(a, 0) = 0",
            "CAST(a AS text) = '1'",
            "DATE(at) = @2026-01-31",
            "SUBSTRING(a, 1, 2) = 'x'",
            "ROUND(a) = 1",
            "COUNT(*) FILTER (status = 'new') > 1",
            "LOWER(a) FILTER (WHERE b) = 'x'",
            "SELECT SUM(a) OVER (PARTITION BY b) FROM t",
        ],
    ),
    (
        "EXISTS",
        &[
            "EXISTS (SELECT 1 FROM refunds)",
            "EXISTS refunds WHERE amount > 1.00 GBP",
            "EXISTS refunds (WHERE amount > 1.00 GBP)",
            "EXISTS refunds ()",
        ],
    ),
    (
        "Parameters",
        &["a = $1", "a = ?", "a = :1", "a = $since", "a = :x? + 1", ":a = :b", "a = {x}"],
    ),
    (
        "What is no single question",
        &[
            "",
            "a = 1;",
            "a = 1; b = 2",
            "a = 1 -- why",
            "a = 1 /* why */",
            "a = 1 # why",
            "DROP TABLE t",
            "UPDATE t SET a = 1",
            "WITH x AS (SELECT a FROM t) SELECT a FROM x",
        ],
    ),
    ("Words of the language as names", &["order = 5", "group.name = 'x'", "limit > 5", "t.5 = 1"]),
];

/// Goal: each likely mistake is told so that a customer can mend it. Method: all of them against a file.
#[test]
fn mistakes_are_told_in_plain_words() {
    let mut told = String::new();
    for (about, texts) in MISTAKES {
        let _ = writeln!(told, "# {about}\n");
        for text in *texts {
            let _ = writeln!(told, "{}\n{}", shown(text), tell(text));
        }
    }
    expect_file!["messages.txt"].assert_eq(&told);
}

/// Goal: a corrected text is correct. Method: it is parsed, unless there is nothing to correct it with.
#[test]
fn corrected_texts_parse() {
    for text in MISTAKES.iter().flat_map(|(_, texts)| *texts) {
        if let Some(fix) = crate::parse(text, Origin::Api).err().and_then(|errors| errors.fix(text))
        {
            let again = crate::parse(&fix, Origin::Api).err();
            assert!(again.is_none(), "{text} becomes {fix}: {again:?}");
        }
    }
}

/// A text with its invisible characters made visible.
pub(super) fn shown(text: &str) -> String {
    let invisible =
        |character: char| character.is_control() || "\u{A0}\u{202E}\u{FEFF}".contains(character);
    let show = |character: char| {
        if invisible(character) {
            character.escape_default().to_string()
        } else {
            character.to_string()
        }
    };
    text.chars().map(show).collect()
}

/// What is told of a text, in the order of the text; the corrected text is the one with all corrections.
pub(super) fn tell(text: &str) -> String {
    let Err(errors) = crate::parse(text, Origin::Api) else { return "  nothing\n".to_owned() };
    let mut told = String::new();
    for error in errors.list() {
        let _ = writeln!(told, "  {}: {}", error.code.name(), error.message);
        told.extend(error.hint.iter().map(|hint| format!("    {hint}\n")));
    }
    told.extend(errors.fix(text).map(|fix| format!("    > {}\n", shown(fix.trim_end()))));
    told
}
