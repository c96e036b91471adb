//! Entries add up, and the counters of accounts are the fold of their legs.
//!
//! One row an account is kept in memory: its counters, and the lowest it ever had available. What
//! chart it has only its own row says, so whether it may be overdrawn is decided when that is read.

use std::collections::HashMap;

use ledger::{Account, AccountId, Counters, Direction, Entry, Layer, Leg, LegAfter, PlatformId};
use money::Asset;
use serde::{Deserialize, Serialize};

use super::chains::entry_row;
use super::histories::Histories;
use super::print::Quick;
use super::report::{Difference, Findings, Invariant, Row};
use super::terms::weight;

/// What an account's legs add up to so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fold {
    pub(super) asset: Asset,
    pub(super) counters: Counters,
    /// How many legs.
    pub(super) version: u64,
    /// The least it had available after an entry, were it credit-normal with no credit limit.
    lowest: i128,
    /// After which seq.
    lowest_seq: u64,
    /// Whether its own row was read.
    #[serde(skip)]
    pub(super) seen: bool,
}

/// All accounts that have legs.
#[derive(Debug, Default)]
pub(super) struct Folds {
    of: HashMap<(PlatformId, AccountId), Fold, Quick>,
}

impl From<Vec<((PlatformId, AccountId), Fold)>> for Folds {
    fn from(all: Vec<((PlatformId, AccountId), Fold)>) -> Self {
        Self { of: all.into_iter().collect() }
    }
}

impl Folds {
    /// All of it, in order.
    pub(super) fn into_all(self) -> Vec<((PlatformId, AccountId), Fold)> {
        let unseen = |(account, fold)| (account, Fold { seen: false, ..fold });
        let mut all: Vec<_> = self.of.into_iter().map(unseen).collect();
        all.sort_unstable_by_key(|(account, _)| *account);
        all
    }

    /// Every account with legs, in order.
    fn all(&self) -> Vec<(PlatformId, AccountId)> {
        let mut accounts: Vec<_> = self.of.keys().copied().collect();
        accounts.sort_unstable();
        accounts
    }

    pub(super) fn get(&self, account: (PlatformId, AccountId)) -> Option<&Fold> {
        self.of.get(&account)
    }

    /// Checks an entry and adds its legs.
    pub(super) fn take(
        &mut self,
        entry: &Entry,
        platform: PlatformId,
        (histories, findings): (&mut Histories, &mut Findings),
    ) {
        balanced(entry, platform, findings);
        for (number, written) in (1..).zip(&entry.legs) {
            let asset = written.leg.amount.asset();
            let name = || leg_row(entry, number, written);
            let row = Row { platform, name: &name };
            if let Some(earlier) = histories.contradicts(platform, asset) {
                let assets = (&earlier, &asset);
                findings.same(Invariant::Assets, &row, assets, asset_words);
            }
            let fold = self.fold(platform, written);
            findings.same(Invariant::Assets, &row, (&fold.asset, &asset), asset_words);
            fold.add(written, &row, findings);
        }
        for written in &entry.legs {
            let fold = self.fold(platform, written);
            let available = available(&fold.counters);
            if available < fold.lowest {
                (fold.lowest, fold.lowest_seq) = (available, entry.seq);
            }
        }
    }

    fn fold(&mut self, platform: PlatformId, written: &LegAfter) -> &mut Fold {
        self.of.entry((platform, written.leg.account)).or_insert(Fold {
            asset: written.leg.amount.asset(),
            counters: Counters::default(),
            version: 0,
            lowest: 0,
            lowest_seq: 0,
            seen: false,
        })
    }

    /// Compares an account's row; marks it as read.
    pub(super) fn compare(&mut self, platform: PlatformId, row: &Account) -> Vec<Difference> {
        let mut findings = Findings::default();
        let of = Row { platform, name: &|| format!("account {}", row.id) };
        let fold = self.of.get_mut(&(platform, row.id));
        let (counters, version) = match fold {
            None => (Counters::default(), 0),
            Some(fold) => {
                fold.seen = true;
                findings.same(Invariant::Assets, &of, (&fold.asset, &row.asset), asset_words);
                let limit = weight(row.credit_limit);
                if row.chart.is_liability() && fold.lowest.wrapping_add(limit) < 0 {
                    findings.add(Difference::new(
                        (Invariant::NotOverdrawn, platform),
                        (of.name)(),
                        "never below zero".to_owned(),
                        format!(
                            "{} minor units of {} available after seq {}",
                            fold.lowest, fold.asset, fold.lowest_seq
                        ),
                    ));
                }
                (fold.counters, fold.version)
            }
        };
        findings.same(Invariant::Counters, &of, (&counters, &row.counters), counter_words);
        let legs = (&version, &row.version);
        findings.same(Invariant::Counters, &of, legs, |version| format!("{version} legs"));
        if row.chart.is_liability() && row.available().is_negative() {
            findings.add(Difference::new(
                (Invariant::NotOverdrawn, platform),
                (of.name)(),
                "not below zero",
                format!("{} {} available", row.available().decimal(), row.asset),
            ));
        }
        findings.into_differences()
    }

