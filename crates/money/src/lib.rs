//! Exact money: assets, amounts, shares and rounding, in whole minor units.
//!
//! Pure: no I/O, no clock, no randomness, no floats. Not a wire format (that is the crate `api`),
//! not a balance (that is the crate `ledger`), and no conversion between assets.
//!
//! Invariants, each with a property test of the same name:
//! - `parts_sum_to_the_whole`: [`Amount::allocate`] neither makes nor loses a minor unit.
//! - `each_part_is_within_one_unit`: no part is a whole minor unit away from its exact share.
//! - `parse_and_print_are_inverse`: a printed amount reads back as the same amount.
//! - `scaled_agrees_with_the_model`: every rounding is the one that exact integers give.
//! - `any_input_is_answered`: no input overflows silently or panics.
//!
//! Start at [`Amount`]; every way it can refuse is in [`AmountError`].

#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod allocate;
mod amount;
mod asset;
mod decimal;
mod limits;
mod ratio;
mod serial;
mod signed;
mod wide;

#[cfg(test)]
mod tests;

pub use amount::{Amount, AmountError};
pub use asset::{Asset, AssetError, Kind};
pub use limits::{AMOUNT_MAX, CODE_LENGTH_MAX, CODE_LENGTH_MIN, SCALE_MAX};
pub use ratio::{PartsPerMillion, Ratio, RatioError, Rounding};
pub use signed::Signed;
