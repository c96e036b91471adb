//! A batch in the making: each request decided on what the ones before it changed.

mod group;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use ledger::{Entry, EntryId, PlatformId, Timestamp};
use payments::audit::{AuditRecord, Touched};
use payments::ids::{AuditId, EventId};
use payments::{
    Change, Command, Context, Decision, Envelope, Found, Key, OPERATOR, Rejected, Resource, Stop,
    View, decide, mint_at,
};
use sha2::{Digest, Sha256};
use store::{Batch, Committed, Fault, Head, StoredCommand, Truth, codec};

use crate::answer::{Answer, Failure, Presented, Presenter};
use crate::cache::Map;
use crate::limits::LOADS_MAX;
use crate::metrics::Observer;
use crate::step::{Mode, Processor, Request, Resources};

/// What came of one request, before the commit.
pub(crate) enum Outcome {
    /// A command of this batch that was applied.
    New(Presented),
    /// A command of this batch that was refused, and why.
    Refused(Presented, Rejected),
    /// A command that was committed before.
    Replay(Presented),
    /// The same key as the request at this place of the batch.
    SameAs(usize),
    /// Nothing to commit, with the word for it.
    Other(Answer, &'static str),
}

impl Outcome {
    /// The word for metrics.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::New(_) => "applied",
            Self::Refused(_, rejected) => rejected.code(),
            Self::Replay(_) | Self::SameAs(_) => "replayed",
            Self::Other(_, word) => word,
        }
    }
}

/// What came of each request of a batch so far, with the code of its command.
pub(crate) type Taken = Vec<(&'static str, Outcome)>;

/// The keys of a batch: which request of it used each, and for what.
type Keys = Map<(PlatformId, String), (usize, [u8; 32])>;

/// Where each resource stands among those that a batch changed.
type Places = Map<(PlatformId, Key), usize>;

/// A batch in the making.
pub(crate) struct Working<'p, T, P, O> {
    processor: &'p mut Processor<T, P, O>,
    now: Timestamp,
    keys: Keys,
    changed: Vec<(PlatformId, Resource)>,
    places: Places,
    heads: Map<PlatformId, (Head, u64)>,
    heads_order: Vec<PlatformId>,
    commands: Vec<Committed>,
    loading: Duration,
}

/// What a decision sees: the batch's changes over what is remembered.
struct Sight<'v> {
    platform: PlatformId,
    changed: &'v [(PlatformId, Resource)],
    places: &'v Places,
    resources: &'v Resources,
}

impl View for Sight<'_> {
    fn find(&self, key: &Key) -> Found<'_> {
        let key = (self.platform, key.clone());
        let changed = self.places.get(&key).and_then(|place| self.changed.get(*place));
        if let Some((_, resource)) = changed {
            return Found::Present(resource);
        }
        match self.resources.peek(&key) {
            None => Found::Missing,
            Some(None) => Found::Absent,
            Some(Some(resource)) => Found::Present(resource),
        }
    }
}

impl<'p, T: Truth, P: Presenter, O: Observer> Working<'p, T, P, O> {
    /// With room for what that many commands usually change.
    pub(crate) fn new(
        processor: &'p mut Processor<T, P, O>,
        now: Timestamp,
        commands: usize,
    ) -> Self {
        Self {
            processor,
            now,
            keys: Map::default(),
            changed: Vec::with_capacity(commands.saturating_mul(2)),
            places: Map::default(),
            heads: Map::default(),
            heads_order: Vec::new(),
            commands: Vec::with_capacity(commands),
            loading: Duration::ZERO,
        }
    }

    /// How long loading took so far.
    pub(crate) const fn loading(&self) -> Duration {
        self.loading
    }

    /// Takes the next request of the batch.
    pub(crate) fn take(&mut self, request: &Request, taken: &mut Taken) -> Result<(), Fault> {
        let outcome = self.outcome(request, taken.len())?;
        taken.push((request.envelope.command.code(), outcome));
        Ok(())
    }

    fn outcome(&mut self, request: &Request, place: usize) -> Result<Outcome, Fault> {
        if request.mode == Mode::DryRun {
            return self.decided(request);
        }
        if let Some(earlier) = self.earlier(&request.envelope)? {
            return Ok(earlier);
        }
        let outcome = self.decided(request)?;
        // What is not kept leaves the key free, also for the next of this batch.
        if matches!(outcome, Outcome::New(_) | Outcome::Refused(..)) {
            self.remember_key(&request.envelope, place);
        }
        Ok(outcome)
    }

