//! Minor units to decimal text and back, for a given number of decimals.
//!
//! Strict, so that one amount has few spellings: no sign, exponent, space, grouping or leading
//! zero. Knows no asset and no maximum but that of u128. Start at [`parse`] and [`print()`].

use crate::AmountError;

/// The minor units that `text` spells with at most `scale` decimals.
///
/// # Errors
///
/// `NotADecimal`, `TooManyDecimals`, or `TooLarge` if the minor units do not fit a u128.
pub(crate) fn parse(text: &str, scale: u8) -> Result<u128, AmountError> {
    let (whole, decimals) = match text.split_once('.') {
        Some((_, "")) => return Err(AmountError::NotADecimal),
        Some(halves) => halves,
        None => (text, ""),
    };
    let is_digits = |half: &str| half.bytes().all(|byte| byte.is_ascii_digit());
    let leads_with_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || leads_with_zero || !is_digits(whole) || !is_digits(decimals) {
        return Err(AmountError::NotADecimal);
    }
    let missing = usize::from(scale)
        .checked_sub(decimals.len())
        .ok_or(AmountError::TooManyDecimals { scale })?;

    let digits = whole.bytes().chain(decimals.bytes());
    digits
        .map(|byte| byte.saturating_sub(b'0'))
        .chain(std::iter::repeat_n(0, missing))
        .try_fold(0_u128, |minor, digit| minor.checked_mul(10)?.checked_add(digit.into()))
        .ok_or(AmountError::TooLarge)
}

/// `minor` as text with exactly `scale` decimals: 1050 at scale 2 is "10.50".
pub(crate) fn print(minor: u128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{minor:0>width$}", width = scale.saturating_add(1));
    let (whole, decimals) = digits.split_at(digits.len().saturating_sub(scale));
    if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") }
}
