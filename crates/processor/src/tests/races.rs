//! Two callers move one resource at the same time: exactly one of them does.
//!
//! Every state of every machine that hands can reach, every two steps from there, a hundred times, from
//! two threads through the queue; then what a hand does against what the clock or a rail does.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Barrier;
use std::sync::mpsc::channel;

use ledger::{AccountId, PlatformId, Timestamp, TransactionId};
use payments::command::{
    AccountCreate, BankAccountCreate, CreditStep, CustomerCreate, Expect, KeyCreate, RailNotice,
    RoleCreate, RoleTerms, Transition,
};
use payments::ids::{CustomerId, HoldId, KeyId, RoleId};
use payments::meta::Labels;
use payments::resources::{Attempt, Capability, CustomerKind};
use payments::{Actor, Command, Key, Resource, available};
use store::{MemoryStore, Truth};

use super::world::{
    Plain, SECOND, World, asset, bank, came, envelope, gbp, operator, pay_one, pay_out,
    platform_create, to,
};
use crate::{Answer, Ended, Handle, Mode, Processor, Request, Writer};

const ROUNDS: usize = 100;

/// A market whose writer runs on its thread.
struct Market {
    handle: Handle,
    store: MemoryStore,
    platform: PlatformId,
    rich: AccountId,
    payee: AccountId,
    owner: CustomerId,
}

fn market() -> (Market, Writer) {
    let mut world = World::new();
    let owner = world.customer("Ann Smith");
    let (rich, payee) = (world.account_of(owner, "Ann"), world.person("Bob"));
    world.fund(rich, "900000.00");
    let World { store, platform, now, .. } = world;
    let processor = Processor::new(store.clone(), Plain, ()).unwrap();
    let now = Timestamp::from_micros(now + SECOND);
    let (writer, handle) = Writer::start(processor, move || now).unwrap();
    (Market { handle, store, platform, rich, payee, owner }, writer)
}

impl Market {
    fn ask(&self, platform: PlatformId, actor: Actor, command: Command) -> Answer {
        let (reply, answer) = channel();
        let request = Request { envelope: envelope(platform, actor, command), mode: Mode::Apply };
        self.handle.submit(request, move |given| reply.send(given).unwrap()).unwrap();
        answer.recv().unwrap()
    }

    fn made<T: FromStr<Err: Debug>>(&self, command: Command) -> T {
        came(&self.ask(self.platform, operator(), command)).unwrap().parse().unwrap()
    }

    fn get(&self, (platform, key): &(PlatformId, Key)) -> Resource {
        let found = self.store.clone().load(&[(*platform, key.clone())]).unwrap();
        found.into_iter().next().flatten().unwrap()
    }

    /// The word of its state, and its version.
    fn state(&self, of: &(PlatformId, Key)) -> (&'static str, u64) {
        let resource = self.get(of);
        let visible = resource.visible().unwrap();
        (visible.status, visible.meta.version)
    }

    fn step(&self, (platform, key): &(PlatformId, Key), word: &str, seen: Option<u64>) -> Answer {
        let mut step: Transition = to(key.clone(), word);
        step.expected = seen;
        let is_assigned = matches!(key, Key::Transaction(_)) && word == "settled";
        step.account = is_assigned.then_some(self.payee);
        self.ask(*platform, operator(), Command::Transition(step))
    }

    /// Two do something at the same time; what each was answered.
    fn both(
        &self,
        one: impl Fn() -> Answer + Sync,
        other: impl Fn() -> Answer + Sync,
    ) -> [Answer; 2] {
        let start = Barrier::new(2);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                start.wait();
                one()
            });
            start.wait();
            let second = other();
            [first.join().unwrap(), second]
        })
    }
}

type Make = fn(&Market) -> (PlatformId, Key);

