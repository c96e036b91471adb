//! What the sandbox routes share: behaviours, collection accounts, and answers given once.
//!
//! The sandbox bank is not behind the writer: it knows repeated requests again by itself, in its own
//! file, also after a restart.

use std::sync::PoisonError;

use api::sandbox::{BehaviourName, SandboxCredit, SandboxFaults, SandboxPayout, SandboxReset};
use ledger::PlatformId;
use money::Asset;
use payments::resources::served_by;
use processor::Presented;
use rails::{Answered, Asked, Behaviour, Faults, Request};
use store::Reads;

use crate::failure::Failure;
use crate::limits::DELAY_SECONDS_MAX;
use crate::problems::{at, of_bank, problem};
use crate::render;
use crate::requests::Post;
use crate::routes::Answer;
use crate::service::{Done, Service};

/// How the bank should act, as the bank has it.
pub(crate) fn behaviour(
    pointer: &str,
    said: Option<&api::sandbox::Behaviour>,
) -> Result<Option<Behaviour>, Failure> {
    let Some(said) = said else { return Ok(None) };
    let api::sandbox::Behaviour { behaviour, after_seconds, reason } = said;
    if after_seconds.is_some_and(|seconds| seconds > DELAY_SECONDS_MAX) {
        let detail = format!("at most {DELAY_SECONDS_MAX}");
        return Err(at("field_invalid", format!("{pointer}/after_seconds"), detail));
    }
    let takes = (takes_seconds(*behaviour), takes_reason(*behaviour));
    if after_seconds.is_some() && !takes.0 {
        let detail = "goes with settle_late and returned only";
        return Err(at("field_invalid", format!("{pointer}/after_seconds"), detail));
    }
    if reason.is_some() && !takes.1 {
        let detail = "goes with returned and rejected only";
        return Err(at("field_invalid", format!("{pointer}/reason"), detail));
    }
    let reason = |otherwise: &str| reason.clone().unwrap_or_else(|| otherwise.to_owned());
    Ok(Some(match behaviour {
        BehaviourName::SettleAtOnce => Behaviour::SettleAtOnce,
        BehaviourName::SettleLate => {
            Behaviour::SettleLate { after_seconds: after_seconds.unwrap_or(rails::LATE_SECONDS) }
        }
        BehaviourName::SettleNever => Behaviour::SettleNever,
        BehaviourName::SettleTwice => Behaviour::SettleTwice,
        BehaviourName::OutOfOrder => Behaviour::OutOfOrder,
        BehaviourName::Returned => Behaviour::Returned {
            reason: reason(rails::REASON_RETURNED),
            after_seconds: after_seconds.unwrap_or(0),
        },
        BehaviourName::Rejected => Behaviour::Rejected { reason: reason(rails::REASON_REJECTED) },
        BehaviourName::NoAnswer => Behaviour::NoAnswer,
    }))
}

const fn takes_seconds(name: BehaviourName) -> bool {
    matches!(name, BehaviourName::SettleLate | BehaviourName::Returned)
}

const fn takes_reason(name: BehaviourName) -> bool {
    matches!(name, BehaviourName::Rejected | BehaviourName::Returned)
}

/// A behaviour in the rail's own words, as an instruction carries it.
pub(crate) fn words(behaviour: &Behaviour) -> String {
    // A small enum always serialises; the fallback is unreachable.
    serde_json::to_string(behaviour).unwrap_or_default()
}

/// Bank details as the sandbox bank has them, who cuts long names short.
pub(crate) fn to_rail(details: &payments::bank::BankDetails) -> rails::BankDetails {
    let holder = cut(details.holder(), rails::TEXT_BYTES_MAX).to_owned();
    match details.clone() {
        payments::bank::BankDetails::Uk { sort_code, account_number, .. } => {
            rails::BankDetails::Uk { holder, sort_code, account_number }
        }
        payments::bank::BankDetails::Iban { iban, .. } => rails::BankDetails::Iban { holder, iban },
    }
}

/// The beginning of a text, of whole characters, within so many bytes.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Bank details as the domain has them.
pub(crate) fn from_rail(details: &rails::BankDetails) -> payments::bank::BankDetails {
    match details.clone() {
        rails::BankDetails::Uk { holder, sort_code, account_number } => {
            payments::bank::BankDetails::Uk { holder, sort_code, account_number }
        }
        rails::BankDetails::Iban { holder, iban } => {
            payments::bank::BankDetails::Iban { holder, iban }
        }
    }
}

