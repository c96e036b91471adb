//! The guarantee: a command is a function of the shape alone, and every scan carries the scope.

use proptest::prelude::*;
use serde_json::json;

use super::compile::{CATALOGUE, caller};
use crate::ast::{Literal, Value as Tree};
use crate::catalogue::{Catalogue, StoreKind};
use crate::lex::Origin;
use crate::typed::{Constant, From};
use crate::{Caller, Params, Span, compile, parse};

/// Where literals of a query stand, and which replacement each may have.
fn literals(text: &str) -> Vec<(Span, Literal)> {
    let (parsed, _) = parse(text, Origin::Api).unwrap();
    let mut found = Vec::new();
    // Ids are handed out in order, so that walking them all needs no walk of the tree.
    parsed.ast.each_value(|value, span| {
        if let Tree::Literal(literal) = value {
            found.push((span, *literal));
        }
    });
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// Another literal of the same kind; `None` where only some values are allowed.
fn another(literal: Literal, text: &str, number: u16) -> Option<String> {
    Some(match literal {
        Literal::Text(_) => format!("'{}'", text.replace('\'', "''")),
        Literal::Whole(_) => number.to_string(),
        Literal::Decimal(_) => format!("{number}.5"),
        Literal::Float(_) => format!("{number}.5e0"),
        Literal::Money { .. } => format!("{number} ETH"),
        Literal::Date(_) => format!("@2024-01-{:02}", 1 + number % 28),
        Literal::Instant(_) => format!("@2024-01-{:02}T01:02:03Z", 1 + number % 28),
        Literal::Duration { .. } => format!("{}h", 1 + number % 100),
        Literal::Bool(_) => (if number.is_multiple_of(2) { "TRUE" } else { "FALSE" }).to_owned(),
    })
}

fn replaced(query: &str, texts: &[String], numbers: &[u16]) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (place, (span, literal)) in literals(query).into_iter().enumerate() {
        let other = another(literal, &texts[place % texts.len()], numbers[place % numbers.len()]);
        out.push_str(&query[from..span.start as usize]);
        out.push_str(&other.unwrap_or_else(|| span.of(query).to_owned()));
        from = span.end as usize;
    }
    out.push_str(&query[from..]);
    out
}

fn command(text: &str, params: &serde_json::Value, kind: StoreKind) -> Option<String> {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let params = Params::new(params.as_object());
    let caller = Caller { kind: Some(kind), params, ..caller(&catalogue) };
    let compiled = compile(text, &caller).ok()?;
    Some(compiled.emission.command.into_text())
}

fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\\x00\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,12}",
        Just("' OR 1=1 --".to_owned()),
        Just("\"; drop".to_owned()),
        Just("\\N\t%_*?[!".to_owned()),
        Just("$1 {p0:Int64} ?1 {\"$bind\":0} $where".to_owned()),
        Just("Europe/London".to_owned()),
        Just("GBP".to_owned()),
    ]
}

proptest! {
    /// Invariant `shape_apart`: whatever the values, the command is the same byte for byte, on
    /// every store. Method: every literal and parameter of the golden queries is replaced.
    #[test]
    fn shape_apart(
        texts in proptest::collection::vec(nasty(), 4),
        numbers in proptest::collection::vec(prop_oneof![0_u16..3, any::<u16>()], 5),
        place in 0usize..27,
        kind in 0usize..5,
    ) {
        let Some(query) = include_str!("queries.txt").lines().nth(place) else { return Ok(()) };
        let kind = StoreKind::ALL[kind];
        let before = json!({
            "k": "key", "x": 5, "xs": ["1", 2], "since": "2026-01-01T00:00:00Z",
        });
        let after = json!({
            "k": texts[0], "x": numbers[0], "n": texts[1], "xs": [numbers[1], numbers[2]],
            "since": "2020-05-05T05:05:05Z",
        });
        let changed = replaced(query, &texts, &numbers);
        if let (Some(one), Some(other)) = (command(query, &before, kind), command(&changed, &after, kind)) {
            prop_assert_eq!(one, other);
        }
    }
}

/// Invariant `type_checked`: the value of each slot is of the slot's type, NULL only where the
/// slot says so. Method: the slots of all golden queries.
#[test]
fn type_checked() {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let params = json!({ "k": "k", "x": 5, "xs": [1], "since": "2026-01-01T00:00:00Z" });
    for query in include_str!("queries.txt").lines() {
        let params = Params::new(params.as_object());
        let compiled = compile(query, &Caller { params, ..caller(&catalogue) }).unwrap();
        let typed = compiled.scoped.typed();
        for (slot, constant) in typed.shape().slots().iter().zip(typed.constants()) {
            if let Constant::One(value) = constant {
                assert!(!value.is_null() || slot.nullable, "{query}: {slot:?}");
                assert!(crate::value::json::fits(value, slot.ty), "{query}: {slot:?}");
            }
            assert!(slot.from != From::Scope || !slot.nullable);
        }
    }
}

/// Goal: the verifier sees what is wrong. Method: each change of an emission is refused.
#[test]
fn verification_refuses_what_is_tampered_with() {
    let catalogue = Catalogue::read(CATALOGUE).unwrap();
    let text = "SELECT id FROM t WHERE a = 1 AND EXISTS items (kind = 2)";
    for kind in [StoreKind::Sqlite, StoreKind::Postgres, StoreKind::Mariadb, StoreKind::Clickhouse]
    {
        let caller = Caller { kind: Some(kind), ..caller(&catalogue) };
        let compiled = compile(text, &caller).unwrap();
        let plan = crate::check::check(compiled.scoped.clone(), &catalogue, kind).unwrap();
        let refused = |change: &dyn Fn(&mut crate::emit::Emission)| {
            let mut emission = compiled.emission.clone();
            change(&mut emission);
            crate::verify::verify(&emission, &plan, &catalogue).is_err()
        };
        assert!(!refused(&|_| {}));
        assert!(refused(&|emission| {
            emission.placed.pop();
        }));
        assert!(refused(&|emission| emission.placed.swap(0, 1)));
        for (from, to) in [
            ("owner", "secret"),
            (" AS t0", " AS t9"),
            (" = ", " <> "),
            ("LIMIT", "; LIMIT"),
            ("LIMIT", "-- LIMIT"),
            ("WHERE", "WHERE 'xy' = 'xy' AND"),
        ] {
            assert!(refused(&|emission| emission.command.tamper(from, to)), "{kind}: {from} {to}");
        }
    }
}
