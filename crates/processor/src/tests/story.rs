//! The marketplace story, step by step through the write path, with the books after each chapter.

use expect_test::expect;
use ledger::TransactionId;
use money::PartsPerMillion;
use payments::command::{CreditStep, PartSize, RailAnswer, RailNotice};
use payments::ids::{HoldId, RefundId};
use payments::resources::{Attempt, Bearer};
use payments::{Actor, Command, Key};

use super::world::{SECOND, World, gbp, of_hold, pay, pay_out, refund, to};

/// Goal: money in, a split with every bearer of the fee. Method: the books, added up by hand.
#[test]
fn a_payment_splits_to_sellers_and_the_marketplace() {
    let mut world = World::new();
    let (buyer, ann, bob) = (world.person("Buyer"), world.person("Ann"), world.person("Bob"));
    let own = world.own_account();
    let reference = world.account(buyer).reference;
    world.credit("c1", &reference, "300.00", CreditStep::Notified).unwrap();
    expect![[r#"
        Buyer: 300.00
        asset:clearing:bank GBP: 300.00
    "#]]
    .assert_eq(&world.books());
    world.credit("c1", &reference, "300.00", CreditStep::Booked).unwrap();
    expect![[r#"
        Buyer: 300.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 300.00
    "#]]
    .assert_eq(&world.books());

    let share = PartSize::Share(PartsPerMillion::new(100_000).unwrap());
    let split =
        vec![(ann, PartSize::Fixed(gbp("60.00"))), (own, share), (bob, PartSize::Remainder)];
    for bearer in Bearer::ALL {
        let mut command = pay(buyer, "90.00", split.clone());
        command.bearer = *bearer;
        world.ask(Command::Pay(command)).unwrap();
    }
    expect![[r#"
        Ann: 179.33
        Bob: 62.77
        Buyer: 29.00
        Market GBP: 25.90
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 300.00
        income:fees GBP: 3.00
    "#]]
    .assert_eq(&world.books());
}

/// Goal: every way a hold ends. Method: the books after each.
#[test]
fn a_hold_is_posted_in_part_voided_or_expires() {
    let mut world = World::new();
    let (buyer, ann, bob) = (world.person("Buyer"), world.person("Ann"), world.person("Bob"));
    world.fund(buyer, "100.00");
    let until = |world: &World| Some(ledger::Timestamp::from_micros(world.now + 3_600 * SECOND));
    let mut command =
        pay(buyer, "50.00", vec![(ann, PartSize::Fixed(gbp("20.00"))), (bob, PartSize::Remainder)]);
    let mut hold = |world: &mut World| -> HoldId {
        command.hold_until = until(world);
        world.made(Command::Pay(command.clone()))
    };
    let first = hold(&mut world);
    expect![[r#"
        Ann: 0.00, pending in 19.76
        Bob: 0.00, pending in 29.64
        Buyer: 100.00, available 50.00, pending out 50.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.00, pending in 0.60
    "#]]
    .assert_eq(&world.books());
    let mut part = to(Key::Hold(first), "posted");
    part.amount = Some(gbp("25.00"));
    world.ask(Command::Transition(part)).unwrap();
    expect![[r#"
        Ann: 9.88
        Bob: 14.82
        Buyer: 75.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.30
    "#]]
    .assert_eq(&world.books());
    let second = hold(&mut world);
    world.ask(Command::Transition(to(Key::Hold(second), "voided"))).unwrap();
    let third = hold(&mut world);
    world.ask(Command::Transition(to(Key::Hold(third), "posted"))).unwrap();
    world.fund(buyer, "50.00");
    let fourth = hold(&mut world);
    assert_eq!(world.tick(), 0);
    world.ask(Command::ClockAdvance { micros: 3_601 * SECOND }).unwrap();
    let late = world.ask(Command::Transition(to(Key::Hold(fourth), "posted")));
    assert_eq!(late, Err("hold_expired".to_owned()));
    assert_eq!(world.tick(), 1);
    assert_eq!(world.tick(), 0);
    for (hold, status, transaction) in [
        (first, "posted", "settled"),
        (second, "voided", "cancelled"),
        (third, "posted", "settled"),
        (fourth, "expired", "expired"),
    ] {
        assert_eq!(world.status(Key::Hold(hold)), status);
        assert_eq!(world.status(Key::Transaction(of_hold(&world, hold))), transaction);
    }
    expect![[r#"
        Ann: 29.64
        Bob: 44.46
        Buyer: 75.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 150.00
        income:fees GBP: 0.90
    "#]]
    .assert_eq(&world.books());
}

/// Goal: what a rail can say of a payout, in any order. Method: the same books at the end, clearing at zero.
#[test]
fn a_payout_settles_fails_or_comes_back() {
    let mut world = World::new();
    let customer = world.customer("Ann Smith");
    let ann = world.account_of(customer, "Ann");
    let bank_account = world.bank_account(customer, "Ann Smith");
    world.fund(ann, "100.00");
    let out: TransactionId = world.made(Command::PayOut(pay_out(ann, "10.00", bank_account)));
    expect![[r#"
        Ann: 100.00, available 89.75, pending out 10.25
        asset:clearing:bank GBP: 0.00, pending out 10.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.00, pending in 0.25
    "#]]
    .assert_eq(&world.books());
    let accepted = RailAnswer::Accepted { bank_id: "b1".to_owned() };
    let answer = |answer: &RailAnswer, id: TransactionId| Command::RailAnswer {
        attempt: Attempt::first(*id.as_bytes()),
        answer: answer.clone(),
    };
    world.asked_by(Actor::Rail, answer(&RailAnswer::NoAnswer, out)).unwrap();
    assert_eq!(world.status(Key::Transaction(out)), "submitted");
    world.asked_by(Actor::Rail, answer(&accepted, out)).unwrap();
    let attempt = Attempt::first(*out.as_bytes());
    let settled = RailNotice::Settled { attempt, bank_id: "b1".to_owned() };
    let booked = RailNotice::Booked { attempt };
    let returned = RailNotice::Returned { attempt, reason: "account closed".to_owned() };
    for notice in [&settled, &settled, &booked, &booked] {
        world.notice(notice.clone()).unwrap();
    }
    expect![[r#"
        Ann: 89.75
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 90.00
        income:fees GBP: 0.25
    "#]]
    .assert_eq(&world.books());
    for notice in [&returned, &returned, &settled, &booked] {
        world.notice(notice.clone()).unwrap();
    }
    expect![[r#"
        Ann: 99.75
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.25
    "#]]
    .assert_eq(&world.books());
    assert_eq!(world.status(Key::Transaction(out)), "returned");

    let early: TransactionId = world.made(Command::PayOut(pay_out(ann, "10.00", bank_account)));
    let attempt = Attempt::first(*early.as_bytes());
    for notice in [
        RailNotice::Booked { attempt },
        RailNotice::Returned { attempt, reason: "no".to_owned() },
        RailNotice::Settled { attempt, bank_id: "b2".to_owned() },
    ] {
        world.notice(notice).unwrap();
    }
    assert_eq!(world.status(Key::Transaction(early)), "returned");
    let refused: TransactionId = world.made(Command::PayOut(pay_out(ann, "10.00", bank_account)));
    let rejected = RailAnswer::Rejected { reason: "no such account".to_owned() };
    world.asked_by(Actor::Rail, answer(&rejected, refused)).unwrap();
    assert_eq!(world.status(Key::Transaction(refused)), "failed");
    expect![[r#"
        Ann: 99.50
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.50
    "#]]
    .assert_eq(&world.books());
}

/// Goal: refunds, pro rata, by legs, with fees. Method: the books after each.
#[test]
fn refunds_go_back_to_who_paid() {
    let mut world = World::new();
    let (buyer, ann, bob) = (world.person("Buyer"), world.person("Ann"), world.person("Bob"));
    world.fund(buyer, "100.00");
    let split = vec![(ann, PartSize::Fixed(gbp("60.00"))), (bob, PartSize::Remainder)];
    let paid: TransactionId = world.made(Command::Pay(pay(buyer, "90.00", split)));
    expect![[r#"
        Ann: 59.33
        Bob: 29.67
        Buyer: 10.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 1.00
    "#]]
    .assert_eq(&world.books());
    world.ask(Command::Refund(refund(paid, Some("10.00")))).unwrap();
    expect![[r#"
        Ann: 52.66
        Bob: 26.34
        Buyer: 20.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 1.00
    "#]]
    .assert_eq(&world.books());
    let mut by_ann = refund(paid, Some("30.00"));
    by_ann.legs = Some(vec![(ann, gbp("30.00"))]);
    by_ann.fees = payments::command::FeeReturn::Returned;
    world.ask(Command::Refund(by_ann)).unwrap();
    expect![[r#"
        Ann: 22.88
        Bob: 26.45
        Buyer: 50.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
        income:fees GBP: 0.67
    "#]]
    .assert_eq(&world.books());
    // The fee on the first 10.00 was kept, so that what they have left does not cover the rest.
    let mut rest = refund(paid, None);
    rest.fees = payments::command::FeeReturn::Returned;
    let short = world.ask(Command::Refund(rest.clone()));
    assert_eq!(short, Err("insufficient_funds".to_owned()));
    world.fund(ann, "1.00");
    world.fund(bob, "1.00");
    world.ask(Command::Refund(rest)).unwrap();
    let more = world.ask(Command::Refund(refund(paid, None)));
    assert_eq!(more, Err("refund_exceeds_captured".to_owned()));
    expect![[r#"
        Ann: 0.93
        Bob: 0.96
        Buyer: 100.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 102.00
        income:fees GBP: 0.11
    "#]]
    .assert_eq(&world.books());
}

/// Goal: money that came from a bank goes back there, and comes back if the bank cannot. Method: the
/// books after each step.
#[test]
fn refunds_by_rail_settle_or_come_back() {
    let mut world = World::new();
    let buyer = world.person("Buyer");
    let paid_in = world.fund(buyer, "100.00");
    let back: RefundId = world.made(Command::Refund(refund(paid_in, Some("40.00"))));
    expect![[r#"
        Buyer: 100.00, available 60.00, pending out 40.00
        asset:clearing:bank GBP: 0.00, pending out 40.00
        asset:safeguarding GBP: 100.00
    "#]]
    .assert_eq(&world.books());
    let attempt = Attempt::first(*back.as_bytes());
    world.notice(RailNotice::Settled { attempt, bank_id: "b".to_owned() }).unwrap();
    world.notice(RailNotice::Booked { attempt }).unwrap();
    assert_eq!(world.status(Key::Refund(back)), "settled");
    expect![[r#"
        Buyer: 60.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 60.00
    "#]]
    .assert_eq(&world.books());
    world.notice(RailNotice::Returned { attempt, reason: "gone".to_owned() }).unwrap();
    assert_eq!(world.status(Key::Refund(back)), "failed");
    assert_eq!(world.transaction(paid_in).refundable(), 10_000);
    expect![[r#"
        Buyer: 100.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 100.00
    "#]]
    .assert_eq(&world.books());
}

/// Goal: money that nobody expects is kept apart, then assigned or sent back. Method: the books.
#[test]
fn unallocated_money_is_assigned_or_returned() {
    let mut world = World::new();
    let ann = world.person("Ann");
    let first: TransactionId =
        world.credit("c1", "who knows", "10.00", CreditStep::Booked).unwrap().parse().unwrap();
    let second: TransactionId =
        world.credit("c2", "", "5.00", CreditStep::Notified).unwrap().parse().unwrap();
    world.credit("c2", "", "5.00", CreditStep::Booked).unwrap();
    expect![[r#"
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 15.00
        liability:unallocated GBP: 15.00
    "#]]
    .assert_eq(&world.books());
    let mut assign = to(Key::Transaction(first), "settled");
    assign.account = Some(ann);
    let by_platform = world.ask(Command::Transition(assign.clone()));
    assert_eq!(by_platform, Err("operator_required (not kept)".to_owned()));
    world.asked_by(super::world::operator(), Command::Transition(assign)).unwrap();
    let back = to(Key::Transaction(second), "returned");
    world.asked_by(super::world::operator(), Command::Transition(back.clone())).unwrap();
    let again = world.asked_by(super::world::operator(), Command::Transition(back));
    assert_eq!(again, Err("transition_blocked".to_owned()));
    expect![[r#"
        Ann: 10.00
        asset:clearing:bank GBP: 0.00, pending out 5.00
        asset:safeguarding GBP: 15.00
        liability:unallocated GBP: 5.00, available 0.00, pending out 5.00
    "#]]
    .assert_eq(&world.books());
    let attempt = Attempt::first(*second.as_bytes());
    world.notice(RailNotice::Settled { attempt, bank_id: "b".to_owned() }).unwrap();
    world.notice(RailNotice::Booked { attempt }).unwrap();
    assert_eq!(world.status(Key::Transaction(second)), "returned");
    expect![[r#"
        Ann: 10.00
        asset:clearing:bank GBP: 0.00
        asset:safeguarding GBP: 10.00
        liability:unallocated GBP: 0.00
    "#]]
    .assert_eq(&world.books());
}
