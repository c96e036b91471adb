//! An API key: whose it is, what it may do, and the hash of its secret. Never the secret.

use ledger::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::KeyId;
use crate::meta::Meta;
use crate::states::KeyStatus;

/// An API key; the platform it belongs to is the one it is stored under (the operator's for operator keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id, a part of the token.
    pub id: KeyId,
    /// Version, labels, times.
    pub meta: Meta,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the secret part of the token.
    pub secret_hash: [u8; 32],
    /// What it may do, as words of the edge.
    pub scopes: Vec<String>,
    /// When it stops working, by the server's clock.
    pub expires_at: Option<Timestamp>,
    /// The key that replaces it, after a rotation.
    pub replaced_by: Option<KeyId>,
    /// Its state.
    pub status: KeyStatus,
}

impl ApiKey {
    /// Whether it works at `now`, by the server's clock.
    #[must_use]
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.status == KeyStatus::Active
            && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
