//! Every state machine: each allowed step is taken, each forbidden one refused with its code.
//!
//! A table a machine, rows from and columns to: `any` for a step that every caller may take,
//! `operator` for one that only the provider may, `-` for one that a rail, the clock or another
//! resource takes, `.` for one that there is not, else the code it was refused with.

use std::collections::BTreeSet;

use expect_test::expect;

use super::desk::*;
use crate::command::*;
use crate::meta::Labels;
use crate::resources::{Attempt, CustomerKind, Kind, PersonRole};
use crate::states::*;
use crate::{Actor, Command, Key, available};

/// A desk with a resource, and which one.
type Case = (Desk, Key);

/// Walks a machine by hand from where `case` is to `goal`, by the shortest way.
fn walk<M: Machine>((mut desk, key): Case, start: M, goal: M) -> Case {
    let mut ways = vec![vec![start]];
    let way = loop {
        let way = ways.iter().find(|way| way.last() == Some(&goal));
        if let Some(way) = way {
            break way.clone();
        }
        let longer = |way: &Vec<M>| {
            let last = *way.last().unwrap();
            last.next().iter().map(|next| [way.clone(), vec![*next]].concat()).collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(longer).collect();
        assert!(!ways.is_empty(), "{} cannot be reached", goal.code());
    };
    for status in &way[1..] {
        desk.done(Command::Transition(to(&key, status.code())));
    }
    (desk, key)
}

/// What comes of asking for each step from each state; checks that it is what the machine says.
fn check<M: Machine>(
    case: impl Fn(M) -> Case,
    steps: &mut BTreeSet<Step>,
    expected: expect_test::Expect,
) {
    let mut table = String::new();
    for from in M::ALL {
        let (desk, key) = case(*from);
        assert_eq!(desk.status(&key), from.code());
        steps.extend(&desk.steps);
        table.push_str(&format!("{}:", from.code()));
        for to in M::ALL {
            match cell(&desk, &key, (*from, *to), steps) {
                "." => {}
                word => table.push_str(&format!(" {}={word}", to.code())),
            }
        }
        table.push('\n');
    }
    expected.assert_eq(&table);
}

fn cell<M: Machine>(
    desk: &Desk,
    key: &Key,
    (from, goal): (M, M),
    steps: &mut BTreeSet<Step>,
) -> &'static str {
    let mut step = to(key, goal.code());
    step.account =
        desk.shelf.get(&Key::Name(crate::NameKind::RoleName, "payee".to_owned())).map(|name| {
            let crate::Resource::Name(name) = name else { panic!() };
            ledger::AccountId::from_bytes(name.target)
        });
    let listed = available(desk.get(key)).into_iter().find(|step| step.to == goal.code());
    let mut tried = desk.clone();
    let mut tried_by =
        |actor| tried.by(actor, Command::Transition(step.clone())).map_err(|why| why.code());
    let (word, taken) = match tried_by(caller()) {
        // Whose platform is suspended may not even ask.
        Err("operator_required" | "platform_suspended") => ("operator", tried_by(operator())),
        asked => ("any", asked),
    };
    if taken == Err("transition_not_allowed") {
        assert!(listed.is_none(), "{} lists what it refuses: {}", from.code(), goal.code());
        return if from.next().contains(&goal) { "-" } else { "." };
    }
    if taken == Err("hold_expired") {
        assert!(listed.is_none() && from.next().is_empty());
        return "hold_expired";
    }
    assert!(from.next().contains(&goal), "{} became {}", from.code(), goal.code());
    let listed = listed.expect("what is taken is listed");
    assert_eq!(listed.operator_only, word == "operator");
    steps.extend(&tried.steps);
    match taken {
        Ok(decision) if tried.status(key) == goal.code() => {
            assert_eq!(&decision.answer, key);
            word
        }
        Ok(_) => "begun",
        Err(code) => code,
    }
}

fn draft_customer(kind: CustomerKind) -> Case {
    let mut desk = Desk::new();
    let role = desk.role("Strict", RoleTerms { review_required: true, ..terms() });
    let customer = desk.customer_of(kind, "Ann", Some(role));
    (desk, Key::Customer(customer))
}

