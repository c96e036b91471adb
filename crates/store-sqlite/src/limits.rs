//! The bounds of this store; their relations are asserted when this is compiled.

/// How long a reader waits for the read model to reach its position, in milliseconds.
pub const READ_WAIT_MS: u64 = 1_000;
/// How many readers read at once; more wait for one to finish.
pub const READERS_MAX: usize = 4;
/// How many commands the feeder takes into the read model in one transaction.
pub const FEED_COMMANDS_MAX: usize = 8_192;
/// How long the feeder waits for more commands while no reader waits for it, in milliseconds.
pub const FEED_GATHER_MS: u64 = 200;
/// With so many commands it waits no longer.
pub const FEED_GATHER_COMMANDS: u64 = 4_096;
/// How many commands the read model may be behind before the writer waits for it: what it is fed in
/// less time than a reader waits.
pub const FEED_LAG_MAX: u64 = 12_288;
/// How long the writer waits for the feeder before a batch, in milliseconds.
pub const FEED_LAG_WAIT_MS: u64 = 1_000;
/// With less room than this on the medium nothing is written, in bytes: what was committed must still
/// get into the read model, or nobody could read until there is room.
pub const ROOM_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// How many bytes of the read model a command takes, or less.
const FED_BYTES: u64 = 5_120;
/// How long the feeder waits after a fault before it tries again, in milliseconds.
pub const FEED_RETRY_MS: u64 = 1_000;
/// From how many pages of 4096 bytes in the truth's log on it is brought into the file.
pub const LOG_PAGES_MIN: u32 = 1_000;
/// From how many pages on the writer is held up, so that the log can begin anew.
pub const LOG_PAGES_MAX: u32 = 8_000;
/// From how many pages on nothing is written before the log has begun anew.
pub const LOG_PAGES_HARD: u32 = 64_000;
/// How long the writer waits then for whoever still reads the log, in milliseconds.
pub const LOG_WAIT_MS: u64 = 1_000;
/// How long a statement waits for another connection, in milliseconds.
pub const BUSY_MS: u64 = 10_000;
/// How long a checkpoint waits for readers, in milliseconds: while it does, the writer waits too.
pub const CHECKPOINT_BUSY_MS: u64 = 20;
/// How many KiB of the truth the writer keeps in memory: what a large batch changes fits, so that
/// nothing is written before its commit.
pub const WRITER_CACHE_KIB: i64 = 24_576;
/// How many KiB of the read model its feeder keeps in memory.
pub const READ_CACHE_KIB: i64 = 32_768;
/// From how many pages on the log of the read model is brought into its file.
pub const READ_LOG_PAGES: u32 = 2_000;
/// How many accounts' rows the writer remembers.
pub const KNOWN_ACCOUNTS_MAX: usize = 16_384;
/// How many rows of the journal one statement appends, as long as there are as many.
pub const APPEND_ROWS: usize = 16;
/// How many statements a connection keeps prepared.
pub const STATEMENTS_MAX: usize = 128;
/// Up to how many bytes a read model is checked when it is opened; a larger one takes too long.
pub const CHECKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many keys are in memory before they are written into a run.
pub const KEYS_TAIL_MAX: usize = 65_536;
/// How many runs of keys of one size are merged into one of the next.
pub const KEYS_FAN: usize = 8;
/// How many rows are read at once to find their keys again.
pub const KEYS_ROWS_MAX: usize = 4_096;
/// From how many pages of the log on a backup is given up, so that the writer need not wait for it.
pub const BACKUP_LOG_PAGES: u32 = LOG_PAGES_HARD / 4 * 3;
/// How many pages a backup copies at once, between two looks at how far it is.
pub const BACKUP_PAGES: i32 = 2_048;
/// How many rows of a history are taken in at once.
pub const IMPORT_ROWS: usize = 2_000;
/// How many API keys have their last use in memory.
pub const KEY_USES_MAX: usize = 65_536;

const _: () = assert!(LOG_PAGES_MIN < LOG_PAGES_MAX && LOG_PAGES_MAX < LOG_PAGES_HARD);
const _: () = assert!(FEED_GATHER_MS < READ_WAIT_MS && FEED_GATHER_COMMANDS < FEED_LAG_MAX);
const _: () = assert!(FEED_LAG_MAX * FED_BYTES <= ROOM_BYTES_MIN);
const _: () = assert!(CHECKPOINT_BUSY_MS < BUSY_MS);
