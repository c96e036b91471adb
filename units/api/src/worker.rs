//! The bank worker: takes written instructions to the bank, and what the bank tells to the writer.
//!
//! One thread. Repetition is harmless: the bank knows a key again, and the writer knows an event
//! again; so the file that says how far it got is a cache. Every event of the bank is fed in the
//! order of its number: the domain takes them in any.
//!
//! Start at [`BankWorker::start`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::PlatformId;
use payments::command::RailAnswer;
use payments::resources::{Instruction, InstructionState};
use payments::{Actor, Command, Envelope, Idempotency, Kind, Resource};
use processor::{Answer, Handle, Mode, Request};
use rails::{Rail, RailEvent, SandboxBank, Submission};
use sha2::{Digest, Sha256};
use store::{Filter, ListQuery, Reads};
use tokio::sync::watch;
use unit::clock::Clock;

use crate::limits::{ASIDE_MAX, INSTRUCTIONS_MAX, PAGE_MAX, WORKER_PAGE, WORKER_PLATFORMS_MAX};
use crate::notices::notice;
use crate::sandbox::{cut, to_rail};
use crate::service::Bank;

/// How often it looks by itself.
const TICK: Duration = Duration::from_millis(100);
/// How old the list of platforms may be, unless somebody asks.
const PLATFORMS_AGE: Duration = Duration::from_secs(1);
/// The first wait before an instruction without an answer is sent again; doubled each time.
const RETRY: Duration = Duration::from_secs(2);
/// The longest such wait.
const RETRY_MAX: Duration = Duration::from_secs(60);
/// How long a request waits for the worker to have looked.
const PASS: Duration = Duration::from_secs(1);

/// Tells the worker to look now, and hears when it has.
#[derive(Debug, Clone)]
pub(crate) struct Wake(Arc<Bell>);

#[derive(Debug)]
struct Bell {
    state: Mutex<Asked>,
    rung: Condvar,
    done: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Asked {
    count: u64,
    taken: u64,
    stop: bool,
}

impl Wake {
    pub(crate) fn new() -> Self {
        let (state, rung) = (Mutex::default(), Condvar::new());
        Self(Arc::new(Bell { state, rung, done: watch::Sender::new(0) }))
    }

    /// Lets the worker look now.
    pub(crate) fn now(&self) -> u64 {
        let mut asked = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        asked.count += 1;
        self.0.rung.notify_one();
        asked.count
    }

    /// Lets the worker look, and waits until it has, or for a second.
    pub(crate) async fn pass(&self) {
        let mut done = self.0.done.subscribe();
        let asked = self.now();
        // A worker that takes longer tells nobody: what it does will be seen later.
        let _ = tokio::time::timeout(PASS, done.wait_for(|done| *done >= asked)).await;
    }

    fn stop(&self) {
        let mut asked = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        asked.stop = true;
        self.0.rung.notify_one();
    }

    /// Waits until somebody asks, or for a tick; `None` when it is time to end.
    fn wait(&self) -> Option<u64> {
        let asked = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |asked: &mut Asked| asked.count == asked.taken && !asked.stop;
        let waited = self.0.rung.wait_timeout_while(asked, TICK, idle);
        let (mut asked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        asked.taken = asked.count;
        (!asked.stop).then_some(asked.count)
    }
}

/// What the worker needs.
pub(crate) struct Parts {
    pub(crate) writer: Handle,
    pub(crate) reads: Arc<dyn Reads>,
    pub(crate) bank: Bank,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wake: Wake,
    /// Where it keeps how far it got.
    pub(crate) cursor: PathBuf,
}

/// The worker's thread.
pub(crate) struct BankWorker {
    thread: JoinHandle<()>,
    wake: Wake,
}

impl BankWorker {
    /// Starts it.
    pub(crate) fn start(parts: Parts) -> std::io::Result<Self> {
        let wake = parts.wake.clone();
        let worker = Worker::new(parts);
        let thread =
            std::thread::Builder::new().name("bank".to_owned()).spawn(move || worker.run())?;
        Ok(Self { thread, wake })
    }

