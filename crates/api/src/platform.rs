//! Platforms: Florin's customers, to whom everything else belongs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AccountId, CustomerId, PlatformId, RoleId, Timestamp};
use crate::role::FeeRule;

resource! {
    /// A platform: a marketplace, say. Everything belongs to one.
    pub struct Platform in PlatformList {
        /// Its id.
        pub id: PlatformId,
        /// Its name.
        #[schema(example = "Corner Market")]
        pub name: String,
        /// `active` or `suspended`.
        #[schema(example = "active")]
        pub status: String,
        /// The platform's own customer, who receives the platform's own fees.
        pub customer: CustomerId,
        /// The role that its customers get unless another is named.
        pub default_role: RoleId,
        /// The own customer's account in each of the platform's assets.
        pub accounts: Vec<PlatformAccount>,
        /// The platform's business time: the server's, moved ahead by the sandbox clock.
        pub business_time_offset_seconds: u64,
    }
}

/// The platform's own account in one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlatformAccount {
    /// The asset.
    #[schema(example = "GBP")]
    pub asset: String,
    /// The account.
    pub account: AccountId,
}

creation! {
    /// Makes a platform, with a customer of its own, that one's accounts, and the role `Standard`.
    pub struct CreatePlatform {
        /// Its name.
        #[schema(min_length = 1, max_length = 200, example = "Corner Market")]
        pub name: String,
        /// The assets its own customer gets accounts in.
        #[schema(min_items = 1, max_items = 20, example = json!(["GBP"]))]
        pub assets: Vec<String>,
        /// What the provider charges in the role `Standard`.
        #[serde(default)]
        #[schema(max_items = 100)]
        pub fees: Vec<FeeRule>,
    }
}

patch! {
    /// Changes a platform.
    pub struct UpdatePlatform {
        /// Its name.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(min_length = 1, max_length = 200, nullable = false)]
        pub name: Option<String>,
        /// The role that its customers get unless another is named.
        #[serde(default, deserialize_with = "crate::shape::said", skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub default_role: Option<RoleId>,
    }
}

/// The platform's sandbox clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SandboxClock {
    /// The platform's business time now.
    pub business_time: Timestamp,
    /// The server's time now.
    pub server_time: Timestamp,
    /// How far business time is ahead, in seconds; only grows.
    pub offset_seconds: u64,
}
