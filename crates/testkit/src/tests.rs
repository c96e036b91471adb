//! The streams themselves: the same from the same seed, and bodies that the API can read.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::generator::{START, Scope, TICK, stream};
use crate::ids::Ids;
use crate::model::{Model, Outcome};
use crate::operation::{Money, Who};
use crate::request::decimal;

/// Goal: a seed can be replayed. Method: the same twice, another once.
#[test]
fn a_seed_gives_one_stream() {
    let of = |seed| stream(seed, 40, Scope::Processor);
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

/// Goal: amounts are written as the wire has them. Method: rows of each asset.
#[test]
fn amounts_are_decimals() {
    for (minor, asset, expected) in [
        (0, "GBP", "0.00"),
        (5, "GBP", "0.05"),
        (1_050, "GBP", "10.50"),
        (0, "JPY", "0"),
        (1_050, "JPY", "1050"),
        (1, "BTC", "0.00000001"),
    ] {
        assert_eq!(decimal(Money { minor, asset }), expected);
    }
}

fn read<T: DeserializeOwned>(body: &Value) {
    let read: Result<T, _> = serde_json::from_value(body.clone());
    assert!(read.is_ok(), "{body}: {:?}", read.err());
}

/// Goal: every request of a stream is one that the API knows. Method: read its body as the type of
/// its path, unknown fields refused.
#[test]
fn requests_are_bodies_of_the_api() {
    for seed in 0..40 {
        let (mut ids, mut model, mut now) = (Ids::default(), Model::new(), START);
        ids.accounts = vec!["own".to_owned(), "own yen".to_owned()];
        for operation in stream(seed, 60, Scope::Http) {
            now += TICK;
            let request = operation.request(&ids, now).unwrap();
            assert_eq!(request.key.is_some(), operation.who != Who::Rail);
            read_as(&request.path, &request.body);
            if let Outcome::Done(made) = model.apply(&operation, now) {
                ids.made(made, "id", Some("second"));
            }
            model.expire(now);
        }
    }
}

fn read_as(path: &str, body: &Value) {
    match path {
        "/v1/customers" => read::<api::customer::CreateCustomer>(body),
        "/v1/accounts" => read::<api::account::CreateAccount>(body),
        "/v1/bank-accounts" => read::<api::bank_account::CreateBankAccount>(body),
        "/v1/transactions" => read::<api::transaction::CreateTransaction>(body),
        "/v1/holds" => read::<api::hold::CreateHold>(body),
        "/v1/refunds" => read::<api::refund::CreateRefund>(body),
        "/v1/sandbox/credits" => read::<api::sandbox::CreateSandboxCredit>(body),
        "/v1/sandbox/clock" => read::<api::sandbox::AdvanceSandboxClock>(body),
        path if path.starts_with("/v1/holds/") => read::<api::transition::HoldTransition>(body),
        path if path.starts_with("/v1/transactions/") => {
            read::<api::transition::TransactionTransition>(body);
        }
        path if path.starts_with("/v1/accounts/") || path.starts_with("/v1/customers/") => {
            read::<api::transition::Transition>(body);
        }
        other => panic!("no such path: {other}"),
    }
}
