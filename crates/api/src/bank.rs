//! Bank details on the wire: a British account or an IBAN.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account at a bank: either `sort_code` and `account_number`, or `iban`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankDetails {
    /// The name on the account.
    #[schema(min_length = 1, max_length = 200, example = "Ada Lovelace")]
    pub holder: String,
    /// Six digits, for a British account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9][0-9 -]{4,10}[0-9]$", example = "040004")]
    pub sort_code: Option<String>,
    /// Eight digits, for a British account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{8}$", example = "12345678")]
    pub account_number: Option<String>,
    /// An IBAN, instead of sort code and account number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 15, max_length = 42)]
    pub iban: Option<String>,
}
