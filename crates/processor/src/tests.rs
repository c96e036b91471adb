//! The write path driven step by step over the in-memory store.

mod faults;
mod group;
mod idempotency;
mod properties;
mod races;
mod story;
mod threads;
mod troubled;
mod world;
