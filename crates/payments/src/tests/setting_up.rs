//! Platforms, keys, roles, customers, bank accounts and labels: what is made, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Timestamp;

use super::desk::*;
use crate::bank::BankDetails;
use crate::command::*;
use crate::ids::KeyId;
use crate::limits::DAY_MICROS;
use crate::meta::{Labels, LabelsPatch};
use crate::resources::*;
use crate::{Command, Key, Rejected};

fn code_of(result: &Result<crate::Decision, Rejected>) -> &'static str {
    result.as_ref().map_or_else(Rejected::code, |_| "ok")
}

/// Goal: which platforms are made. Method: rows of assets and fees.
#[test]
fn a_platform_has_assets_and_a_first_role() {
    let desk = Desk::new();
    let Resource::Platform(platform) = desk.get(&Key::Platform(PLATFORM)) else { panic!() };
    let Resource::Role(role) = desk.get(&Key::Role(platform.default_role)) else { panic!() };
    assert_eq!((role.name.as_str(), role.revision), ("Standard", 1));
    let Resource::Customer(own) = desk.get(&Key::Customer(platform.customer)) else { panic!() };
    assert_eq!((own.is_platform, own.accounts_open), (true, 1));
    assert_eq!(desk.account(desk.own_account()).customer, Some(own.id));

    let create = |assets: &[&str], fees: Vec<FeeRule>| {
        let assets = assets.iter().map(|code| asset(code)).collect();
        let name = "Other".to_owned();
        Command::PlatformCreate(PlatformCreate { name, assets, fees, labels: Labels::default() })
    };
    let twice = vec![fee_rule(TransactionKind::Internal, "0.10", 0); 2];
    let upside_down = FeeRule { minimum: 5, maximum: Some(4), ..twice[0].clone() };
    for (command, expected) in [
        (create(&[], Vec::new()), "value_invalid"),
        (create(&["GBP", "GBP"], Vec::new()), "value_invalid"),
        (create(&["GBP"], twice), "value_invalid"),
        (create(&["GBP"], vec![upside_down]), "value_invalid"),
    ] {
        assert_eq!(code_of(&desk.try_by(operator(), command)), expected);
    }
    let by_caller = desk.try_by(caller(), create(&["GBP"], Vec::new()));
    assert_eq!(code_of(&by_caller), "operator_required");
}

/// Goal: a platform always has where its fees go. Method: its own account is closed in each way there
/// is, by the platform and by the operator; another account of its own customer, and a customer's,
/// are closed.
#[test]
fn a_platforms_own_account_cannot_be_closed() {
    let mut desk = Desk::new();
    let own = Key::Account(desk.own_account());
    let Resource::Platform(platform) = desk.get(&Key::Platform(PLATFORM)) else { panic!() };
    let customer = platform.customer;
    let close = |desk: &mut Desk, key: &Key| {
        let closing = desk.by(operator(), Command::Transition(to(key, "closing")));
        code_of(&closing.and_then(|_| desk.by(operator(), Command::Transition(to(key, "closed")))))
    };
    for from in ["open", "frozen", "open", "frozen_out", "open", "frozen_in", "open"] {
        if desk.status(&own) != from {
            desk.done(Command::Transition(to(&own, from)));
        }
        for step in ["closing", "closed"] {
            let asked = desk.ask(Command::Transition(to(&own, step)));
            assert!(asked.is_err(), "{step} from {from}");
            let expected = match (from, step) {
                ("open", "closing") => "transition_blocked",
                _ => "transition_not_allowed",
            };
            let step = desk.by(operator(), Command::Transition(to(&own, step)));
            assert_eq!(code_of(&step), expected, "from {from}");
        }
        assert_eq!(desk.status(&own), from);
    }
    let closing = desk.ask(Command::Transition(to(&own, "closing"))).unwrap_err();
    assert!(closing.to_string().contains("the platform needs it for its fees"), "{closing}");
    for other in [desk.account_in(customer, "GBP"), desk.person("Ann")] {
        assert_eq!(close(&mut desk, &Key::Account(other)), "ok");
    }
}

