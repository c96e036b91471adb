//! What rails say: answers to instructions, and notices of what happened. Repetitions change nothing.
//!
//! Notices may come in any order: a booking before its settlement, a return before both. Each takes
//! its own legs, so that the clearing account is back at zero once all have come.

use ledger::{Chart, Direction, Layer, TransactionId, hold};
use money::Amount;

use crate::command::{RailAnswer, RailNotice};
use crate::draft::{Decision, Draft, not_found};
use crate::resources::{
    Account, Attempt, Capability, Instruction, InstructionState, Kind, Outcome, RailSide, Refund,
    Resource, Serves, Transaction,
};
use crate::states::{AccountStatus, RefundStatus, TransactionStatus};
use crate::view::{Key, Stop};

use super::fees::Side;
use super::inbound::{self, Credit};
use super::payout::{self, clearing};
use super::{refunds, usage};

/// What an instruction serves, loaded.
struct Case<'a> {
    draft: Draft<'a>,
    /// The attempt that the rail speaks of.
    attempt: Attempt,
    instruction: Instruction,
    transaction: Transaction,
    refund: Option<Refund>,
}

/// Takes in a rail's answer to an instruction.
pub(super) fn answer(
    draft: Draft<'_>,
    attempt: Attempt,
    answer: &RailAnswer,
) -> Result<Decision, Stop> {
    let mut case = Case::load(draft, attempt)?;
    if !case.is_latest() {
        return case.unchanged();
    }
    match case.instruction.state {
        InstructionState::Written | InstructionState::Unknown => {}
        InstructionState::Accepted | InstructionState::Done => return case.unchanged(),
    }
    match answer {
        RailAnswer::Rejected { .. } if case.instruction.booked => return case.unchanged(),
        RailAnswer::Rejected { reason } => return case.fail(reason),
        RailAnswer::NoAnswer if case.instruction.state == InstructionState::Unknown => {
            return case.unchanged();
        }
        RailAnswer::NoAnswer => {
            case.instruction.state = InstructionState::Unknown;
            case.told(Outcome::Unknown, None);
        }
        RailAnswer::Accepted { bank_id } => {
            case.instruction.state = InstructionState::Accepted;
            case.told(Outcome::Accepted, Some(bank_id));
        }
    }
    case.finish()
}

/// Takes in what a rail tells of by itself.
pub(super) fn notice(draft: Draft<'_>, notice: &RailNotice) -> Result<Decision, Stop> {
    match notice {
        RailNotice::Credit { bank_id, amount, reference, payer, step } => {
            let credit = Credit { bank_id, amount: *amount, reference, payer, step: *step };
            inbound::credit(draft, &credit)
        }
        RailNotice::Settled { attempt, bank_id } => {
            let case = Case::load(draft, *attempt)?;
            if case.is_open() { case.settle(bank_id) } else { case.unchanged() }
        }
        RailNotice::Booked { attempt } => Case::load(draft, *attempt)?.book_out(),
        RailNotice::Failed { attempt, reason } => {
            let case = Case::load(draft, *attempt)?;
            // What was booked has been sent, whatever is said of it.
            let fails = case.is_open() && !case.instruction.booked;
            if fails { case.fail(reason) } else { case.unchanged() }
        }
        RailNotice::Returned { attempt, reason } => Case::load(draft, *attempt)?.come_back(reason),
    }
}

impl<'a> Case<'a> {
    fn load(draft: Draft<'a>, attempt: Attempt) -> Result<Self, Stop> {
        let id = attempt.id;
        let found = draft.find_key(&Key::Instruction(id))?;
        let Some(instruction) = found.and_then(|found| with_attempt(found, attempt)) else {
            let id = TransactionId::from_bytes(id).to_string();
            return Err(not_found(Kind::Transaction, &id).into());
        };
        let refund: Option<Refund> = match instruction.serves {
            Serves::Refund(id) => Some(draft.fetch(id)?),
            Serves::Payout(_) | Serves::Return(_) => None,
        };
        let transaction = match (instruction.serves, &refund) {
            (Serves::Payout(id) | Serves::Return(id), _) => id,
            (Serves::Refund(_), refund) => {
                refund.as_ref().map_or(TransactionId::from_bytes(id), |refund| refund.transaction)
            }
        };
        let transaction = draft.fetch(transaction)?;
        Ok(Self { draft, attempt, instruction, transaction, refund })
    }

