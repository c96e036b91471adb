//! The chart of accounts: what kinds of account there are and on which side each one grows.
//!
//! There is none that may create money: what comes from outside comes through a clearing account,
//! which must return to zero. Start at [`Chart`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Direction;

/// A network that moves money in and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rail {
    /// Bank transfers.
    Bank,
}

impl Rail {
    /// The name within an account's code. Never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bank => "bank",
        }
    }
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Chart {
    /// Customers' money, where a bank keeps it apart.
    Safeguarding,
    /// Money between a rail's notice and its booking; returns to zero.
    Clearing(Rail),
    /// What is owed to a customer.
    Customer,
    /// What came in and nobody has been found for yet.
    Unallocated,
    /// The provider's fees.
    Fees,
    /// What the provider lost.
    Loss,
    /// What the operator put in or took out.
    OperatorEquity,
}

impl Chart {
    const ALL: [Self; 7] = [
        Self::Safeguarding,
        Self::Clearing(Rail::Bank),
        Self::Customer,
        Self::Unallocated,
        Self::Fees,
        Self::Loss,
        Self::OperatorEquity,
    ];

    /// Every kind of account, in the order of the chart.
    pub const fn all() -> &'static [Self] {
        &Self::ALL
    }

    /// The code in stores, on the wire and in reports. Never renamed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Safeguarding => "asset:safeguarding",
            Self::Clearing(Rail::Bank) => "asset:clearing:bank",
            Self::Customer => "liability:customer",
            Self::Unallocated => "liability:unallocated",
            Self::Fees => "income:fees",
            Self::Loss => "expense:loss",
            Self::OperatorEquity => "equity:operator",
        }
    }

    /// The kind of account with this code, if there is one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|chart| chart.code() == code)
    }

    /// The side on which an account of this kind grows.
    pub const fn normal(self) -> Direction {
        match self {
            Self::Safeguarding | Self::Clearing(_) | Self::Loss => Direction::Debit,
            Self::Customer | Self::Unallocated | Self::Fees | Self::OperatorEquity => {
                Direction::Credit
            }
        }
    }

    /// Whether the account is money owed to others, which may not be overdrawn.
    pub const fn is_liability(self) -> bool {
        match self {
            Self::Customer | Self::Unallocated => true,
            Self::Safeguarding
            | Self::Clearing(_)
            | Self::Fees
            | Self::Loss
            | Self::OperatorEquity => false,
        }
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
