//! A whole number of up to 95 digits with checked arithmetic: wide enough that nothing a query may
//! compute overflows.
//!
//! Not a big-integer library: the size is fixed, so that a number needs no allocation. Sign and
//! magnitude; zero has no sign. Start at [`Wide`].

use std::cmp::Ordering;
use std::fmt;

const LIMBS: usize = 5;
/// Ten to this power is the largest power of ten in a limb.
const LIMB_DIGITS: u8 = 19;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sign {
    Plus,
    Minus,
}

/// A signed whole number below 2³²⁰ in magnitude; every number of 96 digits or fewer, that is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wide {
    sign: Sign,
    /// Least significant first.
    limbs: [u64; LIMBS],
}

impl Wide {
    /// Zero.
    pub const ZERO: Self = Self { sign: Sign::Plus, limbs: [0; LIMBS] };
    /// One.
    pub const ONE: Self = Self { sign: Sign::Plus, limbs: [1, 0, 0, 0, 0] };

    /// Ten to the power of `exponent`; `None` above 96.
    pub fn power_of_ten(exponent: u8) -> Option<Self> {
        Self::ONE.scaled_up(exponent)
    }

    /// 32 bytes that compare as the numbers do: two's complement, big endian, its sign bit turned.
    /// `None` from 2²⁵⁵ on.
    pub fn to_ordered_bytes(self) -> Option<[u8; 32]> {
        let moved = self.checked_add(Self::HALF)?;
        let [low @ .., most] = moved.limbs;
        if moved.is_negative() || most != 0 {
            return None;
        }
        let mut bytes = [0; 32];
        for (bytes, limb) in bytes.rchunks_exact_mut(8).zip(low) {
            bytes.copy_from_slice(&limb.to_be_bytes());
        }
        Some(bytes)
    }

    /// The number of [`Self::to_ordered_bytes`].
    pub fn from_ordered_bytes(bytes: [u8; 32]) -> Option<Self> {
        let mut limbs = [0; LIMBS];
        for (limb, bytes) in limbs.iter_mut().zip(bytes.rchunks_exact(8)) {
            *limb = u64::from_be_bytes(bytes.try_into().ok()?);
        }
        Self { sign: Sign::Plus, limbs }.checked_sub(Self::HALF)
    }

    /// 2²⁵⁵.
    const HALF: Self = Self { sign: Sign::Plus, limbs: [0, 0, 0, 1 << 63, 0] };

    /// Whether the number is zero.
    pub fn is_zero(self) -> bool {
        self.limbs == [0; LIMBS]
    }

    /// Whether the number is below zero.
    pub const fn is_negative(self) -> bool {
        matches!(self.sign, Sign::Minus)
    }

