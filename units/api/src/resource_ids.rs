//! Ids of any kind of resource, told apart by their prefix.

use std::str::FromStr;

use ledger::{AccountId, PlatformId, TransactionId};
use payments::Kind;
use payments::ids::{BankAccountId, CustomerId, HoldId, KeyId, PersonId, RefundId, RoleId};

/// The kind and bytes of an id.
pub(crate) fn parse(text: &str) -> Option<(Kind, [u8; 16])> {
    fn read<T: FromStr>(text: &str, bytes: impl Fn(&T) -> [u8; 16]) -> Option<[u8; 16]> {
        text.parse().ok().map(|id| bytes(&id))
    }
    let (prefix, _) = text.split_once('_')?;
    let found = match prefix {
        PlatformId::PREFIX => (Kind::Platform, read(text, |id: &PlatformId| *id.as_bytes())),
        KeyId::PREFIX => (Kind::ApiKey, read(text, |id: &KeyId| *id.as_bytes())),
        RoleId::PREFIX => (Kind::Role, read(text, |id: &RoleId| *id.as_bytes())),
        CustomerId::PREFIX => (Kind::Customer, read(text, |id: &CustomerId| *id.as_bytes())),
        PersonId::PREFIX => (Kind::Person, read(text, |id: &PersonId| *id.as_bytes())),
        AccountId::PREFIX => (Kind::Account, read(text, |id: &AccountId| *id.as_bytes())),
        BankAccountId::PREFIX => {
            (Kind::BankAccount, read(text, |id: &BankAccountId| *id.as_bytes()))
        }
        TransactionId::PREFIX => {
            (Kind::Transaction, read(text, |id: &TransactionId| *id.as_bytes()))
        }
        HoldId::PREFIX => (Kind::Hold, read(text, |id: &HoldId| *id.as_bytes())),
        RefundId::PREFIX => (Kind::Refund, read(text, |id: &RefundId| *id.as_bytes())),
        _ => return None,
    };
    Some((found.0, found.1?))
}
