//! The limits of money, and the relations between them, asserted when this crate is compiled.

/// The largest amount, in minor units: 10^36 - 1, thirty-six nines.
pub const AMOUNT_MAX: u128 = 999_999_999_999_999_999_999_999_999_999_999_999;

/// The largest scale (count of decimals) of an asset.
pub const SCALE_MAX: u8 = 30;

/// The shortest asset code, in characters.
pub const CODE_LENGTH_MIN: usize = 2;

/// The longest asset code, in characters; it is held inline.
pub const CODE_LENGTH_MAX: usize = 12;

// One whole unit of the finest asset is an amount.
const _: () = assert!(10_u128.pow(30) <= AMOUNT_MAX && SCALE_MAX == 30);
// Sums of a few amounts fit before they are checked against the maximum.
const _: () = assert!(AMOUNT_MAX.checked_mul(256).is_some());
const _: () = assert!(CODE_LENGTH_MIN <= CODE_LENGTH_MAX);
