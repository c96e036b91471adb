//! The write path: idempotency, load, decide, save; many commands per commit, answers only after it.
//!
//! A synchronous step function over the store's write port ([`Processor::step`]), and a thread with
//! a bounded queue around it ([`Writer`]). No HTTP: a [`Presenter`] turns outcomes into answers. No
//! database: it knows the ports of `store`.
//!
//! Invariants, each with a property test of the same name:
//! - `one_key_one_effect`: a key with one request has one effect and one answer, for ever.
//! - `a_refusal_changes_nothing`: a refused command leaves only its own record.
//! - `a_group_is_all_or_none`: requests that stand together are applied together, or leave one record.
//! - `order_is_the_journal`: seq has no gaps and created_at only grows, per platform.
//!
//! Start at [`Processor::step`]. Design: docs/adr/0001-decide-again-when-something-is-missing.md.

mod answer;
mod cache;
mod due;
mod group;
pub mod limits;
mod metrics;
mod step;
mod working;
mod writer;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Failure, Presented, Presenter};
pub use group::{Group, GroupAnswer, Unity};
pub use metrics::{Observer, Stage};
pub use step::{Mode, Processor, Request};
pub use writer::{Ended, Handle, Overloaded, Writer};
