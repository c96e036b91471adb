//! Hours, days, weeks, months and years in a zone: where they begin and end in UTC.
//!
//! A period begins when the clock first shows its beginning or, if the clock skips that, at the
//! skip; it ends where the next one begins. So periods never overlap and leave nothing out, even
//! where clocks are set back across midnight. Hours that a clock shows twice are two.
//! Start at [`period_range`] and [`boundaries`].

use super::calendar::{self, Civil};
use super::time::{Date, MICROS_PER_HOUR, Timestamp};
use super::zone::{Change, Local, Zone};

/// The lengths that `ON` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// Seven days from Monday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// The lengths that time is grouped by: `HOUR(at TZ 'Europe/London')` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// From a full hour on the clock to the next one.
    Hour,
    /// From midnight to midnight.
    Day,
    /// Seven days from Monday.
    Week,
    /// A month of the calendar.
    Month,
}

/// A half-open range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first moment inside.
    pub from: Timestamp,
    /// The first moment behind.
    pub until: Timestamp,
}

/// The period that holds `date`, in a zone; empty if the calendar of the zone skipped it.
///
/// `None` if it does not begin and end within the years 0001 to 9999 in UTC.
pub fn period_range(period: Period, date: Date, zone: &Zone) -> Option<Range> {
    let first = period.first_day(date)?;
    let next = period.next_day(first)?;
    let from = Timestamp::from_micros(zone.first(Local::midnight(first.days())))?;
    let until = Timestamp::from_micros(zone.first(Local::midnight(next.days())))?;
    Some(Range { from, until })
}

/// When the bucket that holds `at` began; `None` if that was before the year 0001 in UTC or on the
/// calendar of the zone.
pub fn bucket_start(bucket: Bucket, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
    match bucket.period() {
        None => hour_start(at.micros(), zone),
        Some(period) => {
            let first = period.first_day(zone.date(at)?)?;
            // Clocks that are set back across midnight show the day before once more; the day that
            // has begun goes on.
            let starts = [period.next_day(first), Some(first)].into_iter().flatten();
            let mut starts = starts.map(|day| zone.first(Local::midnight(day.days())));
            starts.find(|start| *start <= at.micros())
        }
    }
    .and_then(Timestamp::from_micros)
}

/// The beginnings of all buckets from that of `range.from` to that of the last moment, in order, and the end of the
/// last one; at most `most` of them and one more.
///
/// `None` if there are more, or if one is outside the years 0001 to 9999 in UTC.
pub fn boundaries(
    bucket: Bucket,
    range: Range,
    zone: &Zone,
    most: usize,
) -> Option<Vec<Timestamp>> {
    let mut boundaries = vec![bucket_start(bucket, range.from, zone)?];
    while let Some(last) = boundaries.last().filter(|last| **last < range.until) {
        if boundaries.len() > most {
            return None;
        }
        boundaries.push(bucket_end(bucket, *last, zone)?);
    }
    Some(boundaries)
}

/// When the bucket that began at `start` ends.
fn bucket_end(bucket: Bucket, start: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let Some(period) = bucket.period() else {
        return Timestamp::from_micros(hour_end(start.micros(), zone));
    };
    let mut day = period.first_day(zone.date(start)?)?;
    loop {
        day = period.next_day(day)?;
        let end = zone.first(Local::midnight(day.days()));
        // A day that a zone skipped begins and ends with the one after it.
        if end > start.micros() {
            return Timestamp::from_micros(end);
        }
    }
}

/// The last moment, not after `at`, at which the clock came to a full hour.
fn hour_start(at: i64, zone: &Zone) -> Option<i64> {
    let mut at = at;
    loop {
        let start = at - zone.local(at).0.rem_euclid(MICROS_PER_HOUR);
        match zone.last_change(at).filter(|change| change.at > start) {
            None => return Some(start),
            Some(change) if comes_to_full_hour(change) => return Some(change.at),
            Some(change) if change.at <= Timestamp::MIN.micros() => return None,
            Some(change) => at = change.at - 1,
        }
    }
}

/// The first moment after `start` at which the clock comes to a full hour.
fn hour_end(start: i64, zone: &Zone) -> i64 {
    let mut at = start;
    loop {
        let end = at + MICROS_PER_HOUR - zone.local(at).0.rem_euclid(MICROS_PER_HOUR);
        match zone.next_change(at).filter(|change| change.at <= end) {
            None => return end,
            Some(change) if comes_to_full_hour(change) => return change.at,
            Some(change) => at = change.at,
        }
    }
}

/// Whether the clock shows a full hour when it is changed, or skips one.
fn comes_to_full_hour(change: Change) -> bool {
    let (before, after) = (change.before.0, change.after.0);
    let next_full = before + (-before).rem_euclid(MICROS_PER_HOUR);
    after.rem_euclid(MICROS_PER_HOUR) == 0 || next_full < after
}

impl Period {
    /// The first day of the period that holds `date`; `None` before the year 0001.
    fn first_day(self, date: Date) -> Option<Date> {
        let Civil { year, month, .. } = calendar::civil_of(date.days());
        let day = match self {
            Self::Day => Some(date.days()),
            Self::Week => Some(date.days() - calendar::days_after_monday(date.days())),
            Self::Month => calendar::day_of(Civil { year, month, day: 1 }),
            Self::Year => calendar::day_of(Civil { year, month: 1, day: 1 }),
        };
        day.and_then(Date::from_days)
    }

    /// The first day of the next period, given the first day of one; `None` after the year 9999.
    fn next_day(self, first: Date) -> Option<Date> {
        let Civil { year, month, .. } = calendar::civil_of(first.days());
        let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let day = match self {
            Self::Day => Some(first.days() + 1),
            Self::Week => Some(first.days() + 7),
            Self::Month => calendar::day_of(Civil { year: next_year, month: next_month, day: 1 }),
            Self::Year => calendar::day_of(Civil { year: year + 1, month: 1, day: 1 }),
        };
        day.and_then(Date::from_days)
    }
}

impl Bucket {
    /// The period of the calendar that the bucket is; hours are none.
    const fn period(self) -> Option<Period> {
        match self {
            Self::Hour => None,
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
        }
    }
}
