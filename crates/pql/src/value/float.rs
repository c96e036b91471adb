//! Binary floating-point numbers: compared and shown, never added.
//!
//! Not for money or counts, which are exact. Start at [`Float`].
#![expect(clippy::disallowed_types, reason = "some databases hold measurements as doubles")]

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A finite double; zero has no sign.
#[derive(Clone, Copy)]
pub struct Float(f64);

impl Float {
    /// The number; `None` for NaN and the infinities, which read as NULL.
    pub const fn new(number: f64) -> Option<Self> {
        if number == 0.0 {
            return Some(Self(0.0));
        }
        if number.is_finite() { Some(Self(number)) } else { None }
    }

    /// The number as a double.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// The fewest digits that read back as the same number, written as JSON numbers are made
/// canonical: with an exponent from 1e21 upwards and below 1e-6.
///
/// Source: RFC 8785 section 3.2.2.3.
impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || (1e-6..1e21).contains(&size) {
            return write!(f, "{}", self.0);
        }
        let text = format!("{:e}", self.0);
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                write!(f, "{digits}e+{exponent}")
            }
            Some(_) | None => f.write_str(&text),
        }
    }
}

impl fmt::Debug for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
