//! Groups: each item for itself, or all or none; among other requests, and when something breaks.

use ledger::{AccountId, PlatformId, Timestamp};
use payments::{Command, Idempotency};
use proptest::prelude::*;
use store::{Committed, Journal, MemoryStore, Truth};

use super::troubled::{Trouble, Troubled};
use super::world::{POISON, Plain, SECOND, World, caller, came, envelope, pay_one};
use crate::group::{Came, Work};
use crate::{Answer, Group, GroupAnswer, Mode, Processor, Request, Unity};

struct Shop {
    world: World,
    store: Troubled,
    processor: Processor<Troubled, Plain, ()>,
    accounts: [AccountId; 3],
}

/// Ann and Bob with 10.00 each, and Cat with nothing.
fn shop() -> Shop {
    let mut world = World::new();
    let accounts = [world.person("Ann"), world.person("Bob"), world.person("Cat")];
    for account in &accounts[..2] {
        world.fund(*account, "10.00");
    }
    let store = Troubled::new(world.store.clone());
    let processor = Processor::new(store.clone(), Plain, ()).unwrap();
    Shop { world, store, processor, accounts }
}

fn keyed(platform: PlatformId, key: &str, fingerprint: u8, command: Command) -> Request {
    let mut envelope = envelope(platform, caller(), command);
    let key = key.to_owned();
    envelope.idempotency =
        Some(Idempotency { scope: platform, key, fingerprint: [fingerprint; 32] });
    Request { envelope, mode: Mode::Apply }
}

impl Shop {
    /// A payment between two of the three, under a key.
    fn pay(&self, key: &str, (from, to): (usize, usize), value: &str) -> Request {
        let pay = pay_one(self.accounts[from], value, self.accounts[to]);
        keyed(self.world.platform, key, 0, Command::Pay(pay))
    }

    fn group(&self, key: &str, unity: Unity, items: &[Request]) -> Group {
        let command = Command::Bulk { items: items.len() };
        let whole = keyed(self.world.platform, key, u8::try_from(items.len()).unwrap(), command);
        Group { whole, items: items.to_vec(), unity }
    }

