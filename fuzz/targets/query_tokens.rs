//! Tokens of queries: whatever bytes come, tokens stand in order, cover all but white space, and are read alone as they
//! are read together.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pql::lex::{Origin, TokenKind, tokens, utf8};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = utf8(bytes) else { return };
    let (found, errors) = tokens(text, Origin::File);
    if !errors.is_empty() {
        for error in errors {
            assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
            assert!(error.edits.is_empty() || error.fix(text).is_some());
        }
        return;
    }
    let spans = found.tokens.iter().map(|token| token.span);
    let mut all: Vec<_> = spans.chain(found.comments.iter().map(|comment| comment.span)).collect();
    all.sort();
    let mut end = 0;
    for span in all {
        let gap = &text.as_bytes()[end..span.start as usize];
        assert!(gap.iter().all(u8::is_ascii_whitespace));
        end = span.end as usize;
    }
    for token in found.tokens.iter().filter(|token| token.kind != TokenKind::End) {
        let (alone, errors) = tokens(token.span.of(text), Origin::File);
        assert!(errors.is_empty());
        assert_eq!(alone.tokens[0].kind, token.kind);
    }
});