    /// The number without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { sign: Sign::Plus, limbs: self.limbs }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::signed(self.sign.product(Sign::Minus), self.limbs)
    }

    /// The sum; `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.sign == other.sign {
            return Some(Self::signed(self.sign, add(self.limbs, other.limbs)?));
        }
        let (larger, smaller) = match compare(&self.limbs, &other.limbs) {
            Ordering::Less => (other, self),
            Ordering::Equal | Ordering::Greater => (self, other),
        };
        Some(Self::signed(larger.sign, subtract(larger.limbs, smaller.limbs)))
    }

    /// The difference; `None` if it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.negated())
    }

    /// The product; `None` if it does not fit.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let mut limbs = [0; LIMBS];
        for (place, factor) in other.limbs.into_iter().enumerate().filter(|(_, limb)| *limb != 0) {
            let partial = multiply(self.limbs, factor, 0)?;
            limbs = add(limbs, shifted(partial, place)?)?;
        }
        Some(Self::signed(self.sign.product(other.sign), limbs))
    }

    /// The quotient, cut towards zero, and the remainder, which has the sign of the dividend;
    /// `None` if `divisor` is zero.
    pub fn checked_div_rem(self, divisor: Self) -> Option<(Self, Self)> {
        if divisor.is_zero() {
            return None;
        }
        let (quotient, remainder) = match divisor.limbs {
            [small, 0, 0, 0, 0] => {
                let (quotient, remainder) = divide(self.limbs, small);
                (quotient, [remainder, 0, 0, 0, 0])
            }
            wide => divide_wide(self.limbs, wide),
        };
        let sign = self.sign.product(divisor.sign);
        Some((Self::signed(sign, quotient), Self::signed(self.sign, remainder)))
    }

    /// The number times ten to the power of `exponent`; `None` if it does not fit.
    pub fn scaled_up(self, exponent: u8) -> Option<Self> {
        let mut limbs = self.limbs;
        let mut rest = exponent;
        while rest > 0 {
            let step = rest.min(LIMB_DIGITS);
            limbs = multiply(limbs, power_of_ten(step), 0)?;
            rest -= step;
        }
        Some(Self::signed(self.sign, limbs))
    }

    /// The number divided by ten to the power of `exponent` and cut towards zero.
    #[must_use]
    pub fn scaled_down(self, exponent: u8) -> Self {
        let mut limbs = self.limbs;
        let mut rest = exponent;
        while rest > 0 {
            let step = rest.min(LIMB_DIGITS);
            (limbs, _) = divide(limbs, power_of_ten(step));
            rest -= step;
        }
        Self::signed(self.sign, limbs)
    }

    /// The last decimal digit, without the sign.
    pub fn last_digit(self) -> u64 {
        divide(self.limbs, 10).1
    }

    /// How many decimal digits the number has; zero has one.
    pub fn digits(self) -> u32 {
        let mut rest = self;
        let mut digits = 0;
        while rest.limbs[1..] != [0; LIMBS - 1] {
            rest = rest.scaled_down(LIMB_DIGITS);
            digits += u32::from(LIMB_DIGITS);
        }
        // What is left may be zero only for zero itself: a second limb holds more than 19 digits.
        digits + rest.limbs[0].checked_ilog10().map_or(1, |log| log + 1)
    }

    /// The number that these ASCII digits spell, without a sign; `None` if a byte is no digit,
    /// there is none, or the number does not fit.
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        let mut limbs = [0; LIMBS];
        for chunk in digits.chunks(usize::from(LIMB_DIGITS)) {
            let mut value: u64 = 0;
            let mut factor: u64 = 1;
            for byte in chunk {
                let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
                value = value * 10 + u64::from(digit);
                factor *= 10;
            }
            limbs = multiply(limbs, factor, value)?;
        }
        Some(Self::signed(Sign::Plus, limbs))
    }

    const fn from_magnitude(sign: Sign, magnitude: u128) -> Self {
        let low = magnitude as u64;
        let high = (magnitude >> 64) as u64;
        Self { sign, limbs: [low, high, 0, 0, 0] }
    }

    fn signed(sign: Sign, limbs: [u64; LIMBS]) -> Self {
        Self { sign: if limbs == [0; LIMBS] { Sign::Plus } else { sign }, limbs }
    }
}

impl Sign {
    const fn product(self, other: Self) -> Self {
        match (self, other) {
            (Self::Plus, Self::Plus) | (Self::Minus, Self::Minus) => Self::Plus,
            (Self::Plus, Self::Minus) | (Self::Minus, Self::Plus) => Self::Minus,
        }
    }
}

impl From<i64> for Wide {
    fn from(value: i64) -> Self {
        Self::from_magnitude(sign_of(value.into()), value.unsigned_abs().into())
    }
}

impl From<u64> for Wide {
    fn from(value: u64) -> Self {
        Self::from_magnitude(Sign::Plus, value.into())
    }
}

impl From<i128> for Wide {
    fn from(value: i128) -> Self {
        Self::from_magnitude(sign_of(value), value.unsigned_abs())
    }
}

/// Why a [`Wide`] is not a smaller type: it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number has too many digits")]
pub struct TooWide;

impl TryFrom<Wide> for i128 {
    type Error = TooWide;

    fn try_from(value: Wide) -> Result<Self, TooWide> {
        let [low, high, 0, 0, 0] = value.limbs else { return Err(TooWide) };
        let magnitude = u128::from(low) | (u128::from(high) << 64);
        if value.is_negative() {
            0_i128.checked_sub_unsigned(magnitude).ok_or(TooWide)
        } else {
            Self::try_from(magnitude).map_err(|_| TooWide)
        }
    }
}

impl TryFrom<Wide> for i64 {
    type Error = TooWide;

