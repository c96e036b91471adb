//! `/v1/transactions`: payments between accounts, from banks and to banks, fees and corrections.

use std::collections::BTreeMap;

use api::entry::EntryList;
use api::transaction::{
    AdjustmentAgainst, CreateAdjustmentTransaction, CreateFeeTransaction,
    CreateInboundBankTransaction, CreateInternalTransaction, CreateOutboundBankTransaction,
    CreateTransaction, CreatedTransaction, Part, Transaction, TransactionList, UpdateTransaction,
};
use api::transition::TransactionTransition;
use axum::extract::{Path, State};
use ledger::{AccountId, Chart, Direction, Entry, PlatformId, TransactionId};
use payments::command::{self, Adjust, Charge, Expect, FieldsPatch, PartSize, Pay, PayOut};
use payments::resources::{Account, Bearer};
use payments::states::TransactionStatus;
use payments::{Command, Key, Resource};
use processor::Mode;
use serde_json::Value;
use store::{Fault, Reads};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, Step, ok, send, transition, update};
use crate::auth::Caller;
use crate::body;
use crate::failure::Failure;
use crate::input::{amount, bearer, id, labels, labels_patch, millionths, path_id, time_if};
use crate::lists::{self, Page, page};
use crate::problems::{at, not_found, problem};
use crate::render::{self, Wire};
use crate::requests::{Get, Patch, Post};
use crate::sandbox::{behaviour, collection_account, words};
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_transactions, create_transaction))
        .routes(routes!(get_transaction, update_transaction))
        .routes(routes!(transition_transaction))
        .routes(routes!(list_transaction_entries))
}

/// Create a transaction
///
/// By `kind`: `internal` pays between accounts of the platform at once, wholly or by a split;
/// `outbound_bank` pays out to a bank account; `inbound_bank` expects money and answers what to
/// show the payer; `fee` and `adjustment` are the operator's. With `dry_run=true` the same checks
/// give the same answer, and nothing is written.
#[utoipa::path(post, path = "/v1/transactions", operation_id = "createTransaction",
    tag = "Transactions", request_body = CreateTransaction,
    responses((status = 201, body = CreatedTransaction)))]
async fn create_transaction(State(service): State<Shared>, post: Post<Value>) -> Answer {
    let platform = post.caller.platform()?;
    let command = asked(&post.caller, post.body.clone())?;
    if let Command::Expect(expect) = &command
        && post.mode != Mode::DryRun
    {
        // Known before the command, so that the kept answer can show it.
        collection_account(&service, (platform, expect.amount.asset())).await?;
    }
    send(&service, &post, platform, command).await
}

/// What a body asks for, by its kind.
pub(super) fn asked(caller: &Caller, said: Value) -> Result<Command, Failure> {
    match said.get("kind").map(Value::as_str) {
        None => Err(at("field_missing", "/kind", "must be there")),
        Some(Some("internal")) => internal(body::read(said)?),
        Some(Some("outbound_bank")) => outbound(body::read(said)?),
        Some(Some("inbound_bank")) => inbound(body::read(said)?),
        Some(Some("fee")) => {
            caller.operator()?;
            fee(body::read(said)?)
        }
        Some(Some("adjustment")) => {
            caller.operator()?;
            adjustment(body::read(said)?)
        }
        Some(_) => {
            let kinds = "must be internal, outbound_bank, inbound_bank, fee or adjustment";
            Err(at("field_invalid", "/kind", kinds))
        }
    }
}

fn internal(said: CreateInternalTransaction) -> Result<Command, Failure> {
    let payees = Payees { to_account: said.to_account, split: said.split };
    Ok(Command::Pay(Pay {
        payer: id("/from_account", &said.from_account.0)?,
        amount: amount("/amount", &said.amount)?,
        parts: payees.parts()?,
        bearer: bearer(said.fee_bearer, Bearer::Payees),
        reference: said.reference.unwrap_or_default(),
        description: said.description,
        effective_at: time_if("/effective_at", said.effective_at.as_ref())?,
        hold_until: None,
        labels: labels(said.external_id, said.tags, said.annotations),
    }))
}

/// Who receives, in either of its two forms.
pub(super) struct Payees {
    pub(super) to_account: Option<api::id::AccountId>,
    pub(super) split: Option<Vec<Part>>,
}

