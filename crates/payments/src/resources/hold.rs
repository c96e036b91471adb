//! A hold: the legs of an internal payment reserved as one group until posted, voided or expired.

use ledger::{AccountId, Direction, Timestamp, TransactionId};
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::ids::HoldId;
use crate::meta::Meta;
use crate::states::HoldStatus;

/// A hold. `posted <= amount` always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Version, labels, times.
    pub meta: Meta,
    /// The transaction whose money is held.
    pub transaction: TransactionId,
    /// The gross amount that is held, without a fee on top.
    pub amount: Amount,
    /// How much of it was posted, in minor units.
    pub posted: u128,
    /// When it runs out, in business time.
    pub expires_at: Timestamp,
    /// The legs that are reserved.
    pub reserved: Vec<Reserved>,
    /// Its state.
    pub status: HoldStatus,
}

/// One reserved leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    /// Whose counter.
    pub account: AccountId,
    /// Which side.
    pub direction: Direction,
    /// Minor units of the hold's asset.
    pub minor: u128,
}
