//! Customers of a platform: buyers, sellers, and the platform itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CustomerId, PersonId, RoleId};
use crate::role::Capability;

resource! {
    /// A customer of a platform.
    pub struct Customer in CustomerList {
        /// Its id.
        pub id: CustomerId,
        /// What kind; never changes.
        pub kind: CustomerKind,
        /// Its full or legal name.
        #[schema(example = "Ada Lovelace")]
        pub name: String,
        /// Where to write to.
        #[schema(example = "ada@example.com")]
        pub email: Option<String>,
        /// The published version of a role it points at.
        pub role: RoleId,
        /// `draft`, `in_review`, `active`, `restricted`, `suspended`, `closed` or `rejected`.
        #[schema(example = "active")]
        pub status: String,
        /// Its business persons, in the order they were added.
        pub persons: Vec<PersonId>,
        /// How many of its accounts are not closed.
        pub accounts_open: u32,
        /// Whether this is the platform's own customer.
        pub is_platform: bool,
        /// What it may do, derived from its role and its state. Only where one customer is read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub capabilities: Option<Vec<CustomerCapability>>,
    }
}

/// What kind of customer; never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

/// How far a customer has a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerCapability {
    /// Which.
    pub capability: Capability,
    /// `inactive`, `pending`, `active` or `restricted`.
    #[schema(example = "active")]
    pub status: String,
    /// What must be provided now before it becomes active.
    pub currently_due: Vec<String>,
    /// What an operator is looking at.
    pub pending_verification: Vec<String>,
    /// Why it is not active, for people; null if it is.
    pub disabled_reason: Option<String>,
}

creation! {
    /// Makes a customer.
    pub struct CreateCustomer {
        /// What kind; never changes.
        pub kind: CustomerKind,
        /// Its full or legal name.
        #[schema(min_length = 1, max_length = 200, example = "Ada Lovelace")]
        pub name: String,
        /// Where to write to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 3, max_length = 200, example = "ada@example.com")]
        pub email: Option<String>,
        /// A published role; the platform's default role if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<RoleId>,
    }
}

patch! {
    /// Changes a customer.
    pub struct UpdateCustomer {
        /// Its full or legal name.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, nullable = false)]
        pub name: Option<String>,
        /// Where to write to; null removes it.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        pub email: Option<Option<String>>,
        /// A published role.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub role: Option<RoleId>,
    }
}
