//! Dates, instants and durations: read, checked against the calendar, and corrected.
//!
//! The calendar here is the Gregorian one, extended to the years 0001 to 9999; zones are offsets only.

use crate::ast::{Date, Instant};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Lexer, TokenKind, is_word_byte};
use crate::limits::FRACTION_DIGITS_MAX;

const SECONDS_A_DAY: i64 = 86_400;
/// 0001-01-01 and the day after 9999-12-31, in days since 1970-01-01.
const DAYS_FIRST: i64 = -719_162;
const DAYS_END: i64 = 2_932_897;

impl Lexer<'_> {
    /// `@` with a date or an instant.
    pub(super) fn time(&mut self) {
        let end = self.end_of_time();
        let text = &self.text[self.at + 1..end];
        if date(text).is_some() {
            return self.date_or_sql_instant(end);
        }
        if instant(text).is_some() {
            return self.push_to(TokenKind::Instant, end);
        }
        self.wrong_time(end);
    }

    /// A date; or an instant with a blank for its T, as SQL writes it.
    fn date_or_sql_instant(&mut self, end: usize) {
        let clock = [1, 2, 3].map(|ahead| self.byte(end + ahead));
        let clock = self.byte(end) == b' ' && matches!(clock, [b'0'..=b'9', b'0'..=b'9', b':']);
        if !clock {
            return self.push_to(TokenKind::Date, end);
        }
        let part = |byte: &u8| is_word_byte(*byte) || matches!(byte, b':' | b'.' | b'+' | b'-');
        let rest = &self.bytes[end + 1..];
        let end = end + 1 + rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        let message = "Between the date and the time of an instant is a T.";
        let span = self.span_to(end);
        let diagnostic = Diagnostic::new(Code::Time, span, message);
        let diagnostic = match corrected(&self.text[self.at + 1..end]) {
            Some(meant) => {
                diagnostic.hint(format!("Write @{meant}.")).replace(span, format!("@{meant}"))
            }
            None => diagnostic.hint("Write @2026-01-31T09:30:00Z."),
        };
        self.report(diagnostic);
        self.push_to(TokenKind::Instant, end);
    }

    /// What hangs together after `@`.
    fn end_of_time(&self) -> usize {
        let part =
            |byte: &u8| is_word_byte(*byte) || matches!(byte, b'-' | b':' | b'.' | b'+' | b'/');
        let rest = &self.bytes[self.at + 1..];
        let mut end = self.at + 1 + rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        while matches!(self.byte(end - 1), b'-' | b'.' | b'+' | b'/' | b':') && end > self.at + 1 {
            end -= 1;
        }
        end
    }

    fn wrong_time(&mut self, mut end: usize) {
        if matches!(self.byte(end), b'\'' | b'"') && end == self.at + 1 {
            return self.quoted_time();
        }
        if end == self.at + 1 {
            return self.lone_at(end);
        }
        let text = &self.text[self.at + 1..end];
        let meant = corrected(text);
        let (message, hint) = complaint(text);
        let hint = match &meant {
            Some(meant) => format!("Write @{meant}."),
            None => hint.to_owned(),
        };
        if meant.is_none() && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            end = self.end_of_word(self.at + 1);
        }
        let span = self.span_to(end);
        let mut diagnostic = Diagnostic::new(Code::Time, span, message).hint(hint);
        if let Some(meant) = meant {
            diagnostic = diagnostic.replace(span, format!("@{meant}"));
        }
        self.report(diagnostic);
        let instant = self.text[self.at..end].contains([':', 'T']);
        self.push_to(if instant { TokenKind::Instant } else { TokenKind::Date }, end);
    }

    fn lone_at(&mut self, end: usize) {
        let diagnostic =
            Diagnostic::new(Code::Time, self.span_to(end), "A date or an instant follows @.")
                .hint("Write @2026-01-31 or @2026-01-31T00:00:00Z.");
        self.report(diagnostic);
        self.push_to(TokenKind::Date, end);
    }

    /// `@'2026-01-31'`
    fn quoted_time(&mut self) {
        let quote = self.byte(self.at + 1);
        let rest = &self.bytes[self.at + 2..];
        let length = rest.iter().position(|byte| *byte == quote).unwrap_or(rest.len());
        let inner = &self.text[self.at + 2..self.at + 2 + length];
        let end = (self.at + length + 3).min(self.bytes.len());
        let span = self.span_to(end);
        let diagnostic =
            Diagnostic::new(Code::Time, span, "Dates and instants stand without quotes.");
        let meant = if is_time(inner) { Some(inner.to_owned()) } else { corrected(inner) };
        let diagnostic = match meant {
            Some(meant) => {
                diagnostic.hint(format!("Write @{meant}.")).replace(span, format!("@{meant}"))
            }
            None => diagnostic.hint("Write @2026-01-31 or @2026-01-31T00:00:00Z."),
        };
        self.report(diagnostic);
        self.push_to(TokenKind::Instant, end);
    }
}

fn is_time(text: &str) -> bool {
    date(text).is_some() || instant(text).is_some()
}

/// `2026-01-31`, if there is such a day.
pub(crate) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else { return None };
    let year = u16::from(pair(y1, y2)?) * 100 + u16::from(pair(y3, y4)?);
    let (month, day) = (pair(m1, m2)?, pair(d1, d2)?);
    let exists = year >= 1 && (1..=12).contains(&month) && day >= 1 && day <= days_of(year, month);
    exists.then_some(Date { year, month, day })
}

