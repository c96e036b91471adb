//! The lexer: which characters make which tokens.

use crate::lex::{Origin, TokenKind, lex};

/// The kinds of a text's tokens, without the end.
fn kinds(text: &str) -> Vec<TokenKind> {
    let lexed = lex(text, Origin::File);
    assert!(lexed.errors.is_empty(), "{text}: {:?}", lexed.errors);
    let end = lexed.tokens.tokens.len() - 1;
    lexed.tokens.tokens[..end].iter().map(|token| token.kind).collect()
}

/// Goal: each literal is one token.
#[test]
fn literals_are_tokens() {
    for (text, kind) in [
        ("''", TokenKind::Text),
        ("'it''s'", TokenKind::Text),
        ("'\\'", TokenKind::Text),
        ("\"a \"\"b\"\"\"", TokenKind::QuotedName),
        ("0", TokenKind::Whole),
        ("1.50", TokenKind::Decimal),
        ("1.5e0", TokenKind::Float),
        ("1e-5", TokenKind::Float),
        ("7d", TokenKind::Duration),
        ("@2026-01-31", TokenKind::Date),
        ("@2024-02-29T23:59:59.123456789+14:00", TokenKind::Instant),
        (":name", TokenKind::Param),
        (":name?", TokenKind::OptionalParam),
        ("_a1", TokenKind::Name),
    ] {
        assert_eq!(kinds(text), [kind], "{text}");
    }
}

/// Goal: comments begin before a blank or the end of a line only.
#[test]
fn comments_begin_before_a_blank() {
    for text in ["a -- c", "a --", "a --\n", "a --\tc\r\n"] {
        let lexed = lex(text, Origin::File);
        assert_eq!((lexed.tokens.comments.len(), lexed.errors.len()), (1, 0), "{text}");
    }
    assert_eq!(lex("5--3", Origin::File).errors.len(), 1);
}

/// Goal: words are words in any case, and only whole.
#[test]
fn words_are_known_in_any_case() {
    for word in crate::lex::Word::ALL {
        let lower = word.text().to_ascii_lowercase();
        assert_eq!(kinds(&lower), [TokenKind::Word(*word)]);
        assert_eq!(kinds(&format!("{lower}_")), [TokenKind::Name]);
        assert_eq!(kinds(&format!("{lower}1")), [TokenKind::Name]);
    }
}

/// Goal: bytes that are no UTF-8 are refused with their place.
#[test]
fn lone_surrogates_are_refused() {
    let error = crate::lex::utf8(b"a = '\xED\xA0\x80'").unwrap_err();
    assert_eq!((error.list()[0].span.start, error.list()[0].code.name()), (5, "E-CHARACTER"));
}

/// Goal: instants are points in time, whatever their offset. Method: known ones.
#[test]
fn instants_are_counted_from_1970() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-03-01T00:00:00Z", 951_868_800),
        ("2026-01-31T01:00:00+01:00", 1_769_817_600),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] {
        assert_eq!(
            crate::lex::instant(text).map(|instant| instant.seconds),
            Some(seconds),
            "{text}"
        );
    }
    for text in [
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
    ] {
        assert_eq!(crate::lex::instant(text), None, "{text}");
    }
}
/// Goal: corrections fit the text. Method: what a fuzzer found.
#[test]
fn corrections_fit_the_text() {
    for text in ["«a»b 'c", "«a\u{7fb}b 'c"] {
        for error in lex(text, Origin::File).errors {
            assert!(error.edits.is_empty() || error.fix(text).is_some(), "{text}: {error:?}");
        }
    }
}
