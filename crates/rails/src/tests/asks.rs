//! Requests with a key: done once, answered alike, also by the bank that is found after a restart.

use expect_test::{Expect, expect};

use super::{Folder, PLATFORM, all_events, asked, at, credit, found_after_a_crash, payout, uk};
use crate::{
    Answered, Asked, Behaviour, CreditRequest, Done, Faults, Outcome, Rail, Request, SandboxBank,
};

fn shown(answered: &Answered) -> String {
    let again = if answered.again { "again: " } else { "" };
    let what = match &answered.outcome {
        Ok(Done::Credited { bank_id, request }) => format!("{bank_id} {}", request.amount),
        Ok(Done::Decided(known)) => {
            format!("{} {}, {} planned", known.bank_id, known.standing.name(), known.planned)
        }
        Ok(Done::FaultsSet(faults)) => format!("faults of seed {}", faults.seed),
        Ok(Done::Reset) => "reset".to_owned(),
        Err(refused) => format!("{}: {refused}", refused.code()),
    };
    format!("{again}{what}")
}

/// A bank with a payout that waits.
fn bank(folder: &Folder) -> SandboxBank {
    let mut bank = folder.bank();
    bank.submit(&payout("never", Some(Behaviour::SettleNever)));
    bank.advance(PLATFORM, at(0)).unwrap();
    bank
}

fn decide(payment: &str, outcome: Outcome) -> Request {
    Request::Decide { payment: payment.to_owned(), outcome }
}

/// Asks once, asks again after all else changed, and asks the bank that another process would find.
#[track_caller]
fn check(request: &Request, expected: &Expect) {
    let folder = Folder::new();
    let mut bank = bank(&folder);
    let first = bank.ask(PLATFORM, &asked("key one"), request).unwrap();
    bank.advance(PLATFORM, at(100)).unwrap();
    bank.set_faults(PLATFORM, Faults { seed: 99, ..Faults::default() }).unwrap();
    let (events, faults) = (all_events(&mut bank), bank.faults(PLATFORM));
    let mut lines = vec![shown(&first)];
    let mut found = found_after_a_crash(&folder);
    for bank in [&mut bank, &mut found] {
        lines.push(shown(&bank.ask(PLATFORM, &asked("key one"), request).unwrap()));
        let other = Asked { fingerprint: "other".to_owned(), ..asked("key one") };
        lines.push(shown(&bank.ask(PLATFORM, &other, &Request::Reset).unwrap()));
        bank.advance(PLATFORM, at(200)).unwrap();
        assert_eq!((all_events(bank), bank.faults(PLATFORM)), (events.clone(), faults));
    }
    assert_eq!(lines[1..3], lines[3..5]);
    expected.assert_eq(&lines[..3].join("\n"));
}

/// Goal: one effect, one answer, also after a restart, and no other request under the key.
/// Method: each sort of request, done and refused.
#[test]
fn a_key_is_one_request() {
    let folder = Folder::new();
    let request = credit(&mut folder.bank(), PLATFORM, None);
    let own = folder.bank().collection_account(PLATFORM, request.amount.asset()).unwrap();
    assert_eq!(own, request.collection_account);
    let faults = Faults { seed: 7, ..Faults::default() };
    check(
        &Request::SetFaults(faults),
        &expect![[r#"
            faults of seed 7
            again: faults of seed 7
            bank_key_reused: the key names another request"#]],
    );
    check(
        &Request::SetFaults(Faults { late_ppm: 1_000_001, ..faults }),
        &expect![[r#"
            bank_faults_above_whole: faults add up to 1000001 parts per million, above the whole
            again: bank_faults_above_whole: faults add up to 1000001 parts per million, above the whole
            bank_key_reused: the key names another request"#]],
    );
    check(
        &Request::Reset,
        &expect![[r#"
            reset
            again: reset
            bank_key_reused: the key names another request"#]],
    );
    check(
        &decide("never", Outcome::Settle),
        &expect![[r#"
            sbp-00000001 waiting, 2 planned
            again: sbp-00000001 waiting, 2 planned
            bank_key_reused: the key names another request"#]],
    );
    check(
        &Request::Credit(Box::new(CreditRequest { collection_account: uk("12345678"), ..request })),
        &expect![[r#"
            bank_collection_account_unknown: the platform has no such collection account: the bank returned the money
            again: bank_collection_account_unknown: the platform has no such collection account: the bank returned the money
            bank_key_reused: the key names another request"#]],
    );
}

/// Goal: keys of one scope are none of another's, and a credit without a key is always new.
/// Method: the same key in two scopes.
#[test]
fn a_keyed_credit_arrives_once() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, None);
    let keyed = Request::Credit(Box::new(request.clone()));
    let elsewhere = Asked { scope: "plt_ride".to_owned(), ..asked("key") };
    let told = [
        bank.ask(PLATFORM, &asked("key"), &keyed).unwrap(),
        bank.ask(PLATFORM, &asked("key"), &keyed).unwrap(),
        bank.ask(PLATFORM, &elsewhere, &keyed).unwrap(),
    ];
    assert_eq!(bank.credit(PLATFORM, &request).unwrap(), "sbc-00000003");
    expect![[r#"
        sbc-00000001 20.00 GBP
        again: sbc-00000001 20.00 GBP
        sbc-00000002 20.00 GBP"#]]
    .assert_eq(&told.each_ref().map(shown).join("\n"));
}

/// Goal: what may be taken later is not refused for ever. Method: decide a payout before it is sent.
#[test]
fn a_refusal_that_may_pass_is_not_kept() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = decide("key", Outcome::Settle);
    let first = bank.ask(PLATFORM, &asked("early"), &request).unwrap();
    bank.submit(&payout("key", Some(Behaviour::SettleNever)));
    let second = bank.ask(PLATFORM, &asked("early"), &request).unwrap();
    expect![[r#"
        bank_payment_unknown: the bank knows no payment `key` of this platform
        sbp-00000001 waiting, 2 planned"#]]
    .assert_eq(&[first, second].each_ref().map(shown).join("\n"));
}

/// Goal: what names a request has a shape. Method: each part wrong.
#[test]
fn what_names_a_request_is_checked() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    for wrong in [
        Asked { scope: String::new(), ..asked("key") },
        Asked { scope: "two words".to_owned(), ..asked("key") },
        Asked { fingerprint: "x".repeat(65), ..asked("key") },
        asked(""),
        asked(&"x".repeat(256)),
        asked("caf\u{e9}"),
    ] {
        let answered = bank.ask(PLATFORM, &wrong, &Request::Reset).unwrap();
        assert_eq!(answered.outcome.unwrap_err().code(), "bank_asked_invalid", "{wrong:?}");
    }
    assert!(bank.state.requests.is_empty());
}
