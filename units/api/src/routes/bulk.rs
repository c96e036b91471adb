//! `/v1/transactions/bulk`: many transactions in one request, each by itself or all or none.
//!
//! The request is a command that says only how many came; each item is the command that a request
//! for it alone would be, under its own key, and keeps the same answer.

use std::collections::BTreeSet;

use api::bulk::{BulkAnswer, CreateBulk};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use ledger::PlatformId;
use money::Asset;
use payments::{Command, Envelope, Idempotency};
use processor::{Answer, Group, GroupAnswer, Mode, Presented, Request, Unity};
use serde::Deserialize;
use serde_json::Value;
use unit::problems::instance;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::transactions::asked;
use crate::failure::Failure;
use crate::idempotency::{self, IDEMPOTENT_REPLAYED, fingerprint, fingerprint_of_many};
use crate::limits::BULK_ITEMS_MAX;
use crate::prefer::{PREFERENCE_APPLIED, RETURN_MINIMAL, Return};
use crate::problems::{at, of_answer, of_item, problem, under};
use crate::requests::{PostUnread, envelope};
use crate::sandbox::collection_account;
use crate::service::{Done, Shared};

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(create_transactions))
}

/// Create many transactions
///
/// Up to 1,000, each with a key of its own, in order. Unless `atomic`, each is made or refused as if
/// it had been sent alone, and `results` says what came of each. With `atomic`, all are made, or none
/// and the problem names the item; the keys of the items then stay unused.
#[utoipa::path(post, path = "/v1/transactions/bulk", operation_id = "createTransactions",
    tag = "Transactions", request_body = CreateBulk,
    responses((status = 200, body = BulkAnswer)))]
async fn create_transactions(
    State(service): State<Shared>,
    post: PostUnread,
) -> Result<Response, Failure> {
    let (answered, caller) = (post.answered, post.caller.clone());
    // A thousand items take milliseconds, which others need not wait for.
    let read = tokio::task::spawn_blocking(move || read(post)).await;
    let Bulk { group, malformed, shown } = read.map_err(|_panicked| problem("internal"))??;
    for (platform, asset) in shown {
        // Known before the commands, so that the kept answers can show them.
        collection_account(&service, (platform, asset)).await?;
    }
    let GroupAnswer { whole, items, guilty } = service.group(&caller, group).await?;
    let replayed = matches!(whole, Answer::Kept { replayed: true, .. });
    match whole {
        Answer::Kept { presented, .. } if presented.status < 400 => {}
        Answer::Kept { presented, replayed, .. } => {
            let done = Done { replayed, ..Done::whole(presented) };
            return Ok(done.into_response());
        }
        other @ (Answer::Dry(_) | Answer::Refused(_) | Answer::KeyReused | Answer::Failed(_)) => {
            let mut failure = of_answer(&other);
            if let Some(item) = guilty {
                failure.problem = Box::new(of_item(item, *failure.problem));
            }
            return Err(failure);
        }
    }
    let results = Results { malformed, request_id: &caller.request_id, answered, replayed };
    Ok(results.response(items))
}

/// A request of many, read.
struct Bulk {
    group: Group,
    /// What is wrong with the items that are no commands, by their place.
    malformed: Vec<(usize, Failure)>,
    /// The collection accounts that answers show.
    shown: BTreeSet<(PlatformId, Asset)>,
}

fn read(post: PostUnread) -> Result<Bulk, Failure> {
    let value = post.value()?;
    let platform = post.caller.platform()?;
    let (unity, said) = members(value)?;
    let mode = match post.answered {
        Return::Whole => Mode::Apply,
        Return::Minimal => Mode::ApplyMinimal,
    };
    let (mut items, mut malformed, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (place, said) in said.into_iter().enumerate() {
        let Item { key, transaction } = item(place, said)?;
        let fingerprint = fingerprint(ALONE, post.caller.platform, &transaction);
        match asked(&post.caller, transaction) {
            Ok(command) => {
                let scope = post.caller.key_scope();
                let idempotency = Idempotency { scope, key: key.0.clone(), fingerprint };
                let envelope = envelope(&post.caller, platform, (Some(idempotency), command));
                items.push(Request { envelope, mode });
            }
            Err(failure) if unity == Unity::Each => malformed.push((place, failure)),
            Err(failure) => return Err(for_item(place, failure)),
        }
        parts.push((key.0, fingerprint));
    }
    let word = match unity {
        Unity::Each => "each",
        Unity::All => "all",
    };
    let fingerprint = fingerprint_of_many(post.caller.platform, word, &parts);
    let idempotency =
        Idempotency { scope: post.caller.key_scope(), key: post.key.0.clone(), fingerprint };
    let command = Command::Bulk { items: parts.len() };
    let whole = envelope(&post.caller, platform, (Some(idempotency), command));
    let shown = items.iter().filter_map(|item| shows(&item.envelope)).collect();
    let whole = Request { envelope: whole, mode: Mode::Apply };
    Ok(Bulk { group: Group { whole, items, unity }, malformed, shown })
}

/// The collection account that the answer to a command shows.
fn shows(envelope: &Envelope) -> Option<(PlatformId, Asset)> {
    if let Command::Expect(expect) = &envelope.command {
        return Some((envelope.platform, expect.amount.asset()));
    }
    None
}

/// The members of the body.
fn members(value: Value) -> Result<(Unity, Vec<Value>), Failure> {
    let Value::Object(mut members) = value else {
        return Err(at("field_invalid", "/", "must be an object"));
    };
    let unity = match members.remove("atomic") {
        None | Some(Value::Null | Value::Bool(false)) => Unity::Each,
        Some(Value::Bool(true)) => Unity::All,
        Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(at("field_invalid", "/atomic", "must be true or false"));
        }
    };
    let items = members.remove("items");
    nothing_more(&members)?;
    match items {
        Some(Value::Array(items)) if (1..=BULK_ITEMS_MAX).contains(&items.len()) => {
            Ok((unity, items))
        }
        Some(_) => {
            let form = format!("must be a list of 1 to {BULK_ITEMS_MAX} items");
            Err(at("field_invalid", "/items", form))
        }
        None => Err(at("field_missing", "/items", "must be there")),
    }
}

