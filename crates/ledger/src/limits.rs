//! How much the ledger takes at once. Not the limits of customers: those are `payments`' rules.

use money::AMOUNT_MAX;

/// The most legs in one entry.
pub const LEGS_MAX: usize = 2_000;

/// The highest account version from which an entry may start; leaves room for a full entry.
pub const VERSION_MAX: u64 = u64::MAX - 2_000;

// Views add a counter to a credit limit and compare two such sums: four of the largest amount.
const _: () = assert!(AMOUNT_MAX < u128::MAX / 4);
const _: () = assert!(LEGS_MAX == 2_000, "VERSION_MAX leaves room for exactly this many legs");
