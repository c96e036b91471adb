//! Ids: whatever text comes, it is an id that is written as it was read, or a refusal.
#![no_main]

use ledger::{AccountId, PlatformId, TransactionId};
use libfuzzer_sys::fuzz_target;
use payments::ids::{CustomerId, HoldId};

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<AccountId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<PlatformId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<TransactionId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<CustomerId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(id) = text.parse::<HoldId>() {
        assert_eq!(id.to_string(), text);
    }
});
