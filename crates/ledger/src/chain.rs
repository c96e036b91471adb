//! The hash chain of a platform's entries: where it starts. How an entry is hashed is in
//! [`Entry::digest`](crate::Entry::digest); whether a stored chain is whole, a store verifies.

/// The `prev_hash` of a platform's first entry.
pub const GENESIS: [u8; 32] = [0; 32];