fn account(status: AccountStatus) -> Case {
    if status == AccountStatus::Pending {
        let (mut desk, key) = draft_customer(CustomerKind::Individual);
        let Key::Customer(customer) = key else { panic!() };
        let account = desk.account_in(customer, "GBP");
        let blocked = desk.ask(Command::Transition(to(&Key::Account(account), "open")));
        assert_eq!(code(blocked), "transition_blocked");
        for status in ["in_review", "active"] {
            desk.done(Command::Transition(to(&key, status)));
        }
        return (desk, Key::Account(account));
    }
    let mut desk = Desk::new();
    let account = desk.person("Ann");
    walk((desk, Key::Account(account)), AccountStatus::Open, status)
}

fn transaction(status: TransactionStatus) -> Case {
    use TransactionStatus::*;
    let mut desk = Desk::new();
    let customer = desk.customer("Ann", None);
    let ann = desk.account_in(customer, "GBP");
    let bank_account = desk.bank_account(customer, "Ann");
    let bob = desk.person("Bob");
    desk.give(ann, gbp("10.00"));
    // The account that unallocated money is assigned to, where `cell` finds it.
    let name = crate::resources::Name {
        kind: crate::NameKind::RoleName,
        text: "payee".to_owned(),
        target: *bob.as_bytes(),
    };
    desk.shelf.insert(
        Key::Name(crate::NameKind::RoleName, "payee".to_owned()),
        crate::Resource::Name(name),
    );
    let key = match status {
        Created | Cancelled => {
            let (description, labels) = (None, Labels::default());
            let amount = gbp("1.00");
            let expect =
                crate::command::Expect { payee: ann, amount, reference: None, description, labels };
            desk.done(Command::Expect(expect))
        }
        InReview => Key::Transaction(desk.credited("c", "?", "1.00")),
        Settled => Key::Transaction(desk.paid(pay_one(ann, "1.00", bob))),
        Authorised | Expired => {
            let hold = desk.held(pay_one(ann, "1.00", bob));
            Key::Transaction(desk.hold(hold).transaction)
        }
        Submitted | Failed | Returned => {
            desk.done(Command::PayOut(pay_out(ann, "1.00", bank_account)))
        }
    };
    let Key::Transaction(id) = key else { panic!() };
    let attempt = Attempt::first(*id.as_bytes());
    let reason = "no".to_owned();
    match status {
        Cancelled => {
            desk.done(Command::Transition(to(&key, "cancelled")));
        }
        Expired => {
            desk.done(Command::ClockAdvance { micros: 3_601 * SECOND });
            let hold = desk.transaction(id).hold.unwrap();
            desk.by(Actor::Writer, Command::HoldExpire { hold }).unwrap();
        }
        Failed => {
            desk.done(Command::RailNotice(RailNotice::Failed { attempt, reason }));
        }
        Returned => {
            desk.done(Command::RailNotice(RailNotice::Returned { attempt, reason }));
        }
        Created | InReview | Authorised | Submitted | Settled => {}
    }
    (desk, key)
}

fn hold(status: HoldStatus) -> Case {
    let mut desk = Desk::new();
    let (ann, bob) = (desk.person("Ann"), desk.person("Bob"));
    desk.give(ann, gbp("10.00"));
    let hold = desk.held(pay_one(ann, "1.00", bob));
    let key = Key::Hold(hold);
    match status {
        HoldStatus::Active => {}
        HoldStatus::Posted | HoldStatus::Voided => {
            desk.done(Command::Transition(to(&key, status.code())));
        }
        HoldStatus::Expired => {
            desk.done(Command::ClockAdvance { micros: 3_601 * SECOND });
            desk.by(Actor::Writer, Command::HoldExpire { hold }).unwrap();
        }
    }
    (desk, key)
}

fn refund_of_credit(status: RefundStatus) -> Case {
    let mut desk = Desk::new();
    let ann = desk.person("Ann");
    let reference = desk.account(ann).reference.clone();
    let credit = desk.credited("c", &reference, "1.00");
    let id = desk.refunded(refund(credit, None));
    let (attempt, reason) = (Attempt::first(*id.as_bytes()), "no".to_owned());
    match status {
        RefundStatus::Submitted => {}
        RefundStatus::Settled => {
            let bank_id = "b".to_owned();
            desk.done(Command::RailNotice(RailNotice::Settled { attempt, bank_id }));
        }
        RefundStatus::Failed => {
            desk.done(Command::RailNotice(RailNotice::Failed { attempt, reason }));
        }
    }
    (desk, Key::Refund(id))
}

