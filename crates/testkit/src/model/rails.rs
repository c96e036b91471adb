//! The model's money from and to banks.

use std::sync::Arc;

use super::books::{Does, MOST, Move, Name, Side, legs};
use super::manage::positive;
use super::pay::lay_on;
use super::{
    Booked, Decided, Inbound, Instruction, Made, Model, Serves, Share, Transaction, operators_only,
};
use crate::operation::{Bearer, Fees, Instructed, Money, Quotes, Says, Slot, Step, Who};

const CLEARING: &str = "asset:clearing:bank";
const SAFEGUARDING: &str = "asset:safeguarding";
const UNALLOCATED: &str = "liability:unallocated";
/// How often money may be sent back that the bank cannot give to who paid it.
const ATTEMPTS: usize = 50;

fn internal(chart: &'static str, side: Side, amount: Money) -> Move {
    (Name::Internal(chart, amount.asset), side, amount.minor)
}

impl Model {
    pub(super) fn expect(&mut self, payee: Slot, amount: Money) -> Decided {
        positive(amount)?;
        self.exists(payee)?;
        self.takes_in(payee)?;
        self.in_asset(payee, amount)?;
        let mut transaction = Transaction::new(amount, None, self.business());
        transaction.status = "created";
        transaction.shares = vec![Share::new(payee, amount.minor)];
        transaction.inbound = Inbound::Yes { booked: Booked::No };
        let at = self.add(transaction);
        self.expected.push(at);
        Ok(Made::Expected)
    }

    pub(super) fn credit(
        &mut self,
        number: u32,
        quotes: Quotes,
        (amount, step): (Money, Step),
    ) -> Decided {
        positive(amount)?;
        if let Some(known) = self.credits.get(&number) {
            return self.booked_later(*known, step);
        }
        let expected = match quotes {
            Quotes::Expected(slot) => self.expected.get(slot).copied().filter(|at| {
                let waits = &self.transactions[*at];
                waits.status == "created" && waits.amount == amount
            }),
            Quotes::Account(_) | Quotes::Nothing => None,
        };
        let payee = match (quotes, expected) {
            (Quotes::Account(slot), _) => Some(slot).filter(|slot| self.exists(*slot).is_ok()),
            (_, Some(at)) => Some(self.transactions[at].shares[0].account),
            (_, None) => None,
        };
        let taker = payee.filter(|payee| self.receives(*payee, amount));
        let booked = if step == Step::Booked { Booked::Yes } else { Booked::No };
        let mut transaction = Transaction::new(amount, None, self.business());
        transaction.inbound = Inbound::Yes { booked };
        let mut moves = vec![internal(CLEARING, Side::Debit, amount)];
        match taker {
            Some(taker) => moves.extend(self.allocate(&mut transaction, taker)),
            None => {
                transaction.status = "in_review";
                moves.push(internal(UNALLOCATED, Side::Credit, amount));
            }
        }
        if step == Step::Booked {
            moves.push(internal(SAFEGUARDING, Side::Debit, amount));
            moves.push(internal(CLEARING, Side::Credit, amount));
        }
        self.write(&legs(&moves, Does::Post))?;
        let (at, made) = match (taker, expected) {
            (Some(_), Some(at)) => {
                self.transactions[at] = transaction;
                (at, Made::Nothing)
            }
            (_, _) => (self.add(transaction), Made::Transaction),
        };
        self.credits.insert(number, at);
        Ok(made)
    }

    /// Whether an account can take money from a bank now; counts it if it can.
    fn receives(&mut self, payee: Slot, amount: Money) -> bool {
        let held = self.books.of(Name::Of(payee)).credits_posted;
        self.takes_in(payee).is_ok()
            && self.in_asset(payee, amount).is_ok()
            && self.capable(payee, "receive_bank").is_ok()
            && held + amount.minor <= MOST
            && self.count(payee, "receive_bank", amount).is_ok()
    }

    /// Gives an inbound transaction to an account, less the fee, which is at most all of it.
    fn allocate(&self, transaction: &mut Transaction, payee: Slot) -> Vec<Move> {
        let amount = transaction.amount;
        let fee = self.fee(payee, "inbound_bank", amount).min(amount.minor);
        transaction.shares = vec![Share::new(payee, amount.minor)];
        lay_on(&mut transaction.shares, fee, amount).unwrap();
        (transaction.fee, transaction.fee_bearer) = (fee, Bearer::Payees);
        transaction.status = "settled";
        transaction.captured = amount.minor;
        let fee = Money { minor: fee, ..amount };
        vec![
            (Name::Of(payee), Side::Credit, amount.minor - fee.minor),
            internal("income:fees", Side::Credit, fee),
        ]
    }

