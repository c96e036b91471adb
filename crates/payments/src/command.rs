//! Everything that can be asked for: one command, and the envelope it comes in.

use ledger::{AccountId, Direction, PlatformId, Timestamp, TransactionId};
use money::{Amount, Asset, PartsPerMillion};
use serde::{Deserialize, Serialize};

use crate::bank::BankDetails;
use crate::ids::{BankAccountId, CustomerId, HoldId, KeyId, RoleId};
use crate::meta::{Labels, LabelsPatch};
use crate::rejected::Rejected;
use crate::resources::{Attempt, Bearer, Capability, CustomerKind, FeeRule, Limit, PersonRole};
use crate::view::Key;

/// A command with who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The platform it is for; [`OPERATOR`] when there is none yet.
    pub platform: PlatformId,
    /// Who asks.
    pub actor: Actor,
    /// From where, as the edge saw it.
    pub address: String,
    /// The request it came with.
    pub request_id: String,
    /// The caller's key, for commands that have one.
    pub idempotency: Option<Idempotency>,
    /// What is asked.
    pub command: Command,
}

/// The reserved platform of commands that belong to none, and of operator keys.
pub const OPERATOR: PlatformId = PlatformId::from_bytes([0; 16]);

/// The caller's key of one request, and what it must match when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose keys: the platform's, or [`OPERATOR`]'s.
    pub scope: PlatformId,
    /// 1 to 255 printable characters.
    pub key: String,
    /// SHA-256 over method, path and canonical body.
    pub fingerprint: [u8; 32],
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// A platform's key.
    Platform(KeyId),
    /// An operator's key.
    Operator(KeyId),
    /// A rail that told something.
    Rail,
    /// The writer itself: what was due.
    Writer,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Platform(key) => write!(f, "platform:{key}"),
            Self::Operator(key) => write!(f, "operator:{key}"),
            Self::Rail => f.write_str("rail"),
            Self::Writer => f.write_str("writer"),
        }
    }
}

