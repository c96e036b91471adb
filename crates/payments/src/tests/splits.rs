//! Fees and splits by hand: what a plan charges, who bears it, and which part each receives.

use super::desk::*;
use crate::command::*;
use crate::resources::{Bearer, FeeRule, TransactionKind};
use crate::{Command, Key};

/// Goal: the fee is clamped and rounded half to even. Method: rows of a plan, an amount and its fee.
#[test]
fn a_fee_is_what_its_plan_says() {
    let rule = |fixed: u128, share, minimum, maximum| FeeRule {
        kind: TransactionKind::Internal,
        fixed: minor(fixed),
        share: ppm(share),
        minimum,
        maximum,
    };
    for (rule, amount, expected) in [
        (rule(0, 0, 0, None), 1_000, 0),
        (rule(7, 0, 0, None), 1_000, 7),
        (rule(0, 500_000, 0, None), 1, 0),
        (rule(0, 500_000, 0, None), 3, 2),
        (rule(0, 500_000, 0, None), 5, 2),
        (rule(0, 500_000, 0, None), 7, 4),
        (rule(0, 333_333, 0, None), 1_000, 333),
        (rule(10, 15_000, 0, None), 1_000, 25),
        (rule(10, 15_000, 30, None), 1_000, 30),
        (rule(10, 15_000, 0, Some(20)), 1_000, 20),
        (rule(0, 1_000_000, 0, None), 1_000, 1_000),
        (rule(money::AMOUNT_MAX, 1_000_000, 0, Some(9)), 1_000, 9),
    ] {
        let mut desk = Desk::with_fees(vec![rule.clone()]);
        let (ann, bob) = (desk.person("Ann"), desk.person("Bob"));
        desk.give(ann, gbp("100.00"));
        let paid = desk.paid(pay(ann, minor(amount), &[(bob, PartSize::Remainder)]));
        assert_eq!(desk.transaction(paid).fee.minor, expected, "{rule:?} of {amount}");
    }
}

/// Goal: each bearer pays the fee. Method: 10.00 with a fee of 0.25 to two payees, and who has what.
#[test]
fn the_bearer_pays_the_fee() {
    for (bearer, left) in [
        (Bearer::Payer, ["89.75", "5.00", "5.00", "1.00"]),
        (Bearer::Payees, ["90.00", "4.87", "4.88", "1.00"]),
        (Bearer::Platform, ["90.00", "5.00", "5.00", "0.75"]),
    ] {
        let mut desk = Desk::with_fees(vec![fee_rule(TransactionKind::Internal, "0.25", 0)]);
        let accounts = [desk.person("Ann"), desk.person("Bob"), desk.person("Cat")];
        let own = desk.own_account();
        desk.give(accounts[0], gbp("100.00"));
        desk.give(own, gbp("1.00"));
        let half = PartSize::Share(ppm(500_000));
        let mut command =
            pay(accounts[0], gbp("10.00"), &[(accounts[1], half), (accounts[2], half)]);
        command.bearer = bearer;
        desk.paid(command);
        let has = |id: &ledger::AccountId| desk.account(*id).ledger.balance().decimal();
        let all: Vec<String> = accounts.iter().chain([&own]).map(has).collect();
        assert_eq!(all, left, "{bearer:?}");
    }
}

/// Goal: a hold that ended reserves nothing, and what was not posted is free. Method: each way to end,
/// and what payer and payee have available and pending.
#[test]
fn an_ended_hold_reserves_nothing() {
    for (ending, left) in [("posted", ["9.00", "1.00"]), ("voided", ["10.00", "0.00"])] {
        let mut desk = Desk::new();
        let accounts = [desk.person("Ann"), desk.person("Bob")];
        desk.give(accounts[0], gbp("10.00"));
        let hold = Key::Hold(desk.held(pay_one(accounts[0], "1.00", accounts[1])));
        assert_eq!(desk.account(accounts[0]).ledger.available().decimal(), "9.00");
        desk.done(Command::Transition(to(&hold, ending)));
        let ledger = accounts.map(|id| &desk.account(id).ledger);
        assert_eq!(ledger.map(|it| it.available().decimal()), left, "{ending}");
        for it in ledger {
            assert_eq!((it.counters.debits_pending, it.counters.credits_pending), (0, 0));
        }
    }
}

