//! The invariants of the crate over random histories of one small market.
//!
//! Few accounts and small amounts, so that roundings, ties and empty accounts come up all the time;
//! every split, bearer, way to end a hold, way to refund, and order of what a rail says.

use std::collections::BTreeMap;

use ledger::{AccountId, Direction, Layer, TransactionId};
use proptest::prelude::*;
use proptest::sample::Index;

use super::desk::*;
use crate::command::*;
use crate::ids::{BankAccountId, HoldId, RefundId};
use crate::resources::{Attempt, Bearer, FeeRule, Refund, Resource, Transaction, TransactionKind};
use crate::states::{RefundStatus, TransactionStatus};
use crate::{Command, Decision, Key};

/// One thing to try. Indexes choose among what there is at that time.
#[derive(Debug, Clone)]
enum Try {
    Credit { account: Index, minor: u128, known: bool },
    Pay { payer: Index, minor: u128, parts: Vec<(Index, u32)>, bearer: usize, hold: bool },
    End { hold: Index, part: Option<u128> },
    PayOut { minor: u128, bearer: usize },
    Refund { transaction: Index, minor: Option<u128>, legs: Option<Vec<(Index, u128)>>, fees: bool },
    Rail { instruction: Index, says: usize },
    Review { transaction: Index, account: Option<Index> },
    Stand { account: Index, status: usize },
    Later,
}

struct Market {
    desk: Desk,
    accounts: Vec<AccountId>,
    bank_account: BankAccountId,
    transactions: Vec<TransactionId>,
    holds: Vec<HoldId>,
    refunds: Vec<RefundId>,
    credits: usize,
}

fn any_minor() -> impl Strategy<Value = u128> {
    prop_oneof![1 => Just(0_u128), 6 => 1_u128..30, 3 => 30_u128..2_000]
}

fn any_try() -> impl Strategy<Value = Try> {
    let index = any::<Index>;
    let parts = prop::collection::vec((index(), 0_u32..4), 1..5);
    let legs = prop::collection::vec((index(), any_minor()), 0..3);
    prop_oneof![
        3 => (index(), any_minor(), any::<bool>())
            .prop_map(|(account, minor, known)| Try::Credit { account, minor, known }),
        6 => (index(), any_minor(), parts, 0_usize..3, any::<bool>())
            .prop_map(|(payer, minor, parts, bearer, hold)| Try::Pay { payer, minor, parts, bearer, hold }),
        4 => (index(), prop::option::of(any_minor())).prop_map(|(hold, part)| Try::End { hold, part }),
        2 => (any_minor(), 0_usize..3).prop_map(|(minor, bearer)| Try::PayOut { minor, bearer }),
        6 => (index(), prop::option::of(any_minor()), prop::option::of(legs), any::<bool>())
            .prop_map(|(transaction, minor, legs, fees)| Try::Refund { transaction, minor, legs, fees }),
        5 => (index(), 0_usize..7).prop_map(|(instruction, says)| Try::Rail { instruction, says }),
        2 => (index(), prop::option::of(index()))
            .prop_map(|(transaction, account)| Try::Review { transaction, account }),
        1 => (index(), 0_usize..5).prop_map(|(account, status)| Try::Stand { account, status }),
        1 => Just(Try::Later),
    ]
}

fn any_fees() -> impl Strategy<Value = Vec<FeeRule>> {
    let kinds =
        [TransactionKind::Internal, TransactionKind::OutboundBank, TransactionKind::InboundBank];
    let rule = (
        0_u128..4,
        prop_oneof![Just(0_u32), 0_u32..300_000],
        0_u128..3,
        prop::option::of(3_u128..9),
    );
    prop::array::uniform3(rule).prop_map(move |rules| {
        let rule = |(kind, (fixed, share, minimum, maximum))| FeeRule {
            kind,
            fixed: minor(fixed),
            share: ppm(share),
            minimum,
            maximum,
        };
        kinds.into_iter().zip(rules).map(rule).collect()
    })
}