    /// Whether the rail speaks of the latest attempt: of those before it, which are over, there is
    /// only their booking to learn.
    fn is_latest(&self) -> bool {
        self.attempt == self.instruction.attempt()
    }

    /// Whether money is still reserved for the attempt that the rail speaks of.
    fn is_open(&self) -> bool {
        self.is_latest() && self.instruction.state != InstructionState::Done
    }

    fn unchanged(self) -> Result<Decision, Stop> {
        let answer = self.answer_key();
        self.draft.finish(answer)
    }

    fn answer_key(&self) -> Key {
        self.refund
            .as_ref()
            .map_or(Key::Transaction(self.transaction.id), |refund| Key::Refund(refund.id))
    }

    fn rail(&mut self) -> Option<&mut RailSide> {
        match &mut self.refund {
            Some(refund) => refund.rail.as_mut(),
            None => self.transaction.rail.as_mut(),
        }
    }

    /// Notes what is known of the outcome on the payout, refund or return.
    fn told(&mut self, outcome: Outcome, bank_id: Option<&String>) {
        if bank_id.is_some() {
            self.instruction.bank_id = bank_id.cloned();
        }
        // Of a return, `rail` is the side of the money that came in: its id stays that of the credit.
        let outward = self.is_outward();
        if let Some(rail) = self.rail() {
            rail.outcome = outcome;
            if outward && bank_id.is_some() {
                rail.bank_id = bank_id.cloned();
            }
        }
    }

    /// Whether what the rail says is about a payout or refund, not the return of a credit.
    const fn is_outward(&self) -> bool {
        match self.instruction.serves {
            Serves::Payout(_) | Serves::Refund(_) => true,
            Serves::Return(_) => false,
        }
    }

    /// What was reserved for it.
    fn sides(&mut self) -> Result<Vec<Side>, Stop> {
        match (self.instruction.serves, &self.refund) {
            (Serves::Payout(_), _) => payout::sides(&mut self.draft, &self.transaction),
            (Serves::Refund(_), Some(refund)) => {
                refunds::sides_by_rail(&mut self.draft, &self.transaction, refund)
            }
            (Serves::Return(_) | Serves::Refund(_), _) => {
                return_sides(&mut self.draft, self.instruction.amount)
            }
        }
    }

    fn settle(mut self, bank_id: &String) -> Result<Decision, Stop> {
        self.post()?;
        self.told(Outcome::Final, Some(bank_id));
        self.set_status(TransactionStatus::Settled, RefundStatus::Settled, None);
        self.finish()
    }

    /// Posts what was reserved.
    fn post(&mut self) -> Result<(), Stop> {
        let sides = self.sides()?;
        self.draft.legs(hold::void(&sides));
        for (account, direction, amount) in sides {
            self.draft.leg(account, direction, Layer::Posted, amount);
        }
        self.instruction.state = InstructionState::Done;
        Ok(())
    }

    fn fail(mut self, reason: &str) -> Result<Decision, Stop> {
        let sides = self.sides()?;
        self.draft.legs(hold::void(&sides));
        self.instruction.state = InstructionState::Done;
        self.told(Outcome::Final, None);
        self.undo()?;
        self.set_status(TransactionStatus::Failed, RefundStatus::Failed, Some(reason));
        self.finish()
    }

