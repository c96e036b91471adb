//! Refunds: who gives back how much, pro rata and cumulative, or as the caller says.

use ledger::{AccountId, Chart, Direction, Layer, hold};
use money::{Amount, Ratio, Rounding};

use crate::command::{FeeReturn, RefundCreate};
use crate::draft::{Decision, Draft};
use crate::ids::RefundId;
use crate::limits::{SPLIT_PAYEES_MAX, TEXT_BYTES_MAX};
use crate::meta::text;
use crate::rejected::Rejected;
use crate::resources::{
    Bearer, Instruction, InstructionState, Kind, Outcome, Platform, RailSide, Refund, RefundLeg,
    Resource, Serves, Share, Transaction,
};
use crate::states::{Machine, RefundStatus, TransactionStatus};
use crate::view::{Key, Stop};

use super::checks::{minor, positive, unfit};
use super::fees::{self, Side};
use super::payout::clearing;

/// Decides [`RefundCreate`].
pub(super) fn create(mut draft: Draft<'_>, command: &RefundCreate) -> Result<Decision, Stop> {
    if let Some(reason) = &command.reason {
        text("/reason", reason, TEXT_BYTES_MAX)?;
    }
    command.labels.check()?;
    command.amount.map_or(Ok(()), positive)?;
    let mut transaction: Transaction = draft.fetch(command.transaction)?;
    let id = draft.mint();
    draft.claim(Kind::Refund, &command.labels, id)?;
    let amount = refundable(&transaction, command.amount)?;
    let legs = match &command.legs {
        None => pro_rata(&transaction, amount)?,
        Some(legs) => as_said(&draft, &transaction, amount, legs)?,
    };
    count(&mut transaction, &legs, amount);
    let fee_returned = match command.fees {
        FeeReturn::Kept => 0,
        FeeReturn::Returned => {
            let refunded = transaction.fee.returned_for.saturating_add(amount.minor());
            transaction.fee.returned_for = refunded.min(transaction.captured);
            fee_due(&transaction)?
        }
    };
    let fee_legs = fee_legs(&transaction, fee_returned)?;
    count_fee(&mut transaction, fee_returned, &fee_legs);
    let refund = Refund {
        id: RefundId::from_bytes(id),
        meta: draft.meta(command.labels.clone()),
        transaction: transaction.id,
        amount,
        legs,
        fee_returned,
        fees: command.fees,
        reason: command.reason.clone(),
        rail: None,
        status: RefundStatus::Settled,
    };
    transaction.transition_no = transaction.transition_no.saturating_add(1);
    transaction.meta.touch(draft.at());
    draft.entry_of(transaction.id, transaction.transition_no, draft.business());
    let sides = sides(&mut draft, &transaction, (&refund, &fee_legs))?;
    let refund = if transaction.refunds_by_rail() {
        draft.has_rail()?;
        draft.legs(hold::reserve(&sides));
        submit(&mut draft, &transaction, refund, command.behaviour.clone())?
    } else {
        for (account, direction, amount) in sides {
            draft.leg(account, direction, Layer::Posted, amount);
        }
        refund
    };
    let answer = Key::Refund(refund.id);
    draft.put(refund)?;
    draft.put(transaction)?;
    draft.finish(answer)
}

fn refundable(transaction: &Transaction, said: Option<Amount>) -> Result<Amount, Rejected> {
    if transaction.status != TransactionStatus::Settled || transaction.captured == 0 {
        let (transaction, status) = (transaction.id.to_string(), transaction.status.code());
        return Err(Rejected::NotRefundable { transaction, status });
    }
    let available = minor(transaction.amount.asset(), transaction.refundable())?;
    let amount = said.unwrap_or(available);
    if amount.asset() != available.asset() {
        let (expected, found) = (available.asset(), amount.asset());
        return Err(unfit(money::AmountError::AssetMismatch { expected, found }));
    }
    if amount.minor() > available.minor() || amount.is_zero() {
        return Err(Rejected::RefundExceedsCaptured { available, needed: amount });
    }
    Ok(amount)
}

/// What each payee gives back of `amount`.
fn pro_rata(transaction: &Transaction, amount: Amount) -> Result<Vec<RefundLeg>, Rejected> {
    let owing = |share: &Share| (share.account, share.gross, share.returned);
    let owing: Vec<_> = transaction.shares.iter().map(owing).collect();
    // What others than the payees paid of earlier refunds is nobody's part.
    let returned = transaction.shares.iter().map(|share| share.returned);
    let so_far = returned.fold(amount.minor(), u128::saturating_add);
    cumulative(&owing, minor(amount.asset(), so_far)?, amount.minor())
}

