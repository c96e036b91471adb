//! Patterns of LIKE and ILIKE: read once into parts, which emitters translate and [`Pattern`]
//! matches.
//!
//! No regular expressions. A `%` stands for any text, line ends too, a `_` for one code point; there
//! is no escape unless the query names one.

use std::fmt;

use crate::limits::{PATTERN_CHARACTERS_MAX, PATTERN_WILDCARDS_MAX};

/// Whether letters must match in case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// LIKE: `A` is not `a`.
    Sensitive,
    /// ILIKE: the letters A to Z are a to z, all others are themselves.
    AsciiInsensitive,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// This code point.
    Literal(char),
    /// `_`: any one code point.
    One,
    /// `%`: any text, the empty one too.
    Many,
}

/// A pattern that was read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Box<[Part]>,
}

/// Why a text is no pattern. Variants stand in the order checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The pattern is longer than [`PATTERN_CHARACTERS_MAX`].
    #[error("a pattern has at most 1,000 characters, this one has {length}")]
    TooLong {
        /// Its code points.
        length: usize,
    },
    /// The escape stands last, before nothing.
    #[error("the pattern ends with its escape character, which must stand before another")]
    EndsWithEscape,
    /// The pattern has more `%` than [`PATTERN_WILDCARDS_MAX`].
    #[error("a pattern has at most 10 percent signs, this one has {count}")]
    TooMany {
        /// Its percent signs that are not escaped.
        count: usize,
    },
}

impl Pattern {
    /// Reads a pattern; behind `escape` every code point stands for itself.
    ///
    /// # Errors
    ///
    /// The first [`PatternError`] that holds.
    pub fn parse(text: &str, escape: Option<char>) -> Result<Self, PatternError> {
        let length = text.chars().count();
        if length > PATTERN_CHARACTERS_MAX {
            return Err(PatternError::TooLong { length });
        }
        let mut parts = Vec::with_capacity(length);
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            parts.push(match character {
                escaping if Some(escaping) == escape => {
                    Part::Literal(characters.next().ok_or(PatternError::EndsWithEscape)?)
                }
                '%' => Part::Many,
                '_' => Part::One,
                other => Part::Literal(other),
            });
        }
        let count = parts.iter().filter(|part| **part == Part::Many).count();
        if count > PATTERN_WILDCARDS_MAX {
            return Err(PatternError::TooMany { count });
        }
        Ok(Self { parts: parts.into() })
    }

    /// The parts, in order.
    pub const fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether the whole of `text` is as the pattern says.
    pub fn matches(&self, text: &str, case: Case) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut part, mut at) = (0, 0);
        // Where to go on if what follows the last `%` fails: it takes one code point more.
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.parts.get(part) {
                Some(Part::Many) => {
                    part += 1;
                    retry = Some((part, at));
                }
                Some(Part::One) => (part, at) = (part + 1, at + 1),
                Some(Part::Literal(literal)) if case.equal(*literal, text[at]) => {
                    (part, at) = (part + 1, at + 1);
                }
                Some(Part::Literal(_)) | None => {
                    let Some((after_many, taken)) = retry else { return false };
                    retry = Some((after_many, taken + 1));
                    (part, at) = (after_many, taken + 1);
                }
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::Many)
    }
}

impl Case {
    fn equal(self, left: char, right: char) -> bool {
        match self {
            Self::Sensitive => left == right,
            Self::AsciiInsensitive => left.eq_ignore_ascii_case(&right),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.parts).finish()
    }
}
