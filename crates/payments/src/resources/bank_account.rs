//! A bank account that a customer is paid out to, with the result of the payee-name check.

use serde::{Deserialize, Serialize};

use crate::bank::BankDetails;
use crate::ids::{BankAccountId, CustomerId};
use crate::meta::Meta;
use crate::states::BankAccountStatus;

/// A customer's bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// Its id.
    pub id: BankAccountId,
    /// Version, labels, times.
    pub meta: Meta,
    /// Whose it is.
    pub customer: CustomerId,
    /// Sort code and number, or IBAN.
    pub details: BankDetails,
    /// Whether the holder's name is the customer's.
    pub name_check: NameCheck,
    /// Its state.
    pub status: BankAccountStatus,
}

/// What the payee-name check said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameCheck {
    /// The same name.
    Match,
    /// Nearly the same name.
    CloseMatch,
    /// Another name.
    NoMatch,
    /// The bank does not answer such questions.
    Unavailable,
}

impl NameCheck {
    /// The word on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::CloseMatch => "close_match",
            Self::NoMatch => "no_match",
            Self::Unavailable => "unavailable",
        }
    }
}
