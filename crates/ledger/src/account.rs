//! Accounts: four counters of one asset, and the balances one can read off them.
//!
//! Not a customer's account with its name and history: `payments` has that. Counters only ever
//! change through [`apply()`](crate::apply()), and none exceeds [`AMOUNT_MAX`]. Start at
//! [`Account::available`].

use money::{AMOUNT_MAX, Asset, Signed};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Chart, Direction, Layer, Leg};

/// Which new money an account takes part in. What is already reserved may always be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// In and out.
    Open,
    /// Nothing new in.
    FrozenIn,
    /// Nothing new out.
    FrozenOut,
    /// Nothing new in or out.
    Frozen,
    /// Nothing new in or out, for ever.
    Closed,
}

impl Standing {
    /// The code in stores and on the wire. Never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::FrozenIn => "frozen_in",
            Self::FrozenOut => "frozen_out",
            Self::Frozen => "frozen",
            Self::Closed => "closed",
        }
    }
}

/// What an account's legs add up to, in minor units; each at most [`AMOUNT_MAX`].
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Counters {
    /// Reserved to be debited, not yet posted or released.
    pub debits_pending: u128,
    /// Debited.
    pub debits_posted: u128,
    /// Reserved to be credited, not yet posted or released.
    pub credits_pending: u128,
    /// Credited.
    pub credits_posted: u128,
}

impl Counters {
    /// What is reserved in `direction`, in minor units.
    pub const fn pending(&self, direction: Direction) -> u128 {
        match direction {
            Direction::Debit => self.debits_pending,
            Direction::Credit => self.credits_pending,
        }
    }

    /// What is posted in `direction`, in minor units.
    pub const fn posted(&self, direction: Direction) -> u128 {
        match direction {
            Direction::Debit => self.debits_posted,
            Direction::Credit => self.credits_posted,
        }
    }

    /// The counters after `leg`; `None` if the one it changes would leave 0..=[`AMOUNT_MAX`].
    pub(crate) fn after(mut self, leg: &Leg) -> Option<Self> {
        let minor = leg.amount.minor();
        let counter = self.counter_mut(leg.direction, leg.layer);
        *counter = match leg.layer {
            Layer::Pending | Layer::Posted => counter.checked_add(minor)?,
            Layer::Released => counter.checked_sub(minor)?,
        };
        (*counter <= AMOUNT_MAX).then_some(self)
    }

    /// Whether each counter is one that may be stored.
    pub(crate) fn fit(&self) -> bool {
        let Self { debits_pending, debits_posted, credits_pending, credits_posted } = *self;
        [debits_pending, debits_posted, credits_pending, credits_posted]
            .into_iter()
            .all(|counter| counter <= AMOUNT_MAX)
    }

    const fn counter_mut(&mut self, direction: Direction, layer: Layer) -> &mut u128 {
        match (direction, layer) {
            (Direction::Debit, Layer::Pending | Layer::Released) => &mut self.debits_pending,
            (Direction::Debit, Layer::Posted) => &mut self.debits_posted,
            (Direction::Credit, Layer::Pending | Layer::Released) => &mut self.credits_pending,
            (Direction::Credit, Layer::Posted) => &mut self.credits_posted,
        }
    }
}

/// An account as it stands: one asset, one place in the chart, four counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id, unique over all platforms.
    pub id: AccountId,
    /// The one asset it counts.
    pub asset: Asset,
    /// What it is for.
    pub chart: Chart,
    /// Which new money it takes part in.
    pub standing: Standing,
    /// How far below zero it may go, in minor units; at most [`AMOUNT_MAX`].
    pub credit_limit: u128,
    /// What its legs add up to.
    pub counters: Counters,
    /// How many legs it has taken.
    pub version: u64,
}

impl Account {
    /// What may still be taken out: posted, less what is reserved to go, plus the credit limit.
    pub fn available(&self) -> Signed {
        let (plus, minus) = self.available_parts();
        Signed::difference(plus, minus, self.asset)
    }

    /// What is posted, positive on the account's normal side.
    pub fn balance(&self) -> Signed {
        let normal = self.chart.normal();
        let (plus, minus) = (self.counters.posted(normal), self.counters.posted(normal.opposite()));
        Signed::difference(plus, minus, self.asset)
    }

    /// What is reserved to come in.
    pub fn pending_in(&self) -> Signed {
        Signed::difference(self.counters.pending(self.chart.normal()), 0, self.asset)
    }

    /// What is reserved to go out.
    pub fn pending_out(&self) -> Signed {
        Signed::difference(self.counters.pending(self.chart.normal().opposite()), 0, self.asset)
    }

    /// Whether nothing is held and nothing is pending, so that the account may be closed.
    pub const fn is_settled(&self) -> bool {
        let Counters { debits_pending, debits_posted, credits_pending, credits_posted } =
            self.counters;
        debits_pending == 0 && credits_pending == 0 && debits_posted == credits_posted
    }

    /// What adds to and what takes from the available balance, in minor units.
    pub(crate) const fn available_parts(&self) -> (u128, u128) {
        let (normal, opposite) = (self.chart.normal(), self.chart.normal().opposite());
        let plus = self.counters.posted(normal).saturating_add(self.credit_limit);
        let minus = self.counters.posted(opposite).saturating_add(self.counters.pending(opposite));
        (plus, minus)
    }
}
