//! The thread around the step function: a bounded queue, batches that never wait to fill, due work.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::Timestamp;
use payments::ids::HoldId;
use payments::{Actor, Command, Envelope, OPERATOR};
use store::Truth;

use crate::answer::{Answer, Failure, Presenter};
use crate::limits::{BATCH_MAX, DUE_ROUNDS_MAX, QUEUE_MAX};
use crate::metrics::{Observer, Stage};
use crate::step::{Mode, Processor, Request};

/// How often the writer looks for what is due while nothing else asks.
const TICK: Duration = Duration::from_millis(100);

type Reply = Box<dyn FnOnce(Answer) + Send>;

struct Waiting {
    request: Request,
    reply: Reply,
    since: Instant,
}

struct Shared {
    position: AtomicU64,
    depth: AtomicUsize,
    /// Nothing is written any more as made at or before this instant, in microseconds.
    closed: AtomicI64,
}

/// The queue is full; nothing was taken. Try again soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the writer's queue is full")]
pub struct Overloaded;

/// The way in, for any number of threads.
#[derive(Clone)]
pub struct Handle {
    queue: SyncSender<Waiting>,
    shared: Arc<Shared>,
}

impl Handle {
    /// Puts a request in the queue; `reply` is called once, on the writer's thread, and must be quick.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when the queue is full; then `reply` is not called.
    pub fn submit(
        &self,
        request: Request,
        reply: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), Overloaded> {
        let waiting = Waiting { request, reply: Box::new(reply), since: Instant::now() };
        self.shared.depth.fetch_add(1, Ordering::Relaxed);
        match self.queue.try_send(waiting) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                self.shared.depth.fetch_sub(1, Ordering::Relaxed);
                Err(Overloaded)
            }
            Err(TrySendError::Disconnected(waiting)) => {
                self.shared.depth.fetch_sub(1, Ordering::Relaxed);
                (waiting.reply)(Answer::Failed(Failure::Stopping));
                Ok(())
            }
        }
    }

    /// Makes sure that nothing will be written any more as made at or before `at`, then calls
    /// `reply`: from there on, what was made up to `at` never changes.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when the queue is full; then `reply` is not called.
    pub fn close(
        &self,
        at: Timestamp,
        reply: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), Overloaded> {
        self.shared.closed.fetch_max(at.micros(), Ordering::AcqRel);
        // What passes the queue now comes after every batch that read the clock before.
        let envelope = Envelope {
            platform: OPERATOR,
            actor: Actor::Writer,
            address: String::new(),
            request_id: String::new(),
            idempotency: None,
            command: Command::HoldExpire { hold: HoldId::from_bytes([0; 16]) },
        };
        self.submit(Request { envelope, mode: Mode::DryRun }, reply)
    }

    /// The position of the last commit: what a reader that comes now must see.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.shared.position.load(Ordering::Acquire)
    }

    /// How many requests wait.
    #[must_use]
    pub fn queue_depth(&self) -> usize {
        self.shared.depth.load(Ordering::Relaxed)
    }
}

/// The writer's thread.
pub struct Writer {
    thread: JoinHandle<Ended>,
}

/// Why the writer's thread ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every handle was dropped.
    NobodyLeft,
    /// A commit's outcome is unknown: open the store anew.
    OutcomeUnknown,
}

impl Writer {
    /// Starts the thread; `clock` reads the server's clock.
    ///
    /// # Errors
    ///
    /// The operating system's, when it has no thread to give.
    pub fn start<T, P, O>(
        processor: Processor<T, P, O>,
        clock: impl Fn() -> Timestamp + Send + 'static,
    ) -> std::io::Result<(Self, Handle)>
    where
        T: Truth + 'static,
        P: Presenter + 'static,
        O: Observer + 'static,
    {
        let (queue, waiting) = sync_channel(QUEUE_MAX);
        let position = AtomicU64::new(processor.position());
        let shared =
            Arc::new(Shared { position, depth: AtomicUsize::new(0), closed: AtomicI64::new(0) });
        let handle = Handle { queue, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(processor, &waiting, &shared, &clock))?;
        Ok((Self { thread }, handle))
    }

    /// Whether the thread has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the thread to end: after every handle is dropped, or a fatal fault.
    #[must_use]
    pub fn join(self) -> Ended {
        self.thread.join().unwrap_or(Ended::OutcomeUnknown)
    }
}

fn run<T: Truth, P: Presenter, O: Observer>(
    mut processor: Processor<T, P, O>,
    queue: &Receiver<Waiting>,
    shared: &Shared,
    clock: &impl Fn() -> Timestamp,
) -> Ended {
    let mut in_vain: Option<Instant> = None;
    loop {
        let batch = match queue.recv_timeout(TICK) {
            Ok(first) => fill(first, queue),
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return Ended::NobodyLeft,
        };
        // What ran out by now counts as ended whoever asks next; what fails waits for a tick.
        let opened = shared.closed.load(Ordering::Acquire).saturating_add(1);
        let now = Timestamp::from_micros(clock().micros().max(opened));
        if in_vain.is_none_or(|tried| tried.elapsed() >= TICK) {
            in_vain = take_due(&mut processor, shared, now).err().map(|_| Instant::now());
        }
        if !batch.is_empty() {
            serve(&mut processor, batch, shared, now);
        }
        if processor.is_broken() {
            return Ended::OutcomeUnknown;
        }
    }
}

/// Everything that waits already, up to the largest batch; never waits for more. A clock that moves
/// ends a batch, so that what it makes due is done before what comes after it.
fn fill(first: Waiting, queue: &Receiver<Waiting>) -> Vec<Waiting> {
    let moves_clock = |waiting: &Waiting| {
        matches!(waiting.request.envelope.command, Command::ClockAdvance { .. })
    };
    let mut batch = vec![first];
    while batch.len() < BATCH_MAX && !batch.last().is_some_and(moves_clock) {
        match queue.try_recv() {
            Ok(waiting) => batch.push(waiting),
            Err(_) => break,
        }
    }
    batch
}

fn serve<T: Truth, P: Presenter, O: Observer>(
    processor: &mut Processor<T, P, O>,
    batch: Vec<Waiting>,
    shared: &Shared,
    now: Timestamp,
) {
    shared.depth.fetch_sub(batch.len(), Ordering::Relaxed);
    let (mut requests, mut replies) = (Vec::new(), Vec::new());
    for Waiting { request, reply, since } in batch {
        processor.observer.stage(Stage::Queue, since.elapsed());
        requests.push(request);
        replies.push(reply);
    }
    let answers = processor.step(&requests, now);
    shared.position.store(processor.position(), Ordering::Release);
    let started = Instant::now();
    for (reply, answer) in replies.into_iter().zip(answers) {
        reply(answer);
    }
    processor.observer.stage(Stage::Answer, started.elapsed());
}

/// Does all that is due, a page at a time.
///
/// # Errors
///
/// [`NotDone`] when the store cannot say what is due, or something of it failed.
fn take_due<T: Truth, P: Presenter, O: Observer>(
    processor: &mut Processor<T, P, O>,
    shared: &Shared,
    now: Timestamp,
) -> Result<(), NotDone> {
    for _ in 0..DUE_ROUNDS_MAX {
        let due = processor.due(now).map_err(|_| NotDone)?;
        if due.is_empty() {
            return Ok(());
        }
        let answers = processor.step(&due, now);
        shared.position.store(processor.position(), Ordering::Release);
        if !answers.iter().all(|answer| matches!(answer, Answer::Kept { .. })) {
            return Err(NotDone);
        }
    }
    Ok(())
}

/// Something that is due is still so.
struct NotDone;
