//! Multiply and divide through 256 bits, so that nothing between the two is lost.
//!
//! Not a big-integer library: this one operation is all money needs. Start at [`mul_div`].

use std::num::NonZeroU128;

/// An exact quotient, as its floor and what is left: floor + remainder / divisor.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Quotient {
    /// The quotient rounded down.
    pub(crate) floor: u128,
    /// What the floor leaves, below the divisor.
    pub(crate) remainder: u128,
}

/// `left * right / divisor`, exactly; `None` if the floor does not fit a u128.
pub(crate) fn mul_div(left: u128, right: u128, divisor: NonZeroU128) -> Option<Quotient> {
    let (low, high) = left.carrying_mul(right, 0);
    let divisor = divisor.get();
    if high >= divisor {
        return None;
    }
    if high == 0 {
        let (floor, remainder) = (low.checked_div(divisor)?, low.checked_rem(divisor)?);
        return Some(Quotient { floor, remainder });
    }
    // Long division, a bit at a time: `remainder` stays below the divisor, and the bits of the
    // quotient enter `floor` from the right as those of the low half leave it on the left.
    let (mut floor, mut remainder) = (low, high);
    for _ in 0..u128::BITS {
        let carries = remainder >> 127 == 1;
        remainder = (remainder << 1) | (floor >> 127);
        floor <<= 1;
        if carries || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            floor |= 1;
        }
    }
    Some(Quotient { floor, remainder })
}
