//! Where each platform's history is while it is read: last numbers, last hashes, assets seen.
//!
//! Knows nothing of money. The ids of the internal accounts are derived here from platform, chart
//! and asset, so that a leg on the clearing account is known without reading the account's row.

use std::collections::HashMap;

use ledger::{AccountId, Chart, PlatformId, Rail, Timestamp, ids};
use money::Asset;
use serde::{Deserialize, Serialize};

use super::print::Quick;

/// One platform's history so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) seq: u64,
    pub(super) created_at: Timestamp,
    pub(super) audit_hash: [u8; 32],
    pub(super) entry_hash: [u8; 32],
}

/// The internal accounts of one platform and asset that entries are read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Internal {
    asset: Asset,
    pub(super) safeguarding: AccountId,
    pub(super) clearing: AccountId,
}

/// All platforms' histories.
#[derive(Debug, Default)]
pub(super) struct Histories {
    of: HashMap<PlatformId, History, Quick>,
    internals: HashMap<PlatformId, Vec<Internal>, Quick>,
}

impl From<Vec<(PlatformId, History)>> for Histories {
    fn from(all: Vec<(PlatformId, History)>) -> Self {
        Self { of: all.into_iter().collect(), ..Self::default() }
    }
}

impl Histories {
    /// All of it, in order.
    pub(super) fn into_all(self) -> Vec<(PlatformId, History)> {
        let mut all: Vec<_> = self.of.into_iter().collect();
        all.sort_unstable_by_key(|(platform, _)| *platform);
        all
    }

    /// A platform's history, at its beginning if nothing was read of it yet.
    pub(super) fn at(&mut self, platform: PlatformId) -> &mut History {
        self.of.entry(platform).or_insert(History {
            seq: 0,
            created_at: Timestamp::from_micros(0),
            audit_hash: ledger::GENESIS,
            entry_hash: ledger::GENESIS,
        })
    }

    /// A platform's history, if it has one.
    pub(super) fn get(&self, platform: PlatformId) -> Option<&History> {
        self.of.get(&platform)
    }

    /// Every platform, in order.
    pub(super) fn platforms(&self) -> Vec<PlatformId> {
        let mut platforms: Vec<_> = self.of.keys().copied().collect();
        platforms.sort_unstable();
        platforms
    }

    /// The asset that `asset` disagrees with: the same code seen earlier with another scale or kind.
    pub(super) fn contradicts(&mut self, platform: PlatformId, asset: Asset) -> Option<Asset> {
        let known = self.internals.entry(platform).or_default();
        let of_code = known.iter().find(|known| known.asset.code() == asset.code());
        match of_code {
            Some(first) if first.asset != asset => Some(first.asset),
            Some(_) => None,
            None => {
                known.push(Internal::of(platform, asset));
                None
            }
        }
    }

    /// The internal accounts in `asset`.
    pub(super) fn internal(&mut self, platform: PlatformId, asset: Asset) -> Internal {
        let known = self.internals.entry(platform).or_default();
        if let Some(internal) = known.iter().find(|known| known.asset == asset) {
            return *internal;
        }
        let internal = Internal::of(platform, asset);
        known.push(internal);
        internal
    }
}

impl Internal {
    fn of(platform: PlatformId, asset: Asset) -> Self {
        Self {
            asset,
            safeguarding: internal_id(platform, Chart::Safeguarding, asset),
            clearing: internal_id(platform, Chart::Clearing(Rail::Bank), asset),
        }
    }
}

/// The id of a platform's one account of this chart and asset.
pub(super) fn internal_id(platform: PlatformId, chart: Chart, asset: Asset) -> AccountId {
    let label = format!("{}:{}", chart.code(), asset.code());
    AccountId::from_bytes(ids::derived(platform, &label))
}
