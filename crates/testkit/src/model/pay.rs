//! The model's payments between accounts, their splits and fees, and holds.

use super::books::{Does, MOST, Move, Name, Side, legs};
use super::manage::positive;
use super::{Decided, Hold, Made, Model, Share, Transaction, arithmetic};
use crate::operation::{Bearer, HoldEnd, Money, Size, Slot};

/// A payment as it is asked for.
pub(super) struct Payment<'p> {
    pub(super) payer: Slot,
    pub(super) amount: Money,
    pub(super) parts: &'p [(Slot, Size)],
    pub(super) bearer: Bearer,
    pub(super) hold_seconds: Option<i64>,
}

const DAYS_90: i64 = 90 * 86_400;

impl Model {
    pub(super) fn pay(&mut self, payment: &Payment<'_>) -> Decided {
        let Payment { payer, amount, parts, bearer, hold_seconds } = *payment;
        well_formed(parts, hold_seconds)?;
        positive(amount)?;
        if parts.iter().any(|(_, size)| matches!(size, Size::Fixed(0) | Size::Share(0))) {
            return Err("amount_not_positive");
        }
        let mut shares = split(parts, amount.minor).ok_or("split_unbalanced")?;
        if parts.iter().any(|(account, _)| *account == payer) {
            return Err("same_account");
        }
        self.exists(payer)?;
        for (account, _) in parts {
            self.exists(*account)?;
        }
        self.pays_out(payer)?;
        for (account, _) in parts {
            self.takes_in(*account)?;
        }
        self.in_asset(payer, amount)?;
        for (account, _) in parts {
            self.in_asset(*account, amount)?;
        }
        self.capable(payer, "send_internal")?;
        for (account, _) in parts {
            self.capable(*account, "hold_funds")?;
        }
        let fee = self.fee(payer, "internal", amount);
        if bearer == Bearer::Payees {
            lay_on(&mut shares, fee, amount)?;
        }
        self.count(payer, "send_internal", amount)?;
        let mut transaction = Transaction::new(amount, Some(payer), self.business());
        (transaction.shares, transaction.fee, transaction.fee_bearer) = (shares, fee, bearer);
        let moves = self.sides(&transaction)?;
        let Some(seconds) = hold_seconds else {
            self.write(&legs(&moves, Does::Post))?;
            transaction.captured = amount.minor;
            self.add(transaction);
            return Ok(Made::Transaction);
        };
        self.write(&legs(&moves, Does::Reserve))?;
        transaction.status = "authorised";
        let transaction = self.add(transaction);
        let expires_at = self.business() + seconds * 1_000_000;
        self.holds.push(Hold { status: "active", transaction, expires_at, reserved: moves });
        Ok(Made::Hold)
    }

    /// Who loses and who gets what by a payment between accounts.
    fn sides(&self, transaction: &Transaction) -> Result<Vec<Move>, &'static str> {
        let asset = transaction.amount.asset;
        let gross: u128 = transaction.shares.iter().map(|share| share.gross).sum();
        let on_top = if transaction.fee_bearer == Bearer::Payer { transaction.fee } else { 0 };
        if gross + on_top > MOST {
            return Err("amount_overflow");
        }
        let payer = transaction.payer.unwrap();
        let mut moves = vec![(Name::Of(payer), Side::Debit, gross + on_top)];
        for share in &transaction.shares {
            moves.push((Name::Of(share.account), Side::Credit, share.gross - share.fee));
        }
        moves.push((Name::Internal("income:fees", asset), Side::Credit, transaction.fee));
        if transaction.fee_bearer == Bearer::Platform && transaction.fee > 0 {
            let own = self.own_account(asset).ok_or("value_invalid")?;
            moves.push((Name::Of(own), Side::Debit, transaction.fee));
        }
        Ok(moves)
    }

    /// The platform's own account in an asset.
    pub(super) fn own_account(&self, asset: &str) -> Option<Slot> {
        crate::stage::PLATFORM_ASSETS.iter().position(|of| *of == asset)
    }

    pub(super) fn end_hold(&mut self, hold: Slot, to: HoldEnd, amount: Option<Money>) -> Decided {
        let found = self.holds.get(hold).ok_or("not_found")?;
        if found.status == "expired" {
            return Err("hold_expired");
        }
        if found.status != "active" {
            return Err("transition_not_allowed");
        }
        if found.expires_at <= self.business() {
            return Err("hold_expired");
        }
        if to == HoldEnd::Voided {
            self.release(hold, ("voided", "cancelled"));
            return Ok(Made::Nothing);
        }
        let whole = self.transactions[found.transaction].amount;
        let posted = amount.unwrap_or(whole);
        positive(posted)?;
        if posted.asset != whole.asset {
            return Err("asset_mismatch");
        }
        let rest = whole.minor.checked_sub(posted.minor).ok_or("hold_exceeded")?;
        self.post(hold, posted, rest)?;
        Ok(Made::Nothing)
    }

    fn post(&mut self, hold: Slot, posted: Money, rest: u128) -> Result<(), &'static str> {
        let Hold { transaction: at, reserved, .. } = self.holds[hold].clone();
        let mut transaction = self.transactions[at].clone();
        narrow(&mut transaction, posted.minor);
        transaction.status = "settled";
        transaction.captured = posted.minor;
        let mut all = legs(&reserved, Does::Release);
        all.extend(legs(&self.sides(&transaction)?, Does::Post));
        self.write(&all)?;
        let counted = (Money { minor: rest, ..posted }, transaction.counted_at);
        self.give_back(transaction.payer.unwrap(), "send_internal", counted);
        self.transactions[at] = transaction;
        self.holds[hold].status = "posted";
        Ok(())
    }

    /// Lets a hold go; nothing can be in the way of that.
    pub(super) fn release(
        &mut self,
        hold: Slot,
        (to, transaction_to): (&'static str, &'static str),
    ) {
        let Hold { transaction: at, reserved, .. } = self.holds[hold].clone();
        self.write(&legs(&reserved, Does::Release)).unwrap();
        let transaction = &mut self.transactions[at];
        transaction.status = transaction_to;
        let counted = (transaction.amount, transaction.counted_at);
        let payer = transaction.payer.unwrap();
        self.give_back(payer, "send_internal", counted);
        self.holds[hold].status = to;
    }
}

