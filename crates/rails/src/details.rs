//! Bank account details: whom money goes to and comes from.
//!
//! Shape only, no proof that the account exists: the sandbox pays anybody. Invariant: details that
//! pass [`BankDetails::is_well_formed`] fit a record of the bank's file.

use money::Asset;
use serde::{Deserialize, Serialize};

use crate::behaviour::splitmix64;
use crate::limits::TEXT_BYTES_MAX;

/// An account at some bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankDetails {
    /// A British account.
    Uk {
        /// The name on the account.
        holder: String,
        /// Six digits, without dashes.
        sort_code: String,
        /// Eight digits.
        account_number: String,
    },
    /// An account named by its IBAN.
    Iban {
        /// The name on the account.
        holder: String,
        /// Without spaces, capital letters.
        iban: String,
    },
}

impl BankDetails {
    /// The name on the account.
    pub fn holder(&self) -> &str {
        match self {
            Self::Uk { holder, .. } | Self::Iban { holder, .. } => holder,
        }
    }

    /// Whether digits, lengths and the holder's name have the right shape.
    ///
    /// An IBAN's check digits are the caller's to test; here it is two letters, two digits and 11
    /// to 30 capital letters or digits (ISO 13616).
    pub fn is_well_formed(&self) -> bool {
        let holder = self.holder();
        let named = !holder.is_empty() && is_text(holder);
        named
            && match self {
                Self::Uk { sort_code, account_number, .. } => {
                    is_digits(sort_code, 6) && is_digits(account_number, 8)
                }
                Self::Iban { iban, .. } => is_iban(iban),
            }
    }

    /// Whether both name one account, whatever the holder is called.
    pub fn is_same_account(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Uk { sort_code, account_number, .. },
                Self::Uk { sort_code: sort_code_other, account_number: account_other, .. },
            ) => sort_code == sort_code_other && account_number == account_other,
            (Self::Iban { iban, .. }, Self::Iban { iban: other, .. }) => iban == other,
            (Self::Uk { .. }, Self::Iban { .. }) | (Self::Iban { .. }, Self::Uk { .. }) => false,
        }
    }
}

/// Whether `text` is short enough and free of control characters; it may be empty.
pub(crate) fn is_text(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control)
}

/// The sort code and number that a platform and an asset lead to, at the `probe`-th try.
///
/// Sort codes begin with 00, which no bank has; numbers begin with 2 to 9, which no magic one does.
pub(crate) fn account_number(platform: &str, asset: Asset, probe: u64) -> (String, String) {
    let text = platform.bytes().chain([0]).chain(asset.code().bytes());
    let seed = text.fold(0, |seed, byte| splitmix64(seed, u64::from(byte)));
    let sort_code = splitmix64(seed, 2 * probe) % 10_000;
    let number = 20_000_000 + splitmix64(seed, 2 * probe + 1) % 80_000_000;
    (format!("00{sort_code:04}"), format!("{number:08}"))
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
}
