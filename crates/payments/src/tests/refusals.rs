//! The order of refusals: each row is wrong in one way, and again in that and the next way.

use ledger::{AccountId, Timestamp, TransactionId};
use money::AMOUNT_MAX;

use super::desk::*;
use crate::command::*;
use crate::ids::{BankAccountId, CustomerId, HoldId};
use crate::resources::{Bearer, Capability, FeeRule, Limit, LimitWindow, TransactionKind};
use crate::{Command, Key};

/// What a command is asked on, each part of which can be made wrong.
#[derive(Clone)]
struct Case<C> {
    desk: Desk,
    command: C,
    /// The role that the payer's customer gets before the command is asked.
    terms: RoleTerms,
    payer: CustomerId,
}

/// One way to be wrong: the code, and what makes it so.
type Fault<C> = (&'static str, fn(&mut Case<C>));

/// Asks each command that is wrong in one way, then each that is wrong in this way and the next.
fn check<C: Clone>(base: &Case<C>, wrap: fn(C) -> Command, faults: &[Fault<C>]) {
    assert_eq!(ask(base.clone(), wrap), Ok(()), "the base is right");
    for (at, (expected, _)) in faults.iter().enumerate() {
        for wrong in [1, 2] {
            let mut case = base.clone();
            for (_, make_wrong) in faults.iter().skip(at).take(wrong).rev() {
                make_wrong(&mut case);
            }
            assert_eq!(ask(case, wrap), Err(*expected), "row {at}, wrong in {wrong} ways");
        }
    }
}

fn ask<C>(mut case: Case<C>, wrap: fn(C) -> Command) -> Result<(), &'static str> {
    let role = case.desk.role("Tried", case.terms);
    let mut fields = FieldsPatch { role: Some(role), ..FieldsPatch::default() };
    fields.name = None;
    let key = Key::Customer(case.payer);
    let expected = case.desk.get(&key).visible().unwrap().meta.version;
    let labels = crate::meta::LabelsPatch::default();
    case.desk.done(Command::Update(Update { target: key, expected, labels, fields }));
    // What stops everything comes last, so that the rest can be set up.
    let suspended = case.desk.shelf.remove(&suspend_mark()).is_some();
    if suspended {
        case.desk.done(Command::Transition(to(&Key::Platform(PLATFORM), "suspended")));
    }
    let shelf = case.desk.shelf.clone();
    let asked = case.desk.ask(wrap(case.command));
    if asked.is_err() {
        assert_eq!(case.desk.shelf, shelf, "a refusal changes nothing");
    }
    asked.map(|_| ()).map_err(|why| why.code())
}

fn suspend_mark() -> Key {
    Key::Name(crate::NameKind::RoleName, "suspend".to_owned())
}

fn suspend<C>(case: &mut Case<C>) {
    let name = crate::resources::Name {
        kind: crate::NameKind::RoleName,
        text: "suspend".to_owned(),
        target: [0; 16],
    };
    case.desk.shelf.insert(suspend_mark(), crate::Resource::Name(name));
}

fn move_account(desk: &mut Desk, account: AccountId, status: &str) {
    desk.done(Command::Transition(to(&Key::Account(account), status)));
}

fn suspend_payer<C>(case: &mut Case<C>) {
    case.desk.done(Command::Transition(to(&Key::Customer(case.payer), "suspended")));
}

fn dear<C>(case: &mut Case<C>) {
    case.terms.fees =
        [TransactionKind::Internal, TransactionKind::OutboundBank].map(fee_of_1000).to_vec();
}

fn fee_of_1000(kind: TransactionKind) -> FeeRule {
    fee_rule(kind, "1000.00", 0)
}

fn limited<C>(case: &mut Case<C>) {
    let limit = |capability| Limit { capability, window: LimitWindow::Day, maximum: minor(50) };
    case.terms.limits = vec![limit(Capability::SendInternal), limit(Capability::SendBank)];
}

/// The name of every transaction, hold and refund that is taken in these tests.
fn taken() -> crate::meta::Labels {
    crate::meta::Labels { external_id: Some("taken".to_owned()), ..Default::default() }
}

fn unknown() -> AccountId {
    AccountId::from_bytes([77; 16])
}

