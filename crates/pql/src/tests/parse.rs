//! The parser: what is read as what. Method: the tree of a text is that of another one that is plainer.

use crate::lex::Origin;
use crate::tree::Tree;

fn tree(text: &str) -> Tree {
    match crate::parse(text, Origin::Api) {
        Ok((parsed, _)) => parsed.tree(),
        Err(errors) => panic!("{text}: {errors}"),
    }
}

/// Goal: precedence, tightest first: path and call, sign, `* / DIV MOD`, `+ -`, tests, NOT, AND, OR.
#[test]
fn precedence_is_as_everywhere() {
    for (text, plain) in [
        ("a = 1 OR b = 2 AND c = 3", "a = 1 OR (b = 2 AND c = 3)"),
        ("NOT a = 1 AND b = 2", "(NOT (a = 1)) AND b = 2"),
        ("NOT a IN (1) OR b", "(NOT (a IN (1))) OR b"),
        ("NOT NOT a", "NOT (NOT (a))"),
        ("a + b * c = d - e - f", "(a + (b * c)) = (d - e - f)"),
        ("-a * b = -a.b", "((-a) * b) = (-(a.b))"),
        ("a BETWEEN 1 + 1 AND 2 AND b", "(a BETWEEN (1 + 1) AND 2) AND b"),
        ("a - 5 = - 5", "(a - 5) = (- 5)"),
        ("a -5 = 1", "a - 5 = 1"),
        ("a DIV b MOD c / d = 1", "(a DIV b MOD c / d) = 1"),
        ("((a)) = ((1))", "a = 1"),
        ("(a = 1) IS TRUE AND b", "((a = 1) IS TRUE) AND (b)"),
        ("a ON DAY @2026-01-31 TZ :z OR b", "(a ON DAY @2026-01-31 TZ :z) OR b"),
    ] {
        assert_eq!(tree(text), tree(plain), "{text}");
    }
    for (text, other) in [
        ("a - (b - c) = 1", "a - b - c = 1"),
        ("(a AND b) AND c", "a AND b AND c"),
        ("a = - 5", "a = -5"),
        ("a = 5.0", "a = 5"),
    ] {
        assert_ne!(tree(text), tree(other), "{text}");
    }
}

/// Goal: words are words only where the grammar expects them. Method: fields that are called like them.
#[test]
fn contextual_words_are_names_elsewhere() {
    for word in crate::lex::Word::ALL.iter().filter(|word| !word.is_reserved()) {
        let name = word.text();
        let quoted = format!("\"{name}\"");
        for pattern in [
            "@ = 1",
            "1 < @",
            "@ IS NULL",
            "@.@ = @.@",
            "@ STARTS WITH @",
            "@ CONTAINS @",
            "@ ON DAY @",
            "@ NOT IN (@, @)",
            "@['k'] = 'v'",
            "EXISTS @ (@ = 1)",
            "ANY @ = 1",
            "NOT @",
            "@ AND @",
            "a + @ = @ - 1",
            "SELECT @ AS @, COUNT(@) FROM @ WHERE @ > 1 GROUP BY @ HAVING @ = 1 ORDER BY @ DESC NULLS LAST LIMIT 1",
        ] {
            assert_eq!(
                tree(&pattern.replace('@', name)),
                tree(&pattern.replace('@', &quoted)),
                "{name} in {pattern}"
            );
        }
    }
}

/// Goal: every reserved word is refused as a name, and taken in quotes.
#[test]
fn reserved_words_are_no_names() {
    for word in crate::lex::Word::ALL.iter().filter(|word| word.is_reserved()) {
        let name = word.text().to_ascii_lowercase();
        let literal = matches!(name.as_str(), "true" | "false");
        assert_eq!(crate::parse(&format!("{name} = 1"), Origin::Api).is_ok(), literal, "{name}");
        assert!(crate::parse(&format!("\"{name}\" = 1"), Origin::Api).is_ok(), "{name}");
    }
}

/// Goal: a parenthesised part is a condition if it holds one, or if IS TRUE and its like follow; else a value.
#[test]
fn parentheses_hold_conditions_or_values() {
    for text in [
        "(a) + 1 = 2",
        "((a + 1)) * 2 > 3",
        "(a)",
        "(a) IS UNKNOWN",
        "((a) IS NOT TRUE)",
        "(COUNT(*) FILTER (WHERE a = 1)) > 2",
    ] {
        assert!(crate::parse(text, Origin::Api).is_ok(), "{text}");
    }
    for text in [
        "(a = 1) + 1 = 2",
        "(a = 1) = (b = 2)",
        "(NOT a) > 1",
        "(ANY a = 1) * 2 = 1",
        "1 + (a) IS TRUE",
        "-(a = 1)",
    ] {
        assert!(crate::parse(text, Origin::Api).is_err(), "{text}");
    }
}

/// Goal: an amount is a number, blanks, and a code that is no word of the language.
#[test]
fn money_is_a_number_and_a_code() {
    assert_eq!(tree("a = 5\n\t GBP"), tree("a = 5 GBP"));
    for text in [
        "a = -12.50 GBP",
        "a IN (1 GBP, 2.5 USDC)",
        "SELECT 5 GBP AS x FROM t",
        "SELECT a FROM t ORDER BY 5 GBP DESC",
    ] {
        assert!(crate::parse(text, Origin::Api).is_ok(), "{text}");
    }
    for text in ["a = 5 DAY", "a = 5 GBP GBP", "a = 1e5 GBP", "a = 'x' GBP", "a = 5 gbp"] {
        assert!(crate::parse(text, Origin::Api).is_err(), "{text}");
    }
}

/// Goal: several errors at once, each told once. Method: one mistake a clause.
#[test]
fn several_errors_are_told_at_once() {
    let text = "SELECT * FROM t WHERE a == 1 GROUP a HAVING b = NULL ORDER BY 1 LIMIT -1";
    let errors = crate::parse(text, Origin::Api).unwrap_err();
    let codes: Vec<&str> = errors.list().iter().map(|error| error.code.name()).collect();
    assert_eq!(codes, ["E-LEFT-OUT", "E-OPERATOR", "E-SYNTAX", "E-NULL", "E-LEFT-OUT", "E-RANGE"]);
}

/// Goal: AND beside OR without parentheses is read, with a warning that shows how.
#[test]
fn mixed_and_or_is_warned_of() {
    let text = "a OR b AND c OR (d AND e)";
    let (_, warnings) = crate::parse(text, Origin::Api).unwrap();
    let fixes: Vec<Option<String>> = warnings.iter().map(|warning| warning.fix(text)).collect();
    assert_eq!(fixes, [Some("a OR (b AND c) OR (d AND e)".to_owned())]);
    assert!(crate::parse("(a OR b) AND c", Origin::Api).unwrap().1.is_empty());
    assert!(crate::parse("a BETWEEN 1 AND 2 OR b", Origin::Api).unwrap().1.is_empty());
}
