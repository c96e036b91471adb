//! What the fuzz targets reach of this unit; compiled for them alone.

use api::account::CreateAccount;
use api::bank_account::CreateBankAccount;
use api::customer::{CreateCustomer, UpdateCustomer};
use api::hold::CreateHold;
use api::platform::CreatePlatform;
use api::refund::CreateRefund;
use api::role::CreateRole;
use api::sandbox::CreateSandboxCredit;
use api::transaction::{
    CreateAdjustmentTransaction, CreateInboundBankTransaction, CreateInternalTransaction,
    CreateOutboundBankTransaction,
};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

use crate::body::{self, Accepts};
use crate::cursor::CursorKey;
use crate::idempotency::fingerprint;

/// Reads `bytes` as the body of every kind of request; the statuses of those that refuse it.
#[must_use]
pub fn bodies(bytes: &[u8]) -> Vec<u16> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let value = match body::parse(&headers, bytes, Accepts::Json) {
        Ok(value) => value,
        Err(failure) => return vec![failure.problem.status],
    };
    let hash = fingerprint(("POST", "/v1/transactions"), None, &value);
    assert_eq!(hash, fingerprint(("POST", "/v1/transactions"), None, &value));
    let refused = [
        refused::<CreateAccount>(&value),
        refused::<CreateBankAccount>(&value),
        refused::<CreateCustomer>(&value),
        refused::<UpdateCustomer>(&value),
        refused::<CreateHold>(&value),
        refused::<CreatePlatform>(&value),
        refused::<CreateRefund>(&value),
        refused::<CreateRole>(&value),
        refused::<CreateSandboxCredit>(&value),
        refused::<CreateAdjustmentTransaction>(&value),
        refused::<CreateInboundBankTransaction>(&value),
        refused::<CreateInternalTransaction>(&value),
        refused::<CreateOutboundBankTransaction>(&value),
    ];
    refused.into_iter().flatten().collect()
}

fn refused<T: DeserializeOwned>(value: &serde_json::Value) -> Option<u16> {
    body::read::<T>(value.clone()).err().map(|failure| failure.problem.status)
}

/// Seals `place` and opens it again; opens `text`, which is refused or was sealed.
///
/// # Panics
///
/// If a cursor is opened that was not sealed, or one that was is not.
pub fn cursors(list: &str, place: &[u8], text: &str) {
    let key = CursorKey::new([7; 32]);
    let place = &place[..place.len().min(16)];
    let sealed = key.seal(list, place);
    assert_eq!(key.open(list, &sealed).ok().as_deref(), Some(place));
    if let Ok(place) = key.open(list, text) {
        assert_eq!(key.seal(list, &place), text);
    }
}
