//! The step function: a batch of requests in, one commit, their answers out.
//!
//! No thread, clock or socket: the same requests at the same reading over the same store give the
//! same bytes, so a simulator can drive it and replay a seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ledger::{PlatformId, Timestamp};
use payments::{Envelope, Key, Resource};
use store::{Batch, Fault, Head, SaveFault, Truth};

use crate::answer::{Answer, Failure, Presenter};
use crate::cache::Generations;
use crate::group::{Came, Group, GroupAnswer, Unity, Work, goes_on};
use crate::limits::{CACHE_HEADS_MAX, CACHE_RESOURCES_MAX, DUE_MAX};
use crate::metrics::{Observer, Stage};
use crate::working::{Outcome, Taken, Working};

/// A request to the write path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked, by whom.
    pub envelope: Envelope,
    /// For real, or to see.
    pub mode: Mode,
}

/// Whether a request changes anything, and how much is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Decide and save.
    Apply,
    /// Decide and save; what is answered, and kept as the answer, is as short as will do.
    ApplyMinimal,
    /// Decide only: the same checks and codes, nothing written.
    DryRun,
}

pub(crate) type Resources = Generations<(PlatformId, Key), Option<Box<Resource>>>;
pub(crate) type Heads = Generations<PlatformId, Head>;

/// The write path of one shard.
pub struct Processor<T, P, O> {
    pub(crate) truth: T,
    pub(crate) presenter: P,
    pub(crate) observer: O,
    pub(crate) resources: Resources,
    pub(crate) heads: Heads,
    pub(crate) position: u64,
    /// What the store held last when it was opened.
    latest: Option<Timestamp>,
    /// Nothing is due before this reading of the clock, in microseconds; `None` while not known.
    nothing_due_before: Option<i64>,
    broken: bool,
}

/// Later than anything is due, with room for clocks that are ahead.
const FAR: Timestamp = Timestamp::from_micros(i64::MAX / 4);

impl<T: Truth, P: Presenter, O: Observer> Processor<T, P, O> {
    /// Starts where the store's history ends.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot say where.
    pub fn new(mut truth: T, presenter: P, observer: O) -> Result<Self, Fault> {
        let (position, latest) = (truth.position()?, truth.latest()?);
        Ok(Self {
            truth,
            presenter,
            observer,
            resources: Generations::new(CACHE_RESOURCES_MAX),
            heads: Generations::new(CACHE_HEADS_MAX),
            position,
            latest,
            nothing_due_before: None,
            broken: false,
        })
    }

    /// The position of the last commit.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// When the last command was made that the store held at the start.
    pub(crate) const fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// Whether a commit failed with an unknown outcome: the store must be opened anew.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Takes requests in order, commits once, and answers each, in the same order.
    ///
    /// `now` is a reading of the server's clock. A batch that panics or cannot be saved is taken
    /// back and run one by one, so that only what is guilty fails.
    pub fn step(&mut self, requests: &[Request], now: Timestamp) -> Vec<Answer> {
        let work: Vec<Work<'_>> = requests.iter().map(Work::One).collect();
        let one = |came| match came {
            Came::One(answer) => answer,
            Came::Group(group) => group.whole,
        };
        self.run(&work, now).into_iter().map(one).collect()
    }

    /// The same for one group.
    pub fn step_group(&mut self, group: &Group, now: Timestamp) -> GroupAnswer {
        match self.run(&[Work::Group(group)], now).pop() {
            Some(Came::Group(answer)) => answer,
            Some(Came::One(answer)) => GroupAnswer::none(answer),
            None => GroupAnswer::none(Answer::Failed(Failure::Internal)),
        }
    }

