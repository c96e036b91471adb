//! Ids: sixteen bytes with a type of their own, written as a prefix and base32 (TypeID).
//!
//! No randomness: [`mint`] makes an id from the time and a counter, so that a platform's ids sort
//! in the order of its journal; [`derived`] makes the id of a thing that is named by its platform
//! and a label. Start at [`id!`](crate::id); the text form is the same for every type.
//!
//! Source: the TypeID specification 0.3; RFC 9562 sections 5.7 and 5.8 (UUID versions 7 and 8).

use std::fmt;

use sha2::{Digest, Sha256};

use crate::Timestamp;

#[doc(hidden)]
pub use serde;

/// The most that [`mint`] takes as its counter: fourteen bits.
pub const COUNTER_MAX: u16 = 0x3fff;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH: usize = 26;
const MICROS_PER_MILLI: i64 = 1_000;

/// Declares id types: sixteen bytes each, with a prefix of its own in the text form.
///
/// Each is `Copy`, ordered and hashed by its bytes, shown and parsed as `prefix_` and 26
/// characters; serialised as that text where the format is for people, else as a string of bytes.
///
/// ```
/// ledger::id! {
///     /// A parcel on its way.
///     pub struct ParcelId("par");
/// }
/// let text = "par_01h455vb4pex5vsknk084sn02q";
/// assert_eq!(text.parse::<ParcelId>().map(|id| id.to_string()), Ok(text.to_owned()));
/// ```
#[macro_export]
macro_rules! id {
    ($($(#[$meta:meta])* $visibility:vis struct $name:ident($prefix:literal);)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $name([u8; 16]);

        impl $name {
            /// What the text form starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id made of these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, in the order in which ids sort.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::ids::write_text(f, Self::PREFIX, self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::ids::write_text(f, Self::PREFIX, self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::ids::parse_text(Self::PREFIX, text).map(Self)
            }
        }

        impl $crate::ids::serde::Serialize for $name {
            fn serialize<S: $crate::ids::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> $crate::ids::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::ids::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                use $crate::ids::serde::{Deserialize, de::Error};
                if deserializer.is_human_readable() {
                    let text = <::std::string::String as Deserialize>::deserialize(deserializer)?;
                    text.parse().map_err(D::Error::custom)
                } else {
                    let bytes = <&[u8] as Deserialize>::deserialize(deserializer)?;
                    bytes.try_into().map(Self).map_err(D::Error::custom)
                }
            }
        }
    )+};
}

id! {
    /// Florin's customer, to whom everything else belongs.
    pub struct PlatformId("plt");
    /// An account of the ledger.
    pub struct AccountId("acc");
    /// A transaction; its transitions write entries.
    pub struct TransactionId("txn");
    /// An entry of the journal.
    pub struct EntryId("ent");
}

/// Why a text is not an id of the type asked for. Variants stand in the order checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is an id of another type, or none at all.
    #[error("an id of this type starts with {expected}_")]
    WrongPrefix {
        /// The prefix of the type asked for, without the underscore.
        expected: &'static str,
    },
    /// The part after the prefix is not 26 characters (bytes) long.
    #[error("an id has 26 characters after its prefix, this one has {length}")]
    WrongLength {
        /// The bytes found after the prefix.
        length: usize,
    },
    /// A character outside lower-case Crockford base32, or a first one above 7.
    #[error("character {position} after the prefix of the id is not allowed there")]
    BadCharacter {
        /// Which byte after the prefix, counted from 1.
        position: usize,
    },
}

impl IdError {
    /// The code on the wire and in docs/errors.md. Never renamed, never used twice.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongPrefix { .. } => "id_wrong_prefix",
            Self::WrongLength { .. } => "id_wrong_length",
            Self::BadCharacter { .. } => "id_bad_character",
        }
    }
}

/// Makes the bytes of an id: a UUID of version 7 whose chance bits are not left to chance.
///
/// Bits, in order: 48 of milliseconds since 1970, 4 of version, 12 of microseconds within the
/// millisecond, 2 of variant, 14 of `counter`, 48 of `platform_tail`. Ids of one platform sort by
/// `created_at`, then by `counter`.
///
/// # Panics
///
/// If `created_at` is before 1970 or past the year 10889, or `counter` above [`COUNTER_MAX`].
pub fn mint(created_at: Timestamp, counter: u16, platform_tail: [u8; 6]) -> [u8; 16] {
    let micros = created_at.micros();
    assert!(micros >= 0, "ids are minted after 1970");
    assert!(counter <= COUNTER_MAX, "the counter of an id has 14 bits");

    let [zero_a, zero_b, millis @ ..] = (micros / MICROS_PER_MILLI).to_be_bytes();
    assert!(zero_a == 0 && zero_b == 0, "the milliseconds of an id have 48 bits");
    let [.., micros_high, micros_low] = (micros % MICROS_PER_MILLI).to_be_bytes();
    let [counter_high, counter_low] = counter.to_be_bytes();

    let mut bytes = [0; 16];
    let (head, tail) = bytes.split_at_mut(10);
    head[..6].copy_from_slice(&millis);
    head[6..].copy_from_slice(&[micros_high, micros_low, counter_high, counter_low]);
    tail.copy_from_slice(&platform_tail);
    with_version(bytes, 7)
}

/// When an id was minted, to the microsecond; of one that [`mint`] did not make, some time.
pub fn minted_at(bytes: [u8; 16]) -> Timestamp {
    let [a, b, c, d, e, f, high, low, ..] = bytes;
    let millis = i64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let micros = i64::from(u16::from_be_bytes([high & 0x0f, low]));
    Timestamp::from_micros(millis.saturating_mul(MICROS_PER_MILLI).saturating_add(micros))
}

/// Makes the bytes of an id that `platform` and `label` alone decide: the same each time.
///
/// The first 16 bytes of SHA-256 over the platform's 16 bytes and the label, as a UUID of version
/// 8. For internal accounts, which exist once per platform and asset and are never handed out.
pub fn derived(platform: PlatformId, label: &str) -> [u8; 16] {
    let digest: [u8; 32] =
        Sha256::new().chain_update(platform.as_bytes()).chain_update(label).finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    with_version(bytes, 8)
}

fn with_version(mut bytes: [u8; 16], version: u8) -> [u8; 16] {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

#[doc(hidden)]
pub fn write_text(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: [u8; 16]) -> fmt::Result {
    let mut rest = u128::from_be_bytes(bytes);
    let mut suffix = [0; SUFFIX_LENGTH];
    for character in suffix.iter_mut().rev() {
        let [low, ..] = rest.to_le_bytes();
        *character = ALPHABET[usize::from(low & 0x1f)];
        rest >>= 5;
    }
    write!(f, "{prefix}_{}", suffix.escape_ascii())
}

#[doc(hidden)]
pub fn parse_text(prefix: &'static str, text: &str) -> Result<[u8; 16], IdError> {
    let suffix = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdError::WrongPrefix { expected: prefix })?;
    if suffix.len() != SUFFIX_LENGTH {
        return Err(IdError::WrongLength { length: suffix.len() });
    }
    let mut value: u128 = 0;
    for (position, character) in (1..).zip(suffix.bytes()) {
        let digit = (0..32_u8).zip(ALPHABET).find(|(_, of)| **of == character);
        match digit {
            // 26 characters hold 130 bits: the first one may not use its upper two.
            Some((digit, _)) if position > 1 || digit < 8 => {
                value = (value << 5) | u128::from(digit);
            }
            Some(_) | None => return Err(IdError::BadCharacter { position }),
        }
    }
    Ok(value.to_be_bytes())
}
