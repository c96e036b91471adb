//! Timestamps, dates, durations: read, written, cut, added.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::value::{Date, Duration, Instant, Timestamp};

proptest! {
    /// The calendar is jiff's: for each day of the years 0001 to 9999 that comes up.
    #[test]
    fn calendar(days in Date::MIN.days()..=Date::MAX.days()) {
        let date = Date::from_days(days).unwrap();
        let expected = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
        prop_assert_eq!(date.to_string(), expected.to_string());
        prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
    }

    /// A timestamp with six digits reads back as itself, in any zone it is written in.
    #[test]
    fn timestamp_text(micros in Timestamp::MIN.micros()..=Timestamp::MAX.micros()) {
        let at = Timestamp::from_micros(micros).unwrap();
        let mut text = String::new();
        at.write(6, &mut text).unwrap();
        prop_assert_eq!(Timestamp::parse(&text), Ok(at));
        let ahead = text.replace('Z', "+05:30");
        let expected = at.checked_sub(Duration::parse("330m").unwrap());
        prop_assert_eq!(Timestamp::parse(&ahead).ok(), expected);
    }

    /// Cutting to a precision goes back, by less than a step; the step is the next one.
    #[test]
    fn cuts_to_precision(micros in -9_999_999_i64..9_999_999, precision in 0_u8..=6) {
        let at = Timestamp::from_micros(micros).unwrap();
        let step = 10_i64.pow(6 - u32::from(precision));
        let floor = at.floored(precision).micros();
        prop_assert!(floor <= micros && micros < floor + step && floor % step == 0);
        prop_assert_eq!(at.stepped(precision).unwrap().micros(), floor + step);
    }
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    let read = match text {
        text if text.len() <= 4 => Duration::parse(text).map(|duration| format!("{duration}")),
        text if text.len() <= 10 => Date::parse(text).map(|date| format!("{date}")),
        text => Instant::parse(text).map(|read| format!("{:?} ({})", read.floor, read.precision)),
    };
    expected.assert_eq(&read.unwrap_or_else(|error| format!("{error}")));
}

/// Goal: what is read, and what is refused with which words. Method: one text for each rule.
#[test]
fn reads_times() {
    check("2026-01-31T00:00:00Z", expect!["2026-01-31T00:00:00.000000Z (0)"]);
    check("2026-01-31T00:00:00.5+01:00", expect!["2026-01-30T23:00:00.500000Z (1)"]);
    check(
        "2026-01-31T00:00:00.1234567000Z",
        expect!["this is not a timestamp: write it as 2026-01-31T00:00:00Z"],
    );
    check("1969-12-31T23:59:59.9999999Z", expect!["1969-12-31T23:59:59.999999Z (7)"]);
    let not_a_timestamp = "this is not a timestamp: write it as 2026-01-31T00:00:00Z";
    for text in
        ["2026-01-31 00:00:00Z", "2026-01-31T00:00Z", "2026-01-31T00:00:00.Z", "26-01-31T00:00:00Z"]
    {
        assert_eq!(Instant::parse(text).unwrap_err().to_string(), not_a_timestamp, "{text}");
    }
    check(
        "2026-01-31T00:00:00",
        expect![
            "the timestamp has no zone: end it with Z for UTC, or with an offset such as +01:00"
        ],
    );
    check("2026-02-29T00:00:00Z", expect!["the calendar has no such day"]);
    check(
        "2026-02-28T24:00:00Z",
        expect![
            "a clock shows hours to 23, minutes and seconds to 59, and is at most 18 hours from UTC"
        ],
    );
    check(
        "2026-02-28T23:59:60Z",
        expect![
            "a clock shows hours to 23, minutes and seconds to 59, and is at most 18 hours from UTC"
        ],
    );
    check("0001-01-01T00:00:00+00:01", expect!["times are in the years 0001 to 9999"]);
    check("9999-12-31T23:59:59.999999Z", expect!["9999-12-31T23:59:59.999999Z (6)"]);
    check("2024-02-29", expect!["2024-02-29"]);
    check("2026-02-30", expect!["the calendar has no such day"]);
    check("0000-01-01", expect!["the calendar has no such day"]);
    check("2026-1-31", expect!["this is not a date: write it as 2026-01-31"]);
    check("7d", expect!["1w"]);
    check("90m", expect!["90m"]);
    check("36h", expect!["36h"]);
    check(
        "7",
        expect!["this is not a duration: write a whole number and a unit of s, m, h, d or w"],
    );
    check(
        "-7d",
        expect!["this is not a duration: write a whole number and a unit of s, m, h, d or w"],
    );
}

/// Goal: arithmetic stays in the years 0001 to 9999. Method: both ends, a day over.
#[test]
fn stays_within_the_years() {
    let day = Duration::parse("1d").unwrap();
    assert_eq!(Timestamp::MAX.checked_add(day), None);
    assert_eq!(Timestamp::MIN.checked_sub(day), None);
    assert_eq!(Timestamp::MAX.stepped(6), None);
    assert_eq!(Date::MAX.checked_add(day), None);
    assert_eq!(Date::MIN.checked_sub(day), None);
    assert_eq!(Date::MIN.checked_add(Duration::parse("1h").unwrap()), None);
    let forever = Duration::parse("99999999w");
    assert!(forever.is_err());
}
