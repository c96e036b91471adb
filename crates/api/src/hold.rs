//! Holds: money reserved until it is posted, voided or expired.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::entry::{Direction, Leg};
use crate::id::{AccountId, HoldId, Timestamp, TransactionId};
use crate::transaction::{FeeBearer, Part};

resource! {
    /// The legs of an internal payment, reserved as one group.
    pub struct Hold in HoldList {
        /// Its id.
        pub id: HoldId,
        /// The transaction whose money is held.
        pub transaction: TransactionId,
        /// `active`, `posted`, `voided` or `expired`.
        #[schema(example = "active")]
        pub status: String,
        /// The gross amount that is held, without a fee on top.
        pub amount: Amount,
        /// How much of it was posted.
        pub posted: Amount,
        /// When it runs out, in the platform's business time.
        pub expires_at: Timestamp,
        /// What is reserved.
        pub reserved: Vec<ReservedLeg>,
        /// The legs of the journal entry that this answer wrote, with the balances after them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub legs: Option<Vec<Leg>>,
    }
}

/// One reserved leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReservedLeg {
    /// The account.
    pub account: AccountId,
    /// Which side of it.
    pub direction: Direction,
    /// How much.
    pub amount: Amount,
}

creation! {
    /// Reserves a payment from one account to others of the platform.
    pub struct CreateHold {
        /// Who pays.
        pub from_account: AccountId,
        /// Who receives it all; or give a `split`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to_account: Option<AccountId>,
        /// Who receives which part; or give a `to_account`. The parts must equal the amount.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_items = 1, max_items = 100)]
        pub split: Option<Vec<Part>>,
        /// How much, gross.
        pub amount: Amount,
        /// When it runs out, in the platform's business time: within 90 days.
        pub expires_at: Timestamp,
        /// Who bears the provider's fee; the payees if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fee_bearer: Option<FeeBearer>,
        /// What payer and payees read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 140, example = "Order 1815")]
        pub reference: Option<String>,
        /// Your own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000)]
        pub description: Option<String>,
    }
}

patch! {
    /// Changes the labels of a hold.
    pub struct UpdateHold {}
}
