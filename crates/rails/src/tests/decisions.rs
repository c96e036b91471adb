//! Outcomes forced by hand, resets, and what the bank says it knows.
//!
//! Start at [`check`].

use expect_test::{Expect, expect};

use super::{
    Folder, PLATFORM, all_events, answered, asked, at, credit, found_after_a_crash, gbp, payout,
    told,
};
use crate::{Behaviour, Faults, Known, Outcome, Rail, Request, SandboxBank};

fn returned() -> Outcome {
    Outcome::Return { reason: "recalled".to_owned() }
}

fn rejected() -> Outcome {
    Outcome::Reject { reason: "unpayable".to_owned() }
}

fn shown(known: &Known) -> String {
    format!(
        "{} {:?} {} {}, planned {}, due {:?}",
        known.bank_id,
        known.flow,
        known.amount,
        known.standing.name(),
        known.planned,
        known.due_micros
    )
}

/// Submits, advances to these seconds, decides one after the other, and advances for a day.
#[track_caller]
fn check(behaviour: Behaviour, seconds: Option<i64>, outcomes: &[Outcome], expected: &Expect) {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("key", Some(behaviour)));
    if let Some(seconds) = seconds {
        bank.advance(PLATFORM, at(seconds)).unwrap();
    }
    let mut actual = String::new();
    for outcome in outcomes {
        match bank.decide(PLATFORM, "key", outcome.clone()) {
            Ok(()) => {}
            Err(error) => actual += &format!("{}: {error}\n", error.code()),
        }
        assert_eq!(found_after_a_crash(&folder).state, bank.state);
    }
    bank.advance(PLATFORM, at(86_400)).unwrap();
    actual += &told(&all_events(&mut bank));
    actual += &format!("{}\n", bank.outcome("key").unwrap().standing.name());
    expected.assert_eq(&actual);
}

