//! The books in one table.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::SignedAmount;
use crate::id::{PlatformId, Timestamp};

/// The sum of every chart of account and asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialBalance {
    /// The platform; null where it is over all of them.
    pub platform: Option<PlatformId>,
    /// The instant asked for; null where it is of now.
    pub as_of: Option<Timestamp>,
    /// The commit position it was made at.
    pub position: u64,
    /// One row a chart of account and asset.
    pub rows: Vec<TrialBalanceRow>,
    /// Per asset, whether debits equal credits.
    pub totals: Vec<TrialBalanceTotal>,
}

/// All accounts of one chart and asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialBalanceRow {
    /// The place in the chart of accounts.
    #[schema(example = "liability:customer")]
    pub chart: String,
    /// The asset.
    #[schema(example = "GBP")]
    pub asset: String,
    /// How many accounts.
    pub accounts: u64,
    /// Posted debits.
    pub debits: SignedAmount,
    /// Posted credits.
    pub credits: SignedAmount,
    /// Reserved debits.
    pub debits_pending: SignedAmount,
    /// Reserved credits.
    pub credits_pending: SignedAmount,
    /// What is posted, positive on the side on which such accounts grow.
    pub balance: SignedAmount,
}

/// All accounts of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialBalanceTotal {
    /// The asset.
    #[schema(example = "GBP")]
    pub asset: String,
    /// Posted debits.
    pub debits: SignedAmount,
    /// Posted credits.
    pub credits: SignedAmount,
    /// Whether they are equal.
    pub balanced: bool,
}
