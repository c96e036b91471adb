//! What needs the crates above this one to be tested: histories that the processor wrote.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "all of this is test code: what is not there fails the test"
)]

mod conformance;
mod verify;
