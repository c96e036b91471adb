//! What each behaviour makes of a payout and of a credit, and where behaviours come from.
//!
//! Start at [`check_payout`] and [`check_credit`].

use expect_test::{Expect, expect};

use super::{
    Folder, PLATFORM, all_events, answered, at, credit, found_after_a_crash, payout, told, uk,
};
use crate::{
    BankDetails, Behaviour, Faults, Instruction, LATE_SECONDS, MAGIC_LATE, MAGIC_NO_ANSWER,
    MAGIC_RETURNED, RETURN_SECONDS, Rail, RailEventKind,
};

/// The answer, the answer to the same key again, then the events at each of these seconds.
#[track_caller]
fn check_instruction(instruction: &Instruction, advances: &[u32], expected: &Expect) {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let first = answered(&bank.submit(instruction));
    let again = answered(&bank.submit(instruction));
    let mut actual = format!("{first}; again {again}\n");
    let mut seen = 0;
    for seconds in advances {
        let released = bank.advance(PLATFORM, at(i64::from(*seconds))).unwrap();
        let events = bank.events(seen, 100).unwrap();
        assert_eq!(events.len(), released);
        seen += u64::try_from(released).unwrap();
        actual += &format!("at {seconds}s:\n{}", told(&events));
        assert_eq!(found_after_a_crash(&folder).state, bank.state);
    }
    expected.assert_eq(&actual);
}

#[track_caller]
fn check_payout(behaviour: Behaviour, advances: &[u32], expected: &Expect) {
    check_instruction(&payout("key", Some(behaviour)), advances, expected);
}

#[track_caller]
fn check_magic(account_number: &str, advances: &[u32], expected: &Expect) {
    let instruction = Instruction { beneficiary: uk(account_number), ..payout("key", None) };
    check_instruction(&instruction, advances, expected);
}

#[track_caller]
fn check_credit(behaviour: Option<Behaviour>, advances: &[u32], expected: &Expect) {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, behaviour);
    let mut actual = bank.credit(PLATFORM, &request).unwrap() + "\n";
    let mut seen = 0;
    for seconds in advances {
        seen += bank.advance(PLATFORM, at(i64::from(*seconds))).unwrap();
        actual += &format!("at {seconds}s: {seen} events\n");
    }
    actual += &told(&all_events(&mut bank));
    expected.assert_eq(&actual);
}

/// Goal: payouts settle as asked. Method: the answers, and the events around each due time.
#[test]
fn payouts_settle_as_they_are_asked_to() {
    check_payout(
        Behaviour::SettleAtOnce,
        &[0, 1],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        at 1s:
    "#]],
    );
    check_payout(
        Behaviour::SettleLate { after_seconds: 60 },
        &[0, 59, 60],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        at 59s:
        at 60s:
        1 +60s key settled (sbp-00000001-settled)
        2 +60s key booked (sbp-00000001-booked)
    "#]],
    );
    check_payout(
        Behaviour::SettleNever,
        &[0, 1_000_000_000],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        at 1000000000s:
    "#]],
    );
    check_payout(
        Behaviour::SettleTwice,
        &[0, 1],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        3 +0s key settled (sbp-00000001-settled)
        4 +0s key booked (sbp-00000001-booked)
        at 1s:
    "#]],
    );
    check_payout(
        Behaviour::OutOfOrder,
        &[0, 1],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key booked (sbp-00000001-booked)
        2 +0s key settled (sbp-00000001-settled)
        at 1s:
    "#]],
    );
}

