//! Transactions, holds and refunds on the wire.

use api::transition::AvailableTransition;
use ledger::Direction;
use money::Asset;
use payments::bank::BankDetails;
use payments::resources::{
    Bearer, Hold, RailSide, Refund, Reserved, Share, Transaction, TransactionKind,
};
use payments::states::Machine;

use super::parties::money_of;
use super::{day, time, wire};

type Next = Vec<AvailableTransition>;

pub(super) fn transaction(it: &Transaction, next: Next) -> api::transaction::Transaction {
    let asset = it.amount.asset();
    wire!(api::transaction::Transaction {
        id: it.id.to_string().into(),
        kind: kind(it.kind),
        status: it.status.code().to_owned(),
        amount: it.amount.into(),
        from_account: it.payer.map(|id| id.to_string().into()),
        split: it.shares.iter().map(|part| share(part, asset)).collect(),
        fee: api::transaction::Fee {
            amount: money_of(it.fee.minor, asset),
            bearer: bearer(it.fee.bearer),
            returned: money_of(it.fee.returned, asset),
        },
        captured: money_of(it.captured, asset),
        refunded: money_of(it.refunded, asset),
        reference: it.reference.clone(),
        description: it.description.clone(),
        bank: it.rail.as_ref().map(bank_side),
        pay_to: None,
        hold: it.hold.map(|id| id.to_string().into()),
        effective_at: time(it.effective_at),
        value_date: day(it.value_date),
        legs: None,
    } with &it.meta, next)
}

fn share(it: &Share, asset: Asset) -> api::transaction::Share {
    api::transaction::Share {
        account: it.account.to_string().into(),
        gross: money_of(it.gross, asset),
        fee: money_of(it.fee, asset),
        net: money_of(it.gross.saturating_sub(it.fee), asset),
        returned: money_of(it.returned, asset),
    }
}

fn bank_side(it: &RailSide) -> api::transaction::BankSide {
    api::transaction::BankSide {
        details: bank(&it.details),
        bank_account: it.bank_account.map(|id| id.to_string().into()),
        bank_id: it.bank_id.clone(),
        outcome: it.outcome.code().to_owned(),
        booked: it.booked,
    }
}

/// Bank details on the wire.
pub(crate) fn bank(it: &BankDetails) -> api::bank::BankDetails {
    match it {
        BankDetails::Uk { holder, sort_code, account_number } => api::bank::BankDetails {
            holder: holder.clone(),
            sort_code: Some(sort_code.clone()),
            account_number: Some(account_number.clone()),
            iban: None,
        },
        BankDetails::Iban { holder, iban } => api::bank::BankDetails {
            holder: holder.clone(),
            sort_code: None,
            account_number: None,
            iban: Some(iban.clone()),
        },
    }
}

pub(super) fn hold(it: &Hold, next: Next) -> api::hold::Hold {
    let asset = it.amount.asset();
    let leg = |leg: &Reserved| api::hold::ReservedLeg {
        account: leg.account.to_string().into(),
        direction: direction(leg.direction),
        amount: money_of(leg.minor, asset),
    };
    wire!(api::hold::Hold {
        id: it.id.to_string().into(),
        transaction: it.transaction.to_string().into(),
        status: it.status.code().to_owned(),
        amount: it.amount.into(),
        posted: money_of(it.posted, asset),
        expires_at: time(it.expires_at),
        reserved: it.reserved.iter().map(leg).collect(),
        legs: None,
    } with &it.meta, next)
}

pub(super) fn refund(it: &Refund, next: Next) -> api::refund::Refund {
    let asset = it.amount.asset();
    let part = |leg: &payments::resources::RefundLeg| api::refund::RefundPart {
        account: leg.account.to_string().into(),
        amount: money_of(leg.minor, asset),
    };
    wire!(api::refund::Refund {
        id: it.id.to_string().into(),
        transaction: it.transaction.to_string().into(),
        status: it.status.code().to_owned(),
        amount: it.amount.into(),
        paid_by: it.legs.iter().map(part).collect(),
        fee_returned: money_of(it.fee_returned, asset),
        reason: it.reason.clone(),
        bank: it.rail.as_ref().map(bank_side),
        legs: None,
    } with &it.meta, next)
}

pub(super) const fn kind(kind: TransactionKind) -> api::transaction::TransactionKind {
    match kind {
        TransactionKind::InboundBank => api::transaction::TransactionKind::InboundBank,
        TransactionKind::Internal => api::transaction::TransactionKind::Internal,
        TransactionKind::OutboundBank => api::transaction::TransactionKind::OutboundBank,
        TransactionKind::Fee => api::transaction::TransactionKind::Fee,
        TransactionKind::Adjustment => api::transaction::TransactionKind::Adjustment,
    }
}

const fn bearer(bearer: Bearer) -> api::transaction::FeeBearer {
    match bearer {
        Bearer::Payer => api::transaction::FeeBearer::Payer,
        Bearer::Payees => api::transaction::FeeBearer::Payees,
        Bearer::Platform => api::transaction::FeeBearer::Platform,
    }
}

/// A side of an account on the wire.
pub(super) const fn direction(direction: Direction) -> api::entry::Direction {
    match direction {
        Direction::Debit => api::entry::Direction::Debit,
        Direction::Credit => api::entry::Direction::Credit,
    }
}
