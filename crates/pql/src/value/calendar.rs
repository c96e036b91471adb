//! The Gregorian calendar, reckoned in days since 1970-01-01.
//!
//! No zones and no clock times. Only the years 0001 to 9999 have names here.
//!
//! Source: the algorithms `days_from_civil` and `civil_from_days` of Howard Hinnant.

/// A year, a month and a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i32,
    pub(super) month: u8,
    pub(super) day: u8,
}

const DAYS_PER_ERA: i32 = 146_097;
const YEARS_PER_ERA: i32 = 400;
/// From 0000-03-01, where eras begin, to 1970-01-01.
const DAYS_TO_1970: i32 = 719_468;

/// The day of a date; `None` if the calendar has no such date in the years 0001 to 9999.
pub(super) fn day_of(civil: Civil) -> Option<i32> {
    let Civil { year, month, day } = civil;
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    if day == 0 || day > month_length(year, month) {
        return None;
    }
    // Years that begin in March have their leap day at their end.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let shifted_month = i32::from(if month > 2 { month - 3 } else { month + 9 });
    let (era, year_of_era) =
        (shifted_year.div_euclid(YEARS_PER_ERA), shifted_year.rem_euclid(YEARS_PER_ERA));
    let day_of_year = (153 * shifted_month + 2) / 5 + i32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970)
}

/// The date of a day.
pub(super) fn civil_of(day: i32) -> Civil {
    let shifted = day + DAYS_TO_1970;
    let (era, day_of_era) = (shifted.div_euclid(DAYS_PER_ERA), shifted.rem_euclid(DAYS_PER_ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * YEARS_PER_ERA + year_of_era + i32::from(month <= 2);
    // A month is 1 to 12 and a day 1 to 31 by construction.
    Civil { year, month: month as u8, day: day as u8 }
}

/// How many days after Monday the day is.
pub(super) const fn days_after_monday(day: i32) -> i32 {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7)
}

const fn month_length(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
