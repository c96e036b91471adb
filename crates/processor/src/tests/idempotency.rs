//! Keys: one key with one request has one effect and one answer, alone, in a batch, and later.

use ledger::{AccountId, Timestamp};
use payments::{Command, Idempotency};
use store::Truth;

use super::world::{World, caller, came, envelope, pay_one, platform_create};
use crate::{Answer, Mode, Processor, Request};

/// A request with a key; the fingerprint stands for the whole of the request.
fn keyed(world: &World, key: &str, fingerprint: u8, command: Command) -> Request {
    let mut envelope = envelope(world.platform, caller(), command);
    let (scope, fingerprint) = (world.platform, [fingerprint; 32]);
    envelope.idempotency = Some(Idempotency { scope, key: key.to_owned(), fingerprint });
    Request { envelope, mode: Mode::Apply }
}

struct Shop {
    world: World,
    ann: AccountId,
    bob: AccountId,
}

fn shop() -> Shop {
    let mut world = World::new();
    let (ann, bob) = (world.person("Ann"), world.person("Bob"));
    world.fund(ann, "10.00");
    Shop { world, ann, bob }
}

impl Shop {
    fn pay(&self, key: &str, fingerprint: u8, value: &str) -> Request {
        let pay = Command::Pay(pay_one(self.ann, value, self.bob));
        keyed(&self.world, key, fingerprint, pay)
    }

    fn lost(&self, key: &str, fingerprint: u8) -> Request {
        let pay = Command::Pay(pay_one(self.ann, "1.00", AccountId::from_bytes([7; 16])));
        keyed(&self.world, key, fingerprint, pay)
    }

    /// What each request of a batch came to: `new`, `again` with the answer, or a refusal that is not kept.
    fn batch(&mut self, requests: &[Request]) -> Vec<String> {
        self.world.now += super::world::SECOND;
        let now = Timestamp::from_micros(self.world.now);
        self.world.processor.step(requests, now).iter().map(said).collect()
    }

    fn available(&self) -> String {
        self.world.account(self.ann).ledger.available().decimal()
    }
}

/// An answer in a word, ids left out.
fn said(answer: &Answer) -> String {
    let word = match came(answer) {
        Ok(_) => "applied".to_owned(),
        Err(code) => code,
    };
    match answer {
        Answer::Kept { replayed: true, .. } => format!("again {word}"),
        Answer::Kept { .. }
        | Answer::Dry(_)
        | Answer::Refused(_)
        | Answer::KeyReused
        | Answer::Failed(_) => word,
    }
}

/// Goal: what a key answers. Method: batches one after another, and what Ann has left.
#[test]
fn a_key_has_one_effect_and_one_answer() {
    let mut shop = shop();
    let steps: [(Vec<Request>, &[&str], &str); 7] = [
        (vec![shop.pay("a", 1, "1.00")], &["applied"], "9.00"),
        (vec![shop.pay("a", 1, "1.00")], &["again applied"], "9.00"),
        (vec![shop.pay("a", 2, "2.00")], &["key_reused"], "9.00"),
        (
            vec![shop.pay("b", 1, "1.00"), shop.pay("b", 1, "1.00"), shop.pay("b", 2, "3.00")],
            &["applied", "again applied", "key_reused"],
            "8.00",
        ),
        (
            vec![shop.pay("c", 1, "99.00"), shop.pay("c", 1, "99.00")],
            &["insufficient_funds", "again insufficient_funds"],
            "8.00",
        ),
        (
            vec![shop.lost("d", 1), shop.lost("d", 1), shop.pay("d", 2, "1.00")],
            &["not_found (not kept)", "not_found (not kept)", "applied"],
            "7.00",
        ),
        (
            vec![shop.lost("d", 1), shop.pay("d", 2, "1.00")],
            &["key_reused", "again applied"],
            "7.00",
        ),
    ];
    for (requests, expected, left) in steps {
        assert_eq!(shop.batch(&requests), expected);
        assert_eq!(shop.available(), left);
    }
    let ann = shop.ann;
    shop.world.fund(ann, "200.00");
    let late = shop.pay("c", 1, "99.00");
    assert_eq!(shop.batch(&[late]), ["again insufficient_funds"], "it can never suddenly succeed");
}

/// Goal: a replay is the stored answer, byte for byte, also after a restart. Method: a new processor
/// over the same store.
#[test]
fn a_replay_is_the_stored_answer() {
    let mut shop = shop();
    let request = shop.pay("a", 1, "1.00");
    let first = shop.world.step(request.clone());
    let Answer::Kept { presented, replayed: false, position } = first else { panic!("{first:?}") };
    assert_eq!(position, shop.world.store.position().unwrap());
    shop.world.processor =
        Processor::new(shop.world.store.clone(), super::world::Plain, ()).unwrap();
    let again = shop.world.step(request);
    let expected = Answer::Kept { presented, replayed: true, position };
    assert_eq!(again, expected);
}

/// Goal: keys of two platforms are not the same. Method: one key, two scopes.
#[test]
fn a_key_belongs_to_its_scope() {
    let mut shop = shop();
    let request = shop.pay("a", 1, "1.00");
    assert_eq!(shop.batch(&[request]), ["applied"]);
    let other = shop.world.asked_by(super::world::operator(), platform_create()).unwrap();
    let other = other.parse().unwrap();
    assert_ne!(shop.world.platform, other);
    shop.world.platform = other;
    let elsewhere = shop.pay("a", 1, "1.00");
    let answer = shop.world.step(elsewhere);
    assert_eq!(said(&answer), "not_found (not kept)", "the accounts are the first platform's");
}

/// Goal: a dry run says what would come, and leaves no trace. Method: position, books and keys after it.
#[test]
fn a_dry_run_writes_nothing() {
    let mut shop = shop();
    let (books, position) = (shop.world.books(), shop.world.store.position().unwrap());
    for (value, expected) in [("1.00", "applied"), ("99.00", "insufficient_funds")] {
        let mut request = shop.pay("dry", 1, value);
        request.mode = Mode::DryRun;
        let answer = shop.world.step(request);
        assert!(matches!(answer, Answer::Dry(_)), "{answer:?}");
        assert_eq!(said(&answer), expected);
    }
    let mut lost = shop.lost("dry", 1);
    lost.mode = Mode::DryRun;
    assert_eq!(said(&shop.world.step(lost)), "not_found (not kept)");
    assert_eq!(shop.world.books(), books);
    assert_eq!(shop.world.store.position().unwrap(), position);
    let real = shop.pay("dry", 2, "2.00");
    assert_eq!(shop.batch(&[real]), ["applied"], "the key is still free");
}
