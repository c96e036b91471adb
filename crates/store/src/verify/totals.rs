//! What is owed against what is held, per platform and asset: every difference has a name.
//!
//! Customers and unallocated money are owed; the provider's fees and equity, less its losses, are the
//! named excess; both together are what is safeguarded and in clearing.

use std::collections::BTreeMap;

use ledger::{Chart, Counters, PlatformId};
use money::Asset;

use super::report::{Difference, Findings, Invariant};
use super::terms::weight;

/// The balances of one platform and asset, in minor units, each on its normal side.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    customers: i128,
    unallocated: i128,
    fees: i128,
    equity: i128,
    losses: i128,
    safeguarded: i128,
    clearing: i128,
    /// Pending debits less pending credits, over all charts.
    pending: i128,
}

/// The totals of all platforms and assets.
#[derive(Debug, Default)]
pub(super) struct Books {
    of: BTreeMap<(PlatformId, Asset), Totals>,
}

impl Books {
    /// Adds an account: its chart by its row, its counters by its legs.
    pub(super) fn add(
        &mut self,
        platform: PlatformId,
        (chart, asset): (Chart, Asset),
        counters: &Counters,
    ) {
        let totals = self.of.entry((platform, asset)).or_default();
        let credit = weight(counters.credits_posted).wrapping_sub(weight(counters.debits_posted));
        let debit = credit.wrapping_neg();
        let (total, balance) = match chart {
            Chart::Customer => (&mut totals.customers, credit),
            Chart::Unallocated => (&mut totals.unallocated, credit),
            Chart::Fees => (&mut totals.fees, credit),
            Chart::OperatorEquity => (&mut totals.equity, credit),
            Chart::Loss => (&mut totals.losses, debit),
            Chart::Safeguarding => (&mut totals.safeguarded, debit),
            Chart::Clearing(_) => (&mut totals.clearing, debit),
        };
        *total = total.wrapping_add(balance);
        let pending =
            weight(counters.debits_pending).wrapping_sub(weight(counters.credits_pending));
        totals.pending = totals.pending.wrapping_add(pending);
    }

    /// Invariant 13.
    pub(super) fn check(&self, findings: &mut Findings) {
        for ((platform, asset), totals) in &self.of {
            let owed = totals.customers.wrapping_add(totals.unallocated);
            let excess = totals.fees.wrapping_add(totals.equity).wrapping_sub(totals.losses);
            let held = totals.safeguarded.wrapping_add(totals.clearing);
            let of = (Invariant::Safeguarding, *platform);
            if owed.wrapping_add(excess) != held {
                let Totals { customers, unallocated, fees, equity, losses, .. } = totals;
                let expected = format!(
                    "customers {customers} + unallocated {unallocated} + fees {fees} + \
                     equity {equity} - losses {losses} = {}",
                    owed.wrapping_add(excess)
                );
                let Totals { safeguarded, clearing, .. } = totals;
                let found = format!("safeguarded {safeguarded} + in clearing {clearing} = {held}");
                findings.add(Difference::new(of, format!("totals in {asset}"), expected, found));
            }
            if totals.pending != 0 {
                let row = format!("totals in {asset}, pending");
                let found = format!("they differ by {} minor units", totals.pending);
                findings.add(Difference::new(of, row, "debits equal credits", found));
            }
        }
    }
}
