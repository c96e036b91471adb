//! How a hold ends: posted wholly or in part, voided by hand, or expired by time.

use ledger::{Layer, hold};
use money::{Amount, Ratio, Rounding};

use crate::command::Transition;
use crate::draft::{Decision, Draft};
use crate::ids::HoldId;
use crate::rejected::Rejected;
use crate::resources::{Account, Bearer, Capability, Fee, Hold, Share, Transaction};
use crate::states::{HoldStatus, Machine, TransactionStatus};
use crate::view::{Key, Stop};

use super::checks::{minor, positive, unfit};
use super::fees::Side;
use super::transitions::reason;
use super::{pay, usage};

/// Moves a hold by hand; the step is known to be in its state machine.
pub(super) fn transition(
    draft: Draft<'_>,
    hold: Hold,
    to: HoldStatus,
    command: &Transition,
) -> Result<Decision, Stop> {
    if hold.expires_at <= draft.business() {
        return Err(Rejected::HoldExpired { hold: hold.id.to_string() }.into());
    }
    if command.amount.is_some() && to != HoldStatus::Posted {
        let detail = "only a hold that is posted has an amount".to_owned();
        return Err(Rejected::invalid("/amount", detail).into());
    }
    let reason = reason(command);
    match to {
        HoldStatus::Posted => post(draft, hold, command.amount, reason),
        HoldStatus::Active | HoldStatus::Voided | HoldStatus::Expired => {
            release(draft, hold, (HoldStatus::Voided, TransactionStatus::Cancelled), reason)
        }
    }
}

/// The writer's own look at a hold that ran out; one that ended before is left alone.
pub(super) fn expire(draft: Draft<'_>, id: HoldId) -> Result<Decision, Stop> {
    let hold: Hold = draft.fetch(id)?;
    if hold.status != HoldStatus::Active || hold.expires_at > draft.business() {
        return draft.finish(Key::Hold(id));
    }
    let reason = Some("expired".to_owned());
    release(draft, hold, (HoldStatus::Expired, TransactionStatus::Expired), reason)
}

fn post(
    mut draft: Draft<'_>,
    mut hold: Hold,
    amount: Option<Amount>,
    reason: Option<String>,
) -> Result<Decision, Stop> {
    let amount = amount.unwrap_or(hold.amount);
    positive(amount)?;
    let rest = hold.amount.checked_sub(amount).map_err(|_| {
        if amount.asset() == hold.amount.asset() {
            Rejected::HoldExceeded { available: hold.amount, needed: amount }
        } else {
            unfit(money::AmountError::AssetMismatch {
                expected: hold.amount.asset(),
                found: amount.asset(),
            })
        }
    })?;
    let mut transaction: Transaction = draft.fetch(hold.transaction)?;
    narrow(&mut transaction, amount)?;
    give_back(&mut draft, &transaction, rest)?;
    let reserved = reserved(&hold)?;
    draft.legs(hold::void(&reserved));
    for (account, direction, amount) in pay::sides(&mut draft, &transaction)? {
        draft.leg(account, direction, Layer::Posted, amount);
    }
    transaction.status = TransactionStatus::Settled;
    transaction.captured = amount.minor();
    hold.status = HoldStatus::Posted;
    hold.posted = amount.minor();
    end(draft, hold, transaction, reason)
}

/// Cuts shares and fee down to what is posted, each in proportion and none above what is reserved.
fn narrow(transaction: &mut Transaction, posted: Amount) -> Result<(), Rejected> {
    let Transaction { amount: whole, shares, fee, .. } = transaction;
    if fee.bearer == Bearer::Payees {
        return narrow_with_fee(shares, fee, posted);
    }
    let weights: Vec<u128> = shares.iter().map(|share| share.gross).collect();
    let parts = posted.allocate(&weights).map_err(unfit)?;
    for (share, part) in shares.iter_mut().zip(parts) {
        share.gross = part.minor();
    }
    let ratio =
        Ratio::new(posted.minor(), whole.minor()).map_err(|_| Rejected::AmountNotPositive)?;
    let charged = minor(whole.asset(), fee.minor)?;
    fee.minor = charged.scaled(ratio, Rounding::HalfEven).map_err(unfit)?.minor();
    Ok(())
}

/// Where payees bear the fee, what is posted is allocated to what they would receive and to the
/// fee at once: cut apart, rounding could give one of them more than is reserved for it.
fn narrow_with_fee(shares: &mut [Share], fee: &mut Fee, posted: Amount) -> Result<(), Rejected> {
    let net = |share: &Share| share.gross.saturating_sub(share.fee);
    let weights: Vec<u128> = shares.iter().map(net).chain([fee.minor]).collect();
    let mut nets = posted.allocate(&weights).map_err(unfit)?;
    let charged = nets.pop().unwrap_or(Amount::zero(posted.asset()));
    let borne = if charged.is_zero() {
        vec![charged; shares.len()]
    } else {
        let weights: Vec<u128> = shares.iter().map(|share| share.fee).collect();
        charged.allocate(&weights).map_err(unfit)?
    };
    for ((share, net), borne) in shares.iter_mut().zip(nets).zip(borne) {
        share.fee = borne.minor();
        share.gross = net.minor().saturating_add(borne.minor());
    }
    fee.minor = charged.minor();
    Ok(())
}

fn release(
    mut draft: Draft<'_>,
    mut hold: Hold,
    (hold_to, transaction_to): (HoldStatus, TransactionStatus),
    reason: Option<String>,
) -> Result<Decision, Stop> {
    let mut transaction: Transaction = draft.fetch(hold.transaction)?;
    give_back(&mut draft, &transaction, hold.amount)?;
    let reserved = reserved(&hold)?;
    draft.legs(hold::void(&reserved));
    transaction.status = transaction_to;
    hold.status = hold_to;
    end(draft, hold, transaction, reason)
}

fn end(
    mut draft: Draft<'_>,
    mut hold: Hold,
    mut transaction: Transaction,
    reason: Option<String>,
) -> Result<Decision, Stop> {
    let at = draft.at();
    transaction.transition_no = transaction.transition_no.saturating_add(1);
    transaction.meta.touch(at);
    transaction.meta.status_reason = Some(format!("hold {}", hold.status.code()));
    hold.meta.touch(at);
    hold.meta.status_reason = reason;
    let answer = Key::Hold(hold.id);
    draft.entry_of(transaction.id, transaction.transition_no, draft.business());
    draft.put(hold)?;
    draft.put(transaction)?;
    draft.finish(answer)
}

fn give_back(draft: &mut Draft<'_>, transaction: &Transaction, amount: Amount) -> Result<(), Stop> {
    let Some(payer) = transaction.payer else { return Ok(()) };
    let payer: Account = draft.fetch(payer)?;
    let Some(customer) = payer.customer else { return Ok(()) };
    usage::give_back(draft, customer, Capability::SendInternal, (amount, transaction.counted_at))
}

fn reserved(hold: &Hold) -> Result<Vec<Side>, Rejected> {
    let asset = hold.amount.asset();
    let side = |reserved: &crate::resources::Reserved| {
        Ok((reserved.account, reserved.direction, minor(asset, reserved.minor)?))
    };
    hold.reserved.iter().map(side).collect()
}