    /// The same for both, mixed.
    pub(crate) fn run(&mut self, work: &[Work<'_>], now: Timestamp) -> Vec<Came> {
        let failed = |failure| work.iter().map(|it| it.all(Answer::Failed(failure))).collect();
        if self.broken {
            return failed(Failure::Stopping);
        }
        match self.attempt(work, now) {
            Ok(came) => came,
            Err(Broken::OutcomeUnknown) => {
                self.broken = true;
                failed(Failure::OutcomeUnknown)
            }
            Err(Broken::Full) => failed(Failure::StorageFull),
            Err(Broken::Poisoned) => match work {
                [Work::One(_)] => failed(Failure::Internal),
                [Work::Group(group)] => vec![Came::Group(self.apart(group, now))],
                _ => work.chunks(1).flat_map(|alone| self.run(alone, now)).collect(),
            },
        }
    }

    /// A group that failed, request by request where each stands for itself.
    fn apart(&mut self, group: &Group, now: Timestamp) -> GroupAnswer {
        if group.unity == Unity::All {
            return GroupAnswer::none(Answer::Failed(Failure::Internal));
        }
        let whole = self.step(std::slice::from_ref(&group.whole), now).pop();
        let whole = whole.unwrap_or(Answer::Failed(Failure::Internal));
        if !goes_on(&whole) {
            return GroupAnswer::none(whole);
        }
        let items = group.items.chunks(1).flat_map(|alone| self.step(alone, now)).collect();
        GroupAnswer { whole, items, guilty: None }
    }

    /// The commands that are due at `now`, for the caller to put in a batch of their own, before
    /// others at the same reading. Asks the store only when something can be due.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    pub fn due(&mut self, now: Timestamp) -> Result<Vec<Request>, Fault> {
        if self.nothing_due_before.is_some_and(|first| now.micros() < first) {
            return Ok(Vec::new());
        }
        let due = self.truth.due(now, DUE_MAX)?;
        if due.is_empty() {
            self.nothing_due_before = Some(self.first_due()?);
        }
        Ok(due.iter().filter_map(crate::due::request).collect())
    }

    /// When the next thing is due by the server's clock, in microseconds.
    fn first_due(&mut self) -> Result<i64, Fault> {
        let Some(first) = self.truth.due(FAR, 1)?.pop() else { return Ok(i64::MAX) };
        let head = self.truth.head(first.platform)?;
        let ahead = head.map_or(0, |head| head.clock_offset_micros);
        Ok(first.due_at.micros().saturating_sub(ahead))
    }

