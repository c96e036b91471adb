//! What the tokens of a Rust file tell: paths, attributes, functions, texts.

use expect_test::{Expect, expect};

use crate::tidy::Source;

/// Everything a rule can ask of `code`, a line each.
#[track_caller]
fn check(code: &str, expected: Expect) {
    let source = Source::read(code).expect("Rust");
    let mut lines = Vec::new();
    lines.extend(source.paths().iter().map(|path| format!("{}: path {}", path.line, path.text)));
    lines.extend(
        source.attributes().iter().map(|found| format!("{}: #[{}]", found.line, found.text)),
    );
    for function in source.functions() {
        lines.push(format!("{}: fn {}, {} lines", function.line, function.name, function.lines));
    }
    lines.extend(source.texts().map(|(line, text)| format!("{line}: text {text}")));
    lines.extend(
        source.named_after("mod").iter().map(|found| format!("{}: mod {}", found.line, found.text)),
    );
    expected.assert_eq(&lines.join("\n"));
}

/// Goal: a `use` is written out. Method: groups in groups, an alias, a star, `self`.
#[test]
fn paths_in_groups_are_written_out() {
    check(
        "use a::{b::{c, d as e}, f::*, self};\nlet x = ::g::h::<i::J>();",
        expect![[r#"
            1: path a::b::c
            1: path a::b::d
            1: path a::f::*
            1: path a
            2: path g::h
            2: path i::J"#]],
    );
}

/// Goal: functions with a body only. Method: a declaration, a pointer, one in a macro, one inside.
#[test]
fn functions_are_those_with_a_body() {
    check(
        "trait T { fn a(&self); fn b() -> [u8; 2] {\n1\n\n// no\n} }\ntype F = fn(u8) -> u8;\n\
         proptest! { fn c(x in 0..1) { fn d() { 2 }\n } }",
        expect![[r#"
            1: fn b, 1 lines
            7: fn c, 1 lines
            7: fn d, 1 lines"#]],
    );
}

/// Goal: texts are literals, not documentation. Method: every sort of literal.
#[test]
fn texts_are_string_literals() {
    check(
        "/// no\n//! no\nf(\"a\", r#\"b \"c\" \"#, b\"d\", '\"', 7);\n#[doc(hidden)] mod x {}",
        expect![[r#"
            4: #[doc(hidden)]
            3: text a
            3: text b "c" 
            3: text d
            4: mod x"#]],
    );
}
