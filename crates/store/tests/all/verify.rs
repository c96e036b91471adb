//! `verify` finds nothing in an honest history, and finds and names whatever was altered in one.
//!
//! Start at `story`, the history; each altered row is a line in `found`.

mod altered;
mod clean;
mod exported;
mod found;
mod moving;
mod recent;
mod story;
