//! A refund: money of a transaction going back, a resource of its own that cannot be refunded.

use ledger::{AccountId, TransactionId};
use money::Amount;
use serde::{Deserialize, Serialize};

use crate::command::FeeReturn;
use crate::ids::RefundId;
use crate::meta::Meta;
use crate::states::RefundStatus;

use super::RailSide;

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Version, labels, times.
    pub meta: Meta,
    /// What is refunded.
    pub transaction: TransactionId,
    /// How much goes back to the payer, without a returned fee.
    pub amount: Amount,
    /// Who gives it back.
    pub legs: Vec<RefundLeg>,
    /// How much of the provider's fee goes back to its bearers, in minor units.
    pub fee_returned: u128,
    /// Whether the fee's part was to go back with it.
    pub fees: FeeReturn,
    /// Why, if somebody said.
    pub reason: Option<String>,
    /// The rail's side, for refunds of money that came from a bank.
    pub rail: Option<RailSide>,
    /// Its state.
    pub status: RefundStatus,
}

/// What one account gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLeg {
    /// The account that pays.
    pub account: AccountId,
    /// Minor units of the refund's asset.
    pub minor: u128,
}
