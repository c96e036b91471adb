//! Who calls: bearer keys, their secrets, their scopes, and the platform they speak for.
//!
//! Checked in this order: credentials, rate, expiry, scope, platform. A key read before is
//! remembered with the position it was read at, and read again once any key changed after that.
//!
//! Start at [`Caller`].

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::{PlatformId, Timestamp};
use payments::ids::KeyId;
use payments::resources::ApiKey;
use payments::states::KeyStatus;
use payments::{Actor, Key, OPERATOR};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use unit::secret::Secret;
use unit::trace::RequestContext;

use crate::failure::Failure;
use crate::limits::KEYS_REMEMBERED_MAX;
use crate::problems::{because, not_found, problem};
use crate::render::Viewer;
use crate::scopes;
use crate::service::{Service, Shared};

/// The header by which an operator names a platform.
pub(crate) const FLORIN_PLATFORM: &str = "florin-platform";

const SECRET_BYTES: usize = 32;
const TOKEN_LENGTH_MAX: usize = 128;

/// Who calls, known and allowed to.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Its key.
    pub(crate) actor: Actor,
    /// Whom it speaks for; an operator may speak for nobody.
    pub(crate) platform: Option<PlatformId>,
    /// What its key may do.
    pub(crate) scopes: Vec<String>,
    /// When its key stops working.
    pub(crate) key_expires_at: Option<Timestamp>,
    /// From where.
    pub(crate) address: String,
    /// The request.
    pub(crate) request_id: String,
    /// When the request came; not known outside the HTTP stack.
    pub(crate) received_at: Option<Instant>,
}

impl Caller {
    /// The platform it speaks for, which most routes need.
    pub(crate) fn platform(&self) -> Result<PlatformId, Failure> {
        self.platform.ok_or_else(|| problem("platform_missing").into())
    }

    /// Whose history it reads: an operator that names no platform reads the operator's own.
    pub(crate) fn history(&self) -> Result<PlatformId, Failure> {
        if self.actor.is_operator() {
            Ok(self.platform.unwrap_or(OPERATOR))
        } else {
            self.platform()
        }
    }

    /// Refuses whoever is not the provider.
    pub(crate) fn operator(&self) -> Result<(), Failure> {
        if self.actor.is_operator() { Ok(()) } else { Err(problem("operator_required").into()) }
    }

    /// Whose idempotency keys it uses.
    pub(crate) fn key_scope(&self) -> PlatformId {
        if self.actor.is_operator() { OPERATOR } else { self.platform.unwrap_or(OPERATOR) }
    }

    /// Who looks at what it is shown.
    pub(crate) fn viewer(&self) -> Viewer {
        if self.actor.is_operator() { Viewer::Operator } else { Viewer::Platform }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Failure> {
        let token = bearer(&parts.headers, service.mode)?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        let (owner, key) = service.api_key(&token, peer).await?;
        service.rates.take(key.id, service.clock.now_micros()).map_err(slower)?;
        check_life(&key, service)?;
        check_scope(&key, parts)?;
        let (actor, platform) = speaks_for(service, (owner, &key), parts).await?;
        service.reads.key_used(key.id, service.now());
        let context = parts.extensions.get::<RequestContext>();
        Ok(Self {
            actor,
            platform,
            scopes: key.scopes,
            key_expires_at: key.expires_at,
            address: peer.map_or_else(String::new, |peer| peer.to_string()),
            request_id: context.map_or_else(String::new, |context| context.request_id.to_string()),
            received_at: context.map(|context| context.received_at),
        })
    }
}

/// Too fast: when to come back.
fn slower(after: Duration) -> Failure {
    Failure { problem: Box::new(unit::problems::rate_limited()), after: Some(after) }
}

fn check_life(key: &ApiKey, service: &Service) -> Result<(), Failure> {
    if key.status != KeyStatus::Active {
        return Err(because("credentials_invalid", "the key was revoked"));
    }
    if !key.works_at(service.now()) {
        return Err(problem("key_expired").into());
    }
    Ok(())
}

fn check_scope(key: &ApiKey, parts: &Parts) -> Result<(), Failure> {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let needed = scopes::needed(&parts.method, path);
    if scopes::grants(&key.scopes, &needed) {
        return Ok(());
    }
    Err(because("scope_missing", format!("this needs the scope {needed}")))
}

/// Whom the key speaks for: a platform's for itself, an operator's for whom the header names.
async fn speaks_for(
    service: &Service,
    (owner, key): (PlatformId, &ApiKey),
    parts: &Parts,
) -> Result<(Actor, Option<PlatformId>), Failure> {
    let header = parts.headers.get(FLORIN_PLATFORM);
    let read = |value: &HeaderValue| value.to_str().ok()?.parse::<PlatformId>().ok();
    let named = match header.map(read) {
        None => None,
        Some(None) => return Err(problem("platform_header_invalid").into()),
        Some(Some(platform)) => Some(platform),
    };
    if owner != OPERATOR {
        return match named {
            Some(other) if other != owner => Err(not_found("platform", &other.to_string())),
            Some(_) | None => Ok((Actor::Platform(key.id), Some(owner))),
        };
    }
    if let Some(platform) = named {
        let ask = move |reads: &dyn store::Reads, at| {
            reads.resource(at, platform, &Key::Platform(platform))
        };
        if service.read(ask).await?.is_none() {
            return Err(not_found("platform", &platform.to_string()));
        }
    }
    Ok((Actor::Operator(key.id), named))
}

/// A key as it is sent: which, and its secret.
#[derive(Debug)]
struct Token {
    mode: store::Mode,
    key: KeyId,
    secret: Secret<[u8; SECRET_BYTES]>,
}

fn bearer(headers: &HeaderMap, mode: store::Mode) -> Result<Token, Failure> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(problem("credentials_missing").into());
    };
    let text = value.to_str().unwrap_or_default().trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(problem("credentials_missing").into());
    }
    let token: Token = token.trim().parse().map_err(|()| problem("credentials_invalid"))?;
    if token.mode != mode {
        let detail = format!("this is a {} store, the key is of another", mode.code());
        return Err(because("credentials_invalid", detail));
    }
    Ok(token)
}