    fn try_from(value: Wide) -> Result<Self, TooWide> {
        Self::try_from(i128::try_from(value)?).map_err(|_| TooWide)
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.sign, other.sign) {
            (Sign::Plus, Sign::Plus) => compare(&self.limbs, &other.limbs),
            (Sign::Minus, Sign::Minus) => compare(&other.limbs, &self.limbs),
            (Sign::Minus, Sign::Plus) => Ordering::Less,
            (Sign::Plus, Sign::Minus) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chunks = [0; LIMBS + 1];
        let mut limbs = self.limbs;
        for chunk in &mut chunks {
            (limbs, *chunk) = divide(limbs, power_of_ten(LIMB_DIGITS));
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        let first = chunks.iter().rposition(|chunk| *chunk != 0).unwrap_or(0);
        write!(f, "{}", chunks[first])?;
        chunks[..first].iter().rev().try_for_each(|chunk| write!(f, "{chunk:019}"))
    }
}

impl fmt::Debug for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const fn sign_of(value: i128) -> Sign {
    if value < 0 { Sign::Minus } else { Sign::Plus }
}

const fn power_of_ten(exponent: u8) -> u64 {
    10_u64.pow(exponent as u32)
}

fn compare(left: &[u64; LIMBS], right: &[u64; LIMBS]) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

/// The sum of two magnitudes; `None` if it does not fit.
fn add(left: [u64; LIMBS], right: [u64; LIMBS]) -> Option<[u64; LIMBS]> {
    let mut sum = [0; LIMBS];
    let mut carry = false;
    for ((sum, left), right) in sum.iter_mut().zip(left).zip(right) {
        (*sum, carry) = left.carrying_add(right, carry);
    }
    (!carry).then_some(sum)
}

/// `larger` less `smaller`, which is not above it.
fn subtract(larger: [u64; LIMBS], smaller: [u64; LIMBS]) -> [u64; LIMBS] {
    let mut difference = [0; LIMBS];
    let mut borrow = false;
    for ((difference, larger), smaller) in difference.iter_mut().zip(larger).zip(smaller) {
        (*difference, borrow) = larger.borrowing_sub(smaller, borrow);
    }
    debug_assert!(!borrow, "the smaller magnitude is taken from the larger");
    difference
}

/// `limbs * factor + carry`; `None` if it does not fit.
fn multiply(limbs: [u64; LIMBS], factor: u64, mut carry: u64) -> Option<[u64; LIMBS]> {
    let mut product = [0; LIMBS];
    for (product, limb) in product.iter_mut().zip(limbs) {
        (*product, carry) = limb.carrying_mul(factor, carry);
    }
    (carry == 0).then_some(product)
}

/// The magnitude moved up by whole limbs; `None` if one falls off.
fn shifted(limbs: [u64; LIMBS], places: usize) -> Option<[u64; LIMBS]> {
    let (kept, lost) = limbs.split_at(LIMBS - places);
    if lost.iter().any(|limb| *limb != 0) {
        return None;
    }
    let mut moved = [0; LIMBS];
    moved[places..].copy_from_slice(kept);
    Some(moved)
}

/// Quotient and remainder of a magnitude by one limb, which is not zero.
fn divide(limbs: [u64; LIMBS], divisor: u64) -> ([u64; LIMBS], u64) {
    let mut quotient = [0; LIMBS];
    let mut remainder = 0;
    for (quotient, limb) in quotient.iter_mut().zip(limbs).rev() {
        let dividend = (u128::from(remainder) << 64) | u128::from(limb);
        // The remainder is below the divisor, so that the quotient fits a limb.
        *quotient = (dividend / u128::from(divisor)) as u64;
        remainder = (dividend % u128::from(divisor)) as u64;
    }
    (quotient, remainder)
}

/// Quotient and remainder of a magnitude by a magnitude that is not zero: long division, a bit at
/// a time, for divisors of more than one limb.
fn divide_wide(limbs: [u64; LIMBS], divisor: [u64; LIMBS]) -> ([u64; LIMBS], [u64; LIMBS]) {
    let (mut quotient, mut remainder) = (limbs, [0; LIMBS]);
    for _ in 0..LIMBS * 64 {
        let leaves = doubled(&mut quotient, 0);
        let carries = doubled(&mut remainder, leaves);
        if carries == 1 || compare(&remainder, &divisor) != Ordering::Less {
            remainder = wrapping_subtract(remainder, divisor);
            quotient[0] |= 1;
        }
    }
    (quotient, remainder)
}

/// Shifts a magnitude left by one bit, `enters` coming in on the right; the bit that leaves.
fn doubled(limbs: &mut [u64; LIMBS], enters: u64) -> u64 {
    limbs.iter_mut().fold(enters, |enters, limb| {
        let leaves = *limb >> 63;
        *limb = (*limb << 1) | enters;
        leaves
    })
}

/// The difference below 2³²⁰, for a minuend whose top bit is kept elsewhere.
fn wrapping_subtract(left: [u64; LIMBS], right: [u64; LIMBS]) -> [u64; LIMBS] {
    let mut difference = [0; LIMBS];
    let mut borrow = false;
    for ((difference, left), right) in difference.iter_mut().zip(left).zip(right) {
        (*difference, borrow) = left.borrowing_sub(right, borrow);
    }
    difference
}
