//! Logs: one JSON object a line, to standard error.
//!
//! Not metrics (see [`crate::metrics`]). Invariant: a panic is logged once, as JSON like all
//! else. Start at [`init`], once a process.

use std::panic::PanicHookInfo;

use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// Logs cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The configured level is no filter.
    #[error(
        "log level `{level}` is neither error, warn, info, debug, trace nor a list of target=level"
    )]
    LevelInvalid {
        /// The level as configured.
        level: String,
        /// What is wrong with it.
        #[source]
        source: ParseError,
    },
    /// Logs were set up before.
    #[error("logs are set up already")]
    AlreadySet(#[source] tracing_subscriber::util::TryInitError),
}

/// Sends the logs of this process to standard error, and panics into the logs.
///
/// `level` is a level (`info`) or a list by target (`info,access=warn`).
///
/// # Errors
///
/// [`TelemetryError`] if `level` is not one, or this was called before.
pub fn init(level: &str) -> Result<(), TelemetryError> {
    let subscriber = subscriber(level, std::io::stderr)?;
    subscriber.try_init().map_err(TelemetryError::AlreadySet)?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// What [`init`] installs, writing elsewhere.
///
/// # Errors
///
/// [`TelemetryError::LevelInvalid`] if `level` is not one.
pub fn subscriber<W>(level: &str, writer: W) -> Result<impl Subscriber + use<W>, TelemetryError>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let invalid = |source| TelemetryError::LevelInvalid { level: level.to_owned(), source };
    let filter = EnvFilter::builder().parse(level).map_err(invalid)?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish();
    Ok(subscriber)
}

/// Logs a panic where it happens, so that the span of its request names it.
pub(crate) fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("not a text");
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "panic", message, location);
}
