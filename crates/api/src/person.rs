//! Business persons: the directors and owners of a business customer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CustomerId, PersonId};

resource! {
    /// A director or owner of a business customer.
    pub struct Person in PersonList {
        /// Its id.
        pub id: PersonId,
        /// The business.
        pub customer: CustomerId,
        /// Full name.
        #[schema(example = "Grace Hopper")]
        pub name: String,
        /// What this person is to the business.
        pub roles: Vec<PersonRole>,
        /// `unverified`, `verified` or `expired`.
        #[schema(example = "verified")]
        pub status: String,
    }
}

/// What a business person is to the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    /// Runs it.
    Director,
    /// Owns part of it.
    Owner,
}

creation! {
    /// Adds a business person to a customer.
    pub struct CreatePerson {
        /// Full name.
        #[schema(min_length = 1, max_length = 200, example = "Grace Hopper")]
        pub name: String,
        /// What this person is to the business.
        #[schema(min_items = 1, max_items = 2)]
        pub roles: Vec<PersonRole>,
    }
}

patch! {
    /// Changes a business person.
    pub struct UpdatePerson {
        /// Full name.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, nullable = false)]
        pub name: Option<String>,
    }
}
