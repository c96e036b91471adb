//! Every way the bank says no, in order, and that a no changes nothing.
//!
//! Start at [`check_submit`] and [`check_credit`].

use expect_test::{Expect, expect};
use money::{Amount, Asset};

use super::{Folder, PLATFORM, answered, at, credit, found_after_a_crash, gbp, payout, uk};
use crate::limits::{EVENTS_PER_PAYMENT_MAX, PLANNED_PER_PLATFORM_MAX, TURNOVER_MAX};
use crate::{
    BankDetails, BankError, Behaviour, CreditRequest, Faults, Instruction, Outcome, Rail, Refused,
    SandboxBank, Standing,
};

fn account(holder: &str, sort_code: &str, account_number: &str) -> BankDetails {
    let [holder, sort_code, account_number] =
        [holder, sort_code, account_number].map(str::to_owned);
    BankDetails::Uk { holder, sort_code, account_number }
}

fn iban(iban: &str) -> BankDetails {
    BankDetails::Iban { holder: "Ann Payee".to_owned(), iban: iban.to_owned() }
}

#[track_caller]
fn check_submit(instruction: &Instruction, expected: &str) {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let empty = folder.bank_state();
    assert_eq!(answered(&bank.submit(instruction)), expected);
    let is_refused = expected.starts_with("rejected bank_");
    assert_eq!(bank.state == empty, is_refused);
}

impl Folder {
    fn bank_state(&self) -> crate::state::State {
        super::SandboxBank::open(&self.file("empty")).unwrap().state
    }
}

#[track_caller]
fn check_credit(change: impl FnOnce(&mut CreditRequest), expected: &Expect) {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let mut request = credit(&mut bank, PLATFORM, None);
    change(&mut request);
    let actual = match bank.credit(PLATFORM, &request) {
        Ok(bank_id) => bank_id,
        Err(error) => format!("{}: {error}", error.code()),
    };
    expected.assert_eq(&actual);
}

/// Goal: the refusals of payouts and their order. Method: each line is also wrong in the next way.
#[test]
fn payouts_are_refused_in_declared_order() {
    let reason = Behaviour::Rejected { reason: String::new() };
    let wrong = Instruction {
        key: String::new(),
        platform: "two words".to_owned(),
        amount: gbp(0),
        reference: "\u{7}".to_owned(),
        beneficiary: uk("1"),
        behaviour: Some(reason),
    };
    check_submit(&wrong, "rejected bank_platform_invalid");
    let wrong = Instruction { platform: PLATFORM.to_owned(), ..wrong };
    check_submit(&wrong, "rejected bank_key_invalid");
    let wrong = Instruction { key: "key".to_owned(), ..wrong };
    check_submit(&wrong, "rejected bank_amount_zero");
    let wrong = Instruction { amount: gbp(1), ..wrong };
    check_submit(&wrong, "rejected bank_reference_invalid");
    let wrong = Instruction { reference: String::new(), ..wrong };
    check_submit(&wrong, "rejected bank_details_invalid");
    let wrong = Instruction { beneficiary: uk("12345678"), ..wrong };
    check_submit(&wrong, "rejected bank_reason_invalid");
    check_submit(&Instruction { behaviour: None, ..wrong }, "accepted sbp-00000001");
}

/// Goal: the limits of ids and texts. Method: the longest that passes, and one more.
#[test]
fn texts_have_their_limits() {
    let key = |length: usize| payout(&"k".repeat(length), None);
    check_submit(&key(255), "accepted sbp-00000001");
    check_submit(&key(256), "rejected bank_key_invalid");
    let platform =
        |length: usize| Instruction { platform: "p".repeat(length), ..payout("key", None) };
    check_submit(&platform(64), "accepted sbp-00000001");
    check_submit(&platform(65), "rejected bank_platform_invalid");
    check_submit(&platform(0), "rejected bank_platform_invalid");
    let reference =
        |length: usize| Instruction { reference: "r".repeat(length), ..payout("key", None) };
    check_submit(&reference(140), "accepted sbp-00000001");
    check_submit(&reference(141), "rejected bank_reference_invalid");
    let reason = |length: usize| {
        payout("key", Some(Behaviour::Returned { reason: "r".repeat(length), after_seconds: 1 }))
    };
    check_submit(&reason(140), "accepted sbp-00000001");
    check_submit(&reason(141), "rejected bank_reason_invalid");
    check_submit(&reason(0), "rejected bank_reason_invalid");
}