/// What each payee gets back of a fee that payees bear; nothing when others bear it.
fn fee_legs(transaction: &Transaction, fee: u128) -> Result<Vec<RefundLeg>, Rejected> {
    if transaction.fee.bearer != Bearer::Payees || fee == 0 {
        return Ok(Vec::new());
    }
    let owed = |share: &Share| (share.account, share.fee, share.fee_returned);
    let owed: Vec<_> = transaction.shares.iter().map(owed).collect();
    let so_far = transaction.fee.returned.saturating_add(fee);
    cumulative(&owed, minor(transaction.amount.asset(), so_far)?, fee)
}

/// Each one's part of everything so far and now, less what it had its part of: of account, whole
/// and had.
///
/// Largest remainders can shrink as the whole grows, and payees may have given back more or less
/// than their part before. Where the parts then miss what is owed now, that is divided by what is
/// left of each.
fn cumulative(
    parts: &[(AccountId, u128, u128)],
    so_far: Amount,
    now: u128,
) -> Result<Vec<RefundLeg>, Rejected> {
    let weights: Vec<u128> = parts.iter().map(|(_, whole, _)| *whole).collect();
    let targets = so_far.allocate(&weights).map_err(unfit)?;
    let left: Vec<u128> = parts.iter().map(|(_, whole, had)| whole.saturating_sub(*had)).collect();
    let owed = parts.iter().zip(targets).zip(&left);
    let mut owed: Vec<u128> = owed
        .map(|(((_, _, had), target), left)| target.minor().saturating_sub(*had).min(*left))
        .collect();
    if owed.iter().fold(0, |sum: u128, part| sum.saturating_add(*part)) != now {
        let parts = minor(so_far.asset(), now)?.allocate(&left).map_err(unfit)?;
        owed = parts.iter().map(Amount::minor).collect();
    }
    let legs = parts.iter().zip(owed);
    let legs = legs.map(|((account, _, _), minor)| RefundLeg { account: *account, minor });
    Ok(legs.filter(|leg| leg.minor > 0).collect())
}

/// The caller's own legs: payees up to what they received, or the platform's own account.
fn as_said(
    draft: &Draft<'_>,
    transaction: &Transaction,
    amount: Amount,
    legs: &[(AccountId, Amount)],
) -> Result<Vec<RefundLeg>, Stop> {
    let bad = |detail: String| Stop::from(Rejected::invalid("/paid_by", detail));
    if legs.is_empty() || legs.len() > SPLIT_PAYEES_MAX {
        return Err(bad(format!("1 to {SPLIT_PAYEES_MAX} legs")));
    }
    if legs.iter().any(|(_, part)| part.is_zero()) {
        return Err(Rejected::AmountNotPositive.into());
    }
    let platform: Platform = draft.fetch(draft.platform())?;
    let own = platform.account(amount.asset());
    let mut sum = Amount::zero(amount.asset());
    let mut seen = std::collections::BTreeSet::new();
    for (account, part) in legs {
        if !seen.insert(*account) {
            return Err(bad("each account once".to_owned()));
        }
        if transaction.payer == Some(*account) {
            return Err(Rejected::SameAccount { account: account.to_string() }.into());
        }
        sum = sum.checked_add(*part).map_err(unfit)?;
        let share = transaction.shares.iter().find(|share| share.account == *account);
        let left = share.map(|share| share.gross.saturating_sub(share.returned));
        match left {
            Some(left) if part.minor() > left && own != Some(*account) => {
                return Err(bad(format!("account {account} received less than that")));
            }
            None if own != Some(*account) => {
                return Err(bad(format!("account {account} has no part in the transaction")));
            }
            Some(_) | None => {}
        }
    }
    if sum != amount {
        return Err(Rejected::SplitUnbalanced { parts: sum.decimal(), whole: amount }.into());
    }
    let leg = |(account, part): &(AccountId, Amount)| RefundLeg {
        account: *account,
        minor: part.minor(),
    };
    Ok(legs.iter().map(leg).filter(|leg| leg.minor > 0).collect())
}

fn count(transaction: &mut Transaction, legs: &[RefundLeg], amount: Amount) {
    transaction.refunded = transaction.refunded.saturating_add(amount.minor());
    for_each_share(transaction, legs, |share, minor| {
        share.returned = share.returned.saturating_add(minor).min(share.gross);
    });
}

fn count_fee(transaction: &mut Transaction, fee: u128, legs: &[RefundLeg]) {
    transaction.fee.returned = transaction.fee.returned.saturating_add(fee);
    for_each_share(transaction, legs, |share, minor| {
        share.fee_returned = share.fee_returned.saturating_add(minor);
    });
}

/// Takes back what a refund by rail counted of the amount, when it failed.
pub(super) fn uncount(transaction: &mut Transaction, refund: &Refund) {
    transaction.refunded = transaction.refunded.saturating_sub(refund.amount.minor());
    for_each_share(transaction, &refund.legs, |share, minor| {
        share.returned = share.returned.saturating_sub(minor);
    });
}

