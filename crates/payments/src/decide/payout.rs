//! A payout: reserved in the ledger, written as an instruction, and moved on by what the rail says.

use ledger::{Chart, Direction, Rail, TransactionId, hold};
use money::Amount;

use crate::command::PayOut;
use crate::draft::{Decision, Draft, not_found};
use crate::rejected::Rejected;
use crate::resources::{
    BankAccount, Bearer, Capability, Instruction, InstructionState, Kind, Outcome, RailSide,
    Resource, Serves, Transaction, TransactionKind,
};
use crate::states::{BankAccountStatus, Machine, TransactionStatus};
use crate::view::{Key, Stop};

use super::checks::{capable, in_asset, minor, party, pays_out, positive, value_date, words};
use super::fees::{self, Side};
use super::usage;

/// Decides [`PayOut`].
pub(super) fn pay_out(mut draft: Draft<'_>, command: &PayOut) -> Result<Decision, Stop> {
    words(&command.reference, command.description.as_ref())?;
    command.labels.check()?;
    if command.bearer == Bearer::Payees {
        let detail = "a payout's fee is borne by payer or platform".to_owned();
        return Err(Rejected::invalid("/fee_bearer", detail).into());
    }
    positive(command.amount)?;
    let payer = party(&draft, command.payer)?;
    let bank_account: BankAccount = draft.fetch(command.bank_account)?;
    if bank_account.customer != payer.customer.id {
        return Err(not_found(Kind::BankAccount, &command.bank_account.to_string()).into());
    }
    let id = draft.mint();
    draft.claim(Kind::Transaction, &command.labels, id)?;
    pays_out(&payer.account)?;
    if bank_account.status != BankAccountStatus::Verified {
        let (bank_account, status) = (bank_account.id.to_string(), bank_account.status.code());
        return Err(Rejected::BankAccountNotVerified { bank_account, status }.into());
    }
    in_asset(&payer.account, command.amount.asset())?;
    draft.has_rail()?;
    capable(&payer, Capability::SendBank)?;
    let kind = TransactionKind::OutboundBank;
    let fee = fees::fee(&payer.role, kind, command.amount, command.bearer)?;
    usage::count(&mut draft, &payer, Capability::SendBank, command.amount)?;
    let transaction = Transaction {
        id: TransactionId::from_bytes(id),
        meta: draft.meta(command.labels.clone()),
        kind,
        status: TransactionStatus::Submitted,
        amount: command.amount,
        payer: Some(command.payer),
        shares: Vec::new(),
        fee,
        captured: 0,
        refunded: 0,
        reference: command.reference.clone(),
        description: command.description.clone(),
        rail: Some(waiting(&bank_account)),
        hold: None,
        transition_no: 1,
        counted_at: draft.business(),
        effective_at: draft.business(),
        value_date: value_date(&draft),
    };
    let sides = sides(&mut draft, &transaction)?;
    draft.legs(hold::reserve(&sides));
    draft.entry_of(transaction.id, 1, transaction.effective_at);
    draft.put_resource(Resource::Instruction(Instruction {
        id,
        serves: Serves::Payout(transaction.id),
        amount: command.amount,
        reference: command.reference.clone(),
        beneficiary: bank_account.details,
        behaviour: command.behaviour.clone(),
        state: InstructionState::Written,
        bank_id: None,
        booked: false,
        returned: false,
        earlier: Vec::new(),
    }))?;
    let answer = Key::Transaction(transaction.id);
    draft.put(transaction)?;
    draft.finish(answer)
}

fn waiting(bank_account: &BankAccount) -> RailSide {
    RailSide {
        details: bank_account.details.clone(),
        bank_account: Some(bank_account.id),
        bank_id: None,
        outcome: Outcome::Waiting,
        booked: false,
    }
}

/// Both sides of a payout: the payer with what it bears, the clearing account, the fee.
pub(super) fn sides(draft: &mut Draft<'_>, transaction: &Transaction) -> Result<Vec<Side>, Stop> {
    let (amount, fee) = (transaction.amount, transaction.fee);
    let on_top = if fee.bearer == Bearer::Payer { fee.minor } else { 0 };
    let taken = minor(amount.asset(), amount.minor().saturating_add(on_top))?;
    let clearing = clearing(draft, amount)?;
    let mut sides = Vec::with_capacity(4);
    if let Some(payer) = transaction.payer {
        sides.push((payer, Direction::Debit, taken));
    }
    sides.push((clearing, Direction::Credit, amount));
    sides.extend(fees::sides(draft, fee, amount)?);
    Ok(sides)
}

/// The clearing account that money of the bank passes through.
pub(super) fn clearing(draft: &mut Draft<'_>, amount: Amount) -> Result<ledger::AccountId, Stop> {
    draft.internal(Chart::Clearing(Rail::Bank), amount.asset())
}
