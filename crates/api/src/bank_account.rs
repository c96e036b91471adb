//! Bank accounts: where customers are paid out to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bank::BankDetails;
use crate::id::{BankAccountId, CustomerId};

resource! {
    /// A customer's account at a bank.
    pub struct BankAccount in BankAccountList {
        /// Its id.
        pub id: BankAccountId,
        /// Whose it is.
        pub customer: CustomerId,
        /// Holder, and sort code with number or IBAN.
        pub bank: BankDetails,
        /// Whether the holder's name is the customer's.
        pub name_check: NameCheck,
        /// `unverified`, `verified`, `disabled` or `archived`.
        #[schema(example = "verified")]
        pub status: String,
    }
}

/// What the payee-name check said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

creation! {
    /// Adds a bank account to a customer.
    pub struct CreateBankAccount {
        /// Whose it is.
        pub customer: CustomerId,
        /// Holder, and sort code with number or IBAN.
        pub bank: BankDetails,
    }
}

patch! {
    /// Changes the labels of a bank account.
    pub struct UpdateBankAccount {}
}