/// Goal: which account details are well formed. Method: a table.
#[test]
fn account_details_have_a_shape() {
    for (details, expected) in [
        (account("Ann", "200000", "12345678"), true),
        (account(&"A".repeat(140), "200000", "12345678"), true),
        (account(&"A".repeat(141), "200000", "12345678"), false),
        (account("", "200000", "12345678"), false),
        (account("Ann\n", "200000", "12345678"), false),
        (account("Ann", "20-00-00", "12345678"), false),
        (account("Ann", "20000", "12345678"), false),
        (account("Ann", "200000", "1234567"), false),
        (account("Ann", "200000", "1234567x"), false),
        (iban("GB33BUKB20201555555555"), true),
        (iban("NO9386011117947"), true),
        (iban("GB33 BUKB 2020 1555 5555 55"), false),
        (iban("gb33bukb20201555555555"), false),
        (iban("3333BUKB20201555555555"), false),
        (iban("GBGBBUKB20201555555555"), false),
        (iban("GB33BUKB202015"), false),
        (iban("GB33BUKB2020155555555500000000000000"), false),
        (iban("ÉÉÉÉÉÉÉÉÉÉ"), false),
        (iban(""), false),
    ] {
        assert_eq!(details.is_well_formed(), expected, "{details:?}");
    }
}

/// Goal: the refusals of credits. Method: one thing wrong a line.
#[test]
fn credits_are_refused() {
    check_credit(|_| {}, &expect!["sbc-00000001"]);
    check_credit(
        |request| request.amount = gbp(0),
        &expect!["bank_amount_zero: the amount must be above zero"],
    );
    check_credit(
        |request| request.reference = "\n".to_owned(),
        &expect![
            "bank_reference_invalid: a reference has at most 140 bytes and no control characters"
        ],
    );
    check_credit(
        |request| request.payer = uk("1"),
        &expect![
            "bank_details_invalid: the account details are not well formed: holder, sort code and number, or IBAN"
        ],
    );
    for behaviour in [
        Behaviour::Returned { reason: String::new(), after_seconds: 0 },
        Behaviour::Rejected { reason: String::new() },
        Behaviour::NoAnswer,
    ] {
        let name = behaviour.name();
        let folder = Folder::new();
        let mut bank = folder.bank();
        let request = credit(&mut bank, PLATFORM, Some(behaviour));
        let refused = bank.credit(PLATFORM, &request).unwrap_err();
        assert_eq!(refused.to_string(), format!("a credit cannot be `{name}`"));
    }
    check_credit(
        |request| request.collection_account = uk("12345678"),
        &expect![
            "bank_collection_account_unknown: the platform has no such collection account: the bank returned the money"
        ],
    );
    check_credit(
        |request| request.collection_account = iban("GB33BUKB20201555555555"),
        &expect![
            "bank_collection_account_unknown: the platform has no such collection account: the bank returned the money"
        ],
    );
}

/// Goal: an account of one platform is none of another; the holder's name does not matter, the
/// asset neither. Method: credits to the right number.
#[test]
fn collection_accounts_belong_to_a_platform() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let request = credit(&mut bank, PLATFORM, None);
    let other = credit(&mut bank, "plt_ride", None);
    assert!(!request.collection_account.is_same_account(&other.collection_account));
    let refused = bank.credit("plt_ride", &request).unwrap_err();
    assert_eq!(refused.code(), "bank_collection_account_unknown");
    let BankDetails::Uk { sort_code, account_number, .. } = &request.collection_account else {
        unreachable!("the bank's own accounts are British")
    };
    let collection_account = account(&"?".repeat(100_000), sort_code, account_number);
    let yen = Amount::new(5, Asset::known("JPY").unwrap()).unwrap();
    let renamed = CreditRequest { collection_account, amount: yen, ..request.clone() };
    bank.credit(PLATFORM, &renamed).unwrap();
    bank.advance(PLATFORM, at(0)).unwrap();
    let notified = &bank.events(0, 1).unwrap()[0];
    assert!(format!("{notified:?}").contains("Client money plt_shop"));
}

