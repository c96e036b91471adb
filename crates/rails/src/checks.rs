//! What the sandbox bank looks at before it writes: shapes of input, and whether a decision fits.
//!
//! Pure, and without the bank's state: limits that need it are checked in `sandbox.rs`.
//!
//! Start at [`check_payment`].

use money::Amount;

use crate::details::is_text;
use crate::limits::{FINGERPRINT_BYTES_MAX, KEY_BYTES_MAX, PLATFORM_BYTES_MAX};
use crate::state::PaymentRef;
use crate::{Asked, BankDetails, Behaviour, Instruction, Outcome, Refused, Standing};

/// Checks the shape of a platform's id.
pub(crate) fn check_platform(platform: &str) -> Result<(), Refused> {
    if is_visible(platform, PLATFORM_BYTES_MAX) { Ok(()) } else { Err(Refused::PlatformInvalid) }
}

/// Checks the shape of what names a request. Keys of callers may have spaces.
pub(crate) fn check_asked(asked: &Asked) -> Result<(), Refused> {
    let Asked { scope, key, fingerprint } = asked;
    let is_key = (1..=KEY_BYTES_MAX).contains(&key.len())
        && key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let is_named = is_visible(scope, PLATFORM_BYTES_MAX)
        && is_visible(fingerprint, FINGERPRINT_BYTES_MAX)
        && is_key;
    if is_named { Ok(()) } else { Err(Refused::AskedInvalid) }
}

/// Checks the shape of a key.
pub(crate) fn check_key(key: &str) -> Result<(), Refused> {
    if is_visible(key, KEY_BYTES_MAX) { Ok(()) } else { Err(Refused::KeyInvalid) }
}

/// Checks what payouts and credits have in common.
pub(crate) fn check_payment(
    amount: Amount,
    reference: &str,
    details: &BankDetails,
) -> Result<(), Refused> {
    if amount.is_zero() {
        return Err(Refused::AmountZero);
    }
    if !is_text(reference) {
        return Err(Refused::ReferenceInvalid);
    }
    if !details.is_well_formed() {
        return Err(Refused::DetailsInvalid);
    }
    Ok(())
}

/// Checks that a credit can act so.
pub(crate) fn check_credit_behaviour(behaviour: &Behaviour) -> Result<(), Refused> {
    if behaviour.is_for_credits() {
        Ok(())
    } else {
        Err(Refused::NotForCredits { behaviour: behaviour.name().to_owned() })
    }
}

/// Checks that `standing` leaves room for `outcome`.
pub(crate) fn check_decision(
    payment: PaymentRef,
    standing: Standing,
    outcome: &Outcome,
) -> Result<(), Refused> {
    let (is_return, behaviour) = match outcome {
        Outcome::Settle => (false, None),
        Outcome::Return { .. } => (true, Some("returned")),
        Outcome::Reject { .. } => (false, Some("rejected")),
    };
    if let (PaymentRef::Credit(_), Some(behaviour)) = (payment, behaviour) {
        return Err(Refused::NotForCredits { behaviour: behaviour.to_owned() });
    }
    match standing {
        Standing::Waiting | Standing::Dropped => Ok(()),
        Standing::Settled if is_return => Ok(()),
        Standing::Settled | Standing::Returned { .. } | Standing::Rejected { .. } => {
            Err(Refused::AlreadyDecided { standing })
        }
    }
}

/// Whether both move the same money to the same account; the behaviour may differ.
pub(crate) fn is_same_payment(left: &Instruction, right: &Instruction) -> bool {
    left.platform == right.platform
        && left.amount == right.amount
        && left.reference == right.reference
        && left.beneficiary == right.beneficiary
}

fn is_visible(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