impl FromStr for Token {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() > TOKEN_LENGTH_MAX {
            return Err(());
        }
        let rest = text.strip_prefix("fl_").ok_or(())?;
        let (mode, rest) = rest.split_once('_').ok_or(())?;
        let mode = store::Mode::parse(mode).ok_or(())?;
        let (id, secret) = rest.split_once('_').ok_or(())?;
        let key = format!("{}_{id}", KeyId::PREFIX).parse().map_err(|_| ())?;
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| ())?;
        let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| ())?;
        Ok(Self { mode, key, secret: Secret::new(secret) })
    }
}

/// A secret and the token that shows it, for a key that is about to be made.
#[derive(Debug)]
pub struct NewSecret(Secret<[u8; SECRET_BYTES]>);

impl NewSecret {
    /// A secret that nobody can guess.
    ///
    /// # Errors
    ///
    /// [`unit::chance::Fault`] if the operating system has no chance to give.
    pub fn mint() -> Result<Self, unit::chance::Fault> {
        Ok(Self(Secret::new(unit::chance::random_bytes()?)))
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose()).into()
    }

    /// The whole token, to be shown once: `fl_test_`, the key's id, the secret.
    #[must_use]
    pub fn token(&self, mode: store::Mode, key: KeyId) -> String {
        let id = key.to_string();
        let id = id.split_once('_').map_or("", |(_, id)| id);
        let secret = URL_SAFE_NO_PAD.encode(self.0.expose());
        format!("fl_{}_{id}_{secret}", mode.code())
    }
}

/// Keys read lately, each with the position it was read at.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<HashMap<KeyId, (u64, PlatformId, ApiKey)>>);

impl Remembered {
    fn get(&self, key: KeyId, at: u64) -> Option<(PlatformId, ApiKey)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, owner, key) = known.get(&key)?;
        (*read_at >= at).then(|| (*owner, key.clone()))
    }

    fn put(&self, at: u64, owner: PlatformId, key: ApiKey) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEYS_REMEMBERED_MAX {
            known.clear();
        }
        known.insert(key.id, (at, owner, key));
    }
}

impl Service {
    /// The key of a token whose secret is right.
    ///
    /// What is not known to be right costs a look: an address has so many of them.
    async fn api_key(
        &self,
        token: &Token,
        peer: Option<IpAddr>,
    ) -> Result<(PlatformId, ApiKey), Failure> {
        let guess = || {
            let now = self.clock.now_micros();
            peer.map_or(Ok(()), |peer| self.guesses.take(peer, now)).map_err(slower)
        };
        let at = self.keys_changed.load(Ordering::Acquire);
        let id = token.key;
        let found = match self.remembered.get(id, at) {
            Some(known) => Some(known),
            None => {
                guess()?;
                self.read_at(at, move |reads, at| reads.api_key(at, id)).await?
            }
        };
        // An unknown key takes as long as a wrong secret.
        let kept = found.as_ref().map_or([0; 32], |(_, key)| key.secret_hash);
        let sent: [u8; 32] = Sha256::digest(token.secret.expose()).into();
        let right = bool::from(kept.ct_eq(&sent));
        match found.filter(|_| right) {
            Some((owner, key)) => {
                self.remembered.put(at, owner, key.clone());
                Ok((owner, key))
            }
            None => {
                guess()?;
                Err(problem("credentials_invalid").into())
            }
        }
    }
}
