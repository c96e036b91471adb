//! Rule 14, line 1 of every Rust file is its header: a `//!` sentence that says what it is for.

use super::{Finding, Repository};

/// Shorter headers repeat the file's name.
const HEADER_CHARS_MIN: usize = 20;

/// Words that promise a header instead of being one.
const PLACEHOLDERS: [&str; 4] = ["placeholder", "todo", "fixme", "tbd"];

/// Finds Rust files without a header.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let rust = repository.files.iter().filter(|(path, _)| path.ends_with(".rs"));
    rust.filter_map(|(path, text)| check_file(path, text)).collect()
}

fn check_file(path: &str, text: &str) -> Option<Finding> {
    let first = text.lines().next().unwrap_or_default();
    let fix = "say what it is for, what it is not, its invariants and where to start";
    let wrong = match first.strip_prefix("//! ") {
        None => "line 1 is no `//! ` header",
        Some(header) if is_placeholder(header) => "the header is a placeholder",
        Some(header) if header.chars().count() < HEADER_CHARS_MIN => "the header says too little",
        Some(_) => return None,
    };
    Some(Finding::new(path, 1, 14, format!("{wrong}; {fix}")))
}

fn is_placeholder(header: &str) -> bool {
    let header = header.to_lowercase();
    let mut words = header.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| PLACEHOLDERS.contains(&word))
}
