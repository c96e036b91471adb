//! `/v1/accounts`: accounts, what they hold now and then, and their history.

use api::account::{Account, AccountBalance, AccountList, CreateAccount, UpdateAccount};
use api::entry::AccountEntryList;
use api::transition::Transition;
use axum::extract::{Path, State};
use ledger::{AccountId, Chart, PlatformId, Timestamp};
use payments::command::{AccountCreate, FieldsPatch};
use payments::{Command, Key, Resource, resources};
use store::{AsOf, AuditQuery, Filter};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok, read_one, send, transition, update};
use crate::failure::Failure;
use crate::input::{asset, id, labels, labels_patch, path_id};
use crate::lists::{self, Page, page};
use crate::params::Params;
use crate::problems::{at, not_found, problem};
use crate::render;
use crate::requests::{Get, Patch, Post};
use crate::service::{Service, Shared};

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(get_account, update_account))
        .routes(routes!(transition_account))
        .routes(routes!(get_account_balance))
        .routes(routes!(list_account_entries))
}

/// Create an account
///
/// Open at once if its customer may hold funds, else pending.
#[utoipa::path(post, path = "/v1/accounts", operation_id = "createAccount", tag = "Accounts",
    request_body = CreateAccount, responses((status = 201, body = Account)))]
async fn create_account(State(service): State<Shared>, post: Post<CreateAccount>) -> Answer {
    let platform = post.caller.platform()?;
    let CreateAccount { customer, asset: code, name, external_id, tags, annotations } =
        post.body.clone();
    let command = AccountCreate {
        customer: id("/customer", &customer.0)?,
        asset: asset("/asset", &code)?,
        name: name.unwrap_or_else(|| "Main".to_owned()),
        labels: labels(external_id, tags, annotations),
    };
    send(&service, &post, platform, Command::AccountCreate(command)).await
}

/// List accounts
///
/// Newest first: customers' accounts, or with `chart` the platform's internal ones.
#[utoipa::path(get, path = "/v1/accounts", operation_id = "listAccounts", tag = "Accounts",
    responses((status = 200, body = AccountList)))]
async fn list_accounts(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    let of_customers = |filter: &mut Filter| {
        filter.subtype.get_or_insert_with(|| Chart::Customer.code().to_owned());
    };
    Ok(ok(&page(&service, &lists::ACCOUNTS, (Some(platform), get), of_customers).await?))
}

/// Read an account
///
/// With what it holds now.
#[utoipa::path(get, path = "/v1/accounts/{account_id}", operation_id = "getAccount",
    tag = "Accounts", responses((status = 200, body = Account)))]
async fn get_account(State(service): State<Shared>, Path(text): Path<String>, get: Get) -> Answer {
    let target = (get.caller.platform()?, Key::Account(path_id("account", &text)?), text.as_str());
    read_one(&service, get, target).await
}

/// Update an account
///
/// Changes its name, tags and annotations.
#[utoipa::path(patch, path = "/v1/accounts/{account_id}", operation_id = "updateAccount",
    tag = "Accounts", request_body = UpdateAccount, responses((status = 200, body = Account)))]
async fn update_account(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateAccount>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Account(path_id("account", &text)?));
    let UpdateAccount { name, tags, annotations } = patch.body.clone();
    let fields = FieldsPatch { name, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Move an account to another status
///
/// Freezes it one way or both, opens it again, or closes it once it holds nothing.
#[utoipa::path(post, path = "/v1/accounts/{account_id}/transitions",
    operation_id = "transitionAccount", tag = "Accounts", request_body = Transition,
    responses((status = 200, body = Account)))]
async fn transition_account(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<Transition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Account(path_id("account", &text)?));
    let step = post.body.clone().into();
    transition(&service, &post, target, step).await
}

/// Read what an account holds
///
/// Now, or as of an instant or a command number of the platform: an answer about the past never
/// changes.
#[utoipa::path(get, path = "/v1/accounts/{account_id}/balance", operation_id = "getAccountBalance",
    tag = "Accounts", responses((status = 200, body = AccountBalance)))]