/// Goal: accounts are the same on every bank, and differ by platform and asset. Method: two banks,
/// opened in other orders.
#[test]
fn collection_accounts_are_deterministic() {
    let [first, second] = [Folder::new(), Folder::new()];
    let [mut first, mut second] = [first.bank(), second.bank()];
    let names = ["plt_a", "plt_b"];
    let assets = ["GBP", "EUR"].map(|code| Asset::known(code).unwrap());
    let pairs = names.iter().flat_map(|name| assets.map(|asset| (*name, asset)));
    let all: Vec<BankDetails> =
        pairs.clone().map(|(name, asset)| first.collection_account(name, asset).unwrap()).collect();
    for (index, (name, asset)) in pairs.enumerate().collect::<Vec<_>>().into_iter().rev() {
        assert_eq!(second.collection_account(name, asset).unwrap(), all[index]);
        assert!(all.iter().filter(|account| **account == all[index]).count() == 1);
    }
    expect![[r#"
        Uk {
            holder: "Client money plt_a",
            sort_code: "008314",
            account_number: "83931292",
        }"#]]
    .assert_eq(&format!("{:#?}", all[0]));
}

/// Goal: a key with another payment gets no answer, not even a no. Method: change one field each;
/// another behaviour is the same payment.
#[test]
fn a_reused_key_gets_no_answer() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let first = payout("key", None);
    assert_eq!(answered(&bank.submit(&first)), "accepted sbp-00000001");
    for other in [
        Instruction { platform: "plt_ride".to_owned(), ..first.clone() },
        Instruction { amount: gbp(1), ..first.clone() },
        Instruction { reference: String::new(), ..first.clone() },
        Instruction { beneficiary: uk("12345678"), ..first.clone() },
    ] {
        assert_eq!(answered(&bank.submit(&other)), "no answer");
    }
    let other = Instruction { behaviour: Some(Behaviour::SettleNever), ..first };
    assert_eq!(answered(&bank.submit(&other)), "accepted sbp-00000001");
}

/// Goal: faults are parts of one whole. Method: a million passes, one more does not.
#[test]
fn faults_must_not_exceed_the_whole() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let whole = Faults { late_ppm: 400_000, never_ppm: 600_000, ..Faults::default() };
    bank.set_faults(PLATFORM, whole).unwrap();
    let above = Faults { no_answer_ppm: 1, ..whole };
    let refused = bank.set_faults(PLATFORM, above).unwrap_err();
    assert_eq!(refused.to_string(), "faults add up to 1000001 parts per million, above the whole");
    assert_eq!(bank.faults(PLATFORM), Some(whole));
}

/// Goal: a bank with too much planned gives no answer, and takes the same key later.
/// Method: fill the plan in memory, then let the clock run.
#[test]
fn a_full_plan_asks_for_patience() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("first", None));
    let request = credit(&mut bank, PLATFORM, None);
    let platform = bank.state.platforms.get_mut(PLATFORM).unwrap();
    let step = platform.arrivals[0].clone();
    platform.arrivals.resize(PLANNED_PER_PLATFORM_MAX - EVENTS_PER_PAYMENT_MAX + 1, step);
    assert_eq!(answered(&bank.submit(&payout("second", None))), "no answer");
    let refused = bank.credit(PLATFORM, &request).unwrap_err();
    assert!(refused.is_retryable() && refused.code() == "bank_planned_full");
    assert!(bank.decide(PLATFORM, "first", Outcome::Settle).unwrap_err().is_retryable());
    bank.advance(PLATFORM, at(0)).unwrap();
    assert_eq!(answered(&bank.submit(&payout("second", None))), "accepted sbp-00000002");
}

/// Goal: a platform at its limit is told no for good. Method: set its count.
#[test]
fn a_full_platform_is_refused() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    bank.submit(&payout("first", None));
    bank.state.platforms.get_mut(PLATFORM).unwrap().payments = crate::PAYMENTS_PER_PLATFORM_MAX;
    let answer = answered(&bank.submit(&payout("second", None)));
    assert_eq!(answer, "rejected bank_payments_full");
    let elsewhere = Instruction { platform: "plt_ride".to_owned(), ..payout("third", None) };
    assert_eq!(answered(&bank.submit(&elsewhere)), "accepted sbp-00000002");
}

