//! What every handler shares: the way in, the way to read, clocks and limits.
//!
//! Commands go through the writer; reads go to the read port on threads of their own, bounded, at
//! the writer's position when they arrive. Start at [`Service::command`] and [`Service::read`].

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ledger::{PlatformId, Timestamp};
use payments::ids::KeyId;
use payments::{Blocked, Command, Envelope, Found, Key, Resource, Stop, View};
use processor::{Answer, Group, GroupAnswer, Handle, Mode, Presented, Request};
use rails::SandboxBank;
use store::{Fault, ListQuery, Page, Reads};
use tokio::sync::{Semaphore, oneshot};
use unit::clock::Clock;
use unit::metrics::{Metrics, Stage};
use unit::rate::RateLimiter;

use crate::auth::{Caller, Remembered};
use crate::cursor::CursorKey;
use crate::failure::Failure;
use crate::prefer::Return;
use crate::problems::{not_found, of_answer, of_fault, problem};
use crate::render::CollectionAccounts;
use crate::worker::Wake;

/// The sandbox bank, shared between handlers and the worker.
pub type Bank = Arc<Mutex<SandboxBank>>;

/// What every handler shares.
pub(crate) struct Service {
    pub(crate) writer: Handle,
    pub(crate) reads: Arc<dyn Reads>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mode: store::Mode,
    pub(crate) bank: Option<Bank>,
    pub(crate) accounts: CollectionAccounts,
    pub(crate) cursors: CursorKey,
    pub(crate) rates: RateLimiter<KeyId>,
    /// Looks at keys that are not known to be right, by address.
    pub(crate) guesses: RateLimiter<IpAddr>,
    pub(crate) remembered: Remembered,
    pub(crate) wake: Wake,
    pub(crate) metrics: Arc<Metrics>,
    /// The position of the last command that changed an API key, as far as it went through here.
    pub(crate) keys_changed: Arc<AtomicU64>,
    pub(crate) readers: Arc<Semaphore>,
    /// Idempotency keys, each with its scope, of requests that the sandbox bank is being asked for.
    pub(crate) asking: RwLock<HashSet<(PlatformId, String)>>,
}

/// [`Service`] as handlers hold it.
pub(crate) type Shared = Arc<Service>;

/// A page of resources, each with what blocks its steps besides what it tells itself.
pub(crate) type Listed = Page<(Resource, Vec<Blocked>), [u8; 16]>;

/// What was read so far, as decisions see it.
#[derive(Debug, Default)]
struct Loaded(HashMap<Key, Option<Resource>>);

impl View for Loaded {
    fn find(&self, key: &Key) -> Found<'_> {
        match self.0.get(key) {
            None => Found::Missing,
            Some(None) => Found::Absent,
            Some(Some(resource)) => Found::Present(resource),
        }
    }
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    /// Status and body.
    pub(crate) presented: Presented,
    /// Whether an earlier request with the same key got it first.
    pub(crate) replayed: bool,
    /// How much of it was asked for and is answered.
    pub(crate) answered: Return,
}

impl Done {
    /// All of what there is to answer, for the first time.
    pub(crate) const fn whole(presented: Presented) -> Self {
        Self { presented, replayed: false, answered: Return::Whole }
    }
}

