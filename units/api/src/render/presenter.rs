//! The answers that the writer keeps: made from decisions and refusals alone.
//!
//! Runs on the writer's thread, so it asks nobody. The one thing it looks up is the platform's
//! collection account, which never changes once it is known, and is made known before the command.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use api::transaction::MinimalTransaction;
use ledger::{AccountId, Entry, PlatformId};
use money::Asset;
use payments::command::{SandboxAnswer, SandboxAsked};
use payments::resources::{Account, Platform};
use payments::states::TransactionStatus;
use payments::{Command, Decision, Envelope, Rejected, Resource, id_text};
use processor::{Presented, Presenter};
use unit::problems::instance;

use super::{Viewer, Wire, json, legs, resource, time};
use crate::problems::{of_item, of_rejected};

/// The collection accounts that were asked for so far, by platform and asset.
#[derive(Debug, Clone, Default)]
pub struct CollectionAccounts(Arc<RwLock<Known>>);

type Known = HashMap<(PlatformId, Asset), api::bank::BankDetails>;

impl CollectionAccounts {
    /// Makes one known.
    pub(crate) fn put(&self, of: (PlatformId, Asset), details: api::bank::BankDetails) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(of, details);
    }

    /// One that is known.
    pub(crate) fn get(&self, of: (PlatformId, Asset)) -> Option<api::bank::BankDetails> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&of).cloned()
    }
}

/// Puts outcomes into the words of the wire.
#[derive(Debug, Clone, Default)]
pub struct ApiPresenter {
    accounts: CollectionAccounts,
}

impl ApiPresenter {
    /// Shows the collection accounts that `accounts` knows.
    #[must_use]
    pub const fn new(accounts: CollectionAccounts) -> Self {
        Self { accounts }
    }
}

impl Presenter for ApiPresenter {
    fn applied(&self, envelope: &Envelope, decision: &Decision, _: Option<&Entry>) -> Presented {
        let status = if creates(&envelope.command) { 201 } else { 200 };
        Presented { status, body: self.body(envelope, decision) }
    }

    fn applied_minimal(&self, envelope: &Envelope, decision: &Decision) -> Presented {
        let Some(shown) = decision.answered().and_then(Resource::visible) else {
            return self.applied(envelope, decision, None);
        };
        let body = json(&MinimalTransaction {
            id: id_text(shown.kind, shown.id).into(),
            status: shown.status.to_owned(),
            version: shown.meta.version,
        });
        let status = if creates(&envelope.command) { 201 } else { 200 };
        Presented { status, body }
    }

    fn refused(&self, envelope: &Envelope, rejected: &Rejected) -> Presented {
        let problem = of_rejected(rejected).instance(instance(&envelope.request_id));
        Presented { status: problem.status, body: problem.to_json() }
    }

    fn refused_for(&self, whole: &Envelope, item: usize, rejected: &Rejected) -> Presented {
        let problem = of_item(item, of_rejected(rejected)).instance(instance(&whole.request_id));
        Presented { status: problem.status, body: problem.to_json() }
    }
}

impl ApiPresenter {
    fn body(&self, envelope: &Envelope, decision: &Decision) -> Vec<u8> {
        if let Command::SandboxAnswer(SandboxAnswer { said: Ok(said), .. }) = &envelope.command {
            return said.clone().into_bytes();
        }
        if let Command::Bulk { items } = &envelope.command {
            return format!("{{\"items\":{items}}}").into_bytes();
        }
        let viewer = if envelope.actor.is_operator() { Viewer::Operator } else { Viewer::Platform };
        let answered = decision.answered();
        if let (Command::ClockAdvance { .. }, Some(Resource::Platform(platform))) =
            (&envelope.command, answered)
        {
            return json(&clock(platform, platform.meta.updated_at));
        }
        let Some(mut wire) = answered.and_then(|answered| resource(answered, viewer)) else {
            // A rail that repeats itself changes nothing and shows nothing.
            return b"{}".to_vec();
        };
        if let Some(Resource::Transaction(transaction)) = answered
            && let Wire::Transaction(shown) = &mut wire
            && transaction.status == TransactionStatus::Created
        {
            shown.pay_to = self.accounts.get((envelope.platform, transaction.amount.asset()));
        }
        let wire = wire.with_blocks(&decision.blocks);
        let wire = match &decision.entry {
            Some(entry) => wire.with_legs(legs(&entry.legs, &accounts(decision))),
            None => wire,
        };
        json(&wire)
    }
}

/// The accounts that a decision changed, which are all that its legs name.
fn accounts(decision: &Decision) -> BTreeMap<AccountId, Account> {
    let account = |change: &payments::Change| match &change.after {
        Resource::Account(account) => Some((account.ledger.id, account.clone())),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Transaction(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Instruction(_)
        | Resource::Window(_)
        | Resource::Name(_) => None,
    };
    decision.changes.iter().filter_map(account).collect()
}

/// A platform's sandbox clock at a reading of the server's.
pub(crate) fn clock(platform: &Platform, at: ledger::Timestamp) -> api::platform::SandboxClock {
    api::platform::SandboxClock {
        business_time: time(platform.business_time(at)),
        server_time: time(at),
        offset_seconds: u64::try_from(platform.clock_offset_micros).unwrap_or(0) / 1_000_000,
    }
}

/// Whether a command makes the resource that its answer shows.
const fn creates(command: &Command) -> bool {
    match command {
        Command::PlatformCreate(_)
        | Command::KeyCreate(_)
        | Command::KeyRotate { .. }
        | Command::RoleCreate(_)
        | Command::CustomerCreate(_)
        | Command::PersonCreate(_)
        | Command::AccountCreate(_)
        | Command::BankAccountCreate(_)
        | Command::Pay(_)
        | Command::PayOut(_)
        | Command::Expect(_)
        | Command::Charge(_)
        | Command::Adjust(_)
        | Command::Refund(_) => true,
        Command::SandboxAnswer(answer) => matches!(answer.asked, SandboxAsked::Credit),
        Command::Update(_)
        | Command::Transition(_)
        | Command::ClockAdvance { .. }
        | Command::RailAnswer { .. }
        | Command::RailNotice(_)
        | Command::HoldExpire { .. }
        | Command::Bulk { .. } => false,
    }
}
