//! How the sandbox bank acts on a payment, and who chose that.
//!
//! Not the events themselves: `plan.rs` turns a behaviour into them. The order of choice: what the
//! payment asks for, then a magic account number, then the platform's faults, then at once.
//! Invariant: a draw depends on the recorded seed and on how many were drawn before, on nothing else.
//!
//! Start at [`Behaviour`] and [`Faults`].

use serde::{Deserialize, Serialize};

use crate::BankDetails;
use crate::details::is_text;

/// A beneficiary with this account number is paid late, by [`LATE_SECONDS`].
pub const MAGIC_LATE: &str = "10000001";

/// A payout to this account number settles and comes back after [`RETURN_SECONDS`].
pub const MAGIC_RETURNED: &str = "10000002";

/// The first submission to this account number gets no answer.
pub const MAGIC_NO_ANSWER: &str = "10000003";

/// How late the magic number and the faults make a payment: one hour.
pub const LATE_SECONDS: u32 = 3_600;

/// When the magic number and the faults return a payout: one day after it settled.
pub const RETURN_SECONDS: u32 = 86_400;

/// The reason the magic number and the faults return a payout with.
pub const REASON_RETURNED: &str = "account_closed";

/// The reason the faults reject a payout with.
pub const REASON_REJECTED: &str = "rejected_by_bank";

const MILLION: u32 = 1_000_000;

/// How the sandbox bank acts on one payment.
///
/// Seconds count from the first [`crate::SandboxBank::advance`] of the platform after the payment
/// was taken, in business time. For a credit, settling is its notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Settled, then booked, at the next advance.
    #[default]
    SettleAtOnce,
    /// Settled, then booked, later.
    SettleLate {
        /// Seconds of business time.
        after_seconds: u32,
    },
    /// Accepted, and nothing more until someone decides it by hand.
    SettleNever,
    /// Settled, booked, and both delivered a second time with the same ids.
    SettleTwice,
    /// Booked first, settled after.
    OutOfOrder,
    /// Settled and booked at once, then returned. Payouts only.
    Returned {
        /// A code such as `account_closed`.
        reason: String,
        /// Seconds of business time between settling and coming back.
        after_seconds: u32,
    },
    /// Refused when submitted. Payouts only.
    Rejected {
        /// A code such as `account_closed`.
        reason: String,
    },
    /// Accepted and settled at once, but the first submission gets no answer. Payouts only.
    NoAnswer,
}

/// Who chose a payment's [`Behaviour`].
#[derive(Debug, Copy, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// The payment itself.
    Payment,
    /// The beneficiary's account number.
    MagicNumber,
    /// The platform's [`Faults`], also where the draw came out as no fault.
    Faults,
    /// Nobody: at once.
    Default,
}

/// How often the payments of a platform go wrong, in parts per million, and the seed of the draws.
///
/// Credits cannot be returned, rejected or unanswered: where such a fault is drawn they arrive at
/// once. One draw decides one payment, so the parts must not exceed a million together.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Faults {
    /// The same seed and the same payments give the same faults.
    pub seed: u64,
    /// Late by [`LATE_SECONDS`].
    pub late_ppm: u32,
    /// Never settled.
    pub never_ppm: u32,
    /// Every event delivered twice.
    pub twice_ppm: u32,
    /// Booked before settled.
    pub out_of_order_ppm: u32,
    /// Returned after [`RETURN_SECONDS`].
    pub returned_ppm: u32,
    /// Rejected when submitted.
    pub rejected_ppm: u32,
    /// Accepted without an answer.
    pub no_answer_ppm: u32,
}

