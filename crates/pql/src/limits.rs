//! What a query may be at most, in the language itself. Roles and data sets may allow less, never more.

/// The longest query text, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// How deep brackets, NOT, calls, EXISTS and minus signs may stand in one another. A chain of ANDs, ORs
/// or operators of one precedence is one level.
pub const DEPTH_MAX: u32 = 64;

/// How many terms a query may have: conditions, items, keys, arguments and the further operands of sums
/// and products.
pub const TERMS_MAX: u32 = 2_000;

/// How many items a list after IN may have.
pub const LIST_ITEMS_MAX: u32 = 1_000;

/// How deep EXISTS may stand in EXISTS.
pub const EXISTS_DEPTH_MAX: u32 = 3;

/// How many errors are told at once.
pub const ERRORS_MAX: usize = 20;

/// How many warnings of one code are told at once.
pub const WARNINGS_MAX: usize = 20;

/// The longest pattern after LIKE or ILIKE, in characters.
pub const PATTERN_CHARACTERS_MAX: usize = 1_000;

/// How many `%` such a pattern may have.
pub const PATTERN_WILDCARDS_MAX: usize = 10;

/// How many digits of a second an instant may be written with.
pub const FRACTION_DIGITS_MAX: usize = 9;

const _: () = assert!(TEXT_BYTES_MAX < u32::MAX as usize, "spans are u32");
const _: () = assert!(EXISTS_DEPTH_MAX < DEPTH_MAX, "EXISTS counts as depth too");
const _: () = assert!(LIST_ITEMS_MAX as usize * 2 < TEXT_BYTES_MAX, "a full list can be written");
