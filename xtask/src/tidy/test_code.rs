//! Rule 16, tests run, wait for nothing, and lie in `src/tests.rs`, `src/tests/` or `tests/`.

use super::repository::is_test_code;
use super::source::Source;
use super::{Finding, Repository};

/// Finds tests that are skipped, that sleep, that expect a panic, or that lie elsewhere.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    repository.rust().flat_map(|(path, source)| check_file(path, source)).collect()
}

fn check_file(path: &str, source: &Source) -> Vec<Finding> {
    let attributes = source.attributes();
    let wrong = attributes.iter().filter_map(|found| Some((found.line, attribute(path, found)?)));
    let paths = if is_test_code(path) { source.paths() } else { Vec::new() };
    let sleeps = paths.iter().filter(|found| is_sleep(&found.text)).map(|found| {
        let fix = "wait for the event itself, or move a clock";
        (found.line, format!("a test sleeps with {}; {fix}", found.text))
    });
    wrong.chain(sleeps).map(|(line, text)| Finding::new(path, line, 16, text)).collect()
}

/// What is wrong with an attribute in the file at `path`.
fn attribute(path: &str, found: &super::source::Found) -> Option<String> {
    let text = found.text.as_str();
    let words: Vec<&str> = text.split(|letter: char| !is_word(letter)).collect();
    let applies =
        |word| words.first() == Some(&word) || (words[0] == "cfg_attr" && words.contains(&word));
    let is_test = text == "test" || text.ends_with("::test") || text.starts_with("tokio::test");
    if applies("ignore") {
        Some("an ignored test tests nothing; make it pass, or delete it".to_owned())
    } else if applies("should_panic") {
        Some("should_panic passes on any panic; catch this one and look at it".to_owned())
    } else if is_test && !is_test_code(path) {
        Some("a test among the code; move it to src/tests.rs or src/tests/".to_owned())
    } else {
        None
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_sleep(path: &str) -> bool {
    ["thread::sleep", "time::sleep", "time::sleep_until"].iter().any(|end| path.ends_with(end))
}
