//! Money from a bank: expected, matched, or unallocated, but never refused.

use ledger::{AccountId, Chart, Direction, Layer, TransactionId};
use money::Amount;
use sha2::{Digest, Sha256};

use crate::bank::BankDetails;
use crate::command::{CreditStep, Expect};
use crate::draft::{Decision, Draft};
use crate::limits::REFERENCE_BYTES_MAX;
use crate::meta::{Labels, text};
use crate::rejected::Rejected;
use crate::resources::{
    Bearer, Capability, Fee, Kind, Outcome, RailSide, Share, Transaction, TransactionKind,
};
use crate::states::TransactionStatus;
use crate::view::{Key, NameKind, Stop};

use super::checks::{self, capable, in_asset, minor, party, positive, takes_in, value_date, words};
use super::payout::clearing;
use super::{fees, usage};

/// Decides [`Expect`]: a reference that a payer will quote, with the amount.
pub(super) fn expect(mut draft: Draft<'_>, command: &Expect) -> Result<Decision, Stop> {
    words("", command.description.as_ref())?;
    command.labels.check()?;
    positive(command.amount)?;
    let payee = party(&draft, command.payee)?;
    let id = draft.mint();
    let reference = expected_reference(&draft, command, id)?;
    draft.claim(Kind::Transaction, &command.labels, id)?;
    takes_in(&payee.account)?;
    in_asset(&payee.account, command.amount.asset())?;
    let mut transaction = blank(&draft, id, command.amount, &reference);
    transaction.meta = draft.meta(command.labels.clone());
    transaction.status = TransactionStatus::Created;
    transaction.description.clone_from(&command.description);
    transaction.shares = vec![share(command.payee, command.amount)];
    draft.set_name(NameKind::PaymentReference, &normal(&reference), id)?;
    draft.put(transaction)?;
    draft.finish(Key::Transaction(TransactionId::from_bytes(id)))
}

fn expected_reference(draft: &Draft<'_>, command: &Expect, id: [u8; 16]) -> Result<String, Stop> {
    let Some(reference) = &command.reference else {
        return free_reference(draft, NameKind::PaymentReference, "FP", id);
    };
    text("/reference", reference, REFERENCE_BYTES_MAX)?;
    let taken = |detail: &str| Err(Rejected::invalid("/reference", detail.to_owned()).into());
    if normal(reference).is_empty() {
        return taken("must have a letter or a digit");
    }
    if draft.name(NameKind::AccountReference, &normal(reference))?.is_some() {
        return taken("is an account's reference");
    }
    let Some(holder) = draft.name(NameKind::PaymentReference, &normal(reference))? else {
        return Ok(reference.clone());
    };
    let holder: Transaction = draft.fetch(TransactionId::from_bytes(holder))?;
    if holder.status == TransactionStatus::Created {
        return taken("another expected payment has it");
    }
    Ok(reference.clone())
}

/// A credit as the bank tells of it.
pub(super) struct Credit<'c> {
    pub(super) bank_id: &'c str,
    pub(super) amount: Amount,
    pub(super) reference: &'c str,
    pub(super) payer: &'c BankDetails,
    pub(super) step: CreditStep,
}

/// Takes in a credit, or the booking of one. Either may come first; a repetition changes nothing.
pub(super) fn credit(mut draft: Draft<'_>, credit: &Credit<'_>) -> Result<Decision, Stop> {
    positive(credit.amount)?;
    if let Some(known) = draft.name(NameKind::BankCredit, credit.bank_id)? {
        return booked(draft, TransactionId::from_bytes(known), credit.step);
    }
    let (mut transaction, unmatched) = match matched(&draft, credit)? {
        Match::Expected(transaction) => (*transaction, None),
        Match::Account(account) => {
            let mut transaction = fresh(&mut draft, credit);
            transaction.shares = vec![share(account, credit.amount)];
            (transaction, None)
        }
        Match::Nothing(why) => (fresh(&mut draft, credit), Some(why)),
    };
    let why = match unmatched {
        None => refuses(&mut draft, &transaction)?,
        Some(why) => Some(why),
    };
    if why.is_some() && draft.find::<Transaction>(transaction.id)?.is_some() {
        // What was expected stays expected; this money is a transaction of its own.
        transaction = fresh(&mut draft, credit);
    }
    // Expected money happens when it comes, not when it was asked for.
    transaction.counted_at = draft.business();
    transaction.effective_at = draft.business();
    transaction.value_date = value_date(&draft);
    transaction.rail = Some(RailSide {
        details: credit.payer.clone(),
        bank_account: None,
        bank_id: Some(credit.bank_id.to_owned()),
        outcome: Outcome::Final,
        booked: credit.step == CreditStep::Booked,
    });
    let clearing = clearing(&mut draft, credit.amount)?;
    draft.leg(clearing, Direction::Debit, Layer::Posted, credit.amount);
    match why {
        None => allocate(&mut draft, &mut transaction)?,
        Some(why) => unallocate(&mut draft, &mut transaction, why)?,
    }
    if credit.step == CreditStep::Booked {
        book_in(&mut draft, credit.amount)?;
    }
    let id = transaction.id;
    draft.set_name(NameKind::BankCredit, credit.bank_id, *id.as_bytes())?;
    keep(&mut draft, transaction)?;
    draft.finish(Key::Transaction(id))
}

