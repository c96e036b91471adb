//! What a rail can say of a payout, a refund and a return, in any order, twice, and against itself.
//!
//! Words by letter: N no answer, A accepted, X rejected, S settled, B booked, F failed, R returned.
//! Of a return, `>` sends it back again, and a digit is the attempt that the letters after it mean.

use expect_test::{Expect, expect};

use super::desk::*;
use crate::command::*;
use crate::limits::RETURN_ATTEMPTS_MAX;
use crate::resources::{Attempt, Instruction, Resource, TransactionKind};
use crate::{Command, Key};

/// A desk with something that a rail was told, and whose account it is about.
struct Case {
    desk: Desk,
    told: Key,
    /// The attempt that the rail speaks of.
    attempt: usize,
    ann: ledger::AccountId,
}

fn payout() -> Case {
    let mut desk = Desk::with_fees(vec![fee_rule(TransactionKind::OutboundBank, "0.25", 0)]);
    let customer = desk.customer("Ann", None);
    let ann = desk.account_in(customer, "GBP");
    let bank_account = desk.bank_account(customer, "Ann");
    let reference = desk.account(ann).reference.clone();
    desk.credited("c", &reference, "20.00");
    let told = desk.done(Command::PayOut(pay_out(ann, "10.00", bank_account)));
    Case { desk, told, attempt: 1, ann }
}

fn refund_with_fee() -> Case {
    let mut desk = Desk::with_fees(vec![fee_rule(TransactionKind::InboundBank, "1.00", 0)]);
    let ann = desk.person("Ann");
    let reference = desk.account(ann).reference.clone();
    desk.credited("c0", &reference, "5.00");
    let credit = desk.credited("c", &reference, "20.00");
    let mut command = refund(credit, Some(gbp("10.00")));
    command.fees = FeeReturn::Returned;
    let told = Key::Refund(desk.refunded(command));
    Case { desk, told, attempt: 1, ann }
}

fn return_of_stray_money() -> Case {
    let mut desk = Desk::new();
    let ann = desk.person("Ann");
    let told = Key::Transaction(desk.credited("c", "who knows", "10.00"));
    desk.done(Command::Transition(to(&told, "returned")));
    Case { desk, told, attempt: 1, ann }
}

impl Case {
    fn hear(&mut self, word: char) {
        if let Some(number) = word.to_digit(10) {
            self.attempt = usize::try_from(number).unwrap();
            return;
        }
        let id = self.desk.get(&self.told).visible().unwrap().id;
        let attempt = Attempt { id, number: self.attempt };
        let (bank_id, reason) = ("b".to_owned(), "no".to_owned());
        let answer = |answer| Command::RailAnswer { attempt, answer };
        self.desk.done(match word {
            'N' => answer(RailAnswer::NoAnswer),
            'A' => answer(RailAnswer::Accepted { bank_id }),
            'X' => answer(RailAnswer::Rejected { reason }),
            'S' => Command::RailNotice(RailNotice::Settled { attempt, bank_id }),
            'B' => Command::RailNotice(RailNotice::Booked { attempt }),
            'F' => Command::RailNotice(RailNotice::Failed { attempt, reason }),
            'R' => Command::RailNotice(RailNotice::Returned { attempt, reason }),
            '>' => {
                self.attempt = self.instruction().attempt().number + 1;
                Command::Transition(to(&self.told, "returned"))
            }
            other => panic!("a rail does not say {other}"),
        });
    }

    fn instruction(&self) -> &Instruction {
        let id = self.desk.get(&self.told).visible().unwrap().id;
        let found = self.desk.get(&Key::Instruction(id));
        let Resource::Instruction(instruction) = found else { panic!("told: {found:?}") };
        instruction
    }

    /// The status, then what Ann, the clearing and the safeguarding account, and the fees stand at.
    fn stands(&self) -> String {
        let balance = |account: &crate::resources::Account| {
            let (posted, out) = (account.ledger.balance().decimal(), account.ledger.pending_out());
            let pending = out.decimal();
            if pending == "0.00" { posted } else { format!("{posted} (-{pending})") }
        };
        let mut line = self.desk.status(&self.told).to_owned();
        line.push_str(&format!(", Ann {}", balance(self.desk.account(self.ann))));
        for (word, chart) in [
            ("clearing", ledger::Chart::Clearing(ledger::Rail::Bank)),
            ("safeguarding", ledger::Chart::Safeguarding),
            ("unallocated", ledger::Chart::Unallocated),
            ("fees", ledger::Chart::Fees),
        ] {
            let found = self.desk.accounts().find(|account| account.ledger.chart == chart);
            if let Some(account) = found {
                line.push_str(&format!(", {word} {}", balance(account)));
            }
        }
        line
    }
}