impl Market {
    fn new(fees: Vec<FeeRule>) -> Self {
        let mut desk = Desk::with_fees(fees);
        let customer = desk.customer("Ann", None);
        let ann = desk.account_in(customer, "GBP");
        let bank_account = desk.bank_account(customer, "Ann");
        let accounts = vec![ann, desk.person("Bob"), desk.person("Cat"), desk.own_account()];
        for account in &accounts {
            desk.give(*account, minor(500));
        }
        let (transactions, holds, refunds) = (Vec::new(), Vec::new(), Vec::new());
        Self { desk, accounts, bank_account, transactions, holds, refunds, credits: 0 }
    }

    fn account(&self, index: &Index) -> AccountId {
        *index.get(&self.accounts)
    }

    /// The command for a try; `None` if there is nothing yet to try it on.
    fn command(&mut self, tried: &Try) -> Option<Command> {
        let one = |index: &Index, of: &[TransactionId]| (!of.is_empty()).then(|| *index.get(of));
        Some(match tried {
            Try::Credit { account, minor: count, known } => {
                self.credits += 1;
                let reference = self.desk.account(self.account(account)).reference.clone();
                Command::RailNotice(RailNotice::Credit {
                    bank_id: format!("c{}", self.credits),
                    amount: minor((*count).max(1)),
                    reference: if *known { reference } else { "?".to_owned() },
                    payer: bank("Payer"),
                    step: CreditStep::Booked,
                })
            }
            Try::Pay { payer, minor: count, parts, bearer, hold } => {
                let mut command = self.pay(self.account(payer), *count, parts);
                command.bearer = Bearer::ALL[*bearer];
                let until = ledger::Timestamp::from_micros(self.desk.business() + 3_600 * SECOND);
                command.hold_until = hold.then_some(until);
                Command::Pay(command)
            }
            Try::End { hold, part } => {
                let hold = Key::Hold(*hold.get(non_empty(&self.holds)?));
                let mut step = to(&hold, if *part == Some(0) { "voided" } else { "posted" });
                step.amount = part.filter(|part| *part > 0).map(minor);
                Command::Transition(step)
            }
            Try::PayOut { minor: count, bearer } => {
                let mut command = pay_out(self.accounts[0], "1.00", self.bank_account);
                command.amount = minor(*count);
                command.bearer = Bearer::ALL[*bearer];
                Command::PayOut(command)
            }
            Try::Refund { transaction, minor: count, legs, fees } => {
                let mut command = refund(one(transaction, &self.transactions)?, count.map(minor));
                command.legs = legs.as_ref().map(|legs| {
                    legs.iter().map(|(index, count)| (self.account(index), minor(*count))).collect()
                });
                command.fees = if *fees { FeeReturn::Returned } else { FeeReturn::Kept };
                Command::Refund(command)
            }
            Try::Rail { instruction, says } => self.rail(instruction, *says)?,
            Try::Review { transaction, account } => {
                let target = Key::Transaction(one(transaction, &self.transactions)?);
                let goal = if account.is_some() { "settled" } else { "returned" };
                let mut step = to(&target, goal);
                step.account = account.map(|index| self.account(&index));
                Command::Transition(step)
            }
            Try::Stand { account, status } => {
                let status = ["open", "open", "frozen_in", "frozen_out", "frozen"][*status];
                Command::Transition(to(&Key::Account(self.account(account)), status))
            }
            Try::Later => Command::ClockAdvance { micros: 1_800 * SECOND },
        })
    }

    /// Parts by number: a fixed one, a share, the remainder, or a fixed one of what makes it whole.
    fn pay(&self, payer: AccountId, count: u128, parts: &[(Index, u32)]) -> Pay {
        let mut sizes: BTreeMap<AccountId, PartSize> = BTreeMap::new();
        for (index, kind) in parts {
            let size = match kind {
                0 => PartSize::Remainder,
                1 => PartSize::Fixed(minor(count / 3)),
                2 => PartSize::Share(ppm(333_333)),
                _ => PartSize::Share(ppm(77_777)),
            };
            let taken = sizes.values().any(|size| *size == PartSize::Remainder);
            if !(taken && size == PartSize::Remainder) {
                sizes.insert(self.account(index), size);
            }
        }
        sizes.remove(&payer);
        if let Some(last) = sizes.values_mut().next_back() {
            *last = PartSize::Remainder;
        }
        let mut others: Vec<(AccountId, PartSize)> = sizes.into_iter().collect();
        let remainders = others.iter().filter(|(_, size)| *size == PartSize::Remainder).count();
        if remainders > 1 {
            others.retain(|(_, size)| *size != PartSize::Remainder);
            others.push((
                self.accounts[if payer == self.accounts[1] { 2 } else { 1 }],
                PartSize::Remainder,
            ));
            others.dedup_by_key(|(account, _)| *account);
        }
        pay(payer, minor(count), &others)
    }