enum Match {
    Expected(Box<Transaction>),
    Account(AccountId),
    Nothing(&'static str),
}

/// By the account's reference, then by an expected payment's with an equal amount.
fn matched(draft: &Draft<'_>, credit: &Credit<'_>) -> Result<Match, Stop> {
    let reference = normal(credit.reference);
    if reference.is_empty() {
        return Ok(Match::Nothing("reference_missing"));
    }
    if let Some(account) = draft.name(NameKind::AccountReference, &reference)? {
        return Ok(Match::Account(AccountId::from_bytes(account)));
    }
    let Some(expected) = draft.name(NameKind::PaymentReference, &reference)? else {
        return Ok(Match::Nothing("reference_unknown"));
    };
    let expected: Transaction = draft.fetch(TransactionId::from_bytes(expected))?;
    if expected.status != TransactionStatus::Created {
        return Ok(Match::Nothing("payment_not_expected"));
    }
    if expected.amount != credit.amount {
        return Ok(Match::Nothing("amount_differs"));
    }
    Ok(Match::Expected(Box::new(expected)))
}

/// Why the matched account cannot take the money, if it cannot.
fn refuses(draft: &mut Draft<'_>, transaction: &Transaction) -> Result<Option<&'static str>, Stop> {
    let Some(share) = transaction.shares.first() else { return Ok(None) };
    let payee = party(draft, share.account)?;
    if let Err(why) = takes_in(&payee.account) {
        return Ok(Some(why.code()));
    }
    if let Err(why) = in_asset(&payee.account, transaction.amount.asset()) {
        return Ok(Some(why.code()));
    }
    if let Err(why) = capable(&payee, Capability::ReceiveBank) {
        return Ok(Some(why.code()));
    }
    let held = payee.account.ledger.counters.credits_posted;
    if held.saturating_add(transaction.amount.minor()) > money::AMOUNT_MAX {
        return Ok(Some("balance_overflow"));
    }
    match usage::count(draft, &payee, Capability::ReceiveBank, transaction.amount) {
        Ok(()) => Ok(None),
        Err(Stop::Rejected(why)) => Ok(Some(why.code())),
        Err(missing @ Stop::Missing(_)) => Err(missing),
    }
}

/// Credits the payee, less the provider's fee.
pub(super) fn allocate(draft: &mut Draft<'_>, transaction: &mut Transaction) -> Result<(), Stop> {
    let amount = transaction.amount;
    for share in transaction.shares.clone() {
        let payee = party(draft, share.account)?;
        let fee = fees::fee(&payee.role, TransactionKind::InboundBank, amount, Bearer::Payees);
        // A fee above what came in would refuse the money: what came in is then all that is taken.
        let fee = match fee {
            Err(Rejected::FeeExceedsAmount { .. }) => amount.minor(),
            other => other?.minor,
        };
        transaction.fee.minor = fee;
        fees::lay_on(&mut transaction.shares, minor(amount.asset(), fee)?)?;
        let net = minor(amount.asset(), share.gross.saturating_sub(fee))?;
        draft.leg(share.account, Direction::Credit, Layer::Posted, net);
    }
    for (account, direction, amount) in fees::sides(draft, transaction.fee, amount)? {
        draft.leg(account, direction, Layer::Posted, amount);
    }
    transaction.status = TransactionStatus::Settled;
    transaction.captured = amount.minor();
    Ok(())
}

fn unallocate(
    draft: &mut Draft<'_>,
    transaction: &mut Transaction,
    why: &'static str,
) -> Result<(), Stop> {
    let unallocated = draft.internal(Chart::Unallocated, transaction.amount.asset())?;
    draft.leg(unallocated, Direction::Credit, Layer::Posted, transaction.amount);
    transaction.meta.status_reason = Some(why.to_owned());
    transaction.shares.clear();
    transaction.status = TransactionStatus::InReview;
    Ok(())
}

fn fresh(draft: &mut Draft<'_>, credit: &Credit<'_>) -> Transaction {
    let id = draft.mint();
    blank(draft, id, credit.amount, credit.reference)
}

fn keep(draft: &mut Draft<'_>, mut transaction: Transaction) -> Result<(), Stop> {
    transaction.transition_no = transaction.transition_no.saturating_add(1);
    if draft.find::<Transaction>(transaction.id)?.is_some() {
        transaction.meta.touch(draft.at());
    }
    draft.entry_of(transaction.id, transaction.transition_no, draft.business());
    draft.put(transaction)
}

fn booked(mut draft: Draft<'_>, id: TransactionId, step: CreditStep) -> Result<Decision, Stop> {
    let mut transaction: Transaction = draft.fetch(id)?;
    let amount = transaction.amount;
    let answer = Key::Transaction(id);
    match (&mut transaction.rail, step) {
        (Some(rail), CreditStep::Booked) if !rail.booked => rail.booked = true,
        _ => return draft.finish(answer),
    }
    book_in(&mut draft, amount)?;
    keep(&mut draft, transaction)?;
    draft.finish(answer)
}

/// The bank has the money on the safeguarding account.
pub(super) fn book_in(draft: &mut Draft<'_>, amount: Amount) -> Result<(), Stop> {
    let safeguarding = draft.internal(Chart::Safeguarding, amount.asset())?;
    let clearing = clearing(draft, amount)?;
    draft.leg(safeguarding, Direction::Debit, Layer::Posted, amount);
    draft.leg(clearing, Direction::Credit, Layer::Posted, amount);
    Ok(())
}

/// Money in `unallocated` that came back to an account that takes nothing in: to be assigned or returned.
pub(super) fn stray(
    draft: &mut Draft<'_>,
    amount: Amount,
    reference: &str,
    rail: RailSide,
) -> Result<(), Stop> {
    let id = draft.mint();
    let mut transaction = blank(draft, id, amount, reference);
    transaction.status = TransactionStatus::InReview;
    transaction.meta.status_reason = Some("returned_to_closed_account".to_owned());
    transaction.rail = Some(RailSide { booked: true, outcome: Outcome::Final, ..rail });
    draft.put(transaction)
}

const fn share(account: AccountId, amount: Amount) -> Share {
    Share { account, gross: amount.minor(), fee: 0, returned: 0, fee_returned: 0 }
}

fn blank(draft: &Draft<'_>, id: [u8; 16], amount: Amount, reference: &str) -> Transaction {
    Transaction {
        id: TransactionId::from_bytes(id),
        meta: draft.meta(Labels::default()),
        kind: TransactionKind::InboundBank,
        status: TransactionStatus::Created,
        amount,
        payer: None,
        shares: Vec::new(),
        fee: Fee { minor: 0, bearer: Bearer::Payees, returned: 0, returned_for: 0 },
        captured: 0,
        refunded: 0,
        reference: reference.to_owned(),
        description: None,
        rail: None,
        hold: None,
        transition_no: 0,
        counted_at: draft.business(),
        effective_at: draft.business(),
        value_date: value_date(draft),
    }
}

/// A reference as it is compared: letters and digits, upper case.
pub(super) fn normal(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// A short reference made from an id, that nobody has yet.
pub(super) fn free_reference(
    draft: &Draft<'_>,
    kind: NameKind,
    prefix: &str,
    id: [u8; 16],
) -> Result<String, Stop> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for attempt in 0..16_u8 {
        let digest = Sha256::new().chain_update(id).chain_update([attempt]).finalize();
        let letters: String = digest
            .iter()
            .take(10)
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
            .map(|letter| char::from(*letter))
            .collect();
        let reference = format!("{prefix}-{letters}");
        if draft.name(kind, &normal(&reference))?.is_none() {
            return Ok(reference);
        }
    }
    Err(Rejected::invalid("/reference", "no free reference; give one".to_owned()).into())
}

/// Assigns unallocated money to a customer's account.
pub(super) fn assign(
    mut draft: Draft<'_>,
    mut transaction: Transaction,
    account: AccountId,
) -> Result<Decision, Stop> {
    let payee = party(&draft, account)?;
    takes_in(&payee.account)?;
    in_asset(&payee.account, transaction.amount.asset())?;
    capable(&payee, Capability::ReceiveBank)?;
    checks::positive(transaction.amount)?;
    usage::count_unlimited(&mut draft, &payee, Capability::ReceiveBank, transaction.amount)?;
    let unallocated = draft.internal(Chart::Unallocated, transaction.amount.asset())?;
    draft.leg(unallocated, Direction::Debit, Layer::Posted, transaction.amount);
    transaction.shares = vec![share(account, transaction.amount)];
    allocate(&mut draft, &mut transaction)?;
    transaction.effective_at = draft.business();
    let id = transaction.id;
    keep(&mut draft, transaction)?;
    draft.finish(Key::Transaction(id))
}
