//! The stack every HTTP route stands in: ids, spans, access log, limits, timeouts, and problems.
//!
//! No routes and no authentication; connections are [`crate::listener`]'s. What stands in it:
//! a request gets its ids and its span; then, unless it is a probe, its body is received whole
//! within a size and a time; then it takes one of the places in flight and is handled within a
//! time. So a 408 or 413 always means that nothing was applied, and a change that was cut short
//! answers `outcome_unknown`.
//!
//! Invariants: whatever happens, the answer to a request is one response with `X-Request-Id`, and
//! each of its errors is a problem document; a panic becomes a 500 that tells nothing.
//!
//! Start at [`layer`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span};

use crate::chance;
use crate::limits::Limits;
use crate::metrics::{self, Metrics};
use crate::problems;
use crate::trace::{RequestContext, RequestId, TRACEPARENT, TraceContext, X_REQUEST_ID};

/// What stands for the route where none matched.
const UNMATCHED: &str = "unmatched";
/// What is counted and logged where the caller went away before its answer.
const STATUS_GONE: u16 = 499;
/// When to come back after an overload.
const OVERLOAD_PAUSE: Duration = Duration::from_secs(1);

/// Puts the stack around `routes`, and its ids and logs but not its limits around `probes`.
///
/// Probes must answer under load too: [`crate::health`] makes them. Every other path answers
/// `route_unknown`.
///
/// # Panics
///
/// If `routes` and `probes` have a path in common, as [`Router::merge`] does.
pub fn layer(routes: Router, probes: Router, limits: Limits, metrics: Arc<Metrics>) -> Router {
    let places = Arc::new(Semaphore::new(limits.in_flight_max));
    let guarded = Guarded { limits, places };
    let observed = Observed { metrics, body_bytes_max: limits.body_bytes_max };
    routes
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(guarded, guard))
        .merge(probes)
        .fallback(|| async { problems::problem_response(&problems::route_unknown()) })
        .layer(from_fn_with_state(observed, observe))
}

/// What the inner layer needs.
#[derive(Clone)]
struct Guarded {
    limits: Limits,
    places: Arc<Semaphore>,
}

/// What the outer layer needs.
#[derive(Clone)]
struct Observed {
    metrics: Arc<Metrics>,
    body_bytes_max: usize,
}

/// The inner layer: receives the body, takes a place, and bounds the handler's time.
async fn guard(State(guarded): State<Guarded>, request: Request, next: Next) -> Response {
    let Guarded { limits, places } = guarded;
    let (parts, body) = request.into_parts();
    let bytes_max = limits.body_bytes_max(parts.extensions.get().map(MatchedPath::as_str));
    let received = timeout(limits.receive_timeout, receive(body, bytes_max)).await;
    let problem = match received {
        Ok(Ok(bytes)) => {
            let method = parts.method.clone();
            let request = Request::from_parts(parts, Body::from(bytes));
            return admit(request, next, &places, (method, limits.answer_timeout)).await;
        }
        Ok(Err(Unreceived::TooLarge)) => problems::body_too_large(bytes_max),
        Ok(Err(Unreceived::Broken)) => {
            problems::request_malformed().detail("the body ends too early or is not framed well")
        }
        Err(_elapsed) => problems::request_timeout(),
    };
    problems::closing(problems::problem_response(&problem))
}

/// Why a body did not arrive.
enum Unreceived {
    /// It has more bytes than are allowed.
    TooLarge,
    /// The connection failed, or the framing is wrong.
    Broken,
}

/// The whole of `body`.
async fn receive(body: Body, bytes_max: usize) -> Result<Bytes, Unreceived> {
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if declared > bytes_max {
        return Err(Unreceived::TooLarge);
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreceived::TooLarge),
        Err(_broken) => Err(Unreceived::Broken),
    }
}

/// Handles a received request if there is a place for it, within a time.
async fn admit(
    request: Request,
    next: Next,
    places: &Semaphore,
    (method, answer_timeout): (Method, Duration),
) -> Response {
    let Ok(_place) = places.try_acquire() else {
        return problems::retry_later(&problems::overloaded(), OVERLOAD_PAUSE);
    };
    match timeout(answer_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            tracing::warn!(target: "http", "the handler took too long");
            let problem =
                if method.is_safe() { problems::overloaded() } else { problems::outcome_unknown() };
            problems::retry_later(&problem, OVERLOAD_PAUSE)
        }
    }
}

