//! Takes one platform's whole history into a store that does not have it: all of it, or nothing.
//!
//! One transaction. Memory is bounded by a page of the history and SQLite's own cache, which spills
//! into the log; the log grows by what is taken in. That the history is whole in itself, whoever
//! calls has seen; here stands what only this store knows. Start at [`SqliteTruth::import`].

use payments::{Key, OPERATOR, Resource};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};
use store::{Committed, Fault, Head, Journal, Truth};

use super::save::write_head;
use super::{LOG_PAGES, SqliteTruth};
use crate::changes;
use crate::columns::While;
use crate::journal_rows::{append, last_position};
use crate::limits::IMPORT_ROWS;
use crate::resources::{KnownAccounts, as_transaction_name, put_all, put_transaction_name};

const ACTION: &str = "import a platform";
/// So many pages of resources are walked through for one of commands, for each resource has a command.
const PAGES_PER_PAGE: usize = 8;

/// Why a history was not taken in: nothing of it is in the store.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// The store has the platform already.
    #[error("the store has the platform {platform} already")]
    PlatformExists {
        /// Which.
        platform: ledger::PlatformId,
    },
    /// The operator has used the same idempotency key in this store.
    #[error(
        "the operator's idempotency key {key:?} of the command seq {seq} is used in this store already"
    )]
    KeyTaken {
        /// The key.
        key: String,
        /// Whose key it is in the history.
        seq: u64,
    },
    /// An API key of the same id belongs to somebody else here.
    #[error("the API key {id} belongs to another platform of this store")]
    ApiKeyTaken {
        /// Its id.
        id: payments::ids::KeyId,
    },
    /// The history is not of one platform.
    #[error("the history is not of one platform alone: {why}")]
    NotOnePlatform {
        /// Why.
        why: &'static str,
    },
    /// The store or the history failed.
    #[error(transparent)]
    Store(#[from] Fault),
    /// COMMIT failed: whether the platform is there is known when the store is opened again.
    #[error("the outcome of the import is unknown: open the store again to see")]
    OutcomeUnknown {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ImportFault {
    /// Whether the very same import may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::PlatformExists { .. }
            | Self::KeyTaken { .. }
            | Self::ApiKeyTaken { .. }
            | Self::NotOnePlatform { .. }
            | Self::OutcomeUnknown { .. } => false,
            Self::Store(fault) => fault.is_retryable(),
        }
    }
}

impl SqliteTruth {
    /// Appends the history of one platform; returns the store's position after it.
    ///
    /// Takes the writer: its indexes do not know the new rows, and are right again when the store is
    /// opened the next time. `progress` is told how many commands were taken in.
    ///
    /// # Errors
    ///
    /// [`ImportFault`]; nothing was taken in then, but for `OutcomeUnknown`.
    pub fn import(
        mut self,
        history: &mut dyn Journal,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, ImportFault> {
        let head = only_head(history)?;
        let platform = head.platform;
        if self.head(platform)?.is_some() {
            return Err(ImportFault::PlatformExists { platform });
        }
        let behavior = TransactionBehavior::Immediate;
        let transaction = Transaction::new_unchecked(&self.connection, behavior).to(ACTION)?;
        put_resources(&transaction, history, &head)?;
        let position = self.append_commands(history, &head, progress)?;
        write_head(&transaction, &head, 0, Some(head.created_at))?;
        transaction.commit().map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => ImportFault::Store(Fault::Full),
            Some(_) | None => ImportFault::OutcomeUnknown { source: Box::new(error) },
        })?;
        // Nobody reads the log yet, so all of it goes into the file; if not, a later checkpoint does it.
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let left = emptied.map_or_else(|_| LOG_PAGES.get(), |()| 0);
        self.shared.signal.committed(position, left);
        Ok(position)
    }

    fn append_commands(
        &self,
        history: &mut dyn Journal,
        head: &Head,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, ImportFault> {
        let mut position = last_position(&self.connection)?;
        let mut unnamed = Unnamed::default();
        let mut after = 0;
        loop {
            let mut page = history.commands_after(after, IMPORT_ROWS)?;
            let Some(last) = page.last() else { break };
            after = last.position;
            let pages = if after == head.seq { usize::MAX } else { PAGES_PER_PAGE };
            let changed = unnamed.next(history, pages)?;
            for committed in &mut page {
                self.check(committed, head)?;
                position += 1;
                committed.position = position;
            }
            append(&self.connection, &page, changed.as_deref())?;
            progress(after);
        }
        Ok(position)
    }

    /// Invariant 16 over the whole store: a platform's own keys cannot be here, the operator's can.
    fn check(&self, committed: &Committed, head: &Head) -> Result<(), ImportFault> {
        let command = &committed.command;
        if command.platform != head.platform {
            return Err(ImportFault::NotOnePlatform { why: "a command is another's" });
        }
        let Some(caller) = &command.idempotency else { return Ok(()) };
        if caller.scope == head.platform {
            return Ok(());
        }
        if caller.scope != OPERATOR {
            return Err(ImportFault::NotOnePlatform { why: "an idempotency key is another's" });
        }
        match self.find_command(OPERATOR, &caller.key)? {
            None => Ok(()),
            Some(_) => Err(ImportFault::KeyTaken { key: caller.key.clone(), seq: command.seq }),
        }
    }
}

