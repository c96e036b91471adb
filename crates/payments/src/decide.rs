//! What each command does: one function a command, a file a resource.
//!
//! Checks stand in the order of [`Rejected`](crate::Rejected): form, existence, version, state,
//! rules, limits, balances. Balances are the ledger's, checked last, when the draft is finished.

mod accounts;
mod bank_accounts;
pub(crate) mod blocks;
mod charge;
mod checks;
pub(crate) mod customers;
mod fees;
mod holds;
mod inbound;
mod keys;
mod parts;
mod pay;
mod payout;
mod platforms;
mod rails;
mod refunds;
mod roles;
pub(crate) mod transitions;
mod updates;
mod usage;

use crate::command::{Command, Envelope, Transition, Update};
use crate::draft::{Context, Decision, Draft, Subject};
use crate::view::{Key, Stop};

/// Decides a command on what `context` shows; stores nothing, and is safe to ask again.
///
/// # Errors
///
/// [`Stop::Missing`] when something must be loaded first, [`Stop::Rejected`] when the domain says no.
///
/// # Panics
///
/// If a decision makes an entry that the ledger calls malformed: a bug here.
pub fn decide(envelope: &Envelope, context: Context<'_>) -> Result<Decision, Stop> {
    let draft = Draft::new(context, subject(&envelope.command))?;
    match &envelope.command {
        Command::PlatformCreate(command) => platforms::create(draft, command),
        Command::KeyCreate(command) => keys::create(draft, command),
        Command::KeyRotate { key, secret_hash, overlap_micros } => {
            keys::rotate(draft, *key, *secret_hash, *overlap_micros)
        }
        Command::RoleCreate(command) => roles::create(draft, command),
        Command::CustomerCreate(command) => customers::create(draft, command),
        Command::PersonCreate(command) => customers::person_create(draft, command),
        Command::AccountCreate(command) => accounts::create(draft, command),
        Command::BankAccountCreate(command) => bank_accounts::create(draft, command),
        Command::Pay(command) => pay::pay(draft, command),
        Command::PayOut(command) => payout::pay_out(draft, command),
        Command::Expect(command) => inbound::expect(draft, command),
        Command::Charge(command) => charge::charge(draft, command),
        Command::Adjust(command) => charge::adjust(draft, command),
        Command::Refund(command) => refunds::create(draft, command),
        Command::Update(command) => updates::update(draft, command),
        Command::Transition(command) => transitions::transition(draft, command),
        Command::ClockAdvance { micros } => platforms::clock_advance(draft, *micros),
        Command::RailAnswer { attempt, answer } => rails::answer(draft, *attempt, answer),
        Command::RailNotice(notice) => rails::notice(draft, notice),
        Command::HoldExpire { hold } => holds::expire(draft, *hold),
        Command::SandboxAnswer(answer) => platforms::sandbox_answer(draft, answer),
        Command::Bulk { .. } => platforms::bulk(draft),
    }
}

/// What must be there for a command: its platform, unless it makes one; keys are the operator's too.
const fn subject(command: &Command) -> Subject {
    match command {
        Command::PlatformCreate(_) => Subject::New,
        Command::SandboxAnswer(_) => Subject::Past,
        Command::KeyCreate(_)
        | Command::KeyRotate { .. }
        | Command::Update(Update { target: Key::ApiKey(_), .. })
        | Command::Transition(Transition { target: Key::ApiKey(_), .. }) => Subject::Key,
        Command::RoleCreate(_)
        | Command::CustomerCreate(_)
        | Command::PersonCreate(_)
        | Command::AccountCreate(_)
        | Command::BankAccountCreate(_)
        | Command::Pay(_)
        | Command::PayOut(_)
        | Command::Expect(_)
        | Command::Charge(_)
        | Command::Adjust(_)
        | Command::Refund(_)
        | Command::Update(_)
        | Command::Transition(_)
        | Command::ClockAdvance { .. }
        | Command::RailAnswer { .. }
        | Command::RailNotice(_)
        | Command::HoldExpire { .. }
        | Command::Bulk { .. } => Subject::Platform,
    }
}
