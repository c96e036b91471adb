//! API keys: who may call, and what for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{KeyId, Timestamp};

resource! {
    /// An API key, without its secret.
    pub struct Key in KeyList {
        /// Its id, a part of the token.
        pub id: KeyId,
        /// What its owner calls it.
        #[schema(example = "backend")]
        pub name: String,
        /// `active` or `revoked`.
        #[schema(example = "active")]
        pub status: String,
        /// What it may do: `*` for everything, else `resource:read` and `resource:write`.
        #[schema(example = json!(["*"]))]
        pub scopes: Vec<String>,
        /// When it stops working.
        pub expires_at: Option<Timestamp>,
        /// The minute it last let a request in, by the server's clock; `null` until then. Only where
        /// keys are read or listed. Kept on the side: a restored or rebuilt server may begin anew.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<Timestamp>)]
        pub last_used_at: Option<Option<Timestamp>>,
        /// The key that replaces it, after a rotation.
        pub replaced_by: Option<KeyId>,
        /// The whole token, in the answer that made it and never again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub secret: Option<String>,
    }
}

/// Makes an API key. Its scopes must be covered by those of the calling key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// What its owner calls it.
    #[schema(min_length = 1, max_length = 200, example = "backend")]
    pub name: String,
    /// What it may do: `*` for everything, else `resource:read` and `resource:write`.
    #[schema(min_items = 1, max_items = 32, example = json!(["transactions:read", "transactions:write"]))]
    pub scopes: Vec<String>,
    /// When it stops working; never if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Replaces a key by a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// How long the old key goes on working, in seconds; an hour if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 2_592_000, example = 3600)]
    pub overlap_seconds: Option<u32>,
}

patch! {
    /// Changes the labels of a key.
    pub struct UpdateKey {
        /// What its owner calls it.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, nullable = false)]
        pub name: Option<String>,
    }
}