/// A new one of every kind that hands can move.
const KINDS: &[(&str, Make)] = &[
    ("platform", |market| {
        let id: PlatformId = market.made(platform_create());
        (id, Key::Platform(id))
    }),
    ("key", |market| {
        let command = KeyCreate {
            name: "one".to_owned(),
            secret_hash: [1; 32],
            scopes: vec!["*".to_owned()],
            expires_at: None,
        };
        (market.platform, Key::ApiKey(market.made::<KeyId>(Command::KeyCreate(command))))
    }),
    ("role", |market| {
        let terms = RoleTerms {
            kinds: CustomerKind::ALL.to_vec(),
            capabilities: vec![Capability::HoldFunds],
            fees: Vec::new(),
            limits: Vec::new(),
            review_required: false,
        };
        let (name, labels) = ("Role".to_owned(), Labels::default());
        let command = Command::RoleCreate(RoleCreate { name, terms, labels });
        (market.platform, Key::Role(market.made::<RoleId>(command)))
    }),
    ("customer", |market| (market.platform, Key::Customer(customer(market)))),
    ("account", |market| {
        let command = AccountCreate {
            customer: customer(market),
            asset: asset("GBP"),
            name: "Account".to_owned(),
            labels: Labels::default(),
        };
        let id: AccountId = market.made(Command::AccountCreate(command));
        (market.platform, Key::Account(id))
    }),
    ("bank account", |market| {
        let (customer, details) = (market.owner, bank("Ann Smith", "12345678"));
        let labels = Labels::default();
        let command = BankAccountCreate { customer, details, labels };
        (market.platform, Key::BankAccount(market.made(Command::BankAccountCreate(command))))
    }),
    ("hold", |market| (market.platform, Key::Hold(hold(market)))),
    ("expected money", |market| {
        let command = Expect {
            payee: market.payee,
            amount: gbp("1.00"),
            reference: None,
            description: None,
            labels: Labels::default(),
        };
        let id: TransactionId = market.made(Command::Expect(command));
        (market.platform, Key::Transaction(id))
    }),
    ("money in review", |market| {
        let amount = gbp("1.00");
        let position = store::Truth::position(&mut market.store.clone()).unwrap();
        let notice = RailNotice::Credit {
            bank_id: format!("review-{position}"),
            amount,
            reference: "who knows".to_owned(),
            payer: bank("Some Payer", "87654321"),
            step: CreditStep::Booked,
        };
        let answer = market.ask(market.platform, Actor::Rail, Command::RailNotice(notice));
        let id: TransactionId = came(&answer).unwrap().parse().unwrap();
        (market.platform, Key::Transaction(id))
    }),
];

fn customer(market: &Market) -> CustomerId {
    market.made(Command::CustomerCreate(CustomerCreate {
        kind: CustomerKind::Individual,
        name: "Cat Jones".to_owned(),
        email: None,
        role: None,
        labels: Labels::default(),
    }))
}

fn hold(market: &Market) -> HoldId {
    let Resource::Platform(platform) =
        market.get(&(market.platform, Key::Platform(market.platform)))
    else {
        panic!()
    };
    let head = store::Truth::head(&mut market.store.clone(), market.platform).unwrap().unwrap();
    let business = head.created_at.micros() + platform.clock_offset_micros;
    let mut command = pay_one(market.rich, "1.00", market.payee);
    command.hold_until = Some(Timestamp::from_micros(business + 3_600 * SECOND));
    market.made(Command::Pay(command))
}

/// Makes one and walks it along a path of steps.
fn walked(market: &Market, make: Make, path: &[&'static str]) -> (PlatformId, Key) {
    let of = make(market);
    for word in path {
        came(&market.step(&of, word, None)).unwrap();
    }
    of
}

/// Every state that hands reach, with a path to it and the steps that can be taken there.
fn states(market: &Market, make: Make) -> Vec<(Vec<&'static str>, Vec<&'static str>)> {
    let mut found: BTreeMap<&'static str, (Vec<&'static str>, Vec<&'static str>)> = BTreeMap::new();
    let mut open = VecDeque::from([Vec::new()]);
    while let Some(path) = open.pop_front() {
        let of = walked(market, make, &path);
        let (state, _) = market.state(&of);
        if found.contains_key(state) {
            continue;
        }
        let steps = available(&market.get(&of)).into_iter().map(|step| step.to);
        let taken = |word: &&'static str| {
            came(&market.step(&walked(market, make, &path), word, None)).is_ok()
        };
        let steps: Vec<&'static str> = steps.filter(taken).collect();
        open.extend(steps.iter().map(|word| [path.clone(), vec![*word]].concat()));
        found.insert(state, (path, steps));
    }
    found.into_values().filter(|(_, steps)| !steps.is_empty()).collect()
}

/// Whether after either step the other can still be taken, by someone who has not seen the first.
fn follow(market: &Market, make: Make, path: &[&'static str], one: &str, other: &str) -> bool {
    let after = |first: &str, second: &str| {
        let of = walked(market, make, path);
        came(&market.step(&of, first, None)).unwrap();
        came(&market.step(&of, second, None)).is_ok()
    };
    after(one, other) || after(other, one)
}

/// Whether both callers name the version that they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Yes,
    No,
}