impl Payees {
    /// The parts as the domain has them.
    pub(super) fn parts(self) -> Result<Vec<command::Part>, Failure> {
        match (self.to_account, self.split) {
            (Some(account), None) => {
                let account = id("/to_account", &account.0)?;
                Ok(vec![command::Part { account, size: PartSize::Remainder }])
            }
            (None, Some(parts)) => parts.iter().enumerate().map(part).collect(),
            (None, None) => Err(at("field_missing", "/to_account", "give to_account or split")),
            (Some(_), Some(_)) => {
                Err(at("field_invalid", "/split", "cannot be combined with to_account"))
            }
        }
    }
}

fn part((place, said): (usize, &Part)) -> Result<command::Part, Failure> {
    let pointer = format!("/split/{place}");
    let account = id(&format!("{pointer}/account"), &said.account.0)?;
    let size = match (&said.amount, said.share_ppm, said.remainder) {
        (Some(fixed), None, None | Some(false)) => {
            PartSize::Fixed(amount(&format!("{pointer}/amount"), fixed)?)
        }
        (None, Some(share), None | Some(false)) => {
            PartSize::Share(millionths(&format!("{pointer}/share_ppm"), share)?)
        }
        (None, None, Some(true)) => PartSize::Remainder,
        _ => {
            let form = "must have exactly one of amount, share_ppm and remainder";
            return Err(at("field_invalid", pointer, form));
        }
    };
    Ok(command::Part { account, size })
}

fn outbound(said: CreateOutboundBankTransaction) -> Result<Command, Failure> {
    Ok(Command::PayOut(PayOut {
        payer: id("/from_account", &said.from_account.0)?,
        amount: amount("/amount", &said.amount)?,
        bank_account: id("/bank_account", &said.bank_account.0)?,
        bearer: bearer(said.fee_bearer, Bearer::Payer),
        reference: said.reference.unwrap_or_default(),
        description: said.description,
        behaviour: behaviour("/sandbox", said.sandbox.as_ref())?.map(|one| words(&one)),
        labels: labels(said.external_id, said.tags, said.annotations),
    }))
}

fn inbound(said: CreateInboundBankTransaction) -> Result<Command, Failure> {
    Ok(Command::Expect(Expect {
        payee: id("/to_account", &said.to_account.0)?,
        amount: amount("/amount", &said.amount)?,
        reference: said.reference,
        description: said.description,
        labels: labels(said.external_id, said.tags, said.annotations),
    }))
}

fn fee(said: CreateFeeTransaction) -> Result<Command, Failure> {
    Ok(Command::Charge(Charge {
        account: id("/from_account", &said.from_account.0)?,
        amount: amount("/amount", &said.amount)?,
        reference: said.reference.unwrap_or_default(),
        description: said.description,
        labels: labels(said.external_id, said.tags, said.annotations),
    }))
}

fn adjustment(said: CreateAdjustmentTransaction) -> Result<Command, Failure> {
    Ok(Command::Adjust(Adjust {
        account: id("/account", &said.account.0)?,
        direction: match said.direction {
            api::entry::Direction::Debit => Direction::Debit,
            api::entry::Direction::Credit => Direction::Credit,
        },
        amount: amount("/amount", &said.amount)?,
        against: match said.against {
            AdjustmentAgainst::Fees => Chart::Fees,
            AdjustmentAgainst::Loss => Chart::Loss,
            AdjustmentAgainst::OperatorEquity => Chart::OperatorEquity,
        },
        reference: said.reference.unwrap_or_default(),
        description: said.description,
        effective_at: time_if("/effective_at", said.effective_at.as_ref())?,
        labels: labels(said.external_id, said.tags, said.annotations),
    }))
}

/// List transactions
///
/// Newest first.
#[utoipa::path(get, path = "/v1/transactions", operation_id = "listTransactions",
    tag = "Transactions", responses((status = 200, body = TransactionList)))]
async fn list_transactions(State(service): State<Shared>, get: Get) -> Answer {
    let platform = get.caller.platform()?;
    Ok(ok(&page(&service, &lists::TRANSACTIONS, (Some(platform), get), |_| {}).await?))
}

/// Read a transaction
///
/// With its fee, what was captured and refunded, and the legs of its latest journal entry.
#[utoipa::path(get, path = "/v1/transactions/{transaction_id}", operation_id = "getTransaction",
    tag = "Transactions", responses((status = 200, body = Transaction)))]
