//! Wire types of the HTTP API, one module a resource, and the one shape of its errors.
//!
//! Not the API itself: no routes, no HTTP library, no decision. Requests refuse unknown fields;
//! amounts are text, never numbers. Ids and instants are text here: whoever takes a request
//! turns them into their own types, and says what is wrong with them.
//!
//! Start at [`transaction::Transaction`], the resource everything else serves; errors are
//! [`problem::Problem`].

#[macro_use]
mod shape;

pub mod account;
pub mod amount;
pub mod audit;
pub mod bank;
pub mod bank_account;
pub mod bulk;
pub mod customer;
pub mod entry;
pub mod event;
pub mod hold;
pub mod id;
pub mod idempotency;
pub mod key;
pub mod person;
pub mod platform;
pub mod problem;
pub mod queue;
pub mod refund;
pub mod role;
pub mod sandbox;
pub mod transaction;
pub mod transition;
pub mod trial_balance;

#[cfg(test)]
mod tests;
