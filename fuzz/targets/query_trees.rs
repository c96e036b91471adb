//! Trees of queries: whatever text comes is refused with diagnostics that fit it, or its tree is written, as text and
//! as JSON, and read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pql::Style;
use pql::lex::Origin;
use pql::tree::Tree;

fuzz_target!(|text: &str| {
    match pql::parse(text, Origin::Api) {
        Ok((parsed, warnings)) => {
            let tree = parsed.tree();
            let json = serde_json::to_string(&tree).expect("a tree is JSON");
            if let Ok(read) = serde_json::from_str::<Tree>(&json) {
                assert_eq!(read, tree);
            }
            // Parentheses that the text did without may make it too deep.
            if let Ok((again, _)) = tree.parse() {
                assert_eq!(again.tree(), tree);
            }
            for warning in warnings {
                let fixed = warning.fix(text).expect("a warning of syntax says how it is read");
                let (again, _) = pql::parse(&fixed, Origin::Api).expect("a reading can be read");
                assert_eq!(again.tree(), tree);
            }
        }
        Err(errors) => {
            assert!(!errors.list().is_empty());
            assert!(!errors.render(text, Style::Colour).is_empty());
            assert_eq!(errors.to_json(text).len(), errors.list().len());
        }
    }
});
