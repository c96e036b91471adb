//! The model's own arithmetic, in integers without end: shares, fees, windows of time.
//!
//! Written from the rules, not from the code that follows them; slow and plain.

use num_bigint::BigUint;

/// `amount × share / 1,000,000` by whole and rest, half to even.
pub(super) fn scaled(amount: u128, num: u128, den: u128) -> u128 {
    let product = BigUint::from(amount) * BigUint::from(num);
    let (whole, rest) = (&product / BigUint::from(den), &product % BigUint::from(den));
    let twice = rest * BigUint::from(2_u8);
    let even = &whole % BigUint::from(2_u8) == BigUint::ZERO;
    let den = BigUint::from(den);
    let up = twice > den || (twice == den && !even);
    number(&(whole + BigUint::from(u8::from(up))))
}

/// `whole` cut by weights: the largest remainders get one more, ties in order.
pub(super) fn cut(whole: u128, weights: &[u128]) -> Vec<u128> {
    let total: BigUint = weights.iter().map(|weight| BigUint::from(*weight)).sum();
    let products: Vec<BigUint> =
        weights.iter().map(|weight| BigUint::from(whole) * BigUint::from(*weight)).collect();
    let mut parts: Vec<u128> = products.iter().map(|product| number(&(product / &total))).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(&products[*at] % &total));
    let missing = whole - parts.iter().sum::<u128>();
    for at in order.into_iter().take(usize::try_from(missing).unwrap()) {
        parts[at] += 1;
    }
    parts
}

fn number(of: &BigUint) -> u128 {
    u128::try_from(of).unwrap()
}

/// What each owes of `now` more, when it owes its cut of `so_far` less what it gave, bounded by what
/// is left of it; where that misses `now`, each owes its cut of `now` by what is left.
pub(super) fn cumulative(wholes: &[u128], given: &[u128], so_far: u128, now: u128) -> Vec<u128> {
    let left: Vec<u128> = wholes.iter().zip(given).map(|(whole, given)| whole - given).collect();
    let due = cut(so_far, wholes);
    let owed = due.iter().zip(given).map(|(due, given)| due.saturating_sub(*given));
    let owed: Vec<u128> = owed.zip(&left).map(|(owed, left)| owed.min(*left)).collect();
    if owed.iter().sum::<u128>() == now { owed } else { cut(now, &left) }
}

/// The number of the bucket of `window` that an instant (microseconds since 1970) falls in.
pub(super) fn bucket(window: &str, at: i64) -> i64 {
    let hour = at.div_euclid(3_600_000_000);
    match window {
        "day" => hour,
        "month" => hour.div_euclid(24),
        _ => month(hour.div_euclid(24)),
    }
}

/// How many buckets before the current one still count.
pub(super) fn buckets_before(window: &str) -> i64 {
    match window {
        "day" => 24,
        "month" => 30,
        _ => 12,
    }
}

/// The month of a day since 1970-01-01, by counting through the calendar.
fn month(mut day: i64) -> i64 {
    let (mut year, mut month) = (1970, 0);
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < length {
                return month;
            }
            day -= length;
            month += 1;
        }
        year += 1;
    }
}
