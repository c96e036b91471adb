//! Limits: the calendar of the windows against known dates, and what windows count against a scan
//! of everything that was ever used.

use ledger::Timestamp;
use proptest::prelude::*;

use super::desk::*;
use crate::command::*;
use crate::ids::CustomerId;
use crate::limits::DAY_MICROS;
use crate::resources::{Capability, Limit, LimitWindow, Window};
use crate::window::{first_day_of, month_of};
use crate::{Command, Key};

const HOUR: i64 = 3_600 * SECOND;

/// Goal: months begin where the calendar says. Method: known first days, and the day before each.
#[test]
fn months_begin_on_their_first_day() {
    for (first, year, month) in
        [(0, 1970, 1), (10_988, 2000, 2), (11_017, 2000, 3), (19_754, 2024, 2), (20_788, 2026, 12)]
    {
        let index = year * 12 + month - 1;
        assert_eq!(month_of(first), index, "{year}-{month}");
        assert_eq!(month_of(first - 1), index - 1, "{year}-{month}");
    }
    for index in 1_970 * 12..2_400 * 12 {
        assert_eq!(month_of(first_day_of(index)), index);
        assert_eq!(month_of(first_day_of(index) - 1), index - 1);
    }
}

/// How long a customer who counts by the clock would say a window is.
const fn strict(window: LimitWindow) -> i64 {
    match window {
        LimitWindow::Day => DAY_MICROS,
        LimitWindow::Month => 30 * DAY_MICROS,
        LimitWindow::Year => 365 * DAY_MICROS,
    }
}

/// The longest time that a window can see: what is older is never counted.
const fn longest(window: LimitWindow) -> i64 {
    match window {
        LimitWindow::Day => 25 * HOUR,
        LimitWindow::Month => 31 * DAY_MICROS,
        LimitWindow::Year => 397 * DAY_MICROS,
    }
}

/// What was used within `span` before `at`, by a scan.
fn scanned(history: &[(i64, u128)], at: i64, span: i64) -> u128 {
    history.iter().filter(|(used, _)| *used > at - span).map(|(_, minor)| minor).sum()
}

fn any_step() -> impl Strategy<Value = i64> {
    prop_oneof![
        0..2 * HOUR,
        20 * HOUR..26 * HOUR,
        28 * DAY_MICROS..33 * DAY_MICROS,
        360 * DAY_MICROS..400 * DAY_MICROS,
    ]
}

proptest! {
    /// Windows count at least what a scan of the strict span counts, and nothing older than their
    /// longest; what is given back goes where it was counted.
    #[test]
    fn a_window_counts_what_a_scan_counts(
        uses in prop::collection::vec((any_step(), 1_u128..1_000, any::<prop::sample::Index>(), 0..4), 1..40),
    ) {
        let mut window = Window::new(CustomerId::from_bytes([1; 16]), Capability::SendBank, asset("GBP"));
        let (mut at, mut history): (i64, Vec<(i64, u128)>) = (START, Vec::new());
        for (step, minor, index, kind) in uses {
            at += step;
            let now = Timestamp::from_micros(at);
            if kind == 0 && !history.is_empty() {
                let (then, given) = history.swap_remove(index.index(history.len()));
                window.give_back(Timestamp::from_micros(then), given);
            } else {
                window.add(now, minor);
                history.push((at, minor));
            }
            for of in LimitWindow::ALL {
                let used = window.used(*of, now);
                prop_assert!(used >= scanned(&history, at, strict(*of)), "late: {of:?}");
                prop_assert!(used <= scanned(&history, at, longest(*of)), "too early: {of:?}");
                let resets = window.resets_at(*of, now);
                prop_assert!(resets > now && resets.micros() <= at + longest(*of));
                prop_assert!(used == 0 || window.used(*of, resets) < used, "resets: {of:?}");
            }
        }
    }

    /// What is paid within any strict span never exceeds the limit, whatever the order of payments,
    /// holds and their endings; and what a scan of the longest span allows is not refused.
    #[test]
    fn limits_refuse_early_never_late(
        asks in prop::collection::vec((any_step(), 1_u128..60, 0..4), 1..25),
        of in prop::sample::select(LimitWindow::ALL),
    ) {
        let limit = Limit { capability: Capability::SendInternal, window: of, maximum: minor(100) };
        let mut desk = Desk::new();
        let role = desk.role("Limited", RoleTerms { limits: vec![limit], ..terms() });
        let customer = desk.customer("Ann", Some(role));
        let (ann, bob) = (desk.account_in(customer, "GBP"), desk.person("Bob"));
        desk.give(ann, gbp("1000.00"));
        let mut history: Vec<(i64, u128)> = Vec::new();
        for (step, amount, ending) in asks {
            if step > 0 {
                desk.done(Command::ClockAdvance { micros: step.min(365 * DAY_MICROS) });
            }
            let mut command = pay(ann, minor(amount), &[(bob, PartSize::Remainder)]);
            if ending > 0 {
                command.hold_until = Some(Timestamp::from_micros(desk.business() + HOUR));
            }
            let asked = desk.ask(Command::Pay(command));
            let now = desk.business();
            let (strictly, at_most) =
                (scanned(&history, now, strict(of)), scanned(&history, now, longest(of)));
            let Ok(decision) = asked else {
                prop_assert_eq!(code(asked), "limit_exceeded");
                prop_assert!(at_most + amount > 100, "too early");
                continue;
            };
            prop_assert!(strictly + amount <= 100, "late");
            let kept = match ending {
                0 => amount,
                1 => {
                    desk.done(Command::Transition(to(&decision.answer, "voided")));
                    0
                }
                2 => {
                    let mut part = to(&decision.answer, "posted");
                    part.amount = Some(minor(amount.div_ceil(2)));
                    desk.done(Command::Transition(part));
                    amount.div_ceil(2)
                }
                _ => {
                    let Key::Hold(hold) = decision.answer else { panic!() };
                    desk.done(Command::ClockAdvance { micros: 2 * HOUR });
                    desk.done(Command::HoldExpire { hold });
                    0
                }
            };
            history.push((now, kept));
        }
    }
}
