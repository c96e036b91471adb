//! When the world fails, or a command breaks the code: who is answered what, and what is left.

use ledger::{AccountId, Timestamp};
use payments::{Command, Idempotency};
use store::{Journal, Truth};

use super::troubled::{Trouble, Troubled};
use super::world::{POISON, Plain, SECOND, World, caller, came, envelope, pay_one};
use crate::{Mode, Processor, Request};

struct Shop {
    world: World,
    store: Troubled,
    processor: Processor<Troubled, Plain, ()>,
    accounts: [AccountId; 3],
}

/// Three people with 10.00 each, and a store that can be told to fail.
fn shop() -> Shop {
    let mut world = World::new();
    let accounts = [world.person("Ann"), world.person("Bob"), world.person("Cat")];
    for account in accounts {
        world.fund(account, "10.00");
    }
    let store = Troubled::new(world.store.clone());
    let processor = Processor::new(store.clone(), Plain, ()).unwrap();
    Shop { world, store, processor, accounts }
}

impl Shop {
    /// A payment of 1.00 from one of the three to another, keyed by both.
    fn pay(&self, from: usize, to: usize) -> Request {
        let pay = Command::Pay(pay_one(self.accounts[from], "1.00", self.accounts[to]));
        let mut envelope = envelope(self.world.platform, caller(), pay);
        let (scope, key) = (self.world.platform, format!("{from}-{to}"));
        envelope.idempotency = Some(Idempotency { scope, key, fingerprint: [0; 32] });
        Request { envelope, mode: Mode::Apply }
    }

    fn step(&mut self, requests: &[Request]) -> Vec<String> {
        self.world.now += SECOND;
        let now = Timestamp::from_micros(self.world.now);
        let answers = self.processor.step(requests, now);
        answers
            .iter()
            .map(|answer| came(answer).map_or_else(|code| code, |_| "ok".to_owned()))
            .collect()
    }

    fn available(&self) -> Vec<String> {
        let available = |id: &AccountId| self.world.account(*id).ledger.available().decimal();
        self.accounts.iter().map(available).collect()
    }
}

/// Goal: only the guilty of a batch gets a 500, which is not kept. Method: a request that breaks the
/// presenter, one whose load panics, one whose load fails; then the same request once all is well.
#[test]
fn only_the_guilty_fails() {
    let troubles: [fn(AccountId) -> Trouble; 3] =
        [|_| Trouble::None, Trouble::LoadPanics, Trouble::LoadFails];
    for trouble in troubles {
        let mut shop = shop();
        let trouble = trouble(shop.accounts[2]);
        let mut guilty = shop.pay(2, 1);
        if trouble == Trouble::None {
            guilty.envelope.request_id = POISON.to_owned();
        }
        shop.store.set(trouble);
        let before = shop.store.position().unwrap();
        let requests = [shop.pay(0, 1), guilty, shop.pay(1, 0)];
        assert_eq!(shop.step(&requests), ["ok", "Internal", "ok"], "{trouble:?}");
        assert_eq!(shop.available(), ["9.89", "9.89", "10.00"], "{trouble:?}");
        assert_eq!(shop.store.position().unwrap(), before + 2);
        shop.store.set(Trouble::None);
        let again = [shop.pay(2, 1), shop.pay(0, 1)];
        assert_eq!(shop.step(&again), ["ok", "ok"]);
        assert_eq!(
            shop.available(),
            ["9.89", "10.78", "9.00"],
            "only the guilty had no effect yet"
        );
    }
}

/// Goal: a full disk is a clean refusal. Method: a batch while it is full, the same once it is not.
#[test]
fn a_full_disk_refuses_and_recovers() {
    let mut shop = shop();
    shop.store.set(Trouble::Full);
    let requests = [shop.pay(0, 1), shop.pay(1, 2)];
    assert_eq!(shop.step(&requests), ["StorageFull", "StorageFull"]);
    assert_eq!(shop.available(), ["10.00", "10.00", "10.00"]);
    assert!(!shop.processor.is_broken());
    shop.store.set(Trouble::None);
    assert_eq!(shop.step(&requests), ["ok", "ok"]);
    assert_eq!(shop.available(), ["9.00", "9.89", "10.89"]);
}

/// Goal: after a COMMIT with an unknown outcome nothing goes on, and the same keys tell after a
/// restart. Method: a commit that was lost and one that became durable: the same in the end.
#[test]
fn an_unknown_outcome_ends_the_writer() {
    for (trouble, durable) in [(Trouble::Lost, 0), (Trouble::Durable, 2)] {
        let mut shop = shop();
        let before = shop.store.position().unwrap();
        shop.store.set(trouble);
        let requests = [shop.pay(0, 1), shop.pay(1, 2)];
        assert_eq!(shop.step(&requests), ["OutcomeUnknown", "OutcomeUnknown"]);
        shop.store.set(Trouble::None);
        assert!(shop.processor.is_broken());
        assert_eq!(shop.step(&requests), ["Stopping", "Stopping"]);
        assert_eq!(shop.store.position().unwrap(), before + durable);
        shop.processor = Processor::new(shop.store.clone(), Plain, ()).unwrap();
        assert_eq!(shop.step(&requests), ["ok", "ok"]);
        assert_eq!(shop.available(), ["9.00", "9.89", "10.89"], "once, whatever became durable");
        let stored = shop.store.inner.commands_after(before, 10).unwrap();
        assert_eq!(stored.len(), 2);
    }
}

/// Goal: the writer remembers only what is committed. Method: a batch that is lost to a full disk,
/// then commands that see the store as it is.
#[test]
fn what_was_not_saved_is_forgotten() {
    let mut shop = shop();
    shop.store.set(Trouble::Full);
    let all = [shop.pay(0, 1), shop.pay(0, 2)];
    shop.step(&all);
    shop.store.set(Trouble::None);
    let key = shop.accounts[0];
    let rest = Command::Pay(pay_one(key, "10.00", shop.accounts[1]));
    let envelope = envelope(shop.world.platform, caller(), rest);
    assert_eq!(shop.step(&[Request { envelope, mode: Mode::Apply }]), ["ok"]);
    assert_eq!(shop.available(), ["0.00", "19.80", "10.00"]);
}
