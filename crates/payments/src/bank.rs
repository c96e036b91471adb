//! Bank details as payers and payees give them: a UK sort code and number, or an IBAN.

use iban::IbanLike;
use serde::{Deserialize, Serialize};

use crate::limits::NAME_BYTES_MAX;
use crate::meta::text;
use crate::rejected::Rejected;

/// A bank account of somebody, well formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BankDetails {
    /// A British account.
    Uk {
        /// Whose it is, as the bank knows them.
        holder: String,
        /// Six digits.
        sort_code: String,
        /// Eight digits.
        account_number: String,
    },
    /// An account by its IBAN.
    Iban {
        /// Whose it is, as the bank knows them.
        holder: String,
        /// Without spaces, check digits verified.
        iban: String,
    },
}

impl BankDetails {
    /// A British account; hyphens and spaces in the sort code are fine.
    ///
    /// # Errors
    ///
    /// [`Rejected::ValueInvalid`] for anything but six and eight digits.
    pub fn uk(holder: String, sort_code: &str, account_number: &str) -> Result<Self, Rejected> {
        text("/bank/holder", &holder, NAME_BYTES_MAX)?;
        let sort_code: String = sort_code.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        digits("/bank/sort_code", &sort_code, 6)?;
        digits("/bank/account_number", account_number, 8)?;
        Ok(Self::Uk { holder, sort_code, account_number: account_number.to_owned() })
    }

    /// An account by its IBAN; spaces are fine.
    ///
    /// # Errors
    ///
    /// [`Rejected::ValueInvalid`] when the IBAN is malformed or its check digits are wrong.
    pub fn iban(holder: String, iban: &str) -> Result<Self, Rejected> {
        text("/bank/holder", &holder, NAME_BYTES_MAX)?;
        let iban: iban::Iban = iban
            .parse()
            .map_err(|_| Rejected::invalid("/bank/iban", "not a valid IBAN".to_owned()))?;
        Ok(Self::Iban { holder, iban: iban.electronic_str().to_owned() })
    }

    /// Whose it is.
    #[must_use]
    pub fn holder(&self) -> &str {
        match self {
            Self::Uk { holder, .. } | Self::Iban { holder, .. } => holder,
        }
    }
}

fn digits(pointer: &'static str, value: &str, count: usize) -> Result<(), Rejected> {
    if value.len() == count && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Rejected::invalid(pointer, format!("must be {count} digits")))
}