/// Goal: a rotated key and its successor work for a while, and no key is rotated twice. Method: the
/// times at which each works.
#[test]
fn a_key_is_replaced_with_overlap() {
    let mut desk = Desk::new();
    let create = |expires_at| {
        let (name, scopes) = ("key".to_owned(), vec!["all".to_owned()]);
        Command::KeyCreate(KeyCreate { name, secret_hash: [1; 32], scopes, expires_at })
    };
    let past = desk.ask(create(Some(Timestamp::from_micros(START))));
    assert_eq!(code_of(&past), "value_invalid");
    let Key::ApiKey(old) = desk.done(create(None)) else { panic!() };
    let rotate =
        |overlap_micros| Command::KeyRotate { key: old, secret_hash: [2; 32], overlap_micros };
    for overlap in [-1, 30 * DAY_MICROS + 1] {
        assert_eq!(code_of(&desk.ask(rotate(overlap))), "value_invalid");
    }
    let Key::ApiKey(new) = desk.done(rotate(60 * SECOND)) else { panic!() };
    let now = desk.at;
    let works = |desk: &Desk, id: KeyId, at: i64| {
        let Resource::ApiKey(key) = desk.get(&Key::ApiKey(id)) else { panic!() };
        key.works_at(Timestamp::from_micros(at))
    };
    assert!(works(&desk, old, now + 59 * SECOND) && !works(&desk, old, now + 60 * SECOND));
    assert!(works(&desk, new, now + 90 * DAY_MICROS));
    assert_eq!(code_of(&desk.ask(rotate(0))), "unchangeable");
    desk.done(Command::Transition(to(&Key::ApiKey(new), "revoked")));
    assert!(!works(&desk, new, now));
}

/// Goal: roles are versioned, changed as drafts, and fixed then. Method: two of one name.
#[test]
fn a_role_is_fixed_once_published() {
    let mut desk = Desk::new();
    let create = |terms| {
        let (name, labels) = ("Seller".to_owned(), Labels::default());
        Command::RoleCreate(RoleCreate { name, terms, labels })
    };
    assert_eq!(code_of(&desk.ask(create(terms()))), "operator_required");
    let nobody = RoleTerms { kinds: Vec::new(), ..terms() };
    assert_eq!(code_of(&desk.ask(create(nobody))), "value_invalid");
    let limit =
        Limit { capability: Capability::SendBank, window: LimitWindow::Day, maximum: minor(1) };
    let twice = RoleTerms { limits: vec![limit.clone(), limit], ..terms() };
    assert_eq!(code_of(&desk.ask(create(twice))), "value_invalid");
    let first = desk.done(create(terms()));
    let second = desk.done(create(terms()));
    let revision = |desk: &Desk, key: &Key| {
        let Resource::Role(role) = desk.get(key) else { panic!() };
        (role.revision, role.capabilities.len())
    };
    assert_eq!((revision(&desk, &first).0, revision(&desk, &second).0), (1, 2));
    let change = |expected| {
        let fewer = Some(vec![Capability::HoldFunds]);
        let terms = RoleTermsPatch { capabilities: fewer, ..RoleTermsPatch::default() };
        let fields = FieldsPatch { terms, ..FieldsPatch::default() };
        let labels = LabelsPatch::default();
        Command::Update(Update { target: first.clone(), expected, labels, fields })
    };
    assert_eq!(code_of(&desk.ask(change(1))), "operator_required");
    assert_eq!(code_of(&desk.by(operator(), change(7))), "version_mismatch");
    desk.done(change(1));
    assert_eq!(revision(&desk, &first), (1, 1));
    desk.done(Command::Transition(to(&first, "published")));
    assert_eq!(code_of(&desk.by(operator(), change(3))), "unchangeable");
}

/// Goal: a business is active only when every person is verified. Method: each step, and what is due.
#[test]
fn a_business_waits_for_its_persons() {
    let mut desk = Desk::new();
    let role = desk.role("Strict", RoleTerms { review_required: true, ..terms() });
    let company = desk.customer_of(CustomerKind::IncorporatedBusiness, "Ltd", Some(role));
    let key = Key::Customer(company);
    desk.ask(Command::Transition(to(&key, "in_review"))).unwrap();
    let activate = |desk: &mut Desk| {
        let asked = desk.by(operator(), Command::Transition(to(&key, "active")));
        asked.map(|_| ()).map_err(|why| (why.code(), why.requirements().to_vec()))
    };
    let due = vec!["person.add".to_owned()];
    assert_eq!(activate(&mut desk), Err(("transition_blocked", due)));
    let person = |customer, roles| {
        let (name, labels) = ("Eve".to_owned(), Labels::default());
        Command::PersonCreate(PersonCreate { customer, name, roles, labels })
    };
    let both = vec![PersonRole::Owner, PersonRole::Director, PersonRole::Owner];
    let eve = desk.done(person(company, both));
    let Resource::Person(found) = desk.get(&eve) else { panic!() };
    assert_eq!(found.roles, [PersonRole::Director, PersonRole::Owner], "each once, in order");
    let due = vec![format!("person.verify:{}", found.id)];
    assert_eq!(activate(&mut desk), Err(("transition_blocked", due)));
    desk.done(Command::Transition(to(&eve, "verified")));
    assert_eq!(activate(&mut desk), Ok(()));
    desk.done(Command::Transition(to(&eve, "expired")));
    assert_eq!(desk.status(&key), "restricted", "it may receive, not send");
    desk.done(Command::Transition(to(&eve, "verified")));
    assert_eq!(activate(&mut desk), Ok(()));
    let single = desk.customer("Ann", None);
    for (command, expected) in [
        (person(single, vec![PersonRole::Owner]), "value_invalid"),
        (person(company, Vec::new()), "value_invalid"),
    ] {
        assert_eq!(code_of(&desk.ask(command)), expected);
    }
}