/// Goal: what comes in stays below what a ledger can count: per platform and asset, also after a
/// restart, and a no changes nothing. Method: up to the cap, above it, and elsewhere.
#[test]
fn a_full_turnover_is_refused() {
    let folder = Folder::new();
    let mut bank = folder.bank();
    let sterling = credit(&mut bank, PLATFORM, None);
    let of = |minor: u128| CreditRequest { amount: gbp(minor), ..sterling.clone() };
    bank.credit(PLATFORM, &of(TURNOVER_MAX - 5)).unwrap();
    bank.credit(PLATFORM, &of(4)).unwrap();
    let yen = Amount::new(TURNOVER_MAX, Asset::known("JPY").unwrap()).unwrap();
    bank.credit(PLATFORM, &CreditRequest { amount: yen, ..sterling.clone() }).unwrap();
    let elsewhere = credit(&mut bank, "plt_ride", None);
    bank.credit("plt_ride", &CreditRequest { amount: gbp(TURNOVER_MAX), ..elsewhere }).unwrap();

    // What was planned is gone after a reset, what came in is not.
    bank.reset(PLATFORM).unwrap();
    let expected = "bank_turnover_full: the sandbox bank takes in at most \
                    100000000000000000000000000000000000 minor units of one asset";
    let full = |bank: &mut SandboxBank| {
        for minor in [2, TURNOVER_MAX, 10 * TURNOVER_MAX - 1] {
            let before = found_after_a_crash(&folder).state;
            let refused = bank.credit(PLATFORM, &of(minor)).unwrap_err();
            assert_eq!(format!("{}: {refused}", refused.code()), expected);
            assert!(!refused.is_retryable());
            assert!(bank.state == before, "{minor}");
        }
    };
    full(&mut bank);
    drop(bank);
    let mut bank = folder.bank();
    full(&mut bank);
    bank.credit(PLATFORM, &of(1)).unwrap();
    let refused = bank.credit(PLATFORM, &of(1)).unwrap_err();
    assert_eq!(refused.code(), "bank_turnover_full");
}

/// Goal: codes are unique. Method: all of them.
#[test]
fn every_refusal_has_its_own_code() {
    let all = [
        Refused::AskedInvalid,
        Refused::KeyReused,
        Refused::TurnoverFull,
        Refused::RequestsFull,
        Refused::PlatformInvalid,
        Refused::KeyInvalid,
        Refused::AmountZero,
        Refused::ReferenceInvalid,
        Refused::DetailsInvalid,
        Refused::ReasonInvalid,
        Refused::NotForCredits { behaviour: "rejected".to_owned() },
        Refused::FaultsAboveWhole { sum_ppm: 1_000_001 },
        Refused::CollectionAccountUnknown,
        Refused::PaymentUnknown { key: "key".to_owned() },
        Refused::AlreadyDecided { standing: Standing::Settled },
        Refused::PlatformsFull,
        Refused::AccountsFull,
        Refused::PaymentsFull,
        Refused::PlannedFull,
    ];
    let lines: Vec<String> =
        all.iter().map(|refused| format!("{}: {refused}", refused.code())).collect();
    let mut codes: Vec<&str> = all.iter().map(Refused::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
    assert!(all.into_iter().all(|refused| !BankError::from(refused).code().is_empty()));
    expect![[r#"
        bank_asked_invalid: a request has a scope, a key of 1 to 255 printable characters, and a fingerprint
        bank_key_reused: the key names another request
        bank_turnover_full: the sandbox bank takes in at most 100000000000000000000000000000000000 minor units of one asset
        bank_requests_full: the sandbox bank remembers at most 2000000 requests
        bank_platform_invalid: a platform's id has 1 to 64 visible ASCII characters
        bank_key_invalid: a key has 1 to 255 visible ASCII characters
        bank_amount_zero: the amount must be above zero
        bank_reference_invalid: a reference has at most 140 bytes and no control characters
        bank_details_invalid: the account details are not well formed: holder, sort code and number, or IBAN
        bank_reason_invalid: a reason has 1 to 140 bytes and no control characters
        bank_not_for_credits: a credit cannot be `rejected`
        bank_faults_above_whole: faults add up to 1000001 parts per million, above the whole
        bank_collection_account_unknown: the platform has no such collection account: the bank returned the money
        bank_payment_unknown: the bank knows no payment `key` of this platform
        bank_already_decided: the payment is already settled
        bank_platforms_full: the sandbox bank serves at most 10000 platforms
        bank_accounts_full: a platform has at most 1000 collection accounts
        bank_payments_full: the sandbox bank keeps at most 250000 payments of a platform and 1000000 in all
        bank_planned_full: at most 40000 events of a platform may wait for its clock"#]].assert_eq(&lines.join("\n"));
}
