//! HTTP to a Florin that runs, as any caller does it: one way for every command.
//!
//! Plain HTTP only. Start at [`Client`]; which server a command talks to is decided in [`reach`].

pub(crate) mod reach;

use std::time::Duration;

use api::platform::{Platform, PlatformList};
use api::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use unit::secret::Secret;

use crate::failure::{Failure, chain};

/// How long one request may take, whatever happens.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Rows asked for at once.
const PAGE: &str = "100";
/// Pages of one list that are read.
const PAGES_MAX: usize = 100;

/// A caller with its key.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    key: Secret<String>,
    platform: Option<String>,
}

/// An answer: success or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Whether this was answered before under the same key.
    pub(crate) replay: Replay,
    /// The body; null if it is no JSON.
    pub(crate) body: Value,
}

/// Whether an answer is the first or a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// The first answer to its key.
    First,
    /// What was answered before.
    Again,
}

impl Client {
    /// A caller of the server at `base`, such as `http://127.0.0.1:7050`.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if that is no such address.
    pub(crate) fn new(base: &str, key: Secret<String>) -> Result<Self, Failure> {
        let base = base.trim_end_matches('/').to_owned();
        if base.starts_with("https://") {
            let text = format!(
                "{base} speaks TLS, which this command does not: name an http address, \
                 such as the near end of a tunnel"
            );
            return Err(Failure::Unable(text));
        }
        if base.strip_prefix("http://").is_none_or(str::is_empty) {
            let text =
                format!("`{base}` is no address of a Florin: write http://HOST:PORT after --url");
            return Err(Failure::Unable(text));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(concat!("florin/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), base, key, platform: None })
    }

    /// The same caller, acting for `platform`: operators' keys must name one.
    pub(crate) fn for_platform(&self, platform: &str) -> Self {
        Self { platform: Some(platform.to_owned()), ..self.clone() }
    }

    /// The same caller, acting for no platform.
    pub(crate) fn for_no_platform(&self) -> Self {
        Self { platform: None, ..self.clone() }
    }

    /// The server's address.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Reads `path` with `query`.
    ///
    /// # Errors
    ///
    /// [`Failure`] unless the answer is a success of the right shape.
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = self.headed(request).query_pairs(query.iter().copied());
        self.reply(request.call())?.read()
    }

    /// Posts `body` to `path` under an idempotency key of its own.
    ///
    /// # Errors
    ///
    /// [`Failure`] unless the answer is a success of the right shape.
    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.post_keyed(path, &fresh_key()?, body)?.read()
    }

    /// Posts `body` to `path` under `key`; an error that the server answers is an answer.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if there is no answer.
    pub(crate) fn post_keyed(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Reply, Failure> {
        let request = self.agent.post(format!("{}{path}", self.base));
        self.reply(self.headed(request).header("Idempotency-Key", key).send_json(body))
    }

    /// Every platform, newest first; operators only.
    ///
    /// # Errors
    ///
    /// [`Failure`] unless they are answered.
    pub(crate) fn platforms(&self) -> Result<Vec<Platform>, Failure> {
        let caller = self.for_no_platform();
        caller.every("/v1/platforms", |page: PlatformList| (page.data, page.next_cursor))
    }

    /// Every row of a list, page by page.
    ///
    /// # Errors
    ///
    /// [`Failure`] unless they are answered.
    pub(crate) fn every<P: DeserializeOwned, T>(
        &self,
        path: &str,
        open: impl Fn(P) -> (Vec<T>, Option<String>),
    ) -> Result<Vec<T>, Failure> {
        let (mut rows, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE)];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let (page, next) = open(self.get(path, &query)?);
            rows.extend(page);
            cursor = next;
            if cursor.is_none() {
                return Ok(rows);
            }
        }
        let text = format!("{path} has more than {} rows: ask the API for them", rows.len());
        Err(Failure::Unable(text))
    }

    /// Whether the key is a platform's own, rather than an operator's that must name one.
    ///
    /// # Errors
    ///
    /// [`Failure::Unable`] if there is no answer.
    pub(crate) fn is_of_platform(&self) -> Result<bool, Failure> {
        // Only operators may list platforms; whoever may not is one.
        let request = self.agent.get(format!("{}/v1/platforms", self.base)).query("limit", "1");
        Ok(self.reply(self.headed(request).call())?.status == 403)
    }

    fn headed<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let bearer = format!("Bearer {}", self.key.expose());
        let request = request.header("Authorization", bearer);
        match &self.platform {
            Some(platform) => request.header("Florin-Platform", platform),
            None => request,
        }
    }

    fn reply(
        &self,
        answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Reply, Failure> {
        let no_answer = |error: ureq::Error| {
            let text = format!(
                "no answer from {}: {}; check that Florin runs there, or start it with `florin serve`",
                self.base,
                chain(&error)
            );
            Failure::Unable(text)
        };
        let mut response = answered.map_err(no_answer)?;
        let replayed = response.headers().get("idempotent-replayed");
        let replay = if replayed.is_some_and(|value| value == "true") {
            Replay::Again
        } else {
            Replay::First
        };
        let status = response.status().as_u16();
        let bytes = response.body_mut().read_to_vec().map_err(no_answer)?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { status, replay, body })
    }
}

impl Reply {
    /// The body of a success.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the answer is an error, or not of the shape of `T`.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Failure> {
        if !(200..300).contains(&self.status) {
            return Err(self.failure());
        }
        serde_json::from_value(self.body).map_err(|error| {
            Failure::of("the server's answer is not understood; is it another version?", &error)
        })
    }

    /// The problem that was answered, if it was one.
    pub(crate) fn problem(&self) -> Option<Problem> {
        serde_json::from_value(self.body.clone()).ok()
    }

    /// What an error means for a command: a refusal is an answer, everything else is none.
    fn failure(&self) -> Failure {
        let Some(problem) = self.problem() else {
            let status = self.status;
            return Failure::Unable(format!("the server answers {status}, and not as Florin does"));
        };
        let text = sentence(&problem);
        match self.status {
            401 | 403 => {
                Failure::Unable(format!("{text}; give another key with --key or FLORIN_KEY"))
            }
            409 | 412 | 422 => Failure::No(text),
            400 | 404 | 428 => Failure::Unable(text),
            _ => Failure::Unable(text),
        }
    }
}

/// A problem in one line.
fn sentence(problem: &Problem) -> String {
    let mut text = format!("{} ({})", problem.title, problem.code);
    if let Some(detail) = &problem.detail {
        text = format!("{text}: {detail}");
    }
    for error in &problem.errors {
        text = format!("{text}; {} {}", error.pointer, error.detail);
    }
    text
}

/// An idempotency key that nobody has used.
///
/// # Errors
///
/// [`Failure::Unable`] if the system has no random bytes to give.
pub(crate) fn fresh_key() -> Result<String, Failure> {
    let bytes: [u8; 16] = unit::chance::random_bytes().map_err(|fault| Failure::plain(&fault))?;
    Ok(format!("cli-{:032x}", u128::from_be_bytes(bytes)))
}
