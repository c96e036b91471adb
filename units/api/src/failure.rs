//! A request that ends without what was asked for: a problem, and when to come back.

use std::time::Duration;

use api::problem::Problem;
use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use unit::problems::{problem_response, retry_later};

/// When to come back, where nothing better is known.
const PAUSE: Duration = Duration::from_secs(1);

/// Why a handler has no proper answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What to say. Boxed, so that results stay small.
    pub(crate) problem: Box<Problem>,
    /// When to come back.
    pub(crate) after: Option<Duration>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), after: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = match (self.problem.status, self.after) {
            (_, Some(after)) => retry_later(&self.problem, after),
            (429 | 503, None) => retry_later(&self.problem, PAUSE),
            _ => problem_response(&self.problem),
        };
        if self.problem.status == 401 {
            let bearer = HeaderValue::from_static("Bearer realm=\"florin\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        response
    }
}
