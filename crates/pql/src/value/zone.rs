//! Time zones: what a clock on the wall of a zone shows, and when it shows it.
//!
//! The data is compiled in; the machine's own is never read, so that every machine agrees. Start
//! at [`Zone`].
//!
//! Source: the IANA time zone database, bundled by the crate `jiff`.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::calendar;
use super::time::{Date, MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the bundled data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// What a clock shows: microseconds since it showed 1970-01-01T00:00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Local(pub(super) i64);

/// A moment at which the clocks of a zone are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The first moment of the new time, in microseconds since 1970.
    pub(super) at: i64,
    /// What the clock would have shown then.
    pub(super) before: Local,
    /// What it shows.
    pub(super) after: Local,
}

impl Zone {
    /// The zone of UTC.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone with this name, as `Europe/London`; `None` if there is none. Case does not matter.
    pub fn named(name: &str) -> Option<Self> {
        BUNDLED.get(name).ok().map(Self)
    }

    /// The day that a calendar on the wall shows; `None` if it is outside the years 0001 to 9999.
    pub fn date(&self, at: Timestamp) -> Option<Date> {
        self.local(at.micros()).date()
    }

    /// What the clock shows at a moment, given in microseconds since 1970.
    pub(super) fn local(&self, at: i64) -> Local {
        let offset = self.0.to_offset(moment(at));
        Local(at + micros(offset))
    }

    /// The first moment at which the clock shows `local` or, if it skips that, when it skips it.
    pub(super) fn first(&self, local: Local) -> i64 {
        let Some(civil) = local.civil() else { return local.0 };
        match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => local.0 - micros(offset),
            AmbiguousOffset::Fold { before, after: _ } => local.0 - micros(before),
            AmbiguousOffset::Gap { before, after: _ } => {
                let shown = local.0 - micros(before);
                self.last_change(shown).map_or(shown, |change| change.at)
            }
        }
    }

    /// The last change of clocks not after a moment.
    pub(super) fn last_change(&self, at: i64) -> Option<Change> {
        // jiff looks strictly before, in nanoseconds; changes fall on whole seconds.
        let mut changes = self.0.preceding(moment(at + 1));
        changes.next().map(|change| self.change(change.timestamp().as_microsecond()))
    }

    /// The first change of clocks after a moment.
    pub(super) fn next_change(&self, at: i64) -> Option<Change> {
        let mut changes = self.0.following(moment(at));
        changes.next().map(|change| self.change(change.timestamp().as_microsecond()))
    }

    fn change(&self, at: i64) -> Change {
        let before = Local(self.local(at - 1).0 + 1);
        Change { at, before, after: self.local(at) }
    }
}

impl Local {
    /// Midnight at the beginning of a day.
    pub(super) fn midnight(day: i32) -> Self {
        Self(i64::from(day) * MICROS_PER_DAY)
    }

    /// The day; `None` if it is outside the years 0001 to 9999.
    pub(super) fn date(self) -> Option<Date> {
        let days = self.0.div_euclid(MICROS_PER_DAY);
        i32::try_from(days).ok().and_then(Date::from_days)
    }

    fn civil(self) -> Option<DateTime> {
        let civil = calendar::civil_of(self.date()?.days());
        let in_day = self.0.rem_euclid(MICROS_PER_DAY);
        let seconds = in_day / MICROS_PER_SECOND;
        let year = i16::try_from(civil.year).ok()?;
        let month = i8::try_from(civil.month).ok()?;
        let day = i8::try_from(civil.day).ok()?;
        let hour = i8::try_from(seconds / 3600).ok()?;
        let minute = i8::try_from(seconds / 60 % 60).ok()?;
        let second = i8::try_from(seconds % 60).ok()?;
        let nanos = i32::try_from(in_day % MICROS_PER_SECOND * 1000).ok()?;
        DateTime::new(year, month, day, hour, minute, second, nanos).ok()
    }
}

fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * MICROS_PER_SECOND
}

/// The moment as jiff has it, which ends a day before the year 9999 does: no clock is changed then.
fn moment(at: i64) -> jiff::Timestamp {
    let bound = if at < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(at).unwrap_or(bound)
}
