//! Hostile streams through the write path, against the naive model: the same answers, the same
//! balances, and whole books after every batch.
//!
//! A stream that ever failed stays in [`KEPT`] by its seed.

use std::collections::BTreeSet;

use store::{MemoryStore, Mode};
use testkit::generator::{START, Scope, TICK, stream};
use testkit::model::{Kept, Model, Outcome};
use testkit::operation::Instructed;
use testkit::play::play;

/// Seeds of streams that once found something: a fee given back twice after a refund came back, money
/// assigned that a failed return then gave again, a return sent twice under one key of the rail.
const KEPT: &[u64] = &[173, 2_313, 11];

/// Plays the streams of some seeds; a failure names the seed. Answers what became of bulk requests.
fn check(
    seeds: impl IntoIterator<Item = u64>,
    length: usize,
    batch_max: usize,
) -> BTreeSet<String> {
    let mut bulks = BTreeSet::new();
    for seed in seeds {
        let stream = stream(seed, length, Scope::Processor);
        let played = std::panic::catch_unwind(|| {
            play(MemoryStore::new(Mode::Test), &stream, seed, batch_max)
        });
        let Ok(played) = played else {
            panic!("seed {seed}, length {length}, batches of {batch_max}")
        };
        bulks.extend(played);
    }
    bulks
}

/// Goal: the product answers as the model does. Method: each operation alone.
#[test]
fn streams_agree_with_the_model_one_by_one() {
    check(0..120, 60, 1);
}

/// What bulk requests must come to, or they are no test of them.
const BULKS: &[&str] = &[
    "All KeyReused",
    "All again done",
    "All again transition_not_allowed",
    "All done",
    "All insufficient_funds",
    "All not_found (free)",
    "Each KeyReused",
    "Each again done",
    "Each done",
];

/// Goal: a batch is as its operations one by one, and a bulk request too, or as none of them. Method:
/// batches of up to 16.
#[test]
fn streams_agree_with_the_model_in_batches() {
    let bulks = check(1_000..1_100, 60, 16);
    let missing: Vec<&&str> = BULKS.iter().filter(|word| !bulks.contains(**word)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "of {bulks:?}");
}

/// Goal: long histories stay whole. Method: a few long streams.
#[test]
fn long_streams_agree_with_the_model() {
    check(2_000..2_003, 500, 16);
}

/// Goal: what was found once stays found. Method: the seeds of streams that failed.
#[test]
fn kept_seeds_agree_with_the_model() {
    check(KEPT.iter().copied(), 60, 1);
}

/// Everything that streams must come to, or they are no test of it.
const REACHED: &[&str] = &[
    "account_frozen_in",
    "account_frozen_out",
    "account_not_open",
    "amount_not_positive",
    "amount_overflow",
    "asset_mismatch",
    "balance_overflow",
    "bank_account_not_verified",
    "capability_missing",
    "fee_exceeds_amount",
    "hold active",
    "hold expired",
    "hold posted",
    "hold voided",
    "hold_exceeded",
    "hold_expired",
    "insufficient_funds",
    "key reused",
    "limit_exceeded",
    "not_found",
    "not_refundable",
    "operator_required",
    "refund failed",
    "refund settled",
    "refund submitted",
    "refund_exceeds_captured",
    "replayed",
    "returned again",
    "role_not_usable",
    "same_account",
    "split_unbalanced",
    "transaction authorised",
    "transaction cancelled",
    "transaction created",
    "transaction expired",
    "transaction failed",
    "transaction in_review",
    "transaction returned",
    "transaction settled",
    "transaction submitted",
    "transition_blocked",
    "transition_not_allowed",
    "unchangeable",
    "value_invalid",
];

/// Goal: streams are hostile and busy enough. Method: every refusal and state that the model comes to.
#[test]
fn streams_reach_every_refusal_and_state() {
    let mut reached = BTreeSet::new();
    for seed in 0..120 {
        let (mut model, mut now) = (Model::new(), START);
        for operation in stream(seed, 60, Scope::Processor) {
            now += TICK;
            reached.insert(match model.apply(&operation, now) {
                Outcome::Done(_) => "done".to_owned(),
                Outcome::Refused(code, Kept::Kept | Kept::Free) => code.to_owned(),
                Outcome::Again(_) => "replayed".to_owned(),
                Outcome::KeyReused => "key reused".to_owned(),
            });
            model.expire(now);
        }
        let again = |of: &Instructed| matches!(of, Instructed::Transaction(_, 2..));
        reached.extend(
            model.instructed().iter().find(|of| again(of)).map(|_| "returned again".to_owned()),
        );
        let counts = model.counts();
        let transactions = (0..counts.transactions).filter_map(|slot| model.transaction(slot));
        reached.extend(transactions.map(|it| format!("transaction {}", it.status)));
        let holds = (0..counts.holds).filter_map(|slot| model.hold(slot));
        reached.extend(holds.map(|it| format!("hold {}", it.status)));
        let refunds = (0..counts.refunds).filter_map(|slot| model.refunded(slot));
        reached.extend(refunds.map(|it| format!("refund {}", it.status)));
    }
    let missing: Vec<&&str> = REACHED.iter().filter(|word| !reached.contains(**word)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
}
