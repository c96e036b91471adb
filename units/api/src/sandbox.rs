//! What the sandbox routes share: behaviours, collection accounts, and how the bank is asked.
//!
//! The sandbox bank is not behind the writer, but its answers are: see [`once`].

use std::sync::PoisonError;

use api::sandbox::{BehaviourName, SandboxCredit, SandboxFaults, SandboxPayout, SandboxReset};
use ledger::{PlatformId, Timestamp};
use money::Asset;
use payments::command::{SandboxAnswer, SandboxAsked};
use payments::resources::served_by;
use payments::states::PlatformStatus;
use payments::{Command, Key, Rejected, Resource};
use processor::Presented;
use rails::{Asked, BankError, Behaviour, Faults, Request, SandboxBank};
use serde::Serialize;
use store::StoredCommand;

use crate::failure::Failure;
use crate::limits::DELAY_SECONDS_MAX;
use crate::problems::{at, of_bank, of_bank_fault, problem};
use crate::render;
use crate::requests::Post;
use crate::routes::{Answer, send};
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

/// Where payers of a platform send money of an asset; `None` where no sandbox bank opens an account.
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
    let details = match opened {
        Ok(details) => details,
        Err(BankError::Refused(why)) => {
            tracing::warn!(%why, "the sandbox bank opens no collection account");
            return Ok(None);
        }
        Err(BankError::Fault(fault)) => return Err(of_bank_fault(&fault)),
    };
    let details = render::bank(&from_rail(&details));
    service.accounts.put(of, details.clone());
    Ok(Some(details))
}

/// Does what a sandbox request asks for, and lets the writer keep the answer like any other.
///
/// The bank keeps its own answer under the key with what it did. So when the process ends before the
/// writer has the answer, the next request gets it from the bank, and the writer keeps it then.
pub(crate) async fn once<T>(
    service: &Service,
    post: &Post<T>,
    asked: SandboxAsked,
    make: impl FnOnce(&mut SandboxBank) -> Result<Request, BankError> + Send + 'static,
) -> Answer {
    let platform = post.caller.platform()?;
    let Some(key) = post.key.as_ref().map(|key| key.0.clone()) else {
        return Err(problem("idempotency_key_missing").into());
    };
    // From here on nothing else is taken under this key; what was taken before is committed first.
    let _asking = Asking::under(service, (post.caller.key_scope(), key.clone()));
    service.close(Timestamp::from_micros(0)).await?;
    if let Some(first) = earlier(service, post, key.clone()).await? {
        return Ok(first);
    }
    let named = platform.to_string();
    let found = service.resource(platform, Key::Platform(platform), &named).await?;
    let said = if is_suspended(&found) && !post.caller.actor.is_operator() {
        Err(Rejected::PlatformSuspended)
    } else {
        let scope = post.caller.key_scope().to_string();
        let asked = Asked { scope, key, fingerprint: render::hex(&post.fingerprint) };
        let ask = move |bank: &mut SandboxBank| {
            let request = make(bank)?;
            Ok(bank.ask(&named, &asked, &request)?.outcome?)
        };
        match service.bank(ask).await? {
            Ok(done) => Ok(shown(done)),
            Err(error) => Err(of_bank(&error)?),
        }
    };
    let command = Command::SandboxAnswer(SandboxAnswer { asked, said });
    let done = send(service, post, platform, command).await?;
    service.wake.pass().await;
    Ok(done)
}

/// That the bank is being asked under a key; over when the last one who asks is dropped.
struct Asking<'s> {
    service: &'s Service,
    key: (PlatformId, String),
    is_first: bool,
}

impl<'s> Asking<'s> {
    fn under(service: &'s Service, key: (PlatformId, String)) -> Self {
        let mut asking = service.asking.write().unwrap_or_else(PoisonError::into_inner);
        let is_first = asking.insert(key.clone());
        Self { service, key, is_first }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if self.is_first {
            let mut asking = self.service.asking.write().unwrap_or_else(PoisonError::into_inner);
            asking.remove(&self.key);
        }
    }
}

/// The kept answer to a request, before the bank is asked; another one under its key is refused.
async fn earlier<T>(
    service: &Service,
    post: &Post<T>,
    key: String,
) -> Result<Option<Done>, Failure> {
    let scope = post.caller.key_scope();
    let kept = service.read(move |reads, at| reads.command_by_key(at, scope, &key)).await?;
    let Some(StoredCommand { idempotency, status, body, .. }) = kept else { return Ok(None) };
    if idempotency.is_none_or(|kept| kept.fingerprint != post.fingerprint) {
        return Err(problem("idempotency_key_reused").into());
    }
    Ok(Some(Done { replayed: true, ..Done::whole(Presented { status, body }) }))
}

fn is_suspended(found: &Resource) -> bool {
    matches!(found, Resource::Platform(found) if found.status == PlatformStatus::Suspended)
}

/// What the bank did, in the words of the wire.
fn shown(done: rails::Done) -> String {
    match done {
        rails::Done::Credited { bank_id, request } => text(&SandboxCredit {
            bank_id,
            amount: request.amount.into(),
            reference: request.reference,
            payer: render::bank(&from_rail(&request.payer)),
            collection_account: render::bank(&from_rail(&request.collection_account)),
        }),
        rails::Done::Decided(known) => text(&SandboxPayout {
            id: known.key.as_deref().map(served_by).unwrap_or_default().to_owned(),
            bank_id: known.bank_id,
            amount: known.amount.into(),
            status: known.standing.name().to_owned(),
            events_planned: u64::try_from(known.planned).unwrap_or(u64::MAX),
        }),
        rails::Done::FaultsSet(faults) => text(&faults_shown(faults)),
        rails::Done::Reset => text(&SandboxReset { reset: "planned events and faults".to_owned() }),
    }
}

fn text<T: Serialize>(value: &T) -> String {
    // Wire types always serialise; the fallback is unreachable.
    serde_json::to_string(value).unwrap_or_default()
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
