//! Accounts: e-money of a customer in one asset, and the platform's internal accounts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::Balance;
use crate::id::{AccountId, CustomerId, Timestamp};

resource! {
    /// An account in one asset.
    pub struct Account in AccountList {
        /// Its id.
        pub id: AccountId,
        /// Whose it is; null for an internal account of the platform.
        pub customer: Option<CustomerId>,
        /// Its place in the chart of accounts.
        #[schema(example = "liability:customer")]
        pub chart: String,
        /// The asset it counts.
        #[schema(example = "GBP")]
        pub asset: String,
        /// What its owner calls it.
        #[schema(example = "Main")]
        pub name: String,
        /// `pending`, `open`, `frozen_in`, `frozen_out`, `frozen`, `closing` or `closed`.
        #[schema(example = "open")]
        pub status: String,
        /// What a payer quotes to pay into it from a bank; null for an internal account.
        #[schema(example = "FA-4F7T2KX9QZ")]
        pub reference: Option<String>,
        /// What it holds.
        pub balance: Balance,
    }
}

/// What an account held at some moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountBalance {
    /// The account.
    pub account: AccountId,
    /// The asset it counts.
    #[schema(example = "GBP")]
    pub asset: String,
    /// What it held.
    pub balance: Balance,
    /// The instant asked for; null where none was.
    pub as_of: Option<Timestamp>,
    /// The platform's command number asked for; null where none was.
    pub as_of_seq: Option<u64>,
}

creation! {
    /// Opens an account.
    pub struct CreateAccount {
        /// Whose it is.
        pub customer: CustomerId,
        /// The asset it counts; never changes.
        #[schema(pattern = "^[A-Z0-9]{2,12}$", example = "GBP")]
        pub asset: String,
        /// What its owner calls it; `Main` if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, example = "Main")]
        pub name: Option<String>,
    }
}

patch! {
    /// Changes an account.
    pub struct UpdateAccount {
        /// What its owner calls it.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, nullable = false)]
        pub name: Option<String>,
    }
}
