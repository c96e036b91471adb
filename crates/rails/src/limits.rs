//! Every bound of this crate, and how the bounds relate. Not configuration: none of them moves.
//!
//! Start at [`PAYMENTS_PER_PLATFORM_MAX`]: what a platform may ever send and receive here.

/// Platforms one bank serves.
pub const PLATFORMS_MAX: usize = 10_000;

/// Payouts and credits one platform may ever have; the bank keeps every one, to know it again.
pub const PAYMENTS_PER_PLATFORM_MAX: usize = 250_000;

/// Payouts and credits of all platforms together.
pub const PAYMENTS_MAX: usize = 1_000_000;

/// Minor units of one asset that may ever come in for one platform: so little that no counter of a
/// ledger that holds up to 10^36 - 1 can overflow by what the bank tells.
pub const TURNOVER_MAX: u128 = 10_u128.pow(35);

/// Events one payout or credit can cause: settled and booked, both delivered twice.
pub const EVENTS_PER_PAYMENT_MAX: usize = 4;

/// Events kept per platform: all of them, since payments are bounded.
pub const EVENTS_PER_PLATFORM_MAX: usize = PAYMENTS_PER_PLATFORM_MAX * EVENTS_PER_PAYMENT_MAX;

/// Events planned and not yet released, per platform; above it a submission gets no answer.
pub const PLANNED_PER_PLATFORM_MAX: usize = 40_000;

/// Collection accounts per platform: one an asset.
pub const ACCOUNTS_PER_PLATFORM_MAX: usize = 1_000;

/// Tries to find a free collection account before the bank says it has none.
pub const ACCOUNT_PROBES_MAX: u64 = 1_000;

/// Events in one answer of [`crate::Rail::events`]; a larger limit is cut to this.
pub const EVENTS_PAGE_MAX: usize = 10_000;

/// Payments in one answer of [`crate::SandboxBank::waiting`]; a larger limit is cut to this.
pub const WAITING_PAGE_MAX: usize = 1_000;

/// Bytes of a platform's id.
pub const PLATFORM_BYTES_MAX: usize = 64;

/// Requests with a key that the bank remembers, for all platforms together.
pub const REQUESTS_MAX: usize = 2_000_000;

/// Bytes of a request's fingerprint.
pub const FINGERPRINT_BYTES_MAX: usize = 64;

/// Bytes of a key.
pub const KEY_BYTES_MAX: usize = 255;

/// Bytes of a reference, a reason or the name of an account's holder.
pub const TEXT_BYTES_MAX: usize = 140;

/// Bytes of one line of the bank's file, its line feed included.
pub const RECORD_BYTES_MAX: usize = 16 * 1024;

/// Bytes of the bank's file.
pub const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024 * 1024;

const _: () = assert!(PAYMENTS_PER_PLATFORM_MAX <= PAYMENTS_MAX);
const _: () = assert!(PLANNED_PER_PLATFORM_MAX <= EVENTS_PER_PLATFORM_MAX);
const _: () = assert!(EVENTS_PER_PAYMENT_MAX <= PLANNED_PER_PLATFORM_MAX);
const _: () = assert!(PAYMENTS_MAX < REQUESTS_MAX);
// The longest record holds a platform, a scope, a key, a fingerprint and eight texts; JSON escapes
// a byte into at most six.
const _: () = assert!(
    (2 * PLATFORM_BYTES_MAX + KEY_BYTES_MAX + FINGERPRINT_BYTES_MAX + 8 * TEXT_BYTES_MAX) * 6
        < RECORD_BYTES_MAX
);