    fn run(&mut self, work: &[Work<'_>]) -> Vec<String> {
        self.world.now += SECOND;
        let now = Timestamp::from_micros(self.world.now);
        self.processor.run(work, now).iter().map(said).collect()
    }

    fn available(&self) -> Vec<String> {
        let available = |id: &AccountId| self.world.account(*id).ledger.available().decimal();
        self.accounts.iter().map(available).collect()
    }
}

fn word(answer: &Answer) -> String {
    let again = if matches!(answer, Answer::Kept { replayed: true, .. }) { " again" } else { "" };
    came(answer).map_or_else(|code| code, |_| "ok".to_owned()) + again
}

/// `ok` of a request; of a group that, and its items in brackets.
fn said(came: &Came) -> String {
    match came {
        Came::One(answer) => word(answer),
        Came::Group(GroupAnswer { whole, items, guilty: None }) => {
            let items: Vec<String> = items.iter().map(word).collect();
            format!("{} [{}]", word(whole), items.join(", "))
        }
        Came::Group(GroupAnswer { whole, items, guilty: Some(item) }) => {
            assert!(items.is_empty());
            format!("{} for {item}", word(whole))
        }
    }
}

fn commands(store: &MemoryStore) -> Vec<Committed> {
    store.clone().commands_after(0, usize::MAX).unwrap()
}

/// Goal: a group stands among other requests as its commands would, in one commit. Method: both kinds
/// with requests around them that use the money and the keys of the group's items.
#[test]
fn a_group_among_others() {
    let mut shop = shop();
    let before = [shop.pay("before", (0, 2), "5.00"), shop.pay("b", (0, 2), "1.00")];
    let items = [
        shop.pay("a", (2, 1), "4.00"),
        shop.pay("b", (0, 2), "1.00"),
        shop.pay("c", (0, 1), "9.00"),
    ];
    let each = shop.group("each", Unity::Each, &items);
    let poor = shop.group(
        "poor",
        Unity::All,
        &[shop.pay("d", (1, 0), "1.00"), shop.pay("e", (2, 1), "9.00")],
    );
    let all = shop.group(
        "all",
        Unity::All,
        &[shop.pay("d", (1, 0), "1.00"), shop.pay("f", (1, 0), "1.00")],
    );
    let after = [shop.pay("d", (1, 0), "1.00"), shop.pay("e", (1, 0), "1.00")];
    let work = [
        Work::One(&before[0]),
        Work::One(&before[1]),
        Work::Group(&each),
        Work::Group(&poor),
        Work::Group(&all),
        Work::Group(&all),
        Work::Group(&poor),
        Work::One(&after[0]),
        Work::One(&after[1]),
    ];
    let position = shop.store.position().unwrap();
    let first = [
        "ok",
        "ok",
        "ok [ok, ok again, insufficient_funds]",
        "insufficient_funds at 1 for 1",
        "ok [ok, ok]",
        "ok again [ok again, ok again]",
        "insufficient_funds at 1 again []",
        "ok again",
        "ok",
    ];
    assert_eq!(shop.run(&work), first);
    // Two before, the group with two items of its own, a refusal, the group with two, one after.
    assert_eq!(shop.store.position().unwrap(), position + 2 + 3 + 1 + 3 + 1);
    let available = shop.available();
    let again: Vec<String> = shop.run(&work);
    let told = "ok again [ok again, ok again, insufficient_funds again]";
    assert_eq!(again[2..4], [told, "insufficient_funds at 1 again []"]);
    assert_eq!(shop.available(), available);
    let reused = Group { whole: shop.group("each", Unity::Each, &[]).whole, ..each };
    assert_eq!(shop.run(&[Work::Group(&reused)]), ["key_reused []"]);
}

/// Goal: only the guilty fails. Method: a poisoned item and a failing load, in each kind of group, with
/// requests around it.
#[test]
fn a_group_that_breaks() {
    for trouble in [false, true] {
        for (unity, expected) in
            [(Unity::Each, "ok [ok, Internal, ok]"), (Unity::All, "Internal []")]
        {
            let mut shop = shop();
            let mut guilty = shop.pay("b", (2, 1), "1.00");
            if trouble {
                shop.store.set(Trouble::LoadFails(shop.accounts[2]));
            } else {
                guilty = shop.pay("b", (0, 1), "1.00");
                guilty.envelope.request_id = POISON.to_owned();
            }
            let items = [shop.pay("a", (0, 1), "1.00"), guilty, shop.pay("c", (1, 0), "1.00")];
            let group = shop.group("whole", unity, &items);
            let (first, last) = (shop.pay("x", (0, 1), "1.00"), shop.pay("y", (1, 0), "1.00"));
            let work = [Work::One(&first), Work::Group(&group), Work::One(&last)];
            let said = shop.run(&work);
            assert_eq!(said, ["ok", expected, "ok"], "{unity:?} {trouble}");
        }
    }
}

/// Payments of a group: from, to, and how many pence.
type Items = Vec<(usize, usize, u32)>;

fn any_items() -> impl Strategy<Value = Items> {
    prop::collection::vec((0_usize..3, 0_usize..3, 1_u32..400), 1..8)
}

proptest! {
    /// Invariant `a_group_is_all_or_none`: where every item by itself is applied, the group leaves
    /// what they leave; where one is not, the record of that alone.
    #[test]
    fn a_group_is_all_or_none(items in any_items()) {
        let (mut alone, mut together) = (shop(), shop());
        let requests = |shop: &Shop| -> Vec<Request> {
            let pay = |(place, (from, to, pence)): (usize, &(usize, usize, u32))| {
                let value = format!("{}.{:02}", pence / 100, pence % 100);
                shop.pay(&format!("item {place}"), (*from, *to), &value)
            };
            items.iter().enumerate().map(pay).collect()
        };
        let requests_alone = requests(&alone);
        let work: Vec<Work<'_>> = requests_alone.iter().map(Work::One).collect();
        let came = alone.run(&work);
        let group = together.group("whole", Unity::All, &requests(&together));
        let before = (together.available(), commands(&together.world.store).len());
        let said = together.run(&[Work::Group(&group)]);
        let made = commands(&together.world.store).split_off(before.1);
        match came.iter().position(|it| it != "ok") {
            None => {
                prop_assert_eq!(said, [format!("ok [{}]", came.join(", "))]);
                prop_assert_eq!(together.available(), alone.available());
                prop_assert_eq!(made.len(), items.len() + 1);
                let legs = |made: &Committed| made.entry.as_ref().map(|it| it.legs.len());
                let last = commands(&alone.world.store).split_off(before.1);
                let (these, those) = (made[1..].iter().map(legs), last.iter().map(legs));
                prop_assert_eq!(these.collect::<Vec<_>>(), those.collect::<Vec<_>>());
            }
            Some(guilty) => {
                let expected = format!("{} at {guilty} for {guilty}", came[guilty]);
                prop_assert_eq!(said, [expected]);
                prop_assert_eq!(together.available(), before.0);
                prop_assert_eq!(made.len(), 1);
                prop_assert!(made[0].entry.is_none() && made[0].audit.touched.is_empty());
            }
        }
    }
}
