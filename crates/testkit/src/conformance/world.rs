//! What was saved so far, to make the next batch from and to know what to ask for.

use std::collections::BTreeMap;

use ledger::{PlatformId, Timestamp, TransactionId};
use money::Asset;
use payments::ids::{AuditId, EventId};
use payments::{Key, OPERATOR, Resource};
use store::{Batch, Head};

use super::chance::Chance;

/// What was saved.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) platforms: Vec<PlatformId>,
    pub(super) assets: Vec<Asset>,
    pub(super) position: u64,
    pub(super) now: Timestamp,
    pub(super) heads: BTreeMap<PlatformId, Head>,
    pub(super) resources: BTreeMap<(PlatformId, Key), Resource>,
    /// The number of the next entry of each transaction.
    pub(super) transitions: BTreeMap<TransactionId, u32>,
    pub(super) keys: Vec<(PlatformId, String)>,
    pub(super) events: Vec<(PlatformId, EventId)>,
    pub(super) audits: Vec<(PlatformId, AuditId)>,
}

/// A batch in the making: the world as it would be after it.
pub(super) struct Draft {
    pub(super) after: World,
    pub(super) batch: Batch,
    /// Ids minted at the current instant.
    pub(super) minted: u16,
}

impl World {
    pub(super) fn new(chance: Chance) -> Self {
        let platform =
            |last| PlatformId::from_bytes([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
        Self {
            chance,
            platforms: vec![OPERATOR, platform(1), platform(2), platform(3)],
            assets: ["GBP", "BTC", "XNO"].into_iter().filter_map(Asset::known).collect(),
            position: 0,
            now: Timestamp::from_micros(1_800_000_000_000_000),
            heads: BTreeMap::new(),
            resources: BTreeMap::new(),
            transitions: BTreeMap::new(),
            keys: Vec::new(),
            events: Vec::new(),
            audits: Vec::new(),
        }
    }

    /// Takes what both stores saved.
    pub(super) fn keep(&mut self, draft: Draft) {
        *self = draft.after;
    }

    pub(super) fn platform(&mut self) -> PlatformId {
        let platforms = self.platforms.clone();
        self.chance.pick_or(&platforms, OPERATOR)
    }

    pub(super) fn asset(&mut self) -> Option<Asset> {
        let assets = self.assets.clone();
        self.chance.pick(&assets)
    }

    /// One of the platform's resources that `choose` takes something out of.
    pub(super) fn some<T: Clone>(
        &mut self,
        platform: PlatformId,
        choose: impl Fn(&Resource) -> Option<T>,
    ) -> Option<T> {
        let of_platform = self.resources.iter().filter(|((of, _), _)| *of == platform);
        let all: Vec<T> = of_platform.filter_map(|(_, resource)| choose(resource)).collect();
        self.chance.pick(&all)
    }
}
