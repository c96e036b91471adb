//! Probes for orchestrators: is the process alive, may it get requests, and its figures.
//!
//! No look at the stores: a unit says itself when it is ready. Invariant: once draining, a process
//! never becomes ready again. Start at [`Readiness`].

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::metrics::{self, Metrics};
use crate::problems::{not_ready, problem_response};

/// Whether a process may get requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not yet: stores are being opened.
    Starting,
    /// Yes.
    Ready,
    /// Not now: something it needs failed.
    Failing,
    /// No more: it is about to end.
    Draining,
}

impl State {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Failing => "failing",
            Self::Draining => "draining",
        }
    }
}

/// The one answer to "may it get requests?", shared by whoever knows and whoever asks.
#[derive(Debug, Clone)]
pub struct Readiness(Arc<watch::Sender<State>>);

impl Readiness {
    /// Starting.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State::Starting)))
    }

    /// Changes the state, unless it is draining.
    pub fn set(&self, state: State) {
        self.0.send_if_modified(|current| {
            let changes = *current != State::Draining && *current != state;
            if changes {
                *current = state;
            }
            changes
        });
    }

    /// The state now.
    pub fn state(&self) -> State {
        *self.0.borrow()
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Self::new()
    }
}

/// `/healthz`: 200 while the process can answer at all; `/readyz`: 200, or 503 with the state.
pub fn probes(readiness: Readiness) -> Router {
    let healthz = || async { axum::Json(serde_json::json!({ "status": "ok" })) };
    let readyz = move || async move { ready_response(readiness.state()) };
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

/// `/metrics`: the figures as text.
pub fn metrics(metrics: Arc<Metrics>) -> Router {
    let render = move || async move { ([(CONTENT_TYPE, metrics::MEDIA_TYPE)], metrics.render()) };
    Router::new().route("/metrics", get(render))
}

/// The answer of `/readyz`.
fn ready_response(state: State) -> Response {
    match state {
        State::Ready => axum::Json(serde_json::json!({ "status": "ready" })).into_response(),
        State::Starting | State::Failing | State::Draining => {
            problem_response(&not_ready(state.as_str()))
        }
    }
}
