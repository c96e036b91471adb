//! Ids of the resources above the ledger; the ledger's own are in `ledger::ids`.
//!
//! Every id is its own type: a customer's id cannot be passed for an account's.

ledger::id! {
    /// A customer of a platform.
    pub struct CustomerId("cus");
    /// A director or owner of a business customer.
    pub struct PersonId("per");
    /// One version of a role.
    pub struct RoleId("rol");
    /// A bank account that money goes to.
    pub struct BankAccountId("ban");
    /// A refund of a transaction.
    pub struct RefundId("rfd");
    /// Money reserved until it is posted, voided or expired.
    pub struct HoldId("hld");
    /// An API key.
    pub struct KeyId("key");
    /// Something that happened to a resource.
    pub struct EventId("evt");
    /// The audit record of one command.
    pub struct AuditId("aud");
}
