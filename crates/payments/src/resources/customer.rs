//! A customer of a platform, and the directors and owners of a business.

use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, PersonId, RoleId};
use crate::meta::Meta;
use crate::states::{CustomerStatus, PersonStatus};

/// What kind of customer; never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CustomerKind {
    /// A person for themselves.
    Individual,
    /// A person in business.
    SoleTrader,
    /// A club, charity or public body.
    Organisation,
    /// A company, with business persons.
    IncorporatedBusiness,
}

impl CustomerKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Individual, Self::SoleTrader, Self::Organisation, Self::IncorporatedBusiness];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::SoleTrader => "sole_trader",
            Self::Organisation => "organisation",
            Self::IncorporatedBusiness => "incorporated_business",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Version, labels, times.
    pub meta: Meta,
    /// What kind; never changes.
    pub kind: CustomerKind,
    /// Its full or legal name.
    pub name: String,
    /// Where to write to, if it said.
    pub email: Option<String>,
    /// The published version of a role it points at.
    pub role: RoleId,
    /// Its state.
    pub status: CustomerStatus,
    /// Its business persons, in the order they were added.
    pub persons: Vec<PersonId>,
    /// How many of its accounts are not closed.
    pub accounts_open: u32,
    /// Whether this is the platform's own customer.
    pub is_platform: bool,
}

/// What a business person is to the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PersonRole {
    /// Runs it.
    Director,
    /// Owns part of it.
    Owner,
}

impl PersonRole {
    /// Every role.
    pub const ALL: &'static [Self] = &[Self::Director, Self::Owner];

    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Director => "director",
            Self::Owner => "owner",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.code() == code)
    }
}

/// A director or owner of a business customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Version, labels, times.
    pub meta: Meta,
    /// The business.
    pub customer: CustomerId,
    /// Full name.
    pub name: String,
    /// What this person is to the business.
    pub roles: Vec<PersonRole>,
    /// Its state.
    pub status: PersonStatus,
}
