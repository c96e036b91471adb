//! Hours, days, weeks, months and years in zones, where clocks are changed at odd times.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::value::{
    Bucket, Date, Duration, Period, Range, Timestamp, Zone, boundaries, bucket_start, period_range,
};

/// Zones that change clocks by half an hour, at midnight, across the date line, or never.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Amman",
];
const BUCKETS: [Bucket; 4] = [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month];

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[track_caller]
fn on(period: Period, date: &str, name: &str, expected: Expect) {
    let range = period_range(period, Date::parse(date).unwrap(), &zone(name));
    let text = range.map(|Range { from, until }| format!("{from:?} to {until:?}"));
    expected.assert_eq(&text.unwrap_or_default().replace(".000000", ""));
}

#[track_caller]
fn starts(bucket: Bucket, name: &str, from: &str, until: &str, expected: Expect) {
    let range = Range { from: at(from), until: at(until) };
    let starts = boundaries(bucket, range, &zone(name), 1_000).unwrap();
    let starts: Vec<_> = starts.iter().map(|start| format!("{start:?}")).collect();
    expected.assert_eq(&starts.join(" ").replace(":00.000000Z", ""));
}

/// Goal: ON, where days are short, long, begin late, or are left out. Method: known changes.
#[test]
fn periods() {
    on(
        Period::Day,
        "2026-03-29",
        "Europe/London",
        expect!["2026-03-29T00:00:00Z to 2026-03-29T23:00:00Z"],
    );
    on(
        Period::Day,
        "2026-10-25",
        "Europe/London",
        expect!["2026-10-24T23:00:00Z to 2026-10-26T00:00:00Z"],
    );
    on(
        Period::Month,
        "2026-03-17",
        "Europe/London",
        expect!["2026-03-01T00:00:00Z to 2026-03-31T23:00:00Z"],
    );
    on(Period::Week, "2026-11-30", "UTC", expect!["2026-11-30T00:00:00Z to 2026-12-07T00:00:00Z"]);
    on(Period::Week, "2026-12-06", "UTC", expect!["2026-11-30T00:00:00Z to 2026-12-07T00:00:00Z"]);
    on(
        Period::Year,
        "2024-06-01",
        "Asia/Kolkata",
        expect!["2023-12-31T18:30:00Z to 2024-12-31T18:30:00Z"],
    );
    // Samoa crossed the date line and had no 30 December.
    on(
        Period::Day,
        "2011-12-29",
        "Pacific/Apia",
        expect!["2011-12-29T10:00:00Z to 2011-12-30T10:00:00Z"],
    );
    on(
        Period::Day,
        "2011-12-30",
        "Pacific/Apia",
        expect!["2011-12-30T10:00:00Z to 2011-12-30T10:00:00Z"],
    );
    // Amman skipped from midnight to one o'clock.
    on(
        Period::Day,
        "2021-03-26",
        "Asia/Amman",
        expect!["2021-03-25T22:00:00Z to 2021-03-26T21:00:00Z"],
    );
    // Newfoundland went back at one minute past midnight: the first midnight begins the day.
    on(
        Period::Day,
        "2006-10-29",
        "America/St_Johns",
        expect!["2006-10-29T02:30:00Z to 2006-10-30T03:30:00Z"],
    );
    on(Period::Year, "9999-01-01", "UTC", expect![""]);
    on(
        Period::Day,
        "9999-12-30",
        "America/New_York",
        expect!["9999-12-30T05:00:00Z to 9999-12-31T05:00:00Z"],
    );
    on(Period::Day, "0001-01-01", "Asia/Kolkata", expect![""]);
}

