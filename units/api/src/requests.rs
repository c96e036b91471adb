//! The three kinds of requests: a POST with its idempotency key, a PATCH with its version, a GET.
//!
//! Checked in this order: who calls, idempotency key or version, parameters, body. Start at
//! [`Post`], [`Patch`] and [`Get`].

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ledger::PlatformId;
use payments::{Command, Envelope, Idempotency};
use processor::{Mode, Presented};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::auth::Caller;
use crate::body::{self, Accepts};
use crate::failure::Failure;
use crate::idempotency::{self, IDEMPOTENT_REPLAYED, fingerprint};
use crate::ifmatch;
use crate::params::Params;
use crate::prefer::{PREFERENCE_APPLIED, RETURN_MINIMAL, Return};
use crate::problems::{at, problem};
use crate::service::{Done, Shared};

/// The routes whose POST may be tried first.
const DRY_RUNS: &[&str] = &["/v1/transactions", "/v1/holds", "/v1/refunds"];
/// The routes, besides the one for many, whose POST may be answered minimally.
const MINIMALS: &[&str] = &["/v1/transactions"];

/// A request that makes or moves something.
#[derive(Debug)]
pub(crate) struct Post<T> {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The caller's key; a dry run may have none.
    pub(crate) key: Option<idempotency::Key>,
    /// What a repeated request must match.
    pub(crate) fingerprint: [u8; 32],
    /// For real, or to see.
    pub(crate) mode: Mode,
    /// The version the caller saw, if it said.
    pub(crate) expected: Option<u64>,
    /// What it asks for.
    pub(crate) body: T,
}

/// A request that changes fields.
#[derive(Debug)]
pub(crate) struct Patch<T> {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The version the caller saw.
    pub(crate) expected: u64,
    /// What it asks for.
    pub(crate) body: T,
}

/// A request that only looks.
#[derive(Debug)]
pub(crate) struct Get {
    /// Who calls.
    pub(crate) caller: Caller,
    /// What stands behind the question mark.
    pub(crate) params: Params,
}

impl<T> Post<T> {
    /// The command in its envelope, for `platform`.
    pub(crate) fn envelope(&self, platform: PlatformId, command: Command) -> Envelope {
        let idempotency = self.key.as_ref().map(|key| Idempotency {
            scope: self.caller.key_scope(),
            key: key.0.clone(),
            fingerprint: self.fingerprint,
        });
        envelope(&self.caller, platform, (idempotency, command))
    }
}

impl<T> Patch<T> {
    /// The command in its envelope, for `platform`.
    pub(crate) fn envelope(&self, platform: PlatformId, command: Command) -> Envelope {
        envelope(&self.caller, platform, (None, command))
    }
}

/// A command in its envelope.
pub(crate) fn envelope(
    caller: &Caller,
    platform: PlatformId,
    (idempotency, command): (Option<Idempotency>, Command),
) -> Envelope {
    Envelope {
        platform,
        actor: caller.actor,
        address: caller.address.clone(),
        request_id: caller.request_id.clone(),
        idempotency,
        command,
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for Post<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, service).await?;
        let mut params = Params::read(&parts)?;
        let mode = mode(&parts, &mut params)?;
        let key = match mode {
            Mode::Apply | Mode::ApplyMinimal => Some(idempotency::Key::read(&parts.headers)?),
            Mode::DryRun => None,
        };
        params.finish()?;
        let expected = ifmatch::optional(&parts.headers)?;
        let bytes = receive(body, service).await?;
        let value = body::parse(&parts.headers, &bytes, Accepts::Json)?;
        let named = caller.platform;
        let fingerprint = fingerprint((parts.method.as_str(), parts.uri.path()), named, &value);
        Ok(Self { caller, key, fingerprint, mode, expected, body: body::read(value)? })
    }
}

/// A POST whose body is still bytes, for the route that takes large ones.
#[derive(Debug)]
pub(crate) struct PostUnread {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The caller's key.
    pub(crate) key: idempotency::Key,
    /// How much of what is made the caller wants back.
    pub(crate) answered: Return,
    headers: HeaderMap,
    bytes: Bytes,
}

impl PostUnread {
    /// The JSON of its body.
    pub(crate) fn value(&self) -> Result<Value, Failure> {
        body::parse(&self.headers, &self.bytes, Accepts::Json)
    }
}

impl FromRequest<Shared> for PostUnread {
    type Rejection = Failure;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, service).await?;
        let key = idempotency::Key::read(&parts.headers)?;
        Params::read(&parts)?.finish()?;
        let answered = Return::read(&parts.headers);
        let bytes = receive(body, service).await?;
        Ok(Self { caller, key, answered, headers: parts.headers, bytes })
    }
}

fn mode(parts: &Parts, params: &mut Params) -> Result<Mode, Failure> {
    if !DRY_RUNS.contains(&parts.uri.path()) {
        return Ok(Mode::Apply);
    }
    let minimal =
        MINIMALS.contains(&parts.uri.path()) && Return::read(&parts.headers) == Return::Minimal;
    let apply = if minimal { Mode::ApplyMinimal } else { Mode::Apply };
    match params.text("dry_run").as_deref() {
        None | Some("false") => Ok(apply),
        Some("true") => Ok(Mode::DryRun),
        Some(_) => Err(at("parameter_invalid", "?dry_run", "must be true or false")),
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for Patch<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, service: &Shared) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, service).await?;
        let expected = ifmatch::required(&parts.headers)?;
        Params::read(&parts)?.finish()?;
        let bytes = receive(body, service).await?;
        let value = body::parse(&parts.headers, &bytes, Accepts::MergePatch)?;
        Ok(Self { caller, expected, body: body::read(value)? })
    }
}

impl FromRequestParts<Shared> for Get {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let params = Params::read(parts)?;
        Ok(Self { caller, params })
    }
}

/// The body, which the stack has received whole and within its limit.
async fn receive(body: axum::body::Body, service: &Shared) -> Result<Bytes, Failure> {
    let received = Bytes::from_request(Request::new(body), service).await;
    received.map_err(|_| problem("request_malformed").into())
}

/// What an answer says of itself.
#[derive(Debug, Default, Deserialize)]
struct Seen {
    id: Option<Value>,
    version: Option<u64>,
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let Self { presented: Presented { status, body }, replayed, answered } = self;
        let seen: Seen = serde_json::from_slice(&body).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = if status < 400 { "application/json" } else { api::problem::MEDIA_TYPE };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if replayed {
            headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        if answered == Return::Minimal {
            headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(RETURN_MINIMAL));
        }
        if status < 400 {
            describe(headers, &seen, status);
        }
        response
    }
}

fn describe(headers: &mut HeaderMap, seen: &Seen, status: u16) {
    if let Some(etag) = seen.version.and_then(ifmatch::etag) {
        headers.insert(ETAG, etag);
    }
    let id = seen.id.as_ref().and_then(Value::as_str);
    if status == 201
        && let Some(path) = id.and_then(path_of)
        && let Ok(path) = HeaderValue::from_str(&path)
    {
        headers.insert(LOCATION, path);
    }
}

/// Where the resource with this id is read.
fn path_of(id: &str) -> Option<String> {
    let collection = match id.split('_').next()? {
        "plt" => "platforms",
        "key" => "keys",
        "rol" => "roles",
        "cus" => "customers",
        "per" => "persons",
        "acc" => "accounts",
        "ban" => "bank-accounts",
        "txn" => "transactions",
        "hld" => "holds",
        "rfd" => "refunds",
        _ => return None,
    };
    Some(format!("/v1/{collection}/{id}"))
}
