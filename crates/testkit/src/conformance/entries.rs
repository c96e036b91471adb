//! Journal entries by chance: a few legs between two accounts, if the ledger allows them.

use std::collections::BTreeMap;

use ledger::{Direction, Entry, EntryId, GENESIS, Layer, Leg, PlatformId, TransactionId};
use money::Amount;
use payments::resources::Account;
use payments::{Key, Resource};

use super::world::Draft;

impl Draft {
    /// An entry of `platform`, with its accounts changed; `None` if the ledger refuses it.
    pub(super) fn entry(&mut self, platform: PlatformId, seq: u64) -> Option<Entry> {
        (0..4).find_map(|_| self.try_entry(platform, seq))
    }

    fn try_entry(&mut self, platform: PlatformId, seq: u64) -> Option<Entry> {
        let account =
            |it: &Resource| if let Resource::Account(it) = it { Some(it.clone()) } else { None };
        let first = self.after.some(platform, account)?;
        let (id, asset) = (first.ledger.id, first.ledger.asset);
        let is_other = |it: &Account| it.ledger.id != id && it.ledger.asset == asset;
        let second = self.after.some(platform, |it| account(it).filter(is_other))?;
        let legs = self.legs(&first, &second)?;
        let accounts = [first, second].map(|account| (account.ledger.id, account));
        let mut accounts: BTreeMap<_, Account> = accounts.into_iter().collect();
        let ledgers = accounts.iter().map(|(id, it)| (*id, it.ledger.clone())).collect();
        let applied = ledger::apply(&ledgers, &legs).ok()?;
        for after in applied.accounts {
            let mut account = accounts.remove(&after.id)?;
            account.ledger = after;
            let resource = Resource::Account(account);
            self.after.resources.insert((platform, resource.key()), resource.clone());
            self.batch.resources.retain(|(of, it)| (*of, it.key()) != (platform, resource.key()));
            self.batch.resources.push((platform, resource));
        }
        let transaction = self.transaction_of_entry(platform);
        let transition_no = self.after.transitions.entry(transaction).or_insert(0);
        *transition_no += 1;
        let transition_no = *transition_no;
        let prev_hash = self.after.heads.get(&platform).map_or(GENESIS, |head| head.entry_hash);
        let entry = Entry {
            platform,
            seq,
            id: EntryId::from_bytes(self.mint(platform)),
            transaction,
            transition_no,
            created_at: self.after.now,
            effective_at: self.after.now,
            legs: applied.legs,
            prev_hash,
            hash: GENESIS,
        };
        Some(entry.sealed())
    }

    fn legs(&mut self, first: &Account, second: &Account) -> Option<Vec<Leg>> {
        let mut legs = Vec::new();
        for _ in 0..=self.after.chance.below(2) {
            let amount = Amount::new(self.after.chance.minor(), first.ledger.asset).ok()?;
            const LAYERS: &[Layer] =
                &[Layer::Posted, Layer::Posted, Layer::Pending, Layer::Released];
            let layer = self.after.chance.pick_or(LAYERS, Layer::Posted);
            let (debited, credited) =
                if self.after.chance.one_in(2) { (first, second) } else { (second, first) };
            for (account, direction) in [(debited, Direction::Debit), (credited, Direction::Credit)]
            {
                legs.push(Leg { account: account.ledger.id, direction, layer, amount });
            }
        }
        Some(legs)
    }

    fn transaction_of_entry(&mut self, platform: PlatformId) -> TransactionId {
        let known = self
            .after
            .some(platform, |it| if let Key::Transaction(id) = it.key() { Some(id) } else { None });
        known.unwrap_or_else(|| TransactionId::from_bytes(self.mint(platform)))
    }
}
