//! Tests of what every process shares, a file a module; servers are real ones on loopback.

mod chance_and_clock;
mod connections;
mod draining;
mod logs;
mod metrics;
mod rate;
mod secret;
mod server;
mod stack;
mod trace;
