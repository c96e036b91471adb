//! The limits of the language: each is reached, passed, and told by its name; no text is too deep or too slow.

use proptest::prelude::*;

use crate::lex::Origin;
use crate::limits::{DEPTH_MAX, LIST_ITEMS_MAX, TERMS_MAX, TEXT_BYTES_MAX};
use crate::tests::generate;

/// The codes of what is wrong with a text.
fn codes(text: &str) -> Vec<&'static str> {
    match crate::parse(text, Origin::Api) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.list().iter().map(|error| error.code.name()).collect(),
    }
}

fn nested(open: &str, inner: &str, close: &str, depth: u32) -> String {
    format!("{}{inner}{}", open.repeat(depth as usize), close.repeat(depth as usize))
}

/// Goal: depth is counted in brackets, NOT, calls and EXISTS. Method: just within and just beyond.
#[test]
fn depth_is_limited() {
    for (open, inner, close) in
        [("(", "a", ")"), ("NOT ", "a", ""), ("ABS(", "a", ")"), ("- ", "a", "")]
    {
        assert_eq!(codes(&nested(open, inner, close, DEPTH_MAX)), Vec::<&str>::new(), "{open}");
        assert_eq!(codes(&nested(open, inner, close, DEPTH_MAX + 1)), ["E-DEPTH"], "{open}");
    }
    assert_eq!(codes("EXISTS a (EXISTS b (EXISTS c (d)))"), Vec::<&str>::new());
    assert_eq!(codes("EXISTS a (EXISTS b (EXISTS c (EXISTS d (e))))"), ["E-DEPTH"]);
}

/// Goal: chains are one level, and terms are counted.
#[test]
fn terms_are_limited() {
    let chain = |word: &str, terms: u32| vec!["a"; terms as usize].join(word);
    for word in [" AND ", " OR ", " + ", "*"] {
        assert_eq!(codes(&chain(word, TERMS_MAX)), Vec::<&str>::new(), "{word}");
        assert_eq!(codes(&chain(word, TERMS_MAX + 1)), ["E-TERMS"], "{word}");
    }
    let compared = vec!["a = 1"; TERMS_MAX as usize].join(" AND ");
    assert_eq!(codes(&compared), Vec::<&str>::new());
}

/// Goal: lists are limited by themselves.
#[test]
fn lists_are_limited() {
    let list = |items: u32| format!("a IN ({})", vec!["1"; items as usize].join(","));
    assert_eq!(codes(&list(LIST_ITEMS_MAX)), Vec::<&str>::new());
    assert_eq!(codes(&list(LIST_ITEMS_MAX + 1)), ["E-LIST"]);
}

/// Goal: the text is limited in bytes.
#[test]
fn text_is_limited() {
    let long = |bytes: usize| format!("a = '{}'", "x".repeat(bytes - 6));
    assert_eq!(codes(&long(TEXT_BYTES_MAX)), Vec::<&str>::new());
    assert_eq!(codes(&long(TEXT_BYTES_MAX + 1)), ["E-TOO-LONG"]);
}

/// Goal: no stack overflow at any depth, and no slow refusal. Method: 64 KiB of each piece that could nest or
/// repeat, on a small stack.
#[test]
fn no_text_is_too_deep_or_too_slow() {
    let pieces = [
        "(",
        ")",
        "NOT ",
        "- ",
        "-",
        "--",
        "ABS(",
        "EXISTS a (",
        "a AND ",
        "a OR ",
        "a OR b AND ",
        "a + ",
        "a.",
        "a,",
        "'",
        "\"",
        "[",
        "a[",
        "COUNT(*) FILTER (WHERE ",
        "IN (",
        "a IN (1,",
        "== ",
        "“",
        "\u{202E}",
        "\0",
        "@",
        ":",
        "1",
        "1.",
        "a = b ",
        "SELECT ",
        "FROM ",
        "WHERE ",
        "ORDER BY ",
        "a BETWEEN ",
        "a IS ",
        "ANY ",
        "ANY a.",
        "CASE ",
        "``",
        "/*",
        "?",
        "a < ",
        "\n",
        "EXPLAIN ",
        "'' ",
        "a'b",
        "-- ",
        "a = 1; ",
    ];
    let try_all = move || {
        for piece in pieces {
            let text = piece.repeat(TEXT_BYTES_MAX / piece.len());
            for origin in [Origin::Api, Origin::File] {
                let started = std::time::Instant::now();
                let outcome = crate::parse(&text, origin);
                let shown = match &outcome {
                    Ok((parsed, _)) => parsed.format().len() + parsed.tree().version as usize,
                    Err(errors) => {
                        errors.to_json(&text).len()
                            + errors.render(&text, crate::Style::Colour).len()
                    }
                };
                assert!(shown > 0, "{piece}");
                // 50 ms with optimisation; this is without, on a machine that does other things too.
                assert!(started.elapsed().as_millis() < 2_000, "{piece}: {:?}", started.elapsed());
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(try_all).unwrap();
    thread.join().unwrap();
}

proptest! {
    /// Goal: whatever comes is parsed or refused, and every span is a part of the text.
    #[test]
    fn no_text_panics(text in prop_oneof![generate::token_soup(), "\\PC{0,40}", any::<String>()]) {
        for origin in [Origin::Api, Origin::File] {
            match crate::parse(&text, origin) {
                Ok((parsed, warnings)) => {
                    prop_assert!(crate::format(&parsed.format()).is_ok());
                    for warning in warnings {
                        prop_assert!(text.get(warning.span.start as usize..warning.span.end as usize).is_some());
                    }
                }
                Err(errors) => {
                    prop_assert!(!errors.list().is_empty());
                    for error in errors.list() {
                        prop_assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
                        prop_assert!(error.edits.is_empty() || error.fix(&text).is_some(), "{:?}", error);
                    }
                    prop_assert!(!errors.render(&text, crate::Style::Plain).is_empty());
                }
            }
        }
    }

    /// Goal: every byte is in a token, a comment or is white space.
    #[test]
    fn nothing_is_lost(text in generate::token_soup()) {
        if let Ok((parsed, _)) = crate::parse(&text, Origin::File) {
            let mut kept = vec![false; text.len()];
            let tokens = parsed.tokens.tokens.iter().map(|token| token.span);
            for span in tokens.chain(parsed.tokens.comments.iter().map(|comment| comment.span)) {
                kept[span.start as usize..span.end as usize].fill(true);
            }
            for (byte, kept) in text.bytes().zip(kept) {
                prop_assert!(kept || byte.is_ascii_whitespace());
            }
        }
    }

    /// Goal: bytes that are no text are refused.
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(text) = crate::lex::utf8(&bytes) {
            let _either = crate::parse(text, Origin::Api);
        }
    }
}