async fn get_account_balance(
    State(service): State<Shared>,
    Path(text): Path<String>,
    mut get: Get,
) -> Answer {
    let platform = get.caller.platform()?;
    let key: AccountId = path_id("account", &text)?;
    let as_of = as_of(&mut get.params)?;
    get.params.finish()?;
    let account = account(&service, platform, (key, &text)).await?;
    match as_of {
        Some(AsOf::Time(time)) => close(&service, time).await?,
        Some(AsOf::Seq(seq)) => check_seq(&service, platform, seq).await?,
        None => {}
    }
    let mut shown = account.ledger.clone();
    if let Some(as_of) = as_of {
        let ask =
            move |reads: &dyn store::Reads, at| reads.counters_as_of(at, (platform, key), as_of);
        shown.counters = service.read(ask).await?.unwrap_or_default();
    }
    Ok(ok(&AccountBalance {
        account: key.to_string().into(),
        asset: shown.asset.code().to_owned(),
        balance: render::balance(&shown),
        as_of: match as_of {
            Some(AsOf::Time(time)) => Some(render::time(time)),
            Some(AsOf::Seq(_)) | None => None,
        },
        as_of_seq: match as_of {
            Some(AsOf::Seq(seq)) => Some(seq),
            Some(AsOf::Time(_)) | None => None,
        },
    }))
}

/// List the history of an account
///
/// Its legs in the journal, newest first, each with what the account held after it.
#[utoipa::path(get, path = "/v1/accounts/{account_id}/entries", operation_id = "listAccountEntries",
    tag = "Accounts", responses((status = 200, body = AccountEntryList)))]
async fn list_account_entries(
    State(service): State<Shared>,
    Path(text): Path<String>,
    mut get: Get,
) -> Answer {
    let platform = get.caller.platform()?;
    let key: AccountId = path_id("account", &text)?;
    let limit = get.params.limit()?;
    let bound = format!("account-entries\n{platform}\n{key}");
    let before = match get.params.text("cursor") {
        None => None,
        Some(cursor) => {
            let place = service.cursors.open(&bound, &cursor)?;
            let place = place.try_into().map_err(|_| problem("cursor_invalid"))?;
            Some(u64::from_be_bytes(place))
        }
    };
    get.params.finish()?;
    let account = account(&service, platform, (key, &text)).await?;
    let ask = move |reads: &dyn store::Reads, at| reads.legs_of(at, (platform, key), before, limit);
    let found = service.read(ask).await?;
    Ok(ok(&Page {
        data: found.items.iter().map(|leg| render::account_entry(leg, &account)).collect(),
        next_cursor: found.next.map(|place| service.cursors.seal(&bound, &place.to_be_bytes())),
    }))
}

/// The past is closed before it is told of; the future is not told of.
pub(super) async fn close(service: &Service, time: Timestamp) -> Result<(), Failure> {
    if time > service.now() {
        return Err(at("parameter_invalid", "?as_of", "must not be in the future"));
    }
    service.close(time).await
}

async fn check_seq(service: &Service, platform: PlatformId, seq: u64) -> Result<(), Failure> {
    let newest = AuditQuery { limit: 1, ..AuditQuery::default() };
    let ask = move |reads: &dyn store::Reads, at| reads.audit_before(at, platform, &newest);
    let newest = service.read(ask).await?;
    if newest.items.first().is_some_and(|newest| newest.seq >= seq) {
        return Ok(());
    }
    Err(at("parameter_invalid", "?as_of_seq", "is above the platform's last command"))
}

/// The instant or number that `as_of` or `as_of_seq` names.
pub(super) fn as_of(params: &mut Params) -> Result<Option<AsOf>, Failure> {
    let time = params.instant("as_of")?;
    let seq = params.seq("as_of_seq")?;
    match (time, seq) {
        (Some(_), Some(_)) => {
            Err(at("parameter_invalid", "?as_of_seq", "cannot be combined with as_of"))
        }
        (Some(time), None) => Ok(Some(AsOf::Time(time))),
        (None, Some(seq)) => Ok(Some(AsOf::Seq(seq))),
        (None, None) => Ok(None),
    }
}

async fn account(
    service: &Service,
    platform: PlatformId,
    (key, text): (AccountId, &str),
) -> Result<resources::Account, Failure> {
    let found = service.resource(platform, Key::Account(key), text).await?;
    let Resource::Account(account) = found else { return Err(not_found("account", text)) };
    Ok(account)
}
