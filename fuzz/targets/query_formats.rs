//! Formats of queries: what is formatted has the same tree and comments, and is not changed by formatting again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pql::lex::Origin;

fuzz_target!(|text: &str| {
    let Ok((parsed, _)) = pql::parse(text, Origin::File) else { return };
    let formatted = parsed.format();
    let (again, _) = pql::parse(&formatted, Origin::File).expect("what is formatted can be read");
    assert_eq!(again.tree(), parsed.tree());
    assert_eq!(again.tokens.comments.len(), parsed.tokens.comments.len());
    assert_eq!(again.format(), formatted);
});