/// Ann has 10.00 and pays 1.00 of it to Bob.
fn payment() -> Case<Pay> {
    let mut desk = Desk::new();
    let payer = desk.customer("Ann", None);
    let ann = desk.account_in(payer, "GBP");
    let bob = desk.person("Bob");
    desk.give(ann, gbp("10.00"));
    let mut first = pay_one(ann, "1.00", bob);
    first.labels = taken();
    desk.paid(first);
    let mut second = pay_one(ann, "1.00", bob);
    second.labels = taken();
    desk.held(second);
    Case { command: pay_one(ann, "1.00", bob), desk, terms: terms(), payer }
}

const PAY: &[Fault<Pay>] = &[
    ("platform_suspended", suspend),
    ("value_invalid", |case| case.command.reference = "x".repeat(141)),
    ("value_invalid", |case| case.command.labels.tags = ["\n".to_owned()].into()),
    ("value_invalid", |case| case.command.parts.push(case.command.parts[0])),
    ("amount_not_positive", |case| case.command.amount = minor(0)),
    ("split_unbalanced", |case| case.command.parts[0].size = PartSize::Fixed(minor(1_01))),
    ("same_account", |case| case.command.parts[0].account = case.command.payer),
    ("not_found", |case| case.command.payer = AccountId::from_bytes([78; 16])),
    ("not_found", |case| case.command.parts[0].account = unknown()),
    ("external_id_taken", |case| case.command.labels = taken()),
    ("value_invalid", |case| {
        case.command.effective_at = Some(Timestamp::from_micros(case.desk.at + 3_600 * SECOND));
    }),
    ("account_frozen_out", |case| move_account(&mut case.desk, case.command.payer, "frozen_out")),
    ("account_frozen_in", |case| {
        let payee = case.command.parts[0].account;
        move_account(&mut case.desk, payee, "frozen_in");
    }),
    ("asset_mismatch", |case| {
        case.command.amount = money::Amount::new(1_00, asset("USD")).unwrap();
    }),
    ("capability_missing", suspend_payer),
    ("fee_exceeds_amount", dear),
    ("limit_exceeded", limited),
    ("balance_overflow", |case| {
        let payee = case.command.parts[0].account;
        case.desk.give_against(ledger::Chart::Loss, payee, minor(AMOUNT_MAX - 150));
    }),
    ("insufficient_funds", |case| {
        let own = case.desk.own_account();
        let most = pay_one(case.command.payer, "8.00", own);
        case.desk.paid(most);
    }),
];

/// Goal: the order of refusals of a payment. Method: each row is also wrong in the next way.
#[test]
fn a_payment_is_refused_in_declared_order() {
    check(&payment(), Command::Pay, PAY);
}

/// Goal: the same order for a hold. Method: the same rows, and those that only holds have.
#[test]
fn a_hold_is_refused_in_declared_order() {
    let mut base = payment();
    base.command.hold_until = Some(Timestamp::from_micros(base.desk.at + 3_600 * SECOND));
    let soon: Fault<Pay> = ("value_invalid", |case| {
        case.command.hold_until = Some(Timestamp::from_micros(case.desk.at));
    });
    let late: Fault<Pay> = ("value_invalid", |case| {
        let days = 91 * crate::limits::DAY_MICROS;
        case.command.hold_until = Some(Timestamp::from_micros(case.desk.at + days));
    });
    let mut faults = [&PAY[..4], &[soon, late], &PAY[4..]].concat();
    // What is only reserved overflows nothing yet.
    faults.retain(|(code, _)| *code != "balance_overflow");
    check(&base, Command::Pay, &faults);
}

/// Ann has 10.00 and pays out 1.00 of it.
fn payout() -> Case<PayOut> {
    let mut desk = Desk::new();
    let payer = desk.customer("Ann", None);
    let ann = desk.account_in(payer, "GBP");
    let bank_account = desk.bank_account(payer, "Ann");
    desk.give(ann, gbp("10.00"));
    let mut first = pay_out(ann, "1.00", bank_account);
    first.labels = taken();
    desk.done(Command::PayOut(first));
    Case { command: pay_out(ann, "1.00", bank_account), desk, terms: terms(), payer }
}

