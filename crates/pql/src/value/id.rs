//! Ids: 128 bits with a prefix that says of what, written as `prefix_` and 26 characters.
//!
//! Knows no prefixes: the catalogue says which one a field has. Start at [`Id`].
//!
//! Source: the TypeID specification 0.3.

use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH: usize = 26;

/// A TypeID: ordered by its prefix, then by its bits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    prefix: Box<str>,
    bits: u128,
}

/// Why a text is not an id with the prefix asked for. Variants stand in the order checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has no underscore: no id at all.
    #[error("this is not an id: an id is a prefix, an underscore and 26 characters")]
    NotAnId,
    /// The text is an id of something else.
    #[error("this is an id of type {found}_, the field holds ids of type {expected}_")]
    WrongPrefix {
        /// The prefix of the field, without the underscore.
        expected: Box<str>,
        /// The prefix that the text has.
        found: Box<str>,
    },
    /// The part after the prefix is not 26 characters of the alphabet, the first one up to 7.
    #[error("an id has 26 characters after its underscore, of 0-9 and a-z without i, l, o and u")]
    BadSuffix,
}

impl Id {
    /// The id with this prefix (without the underscore) and these bits.
    pub fn new(prefix: &str, bits: u128) -> Self {
        Self { prefix: prefix.into(), bits }
    }

    /// Reads an id that must have this prefix.
    ///
    /// # Errors
    ///
    /// The first [`IdError`] that holds.
    pub fn parse(text: &str, prefix: &str) -> Result<Self, IdError> {
        let (found, suffix) = text.rsplit_once('_').ok_or(IdError::NotAnId)?;
        if found != prefix {
            let (expected, found) = (prefix.into(), found.into());
            return Err(IdError::WrongPrefix { expected, found });
        }
        let bits = bits_of(suffix.as_bytes()).ok_or(IdError::BadSuffix)?;
        Ok(Self::new(prefix, bits))
    }

    /// What stands before the underscore.
    pub const fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The 128 bits, most significant first when ids are ordered.
    pub const fn bits(&self) -> u128 {
        self.bits
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.bits;
        let mut suffix = [0; SUFFIX_LENGTH];
        for character in suffix.iter_mut().rev() {
            let [low, ..] = rest.to_le_bytes();
            *character = ALPHABET[usize::from(low & 0x1f)];
            rest >>= 5;
        }
        write!(f, "{}_{}", self.prefix, suffix.escape_ascii())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn bits_of(suffix: &[u8]) -> Option<u128> {
    // 26 characters hold 130 bits: the first one may not use its upper two.
    let first = suffix.first().filter(|first| suffix.len() == SUFFIX_LENGTH && **first < b'8');
    first?;
    suffix.iter().try_fold(0, |bits, character| {
        let digit = (0..32_u128).zip(ALPHABET).find(|(_, of)| *of == character);
        digit.map(|(digit, _)| (bits << 5) | digit)
    })
}