impl Service {
    /// The server's time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.now_micros())
    }

    /// Sends a command, and waits for its answer.
    pub(crate) async fn command(
        &self,
        caller: &Caller,
        envelope: Envelope,
        mode: Mode,
    ) -> Result<Done, Failure> {
        let answer = self.submit(Request { envelope, mode })?;
        self.parsed(caller);
        match answer.await.map_err(|_| problem("outcome_unknown"))? {
            Answer::Kept { presented, replayed, .. } => {
                let mut done = Done { replayed, ..Done::whole(presented) };
                if mode == Mode::ApplyMinimal && !replayed && done.presented.status < 400 {
                    done.answered = Return::Minimal;
                }
                Ok(done)
            }
            Answer::Dry(presented) => Ok(Done::whole(presented)),
            other @ (Answer::Refused(_) | Answer::KeyReused | Answer::Failed(_)) => {
                Err(of_answer(&other))
            }
        }
    }

    /// Sends a group of transactions, and waits for its answer.
    pub(crate) async fn group(
        &self,
        caller: &Caller,
        group: Group,
    ) -> Result<GroupAnswer, Failure> {
        let answer = self.submit_group(group)?;
        self.parsed(caller);
        Ok(answer.await.map_err(|_| problem("outcome_unknown"))?)
    }

    /// Notes that a request stands in the queue now.
    fn parsed(&self, caller: &Caller) {
        if let Some(received_at) = caller.received_at {
            self.metrics.observe_stage(Stage::Parse, received_at.elapsed());
        }
    }

    /// Puts a request in the queue, unless the sandbox bank is being asked under its key. That is held
    /// until it is there, so that whoever asks the bank next finds it.
    fn submit(&self, request: Request) -> Result<oneshot::Receiver<Answer>, Failure> {
        let asking = self.asking.read().unwrap_or_else(PoisonError::into_inner);
        if !matches!(request.envelope.command, Command::SandboxAnswer(_)) {
            refuse_asked(&asking, std::iter::once(&request.envelope))?;
        }
        let changes_keys = changes_keys(&request.envelope.command);
        let concerns_bank = concerns_bank(&request.envelope.command);
        let (reply, answer) = oneshot::channel();
        let (keys_changed, wake) = (Arc::clone(&self.keys_changed), self.wake.clone());
        let taken = self.writer.submit(request, move |answer| {
            if let Answer::Kept { position, .. } = &answer {
                if changes_keys {
                    keys_changed.fetch_max(*position, Ordering::AcqRel);
                }
                if concerns_bank {
                    wake.now();
                }
            }
            // Nobody may be there any more to hear it; what was applied stays applied.
            let _ = reply.send(answer);
        });
        taken.map_err(|_| problem("overloaded"))?;
        Ok(answer)
    }

    /// The same of a group.
    fn submit_group(&self, group: Group) -> Result<oneshot::Receiver<GroupAnswer>, Failure> {
        let asking = self.asking.read().unwrap_or_else(PoisonError::into_inner);
        let requests = std::iter::once(&group.whole).chain(&group.items);
        refuse_asked(&asking, requests.map(|request| &request.envelope))?;
        let concerns_bank = group.items.iter().any(|item| concerns_bank(&item.envelope.command));
        let (reply, answer) = oneshot::channel();
        let wake = self.wake.clone();
        let taken = self.writer.submit_group(group, move |answer| {
            if concerns_bank {
                wake.now();
            }
            // Nobody may be there any more to hear it; what was applied stays applied.
            let _ = reply.send(answer);
        });
        taken.map_err(|_| problem("overloaded"))?;
        Ok(answer)
    }

    /// Waits until nothing can be written any more as made at or before `at`, which is not in the
    /// future: what was made by then never changes.
    pub(crate) async fn close(&self, at: Timestamp) -> Result<(), Failure> {
        let (reply, closed) = oneshot::channel();
        let taken = self.writer.close(at, move || {
            // Nobody may be there any more to hear it.
            let _ = reply.send(());
        });
        taken.map_err(|_| problem("overloaded"))?;
        Ok(closed.await.map_err(|_| problem("outcome_unknown"))?)
    }

    /// Reads what is committed when this is called.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Reads, u64) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_at(self.writer.position(), ask).await
    }

    /// Reads what is committed at `at` or later.
    pub(crate) async fn read_at<T: Send + 'static>(
        &self,
        at: u64,
        ask: impl FnOnce(&dyn Reads, u64) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = Arc::clone(&self.readers).acquire_owned().await;
        let reads = Arc::clone(&self.reads);
        let asked = tokio::task::spawn_blocking(move || {
            let _place = place;
            ask(&*reads, at)
        });
        match asked.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(fault)) => Err(of_fault(&fault)),
            Err(_panicked) => Err(problem("internal").into()),
        }
    }

    /// What blocks the steps of a resource, besides what it tells itself.
    pub(crate) async fn blocks(
        &self,
        platform: PlatformId,
        resource: &Resource,
    ) -> Result<Vec<Blocked>, Failure> {
        // Most need nothing else, and no reader.
        if let Ok(blocks) = payments::blocks(&Loaded::default(), resource) {
            return Ok(blocks);
        }
        let resource = resource.clone();
        let ask = move |reads: &dyn Reads, at| {
            blocks_at((reads, at), platform, &mut Loaded::default(), &resource)
        };
        self.read(ask).await
    }

    /// A page of resources, each with what blocks its steps besides what it tells itself. All that
    /// takes is read at the same position, and once however many of the page need it.
    pub(crate) async fn list(&self, query: ListQuery) -> Result<Listed, Failure> {
        let ask = move |reads: &dyn Reads, at| {
            let Page { items, next } = reads.list(at, &query)?;
            let mut known = Loaded::default();
            let with_blocks = |resource: Resource| {
                let blocks = match query.platform {
                    Some(platform) => blocks_at((reads, at), platform, &mut known, &resource)?,
                    // Of all platforms there are only the platforms themselves, which nothing blocks.
                    None => Vec::new(),
                };
                Ok((resource, blocks))
            };
            let items = items.into_iter().map(with_blocks).collect::<Result<_, Fault>>()?;
            Ok(Page { items, next })
        };
        self.read(ask).await
    }

    /// One resource of a platform that a caller may see.
    pub(crate) async fn resource(
        &self,
        platform: PlatformId,
        key: Key,
        shown: &str,
    ) -> Result<Resource, Failure> {
        let found = self.read(move |reads, at| reads.resource(at, platform, &key)).await?;
        let visible = found.filter(|resource| resource.visible().is_some());
        visible.ok_or_else(|| not_found("resource", shown))
    }

    /// Asks the sandbox bank, on a thread that may wait for its file.
    pub(crate) async fn bank<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut SandboxBank) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let Some(bank) = self.bank.clone().filter(|_| self.mode.is_sandbox()) else {
            return Err(problem("not_a_sandbox").into());
        };
        let asked = tokio::task::spawn_blocking(move || {
            let mut bank = bank.lock().unwrap_or_else(PoisonError::into_inner);
            ask(&mut bank)
        });
        asked.await.map_err(|_panicked| problem("internal").into())
    }
}

