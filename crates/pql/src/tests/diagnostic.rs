//! Diagnostics as people and programs see them.

use expect_test::{Expect, expect};

use crate::lex::Origin;
use crate::{Place, Style};

#[track_caller]
fn check(text: &str, style: Style, expected: Expect) {
    expected.assert_eq(&crate::parse(text, Origin::File).unwrap_err().render(text, style));
}

/// Goal: carets stand below what is wrong, in any line and behind any letters.
#[test]
fn carets_stand_below_what_is_wrong() {
    check(
        "SELECT a\nFROM t\nWHERE größe == 'é' AND b = NULL",
        Style::Plain,
        expect![[r#"
            error E-CHARACTER: A name without quotes has ASCII letters only.
              3 | WHERE größe == 'é' AND b = NULL
                |       ^^^^^
              hint: Put the name in double quotes; texts stand in single quotes.
            error E-OPERATOR: PQL compares with a single =.
              3 | WHERE größe == 'é' AND b = NULL
                |             ^^
              hint: Write = instead of ==.
            error E-NULL: Nothing equals NULL, not even NULL.
              3 | WHERE größe == 'é' AND b = NULL
                |                          ^^^^^^
              hint: Write IS NULL.
               fix: SELECT a
                    FROM t
                    WHERE "größe" = 'é' AND b IS NULL
        "#]],
    );
}

/// Goal: colours where they are wanted only.
#[test]
fn colours_are_the_callers_to_want() {
    let text = "a == 1";
    let errors = crate::parse(text, Origin::Api).unwrap_err();
    assert!(errors.render(text, Style::Colour).contains("\x1b[1;31merror E-OPERATOR\x1b[0m"));
    assert!(!errors.render(text, Style::Plain).contains('\x1b'));
}

/// Goal: a text cannot act on the terminal. Method: escape sequences and marks that turn text round.
#[test]
fn texts_do_not_act_on_the_terminal() {
    let text = "a == '\x1b[2J\u{202E}\u{7}' \x1b]0;title";
    let shown = crate::parse(text, Origin::Api).unwrap_err().render(text, Style::Plain);
    assert!(!shown.contains(['\x1b', '\u{202E}', '\u{7}']), "{shown:?}");
}

/// Goal: long lines are cut around what is wrong.
#[test]
fn long_lines_are_cut() {
    let text = format!("{} b == 1 {}", "a = 1 AND ".repeat(50), " AND c = 2".repeat(50));
    let shown = crate::parse(&text, Origin::Api).unwrap_err().render(&text, Style::Plain);
    assert!(shown.lines().all(|line| line.chars().count() < 120), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    let caret = lines[2].chars().position(|character| character == '^').unwrap();
    let below: String = lines[1].chars().skip(caret).take(2).collect();
    assert_eq!(below, "==");
}

/// Goal: lines and columns count from 1, columns in code points.
#[test]
fn places_count_code_points() {
    let text = "é\r\nüb";
    let at = |offset| (Place::of(text, offset).line, Place::of(text, offset).column);
    assert_eq!(
        [at(0), at(1), at(2), at(4), at(6), at(99)],
        [(1, 1), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]
    );
}

/// Goal: each of several errors comes with the text that is corrected of all.
#[test]
fn corrections_are_of_the_whole_text() {
    let text = "a == 1 && b = NULL";
    let errors = crate::parse(text, Origin::Api).unwrap_err().to_json(text);
    assert_eq!(errors.len(), 3);
    assert!(errors.iter().all(|error| error.fix.as_deref() == Some("a = 1 AND b IS NULL")));
}

/// Goal: codes are unique, and say by their first letter how bad it is.
#[test]
fn codes_are_unique() {
    let mut names: Vec<&str> = crate::Code::ALL.iter().map(|code| code.name()).collect();
    for code in crate::Code::ALL {
        let letter = match code.severity() {
            crate::Severity::Error => "E-",
            crate::Severity::Warning => "W-",
        };
        assert!(code.name().starts_with(letter), "{}", code.name());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), crate::Code::ALL.len());
}
