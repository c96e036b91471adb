//! Ids and instants as text, each with a name and a pattern in the OpenAPI document.
//!
//! Nothing is parsed here: a malformed id is a text like any other until somebody reads it.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident $prefix:literal $what:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($what))
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([concat!($prefix, "_01h455vb4pex5vsknk084sn02q")]);
                RefOr::T(Schema::Object(text.build()))
            }
        }

        impl ToSchema for $name {}

        impl $name {
            /// What the id starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )+};
}

ids! {
    /// The id of a platform.
    PlatformId "plt" "The id of a platform.";
    /// The id of an API key.
    KeyId "key" "The id of an API key: a part of the key's token.";
    /// The id of one version of a role.
    RoleId "rol" "The id of one version of a role.";
    /// The id of a customer.
    CustomerId "cus" "The id of a customer.";
    /// The id of a business person.
    PersonId "per" "The id of a business person.";
    /// The id of an account.
    AccountId "acc" "The id of an account.";
    /// The id of a bank account.
    BankAccountId "ban" "The id of a bank account.";
    /// The id of a transaction.
    TransactionId "txn" "The id of a transaction.";
    /// The id of a hold.
    HoldId "hld" "The id of a hold.";
    /// The id of a refund.
    RefundId "rfd" "The id of a refund.";
    /// The id of a journal entry.
    EntryId "ent" "The id of a journal entry.";
    /// The id of an event.
    EventId "evt" "The id of an event.";
    /// The id of an audit record.
    AuditRecordId "aud" "The id of an audit record.";
}

/// An instant: RFC 3339 in UTC, with microseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub String);

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("An instant: RFC 3339. Answers are in UTC, with microseconds."))
            .examples(["2026-01-31T09:30:00.000000Z"]);
        RefOr::T(Schema::Object(text.build()))
    }
}

impl ToSchema for Timestamp {}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}