impl Actor {
    /// Whether this is the provider, not a platform.
    #[must_use]
    pub const fn is_operator(self) -> bool {
        match self {
            Self::Platform(_) => false,
            Self::Operator(_) | Self::Rail | Self::Writer => true,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a platform, its own customer, its first role and accounts.
    PlatformCreate(PlatformCreate),
    /// Make an API key.
    KeyCreate(KeyCreate),
    /// Replace an API key by a new one, both working for a while.
    KeyRotate {
        /// The key that is replaced.
        key: KeyId,
        /// SHA-256 of the new key's secret.
        secret_hash: [u8; 32],
        /// How long the old key still works, in microseconds.
        overlap_micros: i64,
    },
    /// Make a role, or a new version of one.
    RoleCreate(RoleCreate),
    /// Make a customer.
    CustomerCreate(CustomerCreate),
    /// Add a business person to a customer.
    PersonCreate(PersonCreate),
    /// Open an account.
    AccountCreate(AccountCreate),
    /// Add a bank account to a customer.
    BankAccountCreate(BankAccountCreate),
    /// Pay, at once or with a hold.
    Pay(Pay),
    /// Pay out to a bank.
    PayOut(PayOut),
    /// Expect money from a bank.
    Expect(Expect),
    /// Charge an account.
    Charge(Charge),
    /// Correct an account.
    Adjust(Adjust),
    /// Refund a transaction.
    Refund(RefundCreate),
    /// Change labels and fields of a resource.
    Update(Update),
    /// Move a resource to another state.
    Transition(Transition),
    /// Move the sandbox clock ahead.
    ClockAdvance {
        /// How far, in microseconds.
        micros: i64,
    },
    /// A rail answered an instruction.
    RailAnswer {
        /// Which attempt of which instruction.
        attempt: Attempt,
        /// What was said.
        answer: RailAnswer,
    },
    /// A rail told of something.
    RailNotice(RailNotice),
    /// A hold ran out.
    HoldExpire {
        /// Which.
        hold: HoldId,
    },
    /// The sandbox bank was asked for something, and answered.
    SandboxAnswer(SandboxAnswer),
    /// Many transactions were asked for in one request. It changes nothing itself: each of them is
    /// a command of its own, after this one.
    Bulk {
        /// How many.
        items: usize,
    },
}

/// See [`Command::PlatformCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformCreate {
    /// Its name.
    pub name: String,
    /// The assets its own customer gets accounts in.
    pub assets: Vec<Asset>,
    /// The provider's fees of its first role, `Standard`.
    pub fees: Vec<FeeRule>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::KeyCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCreate {
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// What a role says; may be changed while it is a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleTerms {
    /// The kinds of customers that may have it.
    pub kinds: Vec<CustomerKind>,
    /// What it grants.
    pub capabilities: Vec<Capability>,
    /// What the provider charges.
    pub fees: Vec<FeeRule>,
    /// Where it ends.
    pub limits: Vec<Limit>,
    /// Whether an operator must look first.
    pub review_required: bool,
}

/// See [`Command::RoleCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleCreate {
    /// The role's name; a name that exists makes its next version.
    pub name: String,
    /// What it says.
    pub terms: RoleTerms,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::CustomerCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerCreate {
    /// What kind.
    pub kind: CustomerKind,
    /// Full or legal name.
    pub name: String,
    /// Where to write to.
    pub email: Option<String>,
    /// Its role; the platform's default if not said.
    pub role: Option<RoleId>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::PersonCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCreate {
    /// The business.
    pub customer: CustomerId,
    /// Full name.
    pub name: String,
    /// What the person is to it.
    pub roles: Vec<PersonRole>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::AccountCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCreate {
    /// Whose.
    pub customer: CustomerId,
    /// In which asset.
    pub asset: Asset,
    /// What its owner calls it.
    pub name: String,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::BankAccountCreate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccountCreate {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub details: BankDetails,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::Pay`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// Who pays.
    pub payer: AccountId,
    /// How much, gross.
    pub amount: Amount,
    /// Who receives which part.
    pub parts: Vec<Part>,
    /// Who bears the provider's fee.
    pub bearer: Bearer,
    /// What payer and payees read.
    pub reference: String,
    /// The caller's words.
    pub description: Option<String>,
    /// When it happened, if not now.
    pub effective_at: Option<Timestamp>,
    /// Reserve until then instead of paying at once, in business time.
    pub hold_until: Option<Timestamp>,
    /// Labels.
    pub labels: Labels,
}

/// One payee of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Who receives.
    pub account: AccountId,
    /// Which part of the gross.
    pub size: PartSize,
}

/// How large a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartSize {
    /// So much.
    Fixed(Amount),
    /// So many millionths of the gross.
    Share(PartsPerMillion),
    /// What the others leave.
    Remainder,
}

/// See [`Command::PayOut`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayOut {
    /// Who pays.
    pub payer: AccountId,
    /// How much arrives.
    pub amount: Amount,
    /// Where.
    pub bank_account: BankAccountId,
    /// Who bears the provider's fee.
    pub bearer: Bearer,
    /// What the beneficiary reads.
    pub reference: String,
    /// The caller's words.
    pub description: Option<String>,
    /// How the sandbox bank should behave, in the rail's words.
    pub behaviour: Option<String>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::Expect`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Who will receive.
    pub payee: AccountId,
    /// How much.
    pub amount: Amount,
    /// What the payer must quote; made up if not said.
    pub reference: Option<String>,
    /// The caller's words.
    pub description: Option<String>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::Charge`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Who pays.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
    /// What for.
    pub reference: String,
    /// The caller's words.
    pub description: Option<String>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::Adjust`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjust {
    /// Which account.
    pub account: AccountId,
    /// Credit gives to it, debit takes from it.
    pub direction: Direction,
    /// How much.
    pub amount: Amount,
    /// The internal account on the other side.
    pub against: ledger::Chart,
    /// What for.
    pub reference: String,
    /// The caller's words.
    pub description: Option<String>,
    /// When it happened, if not now.
    pub effective_at: Option<Timestamp>,
    /// Labels.
    pub labels: Labels,
}

/// See [`Command::Refund`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundCreate {
    /// What is refunded.
    pub transaction: TransactionId,
    /// How much; all that is left if not said.
    pub amount: Option<Amount>,
    /// Who pays; pro rata if not said.
    pub legs: Option<Vec<(AccountId, Amount)>>,
    /// Whether the provider's fee goes back too.
    pub fees: FeeReturn,
    /// Why.
    pub reason: Option<String>,
    /// How the sandbox bank should behave, in the rail's words.
    pub behaviour: Option<String>,
    /// Labels.
    pub labels: Labels,
}

/// Whether a refund gives the provider's fee back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeeReturn {
    /// The provider keeps it.
    Kept,
    /// It goes back, in proportion.
    Returned,
}

/// See [`Command::Update`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What is changed.
    pub target: Key,
    /// The version the caller saw.
    pub expected: u64,
    /// Tags and annotations.
    pub labels: LabelsPatch,
    /// Its own fields.
    pub fields: FieldsPatch,
}

/// The fields of resources that an update may change; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldsPatch {
    /// The name.
    pub name: Option<String>,
    /// Where to write to.
    pub email: Option<Option<String>>,
    /// The caller's words.
    pub description: Option<Option<String>>,
    /// A customer's role.
    pub role: Option<RoleId>,
    /// A platform's default role.
    pub default_role: Option<RoleId>,
    /// A draft role's terms, each one that changes.
    pub terms: RoleTermsPatch,
}

/// How an update changes a role's terms; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleTermsPatch {
    /// The kinds of customers that may have it.
    pub kinds: Option<Vec<CustomerKind>>,
    /// What it grants.
    pub capabilities: Option<Vec<Capability>>,
    /// What the provider charges.
    pub fees: Option<Vec<FeeRule>>,
    /// Where it ends.
    pub limits: Option<Vec<Limit>>,
    /// Whether an operator must look first.
    pub review_required: Option<bool>,
}

/// See [`Command::Transition`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// What moves.
    pub target: Key,
    /// Where to.
    pub to: String,
    /// The version the caller saw, if it said.
    pub expected: Option<u64>,
    /// Why, as a word.
    pub reason_code: Option<String>,
    /// Why, in words.
    pub note: Option<String>,
    /// The account that unallocated money is assigned to.
    pub account: Option<AccountId>,
    /// How much of a hold is posted; all if not said.
    pub amount: Option<Amount>,
}