    /// Ends it after what it is doing.
    pub(crate) fn stop(self) {
        self.wake.stop();
        if self.thread.join().is_err() {
            tracing::error!("the bank worker ended in a panic");
        }
    }
}

struct Worker {
    parts: Parts,
    /// The last event that was told.
    told: u64,
    /// What the file says of that.
    saved: u64,
    /// Events that fail by themselves, by number, and when they were last tried.
    aside: BTreeMap<u64, RailEvent>,
    aside_at: Option<Instant>,
    /// When to send again what had no answer, by its key.
    retries: HashMap<String, (Instant, Duration)>,
    platforms: Vec<(PlatformId, i64)>,
    /// The position that the list of platforms was read at, and when that was.
    listed: Option<u64>,
    found: Option<Instant>,
    /// The last request to look that the list of platforms is as new as.
    asked: u64,
    /// The position that everything was seen at.
    position: Option<u64>,
}

impl Worker {
    fn new(parts: Parts) -> Self {
        let kept = std::fs::read_to_string(&parts.cursor);
        let told: Option<u64> = kept.ok().and_then(|text| text.trim().parse().ok());
        // What lies ahead of the bank is of another one.
        let last = parts.bank.lock().unwrap_or_else(PoisonError::into_inner).last_number();
        let told = told.filter(|told| *told <= last).unwrap_or(0);
        Self {
            parts,
            told,
            saved: told,
            aside: BTreeMap::new(),
            aside_at: None,
            retries: HashMap::new(),
            platforms: Vec::new(),
            listed: None,
            found: None,
            asked: 0,
            position: None,
        }
    }

    fn run(mut self) {
        while let Some(asked) = self.parts.wake.wait() {
            self.pass(asked);
            self.parts.wake.0.done.send_replace(asked);
        }
    }

    fn pass(&mut self, asked: u64) {
        let position = self.parts.writer.position();
        let moved = self.position != Some(position);
        let mut seen = Fed::Done;
        if self.listed != Some(position) && (self.asked != asked || self.is_list_old()) {
            seen = self.find_platforms(position);
        }
        if seen == Fed::Done {
            self.asked = asked;
        }
        let due = self.retries.values().any(|(at, _)| *at <= Instant::now());
        if (moved || due) && self.submit_all(position) != Fed::Done {
            seen = Fed::NotNow;
        }
        // What could not be read is read again at the next tick.
        self.position = (seen == Fed::Done).then_some(position);
        self.advance();
        self.tell_all();
        self.save();
    }

