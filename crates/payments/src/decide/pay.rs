//! An internal payment: from one account to one or many of the platform, at once or with a hold.

use ledger::{Direction, Layer, Timestamp, TransactionId, hold};
use money::Amount;

use crate::command::Pay;
use crate::draft::{Decision, Draft};
use crate::ids::HoldId;
use crate::limits::HOLD_MICROS_MAX;
use crate::rejected::Rejected;
use crate::resources::{
    Bearer, Capability, Hold, Kind, Reserved, Share, Transaction, TransactionKind,
};
use crate::states::{HoldStatus, TransactionStatus};
use crate::view::{Key, Stop};

use super::checks::{
    Party, capable, effective, in_asset, minor, party, pays_out, positive, takes_in, value_date,
    words,
};
use super::fees::{self, Side};
use super::{parts, usage};

/// Decides [`Pay`].
pub(super) fn pay(mut draft: Draft<'_>, command: &Pay) -> Result<Decision, Stop> {
    check_form(&draft, command)?;
    let mut shares = parts::resolve(&command.parts, command.amount)?;
    if command.parts.iter().any(|part| part.account == command.payer) {
        return Err(Rejected::SameAccount { account: command.payer.to_string() }.into());
    }
    let payer = party(&draft, command.payer)?;
    let payees: Vec<Party<'_>> =
        command.parts.iter().map(|part| party(&draft, part.account)).collect::<Result<_, _>>()?;
    let kind = if command.hold_until.is_some() { Kind::Hold } else { Kind::Transaction };
    let id = draft.mint();
    draft.claim(kind, &command.labels, id)?;
    let effective_at = check_parties(&draft, command, &payer, &payees)?;

    let fee = fees::fee(&payer.role, TransactionKind::Internal, command.amount, command.bearer)?;
    if fee.bearer == Bearer::Payees {
        fees::lay_on(&mut shares, minor(command.amount.asset(), fee.minor)?)?;
    }
    usage::count(&mut draft, &payer, Capability::SendInternal, command.amount)?;
    let transaction = Transaction {
        id: TransactionId::from_bytes(id),
        meta: draft.meta(command.labels.clone()),
        kind: TransactionKind::Internal,
        status: TransactionStatus::Settled,
        amount: command.amount,
        payer: Some(command.payer),
        shares,
        fee,
        captured: command.amount.minor(),
        refunded: 0,
        reference: command.reference.clone(),
        description: command.description.clone(),
        rail: None,
        hold: None,
        transition_no: 1,
        counted_at: draft.business(),
        effective_at,
        value_date: value_date(&draft),
    };
    match command.hold_until {
        None => settle(draft, transaction),
        Some(expires_at) => reserve(draft, transaction, expires_at),
    }
}

fn check_form(draft: &Draft<'_>, command: &Pay) -> Result<(), Rejected> {
    words(&command.reference, command.description.as_ref())?;
    command.labels.check()?;
    parts::check(&command.parts)?;
    let longest = draft.business().micros().saturating_add(HOLD_MICROS_MAX);
    let too_soon_or_late = |until: Timestamp| until <= draft.business() || until.micros() > longest;
    if command.hold_until.is_some_and(too_soon_or_late) {
        let detail = "must be after the platform's time, by 90 days at most".to_owned();
        return Err(Rejected::invalid("/expires_at", detail));
    }
    positive(command.amount)?;
    parts::positive(&command.parts)
}

fn check_parties(
    draft: &Draft<'_>,
    command: &Pay,
    payer: &Party<'_>,
    payees: &[Party<'_>],
) -> Result<Timestamp, Rejected> {
    let effective_at = effective(draft, command.effective_at, &payer.account)?;
    for payee in payees {
        effective(draft, command.effective_at, &payee.account)?;
    }
    pays_out(&payer.account)?;
    for payee in payees {
        takes_in(&payee.account)?;
    }
    in_asset(&payer.account, command.amount.asset())?;
    for payee in payees {
        in_asset(&payee.account, command.amount.asset())?;
    }
    capable(payer, Capability::SendInternal)?;
    for payee in payees {
        capable(payee, Capability::HoldFunds)?;
    }
    Ok(effective_at)
}

fn settle(mut draft: Draft<'_>, transaction: Transaction) -> Result<Decision, Stop> {
    for (account, direction, amount) in sides(&mut draft, &transaction)? {
        draft.leg(account, direction, Layer::Posted, amount);
    }
    let id = transaction.id;
    draft.entry_of(id, 1, transaction.effective_at);
    draft.put(transaction)?;
    draft.finish(Key::Transaction(id))
}

fn reserve(
    mut draft: Draft<'_>,
    mut transaction: Transaction,
    expires_at: Timestamp,
) -> Result<Decision, Stop> {
    // The labels belong to what the caller made: the hold.
    let hold_meta = transaction.meta.clone();
    transaction.meta = draft.meta(crate::meta::Labels::default());
    transaction.status = TransactionStatus::Authorised;
    transaction.captured = 0;
    let sides = sides(&mut draft, &transaction)?;
    let reserved = sides.iter().map(|(account, direction, amount)| Reserved {
        account: *account,
        direction: *direction,
        minor: amount.minor(),
    });
    let hold = Hold {
        id: HoldId::from_bytes(*transaction.id.as_bytes()),
        meta: hold_meta,
        transaction: transaction.id,
        amount: transaction.amount,
        posted: 0,
        expires_at,
        reserved: reserved.collect(),
        status: HoldStatus::Active,
    };
    transaction.hold = Some(hold.id);
    draft.legs(hold::reserve(&sides));
    draft.entry_of(transaction.id, 1, transaction.effective_at);
    let answer = Key::Hold(hold.id);
    draft.put(hold)?;
    draft.put(transaction)?;
    draft.finish(answer)
}

/// Both sides of an internal payment: the payer, the payees less what they bear, the fee.
pub(super) fn sides(draft: &mut Draft<'_>, transaction: &Transaction) -> Result<Vec<Side>, Stop> {
    let asset = transaction.amount.asset();
    let fee = transaction.fee;
    let gross: u128 =
        transaction.shares.iter().fold(0, |sum, share| sum.saturating_add(share.gross));
    let on_top = if fee.bearer == Bearer::Payer { fee.minor } else { 0 };
    let mut sides = Vec::with_capacity(transaction.shares.len().saturating_add(3));
    if let Some(payer) = transaction.payer {
        sides.push((payer, Direction::Debit, minor(asset, gross.saturating_add(on_top))?));
    }
    for Share { account, gross, fee, .. } in &transaction.shares {
        sides.push((*account, Direction::Credit, minor(asset, gross.saturating_sub(*fee))?));
    }
    sides.extend(fees::sides(draft, fee, transaction.amount)?);
    sides.retain(|(_, _, amount): &(_, _, Amount)| !amount.is_zero());
    Ok(sides)
}
