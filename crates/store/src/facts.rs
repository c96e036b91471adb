//! What lists filter by: the few facts of a resource that every read model keeps beside it.
//!
//! Not the filter's meaning in SQL: a store indexes these facts and must answer as
//! [`Filter::passes`] does.

use std::collections::BTreeSet;

use ledger::{AccountId, TransactionId};
use payments::ids::CustomerId;
use payments::resources::{Hold, InstructionState, Transaction};
use payments::states::TransactionStatus;
use payments::{Key, Kind, Resource};

use crate::reads::Filter;

/// The facts of one resource; empty where a kind has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its type within its kind, as the word on the wire.
    pub subtype: Option<&'static str>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// The accounts that it takes from or adds to, each once.
    pub accounts: BTreeSet<AccountId>,
    /// What it belongs to.
    pub transaction: Option<TransactionId>,
}

impl Facts {
    /// The facts of `resource`.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        let (none, subtype) = (Self::default(), Self::subtype_of(resource));
        match resource {
            Resource::Customer(it) => Self { subtype, customer: Some(it.id), ..none },
            Resource::Person(it) => Self { customer: Some(it.customer), ..none },
            Resource::Account(it) => Self { subtype, customer: it.customer, ..none },
            Resource::BankAccount(it) => Self { customer: Some(it.customer), ..none },
            Resource::Transaction(Transaction { payer, shares, .. }) => {
                let payees = shares.iter().map(|share| share.account);
                let accounts = payer.iter().copied().chain(payees).collect();
                Self { subtype, accounts, ..none }
            }
            Resource::Hold(Hold { transaction, reserved, .. }) => {
                let accounts = reserved.iter().map(|leg| leg.account).collect();
                Self { accounts, transaction: Some(*transaction), ..none }
            }
            Resource::Refund(it) => {
                let accounts = it.legs.iter().map(|leg| leg.account).collect();
                Self { accounts, transaction: Some(it.transaction), ..none }
            }
            Resource::Platform(_)
            | Resource::ApiKey(_)
            | Resource::Role(_)
            | Resource::Instruction(_)
            | Resource::Window(_)
            | Resource::Name(_) => none,
        }
    }
}

impl Facts {
    /// The type of `resource` within its kind alone.
    #[must_use]
    pub const fn subtype_of(resource: &Resource) -> Option<&'static str> {
        match resource {
            Resource::Customer(it) => Some(it.kind.code()),
            Resource::Account(it) => Some(it.ledger.chart.code()),
            Resource::Transaction(it) => Some(it.kind.code()),
            Resource::Platform(_)
            | Resource::ApiKey(_)
            | Resource::Role(_)
            | Resource::Person(_)
            | Resource::BankAccount(_)
            | Resource::Hold(_)
            | Resource::Refund(_)
            | Resource::Instruction(_)
            | Resource::Window(_)
            | Resource::Name(_) => None,
        }
    }
}

impl Filter {
    /// Whether `resource` passes; `owner` says whose an account is.
    pub fn passes(
        &self,
        resource: &Resource,
        owner: impl Fn(AccountId) -> Option<CustomerId>,
    ) -> bool {
        let Some(visible) = resource.visible() else { return false };
        let (meta, facts) = (visible.meta, Facts::of(resource));
        let owned = |customer: &CustomerId| {
            facts.customer == Some(*customer)
                || facts.accounts.iter().any(|account| owner(*account) == Some(*customer))
        };
        self.status.as_ref().is_none_or(|status| status == visible.status)
            && self.external_id.as_ref().is_none_or(|id| meta.external_id.as_ref() == Some(id))
            && self.tag.as_ref().is_none_or(|tag| meta.tags.contains(tag))
            && self.customer.as_ref().is_none_or(owned)
            && self.account.is_none_or(|account| facts.accounts.contains(&account))
            && self.transaction.is_none_or(|of| facts.transaction == Some(of))
            && self.subtype.as_ref().is_none_or(|subtype| facts.subtype == Some(subtype))
            && self.created_from.is_none_or(|from| from <= meta.created_at)
            && self.created_before.is_none_or(|before| meta.created_at < before)
    }
}

/// What an operator or a worker must look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// A rail must be told of it, for the first time or again.
    pub for_rail: bool,
    /// An operator must look at it.
    pub for_operator: bool,
}

impl Waiting {
    /// Who waits for something to happen to `resource`.
    #[must_use]
    pub fn on(resource: &Resource) -> Self {
        let (for_rail, for_operator) = match resource {
            Resource::Transaction(it) => (false, it.status == TransactionStatus::InReview),
            Resource::Instruction(it) => match it.state {
                InstructionState::Written => (true, false),
                InstructionState::Unknown => (true, true),
                InstructionState::Accepted | InstructionState::Done => (false, false),
            },
            Resource::Platform(_)
            | Resource::ApiKey(_)
            | Resource::Role(_)
            | Resource::Customer(_)
            | Resource::Person(_)
            | Resource::Account(_)
            | Resource::BankAccount(_)
            | Resource::Hold(_)
            | Resource::Refund(_)
            | Resource::Window(_)
            | Resource::Name(_) => (false, false),
        };
        Self { for_rail, for_operator }
    }
}

/// The key of a visible resource.
#[must_use]
pub const fn key_of(kind: Kind, id: [u8; 16]) -> Key {
    use payments::ids::{BankAccountId, HoldId, KeyId, PersonId, RefundId, RoleId};
    match kind {
        Kind::Platform => Key::Platform(ledger::PlatformId::from_bytes(id)),
        Kind::ApiKey => Key::ApiKey(KeyId::from_bytes(id)),
        Kind::Role => Key::Role(RoleId::from_bytes(id)),
        Kind::Customer => Key::Customer(CustomerId::from_bytes(id)),
        Kind::Person => Key::Person(PersonId::from_bytes(id)),
        Kind::Account => Key::Account(AccountId::from_bytes(id)),
        Kind::BankAccount => Key::BankAccount(BankAccountId::from_bytes(id)),
        Kind::Transaction => Key::Transaction(TransactionId::from_bytes(id)),
        Kind::Hold => Key::Hold(HoldId::from_bytes(id)),
        Kind::Refund => Key::Refund(RefundId::from_bytes(id)),
    }
}