    fn remember_key(&mut self, envelope: &Envelope, place: usize) {
        if let Some(used) = &envelope.idempotency {
            self.keys.insert((used.scope, used.key.clone()), (place, used.fingerprint));
        }
    }

    fn decided(&mut self, request: &Request) -> Result<Outcome, Fault> {
        let envelope = self.addressed(&request.envelope)?;
        let (head, at) = self.next(envelope.platform)?;
        let decided = match self.decide(&envelope, at)? {
            Decided::Decision(decision) => Ok(decision),
            Decided::Rejected(rejected) => Err(rejected),
            Decided::Endless => {
                return Ok(Outcome::Other(Answer::Failed(Failure::Internal), "failed"));
            }
        };
        Ok(match (request.mode, decided) {
            (Mode::DryRun, decided) => self.show(&envelope, decided, &head, at),
            (mode, Ok(decision)) => self.apply((&envelope, mode), decision, head, at)?,
            (_, Err(rejected)) if rejected.is_kept() => {
                let presented = self.processor.presenter.refused(&envelope, &rejected);
                self.refuse(&envelope, (presented, rejected), head, at)
            }
            (_, Err(rejected)) => {
                let word = rejected.code();
                Outcome::Other(Answer::Refused(rejected), word)
            }
        })
    }

    /// Where a platform's history ends, and when its next command is made.
    fn next(&mut self, platform: PlatformId) -> Result<(Head, Timestamp), Fault> {
        let head = self.head(platform)?;
        let next = head.created_at.micros().saturating_add(1);
        let at = Timestamp::from_micros(self.now.micros().max(next));
        Ok((head, at))
    }

    /// The batch as the store takes it.
    pub(crate) fn into_batch(self) -> Batch {
        let Self { changed: resources, mut heads, heads_order, commands, .. } = self;
        let heads = heads_order.iter().filter_map(|platform| heads.remove(platform)).collect();
        Batch { commands, resources, heads }
    }

    /// What was answered under the same key, in this batch or before.
    fn earlier(&mut self, envelope: &Envelope) -> Result<Option<Outcome>, Fault> {
        let Some(idempotency) = &envelope.idempotency else { return Ok(None) };
        let reused = || Outcome::Other(Answer::KeyReused, "idempotency_key_reused");
        let at = (idempotency.scope, idempotency.key.clone());
        if let Some((first, fingerprint)) = self.keys.get(&at) {
            let same = *fingerprint == idempotency.fingerprint;
            return Ok(Some(if same { Outcome::SameAs(*first) } else { reused() }));
        }
        let stored = self.processor.truth.command_by_key(idempotency.scope, &idempotency.key)?;
        let Some(stored) = stored else { return Ok(None) };
        let matches = stored
            .idempotency
            .as_ref()
            .is_some_and(|stored| stored.fingerprint == idempotency.fingerprint);
        let StoredCommand { status, body, .. } = stored;
        Ok(Some(if matches { Outcome::Replay(Presented { status, body }) } else { reused() }))
    }

