//! LIKE and ILIKE, held against a matcher that tries everything.

use proptest::prelude::*;

use crate::value::{Case, Part, Pattern, PatternError};

/// Whether the parts match, by trying every length for each `%`.
fn naive(parts: &[Part], text: &[char], case: Case) -> bool {
    match (parts, text) {
        ([], text) => text.is_empty(),
        ([Part::Many, rest @ ..], text) => {
            (0..=text.len()).any(|taken| naive(rest, &text[taken..], case))
        }
        ([Part::One, rest @ ..], [_, text @ ..]) => naive(rest, text, case),
        ([Part::Literal(literal), rest @ ..], [first, text @ ..]) => {
            let fold = |letter: char| match case {
                Case::Sensitive => letter,
                Case::AsciiInsensitive => letter.to_ascii_lowercase(),
            };
            fold(*literal) == fold(*first) && naive(rest, text, case)
        }
        ([Part::One | Part::Literal(_), ..], []) => false,
    }
}

proptest! {
    /// The matcher gives the answer of the one that tries everything.
    #[test]
    fn matches_as_the_naive_matcher(pattern in "[aAé%_!*?\n]{0,9}", text in "[aAéÉ%_!*?\n]{0,9}") {
        for escape in [None, Some('!')] {
            let Ok(pattern) = Pattern::parse(&pattern, escape) else { continue };
            for case in [Case::Sensitive, Case::AsciiInsensitive] {
                let characters: Vec<char> = text.chars().collect();
                let expected = naive(pattern.parts(), &characters, case);
                prop_assert_eq!(pattern.matches(&text, case), expected);
            }
        }
    }
}

/// Whether a pattern matches.
#[derive(Debug, PartialEq)]
enum Answer {
    Yes,
    No,
}

#[track_caller]
fn check(pattern: &str, escape: Option<char>, text: &str, expected: Answer) {
    let pattern = Pattern::parse(pattern, escape).unwrap();
    let matches = pattern.matches(text, Case::Sensitive);
    assert_eq!(if matches { Answer::Yes } else { Answer::No }, expected);
}

/// Goal: the rules of patterns. Method: one line for each of them.
#[test]
fn follows_the_rules() {
    check("a%", None, "abc\ndef", Answer::Yes);
    check("a_c", None, "aéc", Answer::Yes);
    check("a_c", None, "ac", Answer::No);
    check("", None, "", Answer::Yes);
    check("%", None, "", Answer::Yes);
    check("A%", None, "abc", Answer::No);
    check(r"a\_c", None, r"a\bc", Answer::Yes);
    check("50!%", Some('!'), "50%", Answer::Yes);
    check("50!%", Some('!'), "500", Answer::No);
    check("a!!b", Some('!'), "a!b", Answer::Yes);
    check("%%", Some('%'), "%", Answer::Yes);
    check("%%%_", Some('%'), "%_", Answer::Yes);
    check("a*b", None, "axb", Answer::No);
    check("a[b]", None, "ab", Answer::No);
    let folded = Pattern::parse("straße", None).unwrap();
    assert!(folded.matches("STRAßE", Case::AsciiInsensitive));
    assert!(!folded.matches("STRASSE", Case::AsciiInsensitive));
}

/// Goal: what is no pattern is refused. Method: one past each limit.
#[test]
fn refuses_what_is_too_much() {
    let refused = |pattern: &str| Pattern::parse(pattern, Some('!')).err();
    assert_eq!(refused(&"é".repeat(1_000)), None);
    assert_eq!(refused(&"é".repeat(1_001)), Some(PatternError::TooLong { length: 1_001 }));
    assert_eq!(refused(&"%a".repeat(10)), None);
    assert_eq!(refused(&"%a".repeat(11)), Some(PatternError::TooMany { count: 11 }));
    assert_eq!(refused("a!"), Some(PatternError::EndsWithEscape));
}
