//! The invariants of the books, re-derived from stored rows as a stream is played.
//!
//! Not the product's own verification, which is asked at the end as well: this one looks after every
//! batch, at what is new. It knows what legs mean, and nothing else of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{AccountId, Counters, Direction, Layer, PlatformId, Timestamp, TransactionId};
use payments::Resource;
use store::{Committed, Journal};

/// What was re-derived so far.
#[derive(Debug, Default)]
pub struct Auditor {
    position: u64,
    seqs: BTreeMap<PlatformId, (u64, Option<Timestamp>)>,
    counters: BTreeMap<AccountId, Counters>,
    transitions: BTreeSet<(TransactionId, u32)>,
}

impl Auditor {
    /// Looks at what was stored since the last look.
    ///
    /// # Panics
    ///
    /// Where an invariant does not hold.
    pub fn look(&mut self, journal: &mut impl Journal) {
        for committed in journal.commands_after(self.position, usize::MAX).unwrap() {
            self.command(&committed);
        }
        for (_, resource) in journal.resources_after(None, usize::MAX).unwrap() {
            self.resource(&resource);
        }
    }

    /// Asks the product's own verification.
    ///
    /// # Panics
    ///
    /// If it finds a difference.
    pub fn verify(&self, journal: &mut impl Journal) {
        let report = store::verify::verify(journal, None, &mut |_| {}).unwrap();
        assert!(report.differences.is_empty(), "{:#?}", report.differences);
    }

    fn command(&mut self, committed: &Committed) {
        let Committed { position, command, entry, .. } = committed;
        assert_eq!(*position, self.position + 1, "positions have no gap");
        self.position = *position;
        let (seq, at) = self.seqs.entry(command.platform).or_default();
        assert_eq!(command.seq, *seq + 1, "seq has no gap");
        assert!(at.is_none_or(|at| at < command.created_at), "created_at grows");
        (*seq, *at) = (command.seq, Some(command.created_at));
        let Some(entry) = entry else { return };
        let of = (entry.transaction, entry.transition_no);
        assert!(self.transitions.insert(of), "a transition has one entry");
        let mut sums: BTreeMap<(&str, Layer), (u128, u128)> = BTreeMap::new();
        for written in &entry.legs {
            let (leg, minor) = (written.leg, written.leg.amount.minor());
            let asset = written.leg.amount.asset();
            let code = crate::stage::ASSETS.iter().find(|(code, _)| *code == asset.code());
            let sum = sums.entry((code.unwrap().0, leg.layer)).or_default();
            let counters = self.counters.entry(leg.account).or_default();
            let (sum, pending, posted) = match leg.direction {
                Direction::Debit => {
                    (&mut sum.0, &mut counters.debits_pending, &mut counters.debits_posted)
                }
                Direction::Credit => {
                    (&mut sum.1, &mut counters.credits_pending, &mut counters.credits_posted)
                }
            };
            *sum += minor;
            match leg.layer {
                Layer::Pending => *pending += minor,
                Layer::Released => *pending -= minor,
                Layer::Posted => *posted += minor,
            }
            assert_eq!(*counters, written.after, "a leg tells the counters after it");
        }
        assert!(sums.values().all(|(debits, credits)| debits == credits), "balanced: {entry:#?}");
    }

    fn resource(&self, resource: &Resource) {
        if let Resource::Account(account) = resource {
            let ledger = &account.ledger;
            let folded = self.counters.get(&ledger.id).copied().unwrap_or_default();
            assert_eq!(ledger.counters, folded, "counters are the fold of the legs");
            let overdrawn = ledger.chart.is_liability() && ledger.available().is_negative();
            assert!(!overdrawn, "no liability is overdrawn: {account:#?}");
        }
        if let Resource::Transaction(it) = resource {
            assert!(it.refunded <= it.captured, "refunds stay within what was captured: {it:#?}");
        }
        if let Resource::Hold(it) = resource {
            assert!(it.posted <= it.amount.minor(), "a hold posts what it holds at most: {it:#?}");
        }
    }
}
