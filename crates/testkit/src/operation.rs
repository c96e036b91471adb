//! Things to ask of a platform, as plain data: the alphabet of streams.
//!
//! No ids: an operation names what earlier ones made by its place among them ([`Slot`]), so that a
//! stream can be made before anything exists, printed, kept in a test, and played through the
//! processor or over HTTP alike.

/// The place of a thing among those of its kind that a stream has made, from 0; what a
/// [`Stage`](crate::stage) has from the start comes first. [`NOBODY`] and above name nothing.
pub type Slot = usize;

/// The first slot that never names anything.
pub const NOBODY: Slot = 1_000;

/// Money as plain data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Minor units, at most 10^36 − 1.
    pub minor: u128,
    /// The asset's code: one of [`ASSETS`](crate::stage::ASSETS).
    pub asset: &'static str,
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Who asks.
    pub who: Who,
    /// The number of its idempotency key; rails have none.
    pub key: Option<u32>,
    /// What is asked.
    pub action: Action,
}

/// Operations that are asked at once, under a key for the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// The number of the whole's key: those of wholes are apart from those of operations.
    pub key: u32,
    /// What one means for the others.
    pub unity: Unity,
    /// What is asked, in order, each with a key of its own.
    pub items: Vec<Operation>,
}

/// What one item of a bulk request means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unity {
    /// Nothing.
    Each,
    /// All are done, or none.
    All,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A key of the platform.
    Caller,
    /// A key of the provider.
    Operator,
    /// What a rail tells.
    Rail,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Make a customer with one of the stage's roles.
    CreateCustomer {
        /// Its role.
        role: Slot,
    },
    /// Open an account.
    CreateAccount {
        /// Whose.
        customer: Slot,
        /// In which asset.
        asset: &'static str,
    },
    /// Add a bank account.
    CreateBankAccount {
        /// Whose.
        customer: Slot,
        /// Who holds it.
        holder: Holder,
    },
    /// Money comes from a bank.
    Credit {
        /// The number of the bank's credit.
        number: u32,
        /// What the payer quoted.
        quotes: Quotes,
        /// How much.
        amount: Money,
        /// How far the bank is.
        step: Step,
    },
    /// Expect money from a bank.
    Expect {
        /// Who will receive it.
        payee: Slot,
        /// How much.
        amount: Money,
    },
    /// Pay between accounts, at once or with a hold.
    Pay {
        /// Who pays.
        payer: Slot,
        /// How much, gross.
        amount: Money,
        /// Who receives which part.
        parts: Vec<(Slot, Size)>,
        /// Who bears the provider's fee.
        bearer: Bearer,
        /// Reserve for so many seconds from now; may be nonsense.
        hold_seconds: Option<i64>,
    },
    /// Pay out to a bank.
    PayOut {
        /// Who pays.
        payer: Slot,
        /// Where to.
        bank_account: Slot,
        /// How much arrives.
        amount: Money,
        /// Who bears the provider's fee.
        bearer: Bearer,
    },
    /// Refund a transaction.
    Refund {
        /// What.
        transaction: Slot,
        /// How much; all that is left if not said.
        amount: Option<Money>,
        /// Who pays; pro rata if not said.
        paid_by: Option<Vec<(Slot, Money)>>,
        /// Whether the provider's fee goes back too.
        fees: Fees,
    },
    /// End a hold.
    EndHold {
        /// Which.
        hold: Slot,
        /// How.
        to: HoldEnd,
        /// How much is posted; all if not said.
        amount: Option<Money>,
    },
    /// The provider charges an account.
    Charge {
        /// Which.
        account: Slot,
        /// How much.
        amount: Money,
    },
    /// The provider corrects an account.
    Adjust {
        /// Which.
        account: Slot,
        /// Whether it gives or takes.
        direction: Direction,
        /// How much.
        amount: Money,
        /// The internal account on the other side.
        against: Against,
    },
    /// Move an account to another state.
    MoveAccount {
        /// Which.
        account: Slot,
        /// The word of the state.
        to: &'static str,
    },
    /// Move a customer to another state.
    MoveCustomer {
        /// Which.
        customer: Slot,
        /// The word of the state.
        to: &'static str,
    },
    /// Move a transaction to another state.
    MoveTransaction {
        /// Which.
        transaction: Slot,
        /// The word of the state.
        to: &'static str,
        /// Who gets unallocated money.
        account: Option<Slot>,
    },
    /// Move the sandbox clock.
    AdvanceClock {
        /// By so many seconds; may be nonsense.
        seconds: i64,
    },
    /// A rail tells of a payout, a return or a refund. Not over HTTP: there the sandbox bank tells.
    RailSays {
        /// Of what.
        of: Instructed,
        /// What.
        says: Says,
    },
}

/// Who holds a bank account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The customer, by the same name.
    Same,
    /// Somebody of another name.
    Other,
}

/// What a payer quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// The reference of an account.
    Account(Slot),
    /// The reference of expected money.
    Expected(Slot),
    /// Nothing known.
    Nothing,
}

/// How far a bank is with a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It says that it came.
    Notified,
    /// It has booked it.
    Booked,
}

/// How large a part of a split is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many minor units of the payment's asset.
    Fixed(u128),
    /// So many millionths of the gross.
    Share(u32),
    /// What the others leave.
    Remainder,
}

/// Who bears the provider's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// The payer.
    Payer,
    /// The payees.
    Payees,
    /// The platform.
    Platform,
}

/// Whether a refund gives the provider's fee back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fees {
    /// No.
    Kept,
    /// Yes, in proportion.
    Returned,
}

/// How a hold ends by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldEnd {
    /// It is paid.
    Posted,
    /// It is released.
    Voided,
}

/// Whether a correction gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The account gets.
    Gives,
    /// The account loses.
    Takes,
}

/// The other side of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The provider's income.
    Fees,
    /// The provider's losses.
    Loss,
    /// The provider's own money.
    Equity,
}

/// What a rail was told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructed {
    /// A payout, or an attempt, from 1 on, at the return of unallocated money.
    Transaction(Slot, usize),
    /// A refund.
    Refund(Slot),
}

/// What a rail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing: the outcome is unknown.
    NoAnswer,
    /// It has it.
    Accepted,
    /// It will not do it.
    Rejected,
    /// It is done.
    Settled,
    /// It is on the books.
    Booked,
    /// It could not be done.
    Failed,
    /// It came back.
    Returned,
}
