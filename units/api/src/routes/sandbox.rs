//! `/v1/sandbox`: a bank that does as it is told, and a clock that can be moved. Test stores only.

use api::platform::SandboxClock;
use api::sandbox::{
    AdvanceSandboxClock, CreateSandboxCredit, DecideSandboxPayout, PayoutOutcome, ResetSandbox,
    SandboxCredit, SandboxFaults, SandboxPayout, SandboxReset,
};
use axum::extract::{Path, State};
use ledger::{AccountId, PlatformId};
use money::Amount;
use payments::{Command, Key, Resource};
use rails::{BankDetails, CreditRequest, Faults, Outcome, Request};
use store::Reads;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, send};
use crate::failure::Failure;
use crate::input::{amount, bank, id};
use crate::limits::SEQ_MAX;
use crate::problems::{at, not_found, of_bank, problem};
use crate::render;
use crate::requests::{Get, Post};
use crate::sandbox::{behaviour, faults_shown, once, to_rail};
use crate::service::{Service, Shared};

/// The routes of the sandbox.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(create_sandbox_credit))
        .routes(routes!(get_sandbox_clock, advance_sandbox_clock))
        .routes(routes!(decide_sandbox_payout))
        .routes(routes!(get_sandbox_faults, set_sandbox_faults))
        .routes(routes!(reset_sandbox))
}

/// Let money arrive
///
/// As if somebody had paid by bank transfer: it arrives as an `inbound_bank` transaction of the
/// `account`, or of whoever the `reference` names; else it waits in the operator's queue.
#[utoipa::path(post, path = "/v1/sandbox/credits", operation_id = "createSandboxCredit",
    tag = "Sandbox", request_body = CreateSandboxCredit,
    responses((status = 201, body = SandboxCredit)))]
async fn create_sandbox_credit(
    State(service): State<Shared>,
    post: Post<CreateSandboxCredit>,
) -> Answer {
    let platform = post.caller.platform()?;
    sandbox_only(&service)?;
    let said = post.body.clone();
    let amount = amount("/amount", &said.amount)?;
    let payer = match said.payer {
        Some(payer) => to_rail(&bank("/payer", payer)?),
        None => somebody(),
    };
    let named = said.collection_account.map(|named| bank("/collection_account", named));
    let named = named.transpose()?.map(|named| to_rail(&named));
    let behaviour = behaviour("/sandbox", said.sandbox.as_ref())?;
    let reference = reference(&service, platform, (said.account, said.reference)).await?;
    let collection_account = match named {
        Some(named) => named,
        None => own_account(&service, platform, amount).await?,
    };
    let request = CreditRequest { amount, reference, payer, collection_account, behaviour };
    once(&service, &post, Request::Credit(Box::new(request))).await
}

async fn own_account(
    service: &Service,
    platform: PlatformId,
    amount: Amount,
) -> Result<BankDetails, Failure> {
    let open = move |bank: &mut rails::SandboxBank| {
        bank.collection_account(&platform.to_string(), amount.asset())
    };
    service.bank(open).await?.map_err(|error| of_bank(&error))
}

/// The payer where nobody is named.
fn somebody() -> BankDetails {
    BankDetails::Uk {
        holder: "Sandbox Payer".to_owned(),
        sort_code: "040004".to_owned(),
        account_number: "12345678".to_owned(),
    }
}

async fn reference(
    service: &Service,
    platform: PlatformId,
    said: (Option<api::id::AccountId>, Option<String>),
) -> Result<String, Failure> {
    match said {
        (None, reference) => Ok(reference.unwrap_or_default()),
        (Some(_), Some(_)) => {
            Err(at("field_invalid", "/reference", "cannot be combined with account"))
        }
        (Some(account), None) => {
            let key: AccountId = id("/account", &account.0)?;
            let found = service.resource(platform, Key::Account(key), &account.0).await?;
            let Resource::Account(account) = found else {
                return Err(not_found("account", &account.0));
            };
            Ok(account.reference)
        }
    }
}

fn sandbox_only(service: &Service) -> Result<(), Failure> {
    if service.mode.is_sandbox() && service.bank.is_some() {
        return Ok(());
    }
    Err(problem("not_a_sandbox").into())
}

/// Read the sandbox clock
///
/// The platform's business time, and how far it is ahead of the server's.
#[utoipa::path(get, path = "/v1/sandbox/clock", operation_id = "getSandboxClock", tag = "Sandbox",
    responses((status = 200, body = SandboxClock)))]
async fn get_sandbox_clock(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    get.params.finish()?;
    sandbox_only(&service)?;
    let text = platform.to_string();
    let found = service.resource(platform, Key::Platform(platform), &text).await?;
    let Resource::Platform(found) = found else { return Err(not_found("platform", &text)) };
    Ok(ok(&render::clock(&found, service.now())))
}

