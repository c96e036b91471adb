//! The statements that a command makes, and those that a row makes, for the sums to compare.
//!
//! Each pair of statements is one equation, written down at its [`Aspect`]. In words, per subject:
//! - states: the steps of all events lead from nothing to the row's version and status;
//! - transitions: entries are numbered 1 to the row's number;
//! - captured: what the settling entry posted, bookings aside, is what the row says it took;
//! - refunded: refunds on their way and settled are what the transaction counted;
//! - pending: what entries reserved and did not release is what holds, payouts and refunds still hold;
//! - clearing: what entries left in clearing is what has come or gone, less what the bank booked.

use ledger::{Direction, Entry, Layer, LegAfter, PlatformId, TransactionId};
use money::Asset;
use payments::Resource;
use payments::audit::{AuditRecord, Touched};
use payments::resources::{
    Account, Bearer, EarlierAttempt, Hold, Instruction, InstructionState, Kind, Outcome, Refund,
    Serves, Transaction, TransactionKind,
};
use payments::states::{HoldStatus, RefundStatus, TransactionStatus};

use super::histories::Histories;
use super::item::{Aspect, Item, Side, Subject};
use super::sums::Sink;
use crate::rows::Committed;

/// Adds what a command says.
pub(super) fn of_command(committed: &Committed, histories: &mut Histories, sink: &mut impl Sink) {
    let platform = committed.command.platform;
    for touched in &committed.audit.touched {
        of_touched(platform, touched, sink);
    }
    if let Some(entry) = &committed.entry {
        of_entry(platform, entry, &committed.audit, (histories, sink));
    }
}

fn of_touched(platform: PlatformId, touched: &Touched, sink: &mut impl Sink) {
    let Touched { kind, id, version, from, to, .. } = touched;
    let (kind, subject) = (*kind, Subject { platform, id: *id });
    let reached = Item::State { kind, version: *version, status: to };
    sink.add(Side::Derived, subject, &reached, 1);
    if let Some(from) = from {
        let left = Item::State { kind, version: version.wrapping_sub(1), status: from };
        sink.add(Side::Derived, subject, &left, -1);
    }
}

fn of_entry(
    platform: PlatformId,
    entry: &Entry,
    audit: &AuditRecord,
    (histories, sink): (&mut Histories, &mut impl Sink),
) {
    let of = |id: [u8; 16]| Subject { platform, id };
    let (transaction, number) = (of(*entry.transaction.as_bytes()), entry.transition_no);
    sink.add(Side::Derived, transaction, &Item::Transition { number }, 1);
    if let Some(before) = number.checked_sub(1).filter(|before| *before > 0) {
        sink.add(Side::Derived, transaction, &Item::Transition { number: before }, -1);
    }
    let refund = audit.touched.iter().find(|touched| touched.kind == Kind::Refund);
    let cleared = match refund {
        Some(refund) => (of(refund.id), Kind::Refund),
        None => (transaction, Kind::Transaction),
    };
    let settles = settles(audit, entry.transaction);
    for LegAfter { leg, .. } in &entry.legs {
        let (asset, minor) = (leg.amount.asset(), weight(leg.amount.minor()));
        let signed = match leg.direction {
            Direction::Debit => minor,
            Direction::Credit => minor.wrapping_neg(),
        };
        match (leg.layer, leg.direction) {
            (Layer::Pending, Direction::Debit) => {
                sink.add(Side::Derived, transaction, &money(Aspect::Pending, asset), minor);
            }
            (Layer::Released, Direction::Debit) => {
                let released = minor.wrapping_neg();
                sink.add(Side::Derived, transaction, &money(Aspect::Pending, asset), released);
            }
            (Layer::Pending | Layer::Released, Direction::Credit) => {}
            (Layer::Posted, direction) => {
                let internal = histories.internal(platform, asset);
                if leg.account == internal.clearing {
                    let (subject, kind) = cleared;
                    sink.add(Side::Derived, subject, &money(Aspect::Clearing(kind), asset), signed);
                }
                let taken = direction == Direction::Debit && leg.account != internal.safeguarding;
                if settles && taken {
                    sink.add(Side::Derived, transaction, &money(Aspect::Captured, asset), minor);
                }
            }
        }
    }
}

/// Whether the command moved the transaction to where its money has been taken.
fn settles(audit: &AuditRecord, transaction: TransactionId) -> bool {
    let of = |touched: &&Touched| {
        touched.kind == Kind::Transaction && touched.id == *transaction.as_bytes()
    };
    let Some(touched) = audit.touched.iter().find(of) else { return false };
    match (touched.from.as_deref(), touched.to.as_str()) {
        (from, "settled") => from != Some("settled"),
        (Some("submitted" | "settled"), "returned") => true,
        _ => false,
    }
}

