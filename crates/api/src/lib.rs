//! The wire: what Florin takes and answers over HTTP. No HTTP itself, and no decisions.

pub mod problem;
