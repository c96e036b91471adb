//! The API unit: payment commands and reads over HTTP for customers of the provider.
//!
//! It knows HTTP and the words of the wire, no rule and no SQL: rules are in `payments`, storage is
//! behind the ports of `store`, commands go through `processor`. Beside the routes runs the worker
//! that carries instructions to the sandbox bank and its notices back.
//!
//! Invariants: every POST but a dry run carries an idempotency key, every PATCH a version; every
//! error is a problem whose code stands in [`codes`]; a secret of a key is shown once and never
//! kept; nothing is read of a platform but by its own key or an operator's.
//!
//! Start at [`build`]; the routes are in `routes`, one file a resource.

mod app;
mod auth;
mod body;
pub mod codes;
mod config;
mod cursor;
mod failure;
#[cfg(fuzzing)]
pub mod fuzzed;
mod idempotency;
mod ifmatch;
mod input;
pub mod limits;
mod lists;
mod notices;
mod objects;
mod observer;
mod openapi;
mod params;
mod prefer;
mod problems;
mod reference;
mod render;
mod requests;
mod resource_ids;
mod routes;
mod sandbox;
mod scopes;
mod service;
mod worker;

#[cfg(test)]
mod tests;

pub use app::{App, Deps, build};
pub use auth::NewSecret;
pub use codes::errors_markdown;
pub use config::{Config, ConfigError};
pub use cursor::CursorKey;
pub use observer::Figures;
pub use openapi::{openapi, openapi_json};
pub use problems::{of_rejected, status_of};
pub use render::{ApiPresenter, CollectionAccounts};
pub use service::Bank;
