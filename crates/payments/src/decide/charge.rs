//! What the provider takes or corrects by itself: fees and adjustments. Operators only.

use ledger::{Chart, Direction, Layer, Timestamp, TransactionId};
use money::Amount;

use crate::command::{Adjust, Charge};
use crate::draft::{Decision, Draft};
use crate::meta::Labels;
use crate::rejected::Rejected;
use crate::resources::{Account, Bearer, Fee, Kind, Share, Transaction, TransactionKind};
use crate::states::TransactionStatus;
use crate::view::{Key, Stop};

use super::checks::{effective, in_asset, party, pays_out, positive, takes_in, value_date, words};

/// Decides [`Charge`].
pub(super) fn charge(draft: Draft<'_>, command: &Charge) -> Result<Decision, Stop> {
    correct(
        draft,
        TransactionKind::Fee,
        &Adjust {
            account: command.account,
            direction: Direction::Debit,
            amount: command.amount,
            against: Chart::Fees,
            reference: command.reference.clone(),
            description: command.description.clone(),
            effective_at: None,
            labels: command.labels.clone(),
        },
    )
}

/// Decides [`Adjust`].
pub(super) fn adjust(draft: Draft<'_>, command: &Adjust) -> Result<Decision, Stop> {
    match command.against {
        Chart::Fees | Chart::Loss | Chart::OperatorEquity => {}
        Chart::Safeguarding | Chart::Clearing(_) | Chart::Customer | Chart::Unallocated => {
            let detail = "must be income:fees, expense:loss or equity:operator".to_owned();
            return Err(Rejected::invalid("/against", detail).into());
        }
    }
    correct(draft, TransactionKind::Adjustment, command)
}

fn correct(
    mut draft: Draft<'_>,
    kind: TransactionKind,
    command: &Adjust,
) -> Result<Decision, Stop> {
    words(&command.reference, command.description.as_ref())?;
    command.labels.check()?;
    positive(command.amount)?;
    let account = party(&draft, command.account)?.account;
    let id = draft.mint();
    draft.claim(Kind::Transaction, &command.labels, id)?;
    if !draft.by_operator() {
        let (kind, to) = ("transaction", kind.code().to_owned());
        return Err(Rejected::OperatorRequired { kind, to }.into());
    }
    let effective_at = effective(&draft, command.effective_at, &account)?;
    check_state(&account, command)?;
    let against = draft.internal(command.against, command.amount.asset())?;
    draft.leg(command.account, command.direction, Layer::Posted, command.amount);
    draft.leg(against, command.direction.opposite(), Layer::Posted, command.amount);
    let transaction = settled(&draft, id, kind, command, effective_at);
    draft.entry_of(transaction.id, 1, effective_at);
    let answer = Key::Transaction(transaction.id);
    draft.put(transaction)?;
    draft.finish(answer)
}

fn check_state(account: &Account, command: &Adjust) -> Result<(), Rejected> {
    match command.direction {
        Direction::Debit => pays_out(account)?,
        Direction::Credit => takes_in(account)?,
    }
    in_asset(account, command.amount.asset())
}

fn settled(
    draft: &Draft<'_>,
    id: [u8; 16],
    kind: TransactionKind,
    command: &Adjust,
    effective_at: Timestamp,
) -> Transaction {
    let amount: Amount = command.amount;
    let gives = command.direction == Direction::Credit;
    let share = Share {
        account: command.account,
        gross: amount.minor(),
        fee: 0,
        returned: 0,
        fee_returned: 0,
    };
    let labels: Labels = command.labels.clone();
    Transaction {
        id: TransactionId::from_bytes(id),
        meta: draft.meta(labels),
        kind,
        status: TransactionStatus::Settled,
        amount,
        payer: (!gives).then_some(command.account),
        shares: if gives { vec![share] } else { Vec::new() },
        fee: Fee { minor: 0, bearer: Bearer::Payer, returned: 0, returned_for: 0 },
        captured: 0,
        refunded: 0,
        reference: command.reference.clone(),
        description: command.description.clone(),
        rail: None,
        hold: None,
        transition_no: 1,
        counted_at: draft.business(),
        effective_at,
        value_date: value_date(draft),
    }
}
