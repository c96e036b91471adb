//! What tests share: a naive model of the business, hostile streams to drive it with, and the suite
//! that every store must pass.
//!
//! Never linked by the product. A test kit ends a test by panicking, and says so nowhere else.
//!
//! Start at [`play::play`]: it drives a [`generator::stream`] through a processor and through the
//! [`model`], and compares. Streams are plain data ([`operation`]), so that other drivers can send
//! the same ones over HTTP. [`conformance`] is for stores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::wildcard_enum_match_arm,
    reason = "a test kit ends a test by panicking"
)]

pub mod audit;
pub mod chance;
mod commands;
pub mod conformance;
pub mod desk;
pub mod generator;
pub mod ids;
pub mod model;
pub mod operation;
pub mod play;
pub mod request;
pub mod stage;

#[cfg(test)]
mod tests;