impl Behaviour {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SettleAtOnce => "settle_at_once",
            Self::SettleLate { .. } => "settle_late",
            Self::SettleNever => "settle_never",
            Self::SettleTwice => "settle_twice",
            Self::OutOfOrder => "out_of_order",
            Self::Returned { .. } => "returned",
            Self::Rejected { .. } => "rejected",
            Self::NoAnswer => "no_answer",
        }
    }

    /// Whether a credit can act so: it cannot be returned, rejected or left without an answer.
    pub const fn is_for_credits(&self) -> bool {
        match self {
            Self::SettleAtOnce
            | Self::SettleLate { .. }
            | Self::SettleNever
            | Self::SettleTwice
            | Self::OutOfOrder => true,
            Self::Returned { .. } | Self::Rejected { .. } | Self::NoAnswer => false,
        }
    }

    /// Whether its reason, if it has one, is a text the bank keeps.
    pub(crate) fn is_well_formed(&self) -> bool {
        match self {
            Self::Returned { reason, .. } | Self::Rejected { reason } => is_reason(reason),
            Self::SettleAtOnce
            | Self::SettleLate { .. }
            | Self::SettleNever
            | Self::SettleTwice
            | Self::OutOfOrder
            | Self::NoAnswer => true,
        }
    }

    /// What the magic account numbers ask for.
    pub(crate) fn of_beneficiary(beneficiary: &BankDetails) -> Option<Self> {
        match beneficiary {
            BankDetails::Uk { account_number, .. } => match account_number.as_str() {
                MAGIC_LATE => Some(Self::late()),
                MAGIC_RETURNED => Some(Self::returned()),
                MAGIC_NO_ANSWER => Some(Self::NoAnswer),
                _ => None,
            },
            BankDetails::Iban { .. } => None,
        }
    }

    const fn late() -> Self {
        Self::SettleLate { after_seconds: LATE_SECONDS }
    }

    fn returned() -> Self {
        Self::Returned { reason: REASON_RETURNED.to_owned(), after_seconds: RETURN_SECONDS }
    }
}

impl Faults {
    /// All parts together; above a million they cannot be drawn.
    pub fn sum_ppm(&self) -> u64 {
        self.parts_ppm().iter().copied().map(u64::from).sum()
    }

    /// Whether [`Self::sum_ppm`] is at most a million.
    pub fn is_within_whole(&self) -> bool {
        self.sum_ppm() <= u64::from(MILLION)
    }

    /// The behaviour of the payment that is drawn after `drawn_before` others.
    pub(crate) fn draw(&self, drawn_before: u64) -> Behaviour {
        let mut below = 0;
        let drawn = million_th(splitmix64(self.seed, drawn_before));
        for (part, behaviour) in self.parts_ppm().into_iter().zip(Self::behaviours()) {
            below += u64::from(part);
            if drawn < below {
                return behaviour;
            }
        }
        Behaviour::SettleAtOnce
    }

    const fn parts_ppm(&self) -> [u32; 7] {
        [
            self.late_ppm,
            self.never_ppm,
            self.twice_ppm,
            self.out_of_order_ppm,
            self.returned_ppm,
            self.rejected_ppm,
            self.no_answer_ppm,
        ]
    }

    fn behaviours() -> [Behaviour; 7] {
        [
            Behaviour::late(),
            Behaviour::SettleNever,
            Behaviour::SettleTwice,
            Behaviour::OutOfOrder,
            Behaviour::returned(),
            Behaviour::Rejected { reason: REASON_REJECTED.to_owned() },
            Behaviour::NoAnswer,
        ]
    }
}

/// Whether `reason` is a text the bank keeps, and says something.
pub(crate) fn is_reason(reason: &str) -> bool {
    !reason.is_empty() && is_text(reason)
}

/// The number at `position` of the sequence that `seed` starts.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
pub(crate) const fn splitmix64(seed: u64, position: u64) -> u64 {
    let step = position.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = seed.wrapping_add(step);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Maps 64 random bits to 0..1_000_000, every number as often as every other to within 1 in 10^13.
const fn million_th(bits: u64) -> u64 {
    (bits >> 20).wrapping_mul(MILLION as u64) >> 44
}