/// Goal: a payout that waits can be decided in every way. Method: each decision, before and after
/// the clock took it up.
#[test]
fn waiting_payouts_can_be_decided_by_hand() {
    let late = Behaviour::SettleLate { after_seconds: 60 };
    check(
        Behaviour::SettleNever,
        Some(0),
        &[Outcome::Settle],
        &expect![[r#"
        1 +86400s key settled (sbp-00000001-settled)
        2 +86400s key booked (sbp-00000001-booked)
        settled
    "#]],
    );
    check(
        Behaviour::SettleNever,
        Some(0),
        &[returned()],
        &expect![[r#"
        1 +86400s key settled (sbp-00000001-settled)
        2 +86400s key booked (sbp-00000001-booked)
        3 +86400s key returned, recalled (sbp-00000001-returned)
        returned
    "#]],
    );
    check(
        Behaviour::SettleNever,
        Some(0),
        &[rejected()],
        &expect![[r#"
        1 +86400s key rejected, unpayable (sbp-00000001-rejected)
        rejected
    "#]],
    );
    check(
        late.clone(),
        None,
        &[Outcome::Settle],
        &expect![[r#"
        1 +86400s key settled (sbp-00000001-settled)
        2 +86400s key booked (sbp-00000001-booked)
        settled
    "#]],
    );
    check(
        late,
        Some(0),
        &[rejected()],
        &expect![[r#"
        1 +86400s key rejected, unpayable (sbp-00000001-rejected)
        rejected
    "#]],
    );
}

/// Goal: what has settled can only come back, once; what was rejected stays so. Method: each
/// decision in each standing.
#[test]
fn settled_payouts_can_only_come_back() {
    let late = Behaviour::SettleLate { after_seconds: 60 };
    let comes_back = Behaviour::Returned { reason: "closed".to_owned(), after_seconds: 60 };
    let refused = Behaviour::Rejected { reason: "closed".to_owned() };
    check(
        late,
        Some(60),
        &[Outcome::Settle, rejected(), returned()],
        &expect![[r#"
        1 +86400s key settled (sbp-00000001-settled)
        2 +86400s key booked (sbp-00000001-booked)
        3 +86400s key returned, recalled (sbp-00000001-returned)
        returned
    "#]],
    );
    check(
        comes_back.clone(),
        Some(0),
        &[Outcome::Settle, rejected()],
        &expect![[r#"
        bank_already_decided: the payment is already settled
        bank_already_decided: the payment is already settled
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        3 +60s key returned, closed (sbp-00000001-returned)
        returned
    "#]],
    );
    check(
        comes_back.clone(),
        Some(0),
        &[returned()],
        &expect![[r#"
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        3 +86400s key returned, recalled (sbp-00000001-returned)
        returned
    "#]],
    );
    check(
        comes_back,
        Some(60),
        &[Outcome::Settle, rejected(), returned()],
        &expect![[r#"
        bank_already_decided: the payment is already settled
        bank_already_decided: the payment is already settled
        1 +60s key settled (sbp-00000001-settled)
        2 +60s key booked (sbp-00000001-booked)
        3 +86400s key returned, recalled (sbp-00000001-returned)
        returned
    "#]],
    );
    check(
        refused,
        Some(0),
        &[Outcome::Settle, rejected(), returned()],
        &expect![[r#"
        bank_already_decided: the payment is already rejected
        bank_already_decided: the payment is already rejected
        bank_already_decided: the payment is already rejected
        rejected
    "#]],
    );
}

/// Goal: until the clock moves, the last decision counts. Method: two that contradict each other.
#[test]
fn a_later_decision_replaces_an_earlier_one() {
    check(
        Behaviour::SettleAtOnce,
        None,
        &[rejected(), Outcome::Settle],
        &expect![[r#"
        1 +86400s key settled (sbp-00000001-settled)
        2 +86400s key booked (sbp-00000001-booked)
        settled
    "#]],
    );
    check(
        Behaviour::SettleAtOnce,
        None,
        &[Outcome::Settle, rejected()],
        &expect![[r#"
        1 +86400s key rejected, unpayable (sbp-00000001-rejected)
        rejected
    "#]],
    );
}

/// Goal: a credit that never comes can be made to. Method: decide it by its bank id.
#[test]
fn credits_can_be_settled_by_hand() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, Some(Behaviour::SettleNever));
    let bank_id = bank.credit(PLATFORM, &request).unwrap();
    for outcome in [returned(), rejected()] {
        let refused = bank.decide(PLATFORM, &bank_id, outcome).unwrap_err();
        assert_eq!(refused.code(), "bank_not_for_credits");
    }
    bank.decide(PLATFORM, &bank_id, Outcome::Settle).unwrap();
    bank.advance(PLATFORM, at(5)).unwrap();
    let again = bank.decide(PLATFORM, &bank_id, Outcome::Settle).unwrap_err();
    assert_eq!(again.code(), "bank_already_decided");
    expect![[r#"
        1 +5s credit notified, 20.00 GBP (sbc-00000001-notified)
        2 +5s credit booked, 20.00 GBP (sbc-00000001-booked)
    "#]]
    .assert_eq(&told(&all_events(&mut bank)));
}

/// Goal: nobody decides about another platform's payment, or about none. Method: wrong names.
#[test]
fn only_the_platforms_own_payments_can_be_decided() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("key", None));
    for (platform, key) in [
        ("plt_ride", "key"),
        ("plt_ride", "sbp-00000001"),
        (PLATFORM, "other"),
        (PLATFORM, "sbp-00000000"),
        (PLATFORM, "sbp-00000002"),
        (PLATFORM, "sbp-1"),
        (PLATFORM, "sbc-00000001"),
    ] {
        let refused = bank.decide(platform, key, Outcome::Settle).unwrap_err();
        assert_eq!(refused.code(), "bank_payment_unknown", "{platform} {key}");
    }
    bank.decide(PLATFORM, "sbp-00000001", Outcome::Settle).unwrap();
}

/// Goal: what the operator sees of a payment. Method: one of each kind, before and after.
#[test]
fn the_bank_says_what_it_knows() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("late", Some(Behaviour::SettleLate { after_seconds: 60 })));
    bank.submit(&payout("never", Some(Behaviour::SettleNever)));
    let request = credit(&mut bank, PLATFORM, None);
    let bank_id = bank.credit(PLATFORM, &request).unwrap();
    let waiting = |bank: &SandboxBank| {
        let lines: Vec<String> = bank.waiting(PLATFORM, 10).iter().map(shown).collect();
        lines.join("\n")
    };
    expect![[r#"
        sbp-00000001 Payout 10.50 GBP waiting, planned 2, due None
        sbp-00000002 Payout 10.50 GBP waiting, planned 0, due None
        sbc-00000001 Credit 20.00 GBP waiting, planned 2, due None"#]]
    .assert_eq(&waiting(&bank));
    bank.advance(PLATFORM, at(0)).unwrap();
    expect![[r#"
        sbp-00000001 Payout 10.50 GBP waiting, planned 2, due Some(1750000060000000)
        sbp-00000002 Payout 10.50 GBP waiting, planned 0, due None"#]]
    .assert_eq(&waiting(&bank));
    assert_eq!(bank.waiting(PLATFORM, 1).len(), 1);
    assert_eq!(bank.waiting("plt_ride", 10), []);
    assert_eq!(bank.outcome(&bank_id).unwrap().standing.name(), "settled");
    assert_eq!(bank.outcome("nobody"), None);
}

/// Goal: a reset forgets what is planned and the faults, keeps keys, events and numbers, and leaves
/// other platforms alone. Method: reset in the middle, then go on.
#[test]
fn a_reset_drops_what_waits_and_keeps_what_happened() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.set_faults(PLATFORM, Faults { seed: 3, ..Faults::default() }).unwrap();
    let comes_back = Behaviour::Returned { reason: "closed".to_owned(), after_seconds: 60 };
    bank.submit(&payout("back", Some(comes_back)));
    bank.submit(&payout("late", Some(Behaviour::SettleLate { after_seconds: 60 })));
    let other = crate::Instruction { platform: "plt_ride".to_owned(), ..payout("ride", None) };
    bank.submit(&other);
    let request = credit(&mut bank, PLATFORM, Some(Behaviour::SettleNever));
    let bank_id = bank.credit(PLATFORM, &request).unwrap();
    bank.advance(PLATFORM, at(0)).unwrap();
    bank.submit(&payout("arriving", None));
    bank.reset(PLATFORM).unwrap();
    assert_eq!(found_after_a_crash(&folder).state, bank.state);
    assert_eq!(bank.faults(PLATFORM), None);
    assert_eq!(bank.waiting(PLATFORM, 10), []);
    assert_eq!(bank.advance(PLATFORM, at(3_600)).unwrap(), 0);
    assert_eq!(bank.outcome(&bank_id).unwrap().standing.name(), "dropped");
    assert_eq!(answered(&bank.submit(&payout("late", None))), "accepted sbp-00000002");
    bank.decide(PLATFORM, "late", Outcome::Settle).unwrap();
    bank.submit(&payout("new", None));
    bank.advance(PLATFORM, at(7_200)).unwrap();
    bank.advance("plt_ride", at(7_200)).unwrap();
    expect![[r#"
        1 +0s back settled (sbp-00000001-settled)
        2 +0s back booked (sbp-00000001-booked)
        3 +7200s late settled (sbp-00000002-settled)
        4 +7200s late booked (sbp-00000002-booked)
        5 +7200s new settled (sbp-00000005-settled)
        6 +7200s new booked (sbp-00000005-booked)
        7 +7200s ride settled (sbp-00000003-settled)
        8 +7200s ride booked (sbp-00000003-booked)
    "#]]
    .assert_eq(&told(&all_events(&mut bank)));
}

/// Goal: what changes nothing writes nothing. Method: the file's length.
#[test]
fn calls_without_effect_write_nothing() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("key", None));
    let request = credit(&mut bank, PLATFORM, None);
    let request = Request::Credit(Box::new(request));
    bank.ask(PLATFORM, &asked("once"), &request).unwrap();
    bank.ask(PLATFORM, &asked("reset"), &Request::Reset).unwrap();
    bank.advance(PLATFORM, at(0)).unwrap();
    let bytes = bank.file.bytes;
    bank.submit(&payout("key", None));
    bank.ask(PLATFORM, &asked("once"), &request).unwrap();
    bank.ask(PLATFORM, &asked("reset"), &Request::Reset).unwrap();
    bank.collection_account(PLATFORM, gbp(1).asset()).unwrap();
    bank.advance(PLATFORM, at(1)).unwrap();
    bank.advance("plt_ride", at(1)).unwrap();
    bank.reset(PLATFORM).unwrap();
    bank.reset("plt_ride").unwrap();
    assert_eq!(bank.file.bytes, bytes);
}