/// The outer layer: names the request, sees that it is answered, and writes down how.
async fn observe(State(observed): State<Observed>, mut request: Request, next: Next) -> Response {
    let mut access = Access::new(&request, Arc::clone(&observed.metrics));
    let context = match identify(request.headers(), access.received_at.into_std()) {
        Ok(context) => context,
        Err(fault) => {
            tracing::error!(target: "http", error = %fault, "a request could not be named");
            return access.answered(problems::problem_response(&problems::internal()));
        }
    };
    let span = access.enter(&context);
    let name = context.request_id.as_str().to_owned();
    let request_id = HeaderValue::from_str(&name);
    request.extensions_mut().insert(context);

    let caught = catch_panic(next.run(request)).instrument(span.clone()).await;
    let mut response = caught.unwrap_or_else(|Panicked| {
        observed.metrics.count_panic();
        problems::problem_response(&problems::internal())
    });
    response = problems::with_instance(as_problem(response, observed.body_bytes_max), &name);
    complete_headers(response.headers_mut());
    if let Ok(request_id) = request_id {
        response.headers_mut().insert(HeaderName::from_static(X_REQUEST_ID), request_id);
    }
    span.in_scope(|| access.answered(response))
}

/// The ids a request came with, and new ones for those it lacks.
fn identify(
    headers: &HeaderMap,
    received_at: std::time::Instant,
) -> Result<RequestContext, chance::Fault> {
    let request_id = match RequestId::accept(headers.get(X_REQUEST_ID)) {
        Some(accepted) => accepted,
        None => RequestId::mint()?,
    };
    let traceparent = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok());
    let trace = match traceparent.and_then(TraceContext::parse) {
        Some(caller) => caller.child()?,
        None => TraceContext::mint()?,
    };
    Ok(RequestContext { request_id, trace, received_at })
}

/// A handler panicked; the panic hook has logged why.
struct Panicked;

/// Completes with what `future` does, or with its panic.
async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = pin!(future);
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(_payload) => Poll::Ready(Err(Panicked)),
        }
    })
    .await
}

/// Gives an error that is bare or plain text, as the framework makes them, a problem document.
/// Errors with a document of their own, such as pages, stay as they are.
fn as_problem(response: Response, body_bytes_max: usize) -> Response {
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let plain = content_type.is_none_or(|kind| kind.starts_with(b"text/plain"));
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = problems::of_status(status, body_bytes_max);
    let mut answer = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            problems::retry_later(&problem, OVERLOAD_PAUSE)
        }
        _ => problems::problem_response(&problem),
    };
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

/// Says, where the handler did not, that answers are neither stored nor guessed at.
fn complete_headers(headers: &mut HeaderMap) {
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
}

/// One line of the access log and one request in the figures, also if the caller goes away.
struct Access {
    metrics: Arc<Metrics>,
    span: Span,
    route: Arc<str>,
    method: &'static str,
    peer: Option<std::net::IpAddr>,
    received_at: Instant,
    status: u16,
}

impl Access {
    /// A request whose caller is gone, until it is answered.
    fn new(request: &Request, metrics: Arc<Metrics>) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>();
        Self {
            metrics,
            span: Span::none(),
            route: matched.map_or_else(unmatched, |path| Arc::from(path.as_str())),
            method: method_name(request.method()),
            peer: peer.map(|ConnectInfo(address)| address.ip()),
            received_at: Instant::now(),
            status: STATUS_GONE,
        }
    }

    /// The span of the request, for all that happens in it. It is of level error so that every
    /// log line that passes the filter carries it.
    fn enter(&mut self, context: &RequestContext) -> Span {
        self.span = tracing::error_span!(
            target: "http",
            "request",
            request_id = context.request_id.as_str(),
            trace_id = context.trace.trace_id(),
            span_id = context.trace.span_id(),
        );
        self.span.clone()
    }

    /// Notes the answer.
    fn answered(mut self, response: Response) -> Response {
        self.status = response.status().as_u16();
        response
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let duration = self.received_at.elapsed();
        let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let peer = self.peer.map(tracing::field::display);
        self.span.in_scope(|| {
            tracing::info!(
                target: "access",
                method = self.method,
                route = &*self.route,
                status = self.status,
                duration_us,
                peer,
            );
        });
        let (route, method, status) = (Arc::clone(&self.route), self.method, self.status);
        self.metrics.observe_request(metrics::Request { route, method, status, duration });
    }
}

/// The name of no route, shared.
fn unmatched() -> Arc<str> {
    static NAME: OnceLock<Arc<str>> = OnceLock::new();
    Arc::clone(NAME.get_or_init(|| Arc::from(UNMATCHED)))
}

/// The method as a label: callers cannot make new ones.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
