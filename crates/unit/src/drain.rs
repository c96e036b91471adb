//! The orderly end of a process: announce it, stop accepting, finish what is in flight.
//!
//! Not the listener (see [`crate::listener`]); one drain may end several of them, and other tasks.
//! Invariants: an end is never taken back; everything ends at most `announce + finish` after it
//! began. Start at [`Drain`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::health::{Readiness, State};

/// How long the end of a process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainTimes {
    /// From the first signal, how long new connections are still accepted while the readiness
    /// probe says 503, so that load balancers have noticed. Nought on a single machine.
    pub announce: Duration,
    /// After that, how long requests in flight may take before they are cut off.
    pub finish: Duration,
}

/// The handle to end a process, shared by all that must end.
#[derive(Debug, Clone)]
pub struct Drain {
    readiness: Readiness,
    times: DrainTimes,
    phase: Arc<watch::Sender<Phase>>,
}

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    Begun { at: Instant },
    Hurried,
}

impl Drain {
    /// A process that runs, and makes `readiness` say so when it ends.
    pub fn new(readiness: Readiness, times: DrainTimes) -> Self {
        Self { readiness, times, phase: Arc::new(watch::Sender::new(Phase::Running)) }
    }

    /// Begins the end at SIGTERM or SIGINT; a second one hurries it. Returns once both signals are
    /// in our hands, so that none that comes later kills the process.
    ///
    /// # Errors
    ///
    /// If the system does not let us handle signals.
    ///
    /// # Panics
    ///
    /// If called outside a Tokio runtime.
    pub fn on_signals(&self) -> io::Result<()> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let drain = self.clone();
        tokio::spawn(drain.follow(terminate, interrupt));
        Ok(())
    }

    /// Begins the end; only the first call counts.
    pub fn begin(&self) {
        self.readiness.set(State::Draining);
        self.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Running;
            if first {
                *phase = Phase::Begun { at: Instant::now() };
            }
            first
        });
    }

    /// Ends now: nothing is waited for any more.
    pub fn hurry(&self) {
        self.readiness.set(State::Draining);
        self.phase.send_replace(Phase::Hurried);
    }

    /// Completes when the end begins.
    pub async fn begun(&self) {
        self.reached(|phase| *phase != Phase::Running).await;
    }

    /// Completes when nothing new may be accepted.
    pub async fn closing(&self) {
        self.begun().await;
        self.elapsed(self.times.announce).await;
    }

    /// Completes when what is still in flight must be cut off.
    pub async fn cut_off(&self) {
        self.begun().await;
        self.elapsed(self.times.announce.saturating_add(self.times.finish)).await;
    }

    /// Waits for signals, for ever.
    async fn follow(self, mut terminate: Signal, mut interrupt: Signal) {
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            let phase = *self.phase.borrow();
            match phase {
                Phase::Running => {
                    tracing::info!(signal = name, "ending: finishing what is in flight");
                    self.begin();
                }
                Phase::Begun { .. } | Phase::Hurried => {
                    tracing::warn!(signal = name, "ending at once");
                    self.hurry();
                }
            }
        }
    }

    /// Completes `after` the end began, or when it is hurried.
    async fn elapsed(&self, after: Duration) {
        let phase = *self.phase.borrow();
        let Phase::Begun { at } = phase else { return };
        tokio::select! {
            () = sleep_until(at + after) => {}
            () = self.reached(|phase| *phase == Phase::Hurried) => {}
        }
    }

    /// Completes when the phase is as asked.
    async fn reached(&self, wanted: impl FnMut(&Phase) -> bool) {
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = self.phase.subscribe().wait_for(wanted).await;
    }
}