/// Where payers of a platform send money of an asset; `None` where there is no sandbox bank.
pub(crate) async fn collection_account(
    service: &Service,
    of: (PlatformId, Asset),
) -> Result<Option<api::bank::BankDetails>, Failure> {
    if let Some(known) = service.accounts.get(of) {
        return Ok(Some(known));
    }
    if service.bank.is_none() {
        return Ok(None);
    }
    let platform = of.0.to_string();
    let opened = service.bank(move |bank| bank.collection_account(&platform, of.1)).await?;
    let details = opened.map_err(|error| of_bank(&error))?;
    let details = render::bank(&from_rail(&details));
    service.accounts.put(of, details.clone());
    Ok(Some(details))
}

/// Does what a sandbox request asks for, unless its key had its answer already.
pub(crate) async fn once<T>(service: &Service, post: &Post<T>, request: Request) -> Answer {
    let platform = post.caller.platform()?.to_string();
    let scope = post.caller.key_scope();
    let Some(key) = post.key.as_ref().map(|key| key.0.clone()) else {
        return Err(problem("idempotency_key_missing").into());
    };
    let fingerprint = render::hex(&post.fingerprint);
    let asked = Asked { scope: scope.to_string(), key: key.clone(), fingerprint };
    let again = asked.clone();
    let mut known = service.bank(move |bank| bank.answered(&again)).await?;
    if known.is_none() {
        let ask = move |reads: &dyn Reads, at| reads.command_by_key(at, scope, &key);
        if service.read(ask).await?.is_some() {
            return Err(problem("idempotency_key_reused").into());
        }
        let name = (asked.scope.clone(), asked.key.clone());
        let answered = service.bank(move |bank| bank.ask(&platform, &asked, &request)).await?;
        known = Some(answered.map_err(|fault| of_bank(&fault.into()))?);
        service.bank_keys.write().unwrap_or_else(PoisonError::into_inner).insert(name);
        service.wake.pass().await;
    }
    let Some(Answered { outcome, again }) = known else { return Err(problem("internal").into()) };
    match outcome {
        Ok(done) => Ok(Done { presented: presented(done), replayed: again }),
        Err(refused) => {
            let failure = of_bank(&refused.into());
            if failure.problem.code == "idempotency_key_reused" {
                return Err(failure);
            }
            // The same bytes each time: without an `instance`, which names one request.
            let (status, body) = (failure.problem.status, failure.problem.to_json());
            Ok(Done { presented: Presented { status, body }, replayed: again })
        }
    }
}

/// What the sandbox bank answered under a key, if it did.
pub(crate) async fn recall(
    service: &Service,
    scope: PlatformId,
    key: &str,
) -> Result<Option<Presented>, Failure> {
    let name = (scope.to_string(), key.to_owned());
    if !service.bank_keys.read().unwrap_or_else(PoisonError::into_inner).contains(&name) {
        return Ok(None);
    }
    let known = service.bank(move |bank| bank.recall(&name.0, &name.1)).await?;
    Ok(known.map(|Answered { outcome, .. }| match outcome {
        Ok(done) => presented(done),
        Err(refused) => {
            let problem = of_bank(&refused.into()).problem;
            Presented { status: problem.status, body: problem.to_json() }
        }
    }))
}

fn presented(done: rails::Done) -> Presented {
    match done {
        rails::Done::Credited { bank_id, request } => {
            let credit = SandboxCredit {
                bank_id,
                amount: request.amount.into(),
                reference: request.reference,
                payer: render::bank(&from_rail(&request.payer)),
                collection_account: render::bank(&from_rail(&request.collection_account)),
            };
            Presented { status: 201, body: render::json(&credit) }
        }
        rails::Done::Decided(known) => {
            let payout = SandboxPayout {
                id: known.key.as_deref().map(served_by).unwrap_or_default().to_owned(),
                bank_id: known.bank_id,
                amount: known.amount.into(),
                status: known.standing.name().to_owned(),
                events_planned: u64::try_from(known.planned).unwrap_or(u64::MAX),
            };
            Presented { status: 200, body: render::json(&payout) }
        }
        rails::Done::FaultsSet(faults) => {
            Presented { status: 200, body: render::json(&faults_shown(faults)) }
        }
        rails::Done::Reset => {
            let reset = SandboxReset { reset: "planned events and faults".to_owned() };
            Presented { status: 200, body: render::json(&reset) }
        }
    }
}

/// Faults on the wire.
pub(crate) const fn faults_shown(faults: Faults) -> SandboxFaults {
    SandboxFaults {
        seed: faults.seed,
        late_ppm: faults.late_ppm,
        never_ppm: faults.never_ppm,
        twice_ppm: faults.twice_ppm,
        out_of_order_ppm: faults.out_of_order_ppm,
        returned_ppm: faults.returned_ppm,
        rejected_ppm: faults.rejected_ppm,
        no_answer_ppm: faults.no_answer_ppm,
    }
}
