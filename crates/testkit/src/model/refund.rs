//! The model's refunds: who gives back what, and the fee that goes back.

use super::books::{Does, MOST, Move, Name, Side, legs};
use super::manage::positive;
use super::{
    Booked, Decided, Inbound, Instruction, Made, Model, Refund, Serves, Transaction, arithmetic,
};
use crate::operation::{Bearer, Fees, Money, Slot};

/// How much of a fee goes back, and to which payees if they bore it.
type FeeBack = (u128, Vec<(Slot, u128)>);

impl Model {
    pub(super) fn refund(
        &mut self,
        (at, asked): (Slot, Option<Money>),
        paid_by: Option<&[(Slot, Money)]>,
        fees: Fees,
    ) -> Decided {
        asked.map_or(Ok(()), positive)?;
        let mut transaction = self.transactions.get(at).ok_or("not_found")?.clone();
        if transaction.status != "settled" || transaction.captured == 0 {
            return Err("not_refundable");
        }
        let asset = transaction.amount.asset;
        let left = transaction.captured - transaction.refunded;
        if asked.is_some_and(|asked| asked.asset != asset) {
            return Err("asset_mismatch");
        }
        let amount = asked.map_or(left, |asked| asked.minor);
        if amount > left || amount == 0 {
            return Err("refund_exceeds_captured");
        }
        let parts = match paid_by {
            Some(parts) => self.as_said(&transaction, (amount, asset), parts)?,
            None => pro_rata(&transaction, amount),
        };
        let fee = count(&mut transaction, &parts, amount, fees);
        let moves = self.refund_sides(&transaction, &parts, (amount, &fee))?;
        let by_rail = transaction.inbound != Inbound::No;
        let does = if by_rail { Does::Reserve } else { Does::Post };
        self.write(&legs(&moves, does))?;
        self.transactions[at] = transaction;
        let status = if by_rail { "submitted" } else { "settled" };
        let fee = fee.0;
        self.refunds.push(Refund { status, transaction: at, amount, legs: parts, fee, fees });
        if by_rail {
            let serves = Serves::Refund(self.refunds.len() - 1);
            self.instruct(serves, moves);
        }
        Ok(Made::Refund)
    }

    fn as_said(
        &self,
        transaction: &Transaction,
        (amount, asset): (u128, &'static str),
        parts: &[(Slot, Money)],
    ) -> Result<Vec<(Slot, u128)>, &'static str> {
        if parts.is_empty() || parts.len() > 100 {
            return Err("value_invalid");
        }
        if parts.iter().any(|(_, part)| part.minor == 0) {
            return Err("amount_not_positive");
        }
        let own = self.own_account(asset);
        let mut sum = 0;
        for (at, (account, part)) in parts.iter().enumerate() {
            if parts[..at].iter().any(|(before, _)| before == account) {
                return Err("value_invalid");
            }
            if transaction.payer == Some(*account) {
                return Err("same_account");
            }
            if part.asset != asset {
                return Err("asset_mismatch");
            }
            sum += part.minor;
            if sum > MOST {
                return Err("amount_overflow");
            }
            let share = transaction.shares.iter().find(|share| share.account == *account);
            let within = share.is_some_and(|share| part.minor <= share.gross - share.returned);
            if !within && own != Some(*account) {
                return Err("value_invalid");
            }
        }
        if sum != amount {
            return Err("split_unbalanced");
        }
        let some = parts.iter().filter(|(_, part)| part.minor > 0);
        Ok(some.map(|(account, part)| (*account, part.minor)).collect())
    }

    fn refund_sides(
        &self,
        transaction: &Transaction,
        parts: &[(Slot, u128)],
        (amount, (fee, to_payees)): (u128, &FeeBack),
    ) -> Result<Vec<Move>, &'static str> {
        let asset = transaction.amount.asset;
        let side = |side| move |(account, minor): &(Slot, u128)| (Name::Of(*account), side, *minor);
        let mut moves: Vec<Move> = parts.iter().map(side(Side::Debit)).collect();
        let to = transaction.payer.map_or(Name::Internal("asset:clearing:bank", asset), Name::Of);
        moves.push((to, Side::Credit, amount));
        moves.push((Name::Internal("income:fees", asset), Side::Debit, *fee));
        match transaction.fee_bearer {
            Bearer::Payees => moves.extend(to_payees.iter().map(side(Side::Credit))),
            Bearer::Payer => moves.push((to, Side::Credit, *fee)),
            Bearer::Platform if *fee > 0 => {
                let own = self.own_account(asset).ok_or("value_invalid")?;
                moves.push((Name::Of(own), Side::Credit, *fee));
            }
            Bearer::Platform => {}
        }
        Ok(moves)
    }
}

fn pro_rata(transaction: &Transaction, amount: u128) -> Vec<(Slot, u128)> {
    let gross: Vec<u128> = transaction.shares.iter().map(|share| share.gross).collect();
    let returned: Vec<u128> = transaction.shares.iter().map(|share| share.returned).collect();
    let so_far = returned.iter().sum::<u128>() + amount;
    let owed = arithmetic::cumulative(&gross, &returned, so_far, amount);
    let parts = transaction.shares.iter().map(|share| share.account).zip(owed);
    parts.filter(|(_, minor)| *minor > 0).collect()
}

/// Counts a refund on its transaction; returns the fee that goes back, and to which payees.
fn count(
    transaction: &mut Transaction,
    parts: &[(Slot, u128)],
    amount: u128,
    fees: Fees,
) -> FeeBack {
    transaction.refunded += amount;
    for (account, minor) in parts {
        let share = transaction.shares.iter_mut().find(|share| share.account == *account);
        if let Some(share) = share {
            share.returned = (share.returned + minor).min(share.gross);
        }
    }
    if fees == Fees::Kept {
        return (0, Vec::new());
    }
    transaction.fee_returned_for =
        (transaction.fee_returned_for + amount).min(transaction.captured);
    let due =
        arithmetic::scaled(transaction.fee, transaction.fee_returned_for, transaction.captured);
    let fee = due.saturating_sub(transaction.fee_returned);
    transaction.fee_returned += fee;
    if transaction.fee_bearer != Bearer::Payees || fee == 0 {
        return (fee, Vec::new());
    }
    let wholes: Vec<u128> = transaction.shares.iter().map(|share| share.fee).collect();
    let had: Vec<u128> = transaction.shares.iter().map(|share| share.fee_returned).collect();
    let owed = arithmetic::cumulative(&wholes, &had, transaction.fee_returned, fee);
    let mut to = Vec::new();
    for (share, minor) in transaction.shares.iter_mut().zip(owed) {
        share.fee_returned += minor;
        if minor > 0 {
            to.push((share.account, minor));
        }
    }
    (fee, to)
}

impl Instruction {
    pub(super) const fn written(moves: Vec<Move>) -> Self {
        Self { state: "written", booked: Booked::No, returned: Booked::No, moves }
    }

    /// Whether money is still reserved for it.
    pub(super) fn is_open(&self) -> bool {
        !["done", "failed"].contains(&self.state)
    }
}