    fn bank(&self) -> std::sync::MutexGuard<'_, SandboxBank> {
        self.parts.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find_platforms(&mut self, at: u64) -> Fed {
        let (mut platforms, mut before) = (Vec::new(), None);
        while platforms.len() < WORKER_PLATFORMS_MAX {
            let query = ListQuery {
                platform: None,
                kind: Kind::Platform,
                filter: Filter::default(),
                before,
                limit: PAGE_MAX,
            };
            let page = match self.parts.reads.list(at, &query) {
                Ok(page) => page,
                Err(error) => {
                    warn("the bank worker cannot list platforms", &error);
                    return Fed::NotNow;
                }
            };
            platforms.extend(page.items.iter().filter_map(|resource| {
                let Resource::Platform(platform) = resource else { return None };
                Some((platform.id, platform.clock_offset_micros))
            }));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        self.platforms = platforms;
        self.listed = Some(at);
        self.found = Some(Instant::now());
        Fed::Done
    }

    fn is_list_old(&self) -> bool {
        self.found.is_none_or(|found| found.elapsed() >= PLATFORMS_AGE)
    }

    /// Lets the bank know the time of every platform.
    fn advance(&self) {
        for (platform, offset) in &self.platforms {
            let now = self.parts.clock.now_micros().saturating_add(*offset);
            let advanced = self.bank().advance(&platform.to_string(), now);
            if let Err(error) = advanced {
                warn("the sandbox bank cannot move on", &error);
            }
        }
    }

    fn submit_all(&mut self, position: u64) -> Fed {
        let found = match self.parts.reads.instructions(position, INSTRUCTIONS_MAX) {
            Ok(found) => found,
            Err(error) => {
                warn("the bank worker cannot read instructions", &error);
                return Fed::NotNow;
            }
        };
        let open: HashSet<String> = found.iter().map(|(_, it)| it.rail_key()).collect();
        self.retries.retain(|key, _| open.contains(key));
        for (platform, instruction) in &found {
            let waits = self.retries.get(&instruction.rail_key());
            if waits.is_none_or(|(at, _)| *at <= Instant::now()) {
                self.submit(*platform, instruction);
            }
        }
        Fed::Done
    }

    fn submit(&mut self, platform: PlatformId, instruction: &Instruction) {
        let key = instruction.rail_key();
        let words = instruction.behaviour.as_deref();
        let sent = rails::Instruction {
            key: key.clone(),
            platform: platform.to_string(),
            amount: instruction.amount,
            reference: cut(&instruction.reference, rails::TEXT_BYTES_MAX).to_owned(),
            beneficiary: to_rail(&instruction.beneficiary),
            behaviour: words.and_then(|words| serde_json::from_str(words).ok()),
        };
        let submission = self.bank().submit(&sent);
        let (word, answer) = match submission {
            Submission::Accepted { bank_id } => ("accepted", RailAnswer::Accepted { bank_id }),
            Submission::Rejected { reason } => ("rejected", RailAnswer::Rejected { reason }),
            Submission::NoAnswer => {
                let wait = self.retries.get(&key).map_or(RETRY, |(_, wait)| *wait);
                let next = (Instant::now() + wait, (wait * 2).min(RETRY_MAX));
                self.retries.insert(key.clone(), next);
                if instruction.state == InstructionState::Unknown {
                    return;
                }
                ("no_answer", RailAnswer::NoAnswer)
            }
        };
        if word != "no_answer" {
            self.retries.remove(&key);
        }
        let command = Command::RailAnswer { attempt: instruction.attempt(), answer };
        let name = format!("rail:{key}:{word}");
        if self.feed(platform, &name, command) != Fed::Done {
            self.retries.insert(key, (Instant::now() + RETRY, RETRY));
        }
    }

    fn events(&self, after: u64) -> Option<Vec<RailEvent>> {
        let events = self.bank().events(after, WORKER_PAGE);
        events.inspect_err(|error| warn("the sandbox bank does not tell", error)).ok()
    }

    /// Tells the writer all that the bank has to say. What cannot be told now holds up the rest; what
    /// alone fails is put aside, and told again later.
    fn tell_all(&mut self) {
        if self.aside_at.is_some_and(|tried| tried.elapsed() >= RETRY_MAX) {
            self.aside_at = Some(Instant::now());
            let again = std::mem::take(&mut self.aside);
            self.aside = again.into_iter().filter(|(_, it)| self.tell(it) != Fed::Done).collect();
        }
        while let Some(events) = self.events(self.told) {
            if events.is_empty() {
                break;
            }
            for event in events {
                let number = event.number;
                match self.tell(&event) {
                    Fed::Done => {}
                    Fed::Failed if self.aside.len() < ASIDE_MAX => {
                        tracing::error!(event = event.id, "what the bank tells fails: put aside");
                        self.aside.insert(number, event);
                        self.aside_at.get_or_insert_with(Instant::now);
                    }
                    Fed::Failed | Fed::NotNow => return,
                }
                self.told = number;
            }
        }
    }

    fn tell(&self, event: &RailEvent) -> Fed {
        let Ok(platform) = event.platform.parse() else {
            tracing::error!(event = event.id, "an event of the bank names no platform");
            return Fed::Done;
        };
        self.feed(platform, &format!("rail:{}", event.id), Command::RailNotice(notice(event)))
    }

    /// Sends a command and waits for its answer.
    fn feed(&self, platform: PlatformId, name: &str, command: Command) -> Fed {
        let fingerprint = Sha256::digest(name).into();
        let idempotency = Idempotency { scope: platform, key: name.to_owned(), fingerprint };
        let mut envelope = Envelope {
            platform,
            actor: Actor::Rail,
            address: String::new(),
            request_id: name.replace(':', "_"),
            idempotency: Some(idempotency),
            command,
        };
        let answer = match self.ask(envelope.clone()) {
            // A caller took the key: the decision itself knows a repetition too.
            Some(Answer::KeyReused) => {
                envelope.idempotency = None;
                self.ask(envelope)
            }
            other => other,
        };
        match answer {
            Some(Answer::Kept { presented, .. }) if presented.status < 400 => Fed::Done,
            Some(Answer::Kept { presented, .. }) => {
                let said = String::from_utf8_lossy(&presented.body);
                tracing::error!(name, %said, "what the bank tells was refused");
                Fed::Done
            }
            Some(Answer::Refused(rejected)) => {
                tracing::error!(name, %rejected, "what the bank tells was refused");
                Fed::Done
            }
            Some(Answer::Failed(processor::Failure::Internal)) => Fed::Failed,
            Some(Answer::Dry(_) | Answer::KeyReused | Answer::Failed(_)) | None => Fed::NotNow,
        }
    }

    fn ask(&self, envelope: Envelope) -> Option<Answer> {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let request = Request { envelope, mode: Mode::Apply };
        let taken = self.parts.writer.submit(request, move |answer| {
            // The worker waits for it, so it is there to take it.
            let _ = reply.send(answer);
        });
        taken.ok().and_then(|()| answer.recv().ok())
    }

    /// Keeps how far it got; what cannot be kept is only told again.
    fn save(&mut self) {
        let before_aside = self.aside.keys().next().map(|first| first.saturating_sub(1));
        let told = before_aside.unwrap_or(self.told);
        if told == self.saved {
            return;
        }
        let new = self.parts.cursor.with_extension("new");
        let kept = std::fs::write(&new, format!("{told}\n"))
            .and_then(|()| std::fs::rename(&new, &self.parts.cursor));
        match kept {
            Ok(()) => self.saved = told,
            Err(error) => warn("the bank worker cannot keep its place", &error),
        }
    }
}

/// Whether something was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fed {
    /// It was, or never can be.
    Done,
    /// It must be told again: nothing can be told now.
    NotNow,
    /// It fails by itself; other things may be told.
    Failed,
}

fn warn(what: &'static str, error: &dyn std::error::Error) {
    tracing::warn!(%error, "{what}");
}
