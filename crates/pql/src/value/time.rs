//! Points in time, days and lengths of time: read, written, cut to a precision, added.
//!
//! No zones but fixed offsets in literals, which are gone once read; for the others see `zone`.
//! Years 0001 to 9999. Start at [`Timestamp`].

use std::fmt;

use super::calendar::{self, Civil};
use crate::limits::FRACTION_DIGITS_MAX;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_HOUR: i64 = 3600 * MICROS_PER_SECOND;
pub(super) const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;
/// The units of durations, shortest first.
const UNITS: [(&str, i64); 5] = [
    ("s", MICROS_PER_SECOND),
    ("m", 60 * MICROS_PER_SECOND),
    ("h", MICROS_PER_HOUR),
    ("d", MICROS_PER_DAY),
    ("w", 7 * MICROS_PER_DAY),
];
const PRECISION_MAX: u8 = 6;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, in the years 0001 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A day of the calendar, in the years 0001 to 9999; in no zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A length of time in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// A point in time as it is written: perhaps finer than a microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// The last whole microsecond that is not after it.
    pub floor: Timestamp,
    /// How many digits its seconds need behind the point, without trailing zeros.
    pub precision: u8,
}

/// Why a text is no timestamp, date or duration. Variants stand in the order checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text does not have the form `2026-01-31`.
    #[error("this is not a date: write it as 2026-01-31")]
    NotADate,
    /// The text does not have the form `2026-01-31T00:00:00Z`.
    #[error("this is not a timestamp: write it as 2026-01-31T00:00:00Z")]
    NotATimestamp,
    /// The timestamp does not say how far its clock is from UTC.
    #[error("the timestamp has no zone: end it with Z for UTC, or with an offset such as +01:00")]
    NoZone,
    /// The digits have the right form, and the calendar has no such day.
    #[error("the calendar has no such day")]
    NoSuchDay,
    /// The digits have the right form, and a clock never shows them.
    #[error(
        "a clock shows hours to 23, minutes and seconds to 59, and is at most 18 hours from UTC"
    )]
    NoSuchClockTime,
    /// The text does not have the form `7d`.
    #[error("this is not a duration: write a whole number and a unit of s, m, h, d or w")]
    NotADuration,
    /// The result is before the year 0001 or after 9999.
    #[error("times are in the years 0001 to 9999")]
    OutOfRange,
}

impl Timestamp {
    /// The first microsecond of the year 0001.
    pub const MIN: Self = Self(-62_135_596_800 * MICROS_PER_SECOND);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_800 * MICROS_PER_SECOND - 1);

    /// The point in time this many microseconds after 1970-01-01T00:00:00Z; `None` outside the
    /// years 0001 to 9999.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 { None } else { Some(Self(micros)) }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The last point in time, not after this one, that `precision` digits behind the seconds can
    /// tell; six or more change nothing.
    #[must_use]
    pub const fn floored(self, precision: u8) -> Self {
        Self(self.0 - self.0.rem_euclid(step(precision)))
    }

    /// The next point in time that `precision` digits can tell, after [`Self::floored`]; `None`
    /// past the year 9999.
    pub const fn stepped(self, precision: u8) -> Option<Self> {
        Self::from_micros(self.floored(precision).0 + step(precision))
    }

    /// This much later; `None` outside the years 0001 to 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration.0).and_then(Self::from_micros)
    }

    /// This much earlier; `None` outside the years 0001 to 9999.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration.0).and_then(Self::from_micros)
    }

    /// Reads `2026-01-31T00:00:00.5+01:00`, at most as fine as a microsecond.
    ///
    /// # Errors
    ///
    /// As [`Instant::parse`]; `NotATimestamp` if it is finer than a microsecond.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let instant = Instant::parse(text)?;
        let is_exact = instant.precision <= PRECISION_MAX;
        if is_exact { Ok(instant.floor) } else { Err(TimeError::NotATimestamp) }
    }

    /// Writes `2026-01-31T00:00:00.123Z` with exactly `precision` digits behind the seconds; finer
    /// digits are cut.
    ///
    /// # Errors
    ///
    /// Only those of `out` itself.
    pub fn write(self, precision: u8, out: &mut impl fmt::Write) -> fmt::Result {
        let (day, in_day) = (self.0.div_euclid(MICROS_PER_DAY), self.0.rem_euclid(MICROS_PER_DAY));
        let seconds = in_day / MICROS_PER_SECOND;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        // A day of the years 0001 to 9999 fits.
        write!(out, "{}T{hour:02}:{minute:02}:{second:02}", Date(day as i32))?;
        if precision > 0 {
            let fraction = in_day % MICROS_PER_SECOND / step(precision);
            let width = usize::from(precision.min(PRECISION_MAX));
            write!(out, ".{fraction:0width$}")?;
        }
        out.write_str("Z")
    }
}

