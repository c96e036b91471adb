//! The shapes that many wire types share: resources, their lists, bodies that make and change them.
//!
//! No type of its own but the macros that write the shared fields out, so that every type is flat
//! in the OpenAPI document. Start at `resource!`.

use serde::{Deserialize, Deserializer};

/// A resource as it is answered, with what every resource carries, and the page of its list.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $name:ident in $list:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $name {
            $($fields)*
            /// Why it has its status, if somebody said so.
            pub status_reason: Option<String>,
            /// Where it can go from here, and what blocks each way.
            pub available_transitions: Vec<$crate::transition::AvailableTransition>,
            /// Your own id for it.
            pub external_id: Option<String>,
            /// Words to find it by, sorted.
            pub tags: Vec<String>,
            /// Your own facts about it.
            pub annotations: std::collections::BTreeMap<String, String>,
            /// Counts the changes of this resource, from 1; also the `ETag`. Send it as `If-Match`.
            #[schema(minimum = 1, example = 1)]
            pub version: u64,
            /// When it was made, by the server's clock.
            pub created_at: $crate::id::Timestamp,
            /// When it last changed, by the server's clock.
            pub updated_at: $crate::id::Timestamp,
        }

        page!(
            #[doc = concat!("A page of a list of `", stringify!($name), "`, newest first.")]
            pub struct $list of $name
        );
    };
}

/// One page of a list.
macro_rules! page {
    ($(#[$meta:meta])* pub struct $list:ident of $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $list {
            /// What is on this page.
            pub data: Vec<$name>,
            /// Where the next page starts: pass it as `cursor`. Null on the last page.
            pub next_cursor: Option<String>,
        }
    };
}

/// A body that makes a resource, with the labels that every resource may be given.
macro_rules! creation {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($fields)*
            /// Your own id for it: unique per platform and kind of resource. At most 128 bytes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(min_length = 1, max_length = 128)]
            pub external_id: Option<String>,
            /// Words to find it by: at most 20, each at most 64 bytes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(max_items = 20)]
            pub tags: Option<std::collections::BTreeSet<String>>,
            /// Your own facts about it: at most 50, keys of 64 and values of 500 bytes at most.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub annotations: Option<std::collections::BTreeMap<String, String>>,
        }
    };
}

/// A merge patch (RFC 7396) of a resource, with the labels that every resource has.
macro_rules! patch {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($fields)*
            /// Replaces the whole set of tags; null removes them all.
            #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<std::collections::BTreeSet<String>>)]
            pub tags: Option<Option<std::collections::BTreeSet<String>>>,
            /// Merged key by key: a null value removes its key; null removes them all.
            #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<std::collections::BTreeMap<String, Option<String>>>)]
            pub annotations: Option<Option<std::collections::BTreeMap<String, Option<String>>>>,
        }
    };
}

/// Reads a field that was sent, null or not; one that was not sent is `None`.
pub(crate) fn said<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
