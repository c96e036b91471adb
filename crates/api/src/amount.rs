//! Amounts as the wire has them: a decimal string with its asset, never a JSON number.
//!
//! Whether the decimal fits its asset is checked by [`Amount::read`].

use money::AmountError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money: a decimal string with its asset.
///
/// At most as many decimals as the asset has; no sign, no exponent, no leading zeros. Never a
/// JSON number, so that no library rounds it on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// The decimal.
    #[schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$", max_length = 68, example = "10.50")]
    pub value: String,
    /// The code of a currency of ISO 4217, or of a well-known coin or token.
    #[schema(pattern = "^[A-Z0-9]{2,12}$", example = "GBP")]
    pub asset: String,
}

/// An amount that may be below zero: balances of accounts that grow on the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedAmount {
    /// The decimal, with a minus if it is below zero.
    #[schema(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", example = "10.50")]
    pub value: String,
    /// The code of the asset.
    #[schema(pattern = "^[A-Z0-9]{2,12}$", example = "GBP")]
    pub asset: String,
}

/// What an account holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// What is posted: what the account holds.
    pub posted: SignedAmount,
    /// What may be spent now: posted, less what is reserved to go out.
    pub available: SignedAmount,
    /// What is reserved to come in.
    pub pending_in: SignedAmount,
    /// What is reserved to go out.
    pub pending_out: SignedAmount,
}

/// Why an [`Amount`] is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Nobody knows the asset.
    AssetUnknown,
    /// The decimal does not fit the asset.
    Value(AmountError),
}

impl Amount {
    /// The amount it stands for.
    ///
    /// # Errors
    ///
    /// [`Unreadable`]: first the asset, then the value.
    pub fn read(&self) -> Result<money::Amount, Unreadable> {
        let asset = money::Asset::known(&self.asset).ok_or(Unreadable::AssetUnknown)?;
        money::Amount::parse(&self.value, asset).map_err(Unreadable::Value)
    }
}

impl From<money::Amount> for Amount {
    fn from(amount: money::Amount) -> Self {
        Self { value: amount.decimal(), asset: amount.asset().code().to_owned() }
    }
}

impl From<money::Signed> for SignedAmount {
    fn from(amount: money::Signed) -> Self {
        Self { value: amount.decimal(), asset: amount.asset().code().to_owned() }
    }
}