    fn booked_later(&mut self, at: usize, step: Step) -> Decided {
        let transaction = &mut self.transactions[at];
        if step == Step::Notified || transaction.inbound != (Inbound::Yes { booked: Booked::No }) {
            return Ok(Made::Nothing);
        }
        transaction.inbound = Inbound::Yes { booked: Booked::Yes };
        let amount = transaction.amount;
        let moves =
            [internal(SAFEGUARDING, Side::Debit, amount), internal(CLEARING, Side::Credit, amount)];
        self.write(&legs(&moves, Does::Post))?;
        Ok(Made::Nothing)
    }

    pub(super) fn pay_out(
        &mut self,
        (payer, bank_account): (Slot, Slot),
        amount: Money,
        bearer: Bearer,
    ) -> Decided {
        if bearer == Bearer::Payees {
            return Err("value_invalid");
        }
        positive(amount)?;
        self.exists(payer)?;
        let bank = self.bank_accounts.get(bank_account).ok_or("not_found")?;
        if bank.customer != self.accounts[payer].customer {
            return Err("not_found");
        }
        let verified = bank.status == "verified";
        self.pays_out(payer)?;
        if !verified {
            return Err("bank_account_not_verified");
        }
        self.in_asset(payer, amount)?;
        self.capable(payer, "send_bank")?;
        let fee = self.fee(payer, "outbound_bank", amount);
        self.count(payer, "send_bank", amount)?;
        let mut transaction = Transaction::new(amount, Some(payer), self.business());
        (transaction.fee, transaction.fee_bearer) = (fee, bearer);
        transaction.status = "submitted";
        let on_top = if bearer == Bearer::Payer { fee } else { 0 };
        if amount.minor + on_top > MOST {
            return Err("amount_overflow");
        }
        let mut moves = vec![
            (Name::Of(payer), Side::Debit, amount.minor + on_top),
            internal(CLEARING, Side::Credit, amount),
            internal("income:fees", Side::Credit, Money { minor: fee, ..amount }),
        ];
        if bearer == Bearer::Platform && fee > 0 {
            let own = self.own_account(amount.asset).ok_or("value_invalid")?;
            moves.push((Name::Of(own), Side::Debit, fee));
        }
        self.write(&legs(&moves, Does::Reserve))?;
        let at = self.add(transaction);
        self.instruct(Serves::Transaction(at, 1), moves);
        Ok(Made::Transaction)
    }

