//! An account: a customer's e-money in one asset, or one of the platform's internal accounts.

use ledger::Standing;
use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;
use crate::meta::Meta;
use crate::states::AccountStatus;

/// An account. Its counters are in `ledger`; `meta.version` does not count entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Id, asset, chart and counters.
    pub ledger: ledger::Account,
    /// Version, labels, times.
    pub meta: Meta,
    /// Whose it is; `None` for an internal account.
    pub customer: Option<CustomerId>,
    /// What its owner calls it.
    pub name: String,
    /// Its state; decides `ledger.standing`.
    pub status: AccountStatus,
    /// What a payer quotes to pay into it; empty for an internal account.
    pub reference: String,
}

/// What the ledger lets an account of this status do.
#[must_use]
pub const fn standing(status: AccountStatus) -> Standing {
    match status {
        AccountStatus::Open => Standing::Open,
        AccountStatus::FrozenIn | AccountStatus::Closing => Standing::FrozenIn,
        AccountStatus::FrozenOut => Standing::FrozenOut,
        AccountStatus::Frozen | AccountStatus::Pending => Standing::Frozen,
        AccountStatus::Closed => Standing::Closed,
    }
}