    fn attempt(&mut self, work: &[Work<'_>], now: Timestamp) -> Result<Vec<Came>, Broken> {
        let started = Instant::now();
        let decided = catch_unwind(AssertUnwindSafe(|| self.decide_all(work, now)));
        let Made { taken, ends, batch, loading } = match decided {
            Ok(Ok(made)) => made,
            Ok(Err(fault)) => return Err(self.give_up(&fault)),
            Err(_) => {
                self.forget();
                return Err(Broken::Poisoned);
            }
        };
        self.observer.stage(Stage::Load, loading);
        self.observer.stage(Stage::Decide, started.elapsed().saturating_sub(loading));
        if !batch.commands.is_empty() {
            self.save(&batch)?;
            self.absorb(batch);
        }
        self.resources.age();
        self.heads.age();
        for (command, outcome) in &taken {
            self.observer.command(command, outcome.word());
        }
        Ok(sort(work, &ends, resolve(taken, self.position)))
    }

    fn decide_all(&mut self, work: &[Work<'_>], now: Timestamp) -> Result<Made, Fault> {
        let commands = work.iter().map(|one| one.commands()).sum();
        let mut working = Working::new(self, now, commands);
        let (mut taken, mut ends) = (Taken::with_capacity(commands), Vec::new());
        for one in work {
            let guilty = match one {
                Work::One(request) => {
                    working.take(request, &mut taken)?;
                    None
                }
                Work::Group(group) => working.take_group(group, &mut taken)?,
            };
            ends.push((taken.len(), guilty));
        }
        let loading = working.loading();
        let batch = working.into_batch();
        Ok(Made { taken, ends, batch, loading })
    }

    fn save(&mut self, batch: &Batch) -> Result<(), Broken> {
        let started = Instant::now();
        let saved = self.truth.save(batch);
        let fsync = self.truth.commit_took();
        self.observer.stage(Stage::Save, started.elapsed().saturating_sub(fsync));
        self.observer.stage(Stage::Fsync, fsync);
        self.observer.batch(batch.commands.len());
        match saved {
            Ok(()) => Ok(()),
            Err(SaveFault::NotSaved(fault)) => Err(self.give_up(&fault)),
            Err(SaveFault::OutcomeUnknown { .. }) => {
                self.forget();
                Err(Broken::OutcomeUnknown)
            }
        }
    }

    fn absorb(&mut self, batch: Batch) {
        self.look_out(&batch);
        if let Some(last) = batch.commands.last() {
            self.position = last.position;
        }
        for (platform, resource) in batch.resources {
            let key = (platform, resource.key());
            // There are as many transactions as payments, and few are asked for again: what payments
            // have in common stays in memory instead.
            if matches!(resource, Resource::Transaction(_)) {
                self.resources.forget(&key);
            } else {
                self.resources.put(key, Some(Box::new(resource)));
            }
        }
        for (head, _) in batch.heads {
            self.heads.put(head.platform, head);
        }
    }

    /// Notes when what was saved is due.
    fn look_out(&mut self, batch: &Batch) {
        for (platform, resource) in &batch.resources {
            if let Resource::Platform(_) = resource {
                // Its clock may have moved.
                self.nothing_due_before = None;
            }
            let Some(due_at) = resource.due_at() else { continue };
            let head = batch.heads.iter().find(|(head, _)| head.platform == *platform);
            let ahead = head.map_or(0, |(head, _)| head.clock_offset_micros);
            let due = due_at.micros().saturating_sub(ahead);
            self.nothing_due_before = self.nothing_due_before.map(|first| first.min(due));
        }
    }

    fn give_up(&mut self, fault: &Fault) -> Broken {
        self.forget();
        match fault {
            Fault::Full => Broken::Full,
            Fault::Failed { .. } | Fault::Corrupt { .. } | Fault::Behind { .. } => Broken::Poisoned,
        }
    }

    fn forget(&mut self) {
        self.nothing_due_before = None;
        self.resources.clear();
        self.heads.clear();
    }
}

enum Broken {
    /// Panicked, or the store failed before COMMIT.
    Poisoned,
    /// The disk is full.
    Full,
    /// COMMIT failed.
    OutcomeUnknown,
}

/// A batch, decided.
struct Made {
    taken: Taken,
    /// Where the outcomes of each thing of the batch end, and the item it was refused for.
    ends: Vec<(usize, Option<usize>)>,
    batch: Batch,
    loading: Duration,
}

/// Answers duplicates with what the first of them got, now that it is committed.
fn resolve(taken: Taken, position: u64) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::with_capacity(taken.len());
    for (_, outcome) in taken {
        let answer = match outcome {
            Outcome::New(presented) | Outcome::Refused(presented, _) => {
                Answer::Kept { presented, replayed: false, position }
            }
            Outcome::Replay(presented) => Answer::Kept { presented, replayed: true, position },
            Outcome::SameAs(first) => match answers.get(first) {
                Some(Answer::Kept { presented, position, .. }) => Answer::Kept {
                    presented: presented.clone(),
                    replayed: true,
                    position: *position,
                },
                Some(other) => other.clone(),
                None => Answer::Failed(Failure::Internal),
            },
            Outcome::Other(answer, _) => answer,
        };
        answers.push(answer);
    }
    answers
}

/// Gives each thing of a batch its own answers.
fn sort(work: &[Work<'_>], ends: &[(usize, Option<usize>)], answers: Vec<Answer>) -> Vec<Came> {
    let (mut answers, mut at) = (answers.into_iter(), 0);
    let mut came = Vec::with_capacity(work.len());
    for (one, (end, guilty)) in work.iter().zip(ends) {
        let first = answers.next().unwrap_or(Answer::Failed(Failure::Internal));
        let more = end.saturating_sub(at).saturating_sub(1);
        at = *end;
        came.push(match one {
            Work::One(_) => Came::One(first),
            Work::Group(_) => {
                let items = answers.by_ref().take(more).collect();
                Came::Group(GroupAnswer { whole: first, items, guilty: *guilty })
            }
        });
    }
    came
}