/// Goal: capabilities follow the customer's state and role. Method: a table of all of them.
#[test]
fn capabilities_are_derived() {
    let mut desk = Desk::new();
    let receiver = RoleTerms { capabilities: vec![Capability::HoldFunds], ..terms() };
    let receiver = desk.role("Receiver", receiver);
    let strict = desk.role("Strict", RoleTerms { review_required: true, ..terms() });
    let shown = |desk: &Desk, id| {
        let Resource::Customer(customer) = desk.get(&Key::Customer(id)) else { panic!() };
        let Resource::Role(role) = desk.get(&Key::Role(customer.role)) else { panic!() };
        let states = Capability::ALL.iter().map(|of| crate::capability(customer, role, *of).status);
        states.collect::<Vec<_>>().join(" ")
    };
    let limited = desk.customer("Bob", Some(receiver));
    assert_eq!(shown(&desk, limited), "active inactive inactive inactive");
    let id = desk.customer("Ann", Some(strict));
    let mut seen = vec![shown(&desk, id)];
    for status in ["in_review", "active", "restricted", "suspended", "closed"] {
        desk.done(Command::Transition(to(&Key::Customer(id), status)));
        seen.push(shown(&desk, id));
    }
    assert_eq!(
        seen,
        [
            "inactive inactive inactive inactive",
            "pending pending pending pending",
            "active active active active",
            "active active restricted restricted",
            "restricted restricted restricted restricted",
            "inactive inactive inactive inactive",
        ]
    );
}

/// Goal: the payee-name check and its effect. Method: rows of holders for one customer.
#[test]
fn a_bank_account_is_verified_by_its_name() {
    let mut desk = Desk::new();
    let customer = desk.customer("Ada Lovelace Ltd", None);
    let uk = |holder: &str| bank(holder);
    let iban = BankDetails::iban("Ada Lovelace".to_owned(), "DE89 3704 0044 0532 0130 00").unwrap();
    for (details, check, status) in [
        (uk("ADA LOVELACE LIMITED"), NameCheck::Match, "verified"),
        (uk("A. Lovelace"), NameCheck::CloseMatch, "unverified"),
        (uk("Charles Babbage"), NameCheck::NoMatch, "unverified"),
        (iban, NameCheck::Unavailable, "unverified"),
    ] {
        let create = BankAccountCreate { customer, details, labels: Labels::default() };
        let key = desk.done(Command::BankAccountCreate(create));
        let Resource::BankAccount(found) = desk.get(&key) else { panic!() };
        assert_eq!((found.name_check, desk.status(&key)), (check, status));
    }
    for wrong in ["GB00 0000 0000 0000 0000 00", "DE89370400440532013001", ""] {
        assert_eq!(code(BankDetails::iban("Ada".to_owned(), wrong)), "value_invalid");
    }
    for (sort_code, number) in
        [("20-00", "12345678"), ("200000", "1234567"), ("20000x", "12345678")]
    {
        assert_eq!(code(BankDetails::uk("Ada".to_owned(), sort_code, number)), "value_invalid");
    }
}

/// Goal: money goes to a payee of another name only if an operator says so. Method: each result of
/// the check, verified by the platform and by the operator; a payout before and after.
#[test]
fn another_name_needs_an_operator() {
    for (holder, by_platform) in [("A. Lovelace", "ok"), ("Charles Babbage", "operator_required")] {
        let mut desk = Desk::new();
        let customer = desk.customer("Ada Lovelace", None);
        let account = desk.account_in(customer, "GBP");
        desk.give(account, gbp("10.00"));
        let bank_account = desk.bank_account(customer, holder);
        let pay = Command::PayOut(pay_out(account, "1.00", bank_account));
        let verify = Command::Transition(to(&Key::BankAccount(bank_account), "verified"));
        assert_eq!(code_of(&desk.ask(pay.clone())), "bank_account_not_verified");
        assert_eq!(code_of(&desk.try_by(operator(), verify.clone())), "ok", "{holder}");
        assert_eq!(code_of(&desk.ask(verify.clone())), by_platform, "{holder}");
        if by_platform != "ok" {
            assert_eq!(code_of(&desk.ask(pay.clone())), "bank_account_not_verified");
            desk.done(verify);
        }
        assert_eq!(code_of(&desk.ask(pay)), "ok", "{holder}");
    }
}