/// Takes back what a refund by rail counted of the fee, when the fee stays with the provider.
pub(super) fn uncount_fee(transaction: &mut Transaction, refund: &Refund) {
    transaction.fee.returned = transaction.fee.returned.saturating_sub(refund.fee_returned);
    if refund.fees == FeeReturn::Returned {
        let refunded = transaction.fee.returned_for.saturating_sub(refund.amount.minor());
        transaction.fee.returned_for = refunded;
    }
    let legs = fee_legs_by_rail(transaction, refund);
    for_each_share(transaction, &legs, |share, minor| {
        share.fee_returned = share.fee_returned.saturating_sub(minor);
    });
}

/// Money from a bank has one payee, which bears the whole fee.
fn fee_legs_by_rail(transaction: &Transaction, refund: &Refund) -> Vec<RefundLeg> {
    let leg = |share: &Share| RefundLeg { account: share.account, minor: refund.fee_returned };
    transaction.shares.iter().take(1).map(leg).collect()
}

fn for_each_share(
    transaction: &mut Transaction,
    legs: &[RefundLeg],
    change: impl Fn(&mut Share, u128),
) {
    for leg in legs {
        if let Some(share) =
            transaction.shares.iter_mut().find(|share| share.account == leg.account)
        {
            change(share, leg.minor);
        }
    }
}

/// The fee's part of everything refunded with its fee, less what of it went back already.
fn fee_due(transaction: &Transaction) -> Result<u128, Rejected> {
    let fee = minor(transaction.amount.asset(), transaction.fee.minor)?;
    let ratio = Ratio::new(transaction.fee.returned_for, transaction.captured)
        .map_err(|_| Rejected::AmountNotPositive)?;
    let target = fee.scaled(ratio, Rounding::HalfEven).map_err(unfit)?.minor();
    Ok(target.saturating_sub(transaction.fee.returned))
}

fn submit(
    draft: &mut Draft<'_>,
    transaction: &Transaction,
    mut refund: Refund,
    behaviour: Option<String>,
) -> Result<Refund, Stop> {
    let Some(paid_from) = &transaction.rail else { return Ok(refund) };
    let beneficiary = paid_from.details.clone();
    refund.status = RefundStatus::Submitted;
    refund.rail = Some(RailSide {
        details: beneficiary.clone(),
        bank_account: None,
        bank_id: None,
        outcome: Outcome::Waiting,
        booked: false,
    });
    draft.put_resource(Resource::Instruction(Instruction {
        id: *refund.id.as_bytes(),
        serves: Serves::Refund(refund.id),
        amount: refund.amount,
        reference: format!("REFUND {}", transaction.reference),
        beneficiary,
        behaviour,
        state: InstructionState::Written,
        bank_id: None,
        booked: false,
        returned: false,
        earlier: Vec::new(),
    }))?;
    Ok(refund)
}

/// Both sides of a refund that a rail carries out.
pub(super) fn sides_by_rail(
    draft: &mut Draft<'_>,
    transaction: &Transaction,
    refund: &Refund,
) -> Result<Vec<Side>, Stop> {
    sides(draft, transaction, (refund, &fee_legs_by_rail(transaction, refund)))
}

/// Both sides of a refund: who gives back, who receives, and the fee that goes back to its bearers.
fn sides(
    draft: &mut Draft<'_>,
    transaction: &Transaction,
    (refund, fee_legs): (&Refund, &[RefundLeg]),
) -> Result<Vec<Side>, Stop> {
    let asset = refund.amount.asset();
    let mut sides = Vec::with_capacity(refund.legs.len().saturating_add(3));
    for leg in &refund.legs {
        sides.push((leg.account, Direction::Debit, minor(asset, leg.minor)?));
    }
    let to = match transaction.payer {
        Some(payer) => payer,
        None => clearing(draft, refund.amount)?,
    };
    sides.push((to, Direction::Credit, refund.amount));
    if refund.fee_returned > 0 {
        let fee = minor(asset, refund.fee_returned)?;
        sides.push((draft.internal(Chart::Fees, asset)?, Direction::Debit, fee));
        match (transaction.fee.bearer, transaction.payer) {
            (Bearer::Payer, Some(payer)) => sides.push((payer, Direction::Credit, fee)),
            (Bearer::Platform, _) => {
                sides.push((fees::platform_account(draft, fee)?, Direction::Credit, fee));
            }
            (Bearer::Payees | Bearer::Payer, _) => {
                for leg in fee_legs {
                    sides.push((leg.account, Direction::Credit, minor(asset, leg.minor)?));
                }
            }
        }
    }
    Ok(sides)
}