/// The steps that a rail takes after another of its steps.
fn later_steps(steps: &mut BTreeSet<Step>) {
    let reason = || "no".to_owned();
    let settle = |(mut desk, key): Case, attempt: Attempt| {
        let bank_id = "b".to_owned();
        desk.done(Command::RailNotice(RailNotice::Settled { attempt, bank_id }));
        (desk, key)
    };
    let payout = transaction(TransactionStatus::Submitted);
    let Key::Transaction(id) = payout.1 else { panic!() };
    let attempt = Attempt::first(*id.as_bytes());
    let (mut desk, _) = settle(payout, attempt);
    desk.done(Command::RailNotice(RailNotice::Returned { attempt, reason: reason() }));
    steps.extend(&desk.steps);

    let (mut desk, key) = refund_of_credit(RefundStatus::Settled);
    let Key::Refund(id) = key else { panic!() };
    let attempt = Attempt::first(*id.as_bytes());
    desk.done(Command::RailNotice(RailNotice::Returned { attempt, reason: reason() }));
    steps.extend(&desk.steps);

    let (mut desk, key) = transaction(TransactionStatus::InReview);
    desk.done(Command::Transition(to(&key, "returned")));
    let Key::Transaction(id) = key else { panic!() };
    let attempt = Attempt::first(*id.as_bytes());
    let (mut desk, key) = settle((desk, key), attempt);
    desk.done(Command::RailNotice(RailNotice::Returned { attempt, reason: reason() }));
    desk.done(Command::Transition(to(&key, "returned")));
    steps.extend(&desk.steps);

    let (mut desk, key) = transaction(TransactionStatus::Created);
    let reference = {
        let Key::Transaction(id) = key else { panic!() };
        desk.transaction(id).reference.clone()
    };
    desk.credited("c", &reference, "1.00");
    assert_eq!(desk.status(&key), "settled");
    steps.extend(&desk.steps);
    for ending in ["posted", "voided"] {
        let (mut desk, key) = transaction(TransactionStatus::Authorised);
        let Key::Transaction(id) = key else { panic!() };
        let hold = Key::Hold(desk.transaction(id).hold.unwrap());
        desk.done(Command::Transition(to(&hold, ending)));
        steps.extend(&desk.steps);
    }
}

fn pairs<M: Machine>(kind: Kind, into: &mut BTreeSet<Step>) {
    for from in M::ALL {
        into.extend(from.next().iter().map(|to| (kind, Some(from.code()), to.code())));
    }
}

