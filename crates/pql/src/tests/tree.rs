//! The tree as data: what is written is read back, in text and in JSON.

use proptest::prelude::*;

use crate::lex::Origin;
use crate::tests::generate;
use crate::tree::{ConditionTree, Tree, ValueTree};

proptest! {
    /// Goal: a tree survives being written and read. Method: trees by chance, through the printer and the parser.
    #[test]
    fn what_is_written_is_read_back(tree in generate::tree()) {
        let (parsed, _) = match tree.parse() {
            Ok(read) => read,
            Err(errors) => return Err(TestCaseError::fail(format!("{errors} in {}", serde_json::to_string(&tree).unwrap()))),
        };
        prop_assert_eq!(parsed.tree(), tree);
    }

    /// Goal: the JSON form loses nothing.
    #[test]
    fn json_is_read_back(tree in generate::tree()) {
        let json = serde_json::to_string(&tree).unwrap();
        let read: Tree = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(read, tree);
    }

    /// Goal: a literal is nothing but a literal, whatever its characters. Method: nasty text as each part of a tree.
    #[test]
    fn no_text_becomes_syntax(text in "[a-z0-9'\" ()=;.\\-]{0,12}") {
        let values = [
            ValueTree::Text(text.clone()),
            ValueTree::Whole(text.clone()),
            ValueTree::Decimal(text.clone()),
            ValueTree::Float(text.clone()),
            ValueTree::Date(text.clone()),
            ValueTree::Instant(text.clone()),
            ValueTree::Duration(text.clone()),
            ValueTree::Field(vec![text.clone()]),
            ValueTree::Money { value: "1".to_owned(), asset: text },
        ];
        for value in values {
            let tree = Tree::of_condition(ConditionTree::IsNull { value, negated: false });
            if let Ok((parsed, _)) = tree.parse() {
                prop_assert_eq!(parsed.tree(), tree);
            }
        }
    }
}

/// Goal: the documented form. Method: a query of the reference as JSON.
#[test]
fn the_form_is_as_documented() {
    let text = "SELECT currency, COUNT(*) AS n FROM payments WHERE status = 'settled' GROUP BY currency ORDER BY n DESC LIMIT 20";
    let (parsed, _) = crate::parse(text, Origin::Api).unwrap();
    let expected = r#"{"version":1,"query":{"select":[{"value":{"field":["currency"]}},{"value":{"call":{"function":"COUNT","arguments":"star"}},"as":"n"}],"from":"payments","where":{"compare":{"left":{"field":["status"]},"operator":"=","right":{"text":"settled"}}},"group_by":[{"field":["currency"]}],"order_by":[{"value":{"field":["n"]},"descending":true}],"limit":{"whole":"20"}}}"#;
    assert_eq!(serde_json::to_string(&parsed.tree()).unwrap(), expected);
}

/// Goal: trees that no text has are refused. Method: an empty AND, another version, neither query nor condition.
#[test]
fn trees_without_text_are_refused() {
    for json in [
        r#"{"version":1,"condition":{"and":[]}}"#,
        r#"{"version":1,"condition":{"and":[{"value":{"bool":true}}]}}"#,
        r#"{"version":2,"condition":{"value":{"bool":true}}}"#,
        r#"{"version":1}"#,
        r#"{"version":1,"condition":{"value":{"field":[]}}}"#,
        r#"{"version":1,"condition":{"value":{"call":{"function":"SLEEP","arguments":{"values":[]}}}}}"#,
    ] {
        let tree: Tree = serde_json::from_str(json).unwrap();
        assert!(tree.parse().is_err(), "{json}");
    }
}
