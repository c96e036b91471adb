//! `/v1/operator/queue`: what an operator must look at, with its age and what to do.

use api::queue::{OperatorQueue, QueueItem, QueueKind};
use axum::extract::State;
use ledger::{PlatformId, Timestamp};
use payments::resources::{Instruction, Serves, Transaction};
use payments::{Key, Resource};
use store::{Fault, Reads};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok};
use crate::limits::QUEUE_MAX;
use crate::render;
use crate::requests::Get;
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_operator_queue))
}

/// Read the operator's queue
///
/// Money that came in and belongs to nobody known, and payouts of which nobody knows whether they
/// went out; the 1,000 oldest, of one platform or of all. Operators only.
#[utoipa::path(get, path = "/v1/operator/queue", operation_id = "getOperatorQueue",
    tag = "Operator", responses((status = 200, body = OperatorQueue)))]
async fn get_operator_queue(State(service): State<Shared>, get: Get) -> Answer {
    get.caller.operator()?;
    get.params.finish()?;
    let platform = get.caller.platform;
    let found = service.read(move |reads, at| attention(reads, at, platform)).await?;
    let now = service.now();
    let more = found.len() > QUEUE_MAX;
    let items = found
        .iter()
        .take(QUEUE_MAX)
        .filter_map(|(platform, resource, since)| item((*platform, resource), (*since, now)));
    Ok(ok(&OperatorQueue { data: items.collect(), more }))
}

/// What waits, each with since when.
fn attention(
    reads: &dyn Reads,
    at: u64,
    platform: Option<PlatformId>,
) -> Result<Vec<(PlatformId, Resource, Timestamp)>, Fault> {
    let waiting = reads.attention(at, platform, QUEUE_MAX + 1)?;
    let mut rows = Vec::with_capacity(waiting.len());
    for (platform, resource) in waiting {
        let since = if let Resource::Instruction(instruction) = &resource {
            let served = reads.resource(at, platform, &served(instruction.serves))?;
            served.as_ref().and_then(Resource::visible).map(|seen| seen.meta.updated_at)
        } else {
            resource.visible().map(|seen| seen.meta.created_at)
        };
        rows.push((platform, resource, since.unwrap_or_default()));
    }
    Ok(rows)
}

const fn served(serves: Serves) -> Key {
    match serves {
        Serves::Payout(id) | Serves::Return(id) => Key::Transaction(id),
        Serves::Refund(id) => Key::Refund(id),
    }
}

fn item(
    (platform, resource): (PlatformId, &Resource),
    (since, now): (Timestamp, Timestamp),
) -> Option<QueueItem> {
    let age = now.micros().saturating_sub(since.micros()) / 1_000_000;
    let (kind, id, amount, reason, what_to_do) = match resource {
        Resource::Transaction(transaction) => unallocated(transaction),
        Resource::Instruction(instruction) => unknown(instruction),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::Account(_)
        | Resource::BankAccount(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Window(_)
        | Resource::Name(_) => return None,
    };
    Some(QueueItem {
        kind,
        platform: platform.to_string().into(),
        resource: id,
        amount: amount.into(),
        reason,
        since: render::time(since),
        age_seconds: u64::try_from(age).unwrap_or(0),
        what_to_do: what_to_do.to_owned(),
    })
}

type Case = (QueueKind, String, money::Amount, Option<String>, &'static str);

fn unallocated(it: &Transaction) -> Case {
    let what_to_do = "Find out whose it is: transition the transaction to `settled` with its \
                      `account`, or to `returned`.";
    let reason = it.meta.status_reason.clone();
    (QueueKind::UnallocatedMoney, it.id.to_string(), it.amount, reason, what_to_do)
}

fn unknown(it: &Instruction) -> Case {
    let what_to_do = "Nothing yet: the same instruction is sent again until the bank answers. If \
                      it stays, ask the bank about that key.";
    let reason = Some(format!("the bank gave no answer to {}", it.rail_key()));
    (QueueKind::UnknownOutcome, it.serves.id_text(), it.amount, reason, what_to_do)
}