    /// The accounts whose own row was not read.
    pub(super) fn without_row(&self) -> Vec<(PlatformId, AccountId)> {
        let mut accounts = self.all();
        accounts.retain(|account| self.get(*account).is_some_and(|fold| !fold.seen));
        accounts
    }
}

impl Fold {
    /// Adds a leg, and goes on from what is written on it: one wrong leg is one difference.
    ///
    /// Where legs are missing before it, its counters cannot be foretold; where it is an old one
    /// told again, the account stays where it is.
    fn add(&mut self, written: &LegAfter, row: &Row<'_>, findings: &mut Findings) {
        let next = self.version.saturating_add(1);
        let versions = (&next, &written.version);
        findings.same(Invariant::Counters, row, versions, |version| {
            format!("leg {version} of its account")
        });
        if written.version < next {
            return;
        }
        if written.version == next {
            let after = after(self.counters, &written.leg);
            let counters = (&after, &Some(written.after));
            findings.same(Invariant::Counters, row, counters, |counters| match counters {
                Some(counters) => counter_words(counters),
                None => "counters out of range".to_owned(),
            });
        }
        self.counters = written.after;
        self.version = written.version;
    }
}

/// Invariant 1. Sums wrap at 2^128, which the legs of one entry cannot be off by.
fn balanced(entry: &Entry, platform: PlatformId, findings: &mut Findings) {
    let mut nets: Vec<((Asset, Layer), u128, u128)> = Vec::with_capacity(2);
    for LegAfter { leg: Leg { direction, layer, amount, .. }, .. } in &entry.legs {
        let of = (amount.asset(), *layer);
        let at = match nets.iter().position(|(known, ..)| *known == of) {
            Some(at) => at,
            None => {
                nets.push((of, 0, 0));
                nets.len() - 1
            }
        };
        let (_, debits, credits) = &mut nets[at];
        let sum = match direction {
            Direction::Debit => debits,
            Direction::Credit => credits,
        };
        *sum = sum.wrapping_add(amount.minor());
    }
    for ((asset, layer), debits, credits) in nets {
        if debits != credits {
            findings.add(Difference::new(
                (Invariant::Balanced, platform),
                entry_row(entry),
                format!("{} credits of {debits} minor units of {asset}", layer.code()),
                format!("{} credits of {credits}", layer.code()),
            ));
        }
    }
    if entry.legs.is_empty() {
        let of = (Invariant::Balanced, platform);
        findings.add(Difference::new(of, entry_row(entry), "legs", "no legs"));
    }
}

/// The counters after a leg, by the definition of the layers; `None` below zero.
fn after(mut counters: Counters, leg: &Leg) -> Option<Counters> {
    let counter = match (leg.direction, leg.layer) {
        (Direction::Debit, Layer::Pending | Layer::Released) => &mut counters.debits_pending,
        (Direction::Debit, Layer::Posted) => &mut counters.debits_posted,
        (Direction::Credit, Layer::Pending | Layer::Released) => &mut counters.credits_pending,
        (Direction::Credit, Layer::Posted) => &mut counters.credits_posted,
    };
    *counter = match leg.layer {
        Layer::Pending | Layer::Posted => counter.checked_add(leg.amount.minor())?,
        Layer::Released => counter.checked_sub(leg.amount.minor())?,
    };
    Some(counters)
}

/// What a credit-normal account has available without a credit limit.
const fn available(counters: &Counters) -> i128 {
    weight(counters.credits_posted)
        .wrapping_sub(weight(counters.debits_posted))
        .wrapping_sub(weight(counters.debits_pending))
}

fn leg_row(entry: &Entry, number: u64, written: &LegAfter) -> String {
    format!("{}, leg {number}, account {}", entry_row(entry), written.leg.account)
}

pub(super) fn asset_words(asset: &Asset) -> String {
    format!("{asset} with {} decimals", asset.scale())
}

pub(super) fn counter_words(counters: &Counters) -> String {
    let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = counters;
    format!(
        "debits {debits_posted} posted and {debits_pending} pending, \
         credits {credits_posted} posted and {credits_pending} pending"
    )
}