fn platforms_keys_and_roles(steps: &mut BTreeSet<Step>) {
    let platform =
        |goal| walk((Desk::new(), Key::Platform(PLATFORM)), PlatformStatus::Active, goal);
    check(
        platform,
        steps,
        expect![[r#"
        active: suspended=operator
        suspended: active=operator
    "#]],
    );
    let key = |goal| {
        let mut desk = Desk::new();
        let (name, scopes) = ("key".to_owned(), vec!["all".to_owned()]);
        let create = KeyCreate { name, secret_hash: [0; 32], scopes, expires_at: None };
        let key = desk.done(Command::KeyCreate(create));
        walk((desk, key), KeyStatus::Active, goal)
    };
    check(
        key,
        steps,
        expect![[r#"
            active: revoked=any
            revoked:
        "#]],
    );
    let role = |goal| {
        let mut desk = Desk::new();
        let (name, labels) = ("Role".to_owned(), Labels::default());
        let key = desk.done(Command::RoleCreate(RoleCreate { name, terms: terms(), labels }));
        walk((desk, key), RoleStatus::Draft, goal)
    };
    check(
        role,
        steps,
        expect![[r#"
            draft: published=operator
            published: retired=operator
            retired:
        "#]],
    );
}

fn customers_and_persons(steps: &mut BTreeSet<Step>) {
    let customer =
        |goal| walk(draft_customer(CustomerKind::Individual), CustomerStatus::Draft, goal);
    check(
        customer,
        steps,
        expect![[r#"
            draft: in_review=any
            in_review: active=operator rejected=operator
            active: restricted=operator suspended=operator closed=any
            restricted: active=operator suspended=operator closed=any
            suspended: active=operator restricted=operator closed=any
            closed:
            rejected:
        "#]],
    );
    let person = |goal| {
        let (mut desk, key) = draft_customer(CustomerKind::IncorporatedBusiness);
        let Key::Customer(customer) = key else { panic!() };
        let (name, roles) = ("Eve".to_owned(), vec![PersonRole::Director]);
        let create = PersonCreate { customer, name, roles, labels: Labels::default() };
        let key = desk.done(Command::PersonCreate(create));
        walk((desk, key), PersonStatus::Unverified, goal)
    };
    check(
        person,
        steps,
        expect![[r#"
        unverified: verified=operator
        verified: expired=operator
        expired: verified=operator
    "#]],
    );
}

fn accounts_and_bank_accounts(steps: &mut BTreeSet<Step>) {
    check(
        account,
        steps,
        expect![[r#"
            pending: open=any closed=any
            open: frozen_in=any frozen_out=any frozen=any closing=any
            frozen_in: open=operator frozen_out=operator frozen=operator
            frozen_out: open=operator frozen_in=operator frozen=operator
            frozen: open=operator frozen_in=operator frozen_out=operator
            closing: open=any closed=any
            closed:
        "#]],
    );
    let bank_account = |goal| {
        let mut desk = Desk::new();
        let customer = desk.customer("Ann", None);
        let key = Key::BankAccount(desk.bank_account(customer, "Somebody else"));
        walk((desk, key), BankAccountStatus::Unverified, goal)
    };
    check(
        bank_account,
        steps,
        expect![[r#"
            unverified: verified=operator archived=any
            verified: disabled=any archived=any
            disabled: verified=any archived=any
            archived:
        "#]],
    );
}

/// Goal: each allowed step is taken, each forbidden one refused. Method: tables from asking for
/// every state from every state, then the steps of rails and time; all that was seen is all there is.
#[test]
fn every_step_of_every_machine() {
    let mut steps = BTreeSet::new();
    platforms_keys_and_roles(&mut steps);
    customers_and_persons(&mut steps);
    accounts_and_bank_accounts(&mut steps);
    check(
        transaction,
        &mut steps,
        expect![[r#"
            created: settled=- cancelled=any
            in_review: settled=operator returned=begun
            authorised: settled=- cancelled=- expired=-
            submitted: settled=- failed=- returned=-
            settled: returned=-
            cancelled:
            expired:
            failed:
            returned: in_review=-
        "#]],
    );
    check(
        hold,
        &mut steps,
        expect![[r#"
            active: posted=any voided=any expired=-
            posted:
            voided:
            expired: active=hold_expired posted=hold_expired voided=hold_expired expired=hold_expired
        "#]],
    );
    check(
        refund_of_credit,
        &mut steps,
        expect![[r#"
            submitted: settled=- failed=-
            settled: failed=-
            failed:
        "#]],
    );
    later_steps(&mut steps);

    let mut all = BTreeSet::new();
    pairs::<PlatformStatus>(Kind::Platform, &mut all);
    pairs::<KeyStatus>(Kind::ApiKey, &mut all);
    pairs::<RoleStatus>(Kind::Role, &mut all);
    pairs::<CustomerStatus>(Kind::Customer, &mut all);
    pairs::<PersonStatus>(Kind::Person, &mut all);
    pairs::<AccountStatus>(Kind::Account, &mut all);
    pairs::<BankAccountStatus>(Kind::BankAccount, &mut all);
    pairs::<TransactionStatus>(Kind::Transaction, &mut all);
    pairs::<HoldStatus>(Kind::Hold, &mut all);
    pairs::<RefundStatus>(Kind::Refund, &mut all);
    let taken: BTreeSet<Step> = steps.into_iter().filter(|(_, from, _)| from.is_some()).collect();
    assert_eq!(all.difference(&taken).collect::<Vec<_>>(), Vec::<&Step>::new(), "never taken");
    assert_eq!(taken.difference(&all).collect::<Vec<_>>(), Vec::<&Step>::new(), "not in a machine");
}
