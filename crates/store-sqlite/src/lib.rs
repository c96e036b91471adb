//! The ports of `store` on SQLite: the truth in one file, the read model derived from it in another.
//!
//! Not the processor and no decisions: a batch comes in decided. SQL is in this crate only. A store is
//! a folder with `truth.db` (every commit forced onto the medium), `read.db` and `keys/` (made from the
//! truth, deletable while the store is closed) and `lock` (one process a folder).
//!
//! Invariants, each held by the database itself and tested:
//! - `journal_rows_never_change`: the writer's connection may not update or delete them.
//! - `one_batch_all_or_nothing`: one transaction a batch, and nothing remembered before COMMIT.
//! - `any_crash_leaves_a_prefix_of_the_batches`: whatever of the log reached the medium.
//! - `agrees_with_the_model`: the same answers as the in-memory store, step by step.
//!
//! Start at [`SqliteStore::open`]; the schema is in `migrations/` and `read.sql`.

mod backup;
mod changes;
mod checkpoint;
mod columns;
mod connection;
mod feeder;
mod journal;
mod journal_rows;
mod key_uses;
mod keys;
pub mod limits;
mod migrate;
mod open;
mod reads;
mod resources;
mod signal;
mod simulated;
mod truth;

#[cfg(test)]
mod tests;

pub use backup::{CopyFault, HeldFolder};
pub use journal::SqliteJournal;
pub use open::{OpenError, SqliteStore};
pub use reads::SqliteReads;
pub use store::Mode;
pub use truth::{ImportFault, SqliteTruth};