    /// A command that makes a platform is the first of that platform's own history, under a new id.
    fn addressed<'e>(&mut self, envelope: &'e Envelope) -> Result<Cow<'e, Envelope>, Fault> {
        if !matches!(envelope.command, Command::PlatformCreate(_)) {
            return Ok(Cow::Borrowed(envelope));
        }
        let mut at = self.now;
        loop {
            let id = PlatformId::from_bytes(mint_at(OPERATOR, at, 0));
            if self.head(id)?.seq == 0 {
                return Ok(Cow::Owned(Envelope { platform: id, ..envelope.clone() }));
            }
            at = Timestamp::from_micros(at.micros().saturating_add(1));
        }
    }

    fn head(&mut self, platform: PlatformId) -> Result<Head, Fault> {
        if let Some((head, _)) = self.heads.get(&platform) {
            return Ok(head.clone());
        }
        if let Some(head) = self.processor.heads.peek(&platform) {
            return Ok(head.clone());
        }
        let head = self.processor.truth.head(platform)?;
        let head = head.unwrap_or_else(|| Head::genesis(platform));
        if head.seq > 0 {
            self.processor.heads.put(platform, head.clone());
        }
        Ok(head)
    }

    /// Decides, loading what is missing and deciding again.
    fn decide(&mut self, envelope: &Envelope, at: Timestamp) -> Result<Decided, Fault> {
        for _ in 0..LOADS_MAX {
            let sight = Sight {
                platform: envelope.platform,
                changed: &self.changed,
                places: &self.places,
                resources: &self.processor.resources,
            };
            let context = Context {
                view: &sight,
                platform: envelope.platform,
                actor: envelope.actor,
                at,
                sandbox: self.processor.truth.is_sandbox(),
            };
            let missing = match decide(envelope, context) {
                Ok(decision) => return Ok(Decided::Decision(decision)),
                Err(Stop::Rejected(rejected)) => return Ok(Decided::Rejected(rejected)),
                Err(Stop::Missing(key)) => (envelope.platform, key),
            };
            let started = Instant::now();
            let loaded = self.processor.truth.load(std::slice::from_ref(&missing))?;
            self.loading = self.loading.saturating_add(started.elapsed());
            let found = loaded.into_iter().next().flatten().map(Box::new);
            self.processor.resources.put(missing, found);
        }
        Ok(Decided::Endless)
    }

    fn apply(
        &mut self,
        (envelope, mode): (&Envelope, Mode),
        decision: Decision,
        mut head: Head,
        at: Timestamp,
    ) -> Result<Outcome, Fault> {
        let (seq, before) = advance(&mut head, at);
        let entry = entry(&decision, &head, seq, at);
        if let Some(entry) = &entry {
            head.entry_hash = entry.hash;
        }
        for change in &decision.changes {
            if let Resource::Platform(platform) = &change.after {
                head.clock_offset_micros = platform.clock_offset_micros;
            }
        }
        let presenter = &self.processor.presenter;
        let presented = match mode {
            Mode::Apply | Mode::DryRun => presenter.applied(envelope, &decision, entry.as_ref()),
            Mode::ApplyMinimal => presenter.applied_minimal(envelope, &decision),
        };
        let touched = touched(&decision, envelope.platform, at);
        let (before_hash, after_hash) = state_hashes(&decision)?;
        let came = ("applied", before_hash, after_hash);
        let mut audit = self.audit(envelope, (seq, at), came, &presented);
        audit.touched = touched;
        self.record(envelope, (head, before), audit, (entry, presented.clone()));
        for Change { after, .. } in decision.changes {
            let key = (envelope.platform, after.key());
            self.processor.resources.touch(&key);
            match self.places.get(&key).and_then(|place| self.changed.get_mut(*place)) {
                Some((_, changed)) => *changed = after,
                None => {
                    self.places.insert(key, self.changed.len());
                    self.changed.push((envelope.platform, after));
                }
            }
        }
        Ok(Outcome::New(presented))
    }

    fn refuse(
        &mut self,
        envelope: &Envelope,
        (presented, rejected): (Presented, Rejected),
        mut head: Head,
        at: Timestamp,
    ) -> Outcome {
        let (seq, before) = advance(&mut head, at);
        let nothing = Sha256::digest([]).into();
        let audit =
            self.audit(envelope, (seq, at), (rejected.code(), nothing, nothing), &presented);
        self.record(envelope, (head, before), audit, (None, presented.clone()));
        Outcome::Refused(presented, rejected)
    }

    fn show(
        &self,
        envelope: &Envelope,
        decided: Result<Decision, Rejected>,
        head: &Head,
        at: Timestamp,
    ) -> Outcome {
        let presented = match decided {
            Err(rejected) if !rejected.is_kept() => {
                let word = rejected.code();
                return Outcome::Other(Answer::Refused(rejected), word);
            }
            Err(rejected) => self.processor.presenter.refused(envelope, &rejected),
            Ok(decision) => {
                let entry = entry(&decision, head, head.seq.saturating_add(1), at);
                self.processor.presenter.applied(envelope, &decision, entry.as_ref())
            }
        };
        Outcome::Other(Answer::Dry(presented), "dry_run")
    }

    fn audit(
        &self,
        envelope: &Envelope,
        (seq, at): (u64, Timestamp),
        (outcome, before_hash, after_hash): (&str, [u8; 32], [u8; 32]),
        presented: &Presented,
    ) -> AuditRecord {
        AuditRecord {
            id: AuditId::from_bytes(mint_at(envelope.platform, at, 0)),
            platform: envelope.platform,
            seq,
            created_at: at,
            actor: envelope.actor,
            address: envelope.address.clone(),
            request_id: envelope.request_id.clone(),
            command: envelope.command.code().to_owned(),
            outcome: outcome.to_owned(),
            touched: Vec::new(),
            before_hash,
            after_hash,
            answer_hash: Sha256::digest(&presented.body).into(),
            prev_hash: ledger::GENESIS,
            hash: ledger::GENESIS,
        }
    }

    fn record(
        &mut self,
        envelope: &Envelope,
        (mut head, before): (Head, u64),
        mut audit: AuditRecord,
        (entry, presented): (Option<Entry>, Presented),
    ) {
        audit.prev_hash = head.audit_hash;
        audit.hash = audit.digest();
        head.audit_hash = audit.hash;
        let committed = u64::try_from(self.commands.len()).unwrap_or(u64::MAX);
        let position = self.processor.position.saturating_add(committed).saturating_add(1);
        let command = StoredCommand {
            platform: envelope.platform,
            seq: audit.seq,
            created_at: audit.created_at,
            idempotency: envelope.idempotency.clone(),
            status: presented.status,
            body: presented.body,
        };
        self.commands.push(Committed { position, command, audit, entry });
        match self.heads.get_mut(&envelope.platform) {
            Some((known, _)) => *known = head,
            None => {
                self.heads_order.push(envelope.platform);
                self.heads.insert(envelope.platform, (head, before));
            }
        }
    }
}