/// Goal: the beginnings of buckets around changes. Method: ranges of a few hours or days.
#[test]
fn bucket_boundaries() {
    // The hour from one to two comes twice.
    starts(
        Bucket::Hour,
        "Europe/London",
        "2026-10-25T00:00:00Z",
        "2026-10-25T03:00:00Z",
        expect!["2026-10-25T00:00 2026-10-25T01:00 2026-10-25T02:00 2026-10-25T03:00"],
    );
    // Half of an hour comes twice: it is an hour and a half.
    starts(
        Bucket::Hour,
        "Australia/Lord_Howe",
        "2026-04-04T14:00:00Z",
        "2026-04-04T17:00:00Z",
        expect!["2026-04-04T14:00 2026-04-04T15:30 2026-04-04T16:30 2026-04-04T17:30"],
    );
    // Half of an hour is left out.
    starts(
        Bucket::Hour,
        "Australia/Lord_Howe",
        "2026-10-03T14:30:00Z",
        "2026-10-03T16:30:00Z",
        expect!["2026-10-03T14:30 2026-10-03T15:30 2026-10-03T16:00 2026-10-03T17:00"],
    );
    starts(
        Bucket::Day,
        "Pacific/Apia",
        "2011-12-29T12:00:00Z",
        "2011-12-31T00:00:00Z",
        expect!["2011-12-29T10:00 2011-12-30T10:00 2011-12-31T10:00"],
    );
    starts(
        Bucket::Day,
        "Europe/London",
        "2026-03-28T12:00:00Z",
        "2026-03-30T12:00:00Z",
        expect!["2026-03-28T00:00 2026-03-29T00:00 2026-03-29T23:00 2026-03-30T23:00"],
    );
    starts(
        Bucket::Month,
        "UTC",
        "2026-11-30T00:00:00Z",
        "2026-11-30T00:00:00Z",
        expect!["2026-11-01T00:00 2026-12-01T00:00"],
    );
    let range = Range { from: at("2026-01-01T00:00:00Z"), until: at("2026-01-02T00:00:00Z") };
    assert_eq!(boundaries(Bucket::Hour, range, &Zone::UTC, 23), None);
    assert_eq!(
        boundaries(Bucket::Hour, range, &Zone::UTC, 24).map(|starts| starts.len()),
        Some(25)
    );
}

proptest! {
    /// A moment is in the bucket between two neighbouring boundaries, in any zone at any time.
    #[test]
    fn buckets_are_between_boundaries(
        seconds in -2_208_988_800_i64..4_102_444_800,
        hours in 0_i64..2_000,
        place in 0..ZONES.len(),
        bucket in 0..BUCKETS.len(),
        thousandth in 0_i64..1_000,
    ) {
        let (zone, bucket) = (zone(ZONES[place]), BUCKETS[bucket]);
        let from = Timestamp::from_micros(seconds * 1_000_000).unwrap();
        let length = Duration::parse(&format!("{hours}h")).unwrap();
        let range = Range { from, until: from.checked_add(length).unwrap() };
        let starts = boundaries(bucket, range, &zone, 2_002).unwrap();
        prop_assert!(starts.is_sorted_by(|left, right| left < right));
        prop_assert!(starts[0] <= from && *starts.last().unwrap() >= range.until);
        let inside = from.micros() + length.micros() / 1_000 * thousandth;
        let inside = Timestamp::from_micros(inside).unwrap();
        let expected = starts.iter().rev().find(|start| **start <= inside).copied();
        prop_assert_eq!(bucket_start(bucket, inside, &zone), expected);
    }

    /// Days of a zone begin where the calendar on its wall turns, looked at second by second
    /// around the hour, and periods follow each other without a gap.
    #[test]
    fn days_turn(days in -20_000..40_000, place in 0..ZONES.len()) {
        let zone = zone(ZONES[place]);
        let date = Date::from_days(days).unwrap();
        let next = Date::from_days(days + 1).unwrap();
        let range = period_range(Period::Day, date, &zone).unwrap();
        prop_assert_eq!(period_range(Period::Day, next, &zone).unwrap().from, range.until);
        if range.from < range.until {
            prop_assert_eq!(zone.date(range.from), Some(date));
            let before = Timestamp::from_micros(range.from.micros() - 1).unwrap();
            prop_assert!(zone.date(before) < Some(date));
        }
    }
}
