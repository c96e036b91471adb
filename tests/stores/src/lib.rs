//! What every store must do for us, tried on the real one: values there and back, checks, limits, ends.
//!
//! Commands are written by hand here, a dialect each; what `pql` emits is tested elsewhere. Servers are
//! those of `cargo xtask servers`, which the gate starts. Start at [`place::Place`].

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

pub mod place;
pub mod table;

#[cfg(test)]
mod tests;