/// What a rail said when it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RailAnswer {
    /// It has it, under this id.
    Accepted {
        /// The rail's id.
        bank_id: String,
    },
    /// It will not do it.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Nothing: neither success nor failure.
    NoAnswer,
}

/// See [`Command::SandboxAnswer`]. It changes nothing here: what the bank did is in its own books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxAnswer {
    /// What was asked for.
    pub asked: SandboxAsked,
    /// What the bank said, as it is answered; or why it was refused.
    pub said: Result<String, Rejected>,
}

/// What the sandbox bank may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxAsked {
    /// To let money arrive.
    Credit,
    /// To decide what becomes of a payout.
    Outcome,
    /// To go wrong now and then.
    Faults,
    /// To forget what it had planned.
    Reset,
}

/// What a rail tells of by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RailNotice {
    /// Money came in, or was booked on the safeguarding account.
    Credit {
        /// The bank's id of the credit.
        bank_id: String,
        /// How much.
        amount: Amount,
        /// What the payer quoted.
        reference: String,
        /// Who paid.
        payer: BankDetails,
        /// Whether this is its booking.
        step: CreditStep,
    },
    /// An instruction was carried out.
    Settled {
        /// Which attempt of which instruction.
        attempt: Attempt,
        /// The rail's id.
        bank_id: String,
    },
    /// It was booked on the safeguarding account.
    Booked {
        /// Which attempt of which instruction.
        attempt: Attempt,
    },
    /// It was refused after it was accepted.
    Failed {
        /// Which attempt of which instruction.
        attempt: Attempt,
        /// Why.
        reason: String,
    },
    /// The money came back, on the safeguarding account.
    Returned {
        /// Which attempt of which instruction.
        attempt: Attempt,
        /// Why.
        reason: String,
    },
}

/// How far a credit is at the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditStep {
    /// The bank says it came.
    Notified,
    /// The bank has booked it.
    Booked,
}

impl Command {
    /// The word for it in audit records.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PlatformCreate(_) => "platform.create",
            Self::KeyCreate(_) => "key.create",
            Self::KeyRotate { .. } => "key.rotate",
            Self::RoleCreate(_) => "role.create",
            Self::CustomerCreate(_) => "customer.create",
            Self::PersonCreate(_) => "person.create",
            Self::AccountCreate(_) => "account.create",
            Self::BankAccountCreate(_) => "bank_account.create",
            Self::Pay(Pay { hold_until: None, .. }) => "payment.create",
            Self::Pay(Pay { hold_until: Some(_), .. }) => "hold.create",
            Self::PayOut(_) => "payout.create",
            Self::Expect(_) => "payment.expect",
            Self::Charge(_) => "fee.create",
            Self::Adjust(_) => "adjustment.create",
            Self::Refund(_) => "refund.create",
            Self::Update(_) => "resource.update",
            Self::Transition(_) => "resource.transition",
            Self::ClockAdvance { .. } => "clock.advance",
            Self::RailAnswer { .. } => "rail.answer",
            Self::RailNotice(_) => "rail.notice",
            Self::HoldExpire { .. } => "hold.expire",
            Self::Bulk { .. } => "transaction.bulk",
            Self::SandboxAnswer(answer) => match answer.asked {
                SandboxAsked::Credit => "sandbox.credit",
                SandboxAsked::Outcome => "sandbox.outcome",
                SandboxAsked::Faults => "sandbox.faults",
                SandboxAsked::Reset => "sandbox.reset",
            },
        }
    }
}
