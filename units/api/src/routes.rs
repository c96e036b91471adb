//! The routes, one file a resource, and what all of them do alike: read, change, move.
//!
//! Start at [`all`].

pub(crate) mod accounts;
pub(crate) mod audit_records;
pub(crate) mod bank_accounts;
pub(crate) mod bulk;
pub(crate) mod customers;
pub(crate) mod events;
pub(crate) mod holds;
pub(crate) mod idempotency_keys;
pub(crate) mod keys;
pub(crate) mod operator;
pub(crate) mod persons;
pub(crate) mod platforms;
pub(crate) mod refunds;
pub(crate) mod roles;
pub(crate) mod sandbox;
pub(crate) mod transactions;
pub(crate) mod trial_balance;

use ledger::{AccountId, PlatformId};
use money::Amount;
use payments::command::{FieldsPatch, Transition, Update};
use payments::meta::LabelsPatch;
use payments::{Command, Key};
use processor::Presented;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

use crate::failure::Failure;
use crate::problems::problem;
use crate::render::{self, Wire};
use crate::requests::{Get, Patch, Post};
use crate::service::{Done, Service, Shared};

/// What a handler answers.
pub(crate) type Answer = Result<Done, Failure>;

/// Every route under `/v1`.
pub(crate) fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(platforms::routes())
        .merge(keys::routes())
        .merge(roles::routes())
        .merge(customers::routes())
        .merge(persons::routes())
        .merge(accounts::routes())
        .merge(bank_accounts::routes())
        .merge(transactions::routes())
        .merge(bulk::routes())
        .merge(holds::routes())
        .merge(refunds::routes())
        .merge(events::routes())
        .merge(audit_records::routes())
        .merge(idempotency_keys::routes())
        .merge(trial_balance::routes())
        .merge(operator::routes())
        .merge(sandbox::routes())
}

/// 200 with a body.
pub(crate) fn ok<T: Serialize>(value: &T) -> Done {
    Done::whole(Presented { status: 200, body: render::json(value) })
}

/// A resource as it is answered.
pub(crate) async fn shown(
    service: &Service,
    get: Get,
    (platform, key, id): (PlatformId, Key, &str),
) -> Result<Wire, Failure> {
    get.params.finish()?;
    let resource = service.resource(platform, key, id).await?;
    let blocks = service.blocks(platform, &resource).await?;
    let wire = render::resource(&resource, get.caller.viewer());
    let wire = wire.ok_or_else(|| problem("internal"))?;
    Ok(wire.with_blocks(&blocks))
}

/// Reads one resource.
pub(crate) async fn read_one(
    service: &Service,
    get: Get,
    target: (PlatformId, Key, &str),
) -> Answer {
    Ok(ok(&shown(service, get, target).await?))
}

/// Changes one resource.
pub(crate) async fn update<T>(
    service: &Service,
    patch: Patch<T>,
    (platform, target): (PlatformId, Key),
    (labels, fields): (LabelsPatch, FieldsPatch),
) -> Answer {
    let update = Update { target, expected: patch.expected, labels, fields };
    let envelope = patch.envelope(platform, Command::Update(update));
    service.command(&patch.caller, envelope, processor::Mode::Apply).await
}

/// Where to, and why.
pub(crate) struct Step {
    pub(crate) to: String,
    pub(crate) reason_code: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) account: Option<AccountId>,
    pub(crate) amount: Option<Amount>,
}

impl From<api::transition::Transition> for Step {
    fn from(body: api::transition::Transition) -> Self {
        let api::transition::Transition { to, reason_code, note } = body;
        Self { to, reason_code, note, account: None, amount: None }
    }
}

/// Moves one resource to another status.
pub(crate) async fn transition<T>(
    service: &Service,
    post: &Post<T>,
    (platform, target): (PlatformId, Key),
    step: Step,
) -> Answer {
    let Step { to, reason_code, note, account, amount } = step;
    let transition =
        Transition { target, to, expected: post.expected, reason_code, note, account, amount };
    let envelope = post.envelope(platform, Command::Transition(transition));
    service.command(&post.caller, envelope, post.mode).await
}

/// Sends the command that a POST asks for.
pub(crate) async fn send<T>(
    service: &Service,
    post: &Post<T>,
    platform: PlatformId,
    command: Command,
) -> Answer {
    service.command(&post.caller, post.envelope(platform, command), post.mode).await
}
