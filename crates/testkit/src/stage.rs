//! What every stream starts from: a platform, its roles with fees and limits, and its own accounts.
//!
//! Plain data, small enough that limits are met and roundings matter within a few operations.

use crate::operation::Money;

/// The assets of streams with their decimals: the platform's two, and one that it has no account in.
pub const ASSETS: [(&str, usize); 3] = [("GBP", 2), ("JPY", 0), ("BTC", 8)];

/// The platform's assets. Its own accounts in them are the account slots 0 and 1; its own customer
/// is customer slot 0.
pub const PLATFORM_ASSETS: [&str; 2] = ["GBP", "JPY"];

/// The name of the platform, of every customer, and of the holders of bank accounts that match.
pub const NAME: &str = "Alex Example";

/// A role; its place in [`ROLES`] is its slot.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    /// The words of what it grants.
    pub capabilities: &'static [&'static str],
    /// What the provider charges.
    pub fees: &'static [FeeRule],
    /// Where it ends.
    pub limits: &'static [Limit],
    /// Whether customers may have it.
    pub state: RoleState,
}

/// How far a role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleState {
    /// Made with the platform.
    First,
    /// Made and published by the operator.
    Published,
    /// Made by the operator and left so.
    Draft,
}

/// `clamp(fixed + amount × share, minimum, maximum)` in minor units.
#[derive(Debug, Clone, Copy)]
pub struct FeeRule {
    /// The word of the kind of transaction.
    pub kind: &'static str,
    /// The asset.
    pub asset: &'static str,
    /// The fixed part.
    pub fixed: u128,
    /// The proportional part, in millionths.
    pub share: u32,
    /// At least this.
    pub minimum: u128,
    /// At most this.
    pub maximum: Option<u128>,
}

/// How much may be used of a capability within a window.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The word of the capability.
    pub capability: &'static str,
    /// `day`, `month` or `year`.
    pub window: &'static str,
    /// At most this.
    pub maximum: Money,
}

const ALL: &[&str] = &["hold_funds", "receive_bank", "send_internal", "send_bank"];

const fn fee(kind: &'static str, asset: &'static str, fixed: u128, share: u32) -> FeeRule {
    FeeRule { kind, asset, fixed, share, minimum: 0, maximum: None }
}

const fn limit(capability: &'static str, window: &'static str, minor: u128) -> Limit {
    Limit { capability, window, maximum: Money { minor, asset: "GBP" } }
}

/// The roles of every stream: the platform's first, one with limits, one that only receives, and
/// one that nobody may have.
pub const ROLES: [Role; 4] = [
    Role {
        name: "Standard",
        capabilities: ALL,
        fees: &[
            FeeRule { minimum: 20, maximum: Some(500), ..fee("internal", "GBP", 10, 15_000) },
            fee("internal", "JPY", 0, 50_000),
            fee("outbound_bank", "GBP", 25, 0),
            FeeRule { maximum: Some(7), ..fee("inbound_bank", "GBP", 0, 1_500) },
        ],
        limits: &[],
        state: RoleState::First,
    },
    Role {
        name: "Limited",
        capabilities: ALL,
        fees: &[],
        limits: &[
            limit("send_internal", "day", 5_000),
            limit("send_internal", "month", 8_000),
            limit("send_internal", "year", 12_000),
            limit("send_bank", "day", 3_000),
            limit("receive_bank", "month", 20_000),
        ],
        state: RoleState::Published,
    },
    Role {
        name: "Receiver",
        capabilities: &["hold_funds", "receive_bank"],
        fees: &[fee("inbound_bank", "GBP", 300, 0)],
        limits: &[],
        state: RoleState::Published,
    },
    Role { name: "Unfinished", capabilities: ALL, fees: &[], limits: &[], state: RoleState::Draft },
];