fn well_formed(parts: &[(Slot, Size)], hold_seconds: Option<i64>) -> Result<(), &'static str> {
    let mut accounts: Vec<Slot> = parts.iter().map(|(account, _)| *account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let remainders = parts.iter().filter(|(_, size)| *size == Size::Remainder).count();
    let count = parts.len();
    if count == 0 || count > 100 || accounts.len() < count || remainders > 1 {
        return Err("value_invalid");
    }
    if hold_seconds.is_some_and(|seconds| !(1..=DAYS_90).contains(&seconds)) {
        return Err("value_invalid");
    }
    Ok(())
}

/// The shares of `whole`; `None` if the parts do not make it.
fn split(parts: &[(Slot, Size)], whole: u128) -> Option<Vec<Share>> {
    let weight = |size: &Size| match size {
        Size::Share(share) => u128::from(*share),
        Size::Fixed(_) | Size::Remainder => 0,
    };
    let mut weights: Vec<u128> = parts.iter().map(|(_, size)| weight(size)).collect();
    weights.push(1_000_000_u128.checked_sub(weights.iter().sum())?);
    let by_share = arithmetic::cut(whole, &weights);
    let gross = parts.iter().zip(by_share).map(|((_, size), share)| match size {
        Size::Fixed(minor) => *minor,
        Size::Share(_) => share,
        Size::Remainder => 0,
    });
    let mut gross: Vec<u128> = gross.collect();
    let mut left = whole;
    for part in &gross {
        left = left.checked_sub(*part)?;
    }
    match parts.iter().position(|(_, size)| *size == Size::Remainder) {
        Some(at) => gross[at] = left,
        None if left > 0 => return None,
        None => {}
    }
    Some(parts.iter().zip(gross).map(|((account, _), gross)| Share::new(*account, gross)).collect())
}

/// Lays a fee on the payees, pro rata.
pub(super) fn lay_on(shares: &mut [Share], fee: u128, amount: Money) -> Result<(), &'static str> {
    if fee > amount.minor {
        return Err("fee_exceeds_amount");
    }
    if fee > 0 {
        let gross: Vec<u128> = shares.iter().map(|share| share.gross).collect();
        for (share, part) in shares.iter_mut().zip(arithmetic::cut(fee, &gross)) {
            share.fee = part;
        }
    }
    Ok(())
}

/// Cuts a held payment down to what is posted of it. Where payees bear the fee, what each receives
/// and the fee are cut together.
fn narrow(transaction: &mut Transaction, posted: u128) {
    let shares = &mut transaction.shares;
    if transaction.fee_bearer != Bearer::Payees {
        let gross: Vec<u128> = shares.iter().map(|share| share.gross).collect();
        for (share, part) in shares.iter_mut().zip(arithmetic::cut(posted, &gross)) {
            share.gross = part;
        }
        transaction.fee = arithmetic::scaled(transaction.fee, posted, transaction.amount.minor);
        return;
    }
    let mut weights: Vec<u128> = shares.iter().map(|share| share.gross - share.fee).collect();
    weights.push(transaction.fee);
    let parts = arithmetic::cut(posted, &weights);
    let fees: Vec<u128> = shares.iter().map(|share| share.fee).collect();
    transaction.fee = *parts.last().unwrap();
    let borne = if transaction.fee == 0 {
        vec![0; fees.len()]
    } else {
        arithmetic::cut(transaction.fee, &fees)
    };
    for ((share, net), fee) in shares.iter_mut().zip(parts).zip(borne) {
        (share.gross, share.fee) = (net + fee, fee);
    }
}
