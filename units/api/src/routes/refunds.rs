//! `/v1/refunds`: money of a transaction going back.

use api::refund::{CreateRefund, Refund, RefundList, RefundPart, UpdateRefund};
use axum::extract::{Path, State};
use ledger::AccountId;
use money::Amount;
use payments::command::{FeeReturn, FieldsPatch, RefundCreate};
use payments::{Command, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, read_one, send, update};
use crate::failure::Failure;
use crate::input::{amount, amount_if, id, labels, labels_patch, path_id};
use crate::lists::{self, page};
use crate::requests::{Get, Patch, Post};
use crate::sandbox::{behaviour, words};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_refunds, create_refund))
        .routes(routes!(get_refund, update_refund))
}

/// Create a refund
///
/// Of a settled transaction, wholly or in part: payees give back pro rata, unless `paid_by` says who
/// pays. Money between accounts goes back at once; money from a bank goes back by bank. With
/// `dry_run=true` nothing is written.
#[utoipa::path(post, path = "/v1/refunds", operation_id = "createRefund", tag = "Refunds",
    request_body = CreateRefund, responses((status = 201, body = Refund)))]
async fn create_refund(State(service): State<Shared>, post: Post<CreateRefund>) -> Answer {
    let platform = post.caller.platform()?;
    let said = post.body.clone();
    let command = RefundCreate {
        transaction: id("/transaction", &said.transaction.0)?,
        amount: amount_if("/amount", said.amount.as_ref())?,
        legs: said.paid_by.map(|parts| legs(&parts)).transpose()?,
        fees: if said.refund_fees { FeeReturn::Returned } else { FeeReturn::Kept },
        reason: said.reason,
        behaviour: behaviour("/sandbox", said.sandbox.as_ref())?.map(|one| words(&one)),
        labels: labels(said.external_id, said.tags, said.annotations),
    };
    send(&service, &post, platform, Command::Refund(command)).await
}

fn legs(parts: &[RefundPart]) -> Result<Vec<(AccountId, Amount)>, Failure> {
    let leg = |(place, part): (usize, &RefundPart)| {
        let pointer = format!("/paid_by/{place}");
        let account = id(&format!("{pointer}/account"), &part.account.0)?;
        Ok((account, amount(&format!("{pointer}/amount"), &part.amount)?))
    };
    parts.iter().enumerate().map(leg).collect()
}

/// List refunds
///
/// Newest first.
#[utoipa::path(get, path = "/v1/refunds", operation_id = "listRefunds", tag = "Refunds",
    responses((status = 200, body = RefundList)))]
async fn list_refunds(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::REFUNDS, (Some(platform), get), |_| {}).await?))
}

/// Read a refund
///
/// With who gave back what.
#[utoipa::path(get, path = "/v1/refunds/{refund_id}", operation_id = "getRefund", tag = "Refunds",
    responses((status = 200, body = Refund)))]
async fn get_refund(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (get.caller.platform()?, Key::Refund(path_id("refund", &text)?), text.as_str());
    read_one(&service, get, target).await
}

/// Update a refund
///
/// Changes its tags and annotations.
#[utoipa::path(patch, path = "/v1/refunds/{refund_id}", operation_id = "updateRefund",
    tag = "Refunds", request_body = UpdateRefund, responses((status = 200, body = Refund)))]
async fn update_refund(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateRefund>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Refund(path_id("refund", &text)?));
    let UpdateRefund { tags, annotations } = patch.body.clone();
    let change = (labels_patch(tags, annotations), FieldsPatch::default());
    update(&service, patch, target, change).await
}
