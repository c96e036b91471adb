//! A platform: Florin's customer, to whom everything else belongs.

use ledger::{AccountId, PlatformId, Timestamp};
use money::Asset;
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, RoleId};
use crate::meta::Meta;
use crate::states::PlatformStatus;

/// A platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Its id.
    pub id: PlatformId,
    /// Version, labels, times.
    pub meta: Meta,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: PlatformStatus,
    /// The platform's own customer: who gets the marketplace's fees.
    pub customer: CustomerId,
    /// The role that customers get unless they say otherwise.
    pub default_role: RoleId,
    /// The own customer's account in each of the platform's assets.
    pub accounts: Vec<(Asset, AccountId)>,
    /// How far the sandbox clock is ahead, in microseconds; only grows, 0 in live stores.
    pub clock_offset_micros: i64,
}

impl Platform {
    /// The business time at a reading of the server's clock.
    #[must_use]
    pub fn business_time(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.micros().saturating_add(self.clock_offset_micros))
    }

    /// The own customer's account in `asset`.
    #[must_use]
    pub fn account(&self, asset: Asset) -> Option<AccountId> {
        self.accounts.iter().find(|(of, _)| *of == asset).map(|(_, account)| *account)
    }
}