fn nothing_more(members: &serde_json::Map<String, Value>) -> Result<(), Failure> {
    match members.keys().next() {
        Some(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            Err(at("field_unknown", format!("/{name}"), "the route does not know this field"))
        }
        None => Ok(()),
    }
}

/// One item, as far as its form goes.
struct Item {
    key: idempotency::Key,
    transaction: Value,
}

fn item(place: usize, said: Value) -> Result<Item, Failure> {
    let within = |failure: Failure| under(&format!("/items/{place}"), failure);
    let Value::Object(mut members) = said else {
        return Err(within(at("field_invalid", "", "must be an object")));
    };
    let missing = |name| within(at("field_missing", name, "must be there"));
    let key = members.remove("idempotency_key").ok_or_else(|| missing("/idempotency_key"))?;
    let transaction = members.remove("transaction").ok_or_else(|| missing("/transaction"))?;
    nothing_more(&members).map_err(within)?;
    let form = "must be a text of 1 to 255 printable characters";
    let key = key.as_str().and_then(|key| idempotency::Key::parse(key).ok());
    let key = key.ok_or_else(|| within(at("field_invalid", "/idempotency_key", form)))?;
    Ok(Item { key, transaction })
}

/// What a request for one transaction alone is sent to.
const ALONE: (&str, &str) = ("POST", "/v1/transactions");

/// What is wrong with an item as what is wrong with the whole.
fn for_item(place: usize, failure: Failure) -> Failure {
    Failure { problem: Box::new(of_item(place, *failure.problem)), ..failure }
}

/// What the answer is made of, besides what came of the items.
struct Results<'a> {
    malformed: Vec<(usize, Failure)>,
    request_id: &'a str,
    answered: Return,
    /// Whether the whole was asked before, which the header says.
    replayed: bool,
}

/// What an answer that is not shown whole is shown by.
#[derive(Deserialize)]
struct Seen<'a> {
    #[serde(borrow, default)]
    id: Option<&'a str>,
    #[serde(borrow, default)]
    code: Option<&'a str>,
}

impl Results<'_> {
    fn response(mut self, items: Vec<Answer>) -> Response {
        let mut body = Vec::with_capacity(items.len().saturating_mul(64));
        body.extend_from_slice(b"{\"results\":[");
        let mut malformed = std::mem::take(&mut self.malformed).into_iter().peekable();
        let (mut items, mut place) = (items.into_iter(), 0_usize);
        loop {
            let answer = match malformed.next_if(|(at, _)| *at == place) {
                Some((_, failure)) => Ok(failure),
                None => match items.next() {
                    Some(answer) => Err(answer),
                    None => break,
                },
            };
            if place > 0 {
                body.push(b',');
            }
            match answer {
                Ok(failure) => self.failed(failure, &mut body),
                Err(answer) => self.answered(answer, &mut body),
            }
            place = place.saturating_add(1);
        }
        body.extend_from_slice(b"]}");
        self.headed(body)
    }

    fn answered(&self, answer: Answer, out: &mut Vec<u8>) {
        match answer {
            Answer::Kept { presented, replayed, .. } => {
                let told = if replayed && !self.replayed { Told::Before } else { Told::Now };
                self.result(&presented, told, out);
            }
            Answer::Dry(_) | Answer::Refused(_) | Answer::KeyReused | Answer::Failed(_) => {
                self.failed(of_answer(&answer), out);
            }
        }
    }

    fn failed(&self, failure: Failure, out: &mut Vec<u8>) {
        let problem = failure.problem.instance(instance(self.request_id));
        let presented = Presented { status: problem.status, body: problem.to_json() };
        self.result(&presented, Told::Now, out);
    }

    /// One result, put together from bytes that are JSON already.
    fn result(&self, presented: &Presented, told: Told, out: &mut Vec<u8>) {
        let Presented { status, body } = presented;
        out.extend_from_slice(b"{\"status\":");
        out.extend_from_slice(status.to_string().as_bytes());
        if told == Told::Before {
            out.extend_from_slice(b",\"idempotent_replayed\":true");
        }
        let made = *status < 400;
        match self.answered {
            Return::Whole => {
                let name: &[u8] = if made { b",\"transaction\":" } else { b",\"problem\":" };
                out.extend_from_slice(name);
                out.extend_from_slice(body);
            }
            Return::Minimal => {
                let seen = serde_json::from_slice(body).unwrap_or(Seen { id: None, code: None });
                let (name, text): (&[u8], _) =
                    if made { (b",\"id\":\"", seen.id) } else { (b",\"code\":\"", seen.code) };
                out.extend_from_slice(name);
                out.extend_from_slice(text.unwrap_or_default().as_bytes());
                out.push(b'"');
            }
        }
        out.push(b'}');
    }

    fn headed(&self, body: Vec<u8>) -> Response {
        let mut response = Response::new(body.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.replayed {
            headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        if self.answered == Return::Minimal {
            headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(RETURN_MINIMAL));
        }
        response
    }
}

/// When an item got its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// With this request.
    Now,
    /// With another one before.
    Before,
}