/// The walk through the resources that no journal row names, beside the one through the commands.
#[derive(Default)]
struct Unnamed {
    after: Option<(ledger::PlatformId, Key)>,
    ended: bool,
}

impl Unnamed {
    /// What the next pages have of them, as the bytes of the column `changed`.
    fn next(&mut self, history: &mut dyn Journal, pages: usize) -> Result<Option<Vec<u8>>, Fault> {
        let mut found = Vec::new();
        for _ in 0..pages {
            if self.ended {
                break;
            }
            let page = history.resources_after(self.after.as_ref(), IMPORT_ROWS)?;
            let last = page.last().map(|(platform, resource)| (*platform, resource.key()));
            self.ended = last.is_none();
            self.after = last.or_else(|| self.after.take());
            found.extend(page.into_iter().filter(|(_, resource)| has_no_events(resource)));
        }
        changes::places(found.iter().map(|(platform, resource)| (*platform, resource)))
    }
}

/// Whether an audit record never names it: instructions, and a platform's internal accounts.
const fn has_no_events(resource: &Resource) -> bool {
    match resource {
        Resource::Instruction(_) => true,
        Resource::Account(account) => account.customer.is_none(),
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::BankAccount(_)
        | Resource::Transaction(_)
        | Resource::Hold(_)
        | Resource::Refund(_)
        | Resource::Window(_)
        | Resource::Name(_) => false,
    }
}

fn only_head(history: &mut dyn Journal) -> Result<Head, ImportFault> {
    let mut heads = history.heads()?;
    match (heads.pop(), heads.is_empty()) {
        (Some(head), true) if head.platform != OPERATOR => Ok(head),
        (Some(_), true) => Err(ImportFault::NotOnePlatform { why: "it is the operator's own" }),
        (Some(_) | None, _) => Err(ImportFault::NotOnePlatform { why: "it has not one head" }),
    }
}

fn put_resources(
    connection: &Connection,
    history: &mut dyn Journal,
    head: &Head,
) -> Result<(), ImportFault> {
    let mut after = None;
    loop {
        let page = history.resources_after(after.as_ref(), IMPORT_ROWS)?;
        let Some((platform, last)) = page.last() else { return Ok(()) };
        after = Some((*platform, last.key()));
        if page.iter().any(|(platform, _)| *platform != head.platform) {
            return Err(ImportFault::NotOnePlatform { why: "a resource is another's" });
        }
        put_all(connection, &page, &mut KnownAccounts::default())?;
        for (platform, resource) in &page {
            if let Resource::Name(name) = resource
                && as_transaction_name(&resource.key()).is_some()
            {
                put_transaction_name(connection, *platform, name, None)?;
            }
            if let Resource::ApiKey(key) = resource {
                check_api_key(connection, head, key.id)?;
            }
        }
    }
}

/// A token names its key alone: the same id under two platforms would be nobody's.
fn check_api_key(
    connection: &Connection,
    head: &Head,
    id: payments::ids::KeyId,
) -> Result<(), ImportFault> {
    let sql = "SELECT 1 FROM resources WHERE kind = ?1 AND id = ?2 AND platform_id <> ?3";
    let mut statement = connection.prepare_cached(sql).to(ACTION)?;
    let values = params![payments::Kind::ApiKey.code(), id.as_bytes(), head.platform.as_bytes()];
    let other: Option<i64> = statement.query_row(values, |row| row.get(0)).optional().to(ACTION)?;
    if other.is_some() { Err(ImportFault::ApiKeyTaken { id }) } else { Ok(()) }
}
