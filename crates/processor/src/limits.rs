//! The bounds of the write path.

/// Requests that may wait; one more is answered `overloaded`.
pub const QUEUE_MAX: usize = 8_192;
/// Requests of one commit; a group that is begun is taken whole.
pub const BATCH_MAX: usize = 1_024;
/// Requests that may come as one group, besides the one they come in.
pub const GROUP_MAX: usize = 1_000;
/// Resources that the writer remembers between commits.
pub const CACHE_RESOURCES_MAX: usize = 20_000;
/// Heads of platforms that the writer remembers between commits.
pub const CACHE_HEADS_MAX: usize = 10_000;
/// Loads that one decision may ask for: a split with a hundred payees asks for three each.
pub const LOADS_MAX: usize = 2_000;
/// Due things taken up at once.
pub const DUE_MAX: usize = 256;
/// Such rounds before other requests are served again.
pub const DUE_ROUNDS_MAX: usize = 1_000;

const _: () = assert!(BATCH_MAX <= QUEUE_MAX);
const _: () = assert!(GROUP_MAX < BATCH_MAX, "an empty queue has room for a group");
