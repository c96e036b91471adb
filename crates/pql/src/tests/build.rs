//! The builder: what it builds is what the text says, and what is put into it stays what it is.

use proptest::prelude::*;

use crate::build::{
    Value, all, any_element, any_of, avg, coalesce, count, count_distinct, date, day, decimal,
    duration, exists, field, from, instant, max, min, money, month, not, now, optional_param,
    param, path, round, sum, text, today, whole,
};
use crate::lex::Origin;
use crate::tree::{PeriodTree, Tree, TruthTree, ValueTree};

fn tree(text: &str) -> Tree {
    crate::parse(text, Origin::Api).unwrap_or_else(|errors| panic!("{text}: {errors}")).0.tree()
}

/// Goal: builder equals text. Method: each condition built, and written.
#[test]
fn conditions_are_those_of_the_text() {
    for (built, written) in [
        (field("a").equals(1), "a = 1"),
        (path(["b", "c"]).differs_from("x'y"), "b.c <> 'x''y'"),
        (field("a").below(decimal("1.50")), "a < 1.50"),
        (field("m").at_most(money("12.50", "GBP")), "m <= 12.50 GBP"),
        (field("at").above(now() - duration("7d")), "at > NOW() - 7d"),
        (field("at").at_least(instant("2026-01-31T00:00:00Z")), "at >= @2026-01-31T00:00:00Z"),
        (field("on").equals(date("2026-01-31")), "on = @2026-01-31"),
        (field("on").equals(today("Europe/London")), "on = TODAY('Europe/London')"),
        (field("a").is_null(), "a IS NULL"),
        (field("a").is_not_null(), "a IS NOT NULL"),
        (field("a").between(1, param("high")), "a BETWEEN 1 AND :high"),
        (field("a").is_in(["x", "y"]), "a IN ('x', 'y')"),
        (field("a").is_in(crate::build::AnyOf::Param("list".to_owned())), "a IN :list"),
        (field("a").like("x%"), "a LIKE 'x%'"),
        (field("a").starts_with(optional_param("p")), "a STARTS WITH :p?"),
        (field("a").ends_with("x"), "a ENDS WITH 'x'"),
        (field("a").contains("x"), "a CONTAINS 'x'"),
        (
            field("at").on(PeriodTree::Month, date("2026-03-01"), Some("Europe/London")),
            "at ON MONTH @2026-03-01 TZ 'Europe/London'",
        ),
        (field("notes").entry("k").equals("v"), "notes['k'] = 'v'"),
        (not(field("paid").holds()), "NOT paid"),
        (field("a").equals(true).is(TruthTree::Unknown), "(a = TRUE) IS UNKNOWN"),
        (exists("refunds", field("a").above(1)), "EXISTS refunds (a > 1)"),
        (any_element("tags", "vip"), "ANY tags = 'vip'"),
        (
            any_of([field("a").holds(), all([field("b").holds(), field("c").holds()])]),
            "a OR (b AND c)",
        ),
        (all([]), "TRUE"),
        (any_of([]), "FALSE"),
        ((-(field("a") + 1.into()) * field("b")).above(whole(-5)), "-(a + 1) * b > -5"),
        ((field("a") / field("b") - field("c") % 2.into()).equals(0), "a / b - c MOD 2 = 0"),
        (
            coalesce([field("a"), text("x")]).equals(round(field("b"), 2)),
            "COALESCE(a, 'x') = ROUND(b, 2)",
        ),
    ] {
        assert_eq!(built.parse().unwrap().0.tree(), tree(written), "{written}");
    }
}

/// Goal: the same of full queries.
#[test]
fn queries_are_those_of_the_text() {
    let built = from("payments")
        .select(day(field("at"), "Europe/London").named("day"))
        .select(count().filter(field("status").equals("returned")).named("order"))
        .select(count_distinct(field("customer_id")))
        .select(sum(field("a")) + min(field("b")) - max(field("c")) * avg(field("d")))
        .filter(field("at").above(param("since")))
        .group_by([day(field("at"), "Europe/London"), month(field("at"), "UTC")])
        .having(count().above(10))
        .order_by([field("day").descending().nulls_first(), field("x").ascending()])
        .limit(20)
        .after("cursor");
    let written = "SELECT DAY(at TZ 'Europe/London') AS day, COUNT(*) FILTER (WHERE status = 'returned') AS \"order\", \
                   COUNT(DISTINCT customer_id), SUM(a) + MIN(b) - MAX(c) * AVG(d) FROM payments WHERE at > :since \
                   GROUP BY DAY(at TZ 'Europe/London'), MONTH(at TZ 'UTC') HAVING COUNT(*) > 10 \
                   ORDER BY day DESC NULLS FIRST, x LIMIT 20 AFTER :cursor";
    // Operators of Rust nest; those of the text are one chain.
    let flat = |tree: Tree| serde_json::to_string(&tree).unwrap();
    let written = written.replace("SUM(a) + MIN(b) - MAX", "(SUM(a) + MIN(b)) - MAX");
    assert_eq!(flat(built.parse().unwrap().0.tree()), flat(tree(&written)));
}

/// Goal: what cannot be said is refused, however deep it was built.
#[test]
fn what_is_no_query_is_refused() {
    let mut deep = field("a").holds();
    let mut sum: Value = field("a");
    for _ in 0..100_000 {
        deep = not(deep);
        sum = -sum;
    }
    assert!(deep.parse().is_err());
    assert!(sum.is_null().parse().is_err());
    assert!(from("t").parse().is_err());
    assert!(field("").is_null().parse().is_err());
    assert!(text("x").entry("k").is_null().parse().is_err());
    assert!(decimal("1 OR 1 = 1").is_null().parse().is_err());
    assert!(param("a b").is_null().parse().is_err());
}

proptest! {
    /// Goal: a text stays a text, a name a name. Method: any characters in both.
    #[test]
    fn what_is_put_in_comes_out(name in "\\PC{1,8}", characters in any::<String>()) {
        if let Ok((parsed, _)) = field(&name).equals(characters.as_str()).parse() {
            let compared = crate::tree::ConditionTree::Compare {
                left: ValueTree::Field(vec![name]),
                operator: crate::tree::ComparisonTree::Equal,
                right: ValueTree::Text(characters),
            };
            prop_assert_eq!(parsed.tree(), Tree::of_condition(compared));
        } else {
            let hidden = |text: &str| text.contains(|character| {
                matches!(character, '\0' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            });
            prop_assert!(hidden(&name) || hidden(&characters));
        }
    }
}