/// Goal: labels are merged, counted and bounded. Method: patches one after another.
#[test]
fn labels_are_a_merge_patch() {
    let mut desk = Desk::new();
    let labels = Labels {
        external_id: Some("a-1".to_owned()),
        tags: BTreeSet::from(["red".to_owned()]),
        annotations: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
    };
    let create = |labels| {
        let (kind, name) = (CustomerKind::Individual, "Ann".to_owned());
        let (email, role) = (Some("ann@example.com".to_owned()), None);
        Command::CustomerCreate(CustomerCreate { kind, name, email, role, labels })
    };
    let key = desk.done(create(labels.clone()));
    assert_eq!(code_of(&desk.ask(create(labels))), "external_id_taken");
    let patch = |expected, tags, annotations, fields| {
        let labels = LabelsPatch { tags, annotations };
        Command::Update(Update { target: key.clone(), expected, labels, fields })
    };
    let added = BTreeMap::from([("k".to_owned(), None), ("l".to_owned(), Some("w".to_owned()))]);
    let no_email = FieldsPatch { email: Some(None), ..FieldsPatch::default() };
    desk.ask(patch(1, Some(None), Some(Some(added)), no_email)).unwrap();
    let Resource::Customer(found) = desk.get(&key) else { panic!() };
    assert_eq!((found.meta.version, &found.email), (2, &None));
    assert!(found.meta.tags.is_empty());
    assert_eq!(found.meta.annotations, BTreeMap::from([("l".to_owned(), "w".to_owned())]));
    let many = |count: usize| (0..count).map(|n| (n.to_string(), Some(String::new()))).collect();
    for (count, expected) in [(51, "value_invalid"), (49, "ok")] {
        let patch = patch(2, None, Some(Some(many(count))), FieldsPatch::default());
        assert_eq!(code_of(&desk.ask(patch)), expected);
    }
    let bad = FieldsPatch { email: Some(Some("nobody".to_owned())), ..FieldsPatch::default() };
    assert_eq!(code_of(&desk.ask(patch(3, None, None, bad))), "value_invalid");
}

/// Goal: the sandbox clock only grows, within bounds, and only in test stores. Method: rows of moves.
#[test]
fn the_clock_only_grows() {
    let mut desk = Desk::new();
    for (micros, expected) in [
        (0, "value_invalid"),
        (-1, "value_invalid"),
        (366 * DAY_MICROS + 1, "value_invalid"),
        (366 * DAY_MICROS, "ok"),
    ] {
        assert_eq!(code_of(&desk.ask(Command::ClockAdvance { micros })), expected);
    }
    for _ in 1..20 {
        desk.done(Command::ClockAdvance { micros: 366 * DAY_MICROS });
    }
    assert_eq!(desk.business(), desk.at + 20 * 366 * DAY_MICROS);
    assert_eq!(code_of(&desk.ask(Command::ClockAdvance { micros: 1 })), "value_invalid");
    desk.sandbox = false;
    assert_eq!(code_of(&desk.ask(Command::ClockAdvance { micros: 1 })), "not_a_sandbox");
}

/// Goal: a refusal by a limit shows its figures. Method: two payments within an hour.
#[test]
fn a_limit_shows_its_figures() {
    let mut desk = Desk::new();
    let limit = Limit {
        capability: Capability::SendInternal,
        window: LimitWindow::Day,
        maximum: gbp("10.00"),
    };
    let role = desk.role("Limited", RoleTerms { limits: vec![limit], ..terms() });
    let customer = desk.customer("Ann", Some(role));
    let (ann, bob) = (desk.account_in(customer, "GBP"), desk.person("Bob"));
    desk.give(ann, gbp("100.00"));
    desk.paid(pay_one(ann, "8.00", bob));
    let refused = desk.ask(Command::Pay(pay_one(ann, "2.01", bob))).unwrap_err();
    let figures: Vec<String> =
        refused.figures().iter().map(|it| format!("{} {:?}", it.name, it.value)).collect();
    let hour = 3_600 * SECOND;
    let resets = Timestamp::from_micros((desk.at / hour + 25) * hour);
    assert_eq!(
        figures,
        [
            "limit Money(\"10.00\", GBP)".to_owned(),
            "used Money(\"8.00\", GBP)".to_owned(),
            "needed Money(\"2.01\", GBP)".to_owned(),
            format!("resets_at At({resets:?})"),
        ]
    );
    desk.paid(pay_one(ann, "2.00", bob));
}