async fn get_transaction(
    State(service): State<Shared>,
    Path(text): Path<String>,
    get: Get,
) -> Answer {
    let platform = get.caller.platform()?;
    let key: TransactionId = path_id("transaction", &text)?;
    get.params.finish()?;
    let found = service.read(move |reads, at| journal(reads, at, (platform, key))).await?;
    let Some((resource, entries, accounts)) = found else {
        return Err(not_found("transaction", &text));
    };
    let blocks = service.blocks(platform, &resource).await?;
    let wire = render::resource(&resource, get.caller.viewer());
    let wire = wire.map(|wire| wire.with_blocks(&blocks));
    let Some(Wire::Transaction(mut wire)) = wire else { return Err(problem("internal").into()) };
    wire.legs = entries.last().map(|entry| render::legs(&entry.legs, &accounts));
    if let Resource::Transaction(transaction) = &resource
        && transaction.status == TransactionStatus::Created
    {
        wire.pay_to = collection_account(&service, (platform, transaction.amount.asset())).await?;
    }
    Ok(ok(&wire))
}

/// Update a transaction
///
/// Changes its description, tags and annotations; its money never.
#[utoipa::path(patch, path = "/v1/transactions/{transaction_id}",
    operation_id = "updateTransaction", tag = "Transactions", request_body = UpdateTransaction,
    responses((status = 200, body = Transaction)))]
async fn update_transaction(
    State(service): State<Shared>,
    Path(text): Path<String>,
    patch: Patch<UpdateTransaction>,
) -> Answer {
    let target = (patch.caller.platform()?, Key::Transaction(path_id("transaction", &text)?));
    let UpdateTransaction { description, tags, annotations } = patch.body.clone();
    let fields = FieldsPatch { description, ..FieldsPatch::default() };
    update(&service, patch, target, (labels_patch(tags, annotations), fields)).await
}

/// Move a transaction to another status
///
/// Expected money is `cancelled` by the platform. Unallocated money is `settled` on an `account`,
/// or `returned` to its payer, by an operator.
#[utoipa::path(post, path = "/v1/transactions/{transaction_id}/transitions",
    operation_id = "transitionTransaction", tag = "Transactions",
    request_body = TransactionTransition, responses((status = 200, body = Transaction)))]
async fn transition_transaction(
    State(service): State<Shared>,
    Path(text): Path<String>,
    post: Post<TransactionTransition>,
) -> Answer {
    let target = (post.caller.platform()?, Key::Transaction(path_id("transaction", &text)?));
    let TransactionTransition { to, reason_code, note, account } = post.body.clone();
    let account = account.map(|account| id("/account", &account.0)).transpose()?;
    let step = Step { to, reason_code, note, account, amount: None };
    transition(&service, &post, target, step).await
}

/// List the journal entries of a transaction
///
/// Oldest first, with every leg and the balances after it.
#[utoipa::path(get, path = "/v1/transactions/{transaction_id}/entries",
    operation_id = "listTransactionEntries", tag = "Transactions",
    responses((status = 200, body = EntryList)))]
async fn list_transaction_entries(
    State(service): State<Shared>,
    Path(text): Path<String>,
    get: Get,
) -> Answer {
    let platform = get.caller.platform()?;
    let key: TransactionId = path_id("transaction", &text)?;
    get.params.finish()?;
    let found = service.read(move |reads, at| journal(reads, at, (platform, key))).await?;
    let Some((_, entries, accounts)) = found else {
        return Err(not_found("transaction", &text));
    };
    let data = entries.iter().map(|entry| render::entry(entry, &accounts)).collect();
    Ok(ok(&Page { data, next_cursor: None }))
}

type Journal = (Resource, Vec<Entry>, BTreeMap<AccountId, Account>);

/// A transaction with its journal entries and the accounts that they name.
fn journal(
    reads: &dyn Reads,
    at: u64,
    (platform, key): (PlatformId, TransactionId),
) -> Result<Option<Journal>, Fault> {
    let Some(resource) = reads.resource(at, platform, &Key::Transaction(key))? else {
        return Ok(None);
    };
    let entries = reads.entries_of(at, platform, key)?;
    let mut accounts = BTreeMap::new();
    for leg in entries.iter().flat_map(|entry| &entry.legs) {
        let account = leg.leg.account;
        if accounts.contains_key(&account) {
            continue;
        }
        if let Some(Resource::Account(found)) =
            reads.resource(at, platform, &Key::Account(account))?
        {
            accounts.insert(account, found);
        }
    }
    Ok(Some((resource, entries, accounts)))
}