fn check(case: fn() -> Case, words: &[&str], expected: Expect) {
    let mut table = String::new();
    for words in words {
        let mut case = case();
        words.chars().for_each(|word| case.hear(word));
        table.push_str(&format!("{words}: {}\n", case.stands()));
    }
    expected.assert_eq(&table);
}

const WORDS: &[&str] = &[
    "", "N", "NA", "A", "X", "NX", "F", "S", "SB", "BS", "SSBB", "SBR", "RSB", "BRS", "RRSSBB",
    "SF", "BF", "BX", "XS", "FR", "XR",
];

/// Goal: a payout after each thing that a rail may say. Method: the table, added up by hand.
#[test]
fn a_payout_hears_its_rail() {
    check(
        payout,
        WORDS,
        expect![[r#"
            : submitted, Ann 20.00 (-10.25), clearing 0.00 (-10.00), safeguarding 20.00, fees 0.00
            N: submitted, Ann 20.00 (-10.25), clearing 0.00 (-10.00), safeguarding 20.00, fees 0.00
            NA: submitted, Ann 20.00 (-10.25), clearing 0.00 (-10.00), safeguarding 20.00, fees 0.00
            A: submitted, Ann 20.00 (-10.25), clearing 0.00 (-10.00), safeguarding 20.00, fees 0.00
            X: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
            NX: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
            F: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
            S: settled, Ann 9.75, clearing -10.00, safeguarding 20.00, fees 0.25
            SB: settled, Ann 9.75, clearing 0.00, safeguarding 10.00, fees 0.25
            BS: settled, Ann 9.75, clearing 0.00, safeguarding 10.00, fees 0.25
            SSBB: settled, Ann 9.75, clearing 0.00, safeguarding 10.00, fees 0.25
            SBR: returned, Ann 19.75, clearing 0.00, safeguarding 20.00, fees 0.25
            RSB: returned, Ann 19.75, clearing 0.00, safeguarding 20.00, fees 0.25
            BRS: returned, Ann 19.75, clearing 0.00, safeguarding 20.00, fees 0.25
            RRSSBB: returned, Ann 19.75, clearing 0.00, safeguarding 20.00, fees 0.25
            SF: settled, Ann 9.75, clearing -10.00, safeguarding 20.00, fees 0.25
            BF: submitted, Ann 20.00 (-10.25), clearing 10.00 (-10.00), safeguarding 10.00, fees 0.00
            BX: submitted, Ann 20.00 (-10.25), clearing 10.00 (-10.00), safeguarding 10.00, fees 0.00
            XS: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
            FR: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
            XR: failed, Ann 20.00, clearing 0.00, safeguarding 20.00, fees 0.00
        "#]],
    );
}

/// Goal: the same for a refund that gives a fee back. Method: the same words.
#[test]
fn a_refund_hears_its_rail() {
    check(
        refund_with_fee,
        WORDS,
        expect![[r#"
            : submitted, Ann 23.00 (-10.00), clearing 0.00 (-10.00), safeguarding 25.00, fees 2.00 (-0.50)
            N: submitted, Ann 23.00 (-10.00), clearing 0.00 (-10.00), safeguarding 25.00, fees 2.00 (-0.50)
            NA: submitted, Ann 23.00 (-10.00), clearing 0.00 (-10.00), safeguarding 25.00, fees 2.00 (-0.50)
            A: submitted, Ann 23.00 (-10.00), clearing 0.00 (-10.00), safeguarding 25.00, fees 2.00 (-0.50)
            X: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
            NX: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
            F: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
            S: settled, Ann 13.50, clearing -10.00, safeguarding 25.00, fees 1.50
            SB: settled, Ann 13.50, clearing 0.00, safeguarding 15.00, fees 1.50
            BS: settled, Ann 13.50, clearing 0.00, safeguarding 15.00, fees 1.50
            SSBB: settled, Ann 13.50, clearing 0.00, safeguarding 15.00, fees 1.50
            SBR: failed, Ann 23.50, clearing 0.00, safeguarding 25.00, fees 1.50
            RSB: failed, Ann 23.50, clearing 0.00, safeguarding 25.00, fees 1.50
            BRS: failed, Ann 23.50, clearing 0.00, safeguarding 25.00, fees 1.50
            RRSSBB: failed, Ann 23.50, clearing 0.00, safeguarding 25.00, fees 1.50
            SF: settled, Ann 13.50, clearing -10.00, safeguarding 25.00, fees 1.50
            BF: submitted, Ann 23.00 (-10.00), clearing 10.00 (-10.00), safeguarding 15.00, fees 2.00 (-0.50)
            BX: submitted, Ann 23.00 (-10.00), clearing 10.00 (-10.00), safeguarding 15.00, fees 2.00 (-0.50)
            XS: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
            FR: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
            XR: failed, Ann 23.00, clearing 0.00, safeguarding 25.00, fees 2.00
        "#]],
    );
}

/// Goal: the same for unallocated money that is sent back. Method: the same words.
#[test]
fn a_return_hears_its_rail() {
    check(
        return_of_stray_money,
        WORDS,
        expect![[r#"
        : in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
        N: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
        NA: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
        A: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
        X: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        NX: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        F: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        S: returned, Ann 0.00, clearing -10.00, safeguarding 10.00, unallocated 0.00
        SB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
        BS: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
        SSBB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
        SBR: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        RSB: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        BRS: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        RRSSBB: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        SF: returned, Ann 0.00, clearing -10.00, safeguarding 10.00, unallocated 0.00
        BF: in_review, Ann 0.00, clearing 10.00 (-10.00), safeguarding 0.00, unallocated 10.00 (-10.00)
        BX: in_review, Ann 0.00, clearing 10.00 (-10.00), safeguarding 0.00, unallocated 10.00 (-10.00)
        XS: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        FR: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        XR: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
    "#]],
    );
}

/// Goal: money that comes back is sent back again, each attempt with notices of its own, and what is
/// late of an earlier one changes nothing but for its booking. Method: the same words, over attempts.
#[test]
fn a_return_is_tried_again() {
    check(
        return_of_stray_money,
        &[
            "X>",
            "F>",
            "R>",
            "SBR>",
            "X>SB",
            "NF>NASB",
            "SBR>SB",
            "SBR>SBR>SB",
            "X>X>X>BS",
            "R>1B2SB",
            "R>SB1B",
            "R>1BB",
            "SBR>1NAXSBFR",
            "X>1NAXSFR",
            "X>S1R",
            "X>SB1NAXSFR",
            "X>SBR1R",
            "R>R>SB2B1B",
            "R>F1B",
        ],
        expect![[r#"
            X>: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            F>: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            R>: in_review, Ann 0.00, clearing -10.00 (-10.00), safeguarding 20.00, unallocated 10.00 (-10.00)
            SBR>: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            X>SB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            NF>NASB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            SBR>SB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            SBR>SBR>SB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            X>X>X>BS: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            R>1B2SB: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            R>SB1B: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            R>1BB: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            SBR>1NAXSBFR: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            X>1NAXSFR: in_review, Ann 0.00, clearing 0.00 (-10.00), safeguarding 10.00, unallocated 10.00 (-10.00)
            X>S1R: returned, Ann 0.00, clearing -10.00, safeguarding 10.00, unallocated 0.00
            X>SB1NAXSFR: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            X>SBR1R: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
            R>R>SB2B1B: returned, Ann 0.00, clearing 0.00, safeguarding 0.00, unallocated 0.00
            R>F1B: in_review, Ann 0.00, clearing 0.00, safeguarding 10.00, unallocated 10.00
        "#]],
    );
}

/// Goal: the rail gets a key of its own for each attempt, the first's is the id, and its notices find
/// the way back. Method: the keys of three attempts, and texts that are none.
#[test]
fn each_attempt_has_its_key() {
    let mut case = return_of_stray_money();
    let Key::Transaction(id) = case.told else { panic!() };
    for suffix in ["", "-2", "-3"] {
        let key = case.instruction().rail_key();
        assert_eq!(key, format!("{id}{suffix}"));
        assert_eq!(Attempt::of_rail_key(&key), Some(case.instruction().attempt()));
        "NX>".chars().for_each(|word| case.hear(word));
    }
    for text in [
        "",
        "-2",
        "x",
        &format!("{id}-"),
        &format!("{id}-1"),
        &format!("{id}-0"),
        &format!("{id}-x"),
    ] {
        assert_eq!(Attempt::of_rail_key(text), None, "{text}");
    }
    let unknown = Attempt { id: *id.as_bytes(), number: 9 };
    for number in [0, 9] {
        let booked = RailNotice::Booked { attempt: Attempt { number, ..unknown } };
        assert_eq!(
            code(case.desk.by(crate::Actor::Rail, Command::RailNotice(booked))),
            "not_found"
        );
    }
}

/// Goal: attempts have an end, after which the money can still be assigned. Method: as many as may be.
#[test]
fn money_is_sent_back_only_so_often() {
    let mut case = return_of_stray_money();
    for _ in 1..RETURN_ATTEMPTS_MAX {
        case.hear('X');
        case.hear('>');
    }
    case.hear('X');
    let again = case.desk.by(operator(), Command::Transition(to(&case.told, "returned")));
    assert_eq!(code(again), "transition_blocked");
    let mut assign = to(&case.told, "settled");
    assign.account = Some(case.ann);
    case.desk.done(Command::Transition(assign));
    expect!["settled, Ann 10.00, clearing 0.00, safeguarding 10.00, unallocated 0.00"]
        .assert_eq(&case.stands());
}

/// Goal: a return that failed is over: what was assigned since does not come back. Method: fail it,
/// assign the money, and hear of the return again.
#[test]
fn a_failed_return_cannot_come_back() {
    let mut case = return_of_stray_money();
    case.hear('F');
    let mut assign = to(&case.told, "settled");
    assign.account = Some(case.ann);
    case.desk.done(Command::Transition(assign));
    let stands = case.stands();
    for word in "RSFRB".chars().take(4) {
        case.hear(word);
        assert_eq!(case.stands(), stands, "{word}");
    }
}

/// Goal: a refund that came back can be made again, its fee given back only once. Method: settle,
/// return, and refund all.
#[test]
fn a_fee_is_given_back_once() {
    let mut case = refund_with_fee();
    "SR".chars().for_each(|word| case.hear(word));
    let Key::Refund(first) = case.told else { panic!() };
    let transaction = case.desk.refund(first).transaction;
    let mut all = refund(transaction, None);
    all.fees = FeeReturn::Returned;
    let second = case.desk.refunded(all);
    let (first, second) = (case.desk.refund(first), case.desk.refund(second));
    assert_eq!((first.fee_returned, second.fee_returned), (50, 50), "the fee was 1.00");
    assert_eq!(second.amount, gbp("20.00"));
    assert_eq!(case.desk.transaction(transaction).fee.returned, 100);
}

/// Goal: what comes back to an account that takes nothing in waits for an operator. Method: freeze
/// it, let a payout come back, and assign what waits.
#[test]
fn what_comes_back_to_a_frozen_account_waits() {
    let mut case = payout();
    case.hear('S');
    case.hear('B');
    case.desk.done(Command::Transition(to(&Key::Account(case.ann), "frozen_in")));
    case.hear('R');
    let waiting: Vec<Key> = case
        .desk
        .shelf
        .values()
        .filter(|it| it.visible().is_some_and(|it| it.status == "in_review"))
        .map(crate::Resource::key)
        .collect();
    let [stray] = &waiting[..] else { panic!("one waits: {waiting:?}") };
    let mut assign = to(stray, "settled");
    assign.account = Some(case.desk.person("Bob"));
    case.desk.done(Command::Transition(assign));
    expect!["returned, Ann 9.75, clearing 0.00, safeguarding 20.00, unallocated 0.00, fees 0.25"]
        .assert_eq(&case.stands());
}

/// Goal: expected money happens when it comes. Method: expect, move the clock a day, let it come, and
/// look at the times of the transaction and its entry.
#[test]
fn expected_money_happens_when_it_comes() {
    let mut desk = Desk::new();
    let ann = desk.person("Ann");
    let expect = crate::command::Expect {
        payee: ann,
        amount: gbp("5.00"),
        reference: Some("Invoice 7".to_owned()),
        description: None,
        labels: Default::default(),
    };
    let key = desk.done(Command::Expect(expect));
    let Key::Transaction(id) = key else { panic!() };
    let asked = desk.transaction(id).clone();
    desk.done(Command::ClockAdvance { micros: crate::limits::DAY_MICROS });
    let credit = desk.credit("c", " invoice-7.", "5.00", CreditStep::Notified);
    let decision = desk.by(crate::Actor::Rail, credit).unwrap();
    let came = ledger::Timestamp::from_micros(desk.business());
    assert_eq!(decision.entry.unwrap().effective_at, came);
    let settled = desk.transaction(id).clone();
    assert_eq!((settled.effective_at, settled.counted_at), (came, came));
    assert_eq!(settled.value_date, asked.value_date + 1);
    let other = desk.credited("c2", "Invoice 7", "5.00");
    assert_eq!(desk.transaction(other).meta.status_reason.as_deref(), Some("payment_not_expected"));
}
