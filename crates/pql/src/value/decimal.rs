//! Exact decimals: arithmetic without rounding where the language has none, and half away from
//! zero where it rounds.
//!
//! Knows no widths: those are checked when a query is compiled. Start at [`Decimal`].

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::wide::Wide;

/// How many decimals `/` and AVG give.
pub const QUOTIENT_SCALE: u8 = 12;

/// The most digits behind a point: as many as a coefficient surely has.
const SCALE_MAX: u8 = 95;

/// An exact decimal: a coefficient, and how many of its digits stand behind the point.
///
/// Equal if the numbers are: `1.50` equals `1.5`. Shown with all its decimals.
///
/// ```
/// use pql::value::Decimal;
/// let (price, count): (Decimal, Decimal) = ("19.99".parse().unwrap(), 3.into());
/// assert_eq!(price.checked_mul(count).unwrap().to_string(), "59.97");
/// assert_eq!(price.quotient(count).unwrap().to_string(), "6.663333333333");
/// ```
#[derive(Clone, Copy)]
pub struct Decimal {
    coefficient: Wide,
    scale: u8,
}

/// Why a text is not a decimal: it is not digits, perhaps with a point between, or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a decimal number of at most 95 digits")]
pub struct NotADecimal;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { coefficient: Wide::ZERO, scale: 0 };

    /// `coefficient` divided by ten to the power of `scale`.
    ///
    /// # Panics
    ///
    /// If `scale` is above 95: the compiler's limits are far below.
    pub const fn new(coefficient: Wide, scale: u8) -> Self {
        assert!(scale <= SCALE_MAX, "a decimal has at most 95 digits behind its point");
        Self { coefficient, scale }
    }

    /// All digits, without the point.
    pub const fn coefficient(self) -> Wide {
        self.coefficient
    }

    /// How many digits stand behind the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Whether the number is zero.
    pub fn is_zero(self) -> bool {
        self.coefficient.is_zero()
    }

    /// The number without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { coefficient: self.coefficient.abs(), scale: self.scale }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { coefficient: self.coefficient.negated(), scale: self.scale }
    }

    /// The sum, with the larger of the two scales; `None` if it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let (left, right) = (self.at_scale(scale)?, other.at_scale(scale)?);
        Some(Self { coefficient: left.checked_add(right)?, scale })
    }

    /// The difference, with the larger of the two scales; `None` if it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.negated())
    }

    /// The product, with the sum of the two scales; `None` if it does not fit.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let scale = self.scale.checked_add(other.scale).filter(|scale| *scale <= SCALE_MAX)?;
        Some(Self { coefficient: self.coefficient.checked_mul(other.coefficient)?, scale })
    }

    /// The quotient with twelve decimals, rounded half away from zero; `None` if `divisor` is zero
    /// or the quotient does not fit.
    pub fn quotient(self, divisor: Self) -> Option<Self> {
        self.quotient_at(divisor, QUOTIENT_SCALE)
    }

    /// The quotient with `scale` decimals, rounded once, half away from zero; `None` if `divisor`
    /// is zero or the quotient does not fit.
    pub fn quotient_at(self, divisor: Self, scale: u8) -> Option<Self> {
        // One digit more than asked for: cut towards zero, it alone decides how to round.
        let finer = scale.checked_add(1)?;
        let dividend = self.coefficient.scaled_up(finer.checked_add(divisor.scale)?)?;
        let divisor = divisor.coefficient.scaled_up(self.scale)?;
        let (quotient, _) = dividend.checked_div_rem(divisor)?;
        Self { coefficient: quotient, scale: finer }.rounded(scale)
    }

    /// `DIV`: how often `divisor` goes into the number, cut towards zero; `None` if it is zero or
    /// the numbers are too far apart.
    pub fn whole_quotient(self, divisor: Self) -> Option<Self> {
        let scale = self.scale.max(divisor.scale);
        let (left, right) = (self.at_scale(scale)?, divisor.at_scale(scale)?);
        left.checked_div_rem(right).map(|(quotient, _)| Self { coefficient: quotient, scale: 0 })
    }

    /// `MOD`: what [`Self::whole_quotient`] leaves, with the sign of the number itself.
    pub fn remainder(self, divisor: Self) -> Option<Self> {
        let scale = self.scale.max(divisor.scale);
        let (left, right) = (self.at_scale(scale)?, divisor.at_scale(scale)?);
        left.checked_div_rem(right).map(|(_, remainder)| Self { coefficient: remainder, scale })
    }

    /// The nearest number with exactly `scale` decimals, halves away from zero; `None` if it does
    /// not fit.
    pub fn rounded(self, scale: u8) -> Option<Self> {
        let Some(drops) = self.scale.checked_sub(scale).filter(|drops| *drops > 0) else {
            return Some(Self { coefficient: self.at_scale(scale)?, scale });
        };
        // The first digit that goes decides: what stands behind it cannot make a half of less.
        let before = self.coefficient.scaled_down(drops - 1);
        let kept = before.scaled_down(1);
        let coefficient =
            if before.last_digit() >= 5 { kept.checked_add(self.unit())? } else { kept };
        Some(Self { coefficient, scale })
    }

    /// `ROUND(x, places)`: halves away from zero; below zero, places stand before the point. A
    /// number that has no more places stays as it is; `None` if the result does not fit.
    pub fn rounded_at(self, places: i64) -> Option<Self> {
        if places >= i64::from(self.scale) {
            return Some(self);
        }
        if let Ok(scale) = u8::try_from(places) {
            return self.rounded(scale);
        }
        // Tens are rounded as if the point stood further left; past all digits nothing is left.
        let Some(tens) = places.checked_neg().filter(|tens| *tens <= i64::from(SCALE_MAX)) else {
            return Some(Self::ZERO);
        };
        let tens = u8::try_from(tens).ok()?;
        let whole = self.coefficient.scaled_down(self.scale);
        let kept = Self { coefficient: whole, scale: tens }.rounded(0)?;
        Some(Self { coefficient: kept.coefficient.scaled_up(tens)?, scale: 0 })
    }

    /// The largest whole number that is not above this one.
    pub fn floor(self) -> Option<Self> {
        let kept = self.coefficient.scaled_down(self.scale);
        let cut_up = self.coefficient.is_negative() && self.has_part();
        let step = if cut_up { Wide::ONE } else { Wide::ZERO };
        Some(Self { coefficient: kept.checked_sub(step)?, scale: 0 })
    }

    /// The smallest whole number that is not below this one.
    pub fn ceil(self) -> Option<Self> {
        self.negated().floor().map(Self::negated)
    }

    /// The coefficient that the number has with `scale` decimals; `None` if digits would be lost
    /// or it does not fit.
    pub fn at_scale(self, scale: u8) -> Option<Wide> {
        match scale.checked_sub(self.scale) {
            Some(more) => self.coefficient.scaled_up(more),
            None => {
                let trimmed = self.trimmed();
                let more = scale.checked_sub(trimmed.scale)?;
                trimmed.coefficient.scaled_up(more)
            }
        }
    }

    /// The same number without trailing zeros behind the point.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let mut trimmed = self;
        while trimmed.scale > 0 && trimmed.coefficient.last_digit() == 0 {
            trimmed.coefficient = trimmed.coefficient.scaled_down(1);
            trimmed.scale -= 1;
        }
        trimmed
    }

    /// How many digits stand before the point; none for numbers below one.
    pub fn integer_digits(self) -> u32 {
        let whole = self.coefficient.scaled_down(self.scale);
        if whole.is_zero() { 0 } else { whole.digits() }
    }

    /// Whether a digit behind the point is not zero.
    fn has_part(self) -> bool {
        self.trimmed().scale > 0
    }

    /// One, with the sign of the number.
    fn unit(self) -> Wide {
        if self.coefficient.is_negative() { Wide::ONE.negated() } else { Wide::ONE }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { coefficient: value.into(), scale: 0 }
    }
}

