//! Refunds: money of a transaction going back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Amount;
use crate::entry::Leg;
use crate::id::{AccountId, RefundId, TransactionId};
use crate::sandbox::Behaviour;
use crate::transaction::BankSide;

resource! {
    /// Money of a transaction going back to its payer. A refund cannot be refunded.
    pub struct Refund in RefundList {
        /// Its id.
        pub id: RefundId,
        /// What is refunded.
        pub transaction: TransactionId,
        /// `submitted`, `settled` or `failed`.
        #[schema(example = "settled")]
        pub status: String,
        /// How much goes back to the payer, without a returned fee.
        pub amount: Amount,
        /// Who gives it back.
        pub paid_by: Vec<RefundPart>,
        /// How much of the provider's fee goes back to who bore it.
        pub fee_returned: Amount,
        /// Why, if somebody said.
        pub reason: Option<String>,
        /// The bank's side, for refunds of money that came from a bank.
        pub bank: Option<BankSide>,
        /// The legs of the journal entry that this answer wrote, with the balances after them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub legs: Option<Vec<Leg>>,
    }
}

/// What one account gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundPart {
    /// The account that pays.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
}

creation! {
    /// Refunds a settled transaction, wholly or in part.
    pub struct CreateRefund {
        /// What is refunded.
        pub transaction: TransactionId,
        /// How much; all that is left if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Amount>,
        /// Who pays; the payees pro rata if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_items = 1, max_items = 100)]
        pub paid_by: Option<Vec<RefundPart>>,
        /// Whether the provider's fee goes back too, in proportion.
        #[serde(default)]
        pub refund_fees: bool,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 1000, example = "Damaged on arrival")]
        pub reason: Option<String>,
        /// How the sandbox bank should act on it, if it goes back by bank.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sandbox: Option<Behaviour>,
    }
}

patch! {
    /// Changes the labels of a refund.
    pub struct UpdateRefund {}
}
