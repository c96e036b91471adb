//! Where the truth and the read model are, and how threads wait for each other.
//!
//! A position only grows. Not a queue: whoever wakes reads from the truth what is new.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{FEED_GATHER_COMMANDS, FEED_GATHER_MS};

/// What the threads of one store share.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    committed: u64,
    fed: u64,
    /// The furthest position that a reader waits for.
    wanted: u64,
    log_pages: u32,
    /// Why the read model does not move, if it does not.
    stuck: Option<Stuck>,
    stopping: bool,
}

/// Why the read model does not move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// There is no room for it; it goes on once there is.
    Full,
    /// Anything else, in words.
    Failed(String),
}

/// What a waiting thread is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// There is work.
    Work,
    /// The store is being closed.
    Stop,
}

impl Signal {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// The writer committed up to `position`; the log of the truth has `log_pages` pages now.
    pub(crate) fn committed(&self, position: u64, log_pages: u32) {
        self.change(|state| (state.committed, state.log_pages) = (position, log_pages));
    }

    /// The read model holds everything up to `position`.
    pub(crate) fn fed(&self, position: u64) {
        self.change(|state| (state.fed, state.stuck) = (position, None));
    }

    /// The read model cannot be fed.
    pub(crate) fn feed_failed(&self, why: Stuck) {
        self.change(|state| state.stuck = Some(why));
    }

    /// The length of the log was taken note of: the next commit says it again.
    pub(crate) fn log_seen(&self) {
        self.change(|state| state.log_pages = 0);
    }

    /// Asks every thread to end.
    pub(crate) fn stop(&self) {
        self.change(|state| state.stopping = true);
    }

    /// The last position of the read model.
    pub(crate) fn fed_position(&self) -> u64 {
        self.lock().fed
    }

    /// Waits until the read model holds `position`; after `patience`, where it is, and why.
    pub(crate) fn wait_fed(
        &self,
        position: u64,
        patience: Duration,
    ) -> Result<(), (u64, Option<Stuck>)> {
        let mut state = self.lock();
        if state.fed < position && state.wanted < position {
            state.wanted = position;
            self.changed.notify_all();
        }
        let waited = self.changed.wait_timeout_while(state, patience, |state| state.fed < position);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.fed < position { Err((state.fed, state.stuck.clone())) } else { Ok(()) }
    }

    /// Waits while the read model is more than `lag` behind, at most for `patience`; not while it
    /// cannot be fed, which is for readers to be told.
    pub(crate) fn wait_room(&self, lag: u64, patience: Duration) {
        let behind = |state: &mut State| {
            let is = state.committed.saturating_sub(state.fed);
            is > lag && state.stuck.is_none() && !state.stopping
        };
        // Whatever it is then, the caller goes on.
        let _ = self.changed.wait_timeout_while(self.lock(), patience, behind);
    }

    /// Waits until the truth has more than the read model, and then, as long as no reader waits, a
    /// little for more: much at once is fed in less time. After a fault, at least `pause`.
    pub(crate) fn wait_work(&self, pause: Option<Duration>) -> Wake {
        let mut state = self.lock();
        if let Some(pause) = pause {
            let until = Instant::now() + pause;
            while let left = until.saturating_duration_since(Instant::now())
                && !left.is_zero()
                && !state.stopping
            {
                state = self
                    .changed
                    .wait_timeout(state, left)
                    .map_or_else(|e| e.into_inner().0, |w| w.0);
            }
        }
        let idle = |state: &mut State| !state.stopping && state.committed <= state.fed;
        let state = self.changed.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
        let few = |state: &mut State| {
            let new = state.committed.saturating_sub(state.fed);
            !state.stopping && state.wanted <= state.fed && new < FEED_GATHER_COMMANDS
        };
        let gather = Duration::from_millis(FEED_GATHER_MS);
        let gathered = self.changed.wait_timeout_while(state, gather, few);
        let (state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        if state.stopping { Wake::Stop } else { Wake::Work }
    }

    /// Waits until the log of the truth has `pages` pages.
    pub(crate) fn wait_log(&self, pages: u32) -> (Wake, u32) {
        let idle = |state: &mut State| !state.stopping && state.log_pages < pages;
        let waited = self.changed.wait_while(self.lock(), idle);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        (if state.stopping { Wake::Stop } else { Wake::Work }, state.log_pages)
    }
}