impl Instant {
    /// Reads `2026-01-31T00:00:00.5+01:00`: the zone is a must, `Z` or hours and minutes.
    ///
    /// # Errors
    ///
    /// `NotATimestamp`, `NoZone`, `NoSuchDay`, `NoSuchClockTime`, or `OutOfRange` if it is outside
    /// the years 0001 to 9999 in UTC.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let bytes = text.as_bytes();
        let (Some((date, b"T")), Some(clock)) =
            (bytes.get(..11).map(|head| head.split_at(10)), bytes.get(11..19))
        else {
            return Err(TimeError::NotATimestamp);
        };
        let civil = civil(date).ok_or(TimeError::NotATimestamp)?;
        let [h1, h2, b':', m1, m2, b':', s1, s2] = clock else {
            return Err(TimeError::NotATimestamp);
        };
        let two = |tens: &u8, ones: &u8| digits(&[*tens, *ones]).ok_or(TimeError::NotATimestamp);
        let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
        let (fraction, zone) = fraction(&bytes[19..]).ok_or(TimeError::NotATimestamp)?;
        let offset_minutes = offset(zone)?;
        let day = calendar::day_of(civil).ok_or(TimeError::NoSuchDay)?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeError::NoSuchClockTime);
        }
        let seconds = i64::from((hour * 60 + minute - offset_minutes) * 60 + second);
        let micros = i64::from(day) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND;
        let floor =
            Timestamp::from_micros(micros + fraction.micros).ok_or(TimeError::OutOfRange)?;
        Ok(Self { floor, precision: fraction.precision })
    }
}

impl Date {
    /// The day 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// The day 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day this many days after 1970-01-01; `None` outside the years 0001 to 9999.
    pub const fn from_days(days: i32) -> Option<Self> {
        if days < Self::MIN.0 || days > Self::MAX.0 { None } else { Some(Self(days)) }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// This much later; `None` if that is no whole number of days, or outside the years.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        if duration.0 % MICROS_PER_DAY != 0 {
            return None;
        }
        let days = i32::try_from(duration.0 / MICROS_PER_DAY).ok()?;
        self.0.checked_add(days).and_then(Self::from_days)
    }

    /// This much earlier; `None` if that is no whole number of days, or outside the years.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.checked_add(Duration(duration.0.checked_neg()?))
    }

    /// Reads `2026-01-31`.
    ///
    /// # Errors
    ///
    /// `NotADate` or `NoSuchDay`.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let civil = civil(text.as_bytes()).ok_or(TimeError::NotADate)?;
        calendar::day_of(civil).map(Self).ok_or(TimeError::NoSuchDay)
    }
}

impl Duration {
    /// A duration of this many microseconds, backwards if negative.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The duration in microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads `7d`: units s, m (minutes), h, d (24 hours) and w (7 of these).
    ///
    /// # Errors
    ///
    /// `NotADuration`, or `OutOfRange` if no two timestamps are that far apart.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or_default();
        let unit = UNITS.iter().find(|(letter, _)| *letter == unit);
        let (_, unit) = unit.ok_or(TimeError::NotADuration)?;
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeError::NotADuration);
        }
        let micros = count.parse().ok().and_then(|count: i64| count.checked_mul(*unit));
        let longest = Timestamp::MAX.0 - Timestamp::MIN.0;
        let micros = micros.filter(|micros| *micros <= longest).ok_or(TimeError::OutOfRange)?;
        Ok(Self(micros))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day } = calendar::civil_of(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(PRECISION_MAX, f)
    }
}

/// In the largest unit that leaves nothing over, cut to seconds: queries write nothing finer.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fitting = UNITS.iter().rev().find(|(_, length)| self.0 % length == 0);
        let (unit, length) = fitting.unwrap_or(&UNITS[0]);
        write!(f, "{}{unit}", self.0 / length)
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Microseconds that a timestamp of this precision can tell apart.
const fn step(precision: u8) -> i64 {
    let finest = if precision < PRECISION_MAX { precision } else { PRECISION_MAX };
    10_i64.pow((PRECISION_MAX - finest) as u32)
}

struct Fraction {
    micros: i64,
    precision: u8,
}

/// The digits behind the seconds, if there is a point, and what stands after them.
fn fraction(text: &[u8]) -> Option<(Fraction, &[u8])> {
    let Some(behind) = text.strip_prefix(b".") else {
        return Some((Fraction { micros: 0, precision: 0 }, text));
    };
    let count = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || count > FRACTION_DIGITS_MAX {
        return None;
    }
    let (digits, rest) = behind.split_at(count);
    let micros = (0..usize::from(PRECISION_MAX)).fold(0, |micros, place| {
        micros * 10 + i64::from(digits.get(place).map_or(0, |digit| digit - b'0'))
    });
    let needed = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    Some((Fraction { micros, precision: u8::try_from(needed).ok()? }, rest))
}

/// How many minutes ahead of UTC a clock with this zone is.
fn offset(zone: &[u8]) -> Result<i32, TimeError> {
    let (sign, rest) = match zone {
        b"Z" => return Ok(0),
        b"" => return Err(TimeError::NoZone),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Err(TimeError::NotATimestamp),
    };
    let [h1, h2, b':', m1, m2] = rest else { return Err(TimeError::NotATimestamp) };
    let hours = digits(&[*h1, *h2]).ok_or(TimeError::NotATimestamp)?;
    let minutes = digits(&[*m1, *m2]).ok_or(TimeError::NotATimestamp)?;
    if minutes > 59 || hours * 60 + minutes > 18 * 60 {
        return Err(TimeError::NoSuchClockTime);
    }
    Ok(sign * (hours * 60 + minutes))
}

/// The numbers of `2026-01-31`, whether or not there is such a day.
fn civil(text: &[u8]) -> Option<Civil> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = digits(&[*y1, *y2, *y3, *y4])?;
    let month = u8::try_from(digits(&[*m1, *m2])?).ok()?;
    let day = u8::try_from(digits(&[*d1, *d2])?).ok()?;
    Some(Civil { year, month, day })
}

fn digits(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0'))
    })
}