    pub(super) fn move_transaction(
        &mut self,
        who: Who,
        at: Slot,
        (to, account): (&'static str, Option<Slot>),
    ) -> Decided {
        match (self.transactions.get(at).ok_or("not_found")?.status, to) {
            ("created", "cancelled") => {
                self.transactions[at].status = "cancelled";
                return Ok(Made::Nothing);
            }
            ("in_review", "settled" | "returned") => operators_only(who)?,
            _ => return Err("transition_not_allowed"),
        }
        let tried = |attempt: &usize| self.instructions.get(&Serves::Transaction(at, *attempt));
        let attempt = (1..).find(|attempt| tried(attempt).is_none()).unwrap();
        let under_way = tried(&(attempt - 1)).is_some_and(|told| told.is_open());
        if under_way || (attempt > ATTEMPTS && to == "returned") {
            return Err("transition_blocked");
        }
        if to == "returned" {
            return self.send_back(at, attempt);
        }
        let account = account.ok_or("value_invalid")?;
        let amount = self.transactions[at].amount;
        self.exists(account)?;
        self.takes_in(account)?;
        self.in_asset(account, amount)?;
        self.capable(account, "receive_bank")?;
        self.count_unlimited(account, "receive_bank", amount);
        let mut transaction = self.transactions[at].clone();
        let mut moves = vec![internal(UNALLOCATED, Side::Debit, amount)];
        moves.extend(self.allocate(&mut transaction, account));
        self.write(&legs(&moves, Does::Post))?;
        self.transactions[at] = transaction;
        Ok(Made::Nothing)
    }

    fn send_back(&mut self, at: usize, attempt: usize) -> Decided {
        let amount = self.transactions[at].amount;
        let moves = vec![
            internal(UNALLOCATED, Side::Debit, amount),
            internal(CLEARING, Side::Credit, amount),
        ];
        self.write(&legs(&moves, Does::Reserve))?;
        self.instruct(Serves::Transaction(at, attempt), moves);
        Ok(Made::Nothing)
    }

    pub(super) fn rail_says(&mut self, of: Instructed, says: Says) -> Decided {
        let serves = Serves::of(of);
        let told = Arc::clone(self.instructions.get(&serves).ok_or("not_found")?);
        let open = told.is_open();
        // What was booked has been sent, whatever is said of it.
        let may_fail = told.booked == Booked::No;
        let waits = ["written", "unknown"].contains(&told.state);
        match says {
            Says::NoAnswer if told.state == "written" => self.told(serves).state = "unknown",
            Says::Accepted if waits => self.told(serves).state = "accepted",
            Says::Rejected if waits && may_fail => self.fail(serves)?,
            Says::Failed if open && may_fail => self.fail(serves)?,
            Says::Settled if open => {
                self.settle(serves)?;
                self.set_status(serves, ["settled", "settled", "returned"]);
            }
            Says::Booked if told.booked == Booked::No => {
                self.told(serves).booked = Booked::Yes;
                let amount = self.amount_of(serves);
                let moves = [
                    internal(CLEARING, Side::Debit, amount),
                    internal(SAFEGUARDING, Side::Credit, amount),
                ];
                self.write(&legs(&moves, Does::Post))?;
            }
            Says::Returned if told.returned == Booked::No => self.come_back(serves)?,
            _ => {}
        }
        Ok(Made::Nothing)
    }

    fn told(&mut self, serves: Serves) -> &mut Instruction {
        Arc::make_mut(Arc::make_mut(&mut self.instructions).get_mut(&serves).unwrap())
    }

    fn transaction_of(&self, serves: Serves) -> usize {
        match serves {
            Serves::Transaction(at, _) => at,
            Serves::Refund(refund) => self.refunds[refund].transaction,
        }
    }

    fn amount_of(&self, serves: Serves) -> Money {
        let amount = self.transactions[self.transaction_of(serves)].amount;
        match serves {
            Serves::Transaction(..) => amount,
            Serves::Refund(refund) => Money { minor: self.refunds[refund].amount, ..amount },
        }
    }

    /// The word for a payout, for a refund, or for the return of unallocated money.
    fn set_status(&mut self, serves: Serves, [payout, refund, back]: [&'static str; 3]) {
        match serves {
            Serves::Refund(slot) => self.refunds[slot].status = refund,
            Serves::Transaction(at, _) => {
                let is_payout = self.transactions[at].payer.is_some();
                self.transactions[at].status = if is_payout { payout } else { back };
            }
        }
    }

    fn settle(&mut self, serves: Serves) -> Result<(), &'static str> {
        let moves = self.told(serves).moves.clone();
        let mut all = legs(&moves, Does::Release);
        all.extend(legs(&moves, Does::Post));
        self.write(&all)?;
        self.told(serves).state = "done";
        Ok(())
    }

    fn fail(&mut self, serves: Serves) -> Result<(), &'static str> {
        let moves = self.told(serves).moves.clone();
        self.write(&legs(&moves, Does::Release))?;
        self.told(serves).state = "failed";
        match serves {
            Serves::Refund(slot) => {
                self.uncount(slot);
                let (at, fee) = (self.refunds[slot].transaction, self.refunds[slot].fee);
                self.transactions[at].fee_returned -= fee;
                self.transactions[at].shares[0].fee_returned -= fee;
                if self.refunds[slot].fees == Fees::Returned {
                    let amount = self.refunds[slot].amount;
                    let refunded = &mut self.transactions[at].fee_returned_for;
                    *refunded = refunded.saturating_sub(amount);
                }
            }
            Serves::Transaction(at, _) => {
                let transaction = self.transactions[at].clone();
                if let Some(payer) = transaction.payer {
                    let counted = (transaction.amount, transaction.counted_at);
                    self.give_back(payer, "send_bank", counted);
                }
            }
        }
        self.set_status(serves, ["failed", "failed", "in_review"]);
        Ok(())
    }

    fn uncount(&mut self, slot: Slot) {
        let refund = self.refunds[slot].clone();
        let transaction = &mut self.transactions[refund.transaction];
        transaction.refunded -= refund.amount;
        for (account, minor) in refund.legs {
            let share = transaction.shares.iter_mut().find(|share| share.account == account);
            if let Some(share) = share {
                share.returned -= minor;
            }
        }
    }

    fn come_back(&mut self, serves: Serves) -> Result<(), &'static str> {
        let open = self.told(serves).is_open();
        if self.told(serves).state == "failed" {
            return Ok(());
        }
        self.told(serves).returned = Booked::Yes;
        let mut all = Vec::new();
        if open {
            let moves = self.told(serves).moves.clone();
            all.extend(legs(&moves, Does::Release));
            all.extend(legs(&moves, Does::Post));
            self.told(serves).state = "done";
        }
        let amount = self.amount_of(serves);
        let mut back = vec![internal(SAFEGUARDING, Side::Debit, amount)];
        let takers = match serves {
            Serves::Refund(slot) => self.refunds[slot].legs.clone(),
            Serves::Transaction(at, _) => {
                self.transactions[at].payer.map(|payer| (payer, amount.minor)).into_iter().collect()
            }
        };
        if takers.is_empty() {
            back.push(internal(UNALLOCATED, Side::Credit, amount));
        }
        for (account, minor) in takers {
            if self.takes_in(account).is_ok() {
                back.push((Name::Of(account), Side::Credit, minor));
            } else {
                back.push(internal(UNALLOCATED, Side::Credit, Money { minor, ..amount }));
            }
        }
        all.extend(legs(&back, Does::Post));
        self.write(&all)?;
        if let Serves::Refund(slot) = serves {
            self.uncount(slot);
        }
        self.set_status(serves, ["returned", "failed", "in_review"]);
        Ok(())
    }
}