/// Adds what a row says.
pub(super) fn of_resource(platform: PlatformId, resource: &Resource, sink: &mut impl Sink) {
    if let Some(visible) = resource.visible()
        && !is_internal(resource)
    {
        let (kind, version, status) = (visible.kind, visible.meta.version, visible.status);
        let subject = Subject { platform, id: visible.id };
        sink.add(Side::Stored, subject, &Item::State { kind, version, status }, 1);
    }
    match resource {
        Resource::Transaction(it) => of_transaction(platform, it, sink),
        Resource::Hold(it) => of_hold(platform, it, sink),
        Resource::Refund(it) => of_refund(platform, it, sink),
        Resource::Instruction(it) => of_instruction(platform, it, sink),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::Account(_)
        | Resource::BankAccount(_)
        | Resource::Window(_)
        | Resource::Name(_) => {}
    }
}

/// Whether it is a platform's internal account, which has no events.
pub(super) const fn is_internal(resource: &Resource) -> bool {
    matches!(resource, Resource::Account(Account { customer: None, .. }))
}

fn of_transaction(platform: PlatformId, it: &Transaction, sink: &mut impl Sink) {
    let asset = it.amount.asset();
    let subject = Subject { platform, id: *it.id.as_bytes() };
    if it.transition_no > 0 {
        let last = Item::Transition { number: it.transition_no };
        sink.add(Side::Stored, subject, &last, 1);
    }
    let mut says = |aspect, minor| sink.add(Side::Stored, subject, &money(aspect, asset), minor);
    says(Aspect::Captured, taken(it));
    says(Aspect::Refunded, weight(it.refunded));
    says(Aspect::Pending, reserved(it));
    if it.hold.is_some() {
        says(Aspect::HoldPosted, weight(it.captured));
    }
    says(Aspect::Clearing(Kind::Transaction), in_clearing(it));
    if by_rail(it) {
        says(Aspect::InFlight(Kind::Transaction), weight(it.amount.minor()));
    }
    let booked = it.rail.as_ref().is_some_and(|rail| rail.booked);
    if booked && it.kind == TransactionKind::OutboundBank {
        says(Aspect::Booked(Kind::Transaction), weight(it.amount.minor()));
    }
}

/// What was taken when it settled, by the row: the fee comes on top where the payees do not bear it.
fn taken(it: &Transaction) -> i128 {
    let on_top = match it.fee.bearer {
        Bearer::Payer | Bearer::Platform => it.fee.minor,
        Bearer::Payees => 0,
    };
    let (amount, on_top) = (weight(it.amount.minor()), weight(on_top));
    match (it.status, it.kind) {
        (TransactionStatus::Settled, TransactionKind::Internal) => {
            weight(it.captured).wrapping_add(on_top)
        }
        (TransactionStatus::Settled, TransactionKind::InboundBank) => weight(it.captured),
        (
            TransactionStatus::Settled | TransactionStatus::Returned,
            TransactionKind::OutboundBank,
        ) => amount.wrapping_add(on_top),
        (TransactionStatus::Settled, TransactionKind::Fee | TransactionKind::Adjustment) => amount,
        (
            TransactionStatus::Created
            | TransactionStatus::InReview
            | TransactionStatus::Authorised
            | TransactionStatus::Submitted
            | TransactionStatus::Cancelled
            | TransactionStatus::Expired
            | TransactionStatus::Failed
            | TransactionStatus::Returned,
            _,
        ) => weight(it.captured),
    }
}

/// What the row still reserves; a hold's reservation is the hold's own statement.
fn reserved(it: &Transaction) -> i128 {
    if !by_rail(it) {
        return 0;
    }
    let amount = weight(it.amount.minor());
    match it.kind {
        TransactionKind::OutboundBank => amount.wrapping_add(weight(it.fee.minor)),
        TransactionKind::InboundBank
        | TransactionKind::Internal
        | TransactionKind::Fee
        | TransactionKind::Adjustment => amount,
    }
}

/// Whether a rail has been told to send this transaction's money, and has not said how it ended.
fn by_rail(it: &Transaction) -> bool {
    let open = it.rail.as_ref().is_some_and(|rail| rail.outcome != Outcome::Final);
    match it.kind {
        TransactionKind::OutboundBank => it.status == TransactionStatus::Submitted,
        TransactionKind::InboundBank => it.status == TransactionStatus::InReview && open,
        TransactionKind::Internal | TransactionKind::Fee | TransactionKind::Adjustment => false,
    }
}