/// Goal: the order of refusals of a payout. Method: each row is also wrong in the next way.
#[test]
fn a_payout_is_refused_in_declared_order() {
    check(
        &payout(),
        Command::PayOut,
        &[
            ("platform_suspended", suspend),
            ("value_invalid", |case| case.command.reference = "\u{7}".to_owned()),
            ("value_invalid", |case| case.command.bearer = Bearer::Payees),
            ("amount_not_positive", |case| case.command.amount = minor(0)),
            ("not_found", |case| case.command.payer = unknown()),
            ("not_found", |case| case.command.bank_account = BankAccountId::from_bytes([7; 16])),
            ("not_found", |case| {
                let other = case.desk.customer("Bob", None);
                case.command.bank_account = case.desk.bank_account(other, "Bob");
            }),
            ("external_id_taken", |case| case.command.labels = taken()),
            ("account_frozen_out", |case| {
                move_account(&mut case.desk, case.command.payer, "frozen")
            }),
            ("bank_account_not_verified", |case| {
                case.command.bank_account = case.desk.bank_account(case.payer, "Somebody");
            }),
            ("asset_mismatch", |case| {
                case.command.amount = money::Amount::new(1_00, asset("USD")).unwrap();
            }),
            ("capability_missing", suspend_payer),
            ("limit_exceeded", limited),
            ("insufficient_funds", |case| {
                let own = case.desk.own_account();
                let most = pay_one(case.command.payer, "8.01", own);
                case.desk.paid(most);
            }),
        ],
    );
}

/// Ann paid 9.00 to Bob and the market, 4.50 each, and wants it back.
fn refunding() -> Case<RefundCreate> {
    let mut desk = Desk::new();
    let payer = desk.customer("Ann", None);
    let ann = desk.account_in(payer, "GBP");
    let (bob, own) = (desk.person("Bob"), desk.own_account());
    desk.give(ann, gbp("20.00"));
    let half = PartSize::Share(ppm(500_000));
    let paid = desk.paid(pay(ann, gbp("9.00"), &[(bob, half), (own, half)]));
    let mut first = refund(paid, Some(minor(100)));
    first.labels = taken();
    desk.refunded(first);
    Case { command: refund(paid, Some(gbp("8.00"))), desk, terms: terms(), payer }
}

fn payee(case: &Case<RefundCreate>) -> AccountId {
    case.desk.transaction(case.command.transaction).shares[0].account
}

/// Goal: the order of refusals of a refund. Method: each row is also wrong in the next way.
#[test]
fn a_refund_is_refused_in_declared_order() {
    check(
        &refunding(),
        Command::Refund,
        &[
            ("platform_suspended", suspend),
            ("value_invalid", |case| case.command.reason = Some(" ".to_owned())),
            ("amount_not_positive", |case| case.command.amount = Some(minor(0))),
            ("not_found", |case| case.command.transaction = TransactionId::from_bytes([7; 16])),
            ("external_id_taken", |case| case.command.labels = taken()),
            ("not_refundable", |case| {
                // Bob holds money for somebody else, which is not captured.
                let (bob, own) = (payee(case), case.desk.own_account());
                let hold = case.desk.held(pay_one(bob, "0.10", own));
                case.command.transaction = case.desk.hold(hold).transaction;
            }),
            ("asset_mismatch", |case| {
                case.command.amount = Some(money::Amount::new(9_00, asset("USD")).unwrap());
            }),
            ("refund_exceeds_captured", |case| case.command.amount = Some(gbp("8.01"))),
            ("value_invalid", |case| {
                case.command.legs = Some(vec![(unknown(), gbp("8.00"))]);
            }),
            ("split_unbalanced", |case| {
                case.command.legs = Some(vec![(case.desk.own_account(), gbp("7.99"))]);
            }),
        ],
    );
    // Who gives back is checked by the ledger, after what is given back.
    check(
        &refunding(),
        Command::Refund,
        &[
            ("account_frozen_in", |case| {
                let payer = case.desk.transaction(case.command.transaction).payer.unwrap();
                move_account(&mut case.desk, payer, "frozen_in");
            }),
            ("account_frozen_out", |case| {
                let payee = payee(case);
                move_account(&mut case.desk, payee, "frozen_out");
            }),
            ("insufficient_funds", |case| {
                let (bob, own) = (payee(case), case.desk.own_account());
                case.desk.paid(pay_one(bob, "0.01", own));
            }),
        ],
    );
}