/// What blocks the steps of `resource`; what that takes is added to what is `known`. A customer needs
/// its role and its persons, of which there are a few; all others need less.
fn blocks_at(
    (reads, at): (&dyn Reads, u64),
    platform: PlatformId,
    known: &mut Loaded,
    resource: &Resource,
) -> Result<Vec<Blocked>, Fault> {
    loop {
        match payments::blocks(known, resource) {
            Ok(blocks) => return Ok(blocks),
            Err(Stop::Rejected(_)) => return Ok(Vec::new()),
            Err(Stop::Missing(key)) => {
                let found = reads.resource(at, platform, &key)?;
                known.0.insert(key, found);
            }
        }
    }
}

/// Refuses a request whose key the sandbox bank is being asked under.
fn refuse_asked<'e>(
    asking: &HashSet<(PlatformId, String)>,
    mut envelopes: impl Iterator<Item = &'e Envelope>,
) -> Result<(), Failure> {
    let is_asked = |envelope: &Envelope| {
        let used = envelope.idempotency.as_ref();
        used.is_some_and(|used| asking.contains(&(used.scope, used.key.clone())))
    };
    if !asking.is_empty() && envelopes.any(is_asked) {
        return Err(problem("idempotency_key_reused").into());
    }
    Ok(())
}

/// Whether what a command does to API keys must be seen by the next request.
const fn changes_keys(command: &Command) -> bool {
    match command {
        Command::KeyCreate(_) | Command::KeyRotate { .. } => true,
        Command::Update(update) => matches!(update.target, Key::ApiKey(_)),
        Command::Transition(transition) => matches!(transition.target, Key::ApiKey(_)),
        Command::PlatformCreate(_)
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
        | Command::Refund(_)
        | Command::ClockAdvance { .. }
        | Command::RailAnswer { .. }
        | Command::RailNotice(_)
        | Command::HoldExpire { .. }
        | Command::SandboxAnswer(_)
        | Command::Bulk { .. } => false,
    }
}

/// Whether the bank worker has something to do after a command.
const fn concerns_bank(command: &Command) -> bool {
    match command {
        Command::PayOut(_)
        | Command::Refund(_)
        | Command::Transition(_)
        | Command::ClockAdvance { .. }
        | Command::PlatformCreate(_) => true,
        Command::KeyCreate(_)
        | Command::KeyRotate { .. }
        | Command::RoleCreate(_)
        | Command::CustomerCreate(_)
        | Command::PersonCreate(_)
        | Command::AccountCreate(_)
        | Command::BankAccountCreate(_)
        | Command::Pay(_)
        | Command::Expect(_)
        | Command::Charge(_)
        | Command::Adjust(_)
        | Command::Update(_)
        | Command::RailAnswer { .. }
        | Command::RailNotice(_)
        | Command::HoldExpire { .. }
        | Command::SandboxAnswer(_)
        | Command::Bulk { .. } => false,
    }
}
