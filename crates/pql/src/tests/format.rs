//! The formatter: one way to write each query, with its comments.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::lex::Origin;
use crate::tests::generate;

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&crate::format(text).unwrap());
}

/// Goal: words upper, names as they are, blanks as everyone writes them.
#[test]
fn short_queries_stand_on_one_line() {
    check(
        "select  id ,Amount from t where a=1 and not(b in(1,2)) order by a desc nulls last limit 5;",
        expect![
            "SELECT id, Amount FROM t WHERE a = 1 AND NOT (b IN (1, 2)) ORDER BY a DESC NULLS LAST LIMIT 5;"
        ],
    );
    check(
        "count( * )filter( where a>- 5 )!=- -b- -5",
        expect!["COUNT(*) FILTER (WHERE a > - 5) <> - -b - -5"],
    );
    check("notes [ 'k' ] starts with'x'", expect!["notes['k'] STARTS WITH 'x'"]);
    check("any=any and any any=any", expect!["any = any AND ANY any = any"]);
}

/// Goal: long queries have a line a clause, and break before AND and OR.
#[test]
fn long_queries_have_a_line_a_clause() {
    check(
        "SELECT id, amount, customer.name, created_at FROM transactions WHERE status IN ('settled', 'returned') AND (amount >= 100.00 GBP OR risk_score > 80) AND created_at >= @2026-01-01T00:00:00Z ORDER BY created_at DESC LIMIT 50 AFTER :cursor",
        expect![[r#"
            SELECT id, amount, customer.name, created_at
            FROM transactions
            WHERE status IN ('settled', 'returned')
              AND (amount >= 100.00 GBP OR risk_score > 80)
              AND created_at >= @2026-01-01T00:00:00Z
            ORDER BY created_at DESC
            LIMIT 50
            AFTER :cursor"#]],
    );
    check(
        "status = 'settled' and (reference starts with 'INV-2026-000000001' or reference starts with 'INV-2026-000000002' or a between 1 and 2)",
        expect![[r#"
            status = 'settled'
            AND (reference STARTS WITH 'INV-2026-000000001'
              OR reference STARTS WITH 'INV-2026-000000002'
              OR a BETWEEN 1 AND 2)"#]],
    );
}

/// Goal: comments stay where they are.
#[test]
fn comments_are_kept() {
    check(
        "-- first\nselect a -- the key\n, b\n-- all of it\nfrom t where a = -- odd\n 1\n-- last",
        expect![[r#"
            -- first
            SELECT a -- the key
              , b
            -- all of it
            FROM t
            WHERE a = -- odd
              1
              -- last"#]],
    );
}

proptest! {
    /// Invariant `keeps_the_tree`, over trees by chance with blanks and comments by chance between their tokens.
    #[test]
    fn keeps_the_tree(tree in generate::tree(), gaps in prop::collection::vec(0_usize..6, 1..20)) {
        let text = scattered(&tree, &gaps);
        let (before, _) = crate::parse(&text, Origin::File).unwrap();
        prop_assert_eq!(before.tree(), tree);
        let formatted = before.format();
        let (after, _) = crate::parse(&formatted, Origin::File).unwrap();
        prop_assert_eq!(before.tree(), after.tree());
        prop_assert_eq!(comments(&before), comments(&after));
    }

    /// Invariant `idempotent`, over the same texts.
    #[test]
    fn idempotent(tree in generate::tree(), gaps in prop::collection::vec(0_usize..6, 1..20)) {
        let once = crate::format(&scattered(&tree, &gaps)).unwrap();
        let twice = crate::format(&once).unwrap();
        prop_assert_eq!(once, twice);
    }
}

/// The text of a tree with other blanks, and with comments, where blanks were.
fn scattered(tree: &crate::tree::Tree, gaps: &[usize]) -> String {
    let (parsed, _) = tree.parse().unwrap();
    let text = parsed.ast.text();
    let mut scattered = String::new();
    let mut end = 0;
    for (index, token) in parsed.tokens.tokens.iter().enumerate() {
        let (start, next) = (token.span.start as usize, token.span.end as usize);
        let blank = start > end || index == 0;
        let money = text[..end].ends_with(|last: char| last.is_ascii_digit());
        let gap =
            ["", " ", "\n", " -- c'\"\n", "\n -- own line \n\t", "\r\n"][gaps[index % gaps.len()]];
        if blank {
            let plain = index > 0 && (gap.is_empty() || money && gap.contains("--"));
            scattered.push_str(if plain { " " } else { gap });
        }
        scattered.push_str(&text[start..next]);
        end = next;
    }
    scattered
}

fn comments(parsed: &crate::Parsed) -> Vec<(u32, String)> {
    let of = |comment: &crate::lex::Comment| {
        (comment.tokens_before, comment.span.of(parsed.ast.text()).trim_end().to_owned())
    };
    parsed.tokens.comments.iter().map(of).collect()
}