/// What of it stands in clearing, by the row: the instruction adds what the bank booked outwards.
fn in_clearing(it: &Transaction) -> i128 {
    let amount = weight(it.amount.minor());
    let has_come = match (&it.rail, it.kind) {
        (Some(rail), TransactionKind::InboundBank) if !rail.booked => amount,
        _ => 0,
    };
    let has_gone = match (it.status, it.kind) {
        (TransactionStatus::Returned, TransactionKind::InboundBank)
        | (
            TransactionStatus::Settled | TransactionStatus::Returned,
            TransactionKind::OutboundBank,
        ) => amount,
        _ => 0,
    };
    has_come.wrapping_sub(has_gone)
}

fn of_hold(platform: PlatformId, it: &Hold, sink: &mut impl Sink) {
    let asset = it.amount.asset();
    let transaction = Subject { platform, id: *it.transaction.as_bytes() };
    let posted = weight(it.posted);
    sink.add(Side::Derived, transaction, &money(Aspect::HoldPosted, asset), posted);
    if it.status == HoldStatus::Active {
        let debits = it.reserved.iter().filter(|leg| leg.direction == Direction::Debit);
        let sum = debits.fold(0, |sum: i128, leg| sum.wrapping_add(weight(leg.minor)));
        sink.add(Side::Stored, transaction, &money(Aspect::Pending, asset), sum);
    }
}

fn of_refund(platform: PlatformId, it: &Refund, sink: &mut impl Sink) {
    let (asset, amount) = (it.amount.asset(), weight(it.amount.minor()));
    let transaction = Subject { platform, id: *it.transaction.as_bytes() };
    let refund = Subject { platform, id: *it.id.as_bytes() };
    let mut says = |subject, aspect, weight| {
        let side = if aspect == Aspect::Refunded { Side::Derived } else { Side::Stored };
        sink.add(side, subject, &money(aspect, asset), weight);
    };
    match it.status {
        RefundStatus::Submitted => {
            says(transaction, Aspect::Refunded, amount);
            let reserved = amount.wrapping_add(weight(it.fee_returned));
            says(transaction, Aspect::Pending, reserved);
            says(refund, Aspect::InFlight(Kind::Refund), amount);
        }
        RefundStatus::Settled => {
            says(transaction, Aspect::Refunded, amount);
            if it.rail.is_some() {
                says(refund, Aspect::Clearing(Kind::Refund), amount.wrapping_neg());
            }
        }
        RefundStatus::Failed => {}
    }
    if it.rail.as_ref().is_some_and(|rail| rail.booked) {
        says(refund, Aspect::Booked(Kind::Refund), amount);
    }
}

fn of_instruction(platform: PlatformId, it: &Instruction, sink: &mut impl Sink) {
    let (asset, amount) = (it.amount.asset(), weight(it.amount.minor()));
    let (id, kind) = match it.serves {
        Serves::Payout(id) | Serves::Return(id) => (*id.as_bytes(), Kind::Transaction),
        Serves::Refund(id) => (*id.as_bytes(), Kind::Refund),
    };
    let subject = Subject { platform, id };
    let mut says = |side, aspect, weight| sink.add(side, subject, &money(aspect, asset), weight);
    if it.state != InstructionState::Done {
        says(Side::Derived, Aspect::InFlight(kind), amount);
    }
    let mut cleared = |booked, returned| {
        // What came back had gone before; of a payout its own row says so.
        let gone = returned && !matches!(it.serves, Serves::Payout(_));
        let gone = if gone { amount } else { 0 };
        let booked = if booked { amount } else { 0 };
        says(Side::Stored, Aspect::Clearing(kind), booked.wrapping_sub(gone));
    };
    cleared(it.booked, it.returned);
    for EarlierAttempt { booked, returned } in &it.earlier {
        cleared(*booked, *returned);
    }
    if it.booked && !matches!(it.serves, Serves::Return(_)) {
        says(Side::Derived, Aspect::Booked(kind), amount);
    }
}

const fn money<'a>(aspect: Aspect, asset: Asset) -> Item<'a> {
    Item::Money { aspect, asset }
}

/// Minor units as a weight; amounts and sums of a few of them fit, a wrong one wraps and is unequal.
pub(super) const fn weight(minor: u128) -> i128 {
    minor.cast_signed()
}