/// Races two steps.
fn race(market: &Market, of: &(PlatformId, Key), words: [&str; 2], seen: Seen) {
    let (_, version) = market.state(of);
    let expected = (seen == Seen::Yes).then_some(version);
    let answers =
        market.both(|| market.step(of, words[0], expected), || market.step(of, words[1], expected));
    let won: Vec<&str> = answers
        .iter()
        .zip(words)
        .filter_map(|(answer, word)| came(answer).is_ok().then_some(word))
        .collect();
    let [winner] = won[..] else { panic!("{words:?}: {answers:?}") };
    let (status, after) = market.state(of);
    if !(matches!(of.1, Key::Transaction(_)) && winner == "returned") {
        // Money that goes back to a bank moves on when the bank says so.
        assert_eq!((status, after), (winner, version + 1), "{words:?}: {answers:?}");
    }
}

/// Goal: of two steps of one resource exactly one is taken. Method: each pair from each state, with the
/// version that both saw; without it where neither can follow the other.
#[test]
fn of_two_transitions_exactly_one_wins() {
    let (market, writer) = market();
    let mut pairs = 0;
    for (kind, make) in KINDS {
        let states = states(&market, *make);
        assert!(!states.is_empty(), "{kind} moves");
        for (path, steps) in states {
            for (place, one) in steps.iter().enumerate() {
                for other in &steps[place..] {
                    let both_may = follow(&market, *make, &path, one, other);
                    pairs += 1;
                    for round in 0..ROUNDS {
                        let of = walked(&market, *make, &path);
                        let seen = if both_may || round % 2 == 0 { Seen::Yes } else { Seen::No };
                        race(&market, &of, [one, other], seen);
                    }
                }
            }
        }
    }
    assert!(pairs >= 40, "{pairs} pairs are too few to be all of them");
    market.prove(writer);
}

impl Market {
    /// Everything that the races left behind is whole.
    fn prove(self, writer: Writer) {
        drop(self.handle);
        assert_eq!(writer.join(), Ended::NobodyLeft);
        let store = self.store;
        let report = store::verify(&mut store.clone(), Some(&store), &mut |_| {}).unwrap();
        assert!(report.differences.is_empty(), "{:#?}", report.differences);
    }
}

/// Goal: a hold ends by hand or by time, not by both. Method: a step against a clock that passes its end.
#[test]
fn a_hold_ends_by_hand_or_by_time() {
    let (market, writer) = market();
    for word in ["posted", "voided"] {
        for _ in 0..ROUNDS {
            let of = (market.platform, Key::Hold(hold(&market)));
            let micros = 3_601 * SECOND;
            let advance =
                || market.ask(market.platform, operator(), Command::ClockAdvance { micros });
            let [stepped, advanced] = market.both(|| market.step(&of, word, None), advance);
            came(&advanced).unwrap();
            // Whatever ran out is ended before the next is decided.
            advance();
            let expected = if came(&stepped).is_ok() { word } else { "expired" };
            assert_eq!(market.state(&of), (expected, 2), "{stepped:?}");
        }
    }
    market.prove(writer);
}

/// Goal: what a rail says of one payout has one effect. Method: each two things that exclude each other.
#[test]
fn a_payout_ends_once() {
    let (market, writer) = market();
    let (customer, details) = (market.owner, bank("Ann Smith", "12345678"));
    let command = BankAccountCreate { customer, details, labels: Labels::default() };
    let to_bank = market.made(Command::BankAccountCreate(command));
    let (reason, bank_id) = ("because".to_owned(), "bank-1".to_owned());
    for pair in 0..3 {
        for _ in 0..ROUNDS {
            let pay = Command::PayOut(pay_out(market.rich, "1.00", to_bank));
            let id: TransactionId = market.made(pay);
            let attempt = Attempt::first(*id.as_bytes());
            let settled = RailNotice::Settled { attempt, bank_id: bank_id.clone() };
            let failed = RailNotice::Failed { attempt, reason: reason.clone() };
            let [one, other] = match pair {
                0 => [settled, failed],
                1 => [settled.clone(), settled],
                _ => [failed.clone(), failed],
            };
            let tell = |notice: &RailNotice| {
                market.ask(market.platform, Actor::Rail, Command::RailNotice(notice.clone()))
            };
            let of = (market.platform, Key::Transaction(id));
            let (_, version) = market.state(&of);
            market.both(|| tell(&one), || tell(&other));
            let (status, after) = market.state(&of);
            assert_eq!(after, version + 1, "{one:?} {other:?}");
            assert!(["settled", "failed"].contains(&status), "{status}");
        }
    }
    market.prove(writer);
}
