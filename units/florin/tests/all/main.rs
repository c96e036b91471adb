//! The program from outside: what it prints, how it ends, and that a crash loses nothing.
//!
//! Each test runs the real binary on a folder of its own and a free port. `process` has what they
//! share; a file of tests is about one thing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod backups;
mod crash;
mod demonstration;
mod draining;
mod exports;
mod first_start;
mod full_disk;
mod help;
mod operator;
mod overload;
mod process;
mod queries;
mod read_model;
mod refusals;
mod streams;
