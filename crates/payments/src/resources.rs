//! What there is: every resource, one file each, and the one enum that holds any of them.
//!
//! Not how they change: that is in `decide`.

mod account;
mod bank_account;
mod customer;
mod hold;
mod instruction;
mod key;
mod platform;
mod refund;
mod role;
mod transaction;

use serde::{Deserialize, Serialize};

pub use account::{Account, standing};
pub use bank_account::{BankAccount, NameCheck};
pub use customer::{Customer, CustomerKind, Person, PersonRole};
pub use hold::{Hold, Reserved};
pub use instruction::{Attempt, EarlierAttempt, Instruction, InstructionState, Serves, served_by};
pub use key::ApiKey;
pub use platform::Platform;
pub use refund::{Refund, RefundLeg};
pub use role::{Capability, FeeRule, Limit, LimitWindow, Role};
pub use transaction::{Bearer, Fee, Outcome, RailSide, Share, Transaction, TransactionKind};

use crate::meta::Meta;
use crate::states::{
    AccountStatus, BankAccountStatus, CustomerStatus, HoldStatus, KeyStatus, Machine, PersonStatus,
    PlatformStatus, RefundStatus, RoleStatus, TransactionStatus,
};
use crate::view::NameKind;
pub use crate::window::Window;

/// Any resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resource {
    /// A platform.
    Platform(Platform),
    /// An API key.
    ApiKey(ApiKey),
    /// One version of a role.
    Role(Role),
    /// A customer.
    Customer(Customer),
    /// A business person.
    Person(Person),
    /// An account.
    Account(Account),
    /// A bank account.
    BankAccount(BankAccount),
    /// A transaction.
    Transaction(Transaction),
    /// A hold.
    Hold(Hold),
    /// A refund.
    Refund(Refund),
    /// What a rail was told.
    Instruction(Instruction),
    /// What a customer used of a capability lately.
    Window(Window),
    /// A text that stands for an id.
    Name(Name),
}

/// The kinds of resources that a caller can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A platform.
    Platform,
    /// An API key.
    ApiKey,
    /// One version of a role.
    Role,
    /// A customer.
    Customer,
    /// A business person.
    Person,
    /// An account.
    Account,
    /// A bank account.
    BankAccount,
    /// A transaction.
    Transaction,
    /// A hold.
    Hold,
    /// A refund.
    Refund,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Platform,
        Self::ApiKey,
        Self::Role,
        Self::Customer,
        Self::Person,
        Self::Account,
        Self::BankAccount,
        Self::Transaction,
        Self::Hold,
        Self::Refund,
    ];

    /// The word for it in events, audit records and refusals.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::ApiKey => "key",
            Self::Role => "role",
            Self::Customer => "customer",
            Self::Person => "person",
            Self::Account => "account",
            Self::BankAccount => "bank_account",
            Self::Transaction => "transaction",
            Self::Hold => "hold",
            Self::Refund => "refund",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The words of every state that a resource of this kind can be in.
    #[must_use]
    pub fn statuses(self) -> Vec<&'static str> {
        fn codes<M: Machine>() -> Vec<&'static str> {
            M::ALL.iter().map(|state| state.code()).collect()
        }
        match self {
            Self::Platform => codes::<PlatformStatus>(),
            Self::ApiKey => codes::<KeyStatus>(),
            Self::Role => codes::<RoleStatus>(),
            Self::Customer => codes::<CustomerStatus>(),
            Self::Person => codes::<PersonStatus>(),
            Self::Account => codes::<AccountStatus>(),
            Self::BankAccount => codes::<BankAccountStatus>(),
            Self::Transaction => codes::<TransactionStatus>(),
            Self::Hold => codes::<HoldStatus>(),
            Self::Refund => codes::<RefundStatus>(),
        }
    }

    /// The words of the types that resources of this kind are of; none where there is one only.
    #[must_use]
    pub fn subtypes(self) -> Vec<&'static str> {
        match self {
            Self::Customer => CustomerKind::ALL.iter().map(|kind| kind.code()).collect(),
            Self::Account => ledger::Chart::all().iter().map(|chart| chart.code()).collect(),
            Self::Transaction => TransactionKind::ALL.iter().map(|kind| kind.code()).collect(),
            Self::Platform
            | Self::ApiKey
            | Self::Role
            | Self::Person
            | Self::BankAccount
            | Self::Hold
            | Self::Refund => Vec::new(),
        }
    }
}

/// A text that stands for an id: an external id, a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// What kind of text.
    pub kind: NameKind,
    /// The text.
    pub text: String,
    /// The id it stands for.
    pub target: [u8; 16],
}

/// What a caller can see of a resource, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visible<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: [u8; 16],
    /// Its status.
    pub status: &'static str,
    /// What every resource carries.
    pub meta: &'a Meta,
}

impl Resource {
    /// What a caller can see of it; `None` for what is internal.
    #[must_use]
    pub fn visible(&self) -> Option<Visible<'_>> {
        let of =
            |kind, id: [u8; 16], status: &'static str, meta| Visible { kind, id, status, meta };
        Some(match self {
            Self::Platform(it) => of(Kind::Platform, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::ApiKey(it) => of(Kind::ApiKey, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Role(it) => of(Kind::Role, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Customer(it) => of(Kind::Customer, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Person(it) => of(Kind::Person, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Account(it) => {
                of(Kind::Account, *it.ledger.id.as_bytes(), it.status.code(), &it.meta)
            }
            Self::BankAccount(it) => {
                of(Kind::BankAccount, *it.id.as_bytes(), it.status.code(), &it.meta)
            }
            Self::Transaction(it) => {
                of(Kind::Transaction, *it.id.as_bytes(), it.status.code(), &it.meta)
            }
            Self::Hold(it) => of(Kind::Hold, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Refund(it) => of(Kind::Refund, *it.id.as_bytes(), it.status.code(), &it.meta),
            Self::Instruction(_) | Self::Window(_) | Self::Name(_) => return None,
        })
    }

    /// What every resource carries, to change it; `None` for what is internal.
    pub fn meta_mut(&mut self) -> Option<&mut Meta> {
        match self {
            Self::Platform(it) => Some(&mut it.meta),
            Self::ApiKey(it) => Some(&mut it.meta),
            Self::Role(it) => Some(&mut it.meta),
            Self::Customer(it) => Some(&mut it.meta),
            Self::Person(it) => Some(&mut it.meta),
            Self::Account(it) => Some(&mut it.meta),
            Self::BankAccount(it) => Some(&mut it.meta),
            Self::Transaction(it) => Some(&mut it.meta),
            Self::Hold(it) => Some(&mut it.meta),
            Self::Refund(it) => Some(&mut it.meta),
            Self::Instruction(_) | Self::Window(_) | Self::Name(_) => None,
        }
    }

    /// When the writer must look at it again by itself, in business time.
    #[must_use]
    pub fn due_at(&self) -> Option<ledger::Timestamp> {
        match self {
            Self::Hold(hold) => (hold.status == HoldStatus::Active).then_some(hold.expires_at),
            Self::Platform(_)
            | Self::ApiKey(_)
            | Self::Role(_)
            | Self::Customer(_)
            | Self::Person(_)
            | Self::Account(_)
            | Self::BankAccount(_)
            | Self::Transaction(_)
            | Self::Refund(_)
            | Self::Instruction(_)
            | Self::Window(_)
            | Self::Name(_) => None,
        }
    }
}
