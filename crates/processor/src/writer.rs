//! The thread around the step function: a bounded queue, batches that never wait to fill, due work.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ledger::Timestamp;
use payments::Command;
use store::Truth;

use crate::answer::{Answer, Failure, Presenter};
use crate::group::{Came, Group, GroupAnswer, Work};
use crate::limits::{BATCH_MAX, DUE_ROUNDS_MAX, GROUP_MAX, QUEUE_MAX};
use crate::metrics::{Observer, Stage};
use crate::step::{Processor, Request};

/// How often the writer looks for what is due while nothing else asks.
const TICK: Duration = Duration::from_millis(100);

/// Somebody who waits for what comes of what they asked.
type Reply<A> = Box<dyn FnOnce(A) + Send>;

/// What waits to be written.
enum Asked {
    One(Request, Reply<Answer>),
    Group(Group, Reply<GroupAnswer>),
}

impl Asked {
    /// How many commands it is.
    const fn commands(&self) -> usize {
        self.work().commands()
    }

    /// As the step function takes it.
    const fn work(&self) -> Work<'_> {
        match self {
            Self::One(request, _) => Work::One(request),
            Self::Group(group, _) => Work::Group(group),
        }
    }

    fn answer(self, came: Came) {
        match (self, came) {
            (Self::One(_, reply), Came::One(answer)) => reply(answer),
            (Self::One(_, reply), Came::Group(group)) => reply(group.whole),
            (Self::Group(_, reply), Came::Group(group)) => reply(group),
            (Self::Group(_, reply), Came::One(answer)) => reply(GroupAnswer::none(answer)),
        }
    }

    fn moves_clock(&self) -> bool {
        match self {
            Self::One(request, _) => {
                matches!(request.envelope.command, Command::ClockAdvance { .. })
            }
            Self::Group(..) => false,
        }
    }
}

struct Waiting {
    asked: Asked,
    since: Instant,
}

/// What stands in the queue.
#[expect(clippy::large_enum_variant, reason = "nearly all are requests; a box each buys nothing")]
enum Item {
    Asked(Waiting),
    /// Somebody who only waits for what stands before it to be done.
    Barrier(Barrier),
}

type Barrier = Box<dyn FnOnce() + Send>;

impl Item {
    /// How much room it takes in the queue.
    const fn size(&self) -> usize {
        match self {
            Self::Asked(waiting) => waiting.asked.commands(),
            Self::Barrier(_) => 1,
        }
    }
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
    queue: SyncSender<Item>,
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
        let asked = Asked::One(request, Box::new(reply));
        self.put(Item::Asked(Waiting { asked, since: Instant::now() }))
    }

    /// Puts a group in the queue, as one thing that takes the room of all its commands.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when there is no room for all of it; then `reply` is not called.
    ///
    /// # Panics
    ///
    /// If it has more than [`GROUP_MAX`] items: a bug in the caller.
    pub fn submit_group(
        &self,
        group: Group,
        reply: impl FnOnce(GroupAnswer) + Send + 'static,
    ) -> Result<(), Overloaded> {
        assert!(group.items.len() <= GROUP_MAX, "a group of {}", group.items.len());
        let asked = Asked::Group(group, Box::new(reply));
        self.put(Item::Asked(Waiting { asked, since: Instant::now() }))
    }

    /// Makes sure that nothing will be written any more as made at or before `at`, then calls
    /// `reply`: from there on, what was made up to `at` never changes. What was in the queue before is
    /// committed by then.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when the queue is full; then `reply` is not called.
    pub fn close(
        &self,
        at: Timestamp,
        reply: impl FnOnce() + Send + 'static,
    ) -> Result<(), Overloaded> {
        self.shared.closed.fetch_max(at.micros(), Ordering::AcqRel);
        // What passes the queue now comes after every batch that read the clock before.
        self.put(Item::Barrier(Box::new(reply)))
    }

    fn put(&self, item: Item) -> Result<(), Overloaded> {
        let size = item.size();
        let before = self.shared.depth.fetch_add(size, Ordering::Relaxed);
        let sent = if before.saturating_add(size) > QUEUE_MAX {
            Err(TrySendError::Full(item))
        } else {
            self.queue.try_send(item)
        };
        let Err(not_taken) = sent else { return Ok(()) };
        self.shared.depth.fetch_sub(size, Ordering::Relaxed);
        match not_taken {
            TrySendError::Full(_) => return Err(Overloaded),
            TrySendError::Disconnected(Item::Asked(waiting)) => {
                let stopping = waiting.asked.work().all(Answer::Failed(Failure::Stopping));
                waiting.asked.answer(stopping);
            }
            TrySendError::Disconnected(Item::Barrier(reply)) => reply(),
        }
        Ok(())
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
        // A reading of the clock up to what is written may have been told of before a restart.
        let closed = AtomicI64::new(processor.latest().map_or(0, Timestamp::micros));
        let shared = Arc::new(Shared { position, depth: AtomicUsize::new(0), closed });
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
    queue: &Receiver<Item>,
    shared: &Shared,
    clock: &impl Fn() -> Timestamp,
) -> Ended {
    let mut in_vain: Option<Instant> = None;
    loop {
        // While it waits, the queue fills, and callers are told to come back.
        processor.truth.pace();
        let (batch, barriers) = match queue.recv_timeout(TICK) {
            Ok(first) => fill(first, queue, shared),
            Err(RecvTimeoutError::Timeout) => (Vec::new(), Vec::new()),
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
        // Now whatever stood before them in the queue is committed, too.
        barriers.into_iter().for_each(|reply| reply());
        if processor.is_broken() {
            return Ended::OutcomeUnknown;
        }
    }
}

/// Everything that waits already, up to the largest batch; never waits for more. A clock that moves
/// ends a batch, so that what it makes due is done before what comes after it.
fn fill(first: Item, queue: &Receiver<Item>, shared: &Shared) -> (Vec<Waiting>, Vec<Barrier>) {
    let (mut batch, mut barriers, mut commands) = (Vec::new(), Vec::new(), 0_usize);
    let mut next = Some(first);
    while let Some(item) = next {
        let size = item.size();
        shared.depth.fetch_sub(size, Ordering::Relaxed);
        commands = commands.saturating_add(size);
        let ends = match item {
            Item::Asked(waiting) => {
                let moves_clock = waiting.asked.moves_clock();
                batch.push(waiting);
                moves_clock
            }
            Item::Barrier(reply) => {
                barriers.push(reply);
                false
            }
        };
        next = if ends || commands >= BATCH_MAX { None } else { queue.try_recv().ok() };
    }
    (batch, barriers)
}

fn serve<T: Truth, P: Presenter, O: Observer>(
    processor: &mut Processor<T, P, O>,
    batch: Vec<Waiting>,
    shared: &Shared,
    now: Timestamp,
) {
    for waiting in &batch {
        processor.observer.stage(Stage::Queue, waiting.since.elapsed());
    }
    let work: Vec<Work<'_>> = batch.iter().map(|waiting| waiting.asked.work()).collect();
    let came = processor.run(&work, now);
    shared.position.store(processor.position(), Ordering::Release);
    let started = Instant::now();
    for (waiting, came) in batch.into_iter().zip(came) {
        waiting.asked.answer(came);
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
