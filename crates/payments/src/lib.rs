//! The model of money and people: platforms, customers, roles, accounts, transactions, and what may happen to them.
//!
//! Pure: no I/O, no clock, no randomness. A decision reads through a [`View`], and answers with the
//! changes, the ledger entry and the events that one command causes; the crate `processor` makes
//! them durable. What a decision lacks it names ([`Stop::Missing`]), so a caller loads it and asks again.
//!
//! Invariants, each with a property test of the same name:
//! - `balanced`: the legs of every entry debit exactly what they credit.
//! - `refunds_never_exceed_what_was_captured`.
//! - `parts_sum_to_the_whole`: split, fees and returned parts.
//! - `a_refusal_changes_nothing`: a refused command has no decision at all.
//!
//! Start at [`decide()`]; every way it can refuse is in [`Rejected`].
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

pub mod audit;
pub mod bank;
pub mod command;
mod decide;
mod draft;
pub mod ids;
pub mod limits;
pub mod meta;
mod rejected;
pub mod resources;
pub mod states;
mod view;
pub mod window;

#[cfg(test)]
mod tests;

pub use command::{Actor, Command, Envelope, Idempotency, OPERATOR};
pub use decide::blocks::{Blocked, blocks};
pub use decide::customers::{CapabilityState, capability};
pub use decide::decide;
pub use decide::transitions::{Available, available};
pub use draft::{Change, Context, Decision, EntryDraft, id_text, mint_at};
pub use rejected::{Category, Figure, Rejected};
pub use resources::{Kind, Resource};
pub use view::{Found, Key, NameKind, Stop, View};