    fn rail(&self, index: &Index, says: usize) -> Option<Command> {
        let attempts = |resource: &Resource| {
            let Resource::Instruction(instruction) = resource else { return Vec::new() };
            let Attempt { id, number } = instruction.attempt();
            (1..=number).map(|number| Attempt { id, number }).collect()
        };
        let known: Vec<Attempt> = self.desk.shelf.values().flat_map(attempts).collect();
        let attempt = *index.get(non_empty(&known)?);
        let (reason, bank_id) = ("no".to_owned(), "b".to_owned());
        let answer = |answer| Command::RailAnswer { attempt, answer };
        Some(match says {
            0 => answer(RailAnswer::NoAnswer),
            1 => answer(RailAnswer::Accepted { bank_id }),
            2 => answer(RailAnswer::Rejected { reason }),
            3 => Command::RailNotice(RailNotice::Settled { attempt, bank_id }),
            4 => Command::RailNotice(RailNotice::Booked { attempt }),
            5 => Command::RailNotice(RailNotice::Failed { attempt, reason }),
            _ => Command::RailNotice(RailNotice::Returned { attempt, reason }),
        })
    }

    fn remember(&mut self, decision: &Decision) {
        for change in decision.changes.iter().filter(|change| change.before.is_none()) {
            if let Resource::Transaction(it) = &change.after {
                self.transactions.push(it.id);
            }
            if let Resource::Hold(it) = &change.after {
                self.holds.push(it.id);
            }
            if let Resource::Refund(it) = &change.after {
                self.refunds.push(it.id);
            }
        }
    }

    fn refunds_of(&self, transaction: TransactionId) -> impl Iterator<Item = &Refund> {
        let all = self.refunds.iter().map(|id| self.desk.refund(*id));
        all.filter(move |refund| refund.transaction == transaction)
    }
}

fn non_empty<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

/// Plays a history; `look` sees each decision, and what the market is after it.
fn play(fees: Vec<FeeRule>, tries: &[Try], mut look: impl FnMut(&Market, &Decision)) {
    let mut market = Market::new(fees);
    for tried in tries {
        let Some(command) = market.command(tried) else { continue };
        let shelf = market.desk.shelf.clone();
        match market.desk.by(operator(), command.clone()) {
            Ok(decision) => {
                market.remember(&decision);
                look(&market, &decision);
            }
            Err(why) => {
                // Invariant `a_refusal_changes_nothing`: there is no decision, and asked again it is the same.
                assert_eq!(market.desk.shelf, shelf);
                let again = market.desk.try_by(operator(), command);
                assert_eq!(again, Err(why));
            }
        }
    }
}

fn any_history() -> impl Strategy<Value = Vec<Try>> {
    prop::collection::vec(any_try(), 1..60)
}