    /// Takes back what was counted for something that did not happen.
    fn undo(&mut self) -> Result<(), Stop> {
        if let Some(refund) = &self.refund {
            refunds::uncount(&mut self.transaction, refund);
            refunds::uncount_fee(&mut self.transaction, refund);
            return Ok(());
        }
        let (Serves::Payout(_), Some(payer)) = (self.instruction.serves, self.transaction.payer)
        else {
            return Ok(());
        };
        let payer: Account = self.draft.fetch(payer)?;
        let Some(customer) = payer.customer else { return Ok(()) };
        let counted = (self.transaction.amount, self.transaction.counted_at);
        usage::give_back(&mut self.draft, customer, Capability::SendBank, counted)
    }

    fn set_status(&mut self, of: TransactionStatus, of_refund: RefundStatus, reason: Option<&str>) {
        let reason = reason.map(str::to_owned);
        match (&mut self.refund, self.instruction.serves) {
            (Some(refund), _) => {
                refund.status = of_refund;
                refund.meta.status_reason = reason;
            }
            (None, Serves::Return(_)) if of == TransactionStatus::Settled => {
                self.transaction.status = TransactionStatus::Returned;
                self.transaction.meta.status_reason = reason;
            }
            (None, Serves::Return(_)) => {
                self.transaction.status = TransactionStatus::InReview;
                self.transaction.meta.status_reason = reason;
            }
            (None, Serves::Payout(_) | Serves::Refund(_)) => {
                self.transaction.status = of;
                self.transaction.meta.status_reason = reason;
            }
        }
    }

    /// The bank has sent it from the safeguarding account.
    fn book_out(mut self) -> Result<Decision, Stop> {
        match self.instruction.booked_of(self.attempt) {
            Some(booked) if !*booked => *booked = true,
            Some(_) | None => return self.unchanged(),
        }
        let amount = self.instruction.amount;
        let clearing = clearing(&mut self.draft, amount)?;
        let safeguarding = self.draft.internal(Chart::Safeguarding, amount.asset())?;
        self.draft.leg(clearing, Direction::Debit, Layer::Posted, amount);
        self.draft.leg(safeguarding, Direction::Credit, Layer::Posted, amount);
        // The credit that a return sends back is booked by its own notice.
        if let (true, Some(rail)) = (self.is_outward(), self.rail()) {
            rail.booked = true;
        }
        self.finish()
    }

    /// The money came back: onto the safeguarding account, and to whoever it was taken from.
    fn come_back(mut self, reason: &str) -> Result<Decision, Stop> {
        if !self.is_latest() || self.instruction.returned {
            return self.unchanged();
        }
        self.instruction.returned = true;
        if self.is_open() {
            self.post()?;
        } else if !self.was_sent() {
            return self.unchanged();
        }
        let amount = self.instruction.amount;
        let safeguarding = self.draft.internal(Chart::Safeguarding, amount.asset())?;
        self.draft.leg(safeguarding, Direction::Debit, Layer::Posted, amount);
        self.give_to_whom_it_was_taken_from(amount)?;
        self.told(Outcome::Final, None);
        // The fee that a refund gave back stays with its bearers, so it stays counted.
        if let Some(refund) = &self.refund {
            refunds::uncount(&mut self.transaction, refund);
        }
        let status = match self.instruction.serves {
            Serves::Return(_) => TransactionStatus::InReview,
            Serves::Payout(_) | Serves::Refund(_) => TransactionStatus::Returned,
        };
        self.set_status(status, RefundStatus::Failed, Some(reason));
        self.finish()
    }

    /// Whether it was settled, not failed. A return that failed may be settled as what it was assigned to.
    fn was_sent(&self) -> bool {
        let status = self.transaction.status;
        match (self.instruction.serves, &self.refund) {
            (Serves::Refund(_), refund) => {
                refund.as_ref().is_some_and(|refund| refund.status == RefundStatus::Settled)
            }
            (Serves::Payout(_), _) => status == TransactionStatus::Settled,
            (Serves::Return(_), _) => status == TransactionStatus::Returned,
        }
    }

