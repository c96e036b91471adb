//! What is understood of a server's first words.

use expect_test::{Expect, expect};

use crate::ci::Announced;

#[track_caller]
fn check(lines: &[&str], expected: Expect) {
    let mut announced = Announced::default();
    lines.iter().for_each(|line| announced.read(line));
    let Announced { url, key, platform: _ } = announced;
    expected.assert_eq(&format!("{} {}", url.unwrap_or_default(), key.unwrap_or_default()));
}

/// Goal: address and key in any setting. Method: in sentences, in JSON, twice, not at all.
#[test]
fn address_and_key_are_found_in_any_setting() {
    check(
        &["listening on http://127.0.0.1:4711/", "key: fl_test_ab12."],
        expect!["http://127.0.0.1:4711 fl_test_ab12"],
    );
    check(
        &["{\"url\":\"http://127.0.0.1:4711\",\"key\":\"fl_test_ab12\"}"],
        expect!["http://127.0.0.1:4711 fl_test_ab12"],
    );
    check(
        &["http://127.0.0.1:1/v1, http://127.0.0.1:2", "fl_test_a", "fl_test_b"],
        expect!["http://127.0.0.1:1/v1 fl_test_a"],
    );
    check(&["starting"], expect![" "]);
}
