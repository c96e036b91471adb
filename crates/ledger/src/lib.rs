//! Double entry: may these legs be written together, and what do the accounts hold after?
//!
//! Pure: no I/O, no clock, no randomness. Callers pass the accounts and the time in; a store
//! makes the returned entry and accounts durable. What a transaction, a fee or a customer is,
//! the crate `payments` knows; here there are only accounts, legs and four counters.
//!
//! Invariants, each with a property test of the same name:
//! - `balanced`: applied legs debit exactly what they credit, per asset and layer.
//! - `counters_are_the_fold_of_the_legs`: adding an account's legs up, from nothing, gives the
//!   counters written on each leg and left on the account.
//! - `no_overdraft`: no entry takes a liability account below zero available, or deeper.
//! - `hold_resolves_within_what_was_reserved`: a resolved hold posts at most what it reserved,
//!   leaves nothing of itself pending, and cannot be resolved again.
//! - `refusal_changes_nothing`: a refused entry leaves every account as it was.
//! - `every_field_changes_the_digest`: an entry altered anywhere no longer has its hash.
//!
//! Start at [`apply()`]; every way it can refuse is in [`Rejected`].

#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod account;
mod apply;
pub mod chain;
mod chart;
mod entry;
pub mod hold;
pub mod ids;
pub mod limits;
mod rejected;
mod time;
mod total;

pub use account::{Account, Counters, Standing};
pub use apply::{Applied, apply};
pub use chain::GENESIS;
pub use chart::{Chart, Rail};
pub use entry::{Direction, Entry, Layer, Leg, LegAfter};
pub use ids::{AccountId, EntryId, IdError, PlatformId, TransactionId};
pub use rejected::Rejected;
pub use time::Timestamp;
pub use total::Total;

#[cfg(test)]
mod tests;
