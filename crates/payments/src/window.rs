//! What a customer used of a capability lately: counters in buckets, never a scan of history.
//!
//! A window is the current bucket and a number of full ones before it, in UTC, so it may refuse
//! early and never late. What is given back goes to the bucket it was counted in.

use ledger::Timestamp;
use money::Asset;
use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;
use crate::limits::DAY_MICROS;
use crate::resources::{Capability, LimitWindow};

const HOUR_MICROS: i64 = 3_600_000_000;

/// The counters of one customer, capability and asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Whose.
    pub customer: CustomerId,
    /// Of what.
    pub capability: Capability,
    /// In which asset.
    pub asset: Asset,
    /// By hour, day and month; each oldest first.
    hours: Vec<Bucket>,
    days: Vec<Bucket>,
    months: Vec<Bucket>,
}

/// What was used in one hour, day or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    index: i64,
    minor: u128,
}

impl Window {
    /// Nothing used yet.
    #[must_use]
    pub const fn new(customer: CustomerId, capability: Capability, asset: Asset) -> Self {
        Self {
            customer,
            capability,
            asset,
            hours: Vec::new(),
            days: Vec::new(),
            months: Vec::new(),
        }
    }

    /// What was used in the window that ends at `at`, in minor units.
    #[must_use]
    pub fn used(&self, window: LimitWindow, at: Timestamp) -> u128 {
        let oldest = index(window, at).saturating_sub(full_buckets(window));
        self.buckets(window)
            .iter()
            .filter(|bucket| bucket.index >= oldest)
            .fold(0, |sum: u128, bucket| sum.saturating_add(bucket.minor))
    }

    /// Counts `minor` at `at`, and forgets what no window sees any more.
    pub fn add(&mut self, at: Timestamp, minor: u128) {
        for window in LimitWindow::ALL {
            let now = index(*window, at);
            let oldest = now.saturating_sub(full_buckets(*window));
            let buckets = self.buckets_mut(*window);
            buckets.retain(|bucket| bucket.index >= oldest);
            match buckets.iter_mut().find(|bucket| bucket.index == now) {
                Some(bucket) => bucket.minor = bucket.minor.saturating_add(minor),
                None => buckets.push(Bucket { index: now, minor }),
            }
        }
    }

    /// Gives back `minor` of what was counted at `at`.
    pub fn give_back(&mut self, at: Timestamp, minor: u128) {
        for window in LimitWindow::ALL {
            let then = index(*window, at);
            let buckets = self.buckets_mut(*window);
            if let Some(bucket) = buckets.iter_mut().find(|bucket| bucket.index == then) {
                bucket.minor = bucket.minor.saturating_sub(minor);
            }
        }
    }

    /// When the oldest bucket that counts at `at` stops counting.
    #[must_use]
    pub fn resets_at(&self, window: LimitWindow, at: Timestamp) -> Timestamp {
        let now = index(window, at);
        let oldest = now.saturating_sub(full_buckets(window));
        let counts = |bucket: &&Bucket| bucket.index >= oldest && bucket.minor > 0;
        let first = self.buckets(window).iter().find(counts);
        let ends = first
            .map_or(now, |bucket| bucket.index)
            .saturating_add(full_buckets(window))
            .saturating_add(1);
        start(window, ends)
    }

    fn buckets(&self, window: LimitWindow) -> &[Bucket] {
        match window {
            LimitWindow::Day => &self.hours,
            LimitWindow::Month => &self.days,
            LimitWindow::Year => &self.months,
        }
    }

    fn buckets_mut(&mut self, window: LimitWindow) -> &mut Vec<Bucket> {
        match window {
            LimitWindow::Day => &mut self.hours,
            LimitWindow::Month => &mut self.days,
            LimitWindow::Year => &mut self.months,
        }
    }
}

/// How many full buckets a window has before the current one.
const fn full_buckets(window: LimitWindow) -> i64 {
    match window {
        LimitWindow::Day => 24,
        LimitWindow::Month => 30,
        LimitWindow::Year => 12,
    }
}

fn index(window: LimitWindow, at: Timestamp) -> i64 {
    match window {
        LimitWindow::Day => at.micros().div_euclid(HOUR_MICROS),
        LimitWindow::Month => day(at),
        LimitWindow::Year => month_of(day(at)),
    }
}

fn start(window: LimitWindow, index: i64) -> Timestamp {
    Timestamp::from_micros(match window {
        LimitWindow::Day => index.saturating_mul(HOUR_MICROS),
        LimitWindow::Month => index.saturating_mul(DAY_MICROS),
        LimitWindow::Year => first_day_of(index).saturating_mul(DAY_MICROS),
    })
}

/// The day of an instant in UTC, counted from 1970-01-01.
#[must_use]
pub fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(DAY_MICROS)
}

/// The month of a day, counted from year 0: the proleptic Gregorian calendar, in years that start in March.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an i64 of microseconds spans 300,000 years: these products fit"
)]
pub(crate) fn month_of(day: i64) -> i64 {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month_from_march + 2
}

/// The first day of a month that [`month_of`] counted.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "months come from month_of and a few more: these products fit"
)]
pub(crate) fn first_day_of(month: i64) -> i64 {
    let from_march = month - 2;
    let year = from_march.div_euclid(12);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * from_march.rem_euclid(12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
