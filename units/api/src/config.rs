//! What the API unit can be told from outside, read once.
//!
//! Opens nothing: listeners, stores and clocks are handed to [`crate::build`].

use std::time::Duration;

use unit::drain::DrainTimes;
use unit::limits::{ConnectionLimits, Limits};
use unit::rate::Rate;

use crate::limits::{BODY_BYTES_MAX, BULK_BYTES_MAX};

/// The settings of the API unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Limits of one request.
    pub limits: Limits,
    /// Limits of connections.
    pub connections: ConnectionLimits,
    /// How the process ends.
    pub drain: DrainTimes,
    /// How much one key may ask.
    pub rate: Rate,
}

/// A setting that cannot be used; one sentence for whoever starts the process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from {least} to {most}, not `{value}`")]
pub struct ConfigError {
    name: &'static str,
    value: String,
    least: u64,
    most: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits {
                body_bytes_max: BODY_BYTES_MAX,
                larger_bodies: &[("/v1/transactions/bulk", BULK_BYTES_MAX)],
                ..Limits::default()
            },
            connections: ConnectionLimits::default(),
            drain: DrainTimes { announce: Duration::ZERO, finish: Duration::from_secs(20) },
            rate: Rate { burst: 20_000, per_second: 10_000 },
        }
    }
}

impl Config {
    /// Reads the settings; `variable` looks up an environment variable.
    ///
    /// `FLORIN_RATE_PER_SECOND`: requests a second of one key. `FLORIN_IN_FLIGHT_MAX`: requests at
    /// the same time. `FLORIN_CONNECTIONS_MAX`: open connections, each of which is an open file.
    /// `FLORIN_DRAIN_SECONDS`: how long requests in flight may take at the end.
    /// `FLORIN_DRAIN_ANNOUNCE_SECONDS`: how long new ones are still taken then.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first that is not a number within its bounds.
    pub fn load(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let number = |name, (least, most)| number(name, variable(name), (least, most));
        if let Some(rate) = number("FLORIN_RATE_PER_SECOND", (1, 1_000_000))? {
            let per_second = u32::try_from(rate).unwrap_or(u32::MAX);
            config.rate = Rate { burst: per_second.saturating_mul(2), per_second };
        }
        if let Some(in_flight) = number("FLORIN_IN_FLIGHT_MAX", (1, 100_000))? {
            config.limits.in_flight_max = usize::try_from(in_flight).unwrap_or(usize::MAX);
        }
        if let Some(connections) = number("FLORIN_CONNECTIONS_MAX", (1, 100_000))? {
            config.connections.connections_max = usize::try_from(connections).unwrap_or(usize::MAX);
        }
        if let Some(seconds) = number("FLORIN_DRAIN_SECONDS", (0, 600))? {
            config.drain.finish = Duration::from_secs(seconds);
        }
        if let Some(seconds) = number("FLORIN_DRAIN_ANNOUNCE_SECONDS", (0, 600))? {
            config.drain.announce = Duration::from_secs(seconds);
        }
        Ok(config)
    }
}

fn number(
    name: &'static str,
    value: Option<String>,
    (least, most): (u64, u64),
) -> Result<Option<u64>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    match value.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        Ok(_) | Err(_) => Err(ConfigError { name, value, least, most }),
    }
}
