//! How a decision reads: by key, within one platform, and naming what it lacks.
//!
//! Not a store: a view holds what was loaded. A decision that needs more stops with
//! [`Stop::Missing`]; the caller loads that and decides again, which is safe because deciding is pure.

use ledger::{AccountId, PlatformId, TransactionId};
use money::Asset;

use crate::ids::{BankAccountId, CustomerId, HoldId, KeyId, PersonId, RefundId, RoleId};
use crate::rejected::Rejected;
use crate::resources::{
    Account, ApiKey, BankAccount, Capability, Customer, Hold, Instruction, Kind, Name, Person,
    Platform, Refund, Resource, Role, Transaction, Window,
};

/// Where a resource is, within its platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The platform itself.
    Platform(PlatformId),
    /// An API key.
    ApiKey(KeyId),
    /// One version of a role.
    Role(RoleId),
    /// A customer.
    Customer(CustomerId),
    /// A business person.
    Person(PersonId),
    /// An account, a customer's or an internal one.
    Account(AccountId),
    /// A bank account.
    BankAccount(BankAccountId),
    /// A transaction.
    Transaction(TransactionId),
    /// A hold.
    Hold(HoldId),
    /// A refund.
    Refund(RefundId),
    /// What a rail was told, by the id of the transaction or refund it serves.
    Instruction([u8; 16]),
    /// What a customer used of a capability lately.
    Window(CustomerId, Capability, Asset),
    /// A text that stands for an id.
    Name(NameKind, String),
}

/// What kind of text stands for an id.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum NameKind {
    /// The caller's own id of a resource of this kind.
    ExternalId(Kind),
    /// The reference that a payer quotes to pay into an account.
    AccountReference,
    /// The reference of expected money.
    PaymentReference,
    /// The bank's id of a credit.
    BankCredit,
    /// The name of a role, standing for its newest version.
    RoleName,
}

impl Key {
    /// The id in it; `None` where something else names the resource.
    pub(crate) const fn id(&self) -> Option<&[u8; 16]> {
        match self {
            Self::Platform(id) => Some(id.as_bytes()),
            Self::ApiKey(id) => Some(id.as_bytes()),
            Self::Role(id) => Some(id.as_bytes()),
            Self::Customer(id) => Some(id.as_bytes()),
            Self::Person(id) => Some(id.as_bytes()),
            Self::Account(id) => Some(id.as_bytes()),
            Self::BankAccount(id) => Some(id.as_bytes()),
            Self::Transaction(id) => Some(id.as_bytes()),
            Self::Hold(id) => Some(id.as_bytes()),
            Self::Refund(id) => Some(id.as_bytes()),
            Self::Instruction(id) => Some(id),
            Self::Window(..) | Self::Name(..) => None,
        }
    }
}

/// What a view knows of a key.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// Not loaded.
    Missing,
    /// Loaded: there is nothing.
    Absent,
    /// Loaded.
    Present(&'a Resource),
}

/// What was loaded of one platform.
pub trait View {
    /// What is known of `key`.
    fn find(&self, key: &Key) -> Found<'_>;
}

/// Why a decision ended without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Load this, then decide again.
    Missing(Key),
    /// The domain says no.
    Rejected(Rejected),
}

impl From<Rejected> for Stop {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

/// Gets one resource, absent or not.
pub(crate) fn get<'a>(view: &'a dyn View, key: &Key) -> Result<Option<&'a Resource>, Stop> {
    match view.find(key) {
        Found::Missing => Err(Stop::Missing(key.clone())),
        Found::Absent => Ok(None),
        Found::Present(resource) => Ok(Some(resource)),
    }
}

/// Gets one resource that must be there.
pub(crate) fn fetch<T: Stored>(view: &dyn View, id: T::Id) -> Result<T, Stop> {
    let found = get(view, &T::key(id))?.and_then(T::from_resource).cloned();
    found.ok_or_else(|| crate::draft::not_found(T::KIND, &id.to_string()).into())
}

/// A kind of resource that a key finds and that can be taken out of [`Resource`].
pub(crate) trait Stored: Sized + Clone {
    /// What it identifies itself by.
    type Id: Copy + std::fmt::Display;
    /// The word for it.
    const KIND: Kind;
    /// Where it is.
    fn key(id: Self::Id) -> Key;
    /// Takes it out; `None` if the resource is of another kind.
    fn from_resource(resource: &Resource) -> Option<&Self>;
    /// Puts it back.
    fn into_resource(self) -> Resource;
}

macro_rules! stored {
    ($($kind:ident: $id:ty),+ $(,)?) => {
        $(impl Stored for $kind {
            type Id = $id;
            const KIND: Kind = Kind::$kind;
            fn key(id: Self::Id) -> Key {
                Key::$kind(id)
            }
            fn from_resource(resource: &Resource) -> Option<&Self> {
                if let Resource::$kind(inner) = resource { Some(inner) } else { None }
            }
            fn into_resource(self) -> Resource {
                Resource::$kind(self)
            }
        })+
    };
}

stored!(
    Platform: PlatformId,
    ApiKey: KeyId,
    Role: RoleId,
    Customer: CustomerId,
    Person: PersonId,
    Account: AccountId,
    BankAccount: BankAccountId,
    Transaction: TransactionId,
    Hold: HoldId,
    Refund: RefundId,
);

impl Resource {
    /// Where this resource is.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Platform(Platform { id, .. }) => Key::Platform(*id),
            Self::ApiKey(key) => Key::ApiKey(key.id),
            Self::Role(role) => Key::Role(role.id),
            Self::Customer(customer) => Key::Customer(customer.id),
            Self::Person(person) => Key::Person(person.id),
            Self::Account(account) => Key::Account(account.ledger.id),
            Self::BankAccount(bank_account) => Key::BankAccount(bank_account.id),
            Self::Transaction(transaction) => Key::Transaction(transaction.id),
            Self::Hold(hold) => Key::Hold(hold.id),
            Self::Refund(refund) => Key::Refund(refund.id),
            Self::Instruction(Instruction { id, .. }) => Key::Instruction(*id),
            Self::Window(Window { customer, capability, asset, .. }) => {
                Key::Window(*customer, *capability, *asset)
            }
            Self::Name(Name { kind, text, .. }) => Key::Name(*kind, text.clone()),
        }
    }
}
