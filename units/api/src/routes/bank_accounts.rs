//! `/v1/bank-accounts`: where customers are paid out to.

use api::bank_account::{BankAccount, BankAccountList, CreateBankAccount, UpdateBankAccount};
use api::transition::Transition;
use axum::extract::{Path, State};
use payments::command::{BankAccountCreate, FieldsPatch};
use payments::{Command, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, read_one, send, transition, update};
use crate::input::{bank, id, labels, labels_patch, path_id};
use crate::lists::{self, page};
use crate::requests::{Get, Patch, Post};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_bank_accounts, create_bank_account))
        .routes(routes!(get_bank_account, update_bank_account))
        .routes(routes!(transition_bank_account))
}

/// Create a bank account
///
/// Verified at once if the holder's name is the customer's; else it waits for somebody to look.
#[utoipa::path(post, path = "/v1/bank-accounts", operation_id = "createBankAccount",
    tag = "Bank accounts", request_body = CreateBankAccount,
    responses((status = 201, body = BankAccount)))]
async fn create_bank_account(
    State(service): State<Shared>,
    post: Post<CreateBankAccount>,
) -> Answer {
    let platform = post.caller.platform()?;
    let CreateBankAccount { customer, bank: said, external_id, tags, annotations } =
        post.body.clone();
    let command = BankAccountCreate {
        customer: id("/customer", &customer.0)?,
        details: bank("/bank", said)?,
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, platform, Command::BankAccountCreate(command)).await
}

/// List bank accounts
///
/// Newest first.
#[utoipa::path(get, path = "/v1/bank-accounts", operation_id = "listBankAccounts",
    tag = "Bank accounts", responses((status = 200, body = BankAccountList)))]
async fn list_bank_accounts(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::BANK_ACCOUNTS, (Some(platform), get), |_| {}).await?))
}

/// Read a bank account
///
/// With the result of the payee-name check.
#[utoipa::path(get, path = "/v1/bank-accounts/{bank_account_id}", operation_id = "getBankAccount",
    tag = "Bank accounts", responses((status = 200, body = BankAccount)))]
async fn get_bank_account(
    State(service): State<Shared>,
    Path(text): Path<String>,
    get: Get,
) -> Answer {
    let key = Key::BankAccount(path_id("bank account", &text)?);
    let target = (get.caller.platform()?, key, text.as_str());
    read_one(&service, get, target).await
}

/// Update a bank account
///
/// Changes its tags and annotations.
#[utoipa::path(patch, path = "/v1/bank-accounts/{bank_account_id}",
    operation_id = "updateBankAccount", tag = "Bank accounts", request_body = UpdateBankAccount,
    responses((status = 200, body = BankAccount)))]
async fn update_bank_account(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateBankAccount>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::BankAccount(path_id("bank account", &text)?));
    let UpdateBankAccount { tags, annotations } = patch.body.clone();
    let change = (labels_patch(tags, annotations), FieldsPatch::default());
    update(&service, patch, target, change).await
}

/// Move a bank account to another status
///
/// `verified` lets money be sent to it, `disabled` stops that, `archived` puts it away for good.
#[utoipa::path(post, path = "/v1/bank-accounts/{bank_account_id}/transitions",
    operation_id = "transitionBankAccount", tag = "Bank accounts", request_body = Transition,
    responses((status = 200, body = BankAccount)))]
async fn transition_bank_account(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::BankAccount(path_id("bank account", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}