/// Move the sandbox clock ahead
///
/// What falls due by then, such as the end of holds and late payments of the sandbox bank, happens.
/// The clock never goes back.
#[utoipa::path(post, path = "/v1/sandbox/clock", operation_id = "advanceSandboxClock",
    tag = "Sandbox", request_body = AdvanceSandboxClock,
    responses((status = 200, body = SandboxClock)))]
async fn advance_sandbox_clock(
    State(service): State<Shared>,
    post: Post<AdvanceSandboxClock>,
) -> Answer {
    let platform = post.caller.platform()?;
    let seconds = i64::try_from(post.body.advance_seconds).unwrap_or(i64::MAX);
    let micros = seconds.saturating_mul(1_000_000);
    // What was sent before the clock moves is taken up at the time before.
    service.wake.pass().await;
    let done = send(&service, &post, platform, Command::ClockAdvance { micros }).await?;
    service.wake.pass().await;
    Ok(done)
}

/// Decide what becomes of a payout
///
/// By hand, for a payout or a refund that waits at the sandbox bank; `payout_id` is the id of the
/// transaction or refund.
#[utoipa::path(post, path = "/v1/sandbox/payouts/{payout_id}/outcome",
    operation_id = "decideSandboxPayout", tag = "Sandbox", request_body = DecideSandboxPayout,
    responses((status = 200, body = SandboxPayout)))]
async fn decide_sandbox_payout(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<DecideSandboxPayout>,
) -> Answer {
    let platform = post.caller.platform()?;
    sandbox_only(&service)?;
    let Some((_, id)) = crate::resource_ids::parse(&text) else {
        return Err(not_found("payout", "of that id"));
    };
    let DecideSandboxPayout { outcome, reason } = post.body.clone();
    if reason.is_some() && outcome == PayoutOutcome::Settled {
        return Err(at("field_invalid", "/reason", "goes with returned and rejected only"));
    }
    let reason = |otherwise: &str| reason.unwrap_or_else(|| otherwise.to_owned());
    let outcome = match outcome {
        PayoutOutcome::Settled => Outcome::Settle,
        PayoutOutcome::Returned => Outcome::Return { reason: reason(rails::REASON_RETURNED) },
        PayoutOutcome::Rejected => Outcome::Reject { reason: reason(rails::REASON_REJECTED) },
    };
    // The bank knows the latest attempt by a key of its own.
    let find = move |reads: &dyn Reads, at| reads.resource(at, platform, &Key::Instruction(id));
    let payment = match service.read(find).await? {
        Some(Resource::Instruction(instruction)) => instruction.rail_key(),
        Some(_) | None => text,
    };
    once(&service, &post, Request::Decide { payment, outcome }).await
}

/// Read how often the sandbox bank goes wrong
///
/// In parts per million, with the seed of the draws.
#[utoipa::path(get, path = "/v1/sandbox/faults", operation_id = "getSandboxFaults",
    tag = "Sandbox", responses((status = 200, body = SandboxFaults)))]
async fn get_sandbox_faults(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    get.params.finish()?;
    let faults = service.bank(move |bank| bank.faults(&platform.to_string())).await?;
    Ok(ok(&faults_shown(faults.unwrap_or_default())))
}

/// Set how often the sandbox bank goes wrong
///
/// Replaces all of it; the draws start again from the seed, so the same seed and the same payments
/// give the same faults.
#[utoipa::path(post, path = "/v1/sandbox/faults", operation_id = "setSandboxFaults",
    tag = "Sandbox", request_body = SandboxFaults, responses((status = 200, body = SandboxFaults)))]
async fn set_sandbox_faults(State(service): State<Shared>, post: Post<SandboxFaults>) -> Answer {
    post.caller.platform()?;
    sandbox_only(&service)?;
    let said = post.body.clone();
    if said.seed > SEQ_MAX {
        return Err(at("field_invalid", "/seed", format!("at most {SEQ_MAX}")));
    }
    let faults = Faults {
        seed: said.seed,
        late_ppm: said.late_ppm,
        never_ppm: said.never_ppm,
        twice_ppm: said.twice_ppm,
        out_of_order_ppm: said.out_of_order_ppm,
        returned_ppm: said.returned_ppm,
        rejected_ppm: said.rejected_ppm,
        no_answer_ppm: said.no_answer_ppm,
    };
    once(&service, &post, Request::SetFaults(faults)).await
}

/// Reset the sandbox bank
///
/// Forgets what the bank had planned for the platform, and its faults. Accounts, balances and the
/// clock stay.
#[utoipa::path(post, path = "/v1/sandbox/reset", operation_id = "resetSandbox", tag = "Sandbox",
    request_body = ResetSandbox, responses((status = 200, body = SandboxReset)))]
async fn reset_sandbox(State(service): State<Shared>, post: Post<ResetSandbox>) -> Answer {
    post.caller.platform()?;
    sandbox_only(&service)?;
    once(&service, &post, Request::Reset).await
}
