//! Holds: a group of legs is reserved at once, then posted, wholly or in part, or voided.
//!
//! Makes legs; whether they may be written, [`apply()`](crate::apply()) decides. Which hold is
//! still unresolved and when it expires, `payments` knows: here a hold is only its legs.
//! Start at [`reserve`].

use money::Amount;

use crate::{AccountId, Direction, Layer, Leg};

/// The legs that reserve a group.
pub fn reserve(legs: &[(AccountId, Direction, Amount)]) -> Vec<Leg> {
    legs.iter().map(|reserved| leg(reserved, Layer::Pending)).collect()
}

/// The legs that resolve a `reserved` group by posting `posted`, amount for amount.
///
/// All that was reserved is released, then what is posted is posted, so that the rest becomes
/// free; a leg posted as zero is left out. Posting nothing but zeros is [`void`].
///
/// # Errors
///
/// The first [`NotWithinHold`] that holds, over all legs, in the order of its variants.
///
/// # Panics
///
/// If there are not as many amounts in `posted` as legs in `reserved`: a bug in the caller.
pub fn post(
    reserved: &[(AccountId, Direction, Amount)],
    posted: &[Amount],
) -> Result<Vec<Leg>, NotWithinHold> {
    assert_eq!(reserved.len(), posted.len(), "one amount is posted for each reserved leg");

    let pairs = || reserved.iter().zip(posted.iter().copied());
    for (&(account, _, held), posted) in pairs() {
        if held.asset() != posted.asset() {
            return Err(NotWithinHold::AssetMismatch { account, reserved: held, posted });
        }
    }
    for (&(account, _, held), posted) in pairs() {
        if held.minor() < posted.minor() {
            return Err(NotWithinHold::AboveReserved { account, reserved: held, posted });
        }
    }
    let mut legs = void(reserved);
    legs.extend(
        pairs()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(held, amount)| Leg { amount, ..leg(held, Layer::Posted) }),
    );
    Ok(legs)
}

/// The legs that resolve a `reserved` group by releasing all of it.
pub fn void(reserved: &[(AccountId, Direction, Amount)]) -> Vec<Leg> {
    reserved.iter().map(|held| leg(held, Layer::Released)).collect()
}

const fn leg(&(account, direction, amount): &(AccountId, Direction, Amount), layer: Layer) -> Leg {
    Leg { account, direction, layer, amount }
}

/// Why a hold cannot be resolved by posting these amounts. Variants stand in the order checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWithinHold {
    /// A leg would post another asset than it reserved.
    #[error("account {account} reserved {reserved}, cannot post {posted}")]
    AssetMismatch {
        /// The account of the leg.
        account: AccountId,
        /// What the leg reserved.
        reserved: Amount,
        /// What was to be posted.
        posted: Amount,
    },
    /// A leg would post more than it reserved.
    #[error("account {account} reserved only {reserved}, cannot post {posted}")]
    AboveReserved {
        /// The account of the leg.
        account: AccountId,
        /// What the leg reserved.
        reserved: Amount,
        /// What was to be posted.
        posted: Amount,
    },
}

impl NotWithinHold {
    /// The code on the wire and in docs/errors.md. Never renamed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AssetMismatch { .. } => "asset_mismatch",
            Self::AboveReserved { .. } => "above_reserved",
        }
    }

    /// Whether the very same amounts may be posted later: never.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::AssetMismatch { .. } | Self::AboveReserved { .. } => false,
        }
    }
}
