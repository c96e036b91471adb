//! The bounds of the API's edge; their relations are asserted when this is compiled.

/// Bytes of a body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Bytes of the body of a request of many transactions.
pub const BULK_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Transactions of a request of many.
pub const BULK_ITEMS_MAX: usize = 1_000;
/// Rows of a page.
pub const PAGE_MAX: usize = 100;
/// Rows of a page, unless the caller says otherwise.
pub const PAGE_DEFAULT: usize = 25;
/// Bytes of a parameter that is text.
pub const PARAMETER_BYTES_MAX: usize = 512;
/// The largest number of a command that can be asked for: what JSON readers hold exactly.
pub const SEQ_MAX: u64 = 9_007_199_254_740_991;
/// The longest delay that the sandbox bank is asked for: a year, in seconds.
pub const DELAY_SECONDS_MAX: u32 = 31_536_000;
/// Levels of arrays and objects in a body.
pub const BODY_DEPTH_MAX: usize = 16;
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;
/// Reads at the same time.
pub const READERS_MAX: usize = 64;
/// API keys remembered between requests.
pub const KEYS_REMEMBERED_MAX: usize = 10_000;
/// Events that the bank worker takes at once.
pub const WORKER_PAGE: usize = 256;
/// Platforms that the bank worker drives.
pub const WORKER_PLATFORMS_MAX: usize = 10_000;
/// Rows of the operator's queue.
pub const QUEUE_MAX: usize = 1_000;

const _: () = assert!(PAGE_DEFAULT <= PAGE_MAX);
const _: () = assert!(BULK_ITEMS_MAX <= processor::limits::GROUP_MAX);
const _: () = assert!(BODY_BYTES_MAX < BULK_BYTES_MAX);
const _: () = assert!(BODY_DEPTH_MAX < 128, "the parser itself ends at 128 levels");
/// Looks at keys that are not known to be right, for one address: a new key and a restart cost one
/// each, guessing costs two a guess.
pub const GUESSES: unit::rate::Rate = unit::rate::Rate { burst: 1_000, per_second: 100 };
/// Instructions that the bank worker looks at in one pass: those that wait for an answer among them.
pub const INSTRUCTIONS_MAX: usize = 10_000;
/// Events of the bank that fail by themselves before they hold up the rest.
pub const ASIDE_MAX: usize = 1_000;
/// Pages of platforms that are looked through for one request.
pub const PLATFORM_PAGES_MAX: usize = 100;