/// The parts of one transaction.
fn check_parts(market: &Market, transaction: &Transaction) {
    let sum = |of: fn(&crate::resources::Share) -> u128| -> u128 {
        transaction.shares.iter().map(of).sum()
    };
    let fee = transaction.fee;
    let posted = if transaction.hold.is_some() && transaction.captured > 0 {
        transaction.captured
    } else {
        transaction.amount.minor()
    };
    if !transaction.shares.is_empty() {
        assert_eq!(sum(|share| share.gross), posted, "{transaction:#?}");
        let borne = if fee.bearer == Bearer::Payees { fee.minor } else { 0 };
        assert_eq!(sum(|share| share.fee), borne, "{transaction:#?}");
    }
    for share in &transaction.shares {
        assert!(share.fee <= share.gross && share.returned <= share.gross, "{transaction:#?}");
        assert!(share.fee_returned <= share.fee, "{transaction:#?}");
    }
    if fee.bearer == Bearer::Payees {
        assert_eq!(sum(|share| share.fee_returned), fee.returned, "{transaction:#?}");
    }
    assert!(fee.returned <= fee.minor);
    assert!(sum(|share| share.returned) <= transaction.refunded);
    for refund in market.refunds_of(transaction.id) {
        let legs: u128 = refund.legs.iter().map(|leg| leg.minor).sum();
        assert_eq!(legs, refund.amount.minor());
    }
    let fully = transaction.captured > 0 && transaction.refunded == transaction.captured;
    // Nobody but the payees gave back, and none of them, which the platform may, more than its part.
    let mut given: BTreeMap<AccountId, u128> = BTreeMap::new();
    for leg in market.refunds_of(transaction.id).flat_map(|refund| &refund.legs) {
        *given.entry(leg.account).or_default() += leg.minor;
    }
    let by_payees = given.iter().all(|(account, minor)| {
        transaction.shares.iter().any(|share| share.account == *account && *minor <= share.gross)
    });
    if fully && by_payees {
        assert_eq!(sum(|share| share.returned), posted, "the parts end at the whole");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Invariant `balanced`, layer by layer; and that what a hold posts is within what it reserved.
    #[test]
    fn balanced(fees in any_fees(), tries in any_history()) {
        play(fees, &tries, |market, decision| {
            let Some(entry) = &decision.entry else { return };
            let mut sums: BTreeMap<Layer, (u128, u128)> = BTreeMap::new();
            let mut posted: BTreeMap<(AccountId, Direction), i128> = BTreeMap::new();
            for leg in &entry.legs {
                let minor = leg.leg.amount.minor();
                let (debits, credits) = sums.entry(leg.leg.layer).or_default();
                *(if leg.leg.direction == Direction::Debit { debits } else { credits }) += minor;
                let more = posted.entry((leg.leg.account, leg.leg.direction)).or_default();
                let signed = i128::try_from(minor).unwrap();
                *more += match leg.leg.layer {
                    Layer::Released => -signed,
                    Layer::Posted => signed,
                    Layer::Pending => 0,
                };
            }
            assert!(sums.values().all(|(debits, credits)| debits == credits), "{entry:#?}");
            if matches!(decision.answer, Key::Hold(_)) && sums.contains_key(&Layer::Released) {
                assert!(posted.values().all(|more| *more <= 0), "above what was reserved: {entry:#?}");
            }
            let accounts = market.desk.accounts().map(|account| &account.ledger);
            for account in accounts.filter(|account| account.chart.is_liability()) {
                assert!(!account.available().is_negative());
            }
        });
    }

    /// Invariant `refunds_never_exceed_what_was_captured`; what counts is what did not fail.
    #[test]
    fn refunds_never_exceed_what_was_captured(fees in any_fees(), tries in any_history()) {
        play(fees, &tries, |market, _| {
            for id in &market.transactions {
                let transaction = market.desk.transaction(*id);
                assert!(transaction.refunded <= transaction.captured);
                let went: u128 = market
                    .refunds_of(*id)
                    .filter(|refund| refund.status != RefundStatus::Failed)
                    .map(|refund| refund.amount.minor())
                    .sum();
                assert_eq!(went, transaction.refunded);
                let settled = transaction.status == TransactionStatus::Settled;
                assert!(settled || transaction.refunded == 0);
            }
        });
    }

    /// Invariant `parts_sum_to_the_whole`: split, fees and returned parts.
    #[test]
    fn parts_sum_to_the_whole(fees in any_fees(), tries in any_history()) {
        play(fees, &tries, |market, _| {
            for id in &market.transactions {
                check_parts(market, market.desk.transaction(*id));
            }
        });
    }

    /// Invariant `a_refusal_changes_nothing`, checked as histories are played.
    #[test]
    fn a_refusal_changes_nothing(fees in any_fees(), tries in any_history()) {
        play(fees, &tries, |_, _| {});
    }
}