/// Goal: payouts come back, are rejected or get no answer as asked. Method: as above.
#[test]
fn payouts_fail_as_they_are_asked_to() {
    let reason = "account_closed".to_owned();
    let returned = Behaviour::Returned { reason: reason.clone(), after_seconds: 10 };
    check_payout(
        returned,
        &[0, 9, 10],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        at 9s:
        at 10s:
        3 +10s key returned, account_closed (sbp-00000001-returned)
    "#]],
    );
    let returned = Behaviour::Returned { reason: reason.clone(), after_seconds: 0 };
    check_payout(
        returned,
        &[0],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        3 +0s key returned, account_closed (sbp-00000001-returned)
    "#]],
    );
    check_payout(
        Behaviour::Rejected { reason },
        &[0, 1],
        &expect![[r#"
        rejected account_closed; again rejected account_closed
        at 0s:
        at 1s:
    "#]],
    );
    check_payout(
        Behaviour::NoAnswer,
        &[0, 1],
        &expect![[r#"
        no answer; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        at 1s:
    "#]],
    );
}

/// Goal: every behaviour a credit can have. Method: as for payouts.
#[test]
fn credits_act_as_they_are_asked_to() {
    check_credit(
        None,
        &[0, 1],
        &expect![[r#"
            sbc-00000001
            at 0s: 2 events
            at 1s: 2 events
            1 +0s credit notified, 20.00 GBP (sbc-00000001-notified)
            2 +0s credit booked, 20.00 GBP (sbc-00000001-booked)
        "#]],
    );
    check_credit(
        Some(Behaviour::SettleAtOnce),
        &[0, 1],
        &expect![[r#"
            sbc-00000001
            at 0s: 2 events
            at 1s: 2 events
            1 +0s credit notified, 20.00 GBP (sbc-00000001-notified)
            2 +0s credit booked, 20.00 GBP (sbc-00000001-booked)
        "#]],
    );
    check_credit(
        Some(Behaviour::SettleLate { after_seconds: 60 }),
        &[0, 59, 60],
        &expect![[r#"
            sbc-00000001
            at 0s: 0 events
            at 59s: 0 events
            at 60s: 2 events
            1 +60s credit notified, 20.00 GBP (sbc-00000001-notified)
            2 +60s credit booked, 20.00 GBP (sbc-00000001-booked)
        "#]],
    );
    check_credit(
        Some(Behaviour::SettleNever),
        &[0, 1_000_000_000],
        &expect![[r#"
        sbc-00000001
        at 0s: 0 events
        at 1000000000s: 0 events
    "#]],
    );
    check_credit(
        Some(Behaviour::SettleTwice),
        &[0, 1],
        &expect![[r#"
            sbc-00000001
            at 0s: 4 events
            at 1s: 4 events
            1 +0s credit notified, 20.00 GBP (sbc-00000001-notified)
            2 +0s credit booked, 20.00 GBP (sbc-00000001-booked)
            3 +0s credit notified, 20.00 GBP (sbc-00000001-notified)
            4 +0s credit booked, 20.00 GBP (sbc-00000001-booked)
        "#]],
    );
    check_credit(
        Some(Behaviour::OutOfOrder),
        &[0, 1],
        &expect![[r#"
            sbc-00000001
            at 0s: 2 events
            at 1s: 2 events
            1 +0s credit booked, 20.00 GBP (sbc-00000001-booked)
            2 +0s credit notified, 20.00 GBP (sbc-00000001-notified)
        "#]],
    );
}

/// Goal: the three magic account numbers, and the one beside them. Method: no behaviour asked for.
#[test]
fn magic_account_numbers_choose_a_behaviour() {
    check_magic(
        "10000000",
        &[0],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
    "#]],
    );
    check_magic(
        MAGIC_LATE,
        &[0, LATE_SECONDS - 1, LATE_SECONDS],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        at 3599s:
        at 3600s:
        1 +3600s key settled (sbp-00000001-settled)
        2 +3600s key booked (sbp-00000001-booked)
    "#]],
    );
    check_magic(
        MAGIC_RETURNED,
        &[0, RETURN_SECONDS - 1, RETURN_SECONDS],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
        at 86399s:
        at 86400s:
        3 +86400s key returned, account_closed (sbp-00000001-returned)
    "#]],
    );
    check_magic(
        MAGIC_NO_ANSWER,
        &[0],
        &expect![[r#"
        no answer; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
    "#]],
    );
    check_magic(
        "10000004",
        &[0],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
    "#]],
    );
}

/// Goal: the payment's own wish comes before the magic number, that before the faults.
/// Method: take one away after the other.
#[test]
fn a_wish_comes_before_magic_before_faults_before_at_once() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let chosen = |bank: &mut crate::SandboxBank, key: &str, instruction: Instruction| {
        bank.submit(&Instruction { key: key.to_owned(), ..instruction });
        let known = bank.outcome(key).unwrap();
        format!("{} by {:?}", known.behaviour.name(), known.chosen_by)
    };
    let magic = Instruction { beneficiary: uk(MAGIC_LATE), ..payout("", None) };
    let wished = Instruction { behaviour: Some(Behaviour::OutOfOrder), ..magic.clone() };
    let usual = payout("", None);
    assert_eq!(chosen(&mut bank, "a", usual.clone()), "settle_at_once by Default");
    let faults = Faults { seed: 1, never_ppm: 1_000_000, ..Faults::default() };
    bank.set_faults(PLATFORM, faults).unwrap();
    assert_eq!(chosen(&mut bank, "b", wished), "out_of_order by Payment");
    assert_eq!(chosen(&mut bank, "c", magic), "settle_late by MagicNumber");
    assert_eq!(chosen(&mut bank, "d", usual.clone()), "settle_never by Faults");
    bank.reset(PLATFORM).unwrap();
    assert_eq!(chosen(&mut bank, "e", usual), "settle_at_once by Default");
}

/// Goal: magic numbers are British account numbers only. Method: an IBAN that ends in one.
#[test]
fn an_iban_is_never_magic() {
    let beneficiary = BankDetails::Iban {
        holder: "Ann Payee".to_owned(),
        iban: "GB33BUKB20201510000001".to_owned(),
    };
    let instruction = Instruction { beneficiary, ..payout("key", None) };
    check_instruction(
        &instruction,
        &[0],
        &expect![[r#"
        accepted sbp-00000001; again accepted sbp-00000001
        at 0s:
        1 +0s key settled (sbp-00000001-settled)
        2 +0s key booked (sbp-00000001-booked)
    "#]],
    );
}

/// Goal: delays start at the advance after a payment, also on a clock that stood still for long,
/// and a clock that goes back holds. Method: one late payout before, one after the clock moved.
#[test]
fn delays_start_at_the_next_advance() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let late = Some(Behaviour::SettleLate { after_seconds: 60 });
    bank.submit(&payout("first", late.clone()));
    bank.advance(PLATFORM, at(1_000)).unwrap();
    bank.submit(&payout("second", late));
    bank.advance(PLATFORM, at(500)).unwrap();
    bank.advance(PLATFORM, at(1_059)).unwrap();
    assert_eq!(told(&all_events(&mut bank)), "");
    bank.submit(&payout("third", None));
    bank.advance(PLATFORM, at(5_000)).unwrap();
    expect![[r#"
        1 +1060s first settled (sbp-00000001-settled)
        2 +1060s first booked (sbp-00000001-booked)
        3 +1060s second settled (sbp-00000002-settled)
        4 +1060s second booked (sbp-00000002-booked)
        5 +5000s third settled (sbp-00000003-settled)
        6 +5000s third booked (sbp-00000003-booked)
    "#]]
    .assert_eq(&told(&all_events(&mut bank)));
}

/// Goal: events of all platforms stand in one order, pages join without gap, clocks are apart.
/// Method: two platforms, pages of three.
#[test]
fn events_are_numbered_over_all_platforms() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let other = |key: &str| Instruction { platform: "plt_ride".to_owned(), ..payout(key, None) };
    bank.submit(&payout("a", None));
    bank.submit(&other("b"));
    assert_eq!(bank.advance("plt_ride", at(10)).unwrap(), 2);
    assert_eq!(bank.advance("plt_none", at(10)).unwrap(), 0);
    bank.submit(&other("c"));
    bank.submit(&payout("d", None));
    assert_eq!(bank.advance(PLATFORM, at(20)).unwrap(), 4);
    assert_eq!(bank.advance("plt_ride", at(30)).unwrap(), 2);
    let pages: Vec<Vec<u64>> = [0, 3, 6, 8, u64::MAX]
        .map(|after| bank.events(after, 3).unwrap().iter().map(|event| event.number).collect())
        .into();
    assert_eq!(pages, [vec![1, 2, 3], vec![4, 5, 6], vec![7, 8], vec![], vec![]]);
    assert_eq!(bank.events(0, 0).unwrap(), []);
    expect![[r#"
        1 +10s b settled (sbp-00000002-settled)
        2 +10s b booked (sbp-00000002-booked)
        3 +20s a settled (sbp-00000001-settled)
        4 +20s a booked (sbp-00000001-booked)
        5 +20s d settled (sbp-00000004-settled)
        6 +20s d booked (sbp-00000004-booked)
        7 +30s c settled (sbp-00000003-settled)
        8 +30s c booked (sbp-00000003-booked)
    "#]]
    .assert_eq(&told(&all_events(&mut bank)));
}

/// Goal: a credit's events carry everything matching needs, each all of it. Method: the whole events.
#[test]
fn a_notice_tells_account_payer_and_reference() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, None);
    bank.credit(PLATFORM, &request).unwrap();
    bank.advance(PLATFORM, at(0)).unwrap();
    let events = all_events(&mut bank);
    expect![[r#"
        [
          {
            "number": 1,
            "platform": "plt_shop",
            "id": "sbc-00000001-notified",
            "at_micros": 1750000000000000,
            "kind": {
              "credit_notified": {
                "bank_id": "sbc-00000001",
                "collection_account": {
                  "uk": {
                    "holder": "Client money plt_shop",
                    "sort_code": "001583",
                    "account_number": "26557416"
                  }
                },
                "amount": {
                  "value": "20.00",
                  "asset": {
                    "code": "GBP",
                    "scale": 2,
                    "kind": "fiat"
                  }
                },
                "reference": "order 9",
                "payer": {
                  "uk": {
                    "holder": "Ann Payee",
                    "sort_code": "200000",
                    "account_number": "11223344"
                  }
                }
              }
            }
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&events[..1]).unwrap());
    let RailEventKind::CreditNotified(facts) = events[0].kind.clone() else { unreachable!() };
    assert_eq!(events[1].kind, RailEventKind::CreditBooked(facts));
}