/// Bob holds 5.00 of Ann's.
fn posting() -> Case<Transition> {
    let mut desk = Desk::new();
    let payer = desk.customer("Ann", None);
    let ann = desk.account_in(payer, "GBP");
    let bob = desk.person("Bob");
    desk.give(ann, gbp("10.00"));
    let hold = desk.held(pay_one(ann, "5.00", bob));
    Case { command: to(&Key::Hold(hold), "posted"), desk, terms: terms(), payer }
}

/// Goal: the order of refusals of a hold's transition. Method: each row is also wrong in the next way.
#[test]
fn a_posting_is_refused_in_declared_order() {
    check(
        &posting(),
        Command::Transition,
        &[
            ("platform_suspended", suspend),
            ("value_invalid", |case| case.command.reason_code = Some("x".repeat(65))),
            ("value_invalid", |case| case.command.note = Some("x".repeat(1_001))),
            ("not_found", |case| case.command.target = Key::Hold(HoldId::from_bytes([7; 16]))),
            ("version_mismatch", |case| case.command.expected = Some(9)),
            ("transition_not_allowed", |case| case.command.to = "active".to_owned()),
            ("hold_expired", |case| {
                case.desk.done(Command::ClockAdvance { micros: 3_600 * SECOND });
            }),
            ("amount_not_positive", |case| case.command.amount = Some(minor(0))),
        ],
    );
    for (amount, expected) in [
        (Some(gbp("5.01")), Err("hold_exceeded")),
        (Some(money::Amount::new(1, asset("USD")).unwrap()), Err("asset_mismatch")),
        (Some(gbp("5.00")), Ok(())),
        (Some(minor(1)), Ok(())),
        (None, Ok(())),
    ] {
        let mut case = posting();
        case.command.amount = amount;
        assert_eq!(ask(case, Command::Transition), expected, "{amount:?}");
    }
}

/// Goal: internal accounts are nobody's to name. Method: by their ids, as payer, payee and target.
#[test]
fn internal_accounts_cannot_be_named() {
    let mut case = payment();
    let fees =
        crate::draft::internal_account(PLATFORM, ledger::Chart::OperatorEquity, asset("GBP"));
    assert!(case.desk.shelf.contains_key(&Key::Account(fees)));
    let (ann, bob) = (case.command.payer, case.command.parts[0].account);
    let from = Command::Pay(pay_one(fees, "0.01", bob));
    let onto = Command::Pay(pay_one(ann, "0.01", fees));
    let freeze = Command::Transition(to(&Key::Account(fees), "frozen"));
    let internal = Key::Instruction([0; 16]);
    let of_a_rail = Command::Transition(to(&internal, "settled"));
    for command in [from, onto, freeze, of_a_rail] {
        assert_eq!(code(case.desk.by(operator(), command)), "not_found");
    }
}

/// Goal: nothing but keys belongs to the operator itself. Method: make something under its id.
#[test]
fn the_operator_has_keys_and_nothing_else() {
    let desk = Desk::new();
    let mut other = desk.clone();
    other.shelf.clear();
    let ask = |command: Command| {
        let context = crate::Context {
            view: &other,
            platform: crate::OPERATOR,
            actor: operator(),
            at: Timestamp::from_micros(START),
            sandbox: true,
        };
        let envelope = Envelope {
            platform: crate::OPERATOR,
            actor: operator(),
            address: String::new(),
            request_id: String::new(),
            idempotency: None,
            command,
        };
        crate::decide(&envelope, context).map(|_| ()).map_err(|stop| match stop {
            crate::Stop::Rejected(why) => why.code(),
            crate::Stop::Missing(_) => "missing",
        })
    };
    let labels = crate::meta::Labels::default();
    let role = RoleCreate { name: "Role".to_owned(), terms: terms(), labels };
    assert_eq!(ask(Command::RoleCreate(role)), Err("not_found"));
    let scopes = vec!["all".to_owned()];
    let key = KeyCreate { name: "key".to_owned(), secret_hash: [0; 32], scopes, expires_at: None };
    assert_eq!(ask(Command::KeyCreate(key)), Ok(()));
}