/// The sizes of parts, and what each receives or the refusal.
type Row<'r> = (&'r [PartSize], Result<&'r [u128], &'r str>);

/// Goal: how a split is cut. Method: rows of parts of 1.00, and what each receives.
#[test]
fn a_split_is_cut_by_largest_remainder() {
    let fixed = |count| PartSize::Fixed(minor(count));
    let share = |parts| PartSize::Share(ppm(parts));
    let rows: [Row<'_>; 16] = [
        (&[PartSize::Remainder], Ok(&[100])),
        (&[fixed(100)], Ok(&[100])),
        (&[fixed(99)], Err("split_unbalanced")),
        (&[fixed(101)], Err("split_unbalanced")),
        (&[fixed(60), share(100_000), PartSize::Remainder], Ok(&[60, 10, 30])),
        (&[fixed(60), share(400_000)], Ok(&[60, 40])),
        (&[fixed(60), share(400_001)], Ok(&[60, 40])),
        (&[fixed(60), share(500_000)], Err("split_unbalanced")),
        (&[share(333_333), share(333_333), share(333_334)], Ok(&[33, 33, 34])),
        (&[share(335_000), share(335_000), PartSize::Remainder], Ok(&[34, 33, 33])),
        (&[share(600_000), share(400_001)], Err("split_unbalanced")),
        (&[PartSize::Remainder, PartSize::Remainder], Err("value_invalid")),
        (&[fixed(100), fixed(0)], Err("amount_not_positive")),
        (&[share(1_000_000), share(0)], Err("amount_not_positive")),
        (&[share(999_999), share(1)], Ok(&[100, 0])),
        (&[fixed(100), PartSize::Remainder], Ok(&[100, 0])),
    ];
    for (sizes, expected) in rows {
        let mut desk = Desk::new();
        let ann = desk.person("Ann");
        desk.give(ann, gbp("1.00"));
        let parts: Vec<_> = sizes.iter().map(|size| (desk.person("Payee"), *size)).collect();
        let asked = desk.ask(Command::Pay(pay(ann, gbp("1.00"), &parts)));
        let cut = asked.map_err(|why| why.code()).map(|decision| {
            let Key::Transaction(id) = decision.answer else { panic!() };
            desk.transaction(id).shares.iter().map(|share| share.gross).collect::<Vec<_>>()
        });
        assert_eq!(cut.as_deref(), expected.as_ref().map(|parts| *parts), "{sizes:?}");
    }
}

/// Goal: parts of refunds and fees end at the whole, however small the steps. Method: refund 0.90 to
/// three payees penny by penny, with fees.
#[test]
fn small_refunds_end_at_the_whole() {
    let mut desk = Desk::with_fees(vec![fee_rule(TransactionKind::Internal, "0.07", 0)]);
    let accounts = [desk.person("Ann"), desk.person("Bob"), desk.person("Cat"), desk.person("Dan")];
    desk.give(accounts[0], gbp("0.90"));
    let third = |at: usize| (accounts[at], PartSize::Fixed(minor(30)));
    let paid = desk.paid(pay(accounts[0], gbp("0.90"), &[third(1), third(2), third(3)]));
    // A payee needs its own money for what it does not get back of the fee at once.
    for account in &accounts[1..] {
        desk.give(*account, minor(3));
    }
    for _ in 0..90 {
        let mut command = refund(paid, Some(minor(1)));
        command.fees = FeeReturn::Returned;
        desk.refunded(command);
    }
    let transaction = desk.transaction(paid);
    assert!(transaction.shares.iter().all(|share| share.returned == share.gross));
    assert!(transaction.shares.iter().all(|share| share.fee_returned == share.fee));
    assert_eq!((transaction.fee.minor, transaction.fee.returned), (7, 7));
    let has = |id: &ledger::AccountId| desk.account(*id).ledger.balance().decimal();
    assert_eq!(accounts.iter().map(has).collect::<Vec<_>>(), ["0.90", "0.03", "0.03", "0.03"]);
}
