//! The errors that the stack itself answers, and how any [`Problem`] becomes a response.
//!
//! Not the refusals of the domain: each unit's own `problems.rs` has those. Codes here are
//! permanent. Start at [`problem_response`].

use std::time::Duration;

use api::problem::{Category, MEDIA_TYPE, Problem};
use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// A [`Problem`] as the error of a handler: `Result<…, ProblemResponse>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemResponse(pub Problem);

impl From<Problem> for ProblemResponse {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        problem_response(&self.0)
    }
}

/// `problem` as a response: its status, its media type, its JSON.
pub fn problem_response(problem: &Problem) -> Response {
    let mut response = Response::new(Body::from(problem.to_json()));
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response.extensions_mut().insert(problem.clone());
    response
}

/// Where the record of a request is found: what a problem's `instance` refers to.
pub fn instance(request_id: &str) -> String {
    let mut reference = "/v1/audit-records?request_id=".to_owned();
    for byte in request_id.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                reference.push(char::from(byte));
            }
            other => reference.push_str(&format!("%{other:02X}")),
        }
    }
    reference
}

/// The response with its problem's `instance` set, where it has a problem without one.
pub(crate) fn with_instance(response: Response, request_id: &str) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    if problem.instance.is_some() {
        return response;
    }
    let problem = problem.clone().instance(instance(request_id));
    let (mut head, _) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(problem.to_json()))
}

/// [`problem_response`] with `Retry-After`: whole seconds, rounded up, at least 1.
pub fn retry_later(problem: &Problem, after: Duration) -> Response {
    let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    let mut response = problem_response(problem);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole.max(1)));
    response
}

/// 400: the request cannot be understood.
pub fn request_malformed() -> Problem {
    Problem::new(400, "request_malformed", Category::Request, "The request cannot be understood")
}

/// 404: no route has this path.
pub fn route_unknown() -> Problem {
    Problem::new(404, "route_unknown", Category::NotFound, "There is no such route")
}

/// 404 of a handler that said no more than its status.
pub fn not_found() -> Problem {
    Problem::new(404, "not_found", Category::NotFound, "There is no such resource")
}

/// 405: the path exists, not with this method; the header `Allow` names those it has.
pub fn method_not_allowed() -> Problem {
    let title = "The route does not have this method";
    Problem::new(405, "method_not_allowed", Category::Request, title)
}

/// 408: the request did not arrive in time; nothing was applied.
pub fn request_timeout() -> Problem {
    let title = "The request did not arrive in time";
    Problem::new(408, "request_timeout", Category::Request, title).retryable()
}

/// 413: the body is larger than `bytes_max`.
pub fn body_too_large(bytes_max: usize) -> Problem {
    Problem::new(413, "body_too_large", Category::Request, "The body is too large")
        .detail(format!("the body may have at most {bytes_max} bytes"))
}

/// 415: the body is of a kind that the route does not read.
pub fn content_type_unsupported() -> Problem {
    let title = "The content type of the body is not supported";
    Problem::new(415, "content_type_unsupported", Category::Request, title)
}

/// 429: this caller asks too often. Answer it with [`retry_later`].
pub fn rate_limited() -> Problem {
    Problem::new(429, "rate_limited", Category::Capacity, "Too many requests").retryable()
}

/// 500: a bug or a fault on our side; what it was is in the logs, never here.
pub fn internal() -> Problem {
    Problem::new(500, "internal", Category::Internal, "Something failed on our side")
}

/// 503: more requests than can be handled. Answer it with [`retry_later`].
pub fn overloaded() -> Problem {
    Problem::new(503, "overloaded", Category::Capacity, "Too much is going on").retryable()
}

/// 503: the outcome of a change was not known in time; the same key asks again safely.
pub fn outcome_unknown() -> Problem {
    let title = "The outcome is not known yet";
    Problem::new(503, "outcome_unknown", Category::Internal, title)
        .retryable()
        .detail("send the same request again, with the same idempotency key, to learn the outcome")
}

/// 503 of the readiness probe.
pub fn not_ready(state: &str) -> Problem {
    Problem::new(503, "not_ready", Category::Capacity, "Not ready for requests")
        .retryable()
        .detail(format!("the process is {state}"))
}

/// What an answer without a problem document means, told by its status alone; `bytes_max` is the
/// limit of bodies.
pub(crate) fn of_status(status: StatusCode, bytes_max: usize) -> Problem {
    match status.as_u16() {
        400 | 422 => request_malformed(),
        404 => not_found(),
        405 => method_not_allowed(),
        408 => request_timeout(),
        413 => body_too_large(bytes_max),
        415 => content_type_unsupported(),
        429 => rate_limited(),
        503 => overloaded(),
        500.. => internal(),
        other => {
            Problem::new(other, "request_refused", Category::Request, "The request is refused")
        }
    }
}

/// Says that the connection ends with `response`: the rest of the request is not read.
pub(crate) fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