enum Decided {
    Decision(Decision),
    Rejected(Rejected),
    /// It asks for more than any command may.
    Endless,
}

/// Takes the next seq; answers it, and the one before.
const fn advance(head: &mut Head, at: Timestamp) -> (u64, u64) {
    let before = head.seq;
    head.seq = before.saturating_add(1);
    head.created_at = at;
    (head.seq, before)
}

fn entry(decision: &Decision, head: &Head, seq: u64, at: Timestamp) -> Option<Entry> {
    let draft = decision.entry.as_ref()?;
    let entry = Entry {
        platform: head.platform,
        seq,
        id: EntryId::from_bytes(mint_at(head.platform, at, 0)),
        transaction: draft.transaction,
        transition_no: draft.transition_no,
        created_at: at,
        effective_at: draft.effective_at,
        legs: draft.legs.clone(),
        prev_hash: head.entry_hash,
        hash: ledger::GENESIS,
    };
    Some(entry.sealed())
}

/// The events of a decision: one for each resource that a caller can see and whose version moved.
fn touched(decision: &Decision, platform: PlatformId, at: Timestamp) -> Vec<Touched> {
    let changes = decision.changes.iter().filter_map(|change| {
        let after = change.after.visible()?;
        let before = change.before.as_ref().and_then(Resource::visible);
        let moved = before.is_none_or(|before| before.meta.version != after.meta.version);
        let ours =
            matches!(&change.after, Resource::Account(account) if account.customer.is_none());
        (moved && !ours).then(|| (before.map(|before| before.status.to_owned()), after))
    });
    let event = |index: usize| {
        EventId::from_bytes(mint_at(platform, at, u16::try_from(index).unwrap_or(u16::MAX)))
    };
    changes
        .enumerate()
        .map(|(index, (from, after))| Touched {
            event: event(index),
            kind: after.kind,
            id: after.id,
            version: after.meta.version,
            from,
            to: after.status.to_owned(),
        })
        .collect()
}

/// SHA-256 over what changed, before and after.
fn state_hashes(decision: &Decision) -> Result<([u8; 32], [u8; 32]), Fault> {
    let (mut before, mut after) = (Sha256::new(), Sha256::new());
    let mut buffer = Vec::with_capacity(512);
    for change in &decision.changes {
        if let Some(resource) = &change.before {
            buffer = codec::encode_into("audit_records", resource, buffer)?;
            before.update(&buffer);
        }
        buffer = codec::encode_into("audit_records", &change.after, buffer)?;
        after.update(&buffer);
    }
    Ok((before.finalize().into(), after.finalize().into()))
}