impl From<Wide> for Decimal {
    fn from(value: Wide) -> Self {
        Self { coefficient: value, scale: 0 }
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads `-12.50`: digits, perhaps a minus before them, perhaps a point between them.
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (before, behind) = match digits.split_once('.') {
            Some((before, behind)) if !before.is_empty() && !behind.is_empty() => (before, behind),
            Some(_) => return Err(NotADecimal),
            None => (digits, ""),
        };
        let scale = u8::try_from(behind.len()).ok().filter(|scale| *scale <= SCALE_MAX);
        let scale = scale.ok_or(NotADecimal)?;
        let whole = Wide::from_digits(before.as_bytes()).ok_or(NotADecimal)?;
        let coefficient = if behind.is_empty() {
            whole
        } else {
            let part = Wide::from_digits(behind.as_bytes()).ok_or(NotADecimal)?;
            let whole = whole.scaled_up(scale).ok_or(NotADecimal)?;
            whole.checked_add(part).ok_or(NotADecimal)?
        };
        let coefficient = if negative { coefficient.negated() } else { coefficient };
        Ok(Self { coefficient, scale })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let whole = |decimal: &Self| decimal.coefficient.scaled_down(decimal.scale);
        let (left, right) = (whole(self), whole(other));
        // The whole parts first: at one scale, numbers of many digits might not fit.
        left.cmp(&right).then_with(|| {
            let part = |decimal: &Self, whole: Wide| {
                let whole = whole.scaled_up(decimal.scale)?;
                decimal.coefficient.checked_sub(whole)?.scaled_up(scale - decimal.scale)
            };
            part(self, left).cmp(&part(other, right))
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let trimmed = self.trimmed();
        (trimmed.coefficient, trimmed.scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        let sign = if self.coefficient.is_negative() { "-" } else { "" };
        let digits = format!("{:0>width$}", self.coefficient.abs().to_string(), width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        match part {
            "" => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
