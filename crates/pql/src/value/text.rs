//! Text: by code point, folding ASCII alone.
//!
//! Knows no languages, no normal forms, no collations: every database can do what is here. Patterns
//! are in `pattern`. Start at [`lower`].

/// The text with A to Z as a to z; nothing else changes.
pub fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The text with a to z as A to Z; nothing else changes.
pub fn upper(text: &str) -> String {
    text.to_ascii_uppercase()
}

/// How many code points the text has.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// Whether the text starts with `part`; every text starts with the empty one.
pub fn starts_with(text: &str, part: &str) -> bool {
    text.starts_with(part)
}

/// Whether the text ends with `part`; every text ends with the empty one.
pub fn ends_with(text: &str, part: &str) -> bool {
    text.ends_with(part)
}

/// Whether `part` stands anywhere in the text; the empty one does in every text.
pub fn contains(text: &str, part: &str) -> bool {
    text.contains(part)
}
