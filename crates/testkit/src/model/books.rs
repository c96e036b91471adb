//! The model's ledger: four counters an account, and what may be written on them.

use std::collections::BTreeMap;

use crate::operation::Slot;

/// The largest count of minor units.
pub(super) const MOST: u128 = 10_u128.pow(36) - 1;

/// An account: a customer's by its slot, or an internal one by the word of its chart and its asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A customer's.
    Of(Slot),
    /// The platform's.
    Internal(&'static str, &'static str),
}

/// What an account's legs add up to, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Reserved to be debited.
    pub debits_pending: u128,
    /// Debited.
    pub debits_posted: u128,
    /// Reserved to be credited.
    pub credits_pending: u128,
    /// Credited.
    pub credits_posted: u128,
}

/// One side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Debit,
    Credit,
}

/// What a leg does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Reserve,
    Release,
    Post,
}

/// What is to be moved: account, side and minor units.
pub(super) type Move = (Name, Side, u128);

/// A leg.
pub(super) type Leg = (Name, Side, Does, u128);

/// Every account that ever moved.
#[derive(Debug, Clone, Default)]
pub(super) struct Books(pub(super) BTreeMap<Name, Counters>);

/// The same moves in one layer.
pub(super) fn legs(moves: &[Move], does: Does) -> Vec<Leg> {
    let moving = moves.iter().filter(|(_, _, minor)| *minor > 0);
    moving.map(|(name, side, minor)| (*name, *side, does, *minor)).collect()
}

impl Counters {
    /// What may be taken from a customer's account, in minor units.
    #[must_use]
    pub fn available(&self) -> i128 {
        signed(self.credits_posted) - signed(self.debits_posted) - signed(self.debits_pending)
    }

    /// Whether nothing is held and nothing is pending.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.debits_pending == 0
            && self.credits_pending == 0
            && self.debits_posted == self.credits_posted
    }
}

fn signed(minor: u128) -> i128 {
    i128::try_from(minor).unwrap()
}

impl Books {
    pub(super) fn of(&self, name: Name) -> Counters {
        self.0.get(&name).copied().unwrap_or_default()
    }

    /// Writes legs if they may be written; `status` says how a customer's account stands.
    pub(super) fn write(
        &mut self,
        legs: &[Leg],
        status: impl Fn(Slot) -> &'static str,
    ) -> Result<(), &'static str> {
        let more = |name: Name, side: Side| {
            let of = legs.iter().filter(|leg| (leg.0, leg.1) == (name, side));
            of.map(|(_, _, does, minor)| match does {
                Does::Reserve | Does::Post => signed(*minor),
                Does::Release => -signed(*minor),
            })
            .sum::<i128>()
                > 0
        };
        let stands = |wrong: &dyn Fn(&'static str, Slot) -> bool| {
            legs.iter().any(|leg| match leg.0 {
                Name::Of(slot) => wrong(status(slot), slot),
                Name::Internal(..) => false,
            })
        };
        let (into, out) =
            (|slot| more(Name::Of(slot), Side::Credit), |slot| more(Name::Of(slot), Side::Debit));
        if stands(&|status, slot| status == "closed" && (into(slot) || out(slot))) {
            return Err("account_not_open");
        }
        let none_in = ["frozen_in", "frozen", "closing", "pending"];
        if stands(&|status, slot| none_in.contains(&status) && into(slot)) {
            return Err("account_frozen_in");
        }
        let none_out = ["frozen_out", "frozen", "pending"];
        if stands(&|status, slot| none_out.contains(&status) && out(slot)) {
            return Err("account_frozen_out");
        }
        self.add_up(legs)
    }

    fn add_up(&mut self, legs: &[Leg]) -> Result<(), &'static str> {
        let mut after = self.0.clone();
        for (name, side, does, minor) in legs {
            let counters = after.entry(*name).or_default();
            let counter = match (side, does) {
                (Side::Debit, Does::Post) => &mut counters.debits_posted,
                (Side::Credit, Does::Post) => &mut counters.credits_posted,
                (Side::Debit, Does::Reserve | Does::Release) => &mut counters.debits_pending,
                (Side::Credit, Does::Reserve | Does::Release) => &mut counters.credits_pending,
            };
            *counter = match does {
                Does::Reserve | Does::Post => *counter + minor,
                Does::Release => *counter - minor,
            };
        }
        if after.values().any(|it| it.debits_posted.max(it.credits_posted) > MOST)
            || after.values().any(|it| it.debits_pending.max(it.credits_pending) > MOST)
        {
            return Err("balance_overflow");
        }
        let owed = |name: &Name| match name {
            Name::Of(_) => true,
            Name::Internal(chart, _) => *chart == "liability:unallocated",
        };
        for (name, counters) in after.iter().filter(|(name, _)| owed(name)) {
            if counters.available() < 0 && counters.available() < self.of(*name).available() {
                return Err("insufficient_funds");
            }
        }
        self.0 = after;
        Ok(())
    }
}
