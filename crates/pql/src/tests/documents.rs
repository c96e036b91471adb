//! What the documents show is what the crate does.

use crate::lex::Origin;

const TUTORIAL: &str = include_str!("../../../../docs/pql/tutorial.md");
const REFERENCE: &str = include_str!("../../../../docs/pql/reference.md");

/// The blocks of code of one language.
fn blocks<'d>(document: &'d str, language: &str) -> Vec<&'d str> {
    let parts = document.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// Goal: every query of the tutorial can be asked, without a warning.
#[test]
fn queries_of_the_tutorial_parse() {
    let queries = blocks(TUTORIAL, "pql");
    assert!(queries.len() > 10);
    for query in queries {
        let (_, warnings) = crate::parse(query.trim(), Origin::Api)
            .unwrap_or_else(|errors| panic!("{query}: {errors}"));
        assert!(warnings.is_empty(), "{query}");
    }
}

/// Goal: the JSON of the reference is what is written.
#[test]
fn json_of_the_reference_is_as_shown() {
    let shown = blocks(REFERENCE, "json");
    let tree: crate::tree::Tree = serde_json::from_str(shown[0]).unwrap();
    assert_eq!(
        crate::parse("status = 'settled' AND amount > 100.00 GBP", Origin::Api).unwrap().0.tree(),
        tree
    );
    let text = "status == 'settled'";
    let told =
        serde_json::to_value(crate::parse(text, Origin::Api).unwrap_err().to_json(text)).unwrap();
    assert_eq!(told[0], serde_json::from_str::<serde_json::Value>(shown[1]).unwrap());
}

/// Goal: every code and every function stands in the reference.
#[test]
fn codes_and_functions_stand_in_the_reference() {
    for code in crate::Code::ALL {
        assert!(
            REFERENCE.contains(&format!("| `{}` | {} |", code.name(), code.meaning())),
            "{}",
            code.name()
        );
    }
    for function in crate::ast::Function::ALL {
        assert!(REFERENCE.contains(function.name()), "{}", function.name());
    }
}
