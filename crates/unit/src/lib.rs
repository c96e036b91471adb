//! What every process of Florin shares: time, chance, secrets, logs and metrics, the HTTP stack,
//! listeners that drain, probes.
//!
//! Not a place for what one unit alone needs, and nothing here knows about money. The clock and
//! the source of randomness live here and nowhere else: below this crate both are arguments.
//!
//! Invariants:
//! - every error the stack answers is `application/problem+json`;
//! - every answer carries `X-Request-Id`, every request ends in one access log line;
//! - bodies, queries, header values and secrets are never logged;
//! - whoever sends or reads slowly is cut off within a stated time.
//!
//! Start at [`http::layer`] and [`listener::serve`]. Design: design.md, section 5.

pub mod chance;
pub mod clock;
pub mod drain;
pub mod health;
pub mod http;
pub mod limits;
pub mod listener;
pub mod metrics;
pub mod problems;
pub mod rate;
pub mod secret;
pub mod telemetry;
pub mod trace;

mod slow_client;

#[cfg(test)]
mod tests;