    fn give_to_whom_it_was_taken_from(&mut self, amount: Amount) -> Result<(), Stop> {
        let asset = amount.asset();
        let takers: Vec<(ledger::AccountId, u128)> = match (&self.refund, self.transaction.payer) {
            (Some(refund), _) => refund.legs.iter().map(|leg| (leg.account, leg.minor)).collect(),
            (None, Some(payer)) => vec![(payer, amount.minor())],
            (None, None) => Vec::new(),
        };
        if takers.is_empty() {
            let unallocated = self.draft.internal(Chart::Unallocated, asset)?;
            self.draft.leg(unallocated, Direction::Credit, Layer::Posted, amount);
        }
        for (account, minor) in takers {
            let found: Account = self.draft.fetch(account)?;
            // What comes back to an account that takes nothing in is unallocated money of its own.
            let open = matches!(found.status, AccountStatus::Open | AccountStatus::FrozenOut);
            let to = if open { account } else { self.draft.internal(Chart::Unallocated, asset)? };
            let part = super::checks::minor(asset, minor)?;
            self.draft.leg(to, Direction::Credit, Layer::Posted, part);
            if let (false, Some(rail)) = (open, self.rail().cloned()) {
                inbound::stray(&mut self.draft, part, &self.instruction.reference, rail)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Decision, Stop> {
        let at = self.draft.at();
        let answer = self.answer_key();
        let moved = self.draft.has_legs();
        if moved {
            self.transaction.transition_no = self.transaction.transition_no.saturating_add(1);
            let (id, number) = (self.transaction.id, self.transaction.transition_no);
            self.draft.entry_of(id, number, self.draft.business());
        }
        if let Some(mut refund) = self.refund {
            refund.meta.touch(at);
            self.draft.put(refund)?;
        }
        if moved || matches!(answer, Key::Transaction(_)) {
            self.transaction.meta.touch(at);
            self.draft.put(self.transaction)?;
        }
        self.draft.put_resource(Resource::Instruction(self.instruction))?;
        self.draft.finish(answer)
    }
}

/// The instruction, if it ever had this attempt.
fn with_attempt(found: Resource, attempt: Attempt) -> Option<Instruction> {
    let Resource::Instruction(mut instruction) = found else { return None };
    instruction.booked_of(attempt).is_some().then_some(instruction)
}

/// Both sides of sending unallocated money back.
pub(super) fn return_sides(draft: &mut Draft<'_>, amount: Amount) -> Result<Vec<Side>, Stop> {
    let unallocated = draft.internal(Chart::Unallocated, amount.asset())?;
    let clearing = clearing(draft, amount)?;
    Ok(vec![(unallocated, Direction::Debit, amount), (clearing, Direction::Credit, amount)])
}

/// Reserves unallocated money and tells the rail to send it back to who paid: anew, where it came back.
pub(super) fn send_back(
    mut draft: Draft<'_>,
    mut transaction: Transaction,
    reason: Option<String>,
) -> Result<Decision, Stop> {
    draft.has_rail()?;
    let id = *transaction.id.as_bytes();
    let sides = return_sides(&mut draft, transaction.amount)?;
    draft.legs(hold::reserve(&sides));
    transaction.transition_no = transaction.transition_no.saturating_add(1);
    transaction.meta.touch(draft.at());
    transaction.meta.status_reason = reason.or_else(|| Some("being_returned".to_owned()));
    draft.entry_of(transaction.id, transaction.transition_no, draft.business());
    let answer = Key::Transaction(transaction.id);
    let before = draft.find_key(&Key::Instruction(id))?;
    let earlier = if let Some(Resource::Instruction(before)) = before {
        before.into_earlier()
    } else {
        Vec::new()
    };
    if let Some(rail) = &mut transaction.rail {
        rail.outcome = Outcome::Waiting;
        let beneficiary = rail.details.clone();
        draft.put_resource(Resource::Instruction(Instruction {
            id,
            serves: Serves::Return(transaction.id),
            amount: transaction.amount,
            reference: format!("RETURN {}", transaction.reference),
            beneficiary,
            behaviour: None,
            state: InstructionState::Written,
            bank_id: None,
            booked: false,
            returned: false,
            earlier,
        }))?;
    }
    draft.put(transaction)?;
    draft.finish(answer)
}