/// `2026-01-31T00:00:00.5+01:00`, if there is such an instant within the years 0001 to 9999.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let day = date(text.get(..10)?)?;
    let rest = text.as_bytes().get(10..)?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else { return None };
    let (hour, minute, second) = (pair(*h1, *h2)?, pair(*m1, *m2)?, pair(*s1, *s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanoseconds, zone) = fraction(rest)?;
    let offset = offset_seconds(zone)?;
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let seconds = days(day) * SECONDS_A_DAY + of_day - offset;
    let within = (DAYS_FIRST * SECONDS_A_DAY..DAYS_END * SECONDS_A_DAY).contains(&seconds);
    within.then_some(Instant { seconds, nanoseconds })
}

/// How long a duration is; nothing where that is beyond counting.
pub(crate) fn duration_seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let length = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => SECONDS_A_DAY,
        "w" => 7 * SECONDS_A_DAY,
        _ => return None,
    };
    let seconds = number.parse::<i64>().ok()?.checked_mul(length)?;
    // Longer than the calendar is of no use to it.
    let longest = (DAYS_END - DAYS_FIRST) * SECONDS_A_DAY;
    (-longest..=longest).contains(&seconds).then_some(seconds)
}

/// The nanoseconds, and what stands after them.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.', digits @ ..] = bytes else { return Some((0, bytes)) };
    let length = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    if length == 0 || length > FRACTION_DIGITS_MAX {
        return None;
    }
    let written = digits[..length].iter().map(|digit| u32::from(digit - b'0'));
    let padded = written.chain(std::iter::repeat_n(0, FRACTION_DIGITS_MAX - length));
    let nanoseconds = padded.fold(0, |sum, digit| sum * 10 + digit);
    Some((nanoseconds, &digits[length..]))
}

fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match *zone {
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (pair(h1, h2)?, pair(m1, m2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            Some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn pair(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year.
fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// What was probably meant, if that is a date or an instant.
fn corrected(text: &str) -> Option<String> {
    let text = text.replace('/', "-");
    let (day, time) = match text.find(['T', 't', ' ', '_']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text.as_str(), None),
    };
    let mut meant = corrected_day(day)?;
    if let Some(time) = time {
        meant.push('T');
        meant.push_str(&corrected_time(time)?);
    }
    is_time(&meant).then_some(meant)
}

/// `2026-1-31`, `20260131`, `31.1.2026` and `1-31-2026` as `2026-01-31`.
fn corrected_day(day: &str) -> Option<String> {
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]));
    }
    let dotted = day.contains('.');
    let mut parts = day.split(['-', '.']);
    let (mut year, mut month, mut day) = (parts.next()?, parts.next()?, parts.next()?);
    if day.len() == 4 {
        // The year stands last: the day is first, or the one of the two that no month is.
        (year, day) = (day, year);
        let beyond_months = |part: &str| part.parse::<u8>().is_ok_and(|number| number > 12);
        if beyond_months(month) {
            (month, day) = (day, month);
        } else if !dotted && !beyond_months(day) {
            return None;
        }
    }
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    (fits && parts.next().is_none()).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// `9:30` as `09:30:00Z`, `09:30:00+0100` as `09:30:00+01:00`.
fn corrected_time(time: &str) -> Option<String> {
    let at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(at);
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, digits)| (clock, Some(digits)));
    let mut parts = clock.split(':');
    let (hour, minute) = (parts.next()?, parts.next().unwrap_or("00"));
    let second = parts.next().unwrap_or("00");
    let fraction = fraction.map(|digits| format!(".{digits}"));
    let zone = match zone.len() {
        0 | 1 => "Z".to_owned(),
        3 => format!("{zone}:00"),
        5 => format!("{}:{}", zone.get(..3)?, zone.get(3..)?),
        _ => zone.to_owned(),
    };
    Some(format!("{hour:0>2}:{minute:0>2}:{second:0>2}{}{zone}", fraction.unwrap_or_default()))
}

/// A sentence on what is wrong, and what to do.
fn complaint(text: &str) -> (String, &'static str) {
    let example = "Write @2026-01-31 or @2026-01-31T00:00:00Z.";
    if let Some(day) =
        text.get(..10).and_then(|day| (date(day).is_some() && text.contains('T')).then_some(day))
    {
        let zoned = text[day.len()..].contains(['Z', '+', '-']);
        let digits = text
            .split_once('.')
            .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
        if digits > FRACTION_DIGITS_MAX {
            let message =
                format!("An instant has at most {FRACTION_DIGITS_MAX} digits of a second.");
            return (message, "Leave the last digits out.");
        }
        return if zoned {
            (
                "This is not an instant.".to_owned(),
                "Write @2026-01-31T09:30:00Z, or an offset such as +01:00 for Z.",
            )
        } else {
            (
                "An instant needs its zone.".to_owned(),
                "End it with Z for UTC, or with an offset such as +01:00.",
            )
        };
    }
    let mut parts = text.get(..10).unwrap_or_default().split('-');
    let mut number = || parts.next().and_then(|part| part.parse::<u16>().ok());
    if let (Some(year), Some(month), Some(day)) = (number(), number(), number()) {
        if year == 0 || month == 0 || month > 12 || day == 0 {
            return (
                "There is no such day.".to_owned(),
                "Years are 0001 to 9999, months 01 to 12.",
            );
        }
        let month = u8::try_from(month).unwrap_or(12);
        let last = days_of(year, month);
        if day > u16::from(last) {
            return (
                format!("There is no such day: that month has {last} days."),
                "Choose a day that exists.",
            );
        }
    }
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return (
            "A date or an instant follows @.".to_owned(),
            "Parameters are written with a colon: :since.",
        );
    }
    ("This is neither a date nor an instant.".to_owned(), example)
}
