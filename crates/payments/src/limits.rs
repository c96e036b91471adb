//! The bounds of the domain; their relations are asserted when this is compiled.

/// Payees of one split.
pub const SPLIT_PAYEES_MAX: usize = 100;
/// Annotations of one resource.
pub const ANNOTATIONS_MAX: usize = 50;
/// Bytes of an annotation's key.
pub const ANNOTATION_KEY_BYTES_MAX: usize = 64;
/// Bytes of an annotation's value.
pub const ANNOTATION_VALUE_BYTES_MAX: usize = 500;
/// Tags of one resource.
pub const TAGS_MAX: usize = 20;
/// Bytes of one tag.
pub const TAG_BYTES_MAX: usize = 64;
/// Bytes of an external id.
pub const EXTERNAL_ID_BYTES_MAX: usize = 128;
/// Bytes of a name (of a customer, a role, an account).
pub const NAME_BYTES_MAX: usize = 200;
/// Bytes of a description or a note.
pub const TEXT_BYTES_MAX: usize = 1_000;
/// Bytes of a payment reference.
pub const REFERENCE_BYTES_MAX: usize = 140;
/// Business persons of one customer.
pub const PERSONS_MAX: usize = 50;
/// Fee rules of one role.
pub const FEE_RULES_MAX: usize = 100;
/// Limits of one role.
pub const ROLE_LIMITS_MAX: usize = 100;
/// Assets of one platform.
pub const PLATFORM_ASSETS_MAX: usize = 20;
/// Scopes of one key.
pub const SCOPES_MAX: usize = 32;
/// The longest hold: 90 days, in microseconds.
pub const HOLD_MICROS_MAX: i64 = 90 * DAY_MICROS;
/// The farthest the sandbox clock may be moved by one command: 366 days, in microseconds.
pub const CLOCK_ADVANCE_MICROS_MAX: i64 = 366 * DAY_MICROS;
/// The farthest the sandbox clock may be ahead: 20 years, in microseconds.
pub const CLOCK_OFFSET_MICROS_MAX: i64 = 20 * 366 * DAY_MICROS;
/// How often unallocated money may be sent back, where the bank does not manage.
pub const RETURN_ATTEMPTS_MAX: usize = 50;
/// One day in microseconds.
pub const DAY_MICROS: i64 = 86_400_000_000;

const _: () = assert!(CLOCK_ADVANCE_MICROS_MAX < CLOCK_OFFSET_MICROS_MAX);
// An entry of a split has a leg a payee, and at most three more (payer, fee, fee bearer), each
// released and posted.
const _: () = assert!((SPLIT_PAYEES_MAX + 3) * 2 < 2_000);
